"""The collect job over a whole world: what it stores, what it costs, and what goes wrong alone."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import asdict, replace

from functions.collect import state as states
from functions.collect.client import Connections
from functions.model import PLATFORMS, Platform, iso
from functions.registry.addresses.posts import link_keys
from functions.settings import Settings, SettingsError, load
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import Vault, open_vault
from tests.collect.api import HOUR, TOKEN_KEY, WRONG_CREDENTIALS, Asked, answer_with, settings_for
from tests.collect.ministry import (
    FIRST_TOKEN,
    UNITS,
    documents,
    handle_of,
    register,
    rows,
    stored_posts,
    tick,
)
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.wire import Connection
from tests.platforms.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(now: datetime) -> World:
    """Two units on five platforms since the month began, and a week to come."""
    start = now - timedelta(days=5)
    made = World.generate(3, rows(UNITS), start, 9, posts_per_day=2, history_days=2)
    made.set_clock(now)
    return made


def sent(server: Handle) -> int:
    total: int = server.calls.report()["total"]
    return total


# An ordinary tick


def test_a_first_tick_finds_every_post_of_the_running_month(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    report = tick(ministry, settings, now)
    assert (report.problems, report.skipped, report.failed) == ([], {}, False)
    begin = datetime(2026, 9, 30, 17, tzinfo=UTC)  # midnight in Jakarta
    posts = stored_posts(ministry)
    public = {
        (post.account.platform, owner.id, post.id)
        for post in server.world.posts
        for owner in (post.account, *post.collaborators)
        if begin.timestamp() <= post.start <= now.timestamp()
        and post.kind in ("post", "quote")
        and post.visible(server.world.now)
        and (post.stream is None or post.stream.ended <= server.world.now)
    }
    assert set(posts) == public
    assert len(public) > 30
    for post in posts.values():
        [sample] = post.samples
        assert now <= sample.taken_at <= now + MINUTE
    assert report.platforms["x"]["posts_found"] == sum(key[0] == "x" for key in posts)


def found_by_address(agency: AgencyStore) -> dict[tuple[str, str, str], bool]:
    """Every stored post, and whether each key of its address leads to it."""
    return {
        name: all(
            (post.account, post.post_id)
            in {(one.account, one.post_id) for one in agency.find_urls(post.platform, [key])}
            for key in link_keys(post.platform, post.post_id, post.url, post.versions)
        )
        for name, post in stored_posts(agency).items()
    }


def addresses(settings: Settings) -> dict[str, tuple[int, str]]:
    """The documents by which posts are found, with how often each was written."""
    return {path: held for path, held in documents(settings).items() if "/urls/" in path}


def test_every_post_is_found_by_its_address_and_that_is_written_once(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """ "at most one extra write per new post and key" """
    for hours in range(0, 30, 3):
        server.set_clock(now + hours * HOUR)
        tick(ministry, settings, now + hours * HOUR)
    found = found_by_address(ministry)
    assert {platform for platform, _, _ in found} == set(PLATFORMS)
    assert all(found.values())
    written = addresses(settings)
    accounts = {path: len(json.loads(body)["accounts"]) for path, (_, body) in written.items()}
    assert all(times <= accounts[path] for path, (times, _) in written.items())
    assert max(accounts.values()) > 1  # a collaboration


def test_a_first_tick_tells_admins_and_the_registry_what_it_found(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    tick(ministry, settings, now)
    roster = ministry.roster(now)
    assert roster is not None
    for account in roster.accounts:
        owner = server.world.by_handle(account.platform, account.handle)
        assert owner is not None
        assert account.account_id == owner.id
        feedback = ministry.feedback(account.satker)[f"{account.platform}:{account.handle}"]
        assert feedback["status"] == "ok"
        assert feedback["account_id"] == owner.id
        assert feedback["checked_at"].startswith(iso(now)[:16])
    followers = ministry.followers("2026-10", "2026-10", now + HOUR)
    assert set(followers) == {account.key for account in roster.accounts}
    assert all(len(readings) == 1 for readings in followers.values())


def test_the_same_tick_again_sends_nothing_and_writes_nothing(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is due at a tick is done by it, marks included."""
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: 0.0)  # no time passes in it
    for hours in range(26):
        at = now + hours * HOUR
        server.set_clock(at)
        tick(ministry, settings, at)
    before, asked = documents(settings), sent(server)
    again = tick(ministry, settings, at)
    assert sent(server) == asked
    assert documents(settings) == before
    assert not again.failed


def test_a_tick_with_nothing_due_sends_nothing_and_writes_nothing(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    tick(ministry, settings, now)
    before, asked = documents(settings), sent(server)
    quiet = replace(settings, collect_every=1)
    for minutes in (1, 2, 3):
        server.set_clock(now + minutes * MINUTE)
        report = tick(ministry, quiet, now + minutes * MINUTE)
        if sum(summary["requests"] for summary in report.platforms.values()) == 0:
            assert documents(settings) == before
            assert sent(server) == asked
            return
    pytest.fail("every tick had something due")


def test_a_tick_delivered_twice_at_once_loses_and_doubles_nothing(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    with ThreadPoolExecutor(2) as pool:
        agencies = [ministry, open_agency(settings)]
        reports = list(pool.map(lambda agency: tick(agency, settings, now), agencies))
        agencies[1].store.close()
    assert not any(report.failed for report in reports)
    posts = stored_posts(ministry)
    for post in posts.values():
        times = [sample.taken_at for sample in post.samples]
        assert times == sorted(set(times))
        assert len(times) <= 2
    # The next tick stands on one of the two states and finds nothing missing.
    server.set_clock(now + 3 * HOUR)
    tick(ministry, settings, now + 3 * HOUR)
    once = settings_for(server.url, settings.store.replace("kiprah.db", "once.db"))
    alone = open_agency(once)
    server.set_clock(now)
    register(alone, once, UNITS, now, [p for p in PLATFORMS if p != "tiktok"])
    tick(alone, once, now)
    assert set(stored_posts(alone)) <= set(stored_posts(ministry))
    alone.store.close()


def test_connections_may_be_kept_between_ticks(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    from functions.collect.job import collect
    from functions.collect.tick import CollectRun

    async def two_ticks() -> list[int]:
        counts = []
        async with Connections() as opened:
            for n in range(2):
                at = now + n * 3 * HOUR
                server.set_clock(at)
                report = await collect(
                    ministry,
                    settings,
                    CollectRun(
                        now=at,
                        run_id=str(n),
                        simulated=True,
                        connections=opened,
                    ),
                )
                counts.append(sum(s["requests"] for s in report.platforms.values()))
        return counts

    first, second = asyncio.run(two_ticks())
    assert first > second > 0


def test_requests_of_many_accounts_are_in_flight_together(
    now: datetime, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "most_in_flight", 0)
    units = [f"unit-{n}" for n in range(30)]
    world = World(now=now)
    for row in rows(units, ["facebook"]):
        world.add_account(row.platform, row.handle)
    with serve(world, latency=0.1) as server:
        settings = settings_for(server.url, sqlite_url)
        agency = open_agency(settings)
        register(agency, settings, units, now, ["facebook"])
        report = tick(agency, settings, now, platforms=["facebook"])
        agency.store.close()
    assert report.platforms["facebook"]["requests"] == 60
    assert Connection.most_in_flight > 5


def test_only_the_named_platforms_are_read(
    ministry: AgencyStore, settings: Settings, asked: list[Asked], now: datetime
) -> None:
    tick(ministry, settings, now, platforms=["x", "youtube"])
    assert {one.platform for one in asked} == {"x", "youtube"}


# Failing alone


@pytest.mark.parametrize("down", PLATFORMS)
@pytest.mark.parametrize("kind", ["server_error", "broken_json"])
def test_one_platform_down_costs_one_platform(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    down: Platform,
    kind: str,
) -> None:
    server.fault(kind, platform=down)
    report = tick(ministry, settings, now)
    assert not report.failed
    assert {key[0] for key in stored_posts(ministry)} == set(PLATFORMS) - {down}
    assert report.problems
    assert all(problem.startswith(down) for problem in report.problems)
    assert report.platforms[down]["served"] is False
    assert report.platforms[down]["requests_failed"] > 0


def test_a_platform_that_comes_back_is_read_as_if_nothing_had_been(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    server.fault("server_error")
    assert tick(ministry, settings, now).failed
    server.app.faults.clear()
    report = tick(ministry, settings, now + 15 * MINUTE)
    assert (report.failed, report.problems) == (False, [])


def test_a_bug_in_one_adapter_costs_the_requests_that_meet_it(
    ministry: AgencyStore, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.collect.platforms import facebook

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("of rahasia")

    monkeypatch.setattr(facebook, "parse", broken)
    report = tick(ministry, settings, now)
    assert not report.failed
    assert sorted(report.problems) == [
        f"facebook {handle_of(unit)}: unforeseen ZeroDivisionError" for unit in sorted(UNITS)
    ]
    assert report.platforms["facebook"]["requests_failed"] == len(UNITS)
    assert {key[0] for key in stored_posts(ministry)} == set(PLATFORMS) - {"facebook"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_bad_account_costs_one_account(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, platform: Platform
) -> None:
    bad = server.world.by_handle(platform, handle_of("kanwil-ntt"))
    assert bad is not None
    server.world.set_state(bad, "revoked" if platform == "tiktok" else "unknown")
    report = tick(ministry, settings, now)
    assert not report.failed
    [problem] = report.problems
    assert problem.startswith(f"{platform} {handle_of('kanwil-ntt')}: ")
    owners = {key[:2] for key in stored_posts(ministry)}
    assert (platform, bad.id) not in owners
    good = server.world.by_handle(platform, handle_of("kanwil-bali"))
    assert good is not None
    assert (platform, good.id) in owners or not good.count(server.world.now)
    told = ministry.feedback("kanwil-ntt")[f"{platform}:{handle_of('kanwil-ntt')}"]
    assert told["status"] != "ok"
    assert told["status"].endswith(".")
    assert ministry.feedback("kanwil-bali")[f"{platform}:{handle_of('kanwil-bali')}"]["status"] == (
        "ok"
    )


def test_a_wrong_account_rests_and_looking_again_in_vain_is_no_failure(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    for unit in UNITS:
        bad = server.world.by_handle("facebook", handle_of(unit))
        assert bad is not None
        server.world.set_state(bad, "unknown")
    assert not tick(ministry, settings, now, platforms=["facebook"]).failed
    written = documents(settings)
    path = f"agencies/kemenkum/satker/kanwil-ntt/accounts/facebook:{handle_of('kanwil-ntt')}"
    requests = []
    for hours in (1, 7):
        server.set_clock(now + hours * HOUR)
        server.calls.reset()
        only = tick(ministry, settings, now + hours * HOUR, platforms=["facebook"])
        asked = server.calls.report()["requests"].get("facebook", {})
        requests.append(asked.get("GET /{node}", 0))
        assert not only.failed
    assert requests == [0, 2]
    # The same finding is not written twice.
    assert documents(settings)[path] == written[path]


def test_an_account_that_is_mended_is_told_so(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """Also where a listing says nothing about the profile."""
    account = server.world.by_handle("x", handle_of("kanwil-ntt"))
    assert account is not None
    tick(ministry, settings, now)
    server.world.set_state(account, "protected", now + HOUR)
    server.world.set_state(account, "ok", now + 6 * HOUR)

    def status() -> str:
        told: str = ministry.feedback("kanwil-ntt")[f"x:{handle_of('kanwil-ntt')}"]["status"]
        return told

    seen = [status()]
    for hours in (4, 11):
        server.set_clock(now + hours * HOUR)
        tick(ministry, settings, now + hours * HOUR)
        seen.append(status())
    assert seen[0] == seen[2] == "ok"
    assert "dikunci" in seen[1]


def test_a_bad_item_costs_one_item_and_is_reported(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    account = server.world.by_handle("x", handle_of("kanwil-ntt"))
    assert account is not None
    victim = next(post for post in account.newest(server.world.now) if post.kind == "post")
    server.fault("wrong_types", platform="x", ids=[victim.id], keys=["created_at"])
    report = tick(ministry, settings, now)
    assert report.platforms["x"]["items_broken"] == 1
    assert not report.failed
    assert ("x", account.id, victim.id) not in stored_posts(ministry)


@pytest.mark.parametrize(
    "item",
    [
        {"id": "1", "created_time": "9999-12-31T23:59:59+0000"},
        {"id": "1", "created_time": "2031-01-01T00:00:00+0000"},
        {"id": "", "created_time": "2026-10-20T01:00:00+0000"},
        {"id": "1 2", "created_time": "2026-10-20T01:00:00+0000"},
    ],
)
def test_an_impossible_item_never_gets_as_far_as_the_store(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, item: dict[str, Any]
) -> None:
    answer_with(server, {"data": [item]}, path="/posts")
    for n in range(2):
        report = tick(ministry, settings, now + n * 4 * HOUR, platforms=["facebook"])
        assert report.platforms["facebook"]["items_broken"] == 2
        assert not report.failed
    assert stored_posts(ministry) == {}


@pytest.mark.parametrize("shares", [{"count": 2**70}, {"count": -4}, {"count": "banyak"}, {}, 7])
def test_an_impossible_counter_is_unknown_and_never_zero(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, shares: Any
) -> None:
    item = {"id": "1", "created_time": "2026-10-20T01:00:00+0000", "shares": shares}
    item |= {"reactions": {"summary": {"total_count": 3}}}
    answer_with(server, {"data": [item]}, path="/posts")
    report = tick(ministry, settings, now, platforms=["facebook"])
    assert report.platforms["facebook"]["items_broken"] == (2 if shares else 0)
    for post in stored_posts(ministry).values():
        assert [(s.likes, s.comments, s.shares) for s in post.samples] == [(3, None, None)]


# Credentials


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_without_credentials_is_skipped_and_said_so(
    ministry: AgencyStore, settings: Settings, now: datetime, platform: Platform
) -> None:
    without: dict[str, Any] = {
        name: ()
        for name, value in asdict(settings).items()
        if name.startswith(platform) and isinstance(value, tuple)
    }
    report = tick(ministry, replace(settings, **without), now)
    assert set(report.skipped) == {platform}
    assert f"KIPRAH_{platform.upper()}" in report.skipped[platform]
    assert set(report.platforms) == set(PLATFORMS) - {platform}
    assert not report.failed


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_refused_credential_costs_its_platform_and_blames_no_account(
    ministry: AgencyStore, settings: Settings, now: datetime, platform: Platform
) -> None:
    wrong = replace(settings, **WRONG_CREDENTIALS[platform])
    report = tick(ministry, wrong, now)
    assert not report.failed
    summary = report.platforms[platform]
    [stopped] = summary["stopped"]
    assert report.budgets[stopped]["refused"] == summary["stopped"][stopped]
    assert summary["accounts_wrong"] == 0
    assert not any("status" in told for told in of(ministry, platform))


def of(agency: AgencyStore, platform: Platform) -> list[Any]:
    """The feedback on a platform's accounts."""
    return [
        told
        for unit in UNITS
        for name, told in agency.feedback(unit).items()
        if name.startswith(platform)
    ]


def test_several_credentials_share_the_accounts_and_one_that_is_stopped_leaves_the_other(
    now: datetime, sqlite_url: str
) -> None:
    units = [f"unit-{n}" for n in range(12)]
    world = World(now=now)
    for row in rows(units, ["youtube"]):
        world.add_post(world.add_account(row.platform, row.handle), now - HOUR)
    world.credentials.youtube.add("second-key")
    with serve(world) as server:
        settings = settings_for(
            server.url, sqlite_url, youtube_api_key=("revoked-key", "second-key")
        )
        agency = open_agency(settings)
        register(agency, settings, units, now, ["youtube"])
        report = tick(agency, settings, now, platforms=["youtube"])
        found = len(stored_posts(agency))
        tick(agency, settings, now + 15 * MINUTE, platforms=["youtube"])
        found_then = len(stored_posts(agency))
        agency.store.close()
    summary = report.platforms["youtube"]
    assert [name for name in summary["stopped"] if "refused" in report.budgets[name]]
    assert len(summary["stopped"]) == 1
    assert 0 < found < len(units)
    assert not report.failed
    # The other has stepped in for all but the one on which the first is tried again.
    assert found_then >= len(units) - 1


def test_nothing_more_is_sent_once_a_limit_is_known(now: datetime, sqlite_url: str) -> None:
    """Only the ten requests that were in flight when the first answer came."""
    units = [f"unit-{n}" for n in range(40)]
    world = World(now=now)
    for row in rows(units, ["facebook"]):
        world.add_account(row.platform, row.handle)
    with serve(world, latency=0.01) as server:
        settings = settings_for(server.url, sqlite_url)
        agency = open_agency(settings)
        register(agency, settings, units, now, ["facebook"])
        server.fault("rate_limited", platform="facebook")
        report = tick(agency, settings, now, platforms=["facebook"])
        summary = report.platforms["facebook"]
        assert summary["requests"] <= 10
        assert summary["skipped"] == 40 - summary["requests"]

        # The limit holds until its end, also in the ticks to come; then all is made up for.
        server.app.faults.clear()
        server.calls.reset()
        tick(agency, settings, now + 14 * MINUTE, platforms=["facebook"])
        assert sent(server) == 0
        after = tick(agency, settings, now + 16 * MINUTE, platforms=["facebook"])
        assert after.platforms["facebook"]["accounts_read"] == 40
        agency.store.close()


def test_when_all_fails_the_run_has_failed(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    server.fault("server_error")
    report = tick(ministry, settings, now)
    assert report.failed
    assert len(report.problems) >= len(PLATFORMS)


def test_one_platform_that_is_down_is_not_the_runs_failure_when_no_other_is_due(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """It may be down for hours, and asking again at once helps nobody."""
    server.fault("server_error", platform="x")
    for minutes in (0, 15):
        server.set_clock(now + minutes * MINUTE)
        at = now + minutes * MINUTE
        report = tick(ministry, settings, at, platforms=["x", "tiktok"])
        assert not report.failed
        assert report.platforms["x"]["requests"] > 0
        assert report.platforms["x"]["served"] is False
    assert [p for p, told in report.platforms.items() if told["requests"]] == ["x"]
    # The only platform that is set up is the run.
    lonely = tick(ministry, settings, now + 30 * MINUTE, platforms=["x"])
    assert lonely.failed


def test_without_any_credential_the_run_has_failed(
    ministry: AgencyStore, settings: Settings, now: datetime
) -> None:
    bare = load({"KIPRAH_STORE": settings.store})
    local = {f"{p}_url": settings.x_url for p in PLATFORMS}
    report = tick(ministry, replace(bare, **local), now)
    assert report.failed
    assert set(report.skipped) == set(PLATFORMS)


def test_an_empty_registry_says_what_to_do(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    report = tick(agency, settings, now)
    assert report.failed
    assert any("kiprah registry import" in problem for problem in report.problems)


# TikTok's consents within a run


def test_a_wrong_key_costs_tiktok_and_says_what_to_do(
    ministry: AgencyStore, settings: Settings, now: datetime
) -> None:
    report = tick(ministry, replace(settings, token_key="another"), now)
    assert not report.failed
    assert report.problems
    assert all(p.startswith("tiktok ") and "KIPRAH_TOKEN_KEY" in p for p in report.problems)
    assert not report.platforms["tiktok"]["served"]
    roster = ministry.roster(now)
    assert roster is not None
    assert all(a.account_id for a in roster.accounts if a.platform != "tiktok")


def test_a_key_that_cannot_be_had_costs_tiktok_alone(
    ministry: AgencyStore, settings: Settings, now: datetime, tmp_path: Any
) -> None:
    (tmp_path / "kiprah.key").write_text("half a k")
    report = tick(ministry, replace(settings, token_key=""), now)
    assert not report.failed
    [problem] = report.problems
    assert problem.startswith("tiktok: ")
    assert set(report.platforms) == set(PLATFORMS) - {"tiktok"}


def test_an_account_without_consent_is_told_and_asked_nothing(
    agency: AgencyStore, settings: Settings, asked: list[Asked], now: datetime
) -> None:
    register(agency, settings, ["kanwil-maluku"], now, ["youtube"])
    held = {s.id: s.data for s in agency.satker_documents()}
    held["kanwil-maluku"]["accounts"]["tiktok"] = "kanwilmaluku"
    agency.save_satker(held)
    tick(agency, settings, now, platforms=["tiktok"])
    told = agency.feedback("kanwil-maluku")["tiktok:kanwilmaluku"]
    assert "Belum ada izin TikTok" in told["status"]
    assert asked == []


def test_a_new_consent_is_used_soon_after_a_missing_one(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    path = f"agencies/kemenkum/consents/tiktok:{handle_of('kanwil-ntt')}"
    from functions.store.port import Write

    ministry.store.write([Write(path, mode="delete")])
    tick(ministry, settings, now)
    row = ConsentRow("kanwil-ntt", "tiktok", handle_of("kanwil-ntt"), FIRST_TOKEN + "kanwil-ntt")
    Consents(ministry, lambda: open_vault(settings)).add([row], now)
    server.set_clock(now + 15 * MINUTE)
    tick(ministry, settings, now + 15 * MINUTE)
    told = ministry.feedback("kanwil-ntt")[f"tiktok:{handle_of('kanwil-ntt')}"]
    assert told["status"] == "ok"


# Dying half-way


def test_a_run_that_died_before_its_state_was_written_is_repaired_by_the_next(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: Any) -> None:
        raise StoreError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(AgencyStore, "save_sync_state", killed)
        with pytest.raises(StoreError):
            tick(ministry, settings, now)
    found = stored_posts(ministry)
    server.set_clock(now + 15 * MINUTE)
    report = tick(ministry, settings, now + 15 * MINUTE)
    assert (report.failed, report.problems) == (False, [])
    posts = stored_posts(ministry)
    assert set(found) <= set(posts)
    assert {key[0] for key in posts} == set(PLATFORMS)
    roster = ministry.roster(now + HOUR)
    assert roster is not None
    assert all(account.account_id for account in roster.accounts)


@pytest.mark.parametrize("body", [None, b"", b"not a state"])
def test_a_lost_state_is_rebuilt_and_nothing_is_doubled(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, body: bytes | None
) -> None:
    from functions.store.port import Write

    tick(ministry, settings, now)
    before = stored_posts(ministry)
    for platform in PLATFORMS:
        path = f"agencies/kemenkum/plans/{platform}"
        lost = Write(path, mode="delete") if body is None else Write(path, {"body": body})
        ministry.store.write([lost])
    at = now + 20 * MINUTE
    server.set_clock(at)
    report = tick(ministry, settings, at)
    assert (report.failed, report.problems) == (False, [])
    after = stored_posts(ministry)
    assert set(before) <= set(after)
    assert all(found_by_address(ministry).values())
    assert all(
        times == 1 or body.count("post_id") > 1 for times, body in addresses(settings).values()
    )
    for key, post in before.items():
        assert set(post.samples) <= set(after[key].samples)
        assert len(after[key].samples) <= 2
    for platform in PLATFORMS:
        packed = ministry.sync_state(platform).body
        assert packed is not None
        state = states.decode(packed)
        assert state is not None
        young = {key for key, post in after.items() if post.published_at > at - states.REMEMBERED}
        assert {(platform, live.account_id, live.post_id) for live in state.posts.values()} == {
            key for key in young if key[0] == platform
        }


# Time


def test_a_tick_far_from_the_present_refuses_official_hosts(
    ministry: AgencyStore, settings: Settings, asked: list[Asked], now: datetime
) -> None:
    real = replace(settings, x_url="https://api.x.com")
    with pytest.raises(SettingsError) as caught:
        tick(ministry, real, now)
    assert "KIPRAH_X_URL" in str(caught.value)
    assert asked == []
    assert stored_posts(ministry) == {}
    # Where that platform is not read there is nothing to forge.
    assert not tick(ministry, real, now, platforms=["youtube"]).failed


# The registry


def test_an_account_registered_from_tomorrow_is_not_read_today(
    agency: AgencyStore, settings: Settings, asked: list[Asked], now: datetime
) -> None:
    register(agency, settings, ["kanwil-ntt"], now, ["x"])
    held = {s.id: s.data for s in agency.satker_documents()}
    typed = {"handle": handle_of("kanwil-ntt"), "from": "2026-10-21"}
    held["kanwil-ntt"]["accounts"]["x"] = typed
    agency.save_satker(held)
    tick(agency, settings, now)
    assert asked == []
    tick(agency, settings, now + timedelta(days=1))
    assert asked


def test_an_account_that_left_the_registry_is_read_until_its_last_marks(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    tick(ministry, settings, now)
    held = {s.id: s.data for s in ministry.satker_documents()}
    for document in held.values():
        document["accounts"] = {}
    ministry.save_satker(held)
    asked = []
    for hours in (1, 25, 32, 70):
        server.set_clock(now + hours * HOUR)
        server.calls.reset()
        tick(ministry, settings, now + hours * HOUR)
        asked.append(sent(server))
    assert asked[1] > 0
    assert asked[3] == 0


def test_a_broken_registry_document_is_reported_and_the_others_are_read(
    ministry: AgencyStore, settings: Settings, now: datetime
) -> None:
    ministry.save_satker({"rusak": {"kind": "kanwil"}})
    report = tick(ministry, settings, now)
    assert any(problem.startswith("rusak: ") for problem in report.problems)
    assert not report.failed
    assert stored_posts(ministry)


# Secrets


@pytest.fixture
def secrets(server: Handle) -> set[str]:
    """Every credential and every token that the stand-ins give out meanwhile."""
    given = set(ENVIRONMENT.values()) - {ENVIRONMENT["KIPRAH_INSTAGRAM_USER_ID"]}
    given |= {FIRST_TOKEN, "stolen-token"}
    make = server.app._tiktok._make

    def remembering(prefix: str) -> str:
        token = make(prefix)
        given.add(token)
        return token

    server.app._tiktok._make = remembering  # type: ignore[method-assign]
    return given


FAULTS = [
    ("x", "token_expired", {}),
    ("x", "usage_capped", {}),
    ("facebook", "meta_error", {"code": 190}),
    ("facebook", "repeat_cursor", {}),
    ("instagram", "broken_json", {}),
    ("instagram", "wrong_types", {"keys": ["id", "timestamp"]}),
    ("youtube", "quota_exceeded", {"skip": 3}),
    ("tiktok", "token_revoked", {"skip": 3}),
    ("tiktok", "cut", {"path": "oauth", "skip": 1}),
]


def test_no_secret_is_left_in_the_store_the_log_or_the_report_of_a_faulty_run(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    secrets: set[str],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing blanks them here: they are nowhere in the first place."""
    caplog.set_level("DEBUG")
    written = []
    wrong = replace(settings, **WRONG_CREDENTIALS["instagram"])
    for n, (platform, kind, options) in enumerate([("", "", {}), *FAULTS]):
        if kind:
            server.fault(kind, platform=platform, **options)
        at = now + n * 3 * HOUR
        server.set_clock(at)
        report = tick(ministry, wrong if n == 7 else settings, at)
        written.append(msgspec.json.encode(report.as_dict()).decode())
    assert sum('"problems":[]' not in one for one in written) >= 5
    written += [path + body for path, (_, body) in documents(settings).items()]
    out, err = capfd.readouterr()
    logged = [
        record.getMessage() for record in caplog.records if not record.name.startswith("httpcore")
    ]
    assert len(secrets) > 8 + 4
    for secret in secrets:
        for text in (*written, out, err, *logged):
            assert secret not in text


def test_consents_are_sealed_in_the_store(ministry: AgencyStore, settings: Settings) -> None:
    path = f"agencies/kemenkum/consents/tiktok:{handle_of('kanwil-ntt')}"
    held = ministry.store.get([path])[path].data
    assert Vault(TOKEN_KEY).open(held["refresh"]) == FIRST_TOKEN + "kanwil-ntt"
    _, text = documents(settings)[path]
    assert FIRST_TOKEN not in text


# The platforms' word on the time


def present_tick(
    agency: AgencyStore, settings: Settings, server: Handle, *dates: timedelta | str | None
) -> datetime | None:
    """A tick of a real store at present, whose answers are dated so much off, in turn.

    Returns until when a collection has ended by then.
    """
    honest, turn = server.app._answer, iter(dates)

    def dated(request: Any, route: Any) -> Any:
        response = honest(request, route)
        off = next(turn, dates[-1])
        if isinstance(off, timedelta):
            off = format_datetime(datetime.now(UTC) + off, usegmt=True)
        response.headers += [("date", off)] if off else []
        return response

    server.app._answer = dated  # type: ignore[method-assign]
    present = datetime.now(UTC).replace(microsecond=0)
    server.set_clock(present)
    register(agency, settings, ["kanwil-ntt", "kanwil-bali"], present, ["x", "youtube"])
    tick(agency, settings, present, simulated=False)
    return agency.read_until()


@pytest.mark.parametrize(
    "dates",
    [
        (timedelta(0),),
        (timedelta(seconds=-90),),
        (timedelta(0), timedelta(days=30), timedelta(0)),  # one answer from a mad clock
    ],
)
def test_a_run_has_read_until_when_its_answers_say(
    agency: AgencyStore, settings: Settings, server: Handle, dates: tuple[timedelta, ...]
) -> None:
    before = datetime.now(UTC)
    until = present_tick(agency, settings, server, *dates)
    assert until is not None
    assert abs(until - (before + dates[0])) < timedelta(seconds=30)


@pytest.mark.parametrize(
    "date",
    [
        timedelta(days=-30),  # this computer's clock runs a month ahead
        timedelta(days=30),
        "",
        "soon",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
def test_answers_that_agree_with_no_clock_say_nothing(
    agency: AgencyStore, settings: Settings, server: Handle, date: timedelta | str
) -> None:
    assert present_tick(agency, settings, server, date) is None


def test_a_run_that_failed_has_read_nothing(
    agency: AgencyStore, settings: Settings, server: Handle
) -> None:
    server.fault("server_error", times=None)
    assert present_tick(agency, settings, server, timedelta(0)) is None


def test_a_replay_has_read_until_its_own_instant(
    ministry: AgencyStore, settings: Settings, now: datetime
) -> None:
    """Stand-ins need not date anything."""
    tick(ministry, settings, now)
    assert ministry.read_until() == now
    tick(ministry, settings, now + timedelta(minutes=59))
    assert ministry.read_until() == now  # written once an hour
    tick(ministry, settings, now + timedelta(hours=1))
    assert ministry.read_until() == now + timedelta(hours=1)
