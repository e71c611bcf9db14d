"""Who signed a final month's sheet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from functions.store.agency.signatures import Signature
from functions.store.port import Conflict, Store, Write
from tests.factories import agency_store

SIGNED = Signature(
    month="2026-09",
    revision=1,
    by="Sari Dewi",
    office="Kepala Biro Humas",
    at=datetime(2026, 10, 9, 3, tzinfo=UTC),
    sha256="a" * 64,
    size=40_000,
    sealed=True,
    link="https://example.go.id/surat",
)


def test_a_signature_comes_back_and_is_never_replaced(store: Store) -> None:
    agency = agency_store(store)
    agency.add_signature(SIGNED)
    second = replace(SIGNED, revision=2, link=None)
    agency.add_signature(second)
    assert agency.signatures() == {("2026-09", 1): SIGNED, ("2026-09", 2): second}
    with pytest.raises(Conflict):
        agency.add_signature(replace(SIGNED, by="Orang Lain"))
    assert agency.signatures()["2026-09", 1].by == "Sari Dewi"


@pytest.mark.parametrize(
    "odd",
    [{}, {"month": 3}, {"month": "2026-08", "revision": "x"}, {"at": "kemarin", "by": None}],
)
def test_an_odd_document_costs_itself_alone(store: Store, odd: dict[str, object]) -> None:
    agency = agency_store(store)
    agency.add_signature(SIGNED)
    store.write([Write(f"{agency.root}/signatures/odd", odd)])
    assert agency.signatures() == {("2026-09", 1): SIGNED}
