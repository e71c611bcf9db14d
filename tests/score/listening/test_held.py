"""The posts that weeks are looked at by."""

from __future__ import annotations

from datetime import timedelta

from functions.score.listening.held import HeldPosts
from functions.score.run import Run, ScoreReport
from functions.store.agency import AgencyStore
from functions.store.port import Store
from functions.thresholds import TERM_WEEKS
from tests.score.listening.test_issues import DAY, MONDAY, WEEK, ministry, posted

NOW = MONDAY + 3 * DAY


def held(agency: AgencyStore, *weeks: str, most: int = 1_000) -> HeldPosts:
    run = Run(agency, NOW, ScoreReport("run", NOW), {}, NOW)
    return HeldPosts(run, weeks or ("2026-W41",), most)


def test_eight_weeks_before_are_held(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY - n * WEEK) for n in range(-1, 10)])
    posts = held(agency)
    assert len(posts.of("2026-W41")) == 1
    assert len(posts.before("2026-W41")) == TERM_WEEKS
    assert posts.of("2026-W32") == []
    assert posts.known_from == MONDAY - TERM_WEEKS * WEEK


def test_weeks_of_which_nothing_is_known_are_none(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY - WEEK)])
    assert len(held(agency).before("2026-W41")) == 1


def test_what_is_published_after_the_run_is_not_held(store: Store) -> None:
    agency = ministry(store, [posted("aceh", NOW), posted("aceh", NOW + timedelta(minutes=1))])
    assert len(held(agency).of("2026-W41")) == 1


def test_of_too_many_posts_the_oldest_months_are_left_out(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY - n * DAY) for n in range(50)])
    posts = held(agency, most=10)
    assert posts.known_from.astimezone(agency.zone).strftime("%m-%d") == "09-01"
    assert sum(map(len, posts.before("2026-W41"))) == 34
