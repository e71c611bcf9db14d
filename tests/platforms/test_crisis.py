"""A planted crisis is as large and as fast as it has to be, and touches one post alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.platforms import crisis
from tests.platforms.__main__ import _parser
from tests.platforms.world import PLATFORMS, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 9, 1, tzinfo=UTC)
AT = START + 35 * DAY + 12 * HOUR
UNITS = ("satu", "dua", "tiga", "empat")


def world() -> World:
    accounts = [(unit, platform, f"{unit}{platform}") for unit in UNITS for platform in PLATFORMS]
    return World.generate(3, accounts, START, 38, posts_per_day=1, oddities=True)


def gained(made: World, satker: str, begin: datetime, end: datetime) -> tuple[int, int]:
    """Comments and likes that a unit's posts gain."""
    own = [post for post in made.posts if post.account.satker == satker]
    first, last = ([made.counters(post, at) for post in own] for at in (begin, end))
    return tuple(  # type: ignore[return-value]
        sum(getattr(one, name) for one in last) - sum(getattr(one, name) for one in first)
        for name in ("comments", "likes")
    )


@pytest.mark.parametrize("unit", UNITS[:2])
def test_it_is_fast_and_large(unit: str) -> None:
    plain, struck = world(), world()
    crisis.plant(struck, unit, AT)
    assert gained(struck, unit, START, AT) == gained(plain, unit, START, AT)
    usual = gained(plain, unit, AT - 28 * DAY, AT)[0] / 28
    (comments, likes), (fewer, others) = (
        gained(each, unit, AT, AT + 10 * HOUR) for each in (struck, plain)
    )
    assert comments - fewer >= max(60, 2.5 * usual)
    assert likes - others == 2 * (comments - fewer)
    # Most of it within the first hours, and nothing afterwards.
    assert gained(struck, unit, AT, AT + 6 * HOUR)[0] >= 0.8 * (comments - fewer)
    assert gained(struck, unit, AT + 10 * HOUR, AT + 2 * DAY) == gained(
        plain, unit, AT + 10 * HOUR, AT + 2 * DAY
    )
    for other in UNITS:
        if other != unit:
            assert gained(struck, other, START, AT + DAY) == gained(plain, other, START, AT + DAY)


def test_a_unit_that_posted_nothing_has_none() -> None:
    with pytest.raises(ValueError, match="has no plain post"):
        crisis.plant(world(), "empat", AT)


def test_the_process_is_told_where_and_when() -> None:
    words = ["--accounts", "akun.csv", "--start", START.isoformat(), "--days", "38"]
    assert _parser().parse_args(words).crisis == []
    told = _parser().parse_args([*words, "--crisis", f"satu@{AT.isoformat()}"])
    assert told.crisis == [("satu", AT)]
    with pytest.raises(SystemExit):
        _parser().parse_args([*words, "--crisis", "satu@2026-10-06T12:00:00"])
