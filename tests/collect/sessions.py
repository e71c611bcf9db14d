"""A tick and its sessions made by hand: real ones, with or without stand-ins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from functions.collect.client import Clock, Connection
from functions.collect.credentials import Credential, address, credentials
from functions.collect.planning.requests import Purpose, SweepRequest
from functions.collect.platforms import adapter
from functions.collect.reading.session import Session
from functions.collect.report import CollectReport
from functions.collect.state import AccountState, LivePost, SyncState
from functions.collect.tick import CollectRun, Tick
from functions.model import Platform, Roster
from functions.settings import Settings, load
from functions.store.agency import AgencyStore
from functions.tokens.consents import Consents
from functions.tokens.vault import open_vault
from tests.factories import NOW
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle
from tests.platforms.world import Account
from tests.platforms.world import Post as WorldPost

START = NOW
WIB = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)


def idle_credentials(
    platform: Platform, settings: Settings | None = None, now: datetime | None = None
) -> list[Credential]:
    """The credentials of some settings, those of the stand-ins unless told otherwise, whose clients
    lead nowhere."""
    chosen = load(ENVIRONMENT, Path("/dev/null")) if settings is None else settings
    connection = Connection("http://127.0.0.1:1")
    return credentials(chosen, platform, adapter(platform), connection, Clock(now))


def state_of(*accounts: AccountState) -> SyncState:
    """What is remembered of a platform of which no post is known."""
    return SyncState(accounts={account.handle: account for account in accounts})


def tick_of(
    agency: AgencyStore, settings: Settings, roster: Roster, now: datetime = START, **facts: Any
) -> Tick:
    """A simulated tick of an agency with this registry."""
    run = CollectRun(now=now, run_id="run", simulated=True, **facts)
    return Tick(agency, settings, run, roster, Clock(now), True, CollectReport("run", now))


def account_of(account: Account, **facts: Any) -> AccountState:
    """An account of the world as it is remembered once it was found."""
    handle = account.handles[0][1]
    return AccountState(handle=handle, account_id=account.id, **facts)


def live_of(post: WorldPost, **facts: Any) -> LivePost:
    """A post of the world as it is remembered, never read unless told otherwise."""
    return LivePost(
        account_id=post.account.id,
        post_id=post.id,
        published_at=datetime.fromtimestamp(post.start, UTC),
        url=post.url,
        **facts,
    )


def session_of(
    platform: Platform = "instagram",
    state: SyncState | None = None,
    served: Iterable[Credential] | None = None,
    **facts: Any,
) -> Session:
    """A session at ``START`` whose credentials lead nowhere; the store holds none of its posts."""

    async def none_stored(posts: Sequence[str]) -> Collection[str]:
        return ()

    known: dict[str, Any] = {
        "consents": None,
        "clock": Clock(START),
        "horizon": START + HOUR,
        "zone": WIB,
        "stored": none_stored,
        **facts,
    }
    if served is None:
        served = idle_credentials(platform, now=START)
    return Session(
        platform=platform,
        adapter=adapter(platform),
        credentials={credential.name: credential for credential in served},
        state=SyncState() if state is None else state,
        **known,
    )


def read_with(
    work: Callable[[Session], Awaitable[Any]],
    platform: Platform,
    server: Handle,
    agency: AgencyStore,
    settings: Settings,
    state: SyncState,
) -> Session:
    """The session in which some work was done against the stand-ins, at their time."""

    async def whole() -> Session:
        clock = Clock(server.world.clock)
        async with Connection(address(settings, platform)) as connection:
            served = credentials(settings, platform, adapter(platform), connection, clock)
            session = session_of(
                platform,
                state,
                served,
                clock=clock,
                horizon=server.world.clock + HOUR,
                consents=Consents(agency, lambda: open_vault(settings)),
            )
            await work(session)
            await session.consents.settle()
            return session

    return asyncio.run(whole())


def the_credential(session: Session) -> Credential:
    """The only one."""
    [credential] = session.credentials.values()
    return credential


def sweep_of(session: Session, handle: str, since: datetime, **facts: Any) -> SweepRequest:
    """A look at an account with the session's only credential."""
    named = {"credential": the_credential(session).name, **facts}
    return SweepRequest(handle, since, Purpose.DISCOVER, **named)
