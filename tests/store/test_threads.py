"""Threads of comments: what two reads of one make together, and what an odd entry costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.store.parts import compress
from functions.store.port import Stored
from functions.store.threads import (
    CommentThread,
    Followed,
    Gap,
    Inbox,
    all_together,
    local_day,
    read_inboxes,
    read_threads,
    rebased,
    together,
    without,
)
from tests.factories import NOW, WIB

instants = st.integers(0, 5).map(lambda n: NOW + timedelta(minutes=n))
answers = st.tuples(instants, st.sampled_from(["own", "other"]), st.none() | st.sampled_from("ab"))


def _thread(answered: Any, **facts: Any) -> CommentThread:
    at, by, words = answered or (None, None, None)
    return CommentThread(answered_at=at, answered_by=by, answer=words, **facts)


threads = st.builds(
    _thread,
    st.none() | answers,
    asked_at=instants,
    question=st.booleans(),
    gone_at=st.none() | instants,
    hidden=st.booleans(),
    checked_at=st.none() | instants,
)
followed = st.builds(
    Followed,
    id=st.sampled_from("pq"),
    url=st.just("https://x.com/i/status/1"),
    asked_at=instants,
    seen_at=instants,
    checked_at=st.none() | instants,
)
inboxes = st.builds(
    Inbox,
    satker=st.sampled_from(["bali", "aceh"]),
    read_until=st.none() | instants,
    looked_at=st.none() | instants,
    gaps=st.lists(st.builds(Gap, instants, instants), max_size=2).map(tuple),
    open=st.dictionaries(st.sampled_from("abc"), followed, max_size=3),
)
LOOSE = ("read_until", "looked_at", "gaps")  # what may be odd beside what is followed
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


def document(entries: Any, **facts: Any) -> Stored:
    return Stored("agencies/a/threads/x", {"body": compress(entries), **facts}, "1", NOW)


@settings(max_examples=40)
@given(threads, threads, threads)
def test_the_order_and_number_of_reads_do_not_matter(
    one: CommentThread, two: CommentThread, three: CommentThread
) -> None:
    both = together(one, two)
    assert both == together(two, one) == together(both, one) == together(both, two)
    assert together(one, one) == one
    assert together(both, three) == together(one, together(two, three))


def test_the_own_answer_wins_over_an_earlier_one_of_another() -> None:
    other = CommentThread(asked_at=NOW, answered_at=NOW, answered_by="other")
    own = CommentThread(
        asked_at=NOW, answered_at=NOW + timedelta(hours=1), answered_by="own", answer="0f"
    )
    later = msgspec.structs.replace(own, answered_at=NOW + timedelta(hours=2), answer="1e")
    both = all_together({"h": together(other, later)}, {"h": own, "i": other})
    assert both == {"h": own, "i": other}


@settings(max_examples=40)
@given(threads, odd, st.text(max_size=9))
def test_an_odd_thread_costs_no_other(good: CommentThread, entry: Any, name: str) -> None:
    told = read_threads([document({name: entry, "good": good})])
    assert told["good"] == good
    assert name == "good" or name not in told or isinstance(told[name], CommentThread)
    assert read_threads([document({}, body=entry)]) == {}


def test_an_instant_without_an_offset_is_odd() -> None:
    entries = {"naive": {"asked_at": "2026-10-20T03:00:00"}, "h": CommentThread(asked_at=NOW)}
    assert read_threads([document(entries)]).keys() == {"h"}


@settings(max_examples=40)
@given(inboxes.filter(lambda inbox: inbox.open), odd, st.sampled_from([*LOOSE, "q"]))
def test_an_odd_entry_of_an_inbox_costs_itself_alone(good: Inbox, entry: Any, where: str) -> None:
    spoilt = msgspec.to_builtins(good)
    spoilt["open"] |= {"q": entry} if where == "q" else {}
    spoilt |= {where: entry} if where in LOOSE else {}
    told = read_inboxes([document({"x:1": spoilt, "x:2": good, "x:3": entry})])
    assert told["x:2"] == good
    assert told["x:1"].satker == good.satker
    assert {name: one for name, one in told["x:1"].open.items() if name != "q"} == good.open
    for field in (name for name in LOOSE if name != where):
        assert getattr(told["x:1"], field) == getattr(good, field)


@settings(max_examples=40)
@given(inboxes, st.none() | inboxes, st.none() | inboxes)
def test_two_runs_at_once_lose_nothing_and_bring_nothing_back(
    ours: Inbox, base: Inbox | None, theirs: Inbox | None
) -> None:
    found = rebased(ours, base, theirs)
    assert rebased(ours, base, base) == ours
    if base is not None:
        assert rebased(ours, base, None) is None  # erased meanwhile
    if theirs is None or found is None:
        return
    if theirs != base:
        assert rebased(found, base, theirs) == found
        known = set() if base is None else base.open.keys()
        dropped = {name for name in known if name not in ours.open or name not in theirs.open}
        assert found.open.keys() == (ours.open.keys() | theirs.open.keys()) - dropped
        assert found.read_until is None or found.read_until in (ours.read_until, theirs.read_until)
        assert set(found.gaps) == {*ours.gaps, *theirs.gaps}


def test_a_thread_that_is_forgotten_is_followed_no_more() -> None:
    one = Followed(id="1", url="https://x.com/i/status/1", asked_at=NOW, seen_at=NOW)
    inbox = Inbox(satker="bali", read_until=NOW, open={"a": one, "b": one})
    assert without(inbox, ["a", "z"]) == Inbox(satker="bali", read_until=NOW, open={"b": one})


def test_a_day_is_the_zones_own() -> None:
    assert local_day(datetime(2026, 10, 19, 16, 59, tzinfo=UTC), WIB) == "2026-10-19"
    assert local_day(datetime(2026, 10, 19, 17, 0, tzinfo=UTC), WIB) == "2026-10-20"
