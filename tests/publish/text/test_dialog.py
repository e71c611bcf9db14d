"""Shares and medians say what they rest on, and neither all nor none where that is not so."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from functions.publish.text.dialog import answered, median
from functions.store.dialog import AnsweredShare, Median


def test_a_share_and_a_median_are_told_with_their_intervals() -> None:
    share = AnsweredShare(hits=18, of=24, lower=551, upper=880)
    assert answered(share, "pertanyaan") == "18 dari 24 pertanyaan, 75\u00a0% (55–88\u00a0%)"
    found = Median(minutes=510, lower=190, upper=1_446, of=1_022)
    assert median(found) == "8,5\u00a0jam (3,2–24,1\u00a0jam), dari 1.022 jawaban"
    short = Median(minutes=2, lower=0, upper=3, of=22)
    assert median(short) == "<0,1\u00a0jam (0–0,1\u00a0jam), dari 22 jawaban"
    assert answered(None, "utas") is None
    assert median(None) is None


@given(st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_nearly_all_is_not_all_and_hardly_any_not_none(given: tuple[int, int]) -> None:
    hits, of = given
    said = answered(AnsweredShare(hits=hits, of=of, lower=0, upper=1_000), "utas")
    found = re.search(r", (\d+)\u00a0% \(", said or "")
    assert found is not None
    share = int(found[1])
    assert (share == 0) == (hits == 0)
    assert (share == 100) == (hits == of)
