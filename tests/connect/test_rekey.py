"""A new key: everything that is sealed is sealed anew, whoever writes it at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from functions.commands.doctor import examination
from functions.connect import ticket
from functions.connect.flow import Flow
from functions.connect.rekey import SEALED, Resealed, counted, rekey, reseal
from functions.model import Agency
from functions.settings import Settings, load
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from functions.tokens import keyfile
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import Vault, VaultError, open_vault
from tests import factories
from tests.tokens.test_consents import Platform

OLD = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
NEW = "b3RoZXIta2lwcmFoLWtleS1mb3ItdGVzdHMtLTAwMDI="
ROWS = [
    ConsentRow("kanwil-ntt", "tiktok", "kemenkum.ntt", "rft.pertama"),
    ConsentRow("kanwil-ntt", "facebook", "kemenkumntt", "page-token"),
]


@pytest.fixture
def other(store: Store) -> AgencyStore:
    return AgencyStore(store, Agency(id="kemenham", name="Kementerian HAM"))


class App:
    def client_key(self, handle: str) -> str:
        return "kunci"


def filled(agency: AgencyStore, vault: Vault, now: datetime) -> None:
    """All that is ever sealed: consents with a pair, a Page's token, an attempt, a key."""
    listed = [factories.account("u", "tiktok", "kemenkum.ntt", since=now)]
    agency.save_roster(factories.roster(factories.satker("u"), accounts=listed, as_of=now))
    consents = Consents(agency, lambda: vault)
    consents.add(ROWS, now)
    asyncio.run(consents.access("kemenkum.ntt", now, Platform().renew))
    flow = Flow(agency, vault, App(), auth_url="https://t", connect_url="https://c")  # type: ignore[arg-type]
    flow.start(ticket.issue(vault, agency.id, "u", "kemenkum.ntt", now), now)
    agency.add_thread_key(vault.seal("key of threads"))


def everything(agency: AgencyStore) -> dict[str, dict[str, Any]]:
    """Every document of the collections in which tokens are."""
    return {
        stored.path: stored.data
        for collection in ("consents", "attempts", "tickets", "keys")
        for stored in agency.store.list(f"{agency.root}/{collection}")
    }


def test_all_that_is_sealed_is_sealed_anew_in_every_agency(
    agency: AgencyStore, other: AgencyStore, now: datetime
) -> None:
    for one in (agency, other):
        filled(one, Vault(OLD), now)
    before = {**everything(agency), **everything(other)}
    assert counted([agency, other], Vault(NEW, OLD)) == Resealed(older=10)
    assert reseal([agency, other], Vault(NEW, OLD)) == Resealed(current=10, resealed=10)
    after = {**everything(agency), **everything(other)}
    assert before.keys() == after.keys()
    for path, data in before.items():
        for name, value in data.items():
            if isinstance(value, bytes):
                assert Vault(NEW).open(after[path][name]) == Vault(OLD).open(value)
            else:
                assert after[path][name] == value


def test_the_table_names_every_field_that_holds_a_sealed_secret(
    agency: AgencyStore, now: datetime
) -> None:
    filled(agency, Vault(OLD), now)
    found = {
        (path.split("/")[-2], name)
        for path, data in everything(agency).items()
        for name, value in data.items()
        if isinstance(value, bytes)
    }
    assert found <= {(where, name) for where, names in SEALED.items() for name in names}
    assert {where for where, _ in found} == SEALED.keys()


def test_running_twice_equals_running_once(agency: AgencyStore, now: datetime) -> None:
    filled(agency, Vault(OLD), now)
    reseal([agency], Vault(NEW, OLD))
    once, writes = everything(agency), agency.store.meter.writes
    assert reseal([agency], Vault(NEW, OLD)) == Resealed(current=5)
    assert everything(agency) == once
    assert agency.store.meter.writes == writes


def test_one_that_died_half_way_is_finished_by_the_next(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(agency, Vault(OLD), now)
    honest, written = agency.store.write, []

    def dying(writes: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(1)
        honest(writes)

    monkeypatch.setattr(agency.store, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        reseal([agency], Vault(NEW, OLD))
    monkeypatch.undo()
    assert counted([agency], Vault(NEW, OLD)).older > 0
    assert all(Vault(NEW, OLD).open(s) for d in everything(agency).values() for s in _bytes(d))
    reseal([agency], Vault(NEW, OLD))
    assert counted([agency], Vault(NEW)) == Resealed(current=5)


def _bytes(data: dict[str, Any]) -> list[bytes]:
    return [value for value in data.values() if isinstance(value, bytes)]


@pytest.mark.parametrize("sealing", [OLD, NEW])
def test_tokens_that_are_renewed_at_the_same_moment_are_not_lost(
    agency: AgencyStore, now: datetime, sealing: str
) -> None:
    """In the middle of a renewal, by a process that knows the new key already, or not yet."""
    Consents(agency, lambda: Vault(OLD)).add(ROWS, now)
    platform = Platform()

    async def meanwhile() -> None:
        reseal([agency], Vault(NEW, OLD))

    platform.before_answering = meanwhile
    renewing = Vault(NEW, OLD) if sealing == NEW else Vault(OLD)
    asyncio.run(Consents(agency, lambda: renewing).access("kemenkum.ntt", now, platform.renew))
    reseal([agency], Vault(NEW, OLD))
    later = now + timedelta(hours=3)
    access = asyncio.run(
        Consents(agency, lambda: Vault(NEW)).access("kemenkum.ntt", later, platform.renew)
    )
    assert access.token == "act.putaran-2"


def test_a_pair_that_is_stored_between_reading_and_writing_stays(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(agency, Vault(OLD), now)
    path = f"{agency.root}/consents/tiktok:kemenkum.ntt"
    honest, raced = agency.store.write, []

    def racing(writes: Any) -> None:
        if not raced:
            raced.append(1)
            honest([Write(path, {"refresh": Vault(OLD).seal("rft.baru")}, "merge")])
        honest(writes)

    monkeypatch.setattr(agency.store, "write", racing)
    assert reseal([agency], Vault(NEW, OLD)).older == 0
    assert Vault(NEW).open(agency.store.get([path])[path].data["refresh"]) == "rft.baru"


def test_what_neither_key_opens_is_named_and_costs_nothing_else(
    agency: AgencyStore, now: datetime
) -> None:
    filled(agency, Vault(OLD), now)
    lost = f"{agency.root}/consents/tiktok:lain"
    agency.store.write([Write(lost, {"refresh": Vault("lain").seal("x"), "access": b"\0"})])
    assert reseal([agency], Vault(NEW, OLD)) == Resealed(current=5, resealed=5, unreadable=[lost])


def test_links_that_were_made_with_the_old_key_are_opened(now: datetime) -> None:
    sealed = ticket.issue(Vault(OLD), "kemenkum", "u", "h", now)
    assert ticket.read(Vault(NEW, OLD), sealed, now).handle == "h"
    with pytest.raises(VaultError):
        ticket.read(Vault(NEW), sealed, now)


# Where keys come from


def test_the_first_of_several_keys_seals_and_all_open() -> None:
    both = load({"KIPRAH_TOKEN_KEY": f" {NEW} , {OLD} "}, Path("none"))
    assert both.token_keys()[:2] == (NEW, OLD)
    assert {NEW, OLD} <= {*both.secrets()}
    vault = open_vault(both)
    assert Vault(NEW).open(vault.seal("rahasia")) == "rahasia"
    assert vault.open(Vault(OLD).seal("rahasia")) == "rahasia"


@pytest.mark.parametrize("key", ["satu,dua", "kunci,", ",", " a , b "])
def test_what_a_key_with_a_comma_has_sealed_is_opened_still(key: str) -> None:
    sealed = Vault(key.strip()).seal("rahasia")
    assert open_vault(load({"KIPRAH_TOKEN_KEY": key}, Path("none"))).open(sealed) == "rahasia"


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[tuple[AgencyStore, Settings]]:
    settings = load({"KIPRAH_STORE": f"sqlite:///{tmp_path}/kiprah.db"}, Path("none"))
    opened = open_store(settings.store)
    yield AgencyStore(opened, Agency()), settings
    opened.close()


def test_a_key_file_is_rotated_and_its_old_key_goes_after_the_last_link(
    sqlite: tuple[AgencyStore, Settings], tmp_path: Path, now: datetime
) -> None:
    agency, settings = sqlite
    path = tmp_path / "kiprah.key"
    assert "there is no key yet" in rekey([agency], settings, now, new_key=True).said
    assert not path.exists()
    filled(agency, open_vault(settings), now)
    [old] = keyfile.read(path)
    done = rekey([agency], settings, now, new_key=True)
    assert done.count == Resealed(current=5, resealed=5)
    assert "takes it out from 2026-10-27T03:00:00Z on" in done.said
    new = keyfile.read(path)[0].key
    assert rekey([agency], settings, now, new_key=True).count.resealed == 0
    assert [line.key for line in keyfile.read(path)] == [new, old.key]
    rekey([agency], settings, now + ticket.LIFETIME)
    assert [line.key for line in keyfile.read(path)] == [new]
    assert counted([agency], Vault(new)) == Resealed(current=5)


def test_a_key_that_leaked_may_go_at_once(
    sqlite: tuple[AgencyStore, Settings], tmp_path: Path, now: datetime
) -> None:
    agency, settings = sqlite
    filled(agency, open_vault(settings), now)
    done = rekey([agency], settings, now, new_key=True, drop_old=True)
    assert done.said == "one key; all 5 stored secrets are sealed with it"
    assert len(keyfile.read(tmp_path / "kiprah.key")) == 1
    assert counted([agency], open_vault(settings)) == Resealed(current=5)


@pytest.mark.parametrize("option", ["new_key", "drop_old"])
def test_a_key_that_is_set_is_not_in_a_file(
    sqlite: tuple[AgencyStore, Settings], now: datetime, option: str
) -> None:
    agency, settings = sqlite
    with pytest.raises(ValueError, match="set it to NEW,OLD"):
        rekey([agency], replace(settings, token_key=NEW), now, **{option: True})  # type: ignore[arg-type]


def test_doctor_says_while_two_keys_are_set(
    sqlite: tuple[AgencyStore, Settings], tmp_path: Path, now: datetime
) -> None:
    agency, settings = sqlite

    def told(asked: Settings) -> list[examination.Finding]:
        asked = replace(asked, site=f"file://{tmp_path}/site")
        return [f for f in examination.examine([agency], asked, now) if f.subject == "token key"]

    assert told(settings) == []
    assert not (tmp_path / "kiprah.key").exists()
    filled(agency, Vault(OLD), now)
    both = replace(settings, token_key=f"{NEW},{OLD}")
    [found] = told(both)
    assert found.words == (
        "5 of 5 stored secrets still need an older key; run: kiprah connect rekey"
    )
    assert not found.ok
    rekey([agency], both, now)
    [found] = told(both)
    assert found.ok
    assert "2 keys, and none of 5 stored secrets needs an older one" in found.words
    assert told(replace(settings, token_key=NEW)) == []
