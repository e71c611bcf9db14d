"""Instagram: Business Discovery of the Graph API, asked on our own professional account.

`GET /v26.0/{our-id}?fields=business_discovery.username(HANDLE){…,media.limit(25){…}}`

Facts: developers.facebook.com, instagram-platform/instagram-graph-api/reference/ig-user/
business_discovery and …/reference/instagram-media; recorded answers in
bk-rs/instagram-apis-rs and sns-sdks/python-facebook.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from tests.platforms import cursors, ids
from tests.platforms.graph import Field, Gate, GraphError, parse_fields, timestamp, unsupported_get
from tests.platforms.growth import Counters
from tests.platforms.instagram_comments import InstagramComments
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import Account, Post, World

DEFAULT_LIMIT = 25
VIDEOS = ("VIDEO", "REELS")
_ABSENT = object()

OWN_USERNAME = "kemenkum"


class Instagram:
    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate
        self._comments = InstagramComments(world)

    def answer(self, request: Request, parts: list[str]) -> Response:
        grant = self._gate.enter(request)
        headers = self._gate.count(request)
        if grant.instagram_user is not None and parts != [grant.instagram_user]:
            return json_response(200, self._comments.answer(request, parts), headers)
        node = parts[0]
        if grant.instagram_user is None or node != grant.instagram_user:
            # Reading a medium by its id fails too: business_discovery is the only way in.
            raise unsupported_get(node)
        payload: dict[str, Any] = {}
        for asked in parse_fields(request.query.get("fields", "id,username")):
            if asked.name == "business_discovery":
                payload[asked.key] = self._discover(asked)
            elif asked.name == "username":
                payload[asked.key] = OWN_USERNAME
            elif asked.name != "id":
                raise _no_such_field(asked.name)
        payload["id"] = node
        return json_response(200, payload, headers)

    def _discover(self, asked: Field) -> dict[str, Any]:
        handle = asked.modifiers.get("username", "")
        if not handle:
            raise GraphError("(#100) The parameter username is required", 100)
        account = self._world.by_handle("instagram", handle)
        if account is None or account.state(self._world.now) != "ok":
            raise _cannot_be_found(handle)
        found: dict[str, Any] = {}
        for child in asked.fields:
            if child.name == "media":
                found[child.key] = self._media(account, child)
            elif child.name in _ACCOUNT_FIELDS:
                found[child.key] = _ACCOUNT_FIELDS[child.name](account, self._world.now)
            else:
                raise _no_such_field(child.name)
        found["id"] = account.id
        return found

    def _media(self, account: Account, asked: Field) -> dict[str, Any]:
        quirks = self._world.quirks
        now = self._world.now
        for child in asked.fields:
            if child.name not in _MEDIA_FIELDS or child.name in quirks.instagram_refused_fields:
                raise GraphError("(#100) Please read documentation for supported fields.", 100)
        limit = _number(asked, "limit", DEFAULT_LIMIT)
        limit = max(1, min(limit, quirks.instagram_page_cap))
        since = _number(asked, "since", 0) if quirks.instagram_since else 0
        cursor = asked.modifiers.get("after")
        try:
            before = cursors.decode(cursor) if cursor else None
        except ValueError:
            raise GraphError("(#100) Invalid parameter", 100) from None
        posts = list(islice(_listed(account, now, since, before), limit + 1))
        page, more = posts[:limit], len(posts) > limit
        edge: dict[str, Any] = {"data": [self._item(post, asked.fields) for post in page]}
        if more or before is not None:
            # There is never a `next`, and no paging at all when everything fits on one page.
            marks = {}
            if before is not None:
                marks["before"] = cursors.encode(page[0].key if page else before)
            if more:
                marks["after"] = cursors.encode(page[-1].key)
            edge["paging"] = {"cursors": marks}
        return edge

    def _item(self, post: Post, fields: tuple[Field, ...]) -> dict[str, Any]:
        now = self._world.now
        counters = self._world.counters(post, now)
        item: dict[str, Any] = {}
        for asked in fields:
            value = _MEDIA_FIELDS[asked.name](post, counters, now)
            if value is not _ABSENT and not (
                asked.name == "view_count"
                and post.media not in VIDEOS
                and not self._world.quirks.instagram_image_views
            ):
                item[asked.key] = value
        item["id"] = post.id
        return item


def _listed(account: Account, now: int, since: int, before: cursors.Key | None) -> Any:
    """Pinned posts on top of the first page, the others newest first."""
    if account.pinned and before in (None, cursors.BEGINNING):
        for post in account.pinned:
            if _pinned(post, now) and post.published >= since and post.visible(now):
                yield post
    for post in account.newest(now, before):
        if post.published < since:
            return
        if not _pinned(post, now):
            yield post


def _pinned(post: Post, now: int) -> bool:
    return post.pinned is not None and post.pinned <= now


def _number(asked: Field, modifier: str, default: int) -> int:
    value = asked.modifiers.get(modifier)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise GraphError(f"(#100) Param {modifier} must be an integer", 100) from None


def _cannot_be_found(handle: str) -> GraphError:
    """The same for a name that nobody bears and for a personal account."""
    return GraphError(
        "Invalid user id",
        110,
        subcode=2207013,
        transient=False,
        title="Cannot find User",
        user_message=f"The user with username: {handle} cannot be found.",
    )


def _no_such_field(name: str) -> GraphError:
    return GraphError(
        f"(#100) Tried accessing nonexisting field ({name}) on node type (ShadowIGUser)", 100
    )


_ACCOUNT_FIELDS: dict[str, Callable[[Account, int], Any]] = {
    "id": lambda account, now: account.id,
    "username": lambda account, now: account.handle(now),
    "name": lambda account, now: account.title,
    "biography": lambda account, now: f"Akun resmi {account.title}",
    "website": lambda account, now: "https://www.kemenkum.go.id/",
    "profile_picture_url": lambda account, now: f"https://scontent.cdninstagram.com/{account.id}",
    "followers_count": lambda account, now: account.followers_at(now),
    "follows_count": lambda account, now: 40,
    "media_count": lambda account, now: account.count(now),
}


def _children(post: Post, counters: Counters, now: int) -> Any:
    if post.media != "CAROUSEL_ALBUM":
        return _ABSENT
    first = int(post.id)
    return {"data": [{"id": str(first + place)} for place in range(1, 4)]}


_MEDIA_FIELDS: dict[str, Callable[[Post, Counters, int], Any]] = {
    "id": lambda post, counters, now: post.id,
    "caption": lambda post, counters, now: post.text or _ABSENT,
    "media_type": lambda post, counters, now: "VIDEO" if post.media in VIDEOS else post.media,
    "media_product_type": lambda post, counters, now: "REELS" if post.media == "REELS" else "FEED",
    "media_url": lambda post, counters, now: (
        # Left out for licensed sound and where downloads are off.
        _ABSENT if post.media == "REELS" else f"https://scontent.cdninstagram.com/v/{post.id}.jpg"
    ),
    "permalink": lambda post, counters, now: post.url,
    "timestamp": lambda post, counters, now: timestamp(post.published),
    "username": lambda post, counters, now: post.account.handle(now),
    "children": _children,
    "like_count": lambda post, counters, now: (
        _ABSENT if post.hides("likes", now) else counters.likes
    ),
    "comments_count": lambda post, counters, now: (
        _ABSENT if post.hides("comments", now) else counters.comments
    ),
    "view_count": lambda post, counters, now: (
        _ABSENT if post.hides("views", now) else counters.views
    ),
    "total_like_count": lambda post, counters, now: (
        _ABSENT if post.hides("likes", now) else counters.likes
    ),
    "total_comments_count": lambda post, counters, now: (
        _ABSENT if post.hides("comments", now) else counters.comments
    ),
    "reposts_count": lambda post, counters, now: counters.shares,
    "shortcode": lambda post, counters, now: ids.shortcode(post.id),
    "thumbnail_url": lambda post, counters, now: (
        f"https://scontent.cdninstagram.com/v/{post.id}_t.jpg" if post.media in VIDEOS else _ABSENT
    ),
    "ig_id": lambda post, counters, now: post.id,
    "is_comment_enabled": lambda post, counters, now: True,
}
"""What can be read of a medium of somebody else; a hidden count is simply not there."""
