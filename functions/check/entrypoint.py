"""The function ``check_satker``: called by Firestore when an admin's document was written.

The event says which document it was. What stands in it is read anew from the store: events may
come late, twice, or in another order than the edits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import functions_framework

from functions import log, settings

if TYPE_CHECKING:
    from cloudevents.http.event import CloudEvent

_DOCUMENT = re.compile(r"(?:documents/)?agencies/([^/]+)/satker/([^/]+)")


@functions_framework.cloud_event
def check_satker(event: CloudEvent) -> None:
    """Check ``agencies/{agency}/satker/{satker}`` after an edit.

    CloudEvents of ``google.cloud.firestore.document.v1.written``, also ``…withAuthContext``, whose
    ``authid`` says who wrote. An event of anything else is told in the log and done with.

    Raises:
        StoreError: the store cannot be used; the event is then sent again.
    """
    from functions.check.job import check
    from functions.settings import SettingsError
    from functions.store import UnknownAgencyError, open_agencies
    from functions.store.port import StoreError
    from functions.times import present

    attributes = event.get_attributes()
    found = _DOCUMENT.fullmatch(_document(attributes))
    if found is None:
        log.warning("check.refused", error="the event names no satker's document")
        return
    agency_id, satker = found[1], unquote(found[2])
    with log.about(job="check_satker", agency=agency_id):
        try:
            loaded = settings.load()
            log.hide(loaded.secrets())
            log.belongs_to(loaded.project())
            [agency] = open_agencies(loaded, only=agency_id)
        except (SettingsError, UnknownAgencyError) as error:
            log.error("check.failed", error=str(error))
            return
        try:
            report = check(agency, loaded, satker, present(), by=_author(attributes))
            log.info("check_satker.finished", **report)
        except StoreError as error:
            log.error("check.failed", **log.facts_of(error), error=str(error))
            raise
        except SettingsError as error:
            log.error("check.failed", error=str(error))
        except Exception as error:  # sent again it would fail again; collect answers at its tick
            log.crash("check.crashed", error)
        finally:
            agency.store.close()


def _document(attributes: Mapping[str, Any]) -> str:
    """The path of the document that was written, as either attribute gives it."""
    return str(attributes.get("document") or attributes.get("subject") or "")[:2_000]


def _author(attributes: Mapping[str, Any]) -> str | None:
    """Who wrote, where Firestore tells: an account's name or address."""
    name = str(attributes.get("authid") or "").strip()[:200]
    return name or None
