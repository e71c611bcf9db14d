"""Stores of every earlier schema become what this version needs, and lose nothing on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.settings import Settings
from functions.store import migrations, open_agencies, open_agency, open_store
from functions.store.expiry import KEPT, POSTS
from functions.store.installation import PATH, SCHEMA
from functions.store.migrations import Migrated, migrate
from functions.store.port import Store, StoreError, Write
from tests.factories import MONTH
from tests.store.schemas import lay, rows

CLOCK = datetime(2026, 11, 28, 12, tzinfo=UTC)


def content(store: Store) -> dict[str, tuple[Any, datetime | None]]:
    return {stored.path: (stored.data, stored.expires_at) for stored in store.everything()}


def test_a_real_store_of_before_schemas_says_what_it_is_and_what_passes_expires(
    store_url: str,
) -> None:
    lay(store_url, "schema_0_real")
    with pytest.raises(StoreError, match="run kiprah migrate"):
        open_agencies(Settings(store=store_url))
    store = open_store(store_url)
    before = rows("schema_0_real")
    before["agencies/kemenkum/attempts/abc"].pop("expires_at")
    assert migrate(store, CLOCK) == Migrated(0, 1, written=10)
    after = content(store)
    assert after.pop(PATH) == ({"schema": 1}, None)
    assert {path: data for path, (data, _) in after.items()} == before
    expiring = {path.split("/")[2]: at for path, (_, at) in after.items() if at is not None}
    there_were_none = {"alarms", "notices", "pulse", "volumes", "forgotten", "inbox", "threads"}
    there_were_none |= {"populations", "texts"}
    assert expiring.keys() == KEPT.keys() - there_were_none
    assert expiring["runs"] == CLOCK + KEPT["runs"]
    for path, (_, at) in after.items():
        assert (at is not None) == (path.split("/")[2] in KEPT), path
        if "/posts/" in path:
            assert at is not None
            platform = path.rpartition("/")[2].partition(":")[0]
            assert at > datetime(2026, 11, 1, tzinfo=UTC) + POSTS[platform]
    assert migrate(store, CLOCK) == Migrated(SCHEMA, SCHEMA)
    assert content(store) == {**after, PATH: ({"schema": 1}, None)}
    store.close()
    agency = open_agency(Settings(store=store_url))
    record = agency.month(MONTH)
    assert record is not None
    assert record.ranking.state == "final"
    assert not agency.simulation
    agency.store.close()


def test_a_simulation_of_before_stays_one_and_keeps_everything(store_url: str) -> None:
    lay(store_url, "schema_0_simulation")
    store = open_store(store_url)
    assert migrate(store, CLOCK) == Migrated(0, 1, written=1)
    after = content(store)
    assert after.pop(PATH) == ({"schema": 1, "simulation": True}, None)
    assert {at for _, at in after.values()} == {None}
    # Whoever goes back to the version before finds its marks.
    assert after["agencies/dua/cursors/simulation"] == ({"simulation": True}, None)
    store.close()
    for agencies in ("satu=Satu; dua=Dua", "tiga=Tiga; dua=Dua"):
        agencies = open_agencies(Settings(store=store_url, agencies=agencies))
        assert all(agency.simulation for agency in agencies)
        agencies[0].store.close()


class Dying(Exception):
    """The machine is gone."""


def dies_after(store: Any, count: int) -> None:
    """Let a store die behind so many documents written."""
    write, left = store.write, [count]

    def dying(writes: Iterable[Write]) -> None:
        for one in writes:
            if not left[0]:
                raise Dying
            left[0] -= 1
            write([one])

    store.write = dying


@pytest.mark.parametrize("count", range(0, 10, 3))
def test_one_that_died_half_way_is_run_again(store_url: str, count: int) -> None:
    lay(store_url, "schema_0_real")
    store = open_store(store_url)
    dies_after(store, count)
    with pytest.raises(Dying):
        migrate(store, CLOCK)
    store.close()
    with pytest.raises(StoreError, match="run kiprah migrate"):
        open_agencies(Settings(store=store_url))
    store = open_store(store_url)
    assert migrate(store, CLOCK) == Migrated(0, 1, written=10 - count)
    found = content(store)
    assert sum(at is not None for _, at in found.values()) == 9
    assert found[PATH] == ({"schema": 1}, None)
    store.close()


def test_what_another_writes_meanwhile_is_neither_undone_nor_made_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = "agencies/kemenkum/runs"
    store.write(Write(f"{runs}/{name}", {"by": "old"}) for name in "abc")
    look = migrations._to_1

    def beside(store: Any, clock: datetime, done: Migrated) -> Any:
        everything = store.everything

        def after() -> Any:
            yield from list(everything())
            store.write([Write(f"{runs}/a", {"by": "new"}), Write(f"{runs}/b", mode="delete")])

        store.everything = after
        try:
            return look(store, clock, done)
        finally:
            store.everything = everything

    monkeypatch.setattr(migrations, "_STEPS", (beside,))
    assert migrate(store, CLOCK) == Migrated(0, 1, written=3)
    at = CLOCK + KEPT["runs"]
    assert content(store) == {
        PATH: ({"schema": 1}, None),
        f"{runs}/a": ({"by": "new"}, at),
        f"{runs}/c": ({"by": "old"}, at),
    }


def test_a_store_that_is_both_is_left_as_it_is(sqlite_url: str) -> None:
    lay(sqlite_url, "schema_0_simulation")
    store = open_store(sqlite_url)
    store.write([Write("agencies/tiga/satker/a", {"name": "A"})])
    before = content(store)
    with pytest.raises(
        StoreError, match=r"simulation \(dua, satu\) beside real documents \(tiga\)"
    ):
        migrate(store, CLOCK)
    assert content(store) == before
    store.close()


def test_an_empty_store_needs_nothing_and_a_newer_one_is_left_alone(store: Store) -> None:
    assert migrate(store, CLOCK) == Migrated(SCHEMA, SCHEMA)
    assert content(store) == {}
    store.write([Write(PATH, {"schema": SCHEMA + 1})])
    with pytest.raises(StoreError, match="newer Kiprah"):
        migrate(store, CLOCK)


def test_odd_posts_of_before_expire_too(store: Store) -> None:
    odd = [{}, {"published_at": 5}, {"published_at": "kapan?"}, {"published_at": "2026-10-01"}]
    store.write(Write(f"agencies/a/posts/{n}", data) for n, data in enumerate(odd))
    assert migrate(store, CLOCK) == Migrated(0, 1, written=5)
    assert all(at for path, (_, at) in content(store).items() if path != PATH)
