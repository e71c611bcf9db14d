"""Facebook: Pages' own tokens, the pace of a Page, and what a ranked listing leaves out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from functions.collect.contract import Sweep
from functions.collect.planning.requests import Plan, ProfileRequest, Purpose, SweepRequest
from functions.collect.reading.companions import AccountListing
from functions.collect.reading.companions.facebook import RECENT, PageReader
from functions.collect.reading.session import Session
from functions.collect.state import AccountState
from functions.model import DAY, Post
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import HOUR, Asked
from tests.collect.sessions import (
    START,
    account_of,
    live_of,
    read_with,
    session_of,
    state_of,
    sweep_of,
    the_credential,
)
from tests.factories import x_post
from tests.platforms.credentials import FACEBOOK_TOKEN
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


# Pages' own tokens


def give(agency: AgencyStore, settings: Settings, handle: str, token: str) -> None:
    """A Page's own token, in the store."""
    Consents(agency, lambda: open_vault(settings)).add(
        [ConsentRow(f"s-{handle}", "facebook", handle, token)], START
    )


def plan_for(session: Session, *swept: str, asked: tuple[str, ...] = ()) -> Plan:
    """Listings of these Pages, and profiles of those."""
    name = the_credential(session).name
    return Plan(
        sweeps=tuple(SweepRequest(h, START, Purpose.DISCOVER, credential=name) for h in swept),
        profiles=tuple(ProfileRequest((h,), False, name) for h in asked),
    )


def test_a_page_that_gave_a_token_speaks_with_it_and_the_others_with_the_apps(
    agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked], now: datetime
) -> None:
    for handle in ("satu", "dua", "tiga"):
        page = server.world.add_account("facebook", handle)
        if handle != "tiga":
            token = server.world.credentials.give_page_token(page.id)
            give(agency, settings, handle, token)
    spoken: list[int] = []

    async def work(session: Session) -> None:
        reader = PageReader(session)
        reader.prepare(plan_for(session, "satu", asked=("dua", "tiga")))
        spoken.append(len(reader.clients))
        for handle in ("satu", "dua", "tiga"):
            found = await reader.resolve(the_credential(session), [handle])
            assert found.keys() == {handle}

    read_with(work, "facebook", server, agency, settings, state_of())
    assert spoken == [3]  # the app's, and two Pages' own
    tokens = {one.query["access_token"] for one in asked}
    assert len(tokens) == 3
    assert asked[-1].query["access_token"] == FACEBOOK_TOKEN


def test_a_token_that_cannot_be_opened_is_told_and_costs_no_other(
    agency: AgencyStore, settings: Settings, server: Handle
) -> None:
    other_key = "b" * 43 + "="
    give(agency, replace(settings, token_key=other_key), "satu", "page-token-one")
    give(agency, settings, "dua", "page-token-two")
    held: list[PageReader] = []

    async def work(session: Session) -> None:
        held.append(PageReader(session))
        held[0].prepare(plan_for(session, "satu", "dua"))

    session = read_with(work, "facebook", server, agency, settings, state_of())
    [problem] = session.harvest.problems
    assert problem.startswith("facebook satu: ")
    assert len(held[0].clients) == 2


def test_whose_a_token_is_is_asked_once_a_day(
    agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked], now: datetime
) -> None:
    page = server.world.add_account("facebook", "satu")
    server.world.add_post(page, now - HOUR)
    give(agency, settings, "satu", server.world.credentials.give_page_token(page.id))
    state = state_of(account_of(page))

    async def work(session: Session) -> None:
        reader = PageReader(session)
        request = sweep_of(session, "satu", now - DAY)
        reader.prepare(Plan(sweeps=(request,)))
        found = await reader.sweep(the_credential(session), request, request.since, [])
        reader.took(AccountListing(request, found))

    requests = []
    for _ in range(2):
        asked.clear()
        state = read_with(work, "facebook", server, agency, settings, state).state
        requests.append(len(asked))
    assert requests[1] == requests[0] - 1
    proven = state.accounts["satu"].proven
    assert proven is not None
    assert proven.startswith("2026-10-20 ")
    server.set_clock(now + DAY)
    asked.clear()
    read_with(work, "facebook", server, agency, settings, state)
    assert len(asked) == requests[0]


# A Page's pace


def posts_of(*ages: timedelta) -> tuple[Post, ...]:
    return tuple(x_post(post_id=str(n), published_at=START - a) for n, a in enumerate(ages))


def test_of_each_of_the_last_days_the_most_posts_that_were_shown_are_remembered() -> None:
    """A ranked listing shows now more of a day, now less."""
    daily = {"2026-10-19": 2, "2026-10-18": 5, f"{(START - RECENT - DAY).date()}": 9}
    session = session_of("facebook", state_of(AccountState(handle="a", daily=daily)))
    shown = posts_of(HOUR, DAY, DAY, DAY, 2 * DAY)
    request = sweep_of(session, "a", START - 3 * DAY)
    PageReader(session).took(AccountListing(request, Sweep(posts=shown)))
    account = session.account("a")
    assert account.daily == {"2026-10-18": 5, "2026-10-19": 3, "2026-10-20": 1}
    assert account.proven is None


# What a listing leaves out


@pytest.mark.parametrize(
    ("found", "calls"),
    [
        ({}, 1),
        ({"covered_since": START - 2 * DAY}, 0),  # it proves absences itself
        ({"broken": ("facebook item: no id",)}, 0),  # it may have shown more than was understood
    ],
)
def test_what_a_ranked_listing_leaves_out_is_asked_for_by_id(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    asked: list[Asked],
    now: datetime,
    found: dict[str, Any],
    calls: int,
) -> None:
    page = server.world.add_account("facebook", "satu")
    ages = (HOUR, 2 * HOUR, 3 * HOUR, 3 * DAY)
    shown, left_out, gone, old = (server.world.add_post(page, now - age) for age in ages)
    twice = (now - HOUR, now - MINUTE)
    live = [live_of(shown), live_of(left_out), live_of(gone, missing=twice), live_of(old)]

    async def work(session: Session) -> None:
        request = sweep_of(session, "satu", now - DAY)
        listing = Sweep(posts=(live[0].as_post("facebook"),), **found)
        reader = PageReader(session)
        await reader.confirm(AccountListing(request, listing), {page.id: live})

    state = state_of(account_of(page))
    state.posts = {post.key: post for post in live}
    session = read_with(work, "facebook", server, agency, settings, state)
    assert len(asked) == calls
    assert [post.post_id for post in session.harvest.posts] == [left_out.id] * calls
