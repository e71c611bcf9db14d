"""Tickets: for one account of one agency, for seven days, and from nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.connect import ticket
from functions.tokens.vault import StaleError, Vault, VaultError

KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
ANOTHER = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDI="
NOW = datetime.fromisoformat("2026-10-20T03:00:00Z")
SECOND = timedelta(seconds=1)


def issue(now: datetime = NOW, key: str = KEY) -> str:
    return ticket.issue(Vault(key), "kemenkum", "kanwil-ntt", "kemenkum.ntt", now)


@pytest.mark.parametrize("age", [timedelta(0), ticket.LIFETIME - SECOND])
def test_a_ticket_is_good_for_seven_days(age: timedelta) -> None:
    read = ticket.read(Vault(KEY), issue(), NOW + age)
    assert (read.agency, read.satker, read.handle) == ("kemenkum", "kanwil-ntt", "kemenkum.ntt")


@pytest.mark.parametrize("age", [ticket.LIFETIME, timedelta(days=400)])
def test_after_that_it_is_stale(age: timedelta) -> None:
    with pytest.raises(StaleError):
        ticket.read(Vault(KEY), issue(), NOW + age)


def test_a_ticket_of_another_key_is_none() -> None:
    with pytest.raises(VaultError) as caught:
        ticket.read(Vault(KEY), issue(key=ANOTHER), NOW)
    assert not isinstance(caught.value, StaleError)


def test_a_ticket_from_the_future_is_none() -> None:
    with pytest.raises(VaultError):
        ticket.read(Vault(KEY), issue(NOW + timedelta(days=1)), NOW)


@pytest.mark.parametrize("words", ["rft.rahasia", "{}", '{"type":"other","id":"1"}', "[]"])
def test_something_else_sealed_with_the_same_key_is_no_ticket(words: str) -> None:
    with pytest.raises(VaultError):
        ticket.read(Vault(KEY), Vault(KEY).seal_at(words, NOW), NOW)


SAME = ({"-", "+"}, {"_", "/"})  # two spellings of one value in the two alphabets of base64


@given(st.integers(0, 300), st.characters(max_codepoint=126, min_codepoint=33))
def test_a_ticket_that_was_changed_anywhere_is_none(place: int, character: str) -> None:
    sealed = issue()
    place %= len(sealed.rstrip("=")) - 1  # the last character carries spare bits
    if sealed[place] == character or {sealed[place], character} in SAME:
        return
    with pytest.raises(VaultError):
        ticket.read(Vault(KEY), sealed[:place] + character + sealed[place + 1 :], NOW)


@given(st.text(max_size=200))
def test_whatever_is_sent_in_its_place_is_none(text: str) -> None:
    with pytest.raises(VaultError):
        ticket.read(Vault(KEY), text, NOW)


def test_two_tickets_are_never_the_same() -> None:
    vault = Vault(KEY)
    assert ticket.read(vault, issue(), NOW).id != ticket.read(vault, issue(), NOW).id


@pytest.mark.parametrize("base", ["https://izin.example.go.id", "https://x.run.app/connect/"])
def test_a_link_carries_its_ticket_whole(base: str) -> None:
    sealed = issue()
    parts = urlsplit(ticket.link(base, sealed))
    assert parts.path == f"{urlsplit(base).path.rstrip('/')}/start"
    assert parse_qs(parts.query) == {"ticket": [sealed]}
