"""Facebook's comments below a Page's posts, as the Page itself and as the public may read them.

With the Page's own token each comment has its `id` and its author, and hidden ones are shown as
such. By Page Public Content Access there is no `id`, and `from` only where the Page itself wrote
it; `permalink_url` names the thread and the reply.

Facts: developers.facebook.com, graph-api/reference/object/comments; recorded answers in
sns-sdks/python-facebook (comments_p1.json).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.platforms import cursors
from tests.platforms.comments import Comment
from tests.platforms.graph import Field, GraphError, timestamp
from tests.platforms.world import Post, World

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
_ABSENT = object()


def listing(world: World, post: Post, asked: Field, own: bool, query: dict[str, str]) -> Any:
    """The edge as asked for; None where there is nothing on it. `asked.modifiers` say how; `query`
    is that of the request where the edge itself is its path."""
    how = {**asked.modifiers, **query}
    order = how.get("order", "ranked")
    if order not in ("chronological", "reverse_chronological", "ranked"):
        raise GraphError(f"(#100) Param order must be one of the known ones, not {order}", 100)
    comments = [
        comment
        for comment in world.comments.below(post, world.now)
        if (own or not comment.is_hidden(world.now))
        and (how.get("filter") == "stream" or comment.parent is None)
    ]
    if order != "chronological":
        comments.reverse()
    limit = how.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdigit() or int(limit) > MAX_LIMIT:
        raise GraphError("(#100) Param limit must be an integer of 100 at most", 100)
    start = _start(comments, how.get("after"))
    page = comments[start : start + int(limit)]
    if not page and not query:
        return None
    edge: dict[str, Any] = {"data": [_shown(world, c, asked.fields, own) for c in page]}
    if page:
        after = cursors.encode((page[-1].at, page[-1].id))
        edge["paging"] = {
            "cursors": {"before": cursors.encode((page[0].at, page[0].id)), "after": after}
        }
        if start + len(page) < len(comments):
            told = urlencode({**how, "after": after, "access_token": "a-token"})
            edge["paging"]["next"] = f"https://graph.facebook.com/v26.0/{post.id}/comments?{told}"
    return edge


def _start(comments: list[Comment], cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        key = cursors.decode(cursor)
    except ValueError:
        raise GraphError("(#100) Invalid cursors values", 100) from None
    places = [n for n, c in enumerate(comments) if (c.at, c.id) == key]
    return places[0] + 1 if places else 0


def _shown(world: World, comment: Comment, fields: tuple[Field, ...], own: bool) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for asked in fields:
        value = _field(world, comment, asked, own)
        if value is not _ABSENT:
            item[asked.key] = value
    if own:
        item["id"] = comment.id
    return item


def _field(world: World, comment: Comment, asked: Field, own: bool) -> Any:
    if asked.name in world.quirks.facebook_refused_comment_fields and not own:
        raise _no_such_field(asked.name)
    match asked.name:
        case "id":
            return comment.id if own else _ABSENT
        case "message":
            return comment.text
        case "created_time":
            return timestamp(comment.at)
        case "parent":
            return {"id": comment.parent.id} if own and comment.parent else _ABSENT
        case "from":
            is_page = comment.author is comment.post.account
            return _author(comment, asked) if own or is_page else _ABSENT
        case "is_hidden":
            return comment.is_hidden(world.now)
        case "permalink_url":
            return permalink(comment)
        case "comment_count":
            return sum(answer.visible(world.now) for answer in comment.answers)
        case "like_count":
            return 0
    raise _no_such_field(asked.name)


def _author(comment: Comment, asked: Field) -> dict[str, str]:
    whole = {"id": comment.author_id, "name": comment.name}
    names = [child.name for child in asked.fields] or list(whole)
    return {name: whole[name] for name in names}


def permalink(comment: Comment) -> str:
    """Where a comment is seen: the thread's number, and the reply's."""
    page, _, post = comment.post.id.rpartition("_")
    names = {"comment_id": _number(comment.root)}
    if comment.parent is not None:
        names["reply_comment_id"] = _number(comment)
    return f"https://www.facebook.com/{page}/posts/{post}/?{urlencode(names)}"


def _number(comment: Comment) -> str:
    return comment.id.rpartition("_")[2]


def _no_such_field(name: str) -> GraphError:
    return GraphError(
        f"(#100) Tried accessing nonexisting field ({name}) on node type (Comment)", 100
    )
