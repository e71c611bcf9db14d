"""What is said about a month wherever it is the subject."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.model import MonthState
from functions.publish.pages import month_head
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Objection, Rules
from tests.factories import WIB, objection, ranking, record
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
    ("state", "closes", "said", "phases"),
    [
        ("open", None, "masih berjalan", ["now", "next", "next"]),
        (
            "closing",
            datetime(2026, 11, 6, 17, tzinfo=UTC),
            "sampai 6 November 2026 24.00 WIB",
            ["done", "now", "next"],
        ),
        ("final", datetime(2026, 11, 6, 17, tzinfo=UTC), "beku", ["done", "done", "done"]),
    ],
)
def test_a_month_says_where_it_stands(
    state: str, closes: datetime | None, said: str, phases: list[str]
) -> None:
    given = record(ranking(POPULAR, state=state), closes_at=closes)
    head = month_head.head(given, WIB, str)
    assert said in head.sentence
    assert [step.phase for step in head.steps] == phases
    assert head.steps[0].when == "1–31 Oktober 2026"


def test_the_agencys_own_time_for_objections_is_told() -> None:
    assert (
        month_head.head(month_in("closing"), WIB, str).steps[-1].when
        == "setelah 5 hari kerja penuh"
    )


def test_an_undecided_objection_is_said_to_hold_the_month_open() -> None:
    head = month_head.head(
        month_in("closing", objection("a"), objection("b", answer="Ya")), WIB, str
    )
    assert head.steps[-1].when == "ditahan 1 sanggahan yang belum diputuskan"
    assert head.sentence.endswith(
        "Sesudah itu pun bulan tetap terbuka sampai 1 sanggahan diputuskan."
    )


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
    assert "ditahan" not in month_head.head(given, WIB, str).steps[-1].when


def test_a_revised_month_does_not_claim_that_nothing_changes() -> None:
    assert "revisi" in month_head.head(month_in("final", revision=2), WIB, str).sentence
    assert "tidak akan berubah" in month_head.head(month_in("final"), WIB, str).sentence
