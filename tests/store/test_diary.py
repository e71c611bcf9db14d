"""The diary of collecting: what is added, and what an odd entry costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.store.diary import (
    MOST,
    Diary,
    DiaryDay,
    PlatformNow,
    UnreadAccount,
    added,
    named,
    read_days,
    read_now,
    standing,
)

AT = datetime(2026, 10, 21, 4, tzinfo=UTC)
days = st.builds(
    DiaryDay,
    hours=st.integers(0, 2**24 - 1),
    requests=st.integers(0, 10**6),
    failed=st.integers(0, 10**6),
    mills=st.integers(0, 10**6),
    quota=st.none() | st.integers(0, 200),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def wrong_for(kind: Any) -> st.SearchStrategy[Any]:
    """JSON values that are none of a kind."""

    def is_wrong(value: Any) -> bool:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            return True
        return False

    return json.filter(is_wrong)


@given(days, days, days)
def test_the_order_of_additions_does_not_matter(one: DiaryDay, two: DiaryDay, three: Any) -> None:
    assert one.with_(two) == two.with_(one)
    assert one.with_(two).with_(three) == one.with_(two.with_(three))
    assert one.with_(DiaryDay()) == one


@given(days, days)
def test_what_was_added_is_read_again(one: DiaryDay, two: DiaryDay) -> None:
    document = added({}, "2026-10-20", {"x": one})
    document = added(read_days(document), "2026-10-21", {"x": two, "tiktok": one})
    assert read_days(document) == {
        "2026-10-20": {"x": one},
        "2026-10-21": {"x": two, "tiktok": one},
    }


@given(wrong_for(DiaryDay), wrong_for(PlatformNow), st.text(max_size=12))
def test_an_odd_entry_costs_no_other(odd: Any, odd_now: Any, key: str) -> None:
    good = DiaryDay(hours=3, requests=2)
    held = msgspec.to_builtins({"x": good})
    told = read_days({"days": {"2026-10-20": held | {"tiktok": odd}, "2026-10-21": odd, key: odd}})
    assert told["2026-10-20"] == {"x": good}
    assert not any(told.get("2026-10-21", {}))
    now = {"x": {"read_at": "2026-10-21T04:00:00Z"}, "tiktok": odd_now, key: odd_now}
    assert read_now({"platforms": now})["x"] == PlatformNow(read_at=AT)
    assert "tiktok" not in read_now({"platforms": now})


@given(json)
def test_a_document_of_anything_says_what_can_be_read_of_it(odd: Any) -> None:
    assert not any(read_days({"days": odd}).values())
    assert read_now({"platforms": odd}).keys() <= {*PLATFORMS}
    assert read_days({}) == read_now({}) == {}


def test_when_a_platform_was_read_last_is_never_forgotten() -> None:
    known = {"x": PlatformNow(read_at=AT, stopped=True), "tiktok": PlatformNow(read_at=AT)}
    earlier = PlatformNow(read_at=AT - timedelta(hours=1))
    told = standing(known, {"x": earlier, "youtube": PlatformNow(ready=False)})  # type: ignore[dict-item,arg-type]
    assert told == {
        "x": PlatformNow(read_at=AT),
        "tiktok": PlatformNow(read_at=AT),
        "youtube": PlatformNow(ready=False),
    }
    assert Diary(now=told).read_at == AT
    assert Diary().read_at is None


def test_of_many_accounts_some_are_named_and_the_others_counted() -> None:
    accounts = [UnreadAccount(handle=f"a{n:04}", said="Akun tidak ada.") for n in range(MOST + 7)]
    shown, more = named(reversed(accounts))
    assert (shown, more) == (tuple(accounts[:MOST]), 7)
    assert named([]) == ((), 0)


def test_a_month_of_all_platforms_is_small() -> None:
    full = DiaryDay(hours=2**24 - 1, requests=10**7, failed=10**7, mills=10**9, quota=100)
    document: dict[str, Any] = {}
    for day in range(1, 32):
        document = added(read_days(document), f"2026-10-{day:02}", dict.fromkeys(PLATFORMS, full))
    assert len(msgspec.json.encode(document)) < 20_000
