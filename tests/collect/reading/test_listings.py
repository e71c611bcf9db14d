"""What a listing shows is taken once, however late it appears and whatever was forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect import state as states
from functions.collect.contract import Sweep
from functions.collect.planning.requests import Purpose, SweepRequest
from functions.collect.platforms import instagram
from functions.collect.reading.companions import AccountListing, Companion
from functions.collect.reading.listings import Listings
from functions.collect.reading.session import Session
from functions.collect.state import AccountState, SyncState
from functions.model import DAY, Post, Sample

WIB = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 10, 10, tzinfo=UTC)
FIRST = datetime(2026, 9, 30, 17, tzinfo=UTC)  # October begins in Jakarta
OWNER = "17841"


def shown_post(number: int, published_at: datetime, taken_at: datetime) -> Post:
    return Post(
        platform="instagram",
        account_id=OWNER,
        post_id=f"p{number}",
        published_at=published_at,
        url=f"https://www.instagram.com/p/{number}/",
        samples=(Sample(taken_at=taken_at, likes=number),),
    )


@dataclass
class Instances:
    """A store, and the states of the instances that read an account."""

    held: dict[str, Post] = field(default_factory=dict)
    state: SyncState = field(default_factory=SyncState)
    found: list[str] = field(default_factory=list)
    asked: int = 0

    async def stored(self, names: Sequence[str]) -> Collection[str]:
        self.asked += len(names)
        return {name for name in names if name.partition(":")[2] in self.held}

    def look(
        self, state: SyncState, now: datetime, shown: Sequence[Post], since: datetime
    ) -> SyncState:
        """One instance's listing; what it noted, for the others."""
        credential: Any = SimpleNamespace(name="c")
        session = Session(
            platform="instagram",
            adapter=instagram,
            credentials={"c": credential},
            consents=SimpleNamespace(),  # type: ignore[arg-type]
            state=state,
            clock=lambda: now,  # type: ignore[arg-type]
            horizon=now + HOUR,
            zone=WIB,
            stored=self.stored,
        )
        listings = Listings(Companion(session))
        request = SweepRequest("a", since, Purpose.DISCOVER, credential="c")
        sweep = Sweep(posts=tuple(shown), covered_since=since)
        asyncio.run(listings.take([AccountListing(request, sweep)]))
        for one in session.harvest.posts:
            if one.post_id not in self.held:
                self.found.append(one.post_id)
            self.held[one.post_id] = one
        return session.changed


def entered() -> SyncState:
    return SyncState(accounts={"a": AccountState(handle="a", account_id=OWNER)})


steps = st.lists(
    st.tuples(
        st.sampled_from(["look", "look", "look", "lost state", "twice at once", "short page"]),
        st.integers(1, 40).map(lambda n: n * HOUR),
    ),
    min_size=2,
    max_size=25,
)
worlds = st.lists(
    st.tuples(
        st.integers(-14 * 24, 20 * 24).map(lambda n: BEGIN + n * HOUR),
        st.integers(0, 200).map(lambda n: n * HOUR),  # how late it appears
    ),
    max_size=25,
)


@given(worlds, steps)
@settings(max_examples=60)
def test_every_post_is_found_once_and_none_is_lost(
    world: list[tuple[datetime, timedelta]], life: list[tuple[str, timedelta]]
) -> None:
    """Whatever appears late, whatever is forgotten, and though two instances look at once."""
    installation, now = Instances(state=entered()), BEGIN
    ever: set[str] = set()
    for what, pause in life:
        now += pause
        account = installation.state.accounts["a"]
        since = min(account.swept_at - 6 * HOUR if account.swept_at else FIRST, now - 30 * HOUR)
        visible = [
            shown_post(n, at, now)
            for n, (at, late) in enumerate(world)
            if at <= now and at + late <= now
        ]
        if what == "short page":
            visible = visible[: len(visible) // 2]
        ever |= {one.post_id for one in visible if one.published_at >= min(since, FIRST)}
        if what == "lost state":
            state = states.rebuild(installation.held.values(), {"a": OWNER}, FIRST)
            installation.state = state
        if what == "twice at once":
            other = states.decode(states.encode(installation.state))
            assert other is not None
            changed = installation.look(other, now, visible, since)
            installation.look(installation.state, now, visible, since)
            installation.state.fold(changed)
        else:
            installation.look(installation.state, now, visible, since)
        installation.state.prune(now)
        assert ever <= installation.held.keys()
    assert sorted(installation.found) == sorted(set(installation.found))


def test_what_was_shown_before_costs_neither_a_read_nor_a_write_of_the_store() -> None:
    installation = Instances(state=entered())
    old = [shown_post(n, BEGIN - n * 6 * HOUR, BEGIN) for n in range(30)]
    installation.look(installation.state, BEGIN, old, FIRST)
    installation.state.prune(BEGIN)
    assert len(installation.found) == 30
    asked, held = installation.asked, dict(installation.held)
    for hours in range(3, 60, 3):
        now = BEGIN + hours * HOUR
        again = [msgspec.structs.replace(one, samples=(Sample(taken_at=now),)) for one in old]
        installation.look(installation.state, now, again, now - 30 * HOUR)
        installation.state.prune(now)
    assert installation.asked == asked
    late = {name for name in held if installation.held[name] != held[name]}
    assert late <= {one.post_id for one in old if one.published_at > BEGIN - 30 * HOUR}


def test_what_is_older_than_the_open_month_is_left_alone() -> None:
    installation = Instances(state=entered())
    installation.state.accounts["a"] = msgspec.structs.replace(
        installation.state.accounts["a"], swept_at=BEGIN - HOUR
    )
    shown = [shown_post(1, FIRST - HOUR, BEGIN), shown_post(2, FIRST, BEGIN)]
    installation.look(installation.state, BEGIN, shown, BEGIN - 30 * HOUR)
    assert installation.found == ["p2"]
    assert installation.state.accounts["a"].settled == ("p2",)


def test_until_a_month_begins_closing_what_it_shows_is_taken() -> None:
    installation = Instances(state=entered())
    last = datetime(2026, 11, 1, 22, 59, tzinfo=UTC)
    for now, number in ((last, 1), (last + timedelta(minutes=1), 2)):
        installation.state.accounts["a"] = AccountState(
            handle="a", account_id=OWNER, swept_at=now - HOUR
        )
        shown = [shown_post(number, FIRST + 9 * DAY, now)]
        installation.look(installation.state, now, shown, now - 30 * HOUR)
    assert installation.found == ["p1"]
