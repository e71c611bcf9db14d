"""Invitations of all accounts: a link where one is needed, and how each consent stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.connect import ticket
from functions.connect.links import Invitation, invitations
from functions.model import Account, Agency, Roster, Satker, iso
from functions.store.agency import AgencyStore
from functions.store.port import Store
from functions.tokens.vault import Vault

URL = "https://izin.example.go.id"
KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
DAY = timedelta(days=1)


@pytest.fixture
def agency(store: Store, now: datetime) -> AgencyStore:
    """Two units, one of them with a second account that will begin, and one that has ended."""
    agency = AgencyStore(store, Agency())

    def account(satker: str, handle: str, **facts: Any) -> Account:
        given = {"platform": "tiktok", "valid_from": now - DAY, **facts}
        return Account(handle=handle, satker=satker, **given)

    agency.save_roster(
        Roster(
            as_of=now - DAY,
            satker=tuple(Satker(id=i, name=i.title(), kind="upt") for i in ("aceh", "bali")),
            accounts=(
                account("aceh", "aceh.satu"),
                account("aceh", "aceh.nanti", valid_from=now + DAY),
                account("bali", "bali"),
                account("bali", "bali.lama", valid_to=now),
                account("bali", "lain", platform="x"),
            ),
        )
    )
    return agency


def found(agency: AgencyStore, now: datetime, **options: Any) -> dict[str, Invitation]:
    listed = invitations(agency, lambda: Vault(KEY), URL, now, **options)
    return {one.handle: one for one in listed}


def test_every_account_that_is_registered_or_will_be_is_invited(
    agency: AgencyStore, now: datetime
) -> None:
    listed = found(agency, now)
    assert [*listed] == ["aceh.nanti", "aceh.satu", "bali"]
    one = listed["aceh.satu"]
    assert (one.satker, one.name, one.state) == ("aceh", "Aceh", "belum memberi izin")
    assert one.good_until == now + ticket.LIFETIME
    assert one.link is not None
    [sealed] = parse_qs(urlsplit(one.link).query)["ticket"]
    read = ticket.read(Vault(KEY), sealed, now)
    assert (read.agency, read.satker, read.handle) == ("kemenkum", "aceh", "aceh.satu")


@pytest.mark.parametrize(
    ("facts", "state", "is_invited"),
    [
        ({}, "sudah memberi izin sejak 2026-10-01", False),
        ({"given_at": ["rusak"]}, "sudah memberi izin", False),
        (
            {"refresh_until": "2026-10-25T00:00:00Z"},
            "sudah memberi izin sejak 2026-10-01, berakhir 2026-10-25",
            True,
        ),
        ({"refresh_until": "2026-10-01T00:00:00Z"}, "izin berakhir", True),
        (
            {"ended_at": "2026-10-10T00:00:00Z", "why": "withdrawn"},
            "izin dicabut pada 2026-10-10",
            True,
        ),
        ({"renewal": {"refused_at": "2026-10-10T00:00:00Z"}}, "izin ditolak TikTok", True),
        (
            {"renewal": {"refused_at": "2026-10-10T00:00:00Z", "lost": True}},
            "izin hilang saat diperbarui",
            True,
        ),
        ({"renewal": "rusak"}, "izin tidak dapat dibaca", True),
    ],
)
def test_each_consent_is_told_as_it_stands(
    agency: AgencyStore, now: datetime, facts: dict[str, Any], state: str, is_invited: bool
) -> None:
    good = {"refresh": "x", "given_at": "2026-10-01T00:00:00Z", "satker": "bali"}
    agency.save_consent("bali", "tiktok", {**good, **facts})
    one = found(agency, now)["bali"]
    assert (one.state, one.link is not None) == (state, is_invited)
    assert one.has_consented == state.startswith("sudah")
    assert found(agency, now, renew=True)["bali"].link is not None


def test_a_link_after_a_withdrawal_in_the_same_second_is_good(
    agency: AgencyStore, now: datetime
) -> None:
    withdrawn = {"ended_at": iso(now), "why": "withdrawn", "void_until": iso(now)}
    agency.save_consent("bali", "tiktok", withdrawn)
    assert found(agency, now)["bali"].good_until == now + ticket.LIFETIME + timedelta(seconds=1)


def test_no_key_is_opened_when_nobody_needs_a_link(agency: AgencyStore, now: datetime) -> None:
    def vault() -> Vault:
        raise AssertionError

    agency.save_roster(Roster(as_of=now))
    assert invitations(agency, vault, URL, now) == []
