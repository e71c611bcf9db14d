"""The pulse's documents: what is added, what is told, and what an odd account costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import DAY, PLATFORMS
from functions.store.parts import compress, pack
from functions.store.port import Stored
from functions.store.pulse import (
    HOUR,
    HOURS,
    AccountPulse,
    ByHour,
    Pulse,
    added,
    read_day,
    together,
)
from tests.bench.stored import document_bytes

TODAY = date(2026, 10, 20)
MIDNIGHT = datetime(2026, 10, 20, tzinfo=UTC)
KEY = "x:123"

counts, hours = st.integers(0, 99), st.integers(0, HOURS - 1)


def counted(told: Mapping[int, int]) -> ByHour:
    """The counts of a day of which only some hours have any."""
    return tuple(told.get(hour, 0) for hour in range(HOURS))


by_hour = st.dictionaries(hours, counts, max_size=2).map(counted)
pulses = st.builds(
    AccountPulse,
    known=st.integers(0, 2**HOURS - 1),
    comments=by_hour,
    likes=by_hour,
    shares=by_hour,
    posts=st.dictionaries(st.sampled_from("pq"), by_hour, max_size=2),
)
growths = st.dictionaries(
    st.sampled_from([TODAY, TODAY + DAY]),
    st.dictionaries(st.sampled_from("ab"), pulses, max_size=2),
    max_size=2,
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def is_no_pulse(value: Any) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=AccountPulse)
    except msgspec.ValidationError:
        return True
    return False


odd_accounts = json.filter(is_no_pulse) | st.sampled_from(
    [
        {"known": -1},
        {"known": 2**HOURS},
        {"comments": [1] * (HOURS - 1)},
        {"likes": [-1] * HOURS},
        {"shares": [0.5] * HOURS},
        {"posts": {"p": [1] * (HOURS + 1)}},
        {"posts": {"p": None}},
    ]
)


def document(entries: Any, **facts: Any) -> Stored:
    data = {"parts": 1, "body": compress(entries), **facts}
    return Stored("a/pulse/2026-10-20", data, "1", MIDNIGHT)


@settings(max_examples=40)
@given(pulses, pulses, pulses)
def test_the_order_of_additions_does_not_matter(
    one: AccountPulse, two: AccountPulse, three: AccountPulse
) -> None:
    assert one.with_(two) == two.with_(one)
    assert one.with_(two).with_(three) == one.with_(two.with_(three))
    assert one.with_(AccountPulse()) == one


@settings(max_examples=40)
@given(growths, growths)
def test_what_was_added_is_read_again(one: Any, two: Any) -> None:
    sums = together([one, two])
    assert sums == together([two, one])
    for day in sums:
        noted = added(added({}, one.get(day, {})), two.get(day, {}))
        assert read_day([document(noted)]) == noted == sums[day]


@given(pulses, odd_accounts, st.text(max_size=9))
def test_an_odd_account_costs_no_other(good: AccountPulse, odd: Any, name: str) -> None:
    told = read_day([document({name: odd, KEY: good})])
    assert told[KEY] == good
    assert told.keys() <= {KEY, name}
    assert name == KEY or name not in told


@given(json)
def test_a_document_of_anything_says_what_can_be_read_of_it(odd: Any) -> None:
    assert all(isinstance(told, AccountPulse) for told in read_day([document(odd)]).values())
    assert read_day([document({}, body=odd)]) == {}
    assert read_day([document({}, body=b"garbled")]) == {}


def test_the_finer_parts_of_a_split_are_the_newer() -> None:
    old, new = AccountPulse(known=1), AccountPulse(known=3)
    coarse = document({KEY: old, "x:7": old})
    assert read_day([document({KEY: new}, parts=2), coarse]) == {KEY: new, "x:7": old}


def test_hours_are_told_from_the_first_to_the_last_and_unknown_ones_as_that() -> None:
    today = AccountPulse(known=0b110, comments=(5, 6, 7, *[0] * 21), likes=(1,) * HOURS)
    yesterday = AccountPulse(known=1 << 23, shares=(0,) * 23 + (9,))
    held = {TODAY: {KEY: today}, TODAY - DAY: {KEY: yesterday}}
    pulse = Pulse(first=MIDNIGHT - 2 * HOUR, last=MIDNIGHT + 3 * HOUR, days=held)
    assert pulse.comments(KEY) == [None, 0, None, 6, 7, None]
    assert pulse.likes(KEY) == [None, 0, None, 1, 1, None]
    assert pulse.shares(KEY) == [None, 9, None, 0, 0, None]
    assert pulse.comments("x:none") == [None] * 6
    assert pulse.accounts == {KEY}


def test_an_end_before_the_beginning_has_no_hours() -> None:
    pulse = Pulse(first=MIDNIGHT, last=MIDNIGHT - HOUR)
    assert pulse.comments(KEY) == []
    assert pulse.posts(KEY, MIDNIGHT, MIDNIGHT) == {}


def test_the_posts_of_a_window_are_those_with_comments_in_it() -> None:
    today = AccountPulse(
        posts={"p": counted({0: 1, 1: 2, 4: 8}), "q": counted({4: 1}), "r": counted({})}
    )
    yesterday = AccountPulse(posts={"p": counted({23: 4}), "s": counted({3: 1})})
    held = {TODAY: {KEY: today}, TODAY - DAY: {KEY: yesterday}}
    pulse = Pulse(first=MIDNIGHT - DAY, last=MIDNIGHT + 9 * HOUR, days=held)
    assert pulse.posts(KEY, MIDNIGHT - HOUR, MIDNIGHT + HOUR) == {"p": 7}
    assert pulse.posts(KEY, MIDNIGHT + 4 * HOUR, MIDNIGHT + 4 * HOUR) == {"p": 8, "q": 1}
    assert pulse.posts("x:none", MIDNIGHT, MIDNIGHT + HOUR) == {}


def test_the_day_of_a_busy_ministry_is_small() -> None:
    """47 units with five accounts each, twelve living posts an account, comments in most hours."""
    random = Random(1)
    entries = {
        f"{platform}:{random.randrange(10**16)}": AccountPulse(
            known=2**HOURS - 1,
            comments=tuple(random.randrange(30) for _ in range(HOURS)),
            likes=tuple(random.randrange(400) for _ in range(HOURS)),
            shares=tuple(random.randrange(20) for _ in range(HOURS)),
            posts={
                str(random.randrange(10**18)): tuple(
                    random.choice((0, 0, 0, random.randrange(1, 9))) for _ in range(HOURS)
                )
                for _ in range(12)
            },
        )
        for _ in range(47)
        for platform in PLATFORMS
    }
    [body] = pack(entries)
    path = "agencies/kemenkum/pulse/2026-10-20"
    assert document_bytes(path, {"day": "2026-10-20", "parts": 1, "body": body}) <= 200_000
