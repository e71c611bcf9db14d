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
from urllib.parse import parse_qs, parse_qsl, urlsplit

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
from functions.collect.platforms.decoding import Count, Cursor, Id, Url, decode, plausible
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.model import Post, Sample

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

GONE = "Halaman Facebook {} tidak dapat dibaca lagi; periksa apakah masih diterbitkan."
INCOMPLETE = (
    "Halaman ini mengunggah lebih dari sekitar 600 unggahan setahun; tanpa token Halaman, Facebook "
    "mungkin tidak menampilkan semuanya. Mintalah token Halaman kepada pengelolanya."
)
TOKEN_DEAD = (
    "Token Halaman Facebook ini tidak berlaku lagi, jadi Halaman dibaca tanpa token itu dan "
    "sebagian unggahannya mungkin tidak tampil. Mintalah token baru kepada pengelola Halaman."
)
TOKEN_FOREIGN = (
    "Token yang diberikan untuk Halaman Facebook ini milik Halaman lain, jadi Halaman dibaca tanpa "
    "token itu dan sebagian unggahannya mungkin tidak tampil. Mintalah token Halaman yang benar."
)
TOKEN_WEAK = (
    "Token Halaman Facebook ini tidak boleh membaca unggahan Halaman, jadi Halaman dibaca tanpa "
    "token itu dan sebagian unggahannya mungkin tidak tampil. Mintalah token baru dengan izin "
    "pages_read_engagement, dibuat lewat aplikasi instansi."
)

WITHOUT_ATTACHMENTS = (
    "Facebook tidak memberikan keterangan lampiran unggahan Halaman ini, sehingga {} unggahan "
    "tidak dapat dibedakan dari penggantian foto profil atau sampul dan belum dihitung. Ini dicoba "
    "lagi pada pembacaan berikutnya."
)

OWNER = ("id,username,is_published", "id,username", "id")
PROFILES = ("id,name,username,followers_count,fan_count", "id,name,username", "id,name")
BASIC = (
    "id,created_time,permalink_url,message,status_type,shares,"
    "reactions.summary(total_count).limit(0),"
    "comments.filter(stream).summary(total_count).limit(0)"
)
FIELDS = f"{BASIC},attachments{{type,media_type,url,unshimmed_url}}"
# Where the address of an attachment is not offered, its type still tells a changed photo.
TYPES = f"{BASIC},attachments{{type}}"
EDGES = (("posts", FIELDS), ("posts", TYPES), ("posts", BASIC), ("published_posts", BASIC))
OWN_EDGES = tuple(("published_posts", fields) for fields in (FIELDS, TYPES, BASIC))

# What is remembered of a client: of its own Page, and of what its app was not reviewed for.
OWNER_KNOWN = "speaks for its Page"
NOT_BY_ID = "posts by id"

# What a Page does that is no post of its own.
NO_POSTS = {
    "created_event",
    "created_group",
    "tagged_in_photo",
    "approved_friend",
    "app_created_story",
}
NO_ATTACHMENTS = {"profile_media", "cover_photo", "event", "life_event"}
SURE = {"added_video"}  # no change of a photo looks like this
SHARE = "shared_story"  # of a post, or of a link
OWN_HOSTS = ("facebook.com", "fb.com", "fb.me", "fb.watch", "fb.gg")
SHIM = "/l.php"  # stands in for an address outside of Facebook
JUDGED = 25  # posts looked at by id, in one listing, for what they are
SECRET_PARAMETERS = {"access_token", "appsecret_proof"}


class _Summary(msgspec.Struct):
    total_count: Count | None = None


class _Counted(msgspec.Struct):
    summary: _Summary = msgspec.field(default_factory=_Summary)


class _Shares(msgspec.Struct):
    count: Count | None = None


class _Attachment(msgspec.Struct):
    type: str | None = None
    media_type: str | None = None
    url: str | None = None
    unshimmed_url: str | None = None


class _Attachments(msgspec.Struct):
    data: list[_Attachment] | None = None


class _Item(msgspec.Struct):
    id: Id
    created_time: str
    permalink_url: Url | None = None
    message: str | msgspec.UnsetType | None = None  # UNSET: it has one
    status_type: str | None = None
    shares: _Shares | None = msgspec.field(default_factory=lambda: _Shares(count=0))
    reactions: _Counted = msgspec.field(default_factory=_Counted)
    comments: _Counted = msgspec.field(default_factory=_Counted)
    attachments: _Attachments | None = msgspec.field(default_factory=lambda: _Attachments(data=[]))


class _Node(msgspec.Struct):
    id: Id


class _Paging(msgspec.Struct):
    next: Cursor | None = None


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]  # without it an answer proves no absence: there is no default
    paging: _Paging | None = None


class _Profile(msgspec.Struct):
    id: Id
    name: str | None = None
    username: str | None = None
    followers_count: Count | None = None
    fan_count: Count | None = None
    is_published: bool | None = None


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


class _ForeignToken(Refused):
    """The token given for a Page is another Page's."""


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
        handle: await _page_behind(client, (own or {}).get(handle), handle, unknown.format(handle))
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
        one.account_id: await _page_behind(
            client, (own or {}).get(one.account_id), one.account_id, _gone(one)
        )
        for one in known
    }


async def _page_behind(
    client: ApiClient, own: ApiClient | None, node: str, unknown: str
) -> Profile | AccountWrong:
    """A Page by its name or id; ``unknown`` is what its admin is told where there is none."""
    if own is not None:
        try:
            return _as_profile(await _profile(own, node, PROFILES), node)
        except (Limited, Refused, AccountWrong, Unreadable):
            pass  # a listing says what is wrong with the token; here it only was not needed
    try:
        return _as_profile(await _profile(client, node, PROFILES), node)
    except meta.MissingObject as wrong:
        return AccountWrong(str(wrong), unknown)


def _as_profile(page: _Profile, asked: str) -> Profile:
    followers = page.followers_count
    return Profile(
        account_id=page.id,
        # An id is no name: with it in the name's place the Page would seem to be renamed.
        handle=page.username or (None if asked.isdecimal() else asked),
        title=page.name,
        followers=page.fan_count if followers is None else followers,
    )


async def _profile(client: ApiClient, node: str, fields_lists: Sequence[str]) -> _Profile:
    """One Page, by the first field list that this client may use."""
    refusal: meta.FieldRefused | None = None
    for fields in fields_lists:
        try:
            page, _ = await client.get(f"/{node}", _Profile, fields=fields)
        except meta.FieldRefused as error:
            refusal = error
        else:
            return page
    raise refusal or Unreadable("no fields of a Page are offered")


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
            await _check_owner(own, profile)
            found = await _listing(
                own, OWN_EDGES, profile, since, Manner(manner.size), history.uploads
            )
            if found.failure is None or isinstance(found.failure, Transient):
                return found
            raise found.failure
        except (Limited, Refused, AccountWrong, Unreadable) as error:
            advice = _about_token(error)
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
            item, taken_at = await client.get(f"/{post.post_id}", _Item, lost=lost, fields=BASIC)
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


async def _check_owner(own: ApiClient, profile: Profile) -> None:
    """Raise unless this token shows what anybody may see of this Page, and all of it.

    Another Page's token would read it as anybody's does, ranked; its own token reads it even when
    it is not published.
    """
    if OWNER_KNOWN in own.learned:
        return
    page = await _profile(own, "me", OWNER)
    # A Page may have two ids, an old one and that of its new profile; its username is one.
    name, known_as = (page.username or "").lower(), (profile.handle or "").lower()
    if page.id != profile.account_id and (not name or name != known_as):
        raise _ForeignToken("the Page's token is another Page's")
    if page.is_published is False:
        raise AccountWrong("the Page is not published", _gone(profile))
    own.learned.add(OWNER_KNOWN)


def _about_token(error: PlatformError) -> str | None:
    """What the admin is told of a Page's token that failed; None when that passes by itself."""
    match error:
        case meta.TokenDead():
            return TOKEN_DEAD
        case _ForeignToken():
            return TOKEN_FOREIGN
        case Refused() | AccountWrong() | meta.FieldRefused():
            return TOKEN_WEAK
    return None


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
        for judged in walk.read(page, _Item, partial(_judged, page, profile, known, tells)):
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
    page: AnswerPage, profile: Profile, known: Container[str], tells: bool, item: _Item
) -> _Judged:
    """``tells``: whether attachments were asked for, so that none means that there are none."""
    if not tells:
        item.attachments = None
    post = parse(item, profile.account_id, page.taken_at)
    return _Judged(post, item.id in known or _is_post(item))


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
                f"/{post.post_id}", _Item, lost=walk.lost, fields=FIELDS
            )
            is_post = _is_post(item)
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


def parse(item: _Item, account_id: str, taken_at: datetime) -> Post:
    """One listed item as a post with one sample; reactions of all types are its likes."""
    return Post(
        platform="facebook",
        account_id=account_id,
        post_id=item.id,
        published_at=plausible(meta.parse_time(item.created_time), taken_at),
        url=item.permalink_url or f"https://www.facebook.com/{item.id}",
        text=item.message or None,
        samples=(
            Sample(
                taken_at=taken_at,
                likes=item.reactions.summary.total_count,
                comments=item.comments.summary.total_count,
                shares=item.shares.count if item.shares else None,
            ),
        ),
    )


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
            raise AccountWrong(str(missing), _gone(profile)) from None
        else:
            walk.way = way
            return AnswerPage(page.data, taken_at, page.paging.next if page.paging else None)
    raise refusal or Unreadable("no listing of posts is offered")


def _gone(known: Profile) -> str:
    return GONE.format(known.handle or known.account_id)


def _is_post(item: _Item) -> bool | None:
    """Whether it is an upload of the Page; None when the item does not tell."""
    if item.status_type in NO_POSTS:
        return False
    has_text = item.message is msgspec.UNSET or bool((item.message or "").strip())
    attached = item.attachments.data if item.attachments else None
    if attached is None:
        return (
            True if item.status_type in SURE or (item.status_type == SHARE and has_text) else None
        )
    if any(a.type in NO_ATTACHMENTS for a in attached):
        return False
    if item.status_type != SHARE or has_text:
        return True
    leads_outside = [_leads_outside(a) for a in attached]
    if any(leads_outside):
        return True
    return None if None in leads_outside else False


def _leads_outside(attachment: _Attachment) -> bool | None:
    """Whether it is a link to an address outside of Facebook; None when it has no address."""
    address = attachment.unshimmed_url or attachment.url
    try:
        place = urlsplit(address or "")
        host = (place.hostname or "").lower()
        if _is_facebooks(host) and place.path == SHIM:
            [address] = parse_qs(place.query).get("u", [""])[:1]
            host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return None
    return not _is_facebooks(host) if host else None


def _is_facebooks(host: str) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in OWN_HOSTS)


def _parameters(address: str) -> dict[str, str]:
    """The parameters of a ``next`` address, without what authenticates it."""
    query = parse_qsl(urlsplit(address).query)
    return {name: value for name, value in query if name not in SECRET_PARAMETERS}
