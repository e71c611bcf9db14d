"""One decision or objection after an edit, answered at once: whether it will count.

It counts with the next scoring, which says so. Until then its ``status`` tells that it was
understood, or what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from functions.model import iso
from functions.score.cases import APPLIES, DECIDED
from functions.score.contests import Contests
from functions.score.run import Run, ScoreReport
from functions.store.agency import AgencyStore
from functions.store.port import Stored

Collection = Literal["decisions", "objections"]

RECEIVED = {
    "decisions": "diterima; dihitung pada penilaian berikutnya",
    "objections": "diterima; dicatat pada penilaian berikutnya",
}


def check_contest(
    agency: AgencyStore, collection: Collection, id: str, now: datetime
) -> dict[str, Any]:
    """Read one document as scoring would, and write beside it what will become of it.

    What scoring has answered stays, unless the document can be used no longer.

    Returns:
        What was done, for the log.

    Raises:
        StoreError: the store cannot be used.
    """
    report = {"job": "check_contest", "agency": agency.id, "document": f"{collection}/{id}"}
    report["now"] = iso(now)
    run = Run(agency, now, ScoreReport("check", now), agency.months(), now)
    path = f"{agency.root}/{collection}/{id}"
    _look_at(run, run.contests, path)
    run.contests.close()
    for stored, findings in run.contests.told:
        if stored.path == path:
            told = _told(stored, findings, collection)
            agency.tell_admin([(stored, told)])
            return {**report, "status": str(told.get("status", ""))}
    return {**report, "done": "there is nothing to answer"}


def _look_at(run: Run, contests: Contests, path: str) -> None:
    """Have the contests say what becomes of one document in the month that it is about."""
    about = contests.about(path)
    if about is None:
        return
    month, posts = about
    if month not in run.records:
        return
    listed = {unit.id for unit in run.agency.listed(month, run.now)}
    if run.records[month].ranking.state == "final":
        contests.revising(month, posts, listed, run.records[month].decided)
    else:
        contests.decisions(month, posts, listed)
        contests.objections(month, posts)


def _told(stored: Stored, findings: Mapping[str, Any], collection: Collection) -> dict[str, Any]:
    """The findings, where what will be is not told as what is."""
    status, held = str(findings.get("status", "")), str(stored.data.get("status", ""))
    answered = (APPLIES, DECIDED)
    if not status.startswith(answered) or held.startswith(answered):
        return dict(findings)
    remarks = status.split("; ")[1:]
    return {**findings, "status": "; ".join([RECEIVED[collection], *remarks])}
