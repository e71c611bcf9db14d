"""What the entry points share that Firestore calls: a document's event in, an answer beside it.

The event says which document was written. What stands in it is read anew from the store: events
come late, twice, or in another order than the edits. Whatever an event brings, it is done with:
only a store that cannot be used makes it come again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from functions import log, settings
from functions.settings import Settings, SettingsError
from functions.store import UnknownAgencyError, open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import StoreError

if TYPE_CHECKING:
    from cloudevents.http.event import CloudEvent

_DOCUMENT = re.compile(r"(?:documents/)?agencies/([^/]+)/([^/]+)/([^/]+)")


class Edit(NamedTuple):
    """A document that was written: ``agencies/{agency}/{collection}/{id}``.

    ``by``: who wrote it, where Firestore tells; None: nobody knows.
    """

    agency: str
    collection: str
    id: str
    by: str | None


Check = Callable[[AgencyStore, Settings, Edit], dict[str, Any]]


def answer_event(
    event: CloudEvent, collections: Collection[str], check: Check, *, name: str
) -> None:
    """Check the document that an event names.

    CloudEvents of ``google.cloud.firestore.document.v1.written``, also ``…withAuthContext``, whose
    ``authid`` says who wrote.

    Args:
        collections: whose documents are checked; an event of others is told in the log.
        name: the function's, for the log.

    Raises:
        StoreError: the store cannot be used.
    """
    edit = edit_of(event.get_attributes())
    if edit is None or edit.collection not in collections:
        log.warning("trigger.refused", job=name, error="the event names no document to check")
        return
    with log.about(job=name, agency=edit.agency):
        try:
            loaded = settings.load()
            log.hide(loaded.secrets())
            log.belongs_to(loaded.project())
            [agency] = open_agencies(loaded, only=edit.agency)
        except (SettingsError, UnknownAgencyError) as error:
            log.error("trigger.failed", error=str(error))
            return
        try:
            report = check(agency, loaded, edit)
            log.info(f"{name}.finished", **report)
        except StoreError as error:
            log.error("trigger.failed", **log.facts_of(error), error=str(error))
            raise
        except SettingsError as error:
            log.error("trigger.failed", error=str(error))
        except Exception as error:  # sent again it would fail again; the next run answers
            log.crash("trigger.crashed", error)
        finally:
            agency.store.close()


def edit_of(attributes: Mapping[str, Any]) -> Edit | None:
    """What an event's attributes say was written; None: no document of an agency."""
    path = str(attributes.get("document") or attributes.get("subject") or "")[:2_000]
    found = _DOCUMENT.fullmatch(path)
    if found is None:
        return None
    author = str(attributes.get("authid") or "").strip()[:200]
    return Edit(found[1], found[2], unquote(found[3]), author or None)
