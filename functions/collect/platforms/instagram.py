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

import msgspec

from functions.collect import graph
from functions.collect.answers import UNDECODABLE, AccountWrong, Profile, Sweep, Unreadable
from functions.collect.client import ApiClient
from functions.model import Post, Sample

NAME = "instagram"
PAGE_SIZE = 50  # the most that others were given; a second page is a second call
MAX_PAGES = 40
LOOKUP_SIZE = 0
DEPTH = 1
LISTING_TELLS = True
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=1)
explain = graph.explain

PROFILE = "id,username,followers_count,media_count"
MEDIA = (
    "id,caption,media_type,media_product_type,permalink,timestamp,"
    "like_count,comments_count,view_count"
)
POSTS = ("FEED", "REELS", "IGTV", None)  # ads and stories are no posts

EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)


class _Item(msgspec.Struct):
    id: str
    timestamp: str
    permalink: str | None = None
    caption: str | None = None
    media_product_type: str | None = None
    like_count: int | None = None
    comments_count: int | None = None
    view_count: int | None = None


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)


class _Media(msgspec.Struct):
    data: list[msgspec.Raw] = []
    paging: _Paging = msgspec.field(default_factory=_Paging)


class _Account(msgspec.Struct):
    id: str
    username: str | None = None
    followers_count: int | None = None
    media_count: int | None = None
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
        except graph.Missing as missing:
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


async def sweep(client: ApiClient, profile: Profile, *, since: datetime, depth: int = 1) -> Sweep:
    """The account's posts back to ``since`` at least, at any ``depth``, and its profile."""
    posts: list[Post] = []
    broken: list[str] = []
    seen: set[str] = set()
    cursor = ""
    for _ in range(MAX_PAGES):
        modifier = f"media.limit({PAGE_SIZE})" + (f".after({cursor})" if cursor else "")
        account, taken_at = await _rediscover(client, profile, f"{PROFILE},{modifier}{{{MEDIA}}}")
        if account.media is None:  # nothing was said about any post
            return _sweep(posts, broken, None, since, account)
        floor: datetime | None = None
        for raw in account.media.data:
            try:
                item = msgspec.json.decode(raw, type=_Item)
                floor = graph.parse_time(item.timestamp)
                if item.media_product_type in POSTS:
                    posts.append(parse(item, account.id, taken_at))
            except (*UNDECODABLE, ValueError) as error:
                broken.append(f"instagram item: {error}")
        cursor = account.media.paging.cursors.after or ""
        if not cursor or not account.media.data:
            return _sweep(posts, broken, EVERYTHING, since, account)
        if floor is not None and floor < since:
            return _sweep(posts, broken, floor, since, account)
        if cursor in seen:
            raise Unreadable("the listing repeats a page")
        seen.add(cursor)
    return _sweep(posts, broken, None, since, account)


def parse(item: _Item, account_id: str, taken_at: datetime) -> Post:
    """One listed item as a post with one sample; hidden counters are None."""
    return Post(
        platform="instagram",
        account_id=account_id,
        post_id=item.id,
        published_at=graph.parse_time(item.timestamp),
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
    )


async def _discover(client: ApiClient, handle: str, fields: str) -> tuple[_Account, datetime]:
    """Whoever bears the handle; ``graph.Missing`` when nobody does whom we may see."""
    answer, taken_at = await client.get(
        f"/{client.subject}",
        _Answer,
        fields=f"business_discovery.username({handle}){{{fields}}}",
    )
    return answer.business_discovery, taken_at


async def _rediscover(client: ApiClient, known: Profile, fields: str) -> tuple[_Account, datetime]:
    """An account that was found before, under the handle it had then."""
    try:
        account, taken_at = await _discover(client, known.handle or "", fields)
    except graph.Missing as missing:
        raise _lost(known, missing) from None
    if account.id != known.account_id:
        raise AccountWrong(
            f"the username now belongs to account {account.id}",
            f"@{known.handle} kini dipakai akun Instagram lain; isi nama baru akun yang lama di "
            "daftar.",
        )
    return account, taken_at


def _unknown(handle: str, missing: graph.Missing) -> AccountWrong:
    return AccountWrong(
        str(missing),
        f"Instagram tidak menemukan @{handle} sebagai akun profesional publik. "
        "Periksa ejaannya; bila benar, ubah menjadi akun profesional (Bisnis atau Kreator).",
    )


def _lost(known: Profile, missing: graph.Missing) -> AccountWrong:
    return AccountWrong(
        str(missing),
        f"@{known.handle} di Instagram tidak dapat dibaca lagi: namanya diganti, akunnya dijadikan "
        "pribadi atau privat, atau dihapus. Isi nama barunya di daftar, atau jadikan lagi akun "
        "profesional publik.",
    )


def _sweep(
    posts: list[Post],
    broken: list[str],
    covered: datetime | None,
    since: datetime,
    account: _Account,
) -> Sweep:
    # An item that could not be read might be any post of that time: nothing can be called absent.
    return Sweep(
        posts=tuple(posts),
        covered_since=None if broken or covered is None else max(covered, since),
        profile=_profile(account),
        broken=tuple(broken),
    )


def _profile(account: _Account) -> Profile:
    return Profile(
        account_id=account.id,
        handle=account.username,
        title=account.username,
        followers=account.followers_count,
        posts=account.media_count,
    )
