"""Why a post is not measured, told from the reads that there are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement
from functions.publish.outages import Reads
from functions.publish.text.causes import unmeasured
from tests.factories import WIB, aged, entry, read, x_post

UNMEASURED = Measurement(state="unmeasured")


def missed(*hours: float, post_id: str = "100", **facts: Any) -> Entry:
    """A post that was read at these ages, and not measured."""
    post = x_post(*(read(aged(hour)) for hour in hours), post_id=post_id)
    return entry(post, **{"measurement": UNMEASURED, **facts})


def cause(wanted: Entry, *others: Entry) -> str:
    return unmeasured(wanted, Reads([wanted, *others]), WIB)


def test_a_post_that_was_found_late_says_when_it_was_first_read() -> None:
    assert cause(missed(31)) == "Pertama kali terbaca 11 Okt 19.00 WIB, pada umur 31 jam."


def test_a_platform_that_stood_still_is_told_with_its_last_and_first_read() -> None:
    others = (missed(5, 40, post_id="101"), missed(2, 36, post_id="102"))
    assert cause(missed(3), *others) == (
        "Tidak satu pun unggahan X terbaca antara 10 Okt 17.00 WIB dan 12 Okt 00.00 WIB."
    )
    assert cause(missed(3)) == "Tidak satu pun unggahan X terbaca sejak 10 Okt 15.00 WIB."
    assert cause(missed()) == "Tidak satu pun unggahan X terbaca pada umur 18 sampai 30 jam."


def test_where_others_were_read_it_was_the_post_itself() -> None:
    other = missed(24, post_id="101")
    assert cause(missed(3, 40), other) == (
        "Unggahan ini tidak terbaca antara 10 Okt 15.00 WIB dan 12 Okt 04.00 WIB."
    )
    assert cause(missed(3), other) == "Unggahan ini tidak terbaca sejak 10 Okt 15.00 WIB."
    assert cause(missed(), other) == "Unggahan ini tidak terbaca pada umur 18 sampai 30 jam."


def test_reads_of_another_platform_excuse_nobody() -> None:
    elsewhere = entry(x_post(read(aged(24)), platform="tiktok", post_id="7"))
    assert cause(missed(3), elsewhere).startswith("Tidak satu pun unggahan X")


@pytest.mark.parametrize(
    "facts",
    [
        *(
            {"measurement": Measurement(state=state, i24=1)}
            for state in ("running", "observed", "interpolated", "estimated")
        ),
        {"counted": False, "reason": "removed", "measurement": Measurement(state="removed")},
        {"counted": False, "reason": "excluded"},
        {"reason": "hidden"},
    ],
)
def test_a_post_that_was_not_missed_has_no_cause(facts: dict[str, Any]) -> None:
    assert cause(missed(3, **facts)) == ""


def test_a_post_that_is_not_scored_has_no_cause() -> None:
    assert cause(Entry(post=x_post())) == ""


@given(
    st.sets(st.integers(0, 17)),
    st.sets(st.integers(31, 60)),
    st.lists(st.sets(st.integers(0, 90)), max_size=4),
)
def test_whatever_was_read_the_sentence_says_nothing_that_was(
    before: set[int], after: set[int], others: list[set[int]]
) -> None:
    wanted = missed(*sorted({*before, *after}))
    rest = [missed(*sorted(hours), post_id=f"o{at}") for at, hours in enumerate(others)]
    said = cause(wanted, *rest)
    is_read = any(18 <= hour <= 30 for hours in others for hour in hours)
    if not before and after:
        assert said.startswith("Pertama kali terbaca ")
    elif is_read:
        assert said.startswith("Unggahan ini tidak terbaca ")
    else:
        assert said.startswith("Tidak satu pun unggahan X terbaca ")
    assert said.endswith(".")
