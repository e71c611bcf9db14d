"""Consents that are gone: at once in clear words, after hours where they are merely missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.listen.comments.erasing import (
    Missing,
    accounts_of,
    erase_withdrawn,
    is_wanted,
    remembered,
)
from functions.model import Agency
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening, read_listening
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
from functions.store.threads import CommentThread, Followed, Inbox
from tests import factories
from tests.factories import NOW

HOUR = timedelta(hours=1)
GATE = {"dpia": "1", "dpo": "a", "notice_url": "https://example.go.id/p", "comments": {"x": True}}
BOTH = {"aceh": "W1/2026", "bali": "W2/2026"}


def said(consents: Any = BOTH, **fields: Any) -> Listening:
    return read_listening({**GATE, "consents": consents, **fields})[0]


def look(agency: AgencyStore, listening: Listening, now: datetime) -> list[str]:
    """A run at an instant that the computer's clock says, too."""
    agency._clock = lambda: now
    return erase_withdrawn(agency, listening, now)


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """Two units that agreed and were read, and a third unit's account."""
    store = open_store(sqlite_url)
    agency = AgencyStore(store, Agency())
    fill(agency)
    yield agency
    store.close()


def fill(agency: AgencyStore) -> None:
    accounts = [
        replace(factories.account(unit, "x", unit, since=NOW), account_id=id)
        for unit, id in (("aceh", "1"), ("bali", "2"), ("ntt", "3"))
    ]
    units = [factories.satker(unit) for unit in ("aceh", "bali", "ntt")]
    agency.save_roster(factories.roster(*units, accounts=accounts, as_of=NOW))
    assert look(agency, said(), NOW) == []
    followed = Followed(id="1", url="https://x.com/i/status/1", asked_at=NOW, seen_at=NOW)
    for account, unit in (("x:1", "aceh"), ("x:2", "bali")):
        agency.add_threads(account, {"2026-10-20": {"a": CommentThread(asked_at=NOW)}})
        agency.save_inbox("x", {account: Inbox(satker=unit, open={"a": followed})})


def kept(agency: AgencyStore) -> list[str]:
    """Of which accounts anything is kept."""
    days = [day.account for day in agency.thread_days("2026-10")]
    return sorted({*days, *agency.inboxes(["x"])["x"]})


def test_what_is_read_is_noted_before(agency: AgencyStore) -> None:
    assert remembered(agency).heard == {"aceh": {"x:1"}, "bali": {"x:2"}}
    writes = agency.store.meter.writes
    assert look(agency, said(), NOW + HOUR) == []
    assert agency.store.meter.writes == writes


@pytest.mark.parametrize("off", [{}, {"comments": {}}, {"dpia": ""}])
def test_a_withdrawal_is_carried_out_at_once_also_while_all_is_off(
    agency: AgencyStore, off: dict[str, Any]
) -> None:
    agency.save_cursor("listen", own=7)
    listening = said({**BOTH, "aceh": "dicabut"}, **off)
    assert is_wanted(agency, listening, NOW + HOUR)
    [line] = look(agency, listening, NOW + HOUR)
    assert line.startswith("aceh: its consent was withdrawn; ")
    assert kept(agency) == ["x:2"]
    deletes = agency.store.meter.deletes
    assert look(agency, listening, NOW + 2 * HOUR) == []
    assert (agency.store.meter.deletes, agency.cursor("listen")["own"]) == (deletes, 7)


def test_accounts_that_left_the_registry_or_the_unit_are_erased_too(agency: AgencyStore) -> None:
    agency.save_roster(factories.roster(factories.satker("bali"), as_of=NOW + HOUR))
    agency.erase_inboxes(["x:1"])
    agency.store.write([Write(f"{agency.root}/cursors/listen", {"heard": 7}, "merge")])
    agency.save_inbox("x", {"x:7": Inbox(satker="aceh"), "x:1": Inbox(satker="aceh")})
    assert accounts_of(agency, "aceh", NOW + HOUR) == {"x:1", "x:7"}
    look(agency, said({**BOTH, "aceh": False}), NOW + HOUR)
    assert kept(agency) == ["x:2"]


@pytest.mark.parametrize("settings_now", [said({"bali": "W2/2026"}), said(None), Listening()])
def test_a_missing_entry_is_noted_and_carried_out_after_six_hours_of_looks(
    agency: AgencyStore, settings_now: Listening
) -> None:
    for hours in (1, 2, 6):
        lines = look(agency, settings_now, NOW + hours * HOUR)
        assert lines[0].startswith("aceh: its consent is missing from settings/listening since ")
        assert kept(agency) == ["x:1", "x:2"]
    lines = look(agency, settings_now, NOW + 7 * HOUR)
    assert lines[0].startswith("aceh: its consent is missing since 2026-10-20T04:00:00Z; ")
    assert "x:1" not in kept(agency)
    assert ("x:2" in kept(agency)) == settings_now.agreed("bali")
    assert not any("aceh" in each for each in look(agency, settings_now, NOW + 8 * HOUR))


def test_a_slip_of_the_hand_erases_nothing(agency: AgencyStore) -> None:
    for hours in range(1, 20, 2):
        look(agency, Listening(), NOW + hours * HOUR)
        assert look(agency, said(), NOW + (hours + 1) * HOUR) == []
    look(agency, Listening(), NOW + 20 * HOUR)
    # One late look, or many at once, are no hours of looks.
    for minutes in (0, 1, 2, 3):
        look(agency, Listening(), NOW + 40 * HOUR + minutes * timedelta(minutes=1))
    assert kept(agency) == ["x:1", "x:2"]


def test_hours_that_are_given_by_hand_are_none(agency: AgencyStore) -> None:
    for hours in (9, 1, 2, 12, 20):
        erase_withdrawn(agency, Listening(), NOW + hours * HOUR)
    assert (kept(agency), remembered(agency).missing) == (["x:1", "x:2"], {})
    erase_withdrawn(agency, said({**BOTH, "aceh": "dicabut"}), NOW - 9 * HOUR)
    assert kept(agency) == ["x:2"]


@pytest.mark.parametrize("odd", [[], ["aceh"], "aceh", 7, {"aceh": [], "bali": True}])
def test_what_cannot_be_read_erases_nothing_however_long(agency: AgencyStore, odd: Any) -> None:
    for hours in range(1, 30, 5):
        look(agency, said(odd), NOW + hours * HOUR)
    assert kept(agency) == ["x:1", "x:2"]
    assert remembered(agency).heard.keys() == {"aceh", "bali"}


def test_off_and_nothing_kept_costs_no_read_but_every_sixth_hour(
    agency: AgencyStore,
) -> None:
    empty, meter = AgencyStore(agency.store, Agency(id="lain")), agency.store.meter
    reads = meter.reads
    assert [is_wanted(empty, Listening(), NOW + n * HOUR) for n in range(24)] == [False] * 24
    assert meter.reads - reads == 4
    assert is_wanted(agency, Listening(), NOW + 3 * HOUR)
    for hours in (3, 9, 15):
        look(agency, Listening(), NOW + hours * HOUR)
    assert kept(agency) == []
    assert not is_wanted(agency, Listening(), NOW + 21 * HOUR)


def test_two_runs_that_were_cut_short_are_made_good(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AgencyStore, "erase_inboxes", dies)
        with pytest.raises(KeyboardInterrupt):
            look(agency, said({**BOTH, "aceh": False}), NOW)
    assert look(agency, said({**BOTH, "aceh": False}), NOW) != []
    assert kept(agency) == ["x:2"]


odd = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2).map(lambda found: {"l": found}),
    max_leaves=4,
)


@settings(max_examples=15)
@given(st.lists(odd, max_size=2), st.dictionaries(st.sampled_from(["heard", "erased"]), odd))
def test_an_odd_note_costs_no_other(items: list[Any], fields: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "kiprah.db")
        agency = AgencyStore(store, Agency())
        fill(agency)
        cursor = agency.cursor("listen")
        spoilt = {name: [*cursor[name], *items] for name in ("heard", "missing", "erased")}
        agency.save_cursor("listen", **{**spoilt, **fields})
        look(agency, said({**BOTH, "aceh": "dicabut"}), NOW + HOUR)
        assert kept(agency) == ["x:2"]
        store.close()


@settings(max_examples=50)
@given(st.lists(st.integers(-300, 3000), max_size=6))
def test_no_clock_makes_a_slip_shorter_than_six_hours(minutes: list[int]) -> None:
    one, looks = Missing(since=NOW, at=NOW), [NOW]
    for step in minutes:
        looks.append(looks[-1] + timedelta(minutes=step))
        one = one.looked_again(looks[-1])
        now: datetime = looks[-1]
        if one.is_over(now):
            assert max(looks) - min(looks) >= timedelta(hours=6)
            assert len(looks) >= 3
