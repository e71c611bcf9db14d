"""Threads in the store; each test runs against both stores."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from functions.model import DAY
from functions.store import parts
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.threads import CommentThread, Followed, Inbox, ThreadDay
from tests.factories import NOW

X, TODAY = "x:1", "2026-10-20"


def asked(minutes: int = 0, **facts: Any) -> CommentThread:
    return CommentThread(asked_at=NOW + timedelta(minutes=minutes), **facts)


def inbox(*hashes: str) -> Inbox:
    followed = Followed(id="1", url="https://x.com/i/status/1", asked_at=NOW, seen_at=NOW)
    return Inbox(satker="bali", read_until=NOW, open=dict.fromkeys(hashes, followed))


def everything(agency: AgencyStore) -> list[str]:
    """The paths of all that is kept of threads."""
    kept = ("threads", "inbox")
    return [one.path for kind in kept for one in agency.store.list(f"{agency.root}/{kind}")]


def test_what_is_added_is_told_by_day_and_month(agency: AgencyStore) -> None:
    agency.add_threads(X, {TODAY: {"a": asked()}, "2026-09-30": {"b": asked(1)}})
    answered = asked(answered_at=NOW + DAY, answered_by="own")
    agency.add_threads(X, {TODAY: {"a": answered, "c": asked(2)}})
    agency.add_threads("tiktok:a/b:c", {TODAY: {"d": asked()}})
    assert agency.threads_of(X, TODAY) == {"a": answered, "c": asked(2)}
    assert agency.threads_of(X, "2026-10-21") == {}
    told = list(agency.thread_days("2026-10"))
    assert told == [
        ThreadDay(account="tiktok:a/b:c", day=TODAY, threads={"d": asked()}),
        ThreadDay(account=X, day=TODAY, threads={"a": answered, "c": asked(2)}),
    ]
    assert [day.day for day in agency.thread_days("2026-09")] == ["2026-09-30"]


def test_saying_the_same_again_writes_nothing(agency: AgencyStore) -> None:
    agency.add_threads(X, {TODAY: {"a": asked(checked_at=NOW)}})
    writes = agency.store.meter.writes
    agency.add_threads(X, {TODAY: {"a": asked()}, "2026-10-19": {}})
    assert agency.store.meter.writes == writes
    with pytest.raises(ValueError, match="kemarin"):
        agency.add_threads(X, {"kemarin": {"a": asked()}})


def test_writers_at_once_keep_each_others(agency: AgencyStore) -> None:
    def add(n: int) -> None:
        agency.add_threads(X, {TODAY: {f"h{n}": asked(n)}})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(8)))
    assert len(agency.threads_of(X, TODAY)) == 8


def test_a_day_expires_by_its_own_beginning_and_its_platforms_terms(agency: AgencyStore) -> None:
    for account in (X, "youtube:UC"):
        agency.add_threads(account, {TODAY: {"a": asked()}})
    midnight = NOW.replace(hour=0) - timedelta(hours=7)
    found = {one.id: one.expires_at for one in agency.store.list(f"{agency.root}/threads")}
    assert found == {
        "x:1:2026-10-20": midnight + 400 * DAY,
        "youtube:UC:2026-10-20": midnight + 30 * DAY,
    }
    agency.simulation = True
    agency.add_threads(X, {"2026-10-21": {"a": asked()}})
    [*_, last] = agency.store.list(f"{agency.root}/threads", at_least="2026-10")
    assert {one.expires_at for one in agency.store.list(f"{agency.root}/threads")} > {None}
    assert last.data["month"] == "2026-10"


def test_a_large_day_lies_in_parts_and_shrinks_without_a_rest(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_SIZE", 500)
    names = [hashlib.sha256(str(n).encode()).hexdigest()[:16] for n in range(60)]
    agency.add_threads(X, {TODAY: {name: asked() for name in names}, "2026-10-19": {"a": asked()}})
    assert len(everything(agency)) > 2
    [before, day] = agency.thread_days("2026-10")
    assert (before.day, day.threads.keys()) == ("2026-10-19", {*names})
    assert agency.forget_thread("x", names[1:], NOW)
    assert agency.threads_of(X, TODAY).keys() == {names[0]}
    assert len(everything(agency)) == 2
    monkeypatch.undo()
    assert agency.erase_threads([X], NOW) == 2
    assert everything(agency) == []


@pytest.mark.parametrize("odd", [{"body": b"x"}, {"body": 7, "parts": "x"}, {"parts": [1]}])
def test_an_odd_document_costs_no_other(agency: AgencyStore, odd: dict[str, Any]) -> None:
    agency.add_threads(X, {TODAY: {"a": asked()}, "2026-10-19": {"b": asked()}})
    agency.store.write([Write(f"{agency.root}/threads/x:1:{TODAY}", odd, "merge")])
    agency.store.write([Write(f"{agency.root}/threads/odd", {"month": "2026-10", **odd})])
    days = {day.day: day.threads for day in agency.thread_days("2026-10")}
    assert days.pop("2026-10-19") == {"b": asked()}
    assert days.get(TODAY, {}) in ({}, {"a": asked()})
    agency.add_threads(X, {TODAY: {"c": asked()}})
    assert "c" in agency.threads_of(X, TODAY)
    assert agency.forget_thread("x", ["b"], NOW)
    agency.erase_threads([X], NOW)
    assert everything(agency) == [f"{agency.root}/threads/odd"]


def test_what_is_erased_is_gone_and_others_stay(agency: AgencyStore) -> None:
    old = (NOW - 399 * DAY).date().isoformat()
    for account in (X, "x:10", "instagram:1"):
        agency.add_threads(account, {TODAY: {"a": asked()}, old: {"b": asked()}})
    agency.save_inbox("x", {X: inbox("a"), "x:10": inbox("a")})
    assert agency.erase_threads([X, "instagram:1"], NOW) == 5
    assert {*everything(agency)} == {
        f"{agency.root}/{path}"
        for path in (f"threads/x:10:{TODAY}", f"threads/x:10:{old}", "inbox/x")
    }
    assert agency.inboxes(["x", "youtube"]) == {"x": {"x:10": inbox("a")}, "youtube": {}}
    writes = agency.store.meter.writes
    assert agency.erase_threads([X, "instagram:1"], NOW) == 0
    assert agency.store.meter.writes == writes


def test_a_comment_is_forgotten_wherever_it_stands(agency: AgencyStore) -> None:
    for account in (X, "x:2", "instagram:1"):
        agency.add_threads(account, {TODAY: {"a": asked(), "b": asked()}})
    agency.add_threads(X, {"2026-10-19": {"a": asked()}})
    agency.save_inbox("x", {X: inbox("a", "b"), "x:2": inbox("b")})
    assert agency.forget_thread("x", ["a", "z"], NOW)
    assert agency.threads_of(X, TODAY).keys() == agency.threads_of("x:2", TODAY).keys() == {"b"}
    assert agency.threads_of("instagram:1", TODAY).keys() == {"a", "b"}
    assert [*agency.store.get([f"{agency.root}/threads/x:1:2026-10-19"])] == []
    assert agency.inboxes(["x"])["x"] == {X: inbox("b"), "x:2": inbox("b")}
    assert agency.forgotten() == {"a", "z"}
    writes = agency.store.meter.writes
    assert not agency.forget_thread("x", ["a", "z"], NOW)
    assert agency.store.meter.writes == writes
