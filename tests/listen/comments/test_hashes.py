"""Keyed hashes: one key for every run, never silently another one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.connect.rekey import reseal
from functions.listen.comments.hashes import Hasher, hasher_of
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.tokens.vault import Vault, VaultError
from tests.factories import NOW

OLD, NEW = Vault("a long enough key of before"), Vault("another one", "a long enough key of before")
ONE, OTHER = Hasher(b"1" * 32), Hasher(b"2" * 32)


def test_every_run_has_the_same_key_also_two_at_once(agency: AgencyStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda _: hasher_of(agency, lambda: OLD), range(4))]
    hashes = {one.thread("x", "1") for one in (*found, hasher_of(agency, lambda: OLD))}
    [stored] = agency.keys()
    assert len(hashes) == 1
    assert stored.data.keys() == {"sealed"}


def test_a_new_token_key_leaves_the_hashes_as_they_are(agency: AgencyStore) -> None:
    before = hasher_of(agency, lambda: OLD).thread("x", "1")
    assert (reseal([agency], NEW).resealed, reseal([agency], NEW).current) == (1, 1)
    assert hasher_of(agency, lambda: Vault("another one")).thread("x", "1") == before


@pytest.mark.parametrize(
    "odd", [None, 7, b"", b"x", "x", OLD.seal("short"), OLD.seal("é")], ids=range(7)
)
def test_a_key_that_cannot_be_opened_is_told_and_never_replaced(
    agency: AgencyStore, odd: Any
) -> None:
    path = f"{agency.root}/keys/threads"
    agency.store.write([Write(path, {"sealed": odd})])
    for vault in (OLD, Vault("a stranger's")):
        with pytest.raises(
            VaultError, match=r"keys/threads cannot be opened; restore KIPRAH_TOKEN"
        ):
            hasher_of(agency, lambda vault=vault: vault)  # type: ignore[misc]
    assert agency.store.get([path])[path].data == {"sealed": odd}


def test_a_key_that_is_gone_is_not_made_anew_over_what_it_hashed(agency: AgencyStore) -> None:
    agency.note_forgotten("x", [hasher_of(agency, lambda: OLD).thread("x", "1")], NOW)
    agency.store.write([Write(f"{agency.root}/keys/threads", mode="delete")])
    with pytest.raises(VaultError, match="is gone; restore it from a backup"):
        hasher_of(agency, lambda: OLD)
    assert agency.keys() == []


@settings(max_examples=30)
@given(st.text(), st.text())
def test_a_hash_is_of_the_platform_the_id_and_the_key(id: str, other: str) -> None:
    told = ONE.thread("x", id)
    assert (len(told), int(told, 16) >= 0) == (16, True)
    assert told == ONE.thread("x", id)
    assert len({told, ONE.thread("tiktok", id), OTHER.thread("x", id)}) == 3
    assert (told == ONE.thread("x", other)) == (id == other)
    assert told != ONE.words(id)


@pytest.mark.parametrize(
    "text",
    [
        "Silakan hubungi  halo@ahu.go.id",
        "  silakan\nHUBUNGI halo@ahu.go.id",
        "@budi.s SILAKAN hubungi halo@ahu.go.id",
        "Silakan @warga_1 hubungi\u200b halo@ahu.go.id ＠ani",
    ],
)
def test_the_same_words_to_another_citizen_are_the_same(text: str) -> None:
    assert ONE.words(text) == ONE.words("silakan hubungi halo@ahu.go.id")
    assert ONE.words(text) != ONE.words("silakan hubungi admin@ahu.go.id")


@pytest.mark.parametrize("text", ["", " \n", "@budi @ani.s"])
def test_no_words_have_no_hash(text: str) -> None:
    assert ONE.words(text) is None
    assert ONE.words("\ud83d") is not None


def test_nothing_of_the_key_is_shown() -> None:
    assert "1111" not in repr(ONE)
