"""Facebook Pages: public content of Pages that are not ours (PPCA), and of those that gave a token.

Facts: developers.facebook.com, graph-api/reference/page/feed, …/published_posts and
features-reference/page-public-content-access; field syntax as recorded in `paging.next` of
public recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from heapq import nsmallest
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from tests.platforms import cursors, facebook_comments
from tests.platforms.calls import Calls
from tests.platforms.credentials import MetaGrant
from tests.platforms.graph import Field, Gate, GraphError, parse_fields, timestamp, unsupported_get
from tests.platforms.growth import DAY, HOUR, Counters
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import Account, Post, World

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_IDS = 50
POST_EDGES = ("posts", "feed", "published_posts")
_ABSENT = object()

REACTIONS = {"LIKE": 80, "LOVE": 12, "CARE": 3, "HAHA": 2, "WOW": 2, "SAD": 1, "ANGRY": 0}
"""How a hundred reactions are spread over the types; LIKE takes what rounding leaves."""

_ATTACHMENTS = {
    "link": "share",
    "profile_photo": "profile_media",
    "cover_photo": "cover_photo",
    "event": "event",
    "life_event": "life_event",
    "share": "share",
}
_MEDIA = {
    "album": ("album", "album"),
    "added_video": ("video_inline", "video"),
    "reel": ("video_inline", "video"),
    "live": ("live_video", "video"),
}
"""The `type` and `media_type` of what is attached; all else is a photo."""
_STATUSES = {"album": "added_photos", "reel": "added_video", "live": "added_video"}
_STORIES = {
    "profile_photo": "{title} memperbarui foto profilnya.",
    "cover_photo": "{title} memperbarui foto sampulnya.",
    "event": "{title} menambahkan acara.",
    "life_event": "{title} menambahkan peristiwa penting.",
    "share": "{title} membagikan sebuah postingan.",
}


class Facebook:
    """An account in the state `unpublished` is a Page that its own token alone still reads."""

    def __init__(self, world: World, gate: Gate, calls: Calls) -> None:
        self._world = world
        self._gate = gate
        self._calls = calls

    def answer(self, request: Request, path: list[str]) -> Response:
        """`path` is what follows the version: nothing, a node, or a node and an edge."""
        grant = self._gate.enter(request)
        headers = self._gate.count(request)
        if path == ["debug_token"]:
            return json_response(200, self._gate.inspect(request), headers)
        if path and path[0] == "me":
            path = [_oneself(grant), *path[1:]]
        by = grant.page
        is_own = bool(path) and by is not None and self._owner(path[0], by) == by
        if not is_own:
            self._allow(request, grant)
        if not path:
            payload = self._batch(request, by)
        elif len(path) == 1:
            fields = parse_fields(request.query.get("fields", "id,name"))
            payload = self._node(path[0], fields, by)
        elif len(path) == 2 and path[1] == "comments":
            payload = self._comments(request, path[0], by)
        elif len(path) == 2 and path[1] in POST_EDGES:
            payload = self._edge(request, path[0], path[1], by if is_own else None)
        else:
            raise GraphError(
                f"Unknown path components: /{'/'.join(path[1:])}", 2500, type="OAuthException"
            )
        return json_response(200, payload, headers)

    def _allow(self, request: Request, grant: MetaGrant) -> None:
        if not grant.pages:
            raise GraphError(
                "(#10) To use 'Page Public Content Access', your use of this endpoint must be "
                "reviewed and approved by Facebook.",
                10,
            )
        if grant.app_secret is not None and not request.query.get("appsecret_proof"):
            raise GraphError(
                "(#100) Pages Public Content Access requires either app secret proof or an app "
                "token",
                100,
            )

    def _owner(self, node: str, by: str) -> str | None:
        """The id of the Page that a node is, or is a post of."""
        post = self._world.post("facebook", node)
        account = post.account if post else self._page(node, by)
        return account.id if account else None

    # Objects

    def _batch(self, request: Request, by: str | None) -> dict[str, Any]:
        wanted = [one for one in request.query.get("ids", "").split(",") if one]
        if not wanted:
            raise GraphError(
                "Unsupported get request. Please read the Graph API documentation at "
                "https://developers.facebook.com/docs/graph-api",
                100,
                type="GraphMethodException",
            )
        if len(wanted) > MAX_IDS:
            raise GraphError(
                f"(#100) Too many IDs. Maximum: {MAX_IDS}. Provided: {len(wanted)}.", 100
            )
        self._calls.facebook_ids += len(wanted)
        fields = parse_fields(request.query.get("fields", "id,name"))
        found = {}
        for one in wanted:
            try:
                found[one] = self._node(one, fields, by)
            except GraphError as error:
                code = error.payload["error"]
                if code.get("error_subcode") != 33 or (
                    self._world.quirks.facebook_dead_id_fails_batch
                ):
                    raise
        return found

    def _node(self, node: str, fields: tuple[Field, ...], by: str | None = None) -> dict[str, Any]:
        post = self._world.post("facebook", node)
        if post is not None:
            if not post.visible(self._world.now) or self._page(post.account.id, by) is None:
                raise unsupported_get(node)
            return self._post(post, fields, own=by == post.account.id)
        account = self._page(node, by)
        if account is None:
            raise unsupported_get(node)
        now = self._world.now
        page: dict[str, Any] = {}
        for asked in fields:
            if asked.name not in _PAGE_FIELDS:
                raise _no_such_field(asked.name, "Page")
            value = _page_field(asked.name, account, now)
            if value is not _ABSENT:
                page[asked.key] = value
        page["id"] = account.id
        return page

    def _comments(self, request: Request, node: str, by: str | None) -> dict[str, Any]:
        """The comments of a post, as an edge of their own."""
        post = self._world.post("facebook", node)
        if post is None or not post.visible(self._world.now):
            raise unsupported_get(node)
        fields = parse_fields(request.query.get("fields", "created_time,message"))
        query = {
            k: v for k, v in request.query.items() if k in ("filter", "order", "limit", "after")
        }
        asked = Field("comments", "comments", {}, fields)
        own = by == post.account.id
        edge = facebook_comments.listing(self._world, post, asked, own, {"limit": "25", **query})
        return edge if isinstance(edge, dict) else {"data": []}

    def _page(self, node: str, by: str | None = None) -> Account | None:
        """A page by its id or its username, as the Page `by` may see it."""
        account = self._world.account("facebook", node) or self._world.by_handle("facebook", node)
        if account is None:
            return None
        state = account.state(self._world.now)
        return account if state == "ok" or (state == "unpublished" and account.id == by) else None

    # The posts of a page

    def _edge(self, request: Request, node: str, edge: str, own: str | None) -> dict[str, Any]:
        """The listing; `own` is the Page's id where its own token asks."""
        if own is None:
            self._allow_edge(edge)
        account = self._page(node, own)
        if account is None:
            raise unsupported_get(node)
        query = request.query
        fields = parse_fields(query.get("fields", "id,created_time,message,story"))
        for asked in fields:
            if asked.name not in _POST_FIELDS and asked.name != "updated_time":
                raise _no_such_field(asked.name, "Post")
        limit = _integer(query, "limit", DEFAULT_LIMIT)
        if limit > MAX_LIMIT:
            raise GraphError(f"(#100) The limit must not be greater than {MAX_LIMIT}", 100)
        since, until = _integer(query, "since", 0), _integer(query, "until", 2**62)
        cursor = query.get("after")
        try:
            before = cursors.decode(cursor) if cursor else None
        except ValueError:
            raise GraphError("(#100) Invalid cursors values", 100) from None
        hidden = () if own and edge == "published_posts" else self._left_out(account)
        shown = (p for p in self._between(account, since, until, before) if p.id not in hidden)
        posts = list(islice(shown, max(1, limit) + 1))
        page, more = posts[:limit], len(posts) > limit
        more = more or (self._world.quirks.facebook_empty_last_page and len(page) == limit)
        payload: dict[str, Any] = {
            "data": [self._post(post, fields, own=own is not None) for post in self._ranked(page)]
        }
        if page:
            after = cursors.encode(page[-1].key)
            paging: dict[str, Any] = {
                "cursors": {"before": cursors.encode(page[0].key, salt=1), "after": after}
            }
            if more:
                paging["next"] = self._next(request, after)
            payload["paging"] = paging
        return payload

    def _allow_edge(self, edge: str) -> None:
        quirks = self._world.quirks
        allowed = (
            quirks.facebook_published_posts_allowed
            if edge == "published_posts"
            else quirks.facebook_posts_allowed
        )
        if not allowed:
            raise GraphError(
                "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page "
                "Public Content Access' feature.",
                10,
            )

    def _left_out(self, account: Account) -> Container[str]:
        """The ids of the last year's posts that did not make it into the ranked listing."""
        most = self._world.quirks.facebook_listed_per_year
        if len(account.feed) <= most:
            return ()
        year_ago = self._world.now - 365 * DAY
        recent = [p.id for p in account.newest(self._world.now) if p.published > year_ago]
        best = set(nsmallest(most, recent, key=lambda id: crc32(id.encode())))
        return {id for id in recent if id not in best}

    def _between(
        self, account: Account, since: int, until: int, before: cursors.Key | None
    ) -> Iterator[Post]:
        by_update = self._world.quirks.facebook_since_by_update
        for post in account.newest(self._world.now, before):
            if post.published < since and not by_update:
                return
            if post.published <= until and self._moment(post, by_update) >= since:
                yield post

    def _moment(self, post: Post, by_update: bool) -> int:
        return self._updated(post) if by_update else post.published

    def _updated(self, post: Post) -> int:
        """The last comment, as it were: posts with comments are updated for a day and a half."""
        now = self._world.now
        if not self._world.counters(post, now).comments:
            return post.published
        return min(now, post.published + 36 * HOUR)

    def _ranked(self, posts: list[Post]) -> list[Post]:
        """The feed is `ranked`: nothing promises that it is in order."""
        if not self._world.quirks.facebook_ranked:
            return posts
        return [post for pair in zip(posts[1::2], posts[::2], strict=False) for post in pair] + (
            posts[-1:] if len(posts) % 2 else []
        )

    def _next(self, request: Request, after: str) -> str:
        """The address of the next page, which carries the access token as the real one does."""
        query = dict(request.query)
        query.pop("appsecret_proof", None)
        query["access_token"] = self._gate.token(request)
        query["after"] = after
        host = request.headers.get("host", "graph.facebook.com")
        return f"http://{host}{request.path}?{urlencode(query)}"

    def _post(self, post: Post, fields: tuple[Field, ...], *, own: bool) -> dict[str, Any]:
        now = self._world.now
        counters = self._world.counters(post, now)
        item: dict[str, Any] = {}
        for asked in fields:
            if asked.name == "comments" and asked.fields:  # themselves, not how many
                edge = facebook_comments.listing(self._world, post, asked, own, {})
                item |= {asked.key: edge} if edge is not None else {}
                continue
            if asked.name == "updated_time":
                item[asked.key] = timestamp(self._updated(post))
                continue
            read = _POST_FIELDS.get(asked.name)
            if read is None:
                raise _no_such_field(asked.name, "Post")
            value = read(asked, post, counters)
            if value is not _ABSENT:
                item[asked.key] = value
        item["id"] = post.id
        return item


def _attachments(asked: Field, post: Post, counters: Counters) -> Any:
    """What is attached; a mere text has nothing, and no such field."""
    if post.kind not in _ATTACHMENTS and post.media == "mobile_status_update":
        return _ABSENT
    return {"data": [_attachment(asked, post)]}


def _reactions(asked: Field, post: Post, counters: Counters) -> Any:
    return _summary(asked, _of_type(counters.likes, asked.modifiers.get("type")))


def _comments(asked: Field, post: Post, counters: Counters) -> Any:
    total = counters.comments
    if asked.modifiers.get("filter") != "stream":
        total -= total // 4  # Replies to comments are counted in the stream alone.
    return _summary(asked, total)


def _story(asked: Field, post: Post, counters: Counters) -> Any:
    story = _STORIES.get(post.kind)
    return story.format(title=post.account.title) if story else _ABSENT


_POST_FIELDS: dict[str, Callable[[Field, Post, Counters], Any]] = {
    "id": lambda asked, post, counters: post.id,
    "created_time": lambda asked, post, counters: timestamp(post.published),
    "message": lambda asked, post, counters: post.text or _ABSENT,
    "story": _story,
    "permalink_url": lambda asked, post, counters: post.url,
    "status_type": lambda asked, post, counters: _STATUSES.get(post.media, post.media),
    "is_published": lambda asked, post, counters: True,
    "from": lambda asked, post, counters: {
        "name": post.account.title,
        "id": post.account.id,
    },
    "parent_id": lambda asked, post, counters: post.refers_to or _ABSENT,
    "full_picture": lambda asked, post, counters: f"https://scontent.xx.fbcdn.net/v/{post.id}.jpg",
    "attachments": _attachments,
    "reactions": _reactions,
    "likes": lambda asked, post, counters: _summary(asked, _of_type(counters.likes, "LIKE")),
    "comments": _comments,
    "shares": lambda asked, post, counters: (
        {"count": counters.shares} if counters.shares else _ABSENT
    ),
}


def _attachment(asked: Field, post: Post) -> dict[str, Any]:
    type, media_type = _MEDIA.get(post.media, ("photo", "photo"))
    whole = {
        "type": _ATTACHMENTS.get(post.kind, type),
        "media_type": media_type,
        "title": post.title,
        "url": post.url,
        "target": {"id": post.refers_to or post.id.partition("_")[2], "url": post.url},
    }
    if post.kind == "link":  # to an address outside, which Facebook leads to by way of its own
        away = {"url": f"https://l.facebook.com/l.php?{urlencode({'u': post.refers_to})}"}
        whole |= {"media_type": "link", "unshimmed_url": post.refers_to, **away, "target": away}
    names = [child.name for child in asked.fields] or list(whole)
    return {name: whole[name] for name in names if name in whole}


def _summary(asked: Field, total: int) -> dict[str, Any]:
    """An edge with its summary, when that was asked; without `limit(0)` people would follow."""
    limit = asked.modifiers.get("limit", "")
    shown = min(total, int(limit) if limit.isdigit() else DEFAULT_LIMIT)
    people = [{"id": str(10**14 + number)} for number in range(shown)] if shown else []
    edge: dict[str, Any] = {"data": people}
    summary = asked.modifiers.get("summary", "")
    if summary in ("true", "1") or "total_count" in summary:
        edge["summary"] = {"total_count": total}
    return edge


def _of_type(total: int, reaction: str | None) -> int:
    if reaction is None or reaction == "NONE":
        return total
    others = {name: total * part // 100 for name, part in REACTIONS.items() if name != "LIKE"}
    if reaction == "LIKE":
        return total - sum(others.values())
    if reaction not in others:
        raise GraphError(f"(#100) Param type must be one of {sorted(REACTIONS)}", 100)
    return others[reaction]


_PAGE_FIELDS = frozenset(
    {"id", "name", "username", "followers_count", "fan_count", "link", "is_published"}
)


def _page_field(name: str, account: Account, now: int) -> Any:
    followers = account.followers_at(now)
    match name:
        case "id":
            return account.id
        case "name":
            return account.title
        case "username":
            return account.handle(now)
        case "link":
            return f"https://www.facebook.com/{account.handle(now)}"
        case "is_published":
            return account.state(now) == "ok"
        case "fan_count":
            return _ABSENT if followers is None else followers * 19 // 20
    return _ABSENT if followers is None else followers


def _oneself(grant: MetaGrant) -> str:
    """Whom `me` names: the Page whose token it is; an app is nobody."""
    if grant.page is None:
        raise GraphError(
            "An active access token must be used to query information about the current user.", 2500
        )
    return grant.page


def _no_such_field(name: str, node: str) -> GraphError:
    return GraphError(
        f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})", 100
    )


def _integer(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise GraphError(f"(#100) Param {name} must be an integer", 100) from None
