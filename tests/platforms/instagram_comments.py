"""Instagram's comments, as the owner of the media sees them through the Graph API.

`GET /{ig-user-id}/media`, `/{ig-media-id}/comments`, `/{ig-comment-id}`, `/{ig-comment-id}/replies`
and `/?ids=` of comments, with nested edges. Top-level comments come newest first, 50 a query at
most; replies hang below the comment that begins the thread, one level; an edge without anything on
it is left out of the answer.

Facts: developers.facebook.com, instagram-platform/instagram-graph-api/reference/ig-media/comments,
…/ig-comment, …/ig-user/media.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from tests.platforms import cursors
from tests.platforms.comments import Comment
from tests.platforms.graph import Field, GraphError, parse_fields, timestamp, unsupported_get
from tests.platforms.wire import Request
from tests.platforms.world import Account, Post, World

MOST_COMMENTS = 50
DEFAULT_LIMIT = 25
_ABSENT = object()


class InstagramComments:
    """What the app's token reads of accounts that are our business's own."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request, parts: list[str]) -> dict[str, Any]:
        fields = parse_fields(request.query.get("fields", "id,text,timestamp"))
        match parts:
            case []:
                return self._batch(request, fields)
            case [node]:
                return self._comment(self._held(node), fields)
            case [node, "media"]:
                return self._media(request, node, fields)
            case [node, "comments"]:
                return self._top(request, self._roots(self._post(node)), fields)
            case [node, "replies"]:
                return self._top(request, self._replies(self._held(node)), fields)
        raise GraphError(f"Unknown path components: /{'/'.join(parts[1:])}", 2500)

    # Objects

    def _batch(self, request: Request, fields: tuple[Field, ...]) -> dict[str, Any]:
        wanted = [one for one in request.query.get("ids", "").split(",") if one]
        if not wanted or len(wanted) > 50:
            raise GraphError(f"(#100) Too many IDs. Maximum: 50. Provided: {len(wanted)}.", 100)
        found = {}
        for one in wanted:
            try:
                found[one] = self._comment(self._held(one), fields)
            except GraphError:
                if self._world.quirks.graph_dead_id_fails_batch:
                    raise
        return found

    def _held(self, node: str) -> Comment:
        comment = self._world.comments.get("instagram", node)
        if comment is None or not comment.visible(self._world.now) or self._is_gone(comment.post):
            raise unsupported_get(node)
        self._check_ours(comment.post.account, node)
        return comment

    def _post(self, node: str) -> Post:
        post = self._world.post("instagram", node)
        if post is None or self._is_gone(post):
            raise unsupported_get(node)
        self._check_ours(post.account, node)
        return post

    def _is_gone(self, post: Post) -> bool:
        return not post.visible(self._world.now)

    def _check_ours(self, account: Account, node: str) -> None:
        if account.state(self._world.now) != "ok":
            raise unsupported_get(node)
        if account.id in self._world.quirks.instagram_not_ours:
            raise GraphError("(#10) Application does not have permission for this action", 10)

    # Edges

    def _media(self, request: Request, node: str, fields: tuple[Field, ...]) -> dict[str, Any]:
        account = self._world.account("instagram", node)
        if account is None:
            raise unsupported_get(node)
        self._check_ours(account, node)
        before, limit = _place(request.query.get("after")), _limit(request.query.get("limit"), 100)
        posts = list(islice(account.newest(self._world.now, before), limit + 1))
        page = [self._medium(post, fields) for post in posts[:limit]]
        return _edge(request, page, [post.key for post in posts], limit)

    def _medium(self, post: Post, fields: tuple[Field, ...]) -> dict[str, Any]:
        item: dict[str, Any] = {}
        for asked in fields:
            if asked.name == "comments":
                _put(item, asked, self._nested(asked, self._roots(post)))
            elif asked.name in _MEDIA:
                item[asked.key] = _MEDIA[asked.name](post)
            else:
                raise _no_such_field(asked.name, "ShadowIGMedia")
        item["id"] = post.id
        return item

    def _roots(self, post: Post) -> list[Comment]:
        below = self._world.comments.below(post, self._world.now)
        return [comment for comment in reversed(below) if comment.parent is None]

    def _replies(self, root: Comment) -> list[Comment]:
        """What answers a comment; an answer to an answer hangs below the thread's beginning."""
        below = self._world.comments.below(root.post, self._world.now)
        return [
            comment for comment in reversed(below) if comment is not root and comment.root is root
        ]

    def _nested(self, asked: Field, comments: list[Comment]) -> Any:
        if not comments:
            return _ABSENT
        limit = _limit(asked.modifiers.get("limit"), MOST_COMMENTS)
        return self._listed(None, comments, asked.fields, limit)

    def _top(
        self, request: Request, comments: list[Comment], fields: tuple[Field, ...]
    ) -> dict[str, Any]:
        limit = _limit(request.query.get("limit"), MOST_COMMENTS)
        before = _place(request.query.get("after"))
        rest = [c for c in comments if before is None or (c.at, c.id) < before]
        return self._listed(request, rest, fields, limit)

    def _listed(
        self,
        request: Request | None,
        comments: Sequence[Comment],
        fields: tuple[Field, ...],
        limit: int,
    ) -> dict[str, Any]:
        page = [self._comment(comment, fields) for comment in comments[:limit]]
        return _edge(request, page, [(c.at, c.id) for c in comments], limit)

    def _comment(self, comment: Comment, fields: tuple[Field, ...]) -> dict[str, Any]:
        item: dict[str, Any] = {}
        for asked in fields:
            if asked.name == "replies":
                replies = self._replies(comment) if comment.parent is None else []
                _put(item, asked, self._nested(asked, replies))
            elif asked.name == "media":
                item[asked.key] = self._medium(comment.post, asked.fields)
            elif asked.name in _COMMENT:
                _put(item, asked, _COMMENT[asked.name](comment, self._world.now))
            else:
                raise _no_such_field(asked.name, "IGComment")
        item["id"] = comment.id
        return item


def _put(item: dict[str, Any], asked: Field, value: Any) -> None:
    if value is not _ABSENT:
        item[asked.key] = value


def _edge(
    request: Request | None, page: list[dict[str, Any]], keys: list[cursors.Key], limit: int
) -> dict[str, Any]:
    edge: dict[str, Any] = {"data": page}
    if page:
        after = cursors.encode(keys[len(page) - 1])
        edge["paging"] = {"cursors": {"before": cursors.encode(keys[0]), "after": after}}
        if len(keys) > limit:
            query = dict(request.query) if request else {}
            path = request.path if request else "/v26.0/nested"
            address = f"https://graph.facebook.com{path}?{urlencode({**query, 'after': after})}"
            edge["paging"]["next"] = address
    return edge


def _limit(given: str | None, most: int) -> int:
    if given is None:
        return min(DEFAULT_LIMIT, most)
    if not given.isdigit():
        raise GraphError("(#100) Param limit must be an integer", 100)
    return max(1, min(int(given), most))


def _place(cursor: str | None) -> cursors.Key | None:
    try:
        return cursors.decode(cursor) if cursor else None
    except ValueError:
        raise GraphError("(#100) Invalid parameter", 100) from None


def _no_such_field(name: str, node: str) -> GraphError:
    return GraphError(
        f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})", 100
    )


_MEDIA: dict[str, Callable[[Post], Any]] = {
    "id": lambda post: post.id,
    "timestamp": lambda post: timestamp(post.published),
    "permalink": lambda post: post.url,
    "media_product_type": lambda post: "REELS" if post.media == "REELS" else "FEED",
}

_COMMENT: dict[str, Callable[[Comment, int], Any]] = {
    "id": lambda comment, now: comment.id,
    "text": lambda comment, now: comment.text,
    "timestamp": lambda comment, now: timestamp(comment.at),
    "username": lambda comment, now: comment.name,
    "from": lambda comment, now: {"id": comment.author_id, "username": comment.name},
    "hidden": lambda comment, now: comment.is_hidden(now),
    "like_count": lambda comment, now: 0,
    "parent_id": lambda comment, now: comment.root.id if comment.parent else _ABSENT,
}
