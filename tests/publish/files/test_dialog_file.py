"""What is published of answering: no number of too few, no unit that is none, nothing beside."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.publish.files.dialog_file import LEAST_N, dialog_file, dialog_unit
from functions.store.dialog import AnsweredShare, Dialog, Figures, Median, UnitDialog
from tests.publish.spoken import dialog_of
from tests.publish.world import NOW

COUNTS = st.integers(-5, 2 * LEAST_N)
SHARES = st.builds(AnsweredShare, hits=COUNTS, of=COUNTS, lower=COUNTS, upper=COUNTS)
MEDIANS = st.builds(Median, minutes=COUNTS, lower=COUNTS, upper=COUNTS, of=COUNTS)
FIGURES = st.builds(
    Figures,
    n=st.none() | COUNTS,
    by_first=st.none() | SHARES,
    by_last=st.none() | SHARES,
    median=st.none() | MEDIANS,
    unmeasured=COUNTS,
    open=COUNTS,
    canned=st.booleans(),
)
UNITS = st.builds(UnitDialog, questions=FIGURES, threads=FIGURES)
KNOWN = ("kanwil-bali", "setjen")
DIALOGS = st.builds(
    Dialog,
    month=st.just("2026-10"),
    as_of=st.just(NOW),
    least_n=st.integers(0, 2 * LEAST_N),
    units=st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=9), UNITS, max_size=4),
    ministry=UNITS,
)


def told(dialog: Dialog) -> Any:
    return json.loads(msgspec.json.encode(dialog_file(dialog, KNOWN)))


@settings(max_examples=60)
@given(DIALOGS)
def test_nothing_is_told_of_too_few_whatever_the_document_says(dialog: Dialog) -> None:
    file = told(dialog)
    least = max(LEAST_N, dialog.least_n)
    assert {*file["units"]} == {*dialog.units} & {*KNOWN}
    for unit in (file["ministry"], *file["units"].values()):
        for figures in unit.values():
            if figures["n"] is None:
                assert {*figures.values()} == {None}
                continue
            assert figures["n"] >= least
            for name in ("by_first", "by_last", "median"):
                assert figures[name] is None or figures[name]["of"] >= least


def test_what_is_not_known_stays_null_and_nothing_beside_is_told() -> None:
    file = told(dialog_of("2026-09", closed=True))
    assert {*file} == {
        *("month", "as_of", "closed", "due_days", "least_n", "ministry", "units"),
    }
    assert file["as_of"] == "2026-09-21T03:00:00Z"
    bali, setjen = file["units"]["kanwil-bali"], file["units"]["setjen"]
    assert bali["questions"]["by_first"] == {"hits": 18, "of": 24, "lower": 551, "upper": 880}
    assert bali["questions"]["by_last"] is None
    assert (bali["questions"]["unmeasured"], bali["questions"]["open"]) == (3, 0)
    assert {*setjen["questions"].values()} == {None}
    assert "settled" not in json.dumps(file)


def test_a_unit_without_a_figure_is_not_told_of() -> None:
    spoken = dialog_of("2026-10")
    assert dialog_unit(spoken.units["kanwil-bali"], 20).is_told
    assert not dialog_unit(spoken.units["setjen"], 20).is_told
    assert not dialog_unit(spoken.units["kanwil-bali"], 2_000).is_told
