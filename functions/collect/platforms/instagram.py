"""Instagram by Business Discovery: the Graph API with Facebook Login, read through our own account.

One call returns an account's profile and its newest posts with counters; there is no lookup by
media id, so a post is re-read by reading its account again. Quirks: the username is the key, and a
missing, a personal, a private and a renamed account answer alike (110); hidden counters are left
out of the answer; pinned posts may come first, so only a page's last item tells how far back it
reaches; ``paging`` is absent when everything fits on one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from functions.collect.client import ApiClient, every_call
from functions.collect.contract import USUAL, AccountWrong, Manner, Profile, Sweep
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Count, Cursor, Id, Url, plausible
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.model import Post, PostFormat, Sample

NAME: Final = "instagram"
PAGE_SIZE = 50  # the most that others were given; a second page is a second call
MAX_PAGES = 40
LOOKUP_SIZE = 0
DEPTH = 1
LISTING_TELLS = True
LISTING_PROVES = True
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=1)
HAS_CHOICES = False
bucket = every_call
explain = meta.explain

PROFILE = "id,username,followers_count,media_count"
MEDIA = (
    "id,caption,media_type,media_product_type,permalink,timestamp,"
    "like_count,comments_count,view_count"
)
POSTS = ("FEED", "REELS", "IGTV", None)
NO_POSTS = ("AD", "STORY")
FORMATS: dict[str | None, PostFormat] = {
    "IMAGE": "photo",
    "CAROUSEL_ALBUM": "album",
    "VIDEO": "video",
}

EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)


class _Item(msgspec.Struct):
    id: Id
    timestamp: str
    permalink: Url | None = None
    caption: str | None = None
    media_type: str | None = None
    media_product_type: str | None = None
    like_count: Count | None = None
    comments_count: Count | None = None
    view_count: Count | None = None


class _Cursors(msgspec.Struct):
    after: Cursor | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)


class _Media(msgspec.Struct):
    data: list[msgspec.Raw]  # without it nothing was said about any post: there is no default
    paging: _Paging = msgspec.field(default_factory=_Paging)


class _Account(msgspec.Struct):
    id: Id
    username: str | None = None
    followers_count: Count | None = None
    media_count: Count | None = None
    media: _Media | None = None


class _Answer(msgspec.Struct):
    business_discovery: _Account


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The professional accounts behind handles, one call each."""
    found: dict[str, Profile | AccountWrong] = {}
    for handle in handles:
        try:
            account, _ = await _discover(client, handle, PROFILE)
            found[handle] = _profile(account)
        except meta.MissingObject as missing:
            found[handle] = _unknown(handle, missing)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known accounts as they are today, by their handles, one call each; there is no other key."""
    found: dict[str, Profile | AccountWrong] = {}
    for one in known:
        try:
            account, _ = await _rediscover(client, one, PROFILE)
            found[one.account_id] = _profile(account)
        except AccountWrong as wrong:
            found[one.account_id] = wrong
    return found


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    depth: int = 1,
    manner: Manner = USUAL,
) -> Sweep:
    """The account's posts back to ``since`` at least, at any ``depth``, and its profile."""
    accounts: list[_Account] = []
    ask = partial(_page, client, profile, accounts)
    walk = Walk(NAME, ask, MAX_PAGES, PAGE_SIZE, manner=manner)
    posts: list[Post] = []
    reached: datetime | None = None
    async for page in walk:
        floor: datetime | None = None
        for post, is_post in walk.read(page, _Item, partial(_read, profile, page)):
            floor = post.published_at
            if is_post:
                posts.append(post)
        if page.following is None and accounts[-1].media is not None:
            reached = EVERYTHING
        elif floor is not None and floor < since:
            reached = floor
            break
    return Sweep(
        posts=tuple(posts),
        covered_since=walk.covering(reached, since),
        profile=_profile(accounts[-1]),
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=walk.failure,
        manner=walk.manner,
    )


async def _page(
    client: ApiClient, profile: Profile, accounts: list[_Account], walk: Walk
) -> AnswerPage:
    """A page of the account's media; the account as it is told with it joins ``accounts``."""
    modifier = f"media.limit({walk.size})" + (f".after({walk.cursor})" if walk.cursor else "")
    account, taken_at = await _rediscover(
        client, profile, f"{PROFILE},{modifier}{{{MEDIA}}}", walk.broken
    )
    accounts.append(account)
    if account.media is None:  # nothing was said about any post
        return AnswerPage((), taken_at, None)
    following = account.media.paging.cursors.after if account.media.data else None
    return AnswerPage(account.media.data, taken_at, following or None)


def _read(profile: Profile, page: AnswerPage, item: _Item) -> tuple[Post, bool]:
    """An item as a post, and whether it is one; ValueError for one of no known kind."""
    if item.media_product_type not in POSTS + NO_POSTS:
        raise ValueError("of a kind that nobody knows")
    return parse(item, profile.account_id, page.taken_at), item.media_product_type in POSTS


def parse(item: _Item, account_id: str, taken_at: datetime) -> Post:
    """One listed item as a post with one sample; hidden counters are None."""
    return Post(
        platform="instagram",
        account_id=account_id,
        post_id=item.id,
        published_at=plausible(meta.parse_time(item.timestamp), taken_at),
        url=item.permalink or f"https://www.instagram.com/media/{item.id}",
        text=item.caption,
        samples=(
            Sample(
                taken_at=taken_at,
                likes=item.like_count,
                comments=item.comments_count,
                views=item.view_count,
            ),
        ),
        format=format_of(item),
    )


def format_of(item: _Item) -> PostFormat | None:
    """What an item is by ``media_type``, and a reel by ``media_product_type``; None for neither.

    Source: the IG Media reference of the Graph API, v26.0.
    """
    return "short" if item.media_product_type == "REELS" else FORMATS.get(item.media_type)


async def _discover(
    client: ApiClient, handle: str, fields: str, lost: list[str] | None = None
) -> tuple[_Account, datetime]:
    """Whoever bears the handle; ``graph.Missing`` when nobody does whom we may see."""
    answer, taken_at = await client.get(
        f"/{client.options.subject}",
        _Answer,
        lost=lost,
        fields=f"business_discovery.username({handle}){{{fields}}}",
    )
    return answer.business_discovery, taken_at


async def _rediscover(
    client: ApiClient, known: Profile, fields: str, lost: list[str] | None = None
) -> tuple[_Account, datetime]:
    """An account that was found before, under the handle it had then."""
    try:
        account, taken_at = await _discover(client, known.handle or "", fields, lost)
    except meta.MissingObject as missing:
        raise _lost(known, missing) from None
    if account.id != known.account_id:
        raise AccountWrong(
            f"the username now belongs to account {account.id}",
            f"@{known.handle} kini dipakai akun Instagram lain; isi nama baru akun yang lama di "
            "daftar.",
        )
    return account, taken_at


def _unknown(handle: str, missing: meta.MissingObject) -> AccountWrong:
    return AccountWrong(
        str(missing),
        f"Instagram tidak menemukan @{handle} sebagai akun profesional publik. "
        "Periksa ejaannya; bila benar, ubah menjadi akun profesional (Bisnis atau Kreator).",
    )


def _lost(known: Profile, missing: meta.MissingObject) -> AccountWrong:
    return AccountWrong(
        str(missing),
        f"@{known.handle} di Instagram tidak dapat dibaca lagi: namanya diganti, akunnya dijadikan "
        "pribadi atau privat, atau dihapus. Isi nama barunya di daftar, atau jadikan lagi akun "
        "profesional publik.",
    )


def _profile(account: _Account) -> Profile:
    return Profile(
        account_id=account.id,
        handle=account.username,
        title=account.username,
        followers=account.followers_count,
        posts=account.media_count,
    )
