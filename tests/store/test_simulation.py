"""A new store may become a simulation, at its first use and for good; a real one never does."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.settings import Settings, SettingsError
from functions.store import open_agencies, open_agency, open_store
from functions.store.port import Store, Write
from functions.store.simulation import COLLECTIONS, is_simulation

ROOT = Path(__file__).parents[2]
TWO = "satu=Satu; dua=Dua"


def opened(url: str, simulation: str = "", agencies: str = "") -> list[bool]:
    books = open_agencies(Settings(store=url, simulation=simulation, agencies=agencies))
    found = [book.simulation for book in books]
    books[0].store.close()
    return found


def test_a_new_store_is_what_the_setting_says_and_stays_a_simulation(store_url: str) -> None:
    assert opened(store_url) == [False]  # looking alone makes nothing real
    assert opened(store_url, "1") == [True]
    for setting in ("", "0", "1"):
        assert opened(store_url, setting) == [True]


def test_a_store_without_the_setting_is_real_and_nothing_is_written(sqlite_url: str) -> None:
    assert opened(sqlite_url, "0") == [False]
    store = open_store(sqlite_url)
    assert list(store.list("agencies/kemenkum/cursors")) == []
    store.close()


@pytest.mark.parametrize("name", COLLECTIONS)
def test_one_document_of_any_kind_makes_a_store_real(sqlite_url: str, name: str) -> None:
    store = open_store(sqlite_url)
    facts = {"started_at": "2026", "month": "2026-10", "platform": "x", "as_of": "2026"}
    store.write([Write(f"agencies/kemenkum/{name}/a", {**facts, "published_at": "2026"})])
    store.close()
    with pytest.raises(SettingsError, match="a real store never becomes a simulation: name a new"):
        opened(sqlite_url, "1")
    assert opened(sqlite_url) == [False]


def test_every_collection_of_an_agency_is_looked_at() -> None:
    """As the sources name them, in whatever room."""
    named = set()
    for path in (ROOT / "functions").rglob("*.py"):
        found = re.findall(r"root\}/([a-z]+)", path.read_text(encoding="utf-8"))
        named |= {*found}
    named |= {"budgets"}  # told by its own root
    assert named == set(COLLECTIONS)


def test_agencies_that_come_later_belong_to_the_simulation(sqlite_url: str) -> None:
    assert opened(sqlite_url, "1") == [True]
    assert opened(sqlite_url, "", "kemenkum=Satu; baru=Baru") == [True, True]
    assert opened(sqlite_url, "", "baru=Baru") == [True]


def test_a_simulation_and_a_real_agency_do_not_share_a_store(sqlite_url: str) -> None:
    assert opened(sqlite_url, "1", "satu=Satu") == [True]
    store = open_store(sqlite_url)
    store.write([Write("agencies/dua/satker/a", {"name": "A"})])
    store.close()
    with pytest.raises(SettingsError, match="holds real documents of dua"):
        opened(sqlite_url, "", TWO)
    assert opened(sqlite_url, "", "satu=Satu") == [True]


def test_first_uses_at_once_agree(store: Store) -> None:
    def use(_: int) -> bool:
        found = is_simulation(store, ["satu", "dua"], wanted=True)
        store.write([Write("agencies/satu/satker/a", {"name": "A"})])
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(8))) == [True] * 8


def test_the_store_is_closed_when_it_cannot_be_a_simulation(sqlite_url: str) -> None:
    book = open_agency(Settings(store=sqlite_url))
    book.save_cursor("collect", began_at="2026-10-01T00:00:00Z")
    book.store.close()
    for _ in range(3):
        with pytest.raises(SettingsError):
            open_agency(Settings(store=sqlite_url, simulation="1"))
