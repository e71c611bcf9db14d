"""What is said about a month wherever it is the subject."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import DAY, Agency, MonthState, month_bounds
from functions.publish.pages import month_head
from functions.publish.pages.context import Context, Hearing
from functions.publish.site import Material
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Objection, Rules
from tests.factories import WIB, objection, ranking, record, roster
from tests.publish.pages.test_boards import POPULAR

CLOSES = datetime(2026, 11, 6, 17, tzinfo=UTC)


def month_in(state: MonthState, *objections: Objection, **facts: object) -> MonthRecord:
    """October in this state, with what is contested."""
    return record(
        ranking(POPULAR, state=state, **facts),
        closes_at=None if state == "open" else CLOSES,
        objections=objections,
        rules=Rules(objection_days=5),
    )


@pytest.mark.parametrize(
    ("state", "label", "day"),
    [
        ("open", "Sementara", "hari ke-15 dari 31"),
        ("closing", "Masa sanggah", "dapat disanggah sampai 6 November 2026 24.00 WIB"),
        ("final", "Final", ""),
    ],
)
def test_a_month_says_where_it_stands(state: MonthState, label: str, day: str) -> None:
    head = month_head.head(month_in(state), WIB, str)
    assert (head.label, head.name, head.href) == ("Oktober 2026", "Oktober", "2026/10/")
    assert (head.state, head.state_label, head.day) == (state, label, day)
    assert head.as_of == "15 Oktober 2026 12.00 WIB"
    assert head.as_of_short == "15 Okt 12.00 WIB"
    assert head.moment == "2026-10-15T05:00:00Z"
    assert head.sheet == f"Oktober 2026 · {label} · per 15 Oktober 2026 12.00 WIB"


def test_a_running_months_day_is_one_of_the_month_or_is_not_told() -> None:
    begin, end = month_bounds("2026-10", WIB)
    moments = ((begin - DAY, "1"), (begin, "1"), (end - timedelta(seconds=1), "31"))
    for as_of, day in moments:
        head = month_head.head(month_in("open", as_of=as_of), WIB, str)
        assert head.day == f"hari ke-{day} dari 31"
    # Over, and not closing yet: there is no day to tell.
    assert month_head.head(month_in("open", as_of=end), WIB, str).day == ""


def test_a_satkers_page_of_a_running_month_says_the_day_alone() -> None:
    head = month_head.head(month_in("open"), WIB, str, of_unit=True)
    assert (head.as_of, head.as_of_short, head.moment) == (
        "15 Oktober 2026",
        "15 Okt",
        "2026-10-15",
    )
    for state in ("closing", "final"):
        given = month_in(state)  # type: ignore[arg-type]
        assert month_head.head(given, WIB, str, of_unit=True) == month_head.head(given, WIB, str)


def hearing(*months: MonthRecord) -> tuple[Hearing, ...]:
    """What is said of these months on a page of the first level."""
    records = {each.ranking.month: each for each in months}
    material = Material(
        agency=Agency(),
        now=CLOSES,
        roster=roster(),
        index={},
        records=records,
        ledgers={},
        pending=frozenset(),
        files={},
        assets={},
    )
    return month_head.open_months(Context(material, "satker/index.html"))


def test_a_month_that_hears_objections_says_until_when_and_how_many_wait() -> None:
    until = "6 November 2026 24.00 WIB"
    [told] = hearing(month_in("closing"))
    assert told == Hearing(
        f"Oktober dalam masa sanggah sampai {until}", "../2026/10/", "../metode/#sanggah"
    )
    [told] = hearing(month_in("closing", objection("a"), objection("b", answer="Ya")))
    assert told.said == f"Oktober dalam masa sanggah sampai {until} · 1 sanggahan terbuka"
    [told] = hearing(month_in("closing", objection("a"), as_of=CLOSES))
    assert told.said == f"Oktober: masa sanggah berakhir {until} · 1 sanggahan terbuka"


def test_only_months_that_hear_objections_are_named_and_the_oldest_first() -> None:
    assert hearing(month_in("open"), month_in("final", month="2026-09")) == ()
    assert hearing(month_in("closing", incomplete=True)) == ()
    both = hearing(month_in("closing"), month_in("closing", month="2026-09"))
    assert [each.href for each in both] == ["../2026/09/", "../2026/10/"]


@pytest.mark.parametrize(
    "given",
    [
        month_in("closing", objection("a", answer="Ya", accepted=True)),
        month_in("closing", objection("late", at=CLOSES)),
        month_in("closing", objection("a"), incomplete=True),
        month_in("final", objection("a")),
    ],
)
def test_what_is_decided_or_came_too_late_holds_nothing(given: MonthRecord) -> None:
    assert month_head.undecided(given) == ()
    assert not any("terbuka" in each.said for each in hearing(given))


def test_a_revised_month_says_which_revision_it_is() -> None:
    head = month_head.head(month_in("final", revision=2), WIB, str)
    assert head.revision == 2
    assert "Final, revisi 2 · per" in head.sheet
    assert "revisi" not in month_head.head(month_in("final"), WIB, str).sheet


def test_the_neighbours_of_a_month_are_the_ranked_ones() -> None:
    known = ["2026-10", "2026-07", "2025-12", "2026-06"]

    def told(month: str) -> list[tuple[str, str, str]]:
        return [(t.label, t.href, t.rel) for t in month_head.turns(known, month, str)]

    assert told("2026-07") == [
        ("Juni", "2026/06/", "prev"),
        ("Oktober 2026", "2026/10/", "next"),
        ("2026", "2026/", ""),
    ]
    assert told("2026-06")[0] == ("Desember 2025", "2025/12/", "prev")
    assert [rel for _, _, rel in told("2025-12")] == ["next", ""]
    assert [rel for _, _, rel in told("2026-10")] == ["prev", ""]


@given(st.sets(st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(lambda d: f"{d:%Y-%m}")))
def test_going_back_and_forth_meets_every_month_once(known: set[str]) -> None:
    paths = {month_head.month_path(month): month for month in known}
    at = max(known, default=None)
    met = []
    while at is not None:
        met.append(at)
        before = [t for t in month_head.turns(known, at, str) if t.rel == "prev"]
        at = paths[before[0].href] if before else None
        if at is not None:
            after = [t for t in month_head.turns(known, at, str) if t.rel == "next"]
            assert paths[after[0].href] == met[-1]
    assert met == sorted(known, reverse=True)
