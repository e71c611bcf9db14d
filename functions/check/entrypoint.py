"""The function ``check_satker``: called by Firestore when an admin's document was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.jobs.event import Edit, answer_event
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.times import present

if TYPE_CHECKING:
    from cloudevents.http.event import CloudEvent


@functions_framework.cloud_event
def check_satker(event: CloudEvent) -> None:
    """Answer an edit of ``agencies/{agency}/satker/{satker}`` (jobs/event.py).

    Raises:
        StoreError: the store cannot be used; the event is then sent again.
    """
    answer_event(event, ("satker",), _check, name="check_satker")


def _check(agency: AgencyStore, settings: Settings, edit: Edit) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    from functions.check.job import check

    return check(agency, settings, edit.id, present(), by=edit.by)
