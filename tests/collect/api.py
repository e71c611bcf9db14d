"""Adapters over HTTP against the stand-ins, with the client that the job would give them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from functions.collect.client import ApiClient, Clock, Connection
from functions.collect.contract import AccountWrong, Lookup, Profile, Sweep
from functions.collect.credentials import credentials
from functions.collect.platforms import adapter
from functions.model import PLATFORMS, Platform, Post, Sample
from functions.settings import Settings, load
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import Account
from tests.platforms.world import Post as WorldPost

T = TypeVar("T")

HOUR = timedelta(hours=1)

# In Fernet's own form: deriving one from other words takes its time, on purpose.
TOKEN_KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="

WRONG_CREDENTIALS: dict[str, dict[str, tuple[str, ...]]] = {
    "instagram": {"instagram_token": ("stolen-token",)},
    "facebook": {"facebook_token": ("stolen-token",)},
    "x": {"x_bearer_token": ("stolen-token",)},
    "tiktok": {"tiktok_client_secret": ("stolen-token",)},
    "youtube": {"youtube_api_key": ("stolen-token",)},
}


class Asked(NamedTuple):
    """One request as the stand-ins received it."""

    platform: str
    template: str
    request: Request

    @property
    def query(self) -> dict[str, str]:
        return self.request.query


def record(server: Handle) -> list[Asked]:
    """A list that grows with every request."""
    seen: list[Asked] = []
    honest = server.app._answer

    def recording(request: Request, route: Any) -> Response:
        seen.append(Asked(route.platform, route.template, request))
        return honest(request, route)

    server.app._answer = recording  # type: ignore[method-assign]
    return seen


def answer_with(server: Handle, payload: Any, status: int = 200, path: str = "") -> None:
    """From now on this answer, whatever is asked (of paths that contain ``path``)."""
    honest = server.app._answer

    def scripted(request: Request, route: Any) -> Response:
        # Tokens are still exchanged, so that TikTok can be asked at all.
        if "oauth" in route.template or path not in route.template:
            return honest(request, route)
        return json_response(status, payload)

    server.app._answer = scripted  # type: ignore[method-assign]


def settings_for(url: str, store: str, **changes: Any) -> Settings:
    """Settings with the stand-ins' addresses and credentials.

    The store is a simulation, so that no test depends on the day on which it runs.
    """
    places = (*PLATFORMS, "tiktok_business")
    addresses = {f"KIPRAH_{place.upper()}_URL": url for place in places}
    environ = {**ENVIRONMENT, **addresses, "KIPRAH_STORE": store, "KIPRAH_TOKEN_KEY": TOKEN_KEY}
    environ["KIPRAH_SIMULATION"] = "1"
    return replace(load(environ, Path("/dev/null")), **changes)


@dataclass(slots=True)
class Read:
    """What a sweep and, where it lists ids alone, their details brought."""

    posts: dict[str, Post]
    covered_since: datetime | None
    broken: tuple[str, ...]
    lost: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class Api:
    """One platform's adapter; every call opens its own connection."""

    def __init__(self, settings: Settings, platform: Platform, server: Handle) -> None:
        self.settings = settings
        self.platform = platform
        self.server = server
        self.module: ModuleType = adapter(platform)
        self.consents: dict[str, str] = {}
        self.requests = 0

    def account(self, handle: str = "kemenkum_ntt", **options: Any) -> Account:
        """An account of the world; a TikTok account consents."""
        token = f"rft.{handle}" if self.platform == "tiktok" else ""
        return self.server.world.add_account(self.platform, handle, refresh_token=token, **options)

    def profile(self, account: Account) -> Profile:
        """What the collector knows of an account that was resolved before."""
        return Profile(account_id=account.id, handle=account.handle(self.server.world.now))

    def run(self, work: Callable[[ApiClient], Awaitable[T]], handle: str = "") -> T:
        """Some work with one client, which for TikTok speaks for the owner of ``handle``."""

        async def session() -> T:
            clock = Clock(self.server.world.clock)
            async with Connection(self.settings_url) as connection:
                [credential] = credentials(
                    self.settings, self.platform, self.module, connection, clock
                )
                try:
                    client = credential.client
                    if self.platform == "tiktok":
                        access = await self._access_token(client, handle)
                        client = client.authorised(access)
                    return await work(client)
                finally:
                    self.requests += connection.requests

        return asyncio.run(session())

    async def _access_token(self, client: ApiClient, handle: str) -> str:
        owner = next(iter(self.server.world.refresh_tokens.values())) if not handle else None
        handle = handle or owner.handle(self.server.world.now)  # type: ignore[union-attr]
        if handle not in self.consents:
            key, secret = self.settings.tiktok_client_key[0], self.settings.tiktok_client_secret[0]
            grant = await self.module.refresh(client, key, secret, f"rft.{handle}")
            self.consents[handle] = grant.access_token
        return self.consents[handle]

    @property
    def settings_url(self) -> str:
        url: str = getattr(self.settings, f"{self.platform}_url")
        return url

    def resolve(self, *handles: str, speaking_for: str = "") -> dict[str, Profile | AccountWrong]:
        return self.run(
            lambda client: self.module.resolve(client, list(handles)), speaking_for or handles[0]
        )

    def sweep(self, account: Account, since: datetime, **options: Any) -> Sweep:
        profile = self.profile(account)
        handle = profile.handle or ""
        return self.run(
            lambda client: self.module.sweep(client, profile, since=since, **options), handle
        )

    def lookup(self, posts: Iterable[Post]) -> Lookup:
        return self.run(lambda client: self.module.lookup(client, list(posts)))

    def details(self, ids: Sequence[str]) -> Lookup:
        return self.run(lambda client: self.module.details(client, list(ids)))

    def read(self, account: Account, since: datetime) -> Read:
        """The account's posts, with the details of what is listed by id alone."""
        profile = self.profile(account)

        async def whole(client: ApiClient) -> Read:
            found: Sweep = await self.module.sweep(client, profile, since=since)
            posts, broken, lost = list(found.posts), list(found.broken), list(found.lost)
            pending: list[str] = []
            for start in range(0, len(found.unread), self.module.LOOKUP_SIZE or 1):
                batch = found.unread[start : start + self.module.LOOKUP_SIZE]
                details: Lookup = await self.module.details(client, batch)
                posts += details.posts
                broken += details.broken
                lost += details.lost
                pending += details.pending
            return Read(
                {post.post_id: post for post in posts},
                found.covered_since,
                tuple(broken),
                tuple(lost),
                tuple(pending),
            )

        return self.run(whole, profile.handle or "")


def expected(platform: str, taken_at: datetime, **counters: int) -> Sample:
    """What a sample must say of a post of the world with these counters."""
    quotes = counters.pop("quotes", 0)
    sample = Sample(taken_at=taken_at, **counters)
    shares = {"x": (sample.shares or 0) + quotes}.get(platform, sample.shares)
    return Sample(
        taken_at=taken_at,
        likes=sample.likes,
        comments=sample.comments,
        shares=None if platform in ("instagram", "youtube") else shares,
        views=None if platform == "facebook" else sample.views,
    )


def as_post(post: WorldPost) -> Post:
    """A post as the collector holds it between two reads."""
    return Post(
        platform=post.account.platform,  # type: ignore[arg-type]
        account_id=post.account.id,
        post_id=post.id,
        published_at=datetime.fromtimestamp(post.start, UTC),
        url=post.url,
    )
