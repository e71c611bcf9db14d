"""X's recent search, and the replies and mentions of a world as posts of X.

Facts: xdevplatform/docs (x-api/posts/search/integrate/{operators,build-a-query,paginate}.mdx,
fundamentals/data-dictionary). Found is what was posted in the last seven days, up to 30 seconds
ago, the newest first; each post that is returned is billed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from html import escape
from typing import Any, NamedTuple

from tests.platforms import cursors
from tests.platforms.calls import Calls
from tests.platforms.comments import Comment
from tests.platforms.growth import DAY
from tests.platforms.world import Account, Post, World
from tests.platforms.x import (
    _SHARED_PARAMETERS,
    LONGEST_QUERY,
    POST_FIELDS,
    TEXT_LENGTH,
    Parameters,
    X,
    _bound,
    _envelope,
    _fields,
    _instant,
    _known,
    invalid_request,
    not_authorized,
    not_found,
    rfc3339,
)

BACK = 7 * DAY
LATEST = 30
"""Seconds: what is newer is not found yet, unless `end_time` says so."""
LEAST, MOST, DEFAULT = 10, 100, 10
_TOKEN = re.compile(r"-?\(|\)|[^\s()]+")
_PARAMETERS = _SHARED_PARAMETERS | {
    "query", "max_results", "start_time", "end_time", "since_id", "until_id", "next_token",
    "pagination_token", "sort_order",
}  # fmt: skip


class Found(NamedTuple):
    """What a query looks at, in a post of either kind; `names` are handles and ids alike."""

    id: str
    at: int
    authors: frozenset[str]
    answered: frozenset[str]
    mentioned: frozenset[str]
    conversation: str
    is_reply: bool
    is_retweet: bool
    of: Comment | Post


Test = Callable[[Found], bool]


class XComments:
    def __init__(self, world: World, calls: Calls, posts: X) -> None:
        self._world = world
        self._calls = calls
        self._posts = posts
        self._sorted: list[Comment | Post] = []
        self._counted = -1

    def search(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _PARAMETERS)
        meets = _parsed(query.get("query", ""))
        size, before = _size(query), _token(query)
        begin, end = self._span(query)
        above, below = _bound(query, "since_id", 0), _bound(query, "until_id", 2**63)
        fields = _fields(query, "tweet.fields", POST_FIELDS)
        found = sorted(
            (
                one
                for one in self._all(begin, end)
                if above < int(one.id) < below
                and (before is None or (one.at, one.id) < before)
                and meets(one)
            ),
            key=lambda one: (one.at, one.id),
            reverse=True,
        )
        page = found[:size]
        data = [self._object(one.of, fields) for one in page]
        meta: dict[str, Any] = {"result_count": len(data)}
        if data:
            meta["newest_id"], meta["oldest_id"] = data[0]["id"], data[-1]["id"]
        if len(found) > size:
            meta["next_token"] = cursors.encode((page[-1].at, page[-1].id))
        return {**_envelope(data, []), "meta": meta}

    def _span(self, query: Parameters) -> tuple[int, int]:
        now = self._world.now
        begin = _instant(query, "start_time", now - BACK)
        end = _instant(query, "end_time", now - LATEST + 1)
        if begin < now - BACK:
            raise invalid_request(
                "start_time",
                query.get("start_time", ""),
                "Invalid 'start_time'. 'start_time' must be on or after seven days ago.",
            )
        if not begin < end:
            raise invalid_request("end_time", "", "'end_time' must be later than 'start_time'.")
        return begin, end

    def _all(self, begin: int, end: int) -> Iterator[Found]:
        now, every = self._world.now, self._in_order()
        first, last = (bisect_left(every, at, key=_instant_of) for at in (begin, end))
        for one in every[first:last]:
            if not one.visible(now):
                continue
            if isinstance(one, Comment):
                if not self._problem_of(one):
                    yield self._found(one)
            elif one.account.state(now) == "ok":
                yield self._found_post(one)

    def _in_order(self) -> list[Comment | Post]:
        """All of X's, the oldest first; sorted anew when there are more."""
        comments, posts = self._world.comments.all, self._world.posts
        if self._counted != len(comments) + len(posts):
            self._counted = len(comments) + len(posts)
            found: list[Comment | Post] = [c for c in comments if c.post.account.platform == "x"]
            found += [post for post in posts if post.account.platform == "x"]
            self._sorted = sorted(found, key=_instant_of)
        return self._sorted

    def _found(self, comment: Comment) -> Found:
        answered = self._answered(comment)
        return Found(
            id=comment.id,
            at=comment.at,
            authors=frozenset({comment.author_id, self._name(comment).casefold()}),
            answered=frozenset(one.casefold() for one in answered[1:]) if answered else frozenset(),
            mentioned=frozenset(name.casefold() for _, name in self._mentioned(comment)),
            conversation=self._conversation(comment),
            is_reply=answered is not None,
            is_retweet=False,
            of=comment,
        )

    def _found_post(self, post: Post) -> Found:
        own = frozenset({post.account.id, post.account.handle(self._world.now).casefold()})
        return Found(
            id=post.id,
            at=post.published,
            authors=own,
            answered=own if post.kind == "thread_part" else frozenset(),
            mentioned=frozenset(),
            conversation=post.thread_of or post.id,
            is_reply=post.kind in ("reply", "thread_part"),
            is_retweet=post.kind == "repost",
            of=post,
        )

    # Posts by their ids

    def problem(self, comment: Comment, wanted: str, parameter: str) -> dict[str, Any] | None:
        """What X says of one that cannot be read."""
        if not comment.visible(self._world.now):
            return not_found(wanted, parameter)
        problem = self._problem_of(comment)
        if problem == "locked":
            return not_authorized(wanted, "tweet", parameter)
        return not_found(wanted, parameter) if problem else None

    def _problem_of(self, comment: Comment) -> str:
        if isinstance(comment.author, Account):
            state = comment.author.state(self._world.now)
            return {"ok": "", "protected": "locked"}.get(state, state)
        return "locked" if comment.author in self._world.quirks.x_locked else ""

    def _object(self, of: Comment | Post, fields: frozenset[str]) -> dict[str, Any]:
        if isinstance(of, Post):
            return self._posts._tweet_object(of, of.id, fields)
        return self.tweet(of, fields)

    def tweet(self, comment: Comment, fields: frozenset[str]) -> dict[str, Any]:
        """A reply or mention, which names at its beginning whom it speaks to."""
        self._calls.x_post(comment.id, self._world.now)
        mentioned = self._mentioned(comment)
        text = " ".join([*(f"@{name}" for _, name in mentioned), comment.text])
        cut = len(text) > TEXT_LENGTH
        tweet: dict[str, Any] = {
            "id": comment.id,
            "text": escape(text[: TEXT_LENGTH - 1] + "…" if cut else text, quote=False),
            "edit_history_tweet_ids": [comment.id],
        }
        answered = self._answered(comment)
        told: dict[str, Any] = {
            "author_id": comment.author_id,
            "created_at": rfc3339(comment.at),
            "conversation_id": self._conversation(comment),
            "lang": "in",
        }
        if answered:
            told["referenced_tweets"] = [{"type": "replied_to", "id": answered[0]}]
            told["in_reply_to_user_id"] = answered[1]
        if mentioned:
            told["entities"] = {"mentions": _entities(mentioned)}
        if cut:
            told["note_tweet"] = {"text": escape(text, quote=False)}
        if comment.id in self._world.quirks.x_withheld:
            told["withheld"] = {"copyright": False, "country_codes": ["ID"]}
        return tweet | {name: value for name, value in told.items() if name in fields}

    # Who speaks to whom

    def _name(self, comment: Comment) -> str:
        if isinstance(comment.author, Account):
            return comment.author.handle(self._world.now)
        return re.sub(r"\W", "_", comment.name)[:15]

    def _answered(self, comment: Comment) -> tuple[str, str, str] | None:
        """The id of the post that it answers, with its author's id and handle."""
        if comment.parent is not None:
            parent = comment.parent
            return parent.id, parent.author_id, self._name(parent)
        if comment.mention:
            return None
        account = comment.post.account
        return comment.post.id, account.id, account.handle(self._world.now)

    def _conversation(self, comment: Comment) -> str:
        root = comment.root
        return root.id if root.mention else root.post.thread_of or root.post.id

    def _mentioned(self, comment: Comment) -> list[tuple[str, str]]:
        """Everybody who takes part in what it answers, by id and handle, but its author."""
        account = comment.post.account
        people = {account.id: account.handle(self._world.now)}
        above = comment.parent
        while above is not None:
            people.setdefault(above.author_id, self._name(above))
            above = above.parent
        people.pop(comment.author_id, None)
        return list(people.items())


def _instant_of(one: Comment | Post) -> int:
    return one.at if isinstance(one, Comment) else one.published


def _entities(mentioned: list[tuple[str, str]]) -> list[dict[str, Any]]:
    found, at = [], 0
    for user, name in mentioned:
        end = at + 1 + len(name)
        found.append({"start": at, "end": end, "username": name, "id": user})
        at = end + 1
    return found


# Queries: words side by side are all meant, OR binds less, brackets most


def _parsed(text: str) -> Test:
    if not 0 < len(text) <= LONGEST_QUERY:
        raise invalid_request("query", text, "There were errors processing your request")
    tokens = _TOKEN.findall(text)
    test = _either(tokens)
    if tokens:
        raise invalid_request("query", text, f"mismatched input '{tokens[0]}'")
    return test


def _either(tokens: list[str]) -> Test:
    tests = [_both(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        tests.append(_both(tokens))
    return lambda found: any(test(found) for test in tests)


def _both(tokens: list[str]) -> Test:
    tests = []
    while tokens and tokens[0] not in ("OR", ")"):
        tests.append(_single(tokens))
    if not tests:
        raise invalid_request("query", "", "no viable alternative")
    return lambda found: all(test(found) for test in tests)


def _single(tokens: list[str]) -> Test:
    token = tokens.pop(0)
    if token in ("(", "-("):
        test = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise invalid_request("query", "", "missing ')'")
    else:
        test = _operator(token.removeprefix("-"))
    return (lambda found: not test(found)) if token.startswith("-") else test


def _operator(token: str) -> Test:
    name, _, value = token.partition(":")
    value = value.casefold()
    match name:
        case "from":
            return lambda found: value in found.authors
        case "to":
            return lambda found: value in found.answered
        case "conversation_id":
            return lambda found: value == found.conversation
        case "is" if value == "reply":
            return lambda found: found.is_reply
        case "is" if value == "retweet":
            return lambda found: found.is_retweet
    if name.startswith("@"):
        mentioned = name[1:].casefold()
        return lambda found: mentioned in found.mentioned
    raise NotImplementedError(f"this stand-in does not know {token!r}")


def _size(query: Parameters) -> int:
    value = query.get("max_results", str(DEFAULT))
    if not value.isdigit() or not LEAST <= int(value) <= MOST:
        raise invalid_request("max_results", value, f"[{value}] is not between {LEAST} and {MOST}")
    return int(value)


def _token(query: Parameters) -> cursors.Key | None:
    value = query.get("next_token") or query.get("pagination_token")
    try:
        return cursors.decode(value) if value else None
    except ValueError:
        raise invalid_request("next_token", value or "", f"[{value}] is not valid") from None
