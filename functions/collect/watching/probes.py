"""One cheapest read with each credential: whether it works, and what of it will end.

Nothing is written and no token renewed. What is asked, and what it costs:

=========  =====================================================================  ================
Instagram  ``debug_token`` of the token itself; Business Discovery of one handle  2 calls
Facebook   ``debug_token``; one Page's id                                         2 calls
X          ``/2/tweets`` of an id that no post has: who has no credits is         nothing: what is
           refused (402, 403, 429) all the same; ``/2/usage/tweets``              not found is free
TikTok     a client access token, which is thrown away (the one call that takes   1 call
           the app's key and secret and no account's consent)
YouTube    ``channels.list`` of one id                                            1 unit
=========  =====================================================================  ================

Meta lets "an app access token or an app developer's user access token" look at a token (reference
of debug_token, 2026-11); of others it does not say when they end, which is no fault of theirs.
TikTok documents client access tokens for two other products (client-access-token-management,
2026-11): an app that is refused for that reason has shown that it is known, nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, PlatformError, Refused
from functions.collect.platforms.decoding import Count, Id
from functions.model import iso

SOON = timedelta(days=14)  # before its end a token is told
NEEDED = ("instagram_basic", "instagram_manage_insights", "pages_read_engagement")
NOBODY = "(#110"
NO_POST = "1"  # X's oldest post is 20
POST_MILLS = 5
NO_CHANNEL = "UC"
LONGEST = 200  # characters of a platform's own words
NOT_OFFERED = ("unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied")


@dataclass(slots=True)
class Probe:
    """What asking with one credential showed, in words.

    ``well``: what works. ``wrong``: what does not, and what to do. ``look``: what works and needs a
    look, as what will soon end.
    ``mills``: what was paid, in thousandths of a dollar.
    """

    well: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    look: list[str] = field(default_factory=list)
    mills: int = 0


class _Said(msgspec.Struct):
    message: str | None = None


class _Token(msgspec.Struct):
    """What Meta says of a token; times in epoch seconds, 0 = never."""

    is_valid: bool | None = None
    expires_at: int | None = None
    data_access_expires_at: int | None = None
    scopes: list[str] | None = None
    error: _Said | None = None


class _Debug(msgspec.Struct):
    data: _Token = msgspec.field(default_factory=_Token)


class _Usage(msgspec.Struct):
    project_usage: Count | None = None
    project_cap: Count | None = None


class _UsageAnswer(msgspec.Struct):
    data: _Usage = msgspec.field(default_factory=_Usage)


class _Found(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    errors: list[msgspec.Raw] | None = None


class _Node(msgspec.Struct):
    id: Id


class _Discovery(msgspec.Struct):
    business_discovery: _Node


class _ClientToken(msgspec.Struct):
    access_token: str


class _User(msgspec.Struct):
    open_id: Id


class _UserData(msgspec.Struct):
    user: _User


class _Info(msgspec.Struct):
    data: _UserData


class _Channels(msgspec.Struct):
    kind: str  # there is always one; ``items`` only where there are any


# Meta


async def instagram(client: ApiClient, token: str, handle: str | None, now: datetime) -> Probe:
    """The token, its permissions, and one read by Business Discovery (of our own name without a
    handle)."""
    probe = await _inspected(client, token, now, NEEDED)
    asked = f"id,business_discovery.username({handle}){{id}}" if handle else "id"
    try:
        await client.get(
            f"/{client.options.subject}", _Discovery if handle else _Node, fields=asked
        )
        probe.well.append(f"Business Discovery reads @{handle}" if handle else "it answers")
    except AccountWrong as wrong:
        if NOBODY in str(wrong):
            probe.look.append(f"it answers, and finds no professional account @{handle}")
        else:
            probe.wrong.append(f"KIPRAH_INSTAGRAM_USER_ID is no account of this token ({wrong})")
    except PlatformError as error:
        probe.wrong.append(str(error))
    return probe


async def facebook(client: ApiClient, token: str, page: str | None, now: datetime) -> Probe:
    """The token, and the id of one Page, which takes Page Public Content Access."""
    probe = await _inspected(client, token, now, ())
    if page is None:
        probe.well.append("no Page is registered to try it on")
        return probe
    try:
        await client.get(f"/{page}", _Node, fields="id")
        probe.well.append(f"Page Public Content Access reads {page}")
    except AccountWrong as wrong:
        probe.look.append(f"it answers, and does not show the Page {page} ({wrong})")
    except PlatformError as error:
        probe.wrong.append(str(error))
    return probe


async def page(client: ApiClient) -> Probe:
    """A Facebook Page's own token: whether it is read at all."""
    return await _one(client, "/me", _Node, "its own token answers", fields="id")


async def _inspected(client: ApiClient, token: str, now: datetime, needed: Iterable[str]) -> Probe:
    """What Meta says of a token; nothing where it does not let it look at itself."""
    probe = Probe()
    try:
        answer, _ = await client.get("/debug_token", _Debug, input_token=token)
    except PlatformError:
        return probe  # the read that follows says what is wrong
    said = answer.data
    if said.is_valid is False:
        words = (said.error and said.error.message) or "no reason is given"
        probe.wrong.append(f"the token is not valid: {_plain(words)}; issue a new one")
    ends = {"the token": said.expires_at, "its access to data": said.data_access_expires_at}
    for what, seconds in ends.items():
        _note_end(probe, what, seconds, now)
    missing = [] if said.scopes is None else [s for s in needed if s not in said.scopes]
    if missing:
        probe.wrong.append(
            f"the token lacks {', '.join(missing)}; have the app reviewed for it and issue a new "
            "one"
        )
    return probe


def _note_end(probe: Probe, what: str, seconds: int | None, now: datetime) -> None:
    if seconds is None:
        return
    if seconds == 0:
        probe.well.append(f"{what} does not end")
        return
    try:
        end = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return
    if end <= now:
        probe.wrong.append(f"{what} ended at {iso(end)}; issue a new one")
    elif end <= now + SOON:
        probe.look.append(f"{what} ends at {iso(end)}; issue a new one before")
    else:
        probe.well.append(f"{what} lasts until {iso(end)}")


def answered_version(headers: Mapping[str, str]) -> str | None:
    """The version that answered, where an answer says so; a version that has ended is answered by
    the oldest that is left, with a warning (seen in 2025: laravel/socialite#749)."""
    warned = headers.get("x-ad-api-version-warning", "")
    if "auto-upgraded to " in warned:
        return _plain(warned.partition("auto-upgraded to ")[2].split(" ")[0])
    return _plain(headers.get("facebook-api-version", "")) or None


# X, TikTok, YouTube


async def x(client: ApiClient) -> Probe:
    """Whether the token reads posts, and how many of the cycle's it has read."""
    probe = Probe()
    try:
        found, _ = await client.get("/2/tweets", _Found, ids=NO_POST)
    except PlatformError as error:
        probe.wrong.append(str(error))
        return probe
    if found.data is None and found.errors is None:
        probe.wrong.append("/2/tweets: the answer says nothing of any post")
        return probe
    probe.mills = POST_MILLS * len(found.data or ())
    probe.well.append("it reads posts")
    try:
        answer, _ = await client.get("/2/usage/tweets", _UsageAnswer)
    except PlatformError:
        return probe  # not every access has it
    used, cap = answer.data.project_usage, answer.data.project_cap
    if used is not None and cap:
        words = f"{used:,} of {cap:,} posts of this cycle are read"
        (probe.look if used * 10 >= cap * 9 else probe.well).append(words)
    return probe


async def tiktok(client: ApiClient, key: str, secret: str) -> Probe:
    """Whether TikTok knows the app by its key and secret."""
    form = {"client_key": key, "client_secret": secret, "grant_type": "client_credentials"}
    try:
        await client.post("/v2/oauth/token/", _ClientToken, form=form)
    except (Refused, AccountWrong) as error:
        if any(reason in str(error) for reason in NOT_OFFERED):
            return Probe(well=["TikTok knows the app, but says nothing of its secret"])
        return Probe(wrong=[str(error)])
    except PlatformError as error:
        return Probe(wrong=[str(error)])
    return Probe(well=["TikTok takes the app's key and secret"])


async def tiktok_consent(client: ApiClient) -> Probe:
    """An account's living access token: whether it is taken, and its consent wide enough."""
    path = "/v2/user/info/"
    return await _one(client, path, _Info, "its consent is read", fields="open_id,username")


async def youtube(client: ApiClient, channel: str | None) -> Probe:
    """Whether the key reads a channel, for one unit."""
    path = "/youtube/v3/channels"
    asked = {"part": "id", "id": channel or NO_CHANNEL}
    return await _one(client, path, _Channels, "it reads channels", **asked)


# All


async def _one(client: ApiClient, path: str, type: type[Any], works: str, **asked: Any) -> Probe:
    try:
        await client.get(path, type, **asked)
    except PlatformError as error:
        return Probe(wrong=[str(error)])
    return Probe(well=[works])


def _plain(words: Any) -> str:
    """A platform's own words in one line, no longer than they help."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(words)).split())[:LONGEST]
