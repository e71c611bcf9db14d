"""What a store says of itself, once for all agencies: its schema, whether it is a simulation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.settings import Settings, SettingsError
from functions.store import installation, open_agencies, open_agency, open_store
from functions.store.installation import PATH, SCHEMA, checked, opened, understood
from functions.store.port import Store, StoreError, Write

TWO = "satu=Satu; dua=Dua"
POST = "agencies/kemenkum/posts/x:1:2"


def simulations(url: str, simulation: bool = False, agencies: str = "") -> list[bool]:
    agencies = open_agencies(Settings(store=url, simulation=simulation, agencies=agencies))
    found = [agency.simulation for agency in agencies]
    agencies[0].store.close()
    return found


def said(store: Store) -> dict[str, Any]:
    return store.get([PATH])[PATH].data


# The schema


def test_the_first_opening_says_the_schema_and_each_later_one_reads_one_document(
    store_url: str,
) -> None:
    simulations(store_url)
    many = "; ".join(f"a{n}=Instansi {n}" for n in range(40))
    for agencies in ("", TWO, many):
        agencies = open_agencies(Settings(store=store_url, agencies=agencies))
        assert (agencies[0].store.meter.reads, agencies[0].store.meter.writes) == (1, 0)
        assert said(agencies[0].store) == {"schema": SCHEMA}
        agencies[0].store.close()


def test_first_openings_at_once_agree(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: opened(store, simulation=False), range(8)))
    assert {each.schema for each in found} == {SCHEMA}
    assert said(store) == {"schema": SCHEMA}


def test_a_first_use_that_is_overtaken_finds_no_older_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(store: Store) -> bool:
        store.write([Write(PATH, {"schema": SCHEMA, "simulation": True}), Write(POST, {"n": 1})])
        return False

    monkeypatch.setattr(installation, "is_empty", overtaken)
    assert opened(store, simulation=False).simulation is True


def test_a_store_of_a_newer_version_is_refused_with_what_to_do(store_url: str) -> None:
    store = open_store(store_url)
    store.write([Write(PATH, {"schema": SCHEMA + 1, "more": [1]}), Write(POST, {"n": 1})])
    store.close()
    with pytest.raises(StoreError, match=r"newer Kiprah \(schema 2, this one knows 1\); deploy"):
        simulations(store_url)


def test_documents_without_a_schema_are_of_an_older_version(store_url: str) -> None:
    store = open_store(store_url)
    store.write([Write(POST, {"n": 1})])
    for simulation in (False, True):
        with pytest.raises(StoreError, match=r"older Kiprah .*\(schema 0.*then run kiprah migrate"):
            simulations(store_url, simulation)
    assert [stored.path for stored in store.everything()] == [POST]  # nothing is written
    store.close()


odd = st.none() | st.booleans() | st.text(max_size=3) | st.floats(0, 1) | st.just([1]) | st.just({})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {}, optional={"schema": odd | st.integers(-3, 3), "simulation": odd, "restoring": odd}
    )
)
def test_whatever_stands_there_is_understood_or_refused_in_one_line(
    sqlite_url: str, data: dict[str, Any]
) -> None:
    store = open_store(sqlite_url)
    store.write([Write(PATH, data)])
    refusal = None
    try:
        found = checked(understood(store.get([PATH])[PATH]))
    except StoreError as error:
        refusal = str(error)
    if refusal is None:
        assert data["schema"] == found.schema == SCHEMA
        assert type(data["schema"]) is int
        assert data.get("simulation", False) is found.simulation
        assert simulations(sqlite_url) == [found.simulation]
    else:
        with pytest.raises(
            StoreError, match=r"mend it by hand|migrate|newer|half restored"
        ) as told:
            simulations(sqlite_url)
        assert str(told.value) == " ".join(refusal.split())
    assert said(store) == data
    store.close()


def test_a_half_restored_store_is_not_used(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    store.write([Write(PATH, {"schema": SCHEMA, "restoring": "abc"})])
    store.close()
    with pytest.raises(StoreError, match="half restored; run kiprah restore again"):
        simulations(sqlite_url)


# Simulations


def test_a_new_store_is_what_the_setting_says_and_stays_a_simulation(store_url: str) -> None:
    assert simulations(store_url) == [False]  # looking alone makes nothing real
    assert simulations(store_url, True) == [True]
    for simulation in (False, True):
        assert simulations(store_url, simulation) == [True]


def test_a_store_without_the_setting_is_real_and_has_nothing_of_an_agency(sqlite_url: str) -> None:
    assert simulations(sqlite_url, False) == [False]
    store = open_store(sqlite_url)
    assert [stored.path for stored in store.everything()] == [PATH]
    store.close()


@pytest.mark.parametrize("path", [POST, "agencies/lain/satker/a/accounts/x:a", "more/of/any/kind"])
def test_one_document_of_any_kind_makes_a_store_real(store_url: str, path: str) -> None:
    simulations(store_url)
    store = open_store(store_url)
    store.write([Write(path, {"n": 1})])
    store.close()
    with pytest.raises(SettingsError, match="a real store never becomes a simulation: name a new"):
        simulations(store_url, True)
    assert simulations(store_url) == [False]


def test_every_agency_of_a_simulation_belongs_to_it_in_whatever_order(sqlite_url: str) -> None:
    assert simulations(sqlite_url, True, "satu=Satu") == [True]
    store = open_store(sqlite_url)
    store.write([Write("agencies/satu/satker/a", {"name": "A"})])
    store.close()
    assert simulations(sqlite_url, False, TWO) == [True, True]
    assert simulations(sqlite_url, False, "dua=Dua; satu=Satu") == [True, True]
    assert simulations(sqlite_url, True, "tiga=Tiga") == [True]


def test_first_uses_at_once_agree(store: Store) -> None:
    def use(_: int) -> bool:
        found = opened(store, simulation=True)
        store.write([Write("agencies/satu/satker/a", {"name": "A"})])
        return found.simulation

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(8))) == [True] * 8


def test_the_store_is_closed_when_it_cannot_be_a_simulation(sqlite_url: str) -> None:
    agency = open_agency(Settings(store=sqlite_url))
    agency.save_cursor("collect", began_at="2026-10-01T00:00:00Z")
    agency.store.close()
    for _ in range(3):
        with pytest.raises(SettingsError):
            open_agency(Settings(store=sqlite_url, simulation=True))
