"""The pulse over a whole world: what is noted by the hour beside what really grew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from functions.collect import state as states
from functions.collect.state import LivePost
from functions.model import PLATFORMS, Platform
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.store.pulse import HOURS, Growth, Pulse
from tests.collect.api import HOUR
from tests.collect.ministry import UNITS, handle_of, rows, tick
from tests.platforms.server import Handle
from tests.platforms.world import World

TICK = timedelta(minutes=30)
LAST = 4 * HOUR


@pytest.fixture
def world(now: datetime) -> World:
    """Two units on five platforms, with posts of the day before and of the hours to come."""
    made = World(now=now)
    for row in rows(UNITS):
        account = made.add_account(row.platform, row.handle, refresh_token=row.refresh_token)
        for n, at in enumerate((-20 * HOUR, -HOUR, HOUR, 3 * HOUR)):
            grows = {"comments": 7 + n, "likes": 50, "shares": 3}
            made.add_post(account, now + at, per_hour=grows)
    return made


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes within a tick, so that every read can be held against the world."""
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: 0.0)


@pytest.fixture
def instants(now: datetime) -> list[datetime]:
    return [now + n * TICK for n in range(LAST // TICK + 1)]


def known_posts(agency: AgencyStore) -> Iterator[tuple[Platform, LivePost]]:
    """Every post that the collector remembers."""
    for platform in PLATFORMS:
        state = states.decode(agency.sync_state(platform).body or b"")
        assert state is not None
        yield from ((platform, post) for post in state.posts.values())


def grown(world: World, agency: AgencyStore, began: datetime) -> Mapping[str, int]:
    """How many comments came on each account between its first look and its posts' last reads."""
    found: dict[str, int] = {}
    for platform, post in known_posts(agency):
        true = world.post(platform, post.post_id)
        assert true is not None
        assert post.read_at is not None
        key = f"{platform}:{post.account_id}"
        came, had = (world.counters(true, at).comments for at in (post.read_at, began))
        found[key] = found.get(key, 0) + came - had
    return found


def noted(agency: AgencyStore) -> Mapping[str, int]:
    """How many comments are noted on each account, in hours that are known or not."""
    found: dict[str, int] = {}
    for stored in whole(agency).days.values():
        for key, day in stored.items():
            found[key] = found.get(key, 0) + sum(day.comments)
            assert sum(map(sum, day.posts.values())) == sum(day.comments)
    return found


def whole(agency: AgencyStore, first: datetime | None = None) -> Pulse:
    """The pulse of two days, or from an hour on."""
    [*stored] = agency.store.list(f"{agency.root}/pulse")
    begin = datetime.fromisoformat(f"{stored[0].id[:10]}T00:00:00+00:00")
    return agency.pulse(first or begin, begin + (2 * HOURS - 1) * HOUR)


def test_what_is_noted_is_what_came(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    instants: list[datetime],
) -> None:
    for at in instants:
        server.set_clock(at)
        assert tick(ministry, settings, at).problems == []
    came = grown(server.world, ministry, instants[0])
    assert noted(ministry) == came
    assert len(came) == len(UNITS) * len(PLATFORMS)
    pulse = whole(ministry, instants[0])
    for key in came:
        series = pulse.comments(key)
        known = [count for count in series if count is not None]
        assert series[0] is None
        assert series[1 : len(known) + 1] == known
        assert len(known) >= 2
        # Two posts bring 15 an hour from the beginning on, and two more later.
        assert all(count >= 14 for count in known)


def test_two_instances_at_once_note_every_growth_once(
    ministry: AgencyStore, settings: Settings, server: Handle, instants: list[datetime]
) -> None:
    for at in instants:
        server.set_clock(at)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _, at=at: tick(ministry, settings, at), range(2)))
    assert noted(ministry) == grown(server.world, ministry, instants[0])


def test_growth_that_could_not_be_noted_is_lost_and_its_hours_stay_unknown(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    instants: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost: list[Growth] = []

    def refuse(growths: Iterable[Growth]) -> None:
        lost.extend(growths)
        raise StoreError("the disk is full")

    for at in instants:
        server.set_clock(at)
        with monkeypatch.context() as patch:
            if at == instants[4]:
                patch.setattr(ministry, "note_pulse", refuse)
            problems = tick(ministry, settings, at).problems
            assert problems == (
                ["pulse: StoreError: the disk is full"] if at == instants[4] else []
            )
    came, found, held = grown(server.world, ministry, instants[0]), noted(ministry), whole(ministry)
    missing = {key: came[key] - found[key] for key in came if came[key] != found[key]}
    unknown = 0
    for growth in lost:
        for day, accounts in growth.items():
            for key, pulse in accounts.items():
                missing[key] = missing.get(key, 0) - sum(pulse.comments)
                assert held.days[day][key].known & pulse.known == 0
                unknown += pulse.known.bit_count()
    assert unknown
    assert set(missing.values()) == {0}


def test_one_wrong_account_costs_itself_alone(
    ministry: AgencyStore, settings: Settings, server: Handle, instants: list[datetime]
) -> None:
    world = server.world
    wrong = next(a for a in world.accounts if a.handles[0][1] == handle_of(UNITS[0]))
    world.set_state(wrong, "gone", instants[2])
    for at in instants:
        server.set_clock(at)
        tick(ministry, settings, at)
    key = f"{wrong.platform}:{wrong.id}"
    came, found = grown(world, ministry, instants[0]), noted(ministry)
    assert {name: found[name] for name in came if name != key} == {
        name: came[name] for name in came if name != key
    }
    assert set(whole(ministry, instants[4]).comments(key)) == {None}
