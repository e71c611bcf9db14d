"""Counts of queries; each test runs against both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.store.volumes import HOUR, Series

END = datetime(2026, 11, 1, tzinfo=UTC)
A, B = Series.of("Layanan/AHU", "a"), Series.of("b", "b")


def test_hours_are_added_and_read_by_series_and_span(agency: AgencyStore) -> None:
    agency.add_volumes(A, {END - 2 * HOUR: 0, END - HOUR: 5, END: 6})
    agency.add_volumes(A, {END + HOUR: 7})
    agency.add_volumes(B, {END: 9})
    agency.add_volumes(B, {})
    held = agency.volumes([A, B, Series("c", "")], END - HOUR, END + HOUR)
    assert held == {A: {END - HOUR: 5, END: 6}, B: {END: 9}, Series("c", ""): {}}


def test_adding_twice_changes_nothing(agency: AgencyStore) -> None:
    for _ in range(2):
        agency.add_volumes(A, {END: 6})
    assert agency.volumes([A], END, END + HOUR) == {A: {END: 6}}


def test_a_month_expires_400_days_after_its_end(agency: AgencyStore) -> None:
    at = datetime(2099, 1, 5, tzinfo=UTC)
    agency.add_volumes(A, {at: 6})
    path = f"{agency.root}/volumes/{key(*A, '2099-01')}"
    held = agency.store.get([path])[path]
    assert held.expires_at == datetime(2099, 2, 1, tzinfo=UTC) + timedelta(days=400)
    assert held.data["query"] == "layanan/ahu"


def test_a_month_of_hours_fits_a_document_many_times(agency: AgencyStore) -> None:
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    whole = {begin + n * HOUR: 2**53 - 1 for n in range(744)}
    agency.add_volumes(A, whole)
    assert agency.volumes([A], begin, END)[A] == whole
