"""Inboxes in the store; each test runs against both stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from functions.model import DAY
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.threads import Followed, Inbox
from tests.factories import NOW


def inbox(*hashes: str, minutes: int = 0) -> Inbox:
    followed = Followed(id="1", url="https://x.com/i/status/1", asked_at=NOW, seen_at=NOW)
    until = NOW + timedelta(minutes=minutes)
    return Inbox(satker="bali", read_until=until, open=dict.fromkeys(hashes, followed))


def test_a_run_changes_its_accounts_and_leaves_the_others(agency: AgencyStore) -> None:
    assert agency.inboxes(["x", "tiktok"]) == {"x": {}, "tiktok": {}}
    agency.save_inbox("x", {"x:1": inbox("a"), "x:2": inbox()})
    seen = agency.inboxes(["x"])["x"]
    agency.save_inbox("x", {"x:3": inbox("c")})
    agency.save_inbox("x", {"x:1": inbox(minutes=9)}, seen)
    assert agency.inboxes(["x"])["x"] == {
        "x:1": inbox(minutes=9),
        "x:2": inbox(),
        "x:3": inbox("c"),
    }
    writes = agency.store.meter.writes
    agency.save_inbox("x", {"x:1": inbox(minutes=9)})
    agency.save_inbox("x", {})
    assert agency.store.meter.writes == writes
    [stored] = agency.store.list(f"{agency.root}/inbox")
    assert stored.expires_at is not None
    assert abs(stored.expires_at - stored.changed_at - 30 * DAY) < timedelta(minutes=1)


def test_what_another_wrote_or_erased_meanwhile_stands(agency: AgencyStore) -> None:
    agency.save_inbox("x", {"x:1": inbox("a", "b"), "x:2": inbox("a")})
    seen = agency.inboxes(["x"])["x"]
    agency.save_inbox("x", {"x:1": inbox("a", "c", minutes=5)})
    agency.erase_inboxes(["x:2"])
    agency.save_inbox("x", {"x:1": inbox("b", "d", minutes=3), "x:2": inbox("e")}, seen)
    assert agency.inboxes(["x"])["x"] == {"x:1": inbox("c", "d", minutes=5)}


def test_writers_at_once_keep_each_others(agency: AgencyStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: agency.save_inbox("x", {f"x:{n}": inbox()}), range(8)))
    assert len(agency.inboxes(["x"])["x"]) == 8


@pytest.mark.parametrize("odd", [None, 7, "a", {"a": 1, "b": None}, [{}]])
def test_what_is_forgotten_is_known_for_four_hundred_days(agency: AgencyStore, odd: Any) -> None:
    agency.store.write([Write(f"{agency.root}/forgotten/tiktok", {"hashes": odd})])
    agency.note_forgotten("x", ["a"], NOW)
    agency.note_forgotten("x", ["b", "a"], NOW + 399 * DAY)
    assert agency.forgotten(["x"]) == {"a", "b"}
    agency.note_forgotten("x", ["c"], NOW + 402 * DAY)
    assert agency.forgotten(["x"]) == {"b", "c"}
    agency.note_forgotten("tiktok", ["d"], NOW)
    assert agency.forgotten() >= {"b", "c", "d"}


def test_an_odd_document_begins_anew(agency: AgencyStore) -> None:
    agency.store.write([Write(f"{agency.root}/inbox/x", {"body": "x", "parts": "y"})])
    agency.save_inbox("x", {"x:1": inbox()}, {})
    assert agency.inboxes(["x"])["x"] == {"x:1": replace(inbox(), satker="bali")}
