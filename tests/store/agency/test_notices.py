"""The outbox; each test runs against both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.agency.notices import GIVEN_UP

NOW = datetime(2026, 11, 6, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def due(agency: AgencyStore, at: datetime = NOW, most: int = 9) -> list[str]:
    return [held.id for held in agency.due_notices(at, most)]


def test_a_notice_is_put_in_once(agency: AgencyStore) -> None:
    told = {("month", "a"): {"due": iso(NOW)}, ("month", "b"): {"due": iso(NOW + MINUTE)}}
    assert agency.add_notices(told) == 2
    writes = agency.store.meter.writes
    assert agency.add_notices({**told, ("month", "a"): {"due": "x"}}) == 0
    assert agency.store.meter.writes == writes
    assert agency.add_notices({}) == 0


def test_what_is_due_comes_in_the_order_of_its_time(agency: AgencyStore) -> None:
    agency.add_notices(
        {
            ("a",): {"due": iso(NOW)},
            ("b",): {"due": iso(NOW - MINUTE)},
            ("c",): {"due": iso(NOW + MINUTE)},
            ("d",): {"due": None},
            ("e",): {"due": GIVEN_UP},
        }
    )
    assert due(agency) == ["b", "a"]
    assert due(agency, most=1) == ["b"]
    assert [held.id for held in agency.given_up_notices()] == ["e"]
    [held] = agency.due_notices(NOW, 1)
    agency.settle_notice(held, {"due": None})
    assert due(agency) == ["a"]


def test_a_notice_expires(agency: AgencyStore) -> None:
    agency.add_notices({("a",): {"due": iso(NOW)}})
    [held] = agency.due_notices(NOW, 1)
    assert held.expires_at is not None
    agency.settle_notice(held, {"due": None})
    again = agency.reread(held)
    assert again is not None
    assert again.expires_at == held.expires_at
