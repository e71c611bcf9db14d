"""Facebook Pages by Page Public Content Access: the Graph API with an app's own permission.

One call returns a Page's posts with counters. Quirks: the listing is ranked, so neither order nor
position means anything and every item is filtered by its own time; ``since`` may bring back older
posts that were commented; ``shares`` is absent when 0; ``paging.next`` carries the token, so only
its other parameters are used; fields that an app may not see fail the whole call (#100).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import msgspec

from functions.collect import graph
from functions.collect.answers import AccountWrong, Profile, Sweep, Unreadable
from functions.collect.client import ApiClient
from functions.model import Post, Sample

NAME = "facebook"
PAGE_SIZE = 25
MAX_PAGES = 40
LOOKUP_SIZE = 0
KNOWN_BY = "id"
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=1)
explain = graph.explain

PROFILES = ("id,name,username,followers_count,fan_count", "id,name")
BASIC = (
    "id,created_time,permalink_url,message,status_type,shares,"
    "reactions.summary(total_count).limit(0),"
    "comments.filter(stream).summary(total_count).limit(0)"
)
# Attachments tell a changed profile or cover photo from a photo post.
FIELDS = f"{BASIC},story,attachments{{type}}"
EDGES = (("posts", FIELDS), ("posts", BASIC), ("published_posts", BASIC))

# What a Page does that is no post of its own.
NO_POSTS = {
    "created_event",
    "created_group",
    "tagged_in_photo",
    "approved_friend",
    "app_created_story",
}
NO_ATTACHMENTS = {"profile_media", "cover_photo", "event", "life_event"}
SECRET_PARAMETERS = {"access_token", "appsecret_proof"}


class _Summary(msgspec.Struct):
    total_count: int | None = None


class _Counted(msgspec.Struct):
    summary: _Summary = msgspec.field(default_factory=_Summary)


class _Shares(msgspec.Struct):
    count: int = 0


class _Attachment(msgspec.Struct):
    type: str | None = None


class _Attachments(msgspec.Struct):
    data: list[_Attachment] = []


class _Item(msgspec.Struct):
    id: str
    created_time: str
    permalink_url: str | None = None
    message: str | None = None
    status_type: str | None = None
    shares: _Shares = msgspec.field(default_factory=_Shares)
    reactions: _Counted = msgspec.field(default_factory=_Counted)
    comments: _Counted = msgspec.field(default_factory=_Counted)
    attachments: _Attachments = msgspec.field(default_factory=_Attachments)


class _Paging(msgspec.Struct):
    next: str | None = None


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]  # without it an answer proves no absence: there is no default
    paging: _Paging = msgspec.field(default_factory=_Paging)


class _Profile(msgspec.Struct):
    id: str
    name: str | None = None
    username: str | None = None
    followers_count: int | None = None
    fan_count: int | None = None


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The Pages behind names or ids, one call each."""
    found: dict[str, Profile | AccountWrong] = {}
    for handle in handles:
        found[handle] = await _resolve(client, handle)
    return found


async def _resolve(client: ApiClient, handle: str) -> Profile | AccountWrong:
    """One Page, by the most telling field list that this app may use."""
    wrong: Exception | None = None
    for fields in PROFILES:
        try:
            page, _ = await client.get(f"/{handle}", _Profile, fields=fields)
        except graph.FieldRefused as refusal:
            wrong = refusal
        except graph.Missing as missing:
            wrong = missing
            break
        else:
            followers = page.followers_count
            return Profile(
                account_id=page.id,
                handle=page.username or handle,
                title=page.name,
                followers=page.fan_count if followers is None else followers,
            )
    return AccountWrong(
        str(wrong),
        f"Facebook tidak menemukan Halaman publik {handle}. Periksa ejaannya; "
        "profil pribadi dan grup tidak dapat dibaca, hanya Halaman yang diterbitkan.",
    )


async def sweep(client: ApiClient, profile: Profile, *, since: datetime) -> Sweep:
    """The Page's own posts from ``since`` on."""
    posts: list[Post] = []
    broken: list[str] = []
    seen: set[str] = set()
    more: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        page, taken_at = await _page(client, profile.account_id, since, more)
        for raw in page.data:
            try:
                item = msgspec.json.decode(raw, type=_Item)
                if _is_post(item):
                    posts.append(parse(item, profile.account_id, taken_at))
            except (msgspec.DecodeError, ValueError) as error:
                broken.append(f"facebook item: {error}")
        if not page.paging.next:
            return Sweep(
                posts=tuple({p.post_id: p for p in posts if p.published_at >= since}.values()),
                covered_since=None if broken else since,
                broken=tuple(broken),
            )
        if page.paging.next in seen:
            raise Unreadable("the listing repeats a page")
        seen.add(page.paging.next)
        more = _parameters(page.paging.next)
    return Sweep(posts=tuple(p for p in posts if p.published_at >= since), broken=tuple(broken))


def parse(item: _Item, account_id: str, taken_at: datetime) -> Post:
    """One listed item as a post with one sample; reactions of all types are its likes."""
    return Post(
        platform="facebook",
        account_id=account_id,
        post_id=item.id,
        published_at=graph.parse_time(item.created_time),
        url=item.permalink_url or f"https://www.facebook.com/{item.id}",
        text=item.message,
        samples=(
            Sample(
                taken_at=taken_at,
                likes=item.reactions.summary.total_count,
                comments=item.comments.summary.total_count,
                shares=item.shares.count,
            ),
        ),
    )


async def _page(
    client: ApiClient, page_id: str, since: datetime, more: dict[str, str]
) -> tuple[_Page, datetime]:
    """A page of the listing, from the first edge and field list that this app may use."""
    refusal: Exception | None = None
    for edge, fields in EDGES:
        if f"{edge} {fields}" in client.learned:
            continue
        asked: dict[str, str | int] = {
            "limit": PAGE_SIZE,
            "since": int(since.timestamp()),
            **more,
            "fields": fields,
        }
        try:
            return await client.get(f"/{page_id}/{edge}", _Page, **asked)
        except (graph.FieldRefused, graph.EndpointRefused) as error:
            refusal = error
        except graph.Missing as missing:
            raise AccountWrong(
                str(missing),
                "Halaman Facebook ini tidak dapat dibaca lagi; periksa apakah masih diterbitkan.",
            ) from None
        client.learned.add(f"{edge} {fields}")
    client.learned.clear()
    raise refusal or Unreadable("no listing of posts is offered")


def _is_post(item: _Item) -> bool:
    if item.status_type in NO_POSTS or any(a.type in NO_ATTACHMENTS for a in item.attachments.data):
        return False
    is_share = item.status_type == "shared_story"
    return not (is_share and not (item.message or "").strip())


def _parameters(address: str) -> dict[str, str]:
    """The parameters of a ``next`` address, without what authenticates it."""
    query = parse_qsl(urlsplit(address).query)
    return {name: value for name, value in query if name not in SECRET_PARAMETERS}
