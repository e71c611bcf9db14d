"""A platform's state between the store and a tick, and what admins are told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from functions.collect.client import Connections
from functions.collect.contract import Profile
from functions.collect.credentials import adapter_for, limits, names
from functions.collect.identifying import IdentitySync
from functions.collect.planning.marks import PROMISED
from functions.collect.planning.quota import Budget, Spending
from functions.collect.planning.requests import Plan, SweepRequest
from functions.collect.planning.reservations import Bill, Reservations, decode
from functions.collect.reading.harvest import Harvest
from functions.collect.reading.session import Session
from functions.collect.state import REMEMBERED, AccountState, LivePost, SyncState
from functions.collect.sync import (
    ATTEMPTS,
    PlatformSync,
    horizon,
    note_wrong,
    plan_together,
    read_state,
)
from functions.model import DAY, PLATFORMS, Account, Platform, Post, Roster, Sample
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError, Write
from functions.thresholds import SETTLED
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.ministry import log_lines
from tests.collect.sessions import START, tick_of
from tests.factories import account_state, live_post

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONG_AGO = START - 300 * DAY
TICK = 15 * MINUTE


def registered(*handles: str, platform: Platform = "instagram", **facts: Any) -> Roster:
    """A registry with an account of these handles, each of a unit of its own."""
    return Roster(
        as_of=LONG_AGO,
        accounts=tuple(
            Account(
                platform=platform,
                handle=handle,
                satker=f"s-{handle}",
                **{"valid_from": LONG_AGO, **facts},
            )
            for handle in handles
        ),
    )


def sync_of(
    agency: AgencyStore,
    settings: Settings,
    *handles: str,
    platform: Platform = "instagram",
    now: datetime = START,
) -> PlatformSync:
    whole = registered(*handles, platform=platform)
    return PlatformSync.open(tick_of(agency, settings, whole, now), platform)


def held_post(post_id: str, age: timedelta, platform: Platform = "instagram") -> Post:
    at = START - age
    return Post(
        platform=platform,
        account_id="id-a",
        post_id=post_id,
        published_at=at,
        url=f"https://example.org/{post_id}",
        samples=(Sample(taken_at=at + MINUTE, likes=1),),
    )


# Whose accounts


def test_the_handles_are_those_that_are_registered_now(
    agency: AgencyStore, settings: Settings
) -> None:
    """And those that were until so lately that a mark is still to come."""
    spans = {
        "now": (LONG_AGO, None),
        "from-now": (START, None),
        "later": (START + MINUTE, None),
        "ending": (LONG_AGO, START + DAY),
        "lately": (LONG_AGO, START - SETTLED),
        "over": (LONG_AGO, START - SETTLED - MINUTE),
    }
    held = tuple(
        account
        for handle, (begin, end) in spans.items()
        for account in registered(handle, valid_from=begin, valid_to=end).accounts
    )
    foreign = registered("foreign", platform="x").accounts
    whole = Roster(as_of=LONG_AGO, accounts=(*held, *foreign, *registered("now").accounts))
    tick = tick_of(agency, settings, whole)
    sync = PlatformSync.open(tick, "instagram")
    assert sync.handles == ["ending", "from-now", "lately", "now"]
    assert PlatformSync.open(tick, "x").handles == ["foreign"]


def test_accounts_that_are_registered_no_more_are_forgotten(
    agency: AgencyStore, settings: Settings
) -> None:
    """So that one that comes back is resolved afresh; its posts wait for their marks."""
    sync = sync_of(agency, settings, "a", "b")
    sync.state.accounts = {name: account_state(name) for name in "ab"}
    sync.state.posts = {"id-b:1": live_post(HOUR, account_id="id-b")}
    sync.save(sync.state, START)
    again = sync_of(agency, settings, "a", "c")
    assert set(again.state.accounts) == {"a"}
    assert set(again.state.posts) == {"id-b:1"}
    assert again.account_ids() == {"a": "id-a"}


def test_only_accounts_that_were_found_have_an_id(agency: AgencyStore, settings: Settings) -> None:
    sync = sync_of(agency, settings, "a", "b")
    sync.state.accounts = {"a": account_state("a"), "b": account_state("b", account_id=None)}
    assert sync.account_ids() == {"a": "id-a"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_read_by_its_adapter(settings: Settings, platform: Platform) -> None:
    module = adapter_for(settings, platform)
    assert module.__name__ == f"functions.collect.platforms.{platform}"


def test_youtube_is_read_by_its_feed_where_there_is_no_key(
    agency: AgencyStore, settings: Settings
) -> None:
    keyless = replace(settings, youtube_api_key=())
    assert adapter_for(keyless, "youtube").__name__.endswith("youtube_feed")
    assert sync_of(agency, keyless, "a", platform="youtube").ways.lookup_size == 0
    assert sync_of(agency, settings, "a", platform="youtube").ways.lookup_size == 50


# Consents given anew


def test_an_account_wakes_when_its_consent_is_given(
    agency: AgencyStore, settings: Settings
) -> None:
    consents = Consents(agency, lambda: open_vault(settings))
    sync = sync_of(agency, settings, "before", "after", "none", "at-work", platform="tiktok")
    resting = {"wrong": "salah", "checked_at": START - HOUR, "retry_at": START + HOUR}
    sync.state.accounts = {
        "before": account_state("before", **resting),
        "after": account_state("after", **resting),
        "none": account_state("none", **resting),
        "at-work": account_state("at-work", checked_at=START - HOUR),
    }
    for handle, at in (("before", START - 2 * HOUR), ("after", START), ("at-work", START)):
        consents.add([ConsentRow(f"s-{handle}", "tiktok", handle, f"rft.{handle}")], at)
    held = dict(sync.state.accounts)
    sync.wake()
    assert sync.state.accounts.pop("after") == msgspec.structs.replace(
        held.pop("after"), retry_at=None
    )
    assert sync.state.accounts == held


def test_nobody_else_is_asked_for_a_consent(agency: AgencyStore, settings: Settings) -> None:
    """Nor TikTok's, when no account rests."""
    consents = Consents(agency, lambda: open_vault(settings))
    consents.add([ConsentRow("s-a", "tiktok", "a", "rft.a")], START)
    resting = account_state("a", wrong="salah", checked_at=START - HOUR, retry_at=START + HOUR)
    over = msgspec.structs.replace(resting, retry_at=START)
    for platform, held in (("instagram", resting), ("tiktok", over)):
        sync = sync_of(agency, settings, "a", platform=platform)  # type: ignore[arg-type]
        sync.state.accounts = {"a": held}
        reads = agency.store.meter.reads
        sync.wake()
        assert sync.state.accounts == {"a": held}
        assert agency.store.meter.reads == reads


def test_what_somebody_else_told_an_admin_is_noted_whoever_writes_at_that_moment(
    agency: AgencyStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = sync_of(agency, settings, "a", "b", platform="tiktok")
    sync.state.accounts = {name: account_state(name) for name in ("a", "b")}
    sync.save(SyncState(), START)
    honest, raced = agency.save_sync_state, []

    def racing(*asked: Any) -> None:
        if not raced:
            raced.append(1)
            other = sync_of(agency, settings, "a", "b", platform="tiktok")
            other.state.accounts["b"] = account_state("b", title="Judul")
            other.save(other.state, START)
        honest(*asked)

    monkeypatch.setattr(agency, "save_sync_state", racing)
    note_wrong(agency, "tiktok", {"a": "Izin dicabut.", "tak-dikenal": "x"}, START)
    found = sync_of(agency, settings, "a", "b", platform="tiktok").state.accounts
    assert (found["a"].wrong, found["a"].checked_at) == ("Izin dicabut.", START)
    assert (found["b"].wrong, found["b"].title) == (None, "Judul")
    assert found.keys() == {"a", "b"}


# Two instances at once


def test_what_two_instances_noted_is_in_the_state_of_both(
    agency: AgencyStore, settings: Settings
) -> None:
    one, two = sync_of(agency, settings, "a", "b"), sync_of(agency, settings, "a", "b")
    one.state.accounts["a"] = account_state("a", checked_at=START)
    one.state.posts["id-a:1"] = live_post(
        HOUR, account_id="id-a", kept=(START - HOUR,), read_at=START - HOUR
    )
    two.state.accounts["a"] = account_state("a", title="Lama", checked_at=START - HOUR)
    two.state.accounts["b"] = account_state("b")
    two.state.posts["id-a:1"] = live_post(HOUR, account_id="id-a")
    two.state.posts["id-b:2"] = live_post(HOUR, post_id="2", account_id="id-b")
    assert one.save(one.state.part(["a"], ["id-a:1"]), START)
    assert two.save(two.state.part(["a", "b"], ["id-a:1", "id-b:2"]), START + MINUTE)
    state, _ = read_state(agency, "instagram", START + MINUTE)
    assert state.accounts == {"a": account_state("a", checked_at=START), "b": account_state("b")}
    assert set(state.posts) == {"id-a:1", "id-b:2"}
    assert state.posts["id-a:1"].kept == (START - HOUR, START)
    assert state.ticks == (START, START + MINUTE)
    assert two.state == state


def test_what_grew_is_told_once_by_two_instances(agency: AgencyStore, settings: Settings) -> None:
    """Both read the same post; the one that saves later tells only what grew since the other."""
    known = {"account_id": "id-a", "kept": ()}
    first = sync_of(agency, settings, "a")
    first.state.accounts["a"] = account_state("a", swept_at=START - HOUR)
    first.state.posts["id-a:1"] = live_post(HOUR, read_at=START - HOUR, counters=(5, 9, 0), **known)
    assert first.save(first.state, START - HOUR)
    assert first.grown == {}  # the account is covered from now on
    one, two, same = (sync_of(agency, settings, "a") for _ in range(3))
    for sync, minutes, comments in ((one, 0, 8), (two, 1, 9), (same, 0, 8)):
        at = START + minutes * MINUTE
        sync.state.accounts["a"] = msgspec.structs.replace(sync.state.accounts["a"], swept_at=at)
        sync.state.posts["id-a:1"] = live_post(HOUR, read_at=at, counters=(comments, 9, 0), **known)
    told = []
    for sync in (one, two, same):
        assert sync.save(sync.state.part(["a"], ["id-a:1"]), START + MINUTE)
        told.append(sum(sum(a.comments) for day in sync.grown.values() for a in day.values()))
    assert told == [3, 1, 0]
    assert two.state.accounts["a"].covered_until == START + MINUTE
    # Saved once more, it has nothing more to tell; nor where who an account is was asked for.
    two.save(two.state, START + MINUTE)
    assert two.grown == {}
    later = tick_of(agency, settings, registered("a"), START + HOUR)
    asking = IdentitySync.open(later, "instagram")
    asking.state.accounts["a"] = msgspec.structs.replace(
        asking.state.accounts["a"], swept_at=START + HOUR
    )
    assert asking.save(asking.state, START + HOUR)
    assert asking.grown == {}
    assert asking.state.accounts["a"].covered_until == START + MINUTE


def test_what_an_instance_did_not_change_is_not_brought_back(
    agency: AgencyStore, settings: Settings
) -> None:
    """Only what it noted itself goes into the other's state."""
    first = sync_of(agency, settings, "a", "b")
    first.state.accounts = {name: account_state(name) for name in "ab"}
    first.save(first.state, START)
    one, two = sync_of(agency, settings, "a"), sync_of(agency, settings, "a", "b")
    one.save(one.state.part(["a"], []), START)  # "b" is registered no more
    two.state.accounts["a"] = account_state("a", title="Baru", checked_at=START + HOUR)
    two.save(two.state.part(["a"], []), START)
    state, _ = read_state(agency, "instagram", START + HOUR)
    assert set(state.accounts) == {"a"}
    assert state.accounts["a"].title == "Baru"


def test_who_is_always_overtaken_gives_up_and_says_so(
    agency: AgencyStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tries: list[str] = []

    def overtaken(platform: str, *_: object) -> None:
        tries.append(platform)
        raise Conflict("somebody else wrote first")

    sync = sync_of(agency, settings, "a")
    before = sync.state
    monkeypatch.setattr(agency, "save_sync_state", overtaken)
    sync.state.accounts["a"] = account_state("a", covered_until=START - 3 * HOUR)
    sync.before = sync.state.copy()
    assert not sync.save(sync.state, START)
    assert sync.grown == {}
    assert tries == ["instagram"] * ATTEMPTS
    [line] = log_lines(capsys)
    assert (line["message"], line["platform"]) == ("collect.overlap", "instagram")
    assert sync.state is before


def test_a_tick_that_asked_nothing_leaves_no_trace(agency: AgencyStore, settings: Settings) -> None:
    sync = sync_of(agency, settings, "a")
    assert sync.save(sync.state, START, sent=False)
    assert read_state(agency, "instagram", START)[0].ticks == ()
    later = sync_of(agency, settings, "a")
    assert later.save(later.state, START + TICK)
    assert read_state(agency, "instagram", START + TICK)[0].ticks == (START + TICK,)


def test_what_no_listing_can_bring_up_again_is_forgotten(
    agency: AgencyStore, settings: Settings
) -> None:
    sync = sync_of(agency, settings, "a")
    sync.state.posts = {
        p.key: p
        for p in (
            live_post(HOUR, account_id="id-a"),
            live_post(REMEMBERED, post_id="2", account_id="id-a"),
        )
    }
    sync.save(sync.state, START)
    assert set(read_state(agency, "instagram", START)[0].posts) == {"id-a:1"}


# A state that is lost


def lose(agency: AgencyStore, how: str) -> None:
    path = f"{agency.root}/plans/instagram"
    if how == "all":
        agency.store.write([Write(path, mode="delete")])
    elif how == "garbled":
        agency.store.write([Write(path, {"body": b"garbled"})])
    else:
        agency.store.write([Write(path, {"pieces": ["there", "lost"]})])
        agency.store.write([Write(f"{path}:there", {"body": b"half of it"})])


@pytest.mark.parametrize("how", ["all", "garbled", "part"])
def test_a_lost_state_is_made_anew_from_the_posts(
    agency: AgencyStore, settings: Settings, how: str
) -> None:
    sync = sync_of(agency, settings, "a")
    sync.state.accounts = {"a": account_state("a")}
    sync.save(sync.state, START)
    agency.save_posts(
        [
            held_post("young", HOUR),
            held_post("old", REMEMBERED + MINUTE),
            held_post("foreign", HOUR, platform="x"),
        ]
    )
    lose(agency, how)
    again = sync_of(agency, settings, "a")
    assert again.state.accounts == {}
    # Of the whole month: else a first listing would bring up what is in the store already.
    kept = {post.post_id: post.kept for post in again.state.posts.values()}
    assert set(kept) == {"young", "old"}
    assert kept["young"] == (START - HOUR + MINUTE,)
    assert [candidate.subject for candidate in again.candidates()] == ["a", "a"]
    # And it can be written again, whatever is left of the old one.
    again.state.accounts = {"a": account_state("a")}
    assert again.save(again.state, START)
    assert set(sync_of(agency, settings, "a").state.accounts) == {"a"}
    assert [p.id for p in agency.store.list(f"{agency.root}/plans")] == ["instagram"]


@pytest.mark.parametrize(
    ("platform", "hours", "reads"), [("x", 6, 1), ("x", 0, 0), ("instagram", 6, 0)]
)
def test_how_threads_count_is_looked_up_once_and_only_for_a_listing_of_x(
    agency: AgencyStore, settings: Settings, platform: Platform, hours: int, reads: int
) -> None:
    agency.store.write([Write(f"{agency.root}/settings/formula", {"x_threads": "sum"})])
    sync = sync_of(agency, settings, "a", "b", platform=platform)
    swept = START - hours * HOUR
    sync.state.accounts = {name: account_state(name, swept_at=swept) for name in ("a", "b")}
    before = agency.store.meter.reads
    found = sync.candidates()
    assert agency.store.meter.reads - before == reads
    sweeps = [candidate.what for candidate in found if isinstance(candidate.what, SweepRequest)]
    assert [sweep.replies for sweep in sweeps] == [platform == "x"] * (2 if hours else 0)


def test_what_a_wrong_clock_noted_is_forgotten_when_the_state_is_read(
    agency: AgencyStore, settings: Settings
) -> None:
    ahead = START + 40 * DAY
    sync = sync_of(agency, settings, "a", now=ahead)
    sync.state.accounts = {"a": account_state("a", swept_at=ahead)}
    sync.save(sync.state, ahead)
    again = sync_of(agency, settings, "a")
    assert again.state.ticks == ()
    assert again.state.accounts["a"].swept_at == START - REMEMBERED


def test_a_lost_state_is_healed_too(agency: AgencyStore, settings: Settings) -> None:
    known = held_post("1", HOUR)
    late = msgspec.structs.replace(known, samples=(Sample(taken_at=START + DAY),))
    agency.save_posts([known, late])
    [held] = sync_of(agency, settings, "a").state.posts.values()
    assert held.kept == (START - HOUR + MINUTE,)


# What to read


def test_a_first_look_reaches_back_to_the_first_of_the_agencys_month(
    agency: AgencyStore, settings: Settings
) -> None:
    """In Jakarta November began at 17:00 UTC on the last of October."""
    for now, since in (
        (datetime(2026, 10, 31, 16, 59, tzinfo=UTC), datetime(2026, 9, 30, 17, tzinfo=UTC)),
        (datetime(2026, 10, 31, 17, 0, tzinfo=UTC), datetime(2026, 10, 31, 17, tzinfo=UTC)),
    ):
        found = sync_of(agency, settings, "a", now=now).candidates()
        assert [w.what.since for w in found if isinstance(w.what, SweepRequest)] == [since]


def test_how_often_to_look_and_when_the_next_tick_comes_are_settings(
    agency: AgencyStore, settings: Settings
) -> None:
    sync = sync_of(agency, settings, "a")
    sync.state.accounts = {"a": account_state("a", swept_at=START - 2 * HOUR)}
    sync.state.posts = {"id-a:1": live_post(HOUR, account_id="id-a")}
    assert sync.following == START + TICK
    assert sync.candidates() == []
    sync.tick.settings = replace(settings, collect_every=40)
    assert sync.following == START + 40 * MINUTE
    sync.tick.settings = replace(settings, discover_every=120)
    assert len(sync.candidates()) == 1


def test_ticks_that_come_more_rarely_than_configured_are_noticed(
    agency: AgencyStore, settings: Settings
) -> None:
    sync = sync_of(agency, settings, "a")
    sync.state.ticks = (START - 2 * HOUR, START - HOUR)
    assert sync.following == START + HOUR


def test_where_budgets_are_short_an_early_read_is_kept_as_the_last_before_a_mark() -> None:
    following = START + TICK
    assert horizon(Plan(), START, following) == following
    short = Plan(given_up={"freshness": 1})
    assert horizon(short, START, following) == START + PROMISED
    assert horizon(short, START, START + 2 * HOUR) == START + 2 * HOUR


# All platforms together


def syncs(
    agency: AgencyStore, settings: Settings, *platforms: Platform
) -> dict[Platform, PlatformSync]:
    found: dict[Platform, PlatformSync] = {}
    for platform in platforms:
        sync = sync_of(agency, settings, "a", "b", platform=platform)
        sync.state.accounts = {
            name: account_state(name, swept_at=START - 9 * HOUR, deep_at=START) for name in "ab"
        }
        found[platform] = sync
    return found


def all_reservations(agency: AgencyStore, settings: Settings, run: str = "run") -> Reservations:
    limited = {name: limits(settings, p) for p in PLATFORMS for name in names(settings, p)}
    return Reservations(agency, limited, run, START)


def test_two_platforms_with_one_token_share_its_hour(
    agency: AgencyStore, settings: Settings
) -> None:
    """Four listings are due, and of four calls an hour three may be planned."""
    shared = replace(settings, facebook_token=settings.instagram_token, meta_calls_per_hour=4)
    held = syncs(agency, shared, "instagram", "facebook")
    plans = plan_together(
        tick_of(agency, shared, registered()), held, all_reservations(agency, shared)
    )
    assert set(plans) == {"instagram", "facebook"}
    assert sum(len(plan.sweeps) for plan in plans.values()) == 3
    assert sum(plan.given_up.get("discovery", 0) for plan in plans.values()) == 1
    [name] = names(shared, "instagram")
    assert decode(agency.budgets([name])[name].data, name).runs == {
        "run": Spending(at=START, amounts={"calls": 3})
    }
    again = plan_together(
        tick_of(agency, shared, registered()), held, all_reservations(agency, shared, "another")
    )
    assert all(plan.empty for plan in again.values())


def test_where_nothing_is_worth_reading_nothing_is_reserved(
    agency: AgencyStore, settings: Settings
) -> None:
    held = syncs(agency, settings, "instagram")
    for name in "ab":
        held["instagram"].state.accounts[name] = account_state(name)
    reservations = all_reservations(agency, settings)
    reads = agency.store.meter.reads
    assert plan_together(tick_of(agency, settings, registered()), held, reservations) == {}
    assert reservations.standing() == {}
    assert agency.store.meter.reads == reads
    assert agency.budgets(reservations.limits) == {}


def test_what_batches_brought_is_entered_even_where_nothing_is_worth_reading(
    agency: AgencyStore, settings: Settings
) -> None:
    [name] = names(settings, "instagram")
    plans = plan_together(
        tick_of(agency, settings, registered()),
        {},
        all_reservations(agency, settings),
        settled=[("r/1", START, Bill(name=name, spent={"calls": 3}))],
    )
    assert plans == {}
    assert decode(agency.budgets([name])[name].data, name) == Budget(
        runs={"r/1": Spending(at=START, amounts={"calls": 3}, settled=True)}
    )


def test_a_reservation_for_batches_lapses(agency: AgencyStore, settings: Settings) -> None:
    held = syncs(agency, settings, "instagram")
    plan_together(
        tick_of(agency, settings, registered()),
        held,
        all_reservations(agency, settings),
        lapses_after=20 * MINUTE,
    )
    [name] = names(settings, "instagram")
    [run] = decode(agency.budgets([name])[name].data, name).runs.values()
    assert run.lapses_at == START + 20 * MINUTE


def test_what_marks_will_need_is_kept_free_with_the_credential_that_pays_them(
    agency: AgencyStore, settings: Settings
) -> None:
    """Two marks will want a listing each within the hour: one call of three is left for looks."""
    short = replace(settings, meta_calls_per_hour=4)
    held = syncs(agency, short, "instagram")
    state = held["instagram"].state
    for name in "ab":
        at = START - DAY + 40 * MINUTE
        state.posts[name] = LivePost(
            account_id=f"id-{name}",
            post_id=name,
            published_at=at,
            url="",
            kept=(START - MINUTE,),
            read_at=START - MINUTE,
        )
    plans = plan_together(
        tick_of(agency, short, registered()), held, all_reservations(agency, short)
    )
    assert len(plans["instagram"].sweeps) == 1
    state.posts.clear()
    again = plan_together(
        tick_of(agency, short, registered()), held, all_reservations(agency, short)
    )
    assert len(again["instagram"].sweeps) == 2


# What admins are told

PROFILE = Profile(account_id="17841", handle="a", title="Kanwil A", followers=12)


def store_harvest(
    agency: AgencyStore,
    settings: Settings,
    whole: Roster,
    harvest: Harvest,
    state: SyncState | None = None,
) -> None:
    """What reading brought, written."""
    sync = PlatformSync.open(tick_of(agency, settings, whole), "instagram")
    sync.state, sync.harvest = state or SyncState(), harvest
    sync.store(START)


def feedback_after(
    agency: AgencyStore, settings: Settings, known: AccountState, profile: Profile | None
) -> dict[str, Any]:
    """What stands beside the handle after a tick that looked at the account."""
    harvest = Harvest(checked={"a": profile})
    store_harvest(agency, settings, registered("a"), harvest, SyncState(accounts={"a": known}))
    return dict(agency.feedback("s-a").get("instagram:a", {}))


def test_an_account_that_is_in_order_is_ok(agency: AgencyStore, settings: Settings) -> None:
    assert feedback_after(agency, settings, account_state("a", checked_at=START), PROFILE) == {
        "status": "ok",
        "checked_at": "2026-10-20T03:00:00Z",
        "account_id": "17841",
        "title": "Kanwil A",
        "followers": 12,
    }


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "ok"),
        ({"told": "Akun ini kini bernama @b."}, "Akun ini kini bernama @b."),
        ({"told": "Belum ada unggahan."}, "Belum ada unggahan."),
        ({"lacking": "Daftar tidak lengkap."}, "Daftar tidak lengkap."),
        ({"told": "Nama baru.", "lacking": "Tidak lengkap."}, "Nama baru. Tidak lengkap."),
        ({"wrong": "Akun tidak ditemukan."}, "Akun tidak ditemukan."),
        # What is wrong stands alone: the rest was true when it could still be read.
        ({"wrong": "Hilang.", "told": "Nama baru.", "lacking": "Tidak lengkap."}, "Hilang."),
    ],
)
def test_what_an_admin_sees(
    agency: AgencyStore, settings: Settings, facts: dict[str, Any], status: str
) -> None:
    assert (
        feedback_after(agency, settings, account_state("a", **facts), PROFILE)["status"] == status
    )


def test_an_account_that_was_lost_keeps_what_was_known_of_it(
    agency: AgencyStore, settings: Settings
) -> None:
    feedback_after(agency, settings, account_state("a", checked_at=START), PROFILE)
    gone = account_state("a", wrong="Hilang.", checked_at=START + HOUR)
    assert feedback_after(agency, settings, gone, None) == {
        "status": "Hilang.",
        "checked_at": "2026-10-20T04:00:00Z",
        "account_id": "17841",
        "title": "Kanwil A",
        "followers": 12,
    }


def test_every_unit_with_the_account_is_told_once_and_no_other(
    agency: AgencyStore, settings: Settings
) -> None:
    """An account may be two units'; and a unit may have given it up and taken it again."""
    first = registered("a").accounts[0]
    shared = Roster(
        as_of=LONG_AGO,
        accounts=(
            msgspec.structs.replace(first, valid_to=START - DAY),
            first,
            msgspec.structs.replace(first, satker="s-other"),
            msgspec.structs.replace(first, handle="b", satker="s-b"),
            msgspec.structs.replace(first, platform="x", satker="s-x"),
        ),
    )
    state = SyncState(accounts={name: account_state(name) for name in "ab"})
    writes = agency.store.meter.writes
    store_harvest(agency, settings, shared, Harvest(checked={"a": PROFILE}), state)
    assert agency.store.meter.writes - writes == 2
    found = {satker: agency.feedback(satker) for satker in ("s-a", "s-other", "s-b", "s-x")}
    assert [set(found[satker]) for satker in ("s-a", "s-other")] == [{"instagram:a"}] * 2
    assert [found[satker] for satker in ("s-b", "s-x")] == [{}, {}]


def test_a_harvest_brings_posts_and_followers_too(agency: AgencyStore, settings: Settings) -> None:
    harvest = Harvest(posts=[held_post("1", HOUR)], followers=[("instagram", "id-a", START, 12)])
    store_harvest(agency, settings, registered("a"), harvest)
    assert list(agency.posts_published(START - DAY)) == [held_post("1", HOUR)]
    assert agency.followers("2026-10", "2026-10", START) == {"instagram:id-a": ((START, 12),)}


def test_an_empty_harvest_writes_nothing(agency: AgencyStore, settings: Settings) -> None:
    writes = agency.store.meter.writes
    known = SyncState(accounts={"a": account_state("a")})
    writes = agency.store.meter.writes
    store_harvest(agency, settings, registered("a"), Harvest(), known)
    assert agency.store.meter.writes == writes


def test_what_posts_are_found_under_is_written_before_them(
    agency: AgencyStore, settings: Settings
) -> None:
    """A run that dies between the two leaves no post that is stored and can never be found."""
    found = held_post("1", HOUR)
    harvest = Harvest(posts=[found], found_under=[(found, ("CODE", "1"))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AgencyStore, "save_posts", killed)
        with pytest.raises(StoreError):
            store_harvest(agency, settings, registered("a"), harvest)
    assert [one.post_id for one in agency.find_urls("instagram", ["CODE"])] == ["1"]
    assert list(agency.posts_published(START - DAY)) == []
    before = agency.store.meter.writes
    store_harvest(agency, settings, registered("a"), harvest)
    assert agency.store.meter.writes - before == 3
    assert len(agency.find_urls("instagram", ["CODE", "1"])) == 1


def killed(*_: Any) -> None:
    raise StoreError("killed")


# What falls over


def test_what_was_spent_is_billed_though_reading_fell_over(
    agency: AgencyStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Falling:
        def __init__(self, session: Session) -> None:
            self.session = session

        async def carry_out(self, _: Plan) -> None:
            for credential in self.session.credentials.values():
                credential.spent["calls"] += 3
            raise SettingsError("the token key opens nothing")

    sync = sync_of(agency, settings, "a")
    monkeypatch.setattr("functions.collect.sync.Reader", Falling)

    async def fall() -> None:
        async with Connections() as connections:
            await sync.carry_out(Plan(), connections)

    with pytest.raises(SettingsError):
        asyncio.run(fall())
    assert [bill.spent for bill in sync.bills] == [{"calls": 3}]
