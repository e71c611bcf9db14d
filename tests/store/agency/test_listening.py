"""A week's issues are kept once, and the index says which there are."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from functions.store.agency import AgencyStore
from functions.store.agency.listening import ListeningIndex
from functions.store.dialog import Dialog, Figures, UnitDialog
from functions.store.issues import Issues, Term
from functions.store.port import Store, Write
from tests.factories import NOW, agency_store


def issues(week: str = "2026-W41", at: datetime = NOW, posts: int = 7) -> Issues:
    term = Term(term="paten", posts=posts, units=5, before=0, z=512)
    return Issues(
        week=week, as_of=at, is_over=False, posts=posts, units=5, before=60, terms=(term,)
    )


def index(agency: AgencyStore) -> ListeningIndex:
    return agency.listening_index()


def test_a_week_that_says_the_same_is_not_written_again(store: Store) -> None:
    agency = agency_store(store)
    assert agency.save_issues(issues())
    writes, first = store.meter.writes, index(agency)
    assert not agency.save_issues(issues(at=NOW + timedelta(hours=6)))
    assert (store.meter.writes, index(agency)) == (writes, first)
    assert agency.issues("2026-W41") == issues()


def test_the_index_names_every_week_and_changes_with_it(store: Store) -> None:
    agency = agency_store(store)
    agency.save_issues(issues("2026-W42"))
    agency.save_issues(issues())
    before = index(agency)
    assert [*before.weeks] == ["2026-W41", "2026-W42"]
    agency.save_issues(issues(posts=8))
    changed = index(agency)
    assert changed.weeks["2026-W41"] != before.weeks["2026-W41"]
    assert changed.weeks["2026-W42"] == before.weeks["2026-W42"]


def test_an_index_that_was_not_written_is_made_good(store: Store) -> None:
    agency = agency_store(store)
    agency.save_issues(issues())
    whole = index(agency)
    store.write([Write(f"{agency.root}/indexes/listening", mode="delete")])
    assert not agency.save_issues(issues())
    assert index(agency) == whole


def test_odd_documents_are_as_if_there_were_none(store: Store) -> None:
    agency = agency_store(store)
    store.write([Write(f"{agency.root}/topics/2026-W41", {"body": b"x", "week": 3})])
    store.write(
        [Write(f"{agency.root}/indexes/listening", {"weeks": {"2026-W40": 1}, "months": 2})]
    )
    assert agency.issues("2026-W41") is None
    assert index(agency) == ListeningIndex()
    assert agency.save_issues(issues())
    assert agency.issues("2026-W41") == msgspec.structs.replace(issues())


def test_a_dialog_is_kept_until_it_is_closed_and_then_as_it_is(store: Store) -> None:
    agency = agency_store(store)
    told = UnitDialog(questions=Figures(n=24), threads=Figures(n=31, unmeasured=2))
    dialog = Dialog(month="2026-10", as_of=NOW, units={"bali": told})
    assert agency.dialog("2026-10") is None
    assert agency.save_dialog(dialog)
    assert not agency.save_dialog(msgspec.structs.replace(dialog, as_of=NOW + timedelta(hours=6)))
    first = index(agency).dialogs
    closed = msgspec.structs.replace(dialog, closed=True)
    assert agency.save_dialog(closed)
    assert index(agency).dialogs.keys() == first.keys()
    assert index(agency).dialogs != first
    assert not agency.save_dialog(msgspec.structs.replace(closed, units={}, closed=False))
    assert agency.dialog("2026-10") == closed
    store.write([Write(f"{agency.root}/dialog/2026-10", {"body": b"x"})])
    assert agency.dialog("2026-10") is None
