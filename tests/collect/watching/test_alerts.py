"""What wakes somebody: told by a collection, once an hour, and with few reads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions import log
from functions.collect.job import collect_all
from functions.collect.report import CollectReport
from functions.collect.state import AccountState, SyncState
from functions.collect.tick import CollectRun
from functions.collect.watching import alerts
from functions.jobs import turns
from functions.model import iso
from functions.settings import Settings, load
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.store.port import Write
from tests.collect.ministry import log_lines
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_quiet", False)


def alerts_told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [line for line in log_lines(capsys) if line["message"].startswith("alert.")]


def looked(
    real_agency: AgencyStore, report: CollectReport, **settings: Any
) -> list[tuple[str, dict[str, Any]]]:
    whole = settings.pop("whole", True)
    return [tuple(a) for a in alerts.look(real_agency, Settings(**settings), report, whole=whole)]


def report(states: Any = None, budgets: Any = None) -> CollectReport:
    return CollectReport("r", NOW, states=states or {}, budgets=budgets or {})


# From outside


def collected(real_agency: AgencyStore, url: str, token: str) -> dict[str, Any]:
    environ = {"KIPRAH_X_BEARER_TOKEN": token, "KIPRAH_X_URL": url}
    loaded = load(environ, Path("none"))
    return asyncio.run(
        collect_all(
            [real_agency], loaded, CollectRun(now=NOW, run_id="c", simulated=True, platforms=["x"])
        )
    )


def test_a_token_that_is_refused_is_told_once_an_hour(
    real_agency: AgencyStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(now=NOW)
    world.add_account("x", "kemenkum")
    real_agency.save_satker(
        {"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"x": "kemenkum"}}}
    )
    with serve(world) as platforms:
        for _ in range(3):
            collected(real_agency, platforms.url, "wrong-token-altogether")
        [line] = alerts_told(capsys)
        assert (line["severity"], line["message"]) == ("WARNING", "alert.credential_refused")
        assert line["credential"].startswith("x:")
        assert (line["job"], line["run_id"], line["agency"]) == ("collect", "c", "kemenkum")
        later = datetime.now(UTC) + HOUR
        monkeypatch.setattr(turns, "present", lambda: later)
        collected(real_agency, platforms.url, "wrong-token-altogether")
        assert len(alerts_told(capsys)) == 1
        monkeypatch.setattr(turns, "present", lambda: later + HOUR)
        collected(real_agency, platforms.url, X_BEARER_TOKEN)
        assert alerts_told(capsys) == []


def test_telling_costs_no_document_where_there_are_no_consents(real_agency: AgencyStore) -> None:
    reads, writes = real_agency.store.meter.reads, real_agency.store.meter.writes
    noted = alerts.tell(real_agency, Settings(), report({"x": SyncState()}), {}, NOW)
    assert noted == {"alerted_at": iso(NOW), "consents_at": iso(NOW)}
    assert (real_agency.store.meter.reads, real_agency.store.meter.writes) == (reads, writes)


def test_a_simulation_and_a_quiet_command_line_wake_nobody(
    real_agency: AgencyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = report(budgets={"x:1": {"refused": "no"}})
    made_up = AgencyStore(real_agency.store, real_agency.agency, simulation=True)
    assert alerts.tell(made_up, Settings(), broken, {}, NOW) == {}
    log.quiet()
    assert alerts.tell(real_agency, Settings(), broken, {}, NOW) == {}
    log.speak()
    assert alerts_told(capsys) == []
    alerts.tell(real_agency, Settings(), broken, {}, NOW)
    assert len(alerts_told(capsys)) == 1


@pytest.mark.parametrize(
    ("before", "is_due"),
    [
        (None, True),
        ("", True),
        (5, True),
        (NOW - HOUR, True),
        (NOW - HOUR + timedelta(seconds=1), False),
        (NOW + timedelta(minutes=1), False),
        (NOW + DAY, True),
    ],
)
def test_an_hour_lies_between_two_tellings_by_a_clock_that_is_right(
    before: Any, is_due: bool
) -> None:
    noted = {"alerted_at": iso(before) if isinstance(before, datetime) else before}
    assert alerts.due(noted, NOW) is is_due


# What is looked at


def test_what_was_not_read_for_three_looks_is_stale(real_agency: AgencyStore) -> None:
    def state(hours: float) -> SyncState:
        return SyncState(accounts={"a": AccountState(handle="a", swept_at=NOW - hours * HOUR)})

    states = {"x": state(8.9), "youtube": state(9.1), "tiktok": SyncState()}
    assert looked(real_agency, report(states)) == [
        ("alert.stale", {"platform": "youtube", "read_at": iso(NOW - 9.1 * HOUR)})
    ]
    assert looked(real_agency, report(states), discover_every=600) == []


def consent(real_agency: AgencyStore, handle: str, **facts: Any) -> None:
    path = f"{real_agency.root}/consents/{key('tiktok', handle)}"
    real_agency.store.write([Write(path, {"refresh": b"x", **facts})])


def test_consents_that_are_lost_or_end_soon_are_told_with_their_accounts(
    real_agency: AgencyStore,
) -> None:
    consent(real_agency, "a", refresh_until=iso(NOW + 100 * DAY))
    consent(real_agency, "b", renewal={"refused_at": iso(NOW)})
    consent(real_agency, "c", renewal={"refused_at": iso(NOW), "lost": True})
    consent(real_agency, "d", refresh_until=iso(NOW + 9 * DAY))
    consent(real_agency, "e", refresh_until=iso(NOW + 5 * DAY))
    consent(real_agency, "f", renewal="odd")
    consent(real_agency, "gone", renewal={"refused_at": iso(NOW)})  # of nobody who is registered
    resting = AccountState(handle="B", retry_at=NOW + HOUR)
    accounts = {handle: AccountState(handle=handle) for handle in "acdefz"} | {"B": resting}
    read_at = NOW - HOUR
    accounts["a"] = AccountState(handle="a", swept_at=read_at)
    states = {"tiktok": SyncState(accounts=accounts)}
    found = looked(real_agency, report(states))
    assert [(event, facts["named"]) for event, facts in found] == [
        ("alert.consent_lost", ["@c"]),
        ("alert.consent_lost", ["@B"]),
        ("alert.consent_lost", ["@f"]),
        ("alert.ending", ["@d", "@e"]),
    ]
    assert found[-1][1]["until"] == iso(NOW + 5 * DAY)
    # Within the day only those are looked at that rest.
    reads = real_agency.store.meter.reads
    [hourly] = looked(real_agency, report(states), whole=False)
    assert (hourly[0], hourly[1]["named"]) == ("alert.consent_lost", ["@B"])
    assert real_agency.store.meter.reads - reads == 1


def test_a_version_that_ends_within_sixty_days_is_told_to_who_uses_it(
    real_agency: AgencyStore,
) -> None:
    late = CollectReport("r", datetime(2026, 11, 28, tzinfo=UTC))
    assert looked(real_agency, late, graph_version="v21.0") == []
    [(event, facts)] = looked(real_agency, late, graph_version="v21.0", facebook_token=("token",))
    assert (event, facts["until"]) == ("alert.ending", "2027-01-21")
    assert looked(real_agency, late, graph_version="v22.0", facebook_token=("token",)) == []


@pytest.mark.parametrize(
    ("standing", "event"),
    [
        ({"refused": "401: no such token"}, "alert.credential_refused"),
        ({"mills": {"spent": 19_000, "limit": 20_000}}, "alert.budget"),
        ({"mills": {"spent": 18_999, "limit": 20_000}}, None),
        ({"units": {"spent": 0, "limit": 0}}, None),
        ({"calls": {"spent": 200, "limit": 200}}, None),  # an hour's, or a minute's
        ({"waits": {"all": {"until": "2026-10-20T05:00:00Z", "message": "out"}}}, "alert.budget"),
        ({"waits": {"all": {"until": "2026-10-20T03:50:00Z", "message": "soon"}}}, None),
        ({"waits": {"all": {"until": None}}, "usage_percent": 99}, None),
    ],
)
def test_a_credential_that_is_refused_or_has_spent_its_budget_is_told(
    real_agency: AgencyStore, standing: dict[str, Any], event: str | None
) -> None:
    found = looked(real_agency, report(budgets={"x:1": standing}))
    assert [name for name, _ in found] == ([event] if event else [])
    assert all(facts["credential"] == "x:1" for _, facts in found)
