"""Which weeks and months there are, and which of them are read for pages."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Agency
from functions.publish.heard import (
    Heard,
    has_something,
    is_week,
    months_of,
    read_heard,
    read_issues,
    weeks_of,
)
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.issues import Issues, Term
from functions.store.listening_settings import Listening
from functions.store.port import Write
from tests.publish.spoken import dialog_of, insights_of, quiet_week


@pytest.fixture
def agency(sqlite_url: str) -> AgencyStore:
    return AgencyStore(open_store(sqlite_url), Agency())


def telling(week: str) -> Issues:
    term = Term(term="merek", posts=9, units=6, before=1, z=480)
    return msgspec.structs.replace(quiet_week(week), terms=(term,))


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_week_of_the_calendar_is_one(day: date) -> None:
    year, week, _ = day.isocalendar()
    name = f"{year:04}-W{week:02}"
    assert is_week(name) is (name != "9999-W52")  # whose Sunday no calendar has


@given(st.text() | st.from_regex(r"\d{4}-W\d{2}", fullmatch=True))
def test_no_name_is_too_odd_to_judge(name: str) -> None:
    assert weeks_of({name: "x"}) == ((name,) if is_week(name) else ())
    months_of({name: "x"})


def test_what_is_no_week_or_month_is_left_out_and_the_latest_comes_first() -> None:
    weeks = {name: "x" for name in ("2026-W02", "2025-W53", "2026-W1", "2026-W53", "", "2025-W40")}
    assert weeks_of(weeks) == ("2026-W53", "2026-W02", "2025-W40")
    assert months_of({"2026-13": "x", "2026-09": "x", "2026-10": "x"}) == ("2026-10", "2026-09")


def test_a_week_with_nothing_to_tell_leaves_the_page_to_the_one_before() -> None:
    new, old = quiet_week("2026-W43"), telling("2026-W42")
    assert not has_something(new)
    assert Heard(issues=(new, old)).shown == old
    assert Heard(issues=(new, quiet_week("2026-W42"))).shown == new
    assert Heard().shown is None


def test_the_latest_two_weeks_are_read_and_months_back_to_one_that_is_over(
    agency: AgencyStore,
) -> None:
    for number in range(30, 44):
        agency.save_issues(quiet_week(f"2026-W{number}"))
    for month in ("06", "07", "08"):
        agency.save_insights(insights_of(f"2026-{month}", is_over=True))
    for month in ("09", "10"):
        agency.save_insights(insights_of(f"2026-{month}"))
    index = agency.listening_index()
    before = agency.store.meter.reads
    heard = read_heard(agency, index, Listening())
    assert [issues.week for issues in heard.issues] == ["2026-W43", "2026-W42"]
    assert [each.month for each in heard.insights] == ["2026-10", "2026-08"]
    assert (len(heard.weeks), len(heard.months)) == (14, 5)
    assert agency.store.meter.reads - before == 5


def test_the_latest_dialog_is_read_and_back_to_one_that_is_closed(agency: AgencyStore) -> None:
    for month in ("07", "08"):
        agency.save_dialog(dialog_of(f"2026-{month}", closed=True))
    for month in ("09", "10"):
        agency.save_dialog(dialog_of(f"2026-{month}"))
    path = f"{agency.root}/dialog"
    held = agency.store.get([f"{path}/2026-09"])[f"{path}/2026-09"]
    agency.store.write([Write(f"{path}/2026-10", dict(held.data))])  # of another month
    wanted = Listening(notice_url="https://kemenkum.example/privasi", sample_texts=120)
    heard = read_heard(agency, agency.listening_index(), wanted)
    assert [each.month for each in heard.dialogs] == ["2026-09", "2026-08"]
    assert heard.dialog_months == ("2026-10", "2026-09", "2026-08", "2026-07")
    assert (heard.notice_url, heard.dpo, heard.samples) == (wanted.notice_url, "", 120)


def test_a_document_that_is_lost_or_another_weeks_is_none(agency: AgencyStore) -> None:
    agency.save_issues(quiet_week("2026-W42"))
    agency.save_issues(quiet_week("2026-W43"))
    root = f"{agency.root}/topics"
    held = agency.store.get([f"{root}/2026-W42"])[f"{root}/2026-W42"]
    agency.store.write([Write(f"{root}/2026-W43", dict(held.data))])
    agency.store.write([Write(f"{root}/2026-W41", {"body": b"odd"})])
    assert read_issues(agency, "2026-W43") is None
    assert read_issues(agency, "2026-W41") is None
    heard = read_heard(agency, agency.listening_index(), Listening())
    assert [issues.week for issues in heard.issues] == ["2026-W42"]
