"""TikTok's Display API: each call speaks for the account that consented.

The list returns 20 public videos and photo posts a page, newest first, with counters. Quirks:
``fields`` belongs in the query even of a POST; the cursor is in milliseconds while ``create_time``
is in seconds; every answer carries an ``error`` object, with code ``ok`` on success; a 401 is one
account's matter; refreshing rotates the refresh token, and the one that was used is dead; a consent
outlives a new username, and the account's id (``open_id``) is another in the eyes of another app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from functions.collect.client import ApiClient, every_call
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Manner,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    TokenDied,
    Transient,
)
from functions.collect.platforms.decoding import Count, Id, Url, error_in, plausible
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.model import Post, PostFormat, Sample

NAME: Final = "tiktok"
PAGE_SIZE = 20
MAX_PAGES = 40
LOOKUP_SIZE = 0
DEPTH = 1
LISTING_TELLS = False
LISTING_PROVES = True
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=1)
HAS_CHOICES = False
bucket = every_call

VIDEO_FIELDS = (
    "id,create_time,share_url,title,video_description,duration,"
    "like_count,comment_count,share_count,view_count"
)
USER_FIELDS = "open_id,display_name,username,follower_count,video_count"
LIMIT_WINDOW = timedelta(minutes=1)
EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)

ASK_AGAIN = "Izin TikTok tidak berlaku lagi; minta satker memberi izin baru melalui tautan izin."
ASK_MORE = (
    "Izin TikTok tidak mencakup profil dan daftar video; minta satker memberi izin baru melalui "
    "tautan izin dan menyetujui semua bagiannya."
)


class _Error(msgspec.Struct):
    code: str = "ok"
    message: str = ""


class _Envelope(msgspec.Struct):
    error: _Error | str = msgspec.field(default_factory=_Error)


class _Video(msgspec.Struct):
    id: Id
    create_time: int
    share_url: Url | None = None
    title: str | None = None
    video_description: str | None = None
    duration: Count | None = None
    like_count: Count | None = None
    comment_count: Count | None = None
    share_count: Count | None = None
    view_count: Count | None = None


class _Videos(msgspec.Struct):
    videos: list[msgspec.Raw] | None = None
    cursor: int | None = None
    has_more: bool = False


class _List(msgspec.Struct):
    data: _Videos = msgspec.field(default_factory=_Videos)


class _User(msgspec.Struct):
    open_id: Id
    display_name: str | None = None
    username: str | None = None
    follower_count: Count | None = None
    video_count: Count | None = None


class _UserData(msgspec.Struct):
    user: _User


class _Info(msgspec.Struct):
    data: _UserData


class TokenGrant(msgspec.Struct, frozen=True):
    """A fresh pair of tokens; lifetimes in seconds. The refresh token used for it is dead."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int = 180 * 86400
    open_id: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        """Without the tokens."""
        return f"Grant(open_id={self.open_id!r}, expires_in={self.expires_in})"


# Whose fault a code is, where it is not this account's consent.
APP = {
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "app_not_approved",
    "client_key_invalid",
}


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What TikTok's answer means; both its envelopes are understood.

    Every call speaks for one account, so what is not the app's and is not known is that account's.
    """
    told = error_in(body, _Envelope)
    if told is None:
        return None
    code = told.error if isinstance(told.error, str) else told.error.code
    if code == "ok" and status < 400:
        return None
    # Before any 401: OAuth allows that status here, and no satker can mend it.
    if code in APP:
        return Refused(f"{code}: check the client key and secret")
    if code in ("scope_not_authorized", "scope_permission_missed"):
        return AccountWrong(f"consent too narrow ({code})", ASK_MORE)
    if code == "access_token_invalid":
        return TokenDied(f"consent refused ({code})", ASK_AGAIN)
    if code == "invalid_grant" or status == 401:
        return AccountWrong(f"consent refused ({code})", ASK_AGAIN)
    if code == "rate_limit_exceeded" or status == 429:
        return Limited("too many requests", now + LIMIT_WINDOW)
    if code == "internal_error" or status >= 500:
        return Transient(code)
    return Denied(f"an unexpected refusal ({code})")


async def refresh(client: ApiClient, key: str, secret: str, refresh_token: str) -> TokenGrant:
    """Exchange a refresh token for a new pair; store the pair before using it."""
    try:
        grant, _ = await client.post(
            "/v2/oauth/token/",
            TokenGrant,
            form={
                "client_key": key,
                "client_secret": secret,
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
            },
        )
    except TokenDied as died:  # of a refresh token: there is nothing left to renew it with
        raise AccountWrong(str(died), died.advice) from None
    return grant


async def exchange(
    client: ApiClient, key: str, secret: str, code: str, redirect_uri: str, verifier: str
) -> TokenGrant:
    """Exchange the code of a consent for its first pair; store the pair before using it.

    The code works once, and with the address and the PKCE verifier of the request alone.
    """
    grant, _ = await client.post(
        "/v2/oauth/token/",
        TokenGrant,
        form={
            "client_key": key,
            "client_secret": secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
    )
    return grant


async def revoke(client: ApiClient, key: str, secret: str, access_token: str) -> None:
    """Disconnect the app from the account that an access token speaks for: all its tokens die.

    "A successful request returns an empty response body" (oauth-revoke-a-user-access-token,
    2026-11), and ``{}`` in the same page's example. Anything else is no success.
    """
    form = {"client_key": key, "client_secret": secret, "token": access_token}
    body = await client.tell("/v2/oauth/revoke/", form)
    if body.strip() and not body.lstrip().startswith(b"{"):
        raise Transient("/v2/oauth/revoke/: the answer is not TikTok's")


async def username(client: ApiClient) -> str | None:
    """The name of the account that ``client`` speaks for."""
    answer, _ = await client.get("/v2/user/info/", _Info, fields="open_id,username")
    return answer.data.user.username


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The account that ``client`` speaks for; a consent serves one handle."""
    found: dict[str, Profile | AccountWrong] = {}
    for handle in handles:
        profile = await _speaking(client, handle)
        found[handle] = profile if _is_called(profile, handle) else _anothers(profile, handle)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """The known account that ``client`` speaks for, whatever it is called today.

    A profile with another ``account_id`` is whoever bears the handle now, or the same account in
    the eyes of another app.
    """
    found: dict[str, Profile | AccountWrong] = {}
    for one in known:
        handle = one.handle or ""
        profile = await _speaking(client, handle)
        same = profile.account_id == one.account_id or _is_called(profile, handle)
        found[one.account_id] = profile if same else _anothers(profile, handle)
    return found


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    depth: int = 1,
    manner: Manner = USUAL,
) -> Sweep:
    """The account's public posts back to ``since`` at least, at any ``depth``."""
    walk = Walk(NAME, partial(_page, client, profile), MAX_PAGES, PAGE_SIZE, manner=manner)
    posts: list[Post] = []
    reached: datetime | None = None
    async for page in walk:
        read = [*walk.read(page, _Video, partial(_parsed, profile, page))]
        posts += read
        if page.following is None:
            reached = EVERYTHING
        elif read and read[-1].published_at < since:
            reached = read[-1].published_at
            break
    return Sweep(
        posts=tuple(posts),
        covered_since=walk.covering(reached, since),
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=walk.failure,
        manner=walk.manner,
    )


async def _page(client: ApiClient, profile: Profile, walk: Walk) -> AnswerPage:
    body = {"max_count": walk.size} | ({"cursor": walk.cursor} if walk.cursor else {})
    try:
        answer, taken_at = await client.post(
            "/v2/video/list/", _List, lost=walk.broken, json=body, fields=VIDEO_FIELDS
        )
    except AccountWrong as wrong:
        raise named(wrong, profile.handle) from None
    data = answer.data
    if data.videos is None:
        walk.broken.append("tiktok listing: nothing is said about any video")
    elif data.has_more and data.cursor is None:
        walk.broken.append("tiktok listing: there is more, and no cursor that leads there")
    return AnswerPage(data.videos or (), taken_at, data.cursor if data.has_more else None)


def _parsed(profile: Profile, page: AnswerPage, video: _Video) -> Post:
    return parse(video, profile.account_id, page.taken_at)


def parse(video: _Video, account_id: str, taken_at: datetime) -> Post:
    """One listed video or photo post with one sample; the address without its tracking part."""
    return Post(
        platform="tiktok",
        account_id=account_id,
        post_id=video.id,
        published_at=plausible(datetime.fromtimestamp(video.create_time, UTC), taken_at),
        url=(video.share_url or f"https://www.tiktok.com/video/{video.id}").partition("?")[0],
        text=video.video_description or video.title,
        samples=(
            Sample(
                taken_at=taken_at,
                likes=video.like_count,
                comments=video.comment_count,
                shares=video.share_count,
                views=video.view_count,
            ),
        ),
        format=format_of(video),
    )


def format_of(video: _Video) -> PostFormat | None:
    """What a post is: ``photo`` where its address says so or nothing lasts (``duration`` 0 s).

    Whatever lasts is a ``short``, however long: TikTok shows all of it in one way. How many photos
    a post has the Display API does not tell (video object, 2026-08). None without a ``duration``.
    """
    if "/photo/" in (video.share_url or "") or video.duration == 0:
        return "photo"
    return "short" if video.duration else None


def named(wrong: AccountWrong, handle: str | None) -> AccountWrong:
    """The same fault of a consent, in a sentence that says whose consent it is."""
    if not handle:
        return wrong
    of = wrong.advice.replace("Izin TikTok ", f"Izin TikTok @{handle} ", 1)
    return type(wrong)(str(wrong), of)


async def _speaking(client: ApiClient, handle: str) -> Profile:
    """Whom ``client`` speaks for, as the consent kept under ``handle`` has it."""
    try:
        answer, _ = await client.get("/v2/user/info/", _Info, fields=USER_FIELDS)
    except AccountWrong as wrong:
        raise named(wrong, handle) from None
    user = answer.data.user
    return Profile(
        account_id=user.open_id,
        handle=user.username,
        title=user.display_name or user.username,
        followers=user.follower_count,
        posts=user.video_count,
    )


def _is_called(profile: Profile, handle: str) -> bool:
    """Whether the profile bears the handle, or says nothing against it."""
    return profile.handle is None or profile.handle.lower() == handle.lower()


def _anothers(profile: Profile, handle: str) -> AccountWrong:
    return AccountWrong(
        f"the consent is of another account, {profile.handle}",
        f"Izin TikTok yang tersimpan milik @{profile.handle}, bukan @{handle}; "
        "perbaiki nama akun di daftar atau minta izin dari akun yang benar.",
    )
