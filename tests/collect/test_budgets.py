"""Budgets over the real job: what is spent, what is given up, and what survives an invocation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from functions.collect.report import CollectReport
from functions.model import Platform
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, settings_for
from tests.collect.ministry import register, rows, stored_posts, tick
from tests.platforms.credentials import INSTAGRAM_TOKEN, MetaGrant
from tests.platforms.server import Handle, serve
from tests.platforms.world import World

MINUTE = timedelta(minutes=1)
START = datetime(2026, 10, 5, 17, tzinfo=UTC)  # midnight in Jakarta
TOKEN_OF_BOTH = "one-token-for-both"


@contextmanager
def served_ministry(
    tmp: Any, units: int, platforms: Sequence[Platform], posts: float = 5, **changes: Any
) -> Iterator[tuple[World, Handle, Settings, AgencyStore]]:
    names = [f"unit-{n}" for n in range(units)]
    world = World.generate(8, rows(names, platforms), START, 4, posts_per_day=posts, history_days=1)
    world.credentials.meta[TOKEN_OF_BOTH] = MetaGrant(
        instagram_user=world.credentials.meta[INSTAGRAM_TOKEN].instagram_user, pages=True
    )
    with serve(world) as server:
        settings = replace(settings_for(server.url, f"sqlite:///{tmp}/kiprah.db"), **changes)
        agency = open_agency(settings)
        register(agency, settings, names, START, platforms)
        yield world, server, settings, agency
        agency.store.close()


def ticks(
    agency: AgencyStore, settings: Settings, server: Handle, hours: float, start: datetime = START
) -> Iterator[tuple[datetime, CollectReport]]:
    """A tick every quarter of an hour; each opens the store anew, as an invocation does."""
    for n in range(int(hours * 4)):
        now = start + n * 15 * MINUTE
        server.set_clock(now)
        opened = open_agency(settings)
        yield now, tick(opened, settings, now)
        opened.store.close()


def test_two_platforms_with_one_token_share_its_hour(tmp_path: Any) -> None:
    both = {
        "instagram_token": (TOKEN_OF_BOTH,),
        "facebook_token": (TOKEN_OF_BOTH,),
        "facebook_app_secret": (),
        "meta_calls_per_hour": 20,
    }
    with served_ministry(tmp_path, 8, ["instagram", "facebook"], **both) as (
        _,
        server,
        settings,
        agency,
    ):
        sent: list[tuple[datetime, int]] = []
        given_up: set[str] = set()
        for now, report in ticks(agency, settings, server, 30):
            assert len(report.budgets) <= 1
            sent.append((now, sum(p["requests"] for p in report.platforms.values())))
            given_up |= {name for p in report.platforms.values() for name in p["given_up"]}
        for now, _ in sent:
            within = [count for at, count in sent if now - HOUR < at <= now]
            assert sum(within) <= 20
        assert sum(count for _, count in sent) > 30 * 20 / 3  # and they are made use of
        assert {"brackets", "discovery"} <= given_up


def test_when_a_budget_does_not_reach_marks_are_the_last_to_go(tmp_path: Any) -> None:
    few = {"meta_calls_per_hour": 16}
    with served_ministry(tmp_path, 12, ["instagram"], **few) as (world, server, settings, agency):
        given_up: dict[str, int] = {"marks": 0, "brackets": 0, "discovery": 0, "freshness": 0}
        for _, report in ticks(agency, settings, server, 54):
            for name, count in report.platforms["instagram"]["given_up"].items():
                given_up[name] += count
        assert given_up["discovery"] > given_up["brackets"] > given_up["marks"] == 0
        posts = stored_posts(agency).values()
        marked = [p for p in posts if START < p.published_at < START + 28 * HOUR]
        assert len(marked) > 20
        for post in marked:
            around = [
                s.taken_at - post.mark for s in post.samples if s.taken_at > post.mark - 6 * HOUR
            ]
            before = max((gap for gap in around if gap <= timedelta()), default=None)
            after = min((gap for gap in around if gap >= timedelta()), default=None)
            observed = any(abs(gap) <= 5 * MINUTE for gap in around)
            assert observed or (before is not None and after is not None and after - before <= HOUR)
        assert world is server.world


def test_x_stays_within_its_dollars_and_a_new_utc_day_brings_new_ones(tmp_path: Any) -> None:
    little = {"x_dollars_per_day": Decimal("0.10")}  # twenty posts
    with served_ministry(tmp_path, 4, ["x"], **little) as (_, server, settings, agency):
        days: dict[Any, int] = {}
        spent: dict[Any, int] = {}
        for now, report in ticks(agency, settings, server, 60):
            read = len(server.calls.x_posts)
            if spent.get(now.date(), 0) >= 95:
                assert read == sum(days.values())  # nothing more before midnight in UTC
            days[now.date()] = read - sum(n for date, n in days.items() if date != now.date())
            for budget in report.budgets.values():
                spent[now.date()] = budget["mills"]["spent"]
        users = 4 * 10
        assert len(days) == 4
        for date, posts in days.items():
            # A listing may bring more than was foreseen, the first of an account above all.
            assert posts * 5 <= 100 + 31 * 5
            assert abs(spent[date] - posts * 5) <= users
        assert min(sorted(days.values())[1:]) > 10


def test_spent_units_do_not_stop_the_statistics(tmp_path: Any) -> None:
    few = {"youtube_units_per_day": 26}
    with served_ministry(tmp_path, 3, ["youtube"], **few) as (_, server, settings, agency):
        for _, _report in ticks(agency, settings, server, 40):
            pass
        [units] = server.calls.youtube_units.values()
        assert max(units["general"].values()) <= 26
        assert sum(units["stats"].values()) > 30
        marked = [
            p for p in stored_posts(agency).values() if START < p.published_at < START + 12 * HOUR
        ]
        assert marked
        for post in marked:
            assert any(abs(s.taken_at - post.mark) <= 15 * MINUTE for s in post.samples)


def test_the_platforms_own_word_lowers_the_limit(tmp_path: Any) -> None:
    """Meta's header tells how much of a ceiling is used that nobody discloses."""
    many = {"meta_calls_per_hour": 100000}
    with served_ministry(tmp_path, 6, ["facebook"], **many) as (world, server, settings, agency):
        world.limits.meta_calls_per_hour = 30
        refused, told = 0, [0]
        for _, report in ticks(agency, settings, server, 24):
            refused += len(report.platforms["facebook"]["stopped"])
            told += [budget.get("usage_percent", 0) for budget in report.budgets.values()]
        assert refused <= 4
        assert max(told) >= 30


def test_a_run_that_died_leaves_its_reservation(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served_ministry(tmp_path, 4, ["facebook"]) as (_, server, settings, agency):
        server.set_clock(START)

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("functions.collect.sync.PlatformSync.store", killed)
            with pytest.raises(KeyboardInterrupt):
                tick(agency, settings, START)
        report = tick(agency, settings, START + 15 * MINUTE)
        [budget] = report.budgets.values()
        sent = report.platforms["facebook"]["requests"]
        assert budget["calls"]["spent"] == sent + 8
