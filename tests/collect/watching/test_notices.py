"""Units are told that an account broke or a consent ended: once, and not at every hiccup."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.job import collect_all
from functions.collect.report import CollectReport
from functions.collect.state import SyncState
from functions.collect.tick import CollectRun
from functions.collect.watching import notices
from functions.collect.watching.notices import REMEMBERED, BrokenAccount, ended_at, troubles, watch
from functions.jobs import turns
from functions.model import iso
from functions.notify import delivery
from functions.settings import Settings, load
from functions.store.agency import AgencyStore
from tests.factories import account, account_state, roster, satker
from tests.notify.post import Hook, webhook
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG = "Akun @kanwil tidak ditemukan; periksa nama akunnya."
LONG_BEFORE = NOW - 100 * DAY
ROSTER = roster(
    satker("bali", "Kanwil Bali", emails=("humas@bali.example.go.id",)),
    accounts=(
        account("bali", "x:9", handle="kanwil", since=LONG_BEFORE),
        account("bali", "tiktok:7", handle="Kanwil.Bali", since=LONG_BEFORE),
    ),
)


@pytest.fixture(autouse=True)
def _no_server_rests() -> None:
    delivery._rests.clear()
    delivery._failures.clear()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as found:
        yield found


def states(wrong: str | None = WRONG, handle: str = "kanwil") -> Any:
    return {"x": SyncState(accounts={handle: account_state(handle, wrong=wrong)})}


def life(
    *wrong: bool, every: timedelta = HOUR, known: list[BrokenAccount] | None = None
) -> list[int]:
    """The looks at which an account that was wrong or not at each of them is told."""
    held, told = known or [], []
    for number, is_wrong in enumerate(wrong):
        at = NOW + number * every
        held, broke = watch(held, states(WRONG if is_wrong else None), ROSTER, at)
        told += [number] * len(broke)
    return told


def test_an_account_that_was_well_and_is_wrong_for_a_day_is_told_once() -> None:
    assert life(False, *[True] * 100) == [25]
    assert life(*[True] * 24) == []


def test_an_account_that_comes_and_goes_is_told_once_a_week() -> None:
    assert life(*([True, False] * 100)) == []
    days = [True] * 30 + [False] * 10 + [True] * 60
    assert life(*days) == [24]
    # After a week in which it was well it is another trouble.
    well = int(REMEMBERED / HOUR) + 1
    assert life(*[True] * 30, *[False] * well, *[True] * 30) == [24, 30 + well + 24]


def test_an_account_that_was_never_found_is_no_news() -> None:
    """Its admin is told beside it what is wrong with it."""
    never = roster(satker("bali"), accounts=(account("bali", "x", "kanwil", since=LONG_BEFORE),))
    assert watch([], states(), never, NOW) == ([], [])


def test_what_was_not_looked_at_stays_as_it_is_and_what_is_registered_no_more_is_forgotten() -> (
    None
):
    held, _ = watch([], states(), ROSTER, NOW)
    assert watch(held, {}, ROSTER, NOW + HOUR) == (held, [])
    nobody = roster(satker("bali"))
    assert watch(held, {}, nobody, NOW + 2 * DAY) == ([], [])


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 48))
def test_whatever_an_account_does_it_is_told_at_most_once_a_week(
    looks: list[bool], hours: int
) -> None:
    every = timedelta(hours=hours)
    told = life(*looks, every=every)
    for one, other in pairwise(told):
        assert (other - one) * every > REMEMBERED
    assert all(looks[number] for number in told)


anything = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_whatever_was_noted_is_read(noted: Any) -> None:
    assert troubles(noted) == []


def test_what_is_noted_comes_back() -> None:
    held, _ = watch([], states(), ROSTER, NOW)
    assert troubles(msgspec.to_builtins(held)) == held


# Consents


def consent(**facts: Any) -> dict[str, Any]:
    return {"platform": "tiktok", "handle": "Kanwil.Bali", "satker": "bali", **facts}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"ended_at": iso(NOW - HOUR), "why": "withdrawn"}, True),
        ({"refresh": "x", "renewal": {"refused_at": iso(NOW - HOUR)}}, True),
        ({"refresh": "x", "refresh_until": iso(NOW - HOUR)}, True),
        ({"refresh": "x", "refresh_until": iso(NOW + HOUR)}, False),
        ({"refresh": "x"}, False),
        ({"ended_at": iso(NOW - 8 * DAY)}, False),
        ({"ended_at": "kemarin"}, False),
        ({}, False),
    ],
)
def test_a_consent_that_ended_of_late_is_told(
    real_agency: AgencyStore, facts: Mapping[str, Any], told: bool
) -> None:
    real_agency.save_consent("Kanwil.Bali", "tiktok", consent(**facts))
    real_agency.save_consent("lain", "tiktok", {**consent(**facts), "handle": "lain"})
    found = [*notices.ended_consents(real_agency, ROSTER, NOW)]
    assert [notice.satker for notice in found] == ["bali"] * told
    for notice in found:
        assert notice.key[:3] == ("consent", "tiktok", "kanwil.bali")
        assert "Izin membaca akun TikTok @Kanwil.Bali berakhir" in notice.text


def test_when_a_consent_ended_is_the_first_that_is_known() -> None:
    assert ended_at({}) is None
    assert ended_at({"renewal": 5, "ended_at": iso(NOW)}) == NOW


# A collection


def told(
    agency: AgencyStore,
    hook: Hook,
    noted: Mapping[str, Any],
    at: datetime,
    wrong: str | None = WRONG,
) -> tuple[dict[str, Any], CollectReport]:
    report = CollectReport("r", at, states=states(wrong), roster=ROSTER)
    return notices.tell(agency, Settings(notify=hook.url), report, noted, at), report


def test_a_trouble_is_noted_then_told_then_remembered(real_agency: AgencyStore, hook: Hook) -> None:
    noted, _ = told(real_agency, hook, {}, NOW)
    assert troubles(noted["broken"]) == [
        BrokenAccount(platform="x", handle="kanwil", since=NOW, said=WRONG)
    ]
    assert noted["consents_told_at"] == iso(NOW)
    assert hook.told == []
    later, report = told(real_agency, hook, noted, NOW + DAY)
    [heard] = hook.told
    assert heard["title"] == "Akun X @kanwil tidak dapat dibaca"
    assert f"sejak 20 Oktober 2026. {WRONG}" in heard["message"]
    assert report.problems == []
    # A run that died before it noted that tells nobody twice.
    assert told(real_agency, hook, noted, NOW + DAY)[0] == later
    assert len(hook.told) == 1
    assert told(real_agency, hook, {**noted, **later}, NOW + DAY + HOUR)[0] == {}


def test_nobody_is_told_in_a_simulation_a_replay_or_without_the_setting(
    real_agency: AgencyStore, hook: Hook
) -> None:
    writes = real_agency.store.meter.writes
    report = CollectReport("r", NOW, states=states(), roster=ROSTER)
    assert notices.tell(real_agency, Settings(), report, {}, NOW) == {}
    settings = Settings(notify=hook.url)
    assert notices.tell(real_agency, settings, report, {}, NOW + 2 * DAY) == {}
    made_up = AgencyStore(real_agency.store, real_agency.agency, simulation=True)
    assert notices.tell(made_up, settings, report, {}, NOW) == {}
    report.roster = None
    assert notices.tell(real_agency, settings, report, {}, NOW) == {}
    assert real_agency.store.meter.writes == writes


def test_what_goes_wrong_costs_the_notices_alone(
    real_agency: AgencyStore, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("rahasia")

    monkeypatch.setattr(AgencyStore, "consents", broken)
    noted, report = told(real_agency, hook, {}, NOW)
    assert noted == {}
    assert report.problems == ["notices: OSError; they are tried again"]


def test_a_dead_mail_server_costs_seconds_and_shows_no_secret(
    real_agency: AgencyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "rahasia-canary-0042"
    settings = Settings(notify=f"mailto://u:{secret}@127.0.0.1:1?from=kiprah@example.go.id")
    report = CollectReport("r", NOW, states=states(), roster=ROSTER)
    noted = notices.tell(real_agency, settings, report, {}, NOW)
    report = CollectReport("r", NOW + DAY, states=states(), roster=ROSTER)
    notices.tell(real_agency, settings, report, noted, NOW + DAY)
    assert report.problems[0].startswith("notices: 1 could not be sent")
    assert report.as_dict()["failed"] is False
    everything = [held.data for held in real_agency.store.everything()]
    told = "".join([*capsys.readouterr(), str(report.as_dict()), str(everything)])
    assert secret not in told
    assert "humas@bali" not in told


def test_a_collection_tells_what_is_due_and_goes_on(
    real_agency: AgencyStore, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the job: an account that was found disappears, and a day later its unit hears."""
    world = World(now=NOW)
    gone = world.add_account("x", "kanwil")
    unit = {"name": "Kanwil Bali", "kind": "kanwil", "accounts": {"x": "kanwil"}}
    real_agency.save_satker({"bali": unit})

    def collected(at: datetime) -> dict[str, Any]:
        world.set_clock(at)
        monkeypatch.setattr(turns, "present", lambda: at)
        environ = {"KIPRAH_X_BEARER_TOKEN": X_BEARER_TOKEN, "KIPRAH_X_URL": platforms.url}
        environ["KIPRAH_NOTIFY"] = hook.url
        run = CollectRun(now=at, run_id="c", simulated=True, platforms=["x"])
        return asyncio.run(collect_all([real_agency], load(environ, Path("none")), run))

    with serve(world) as platforms:
        assert collected(NOW)["failed"] is False
        world.set_state(gone, "suspended", NOW + HOUR)
        for day in range(1, 5):
            assert not [p for p in collected(NOW + day * DAY)["problems"] if "notices" in p]
    assert [heard["title"] for heard in hook.told] == ["Akun X @kanwil tidak dapat dibaca"]
