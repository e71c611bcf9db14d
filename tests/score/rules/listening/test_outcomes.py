"""Posts as they are compared: what is expected of them, and the groups that each is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Measurement, Post, Verdict
from functions.score.rules.listening.effects import PostOutcome
from functions.score.rules.listening.outcomes import outcomes
from tests.factories import verdict, x_post

PAST = ((9, 0),) * 20
AT = datetime(2026, 10, 9, 16, 30, tzinfo=UTC)  # 23:30 in Jakarta, Saturday 01:30 in Jayapura


def judged(i24: int | None = 19, id: str = "1", **facts: Any) -> tuple[Post, Verdict]:
    measurement = Measurement(state="interpolated" if i24 is not None else "unmeasured", i24=i24)
    return x_post(post_id=id, published_at=AT, **facts), verdict(measurement=measurement)


def made(
    *posts: tuple[Post, Verdict], past: Any = PAST, zone: str = "Asia/Jakarta"
) -> list[PostOutcome]:
    zoned = ZoneInfo(zone)
    return [*outcomes(posts, past, 0, lambda satker: zoned, lambda post: frozenset({"k"}))]


def test_an_outcome_is_the_logarithm_of_how_far_a_post_lies_above_the_usual():
    [one] = made(judged(19))
    assert one.y == pytest.approx(log(20 / 10))
    assert (one.platform, one.satker) == ("x", "aceh")


def test_what_has_nothing_expected_is_not_counted_or_not_measured_is_left_out():
    assert made(judged(), past=PAST[1:]) == []
    assert made(judged(None)) == []
    post, uncounted = judged()
    assert made((post, msgspec.structs.replace(uncounted, counted=False))) == []
    assert made((post, msgspec.structs.replace(uncounted, satker=None))) == []


def test_a_post_belongs_to_what_is_expected_of_those_after_it():
    early, late = judged(99, "1"), judged(19, "2")
    for order in ([early, late], [late, early]):
        first, second = made(*order, past=((9, 0),) * 19 + ((99, 0),))
        assert first.y > second.y
    assert made(early, late, past=PAST[1:])[0].y == pytest.approx(
        log(20 / (sum([9] * 10) / 10 + 1))
    )


@pytest.mark.parametrize(
    ("zone", "day", "hour", "weekday"),
    [("Asia/Jakarta", "2026-10-09", "21", "5"), ("Asia/Jayapura", "2026-10-10", "0", "6")],
)
def test_hours_and_days_are_the_units_own(zone, day, hour, weekday):
    [one] = made(judged(), zone=zone)
    assert one.day == day
    assert (one.groups["hour"], one.groups["weekday"]) == ({hour}, {weekday})


def test_without_a_format_or_a_text_nothing_is_known_of_those_kinds():
    [bare] = made(judged())
    assert {*bare.groups} == {"hour", "weekday"}
    [whole] = made(judged(text="Halo #SetahunBerdampak", format="album"))
    assert whole.groups["format"] == {"album"}
    assert whole.groups["tag"] == {"setahunberdampak"}
    assert whole.groups["campaign"] == {"k"}


@given(st.text(), st.integers(0, 2**53), st.integers(0, 20 * 86_400))
def test_whatever_is_posted_is_compared(text, i24, seconds):
    at = AT + timedelta(seconds=seconds)
    post, told = judged(i24, text=text)
    post = msgspec.structs.replace(post, published_at=at)
    [one] = made((post, told), zone="Asia/Makassar")
    assert one.y == pytest.approx(log((i24 + 1) / 10))
    assert all("#" not in tag for tag in one.groups["tag"])
    assert one.day == at.astimezone(ZoneInfo("Asia/Makassar")).date().isoformat()
