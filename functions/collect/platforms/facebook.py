"""Facebook Pages: the Graph API with a Page's own token, or by Page Public Content Access.

One call returns a Page's posts with counters. Quirks: the listing is ranked, so neither order nor
position means anything and every item is filtered by its own time; ``since`` may bring back older
posts that were commented; ``shares`` is absent when 0; ``paging.next`` carries the token, so only
its other parameters are used; fields that may not be seen fail the whole call (#100), of one Page
or of all; a page of heavy posts is refused until fewer are asked for.

What an item is its attachments tell: a changed cover photo is an ``added_photos`` like any other,
and a ``shared_story`` is a repost or a link to the unit's own website. What cannot be told is asked
for once more by its id, and is otherwise left out and said so: only a known upload counts.

Without the Page's own token a listing shows "approximately 600 ranked, published posts per year"
(Meta's reference of the Page feed, v26.0). Which ones it leaves out it does not say, so what is
not in it proves nothing: such posts are read by id (``confirm``). With the Page's own token
``published_posts`` is complete.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from functions.collect.client import ApiClient, every_call
from functions.collect.contract import (
    UNDECODABLE,
    USUAL,
    AccountWrong,
    Limited,
    Lookup,
    Manner,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    Transient,
    Unreadable,
)
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Cursor, Id, decode
from functions.collect.platforms.facebook_items import (
    BASIC,
    FIELDS,
    TYPES,
    PageItem,
    is_upload,
    parse,
)
from functions.collect.platforms.facebook_pages import (
    advice_about,
    check_owner,
    gone_words,
    page_behind,
)
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.model import Post

NAME: Final = "facebook"
PAGE_SIZE = 25
MAX_PAGES = 40
DEPTH = 1
LISTING_TELLS = False
LISTING_PROVES = False
CONFIRM_SIZE = 25  # posts that one ``confirm`` reads at most, a call each
PROOF_SIZE = 5  # listed posts, one of which ``confirm`` reads by id to see whether that works
LOOKUP_SIZE = 0
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=1)
HAS_CHOICES = False
bucket = every_call
explain = meta.explain

# How much a listing without the Page's own token shows, and over what time posting is judged.
RANKED_A_YEAR = 600
YEAR = timedelta(days=365)
RECENT = timedelta(days=30)
LEAST_SPAN = timedelta(days=14)  # one busy week is no pace

INCOMPLETE = (
    "Halaman ini mengunggah lebih dari sekitar 600 unggahan setahun; tanpa token Halaman, Facebook "
    "mungkin tidak menampilkan semuanya. Mintalah token Halaman kepada pengelolanya."
)

WITHOUT_ATTACHMENTS = (
    "Facebook tidak memberikan keterangan lampiran unggahan Halaman ini, sehingga {} unggahan "
    "tidak dapat dibedakan dari penggantian foto profil atau sampul dan belum dihitung. Ini dicoba "
    "lagi pada pembacaan berikutnya."
)

EDGES = (("posts", FIELDS), ("posts", TYPES), ("posts", BASIC), ("published_posts", BASIC))
OWN_EDGES = tuple(("published_posts", fields) for fields in (FIELDS, TYPES, BASIC))

NOT_BY_ID = "posts by id"

JUDGED = 25  # posts looked at by id, in one listing, for what they are
SECRET_PARAMETERS = {"access_token", "appsecret_proof"}


class _Node(msgspec.Struct):
    id: Id


class _Paging(msgspec.Struct):
    next: Cursor | None = None


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]  # without it an answer proves no absence: there is no default
    paging: _Paging | None = None


class _Judged(msgspec.Struct):
    """A listed item as a post, and whether it is one: None = that cannot be told."""

    post: Post
    is_post: bool | None


class PageHistory(NamedTuple):
    """What is known of a Page's posts. ``recent``: how many of the last 30 days, None when
    collection has not run that long; ``uploads``: ids that were found to be uploads."""

    recent: int | None = None
    uploads: Container[str] = ()


NO_HISTORY = PageHistory()


async def resolve(
    client: ApiClient, handles: Sequence[str], *, own: Mapping[str, ApiClient] | None = None
) -> dict[str, Profile | AccountWrong]:
    """The Pages behind names or ids, one call each.

    ``own``: clients that speak with a Page's own token, by the name or id that is asked for; where
    one fails, the Page is asked for without it.
    """
    unknown = (
        "Facebook tidak menemukan Halaman publik {}. Periksa ejaannya; "
        "profil pribadi dan grup tidak dapat dibaca, hanya Halaman yang diterbitkan."
    )
    return {
        handle: await page_behind(client, (own or {}).get(handle), handle, unknown.format(handle))
        for handle in handles
    }


async def recheck(
    client: ApiClient,
    known: Sequence[Profile],
    *,
    own: Mapping[str, ApiClient] | None = None,
) -> dict[str, Profile | AccountWrong]:
    """Known Pages as they are today, by their ids, one call each: a new name loses nothing.

    ``own``: as for ``resolve``, by the Page's id.
    """
    return {
        one.account_id: await page_behind(
            client, (own or {}).get(one.account_id), one.account_id, gone_words(one)
        )
        for one in known
    }


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    depth: int = 1,
    manner: Manner = USUAL,
    own: ApiClient | None = None,
    history: PageHistory = NO_HISTORY,
) -> Sweep:
    """The Page's own posts from ``since`` on, all of them at any ``depth``, and what older ones
    the listing shows.

    ``own``: a client that speaks with the Page's own token, which is tried first. What is wrong
    with that token costs this Page its use and nothing else; ``advice`` says so. A listing without
    the Page's own token covers nothing: ask ``confirm`` about what it leaves out.
    """
    advice: str | None = None
    if own is not None:
        try:
            await check_owner(own, profile)
            found = await _listing(
                own, OWN_EDGES, profile, since, Manner(manner.size), history.uploads
            )
            if found.failure is None or isinstance(found.failure, Transient):
                return found
            raise found.failure
        except (Limited, Refused, AccountWrong, Unreadable) as error:
            advice = advice_about(error)
    found = await _listing(client, EDGES, profile, since, manner, history.uploads)
    if advice is None and (
        is_listed_incompletely(
            sum(post.published_at >= since for post in found.posts), client.clock() - since
        )
        or is_listed_incompletely(history.recent or 0, RECENT)
    ):
        advice = INCOMPLETE
    return msgspec.structs.replace(found, covered_since=None, advice=advice or found.advice)


def is_listed_incompletely(posts: int, span: timedelta) -> bool:
    """Whether so many posts in that time are a pace at which Facebook leaves some out.

    False for a span too short to tell a pace by.
    """
    return span >= LEAST_SPAN and posts * YEAR > RANKED_A_YEAR * span


async def confirm(client: ApiClient, profile: Profile, posts: Sequence[Post]) -> Lookup:
    """Posts that a listing left out, read by id: each is there, ``absent``, or stays unknown.

    One call for each of the first ``CONFIRM_SIZE``. Facebook says the same of what is gone and of
    what a token may not see, so posts are absent only where another post of the same Page can be
    read in this way; that costs up to two calls more, and only where none of ``posts`` was read.
    """
    if NOT_BY_ID in client.learned:
        return Lookup()
    read = await _read_each(client, profile.account_id, posts[:CONFIRM_SIZE])
    if read.posts or not read.absent:
        return read
    try:
        if read.failure is None and await _reads_by_id(client, profile, read.absent):
            return read
    except Limited as limit:
        read = msgspec.structs.replace(read, failure=limit)
    return msgspec.structs.replace(read, absent={})


async def _read_each(client: ApiClient, page_id: str, posts: Sequence[Post]) -> Lookup:
    """What Facebook says of each id, as far as it can be asked; absences are not proven yet."""
    found: list[Post] = []
    absent: dict[str, datetime] = {}
    broken: list[str] = []
    lost: list[str] = []
    failure: PlatformError | None = None
    for post in posts:
        try:
            item, taken_at = await client.get(f"/{post.post_id}", PageItem, lost=lost, fields=BASIC)
            item.attachments = None  # they were not asked for
            read = parse(item, page_id, taken_at)
            found.append(msgspec.structs.replace(read, post_id=post.post_id))
        except meta.MissingObject:
            absent[post.post_id] = client.clock()
        except meta.TokenDead as dead:
            failure = dead
            break
        except Refused as refusal:
            # The listing was allowed a moment ago: this way alone is not, which stops nobody.
            client.learned.add(NOT_BY_ID)
            return Lookup(broken=(f"facebook posts cannot be confirmed by id: {refusal}",))
        except (Unreadable, ValueError) as error:
            broken.append(f"facebook item: {error}")
        except (Transient, Limited) as error:
            failure = error
            break
    return Lookup(
        posts=tuple(found),
        absent=absent,
        broken=tuple(broken),
        lost=tuple(lost),
        failure=failure,
    )


async def _reads_by_id(client: ApiClient, profile: Profile, but: Mapping[str, object]) -> bool:
    """Whether a listed post of the Page, none of those, can be read by its id; or ``Limited``."""
    try:
        walk = Walk(NAME, partial(_page, client, EDGES, profile, {}), 1, PROOF_SIZE)
        async for page in walk:
            listed = [decode(raw, _Node, walk.lost).id for raw in page.items]
            others = [post_id for post_id in listed if post_id not in but]
            if others:
                await client.get(f"/{others[0]}", _Node, fields="id")
                return True
        return False
    except (Transient, Refused, AccountWrong, Unreadable, *UNDECODABLE):
        return False


async def _listing(
    client: ApiClient,
    edges: Sequence[tuple[str, str]],
    profile: Profile,
    since: datetime,
    manner: Manner,
    known: Container[str],
) -> Sweep:
    """What a walk through the whole listing shows, covering the time since then."""
    asked = {"since": int(since.timestamp())}
    ask = partial(_page, client, edges, profile, asked)
    walk = Walk(NAME, ask, MAX_PAGES, PAGE_SIZE, manner=manner)
    posts: dict[str, Post] = {}
    unsure: list[Post] = []
    reached: datetime | None = None
    async for page in walk:
        tells = edges[walk.way][1] != BASIC
        for judged in walk.read(page, PageItem, partial(_judged, page, profile, known, tells)):
            if judged.is_post is None and judged.post.published_at >= since:
                unsure.append(judged.post)
            elif judged.is_post:
                posts[judged.post.post_id] = judged.post
        if page.following is None:
            reached = since
    left_out = await _judge(client, profile, unsure, posts, walk)
    return Sweep(
        posts=tuple(posts.values()),
        covered_since=walk.covering(reached, since),
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=walk.failure,
        manner=walk.manner,
        advice=WITHOUT_ATTACHMENTS.format(left_out) if left_out else None,
    )


def _judged(
    page: AnswerPage, profile: Profile, known: Container[str], tells: bool, item: PageItem
) -> _Judged:
    """``tells``: whether attachments were asked for, so that none means that there are none."""
    if not tells:
        item.attachments = None
    post = parse(item, profile.account_id, page.taken_at)
    return _Judged(post, item.id in known or is_upload(item))


async def _judge(
    client: ApiClient, profile: Profile, unsure: Sequence[Post], posts: dict[str, Post], walk: Walk
) -> int:
    """Add to ``posts`` what by its id turns out to be an upload; returns how many stay unsure."""
    left = 0
    for number, post in enumerate(unsure):
        try:
            if number >= JUDGED or walk.failure is not None:
                raise Unreadable("not asked for")
            item, taken_at = await client.get(
                f"/{post.post_id}", PageItem, lost=walk.lost, fields=FIELDS
            )
            is_post = is_upload(item)
            if is_post:
                posts[post.post_id] = parse(item, profile.account_id, taken_at)
        except (meta.MissingObject, meta.EndpointRefused, Unreadable, ValueError):
            is_post = None
        except PlatformError as error:
            walk.failure = error
            is_post = None
        if is_post is None:
            left += 1
            walk.broken.append("facebook item: perhaps no upload, its attachment is not told")
    return left


async def _page(
    client: ApiClient,
    edges: Sequence[tuple[str, str]],
    profile: Profile,
    asked: Mapping[str, str | int],
    walk: Walk,
) -> AnswerPage:
    """A page of the listing, from the first edge and field list that may be used for this Page."""
    refusal: PlatformError | None = None
    more = _parameters(walk.cursor) if isinstance(walk.cursor, str) else {}
    for way in range(min(walk.way, len(edges) - 1), len(edges)):
        edge, fields = edges[way]
        try:
            page, taken_at = await client.get(
                f"/{profile.account_id}/{edge}",
                _Page,
                lost=walk.broken,
                **{**asked, **more, "fields": fields, "limit": walk.size},
            )
        except (meta.FieldRefused, meta.EndpointRefused) as error:
            refusal = refusal or error
        except meta.MissingObject as missing:
            raise AccountWrong(str(missing), gone_words(profile)) from None
        else:
            walk.way = way
            return AnswerPage(page.data, taken_at, page.paging.next if page.paging else None)
    raise refusal or Unreadable("no listing of posts is offered")


def _parameters(address: str) -> dict[str, str]:
    """The parameters of a ``next`` address, without what authenticates it."""
    query = parse_qsl(urlsplit(address).query)
    return {name: value for name, value in query if name not in SECRET_PARAMETERS}
