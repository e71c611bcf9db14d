"""What a look at a world shows, told apart by the rules: who began a thread, who answered it.

And how an answer is changed in one place before an adapter reads it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st

from functions.listen.contract import Comment, Glance
from tests.collect.api import Api
from tests.platforms.app import App
from tests.platforms.wire import Response
from tests.platforms.world import Account

# What may stand where something else should.
ODD: list[Any] = [
    None, "", "kata", "a\x00b", 0, -1, 1.5, 2**70, True, [], {}, [None], [{}], {"value": 5}, "12",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-10-20T01:00:00", "a" * 30_000, "\ud83d",
]  # fmt: skip


@st.composite
def with_an_odd_place(draw: st.DrawFn, item: Any) -> Any:
    """The item with one of its places changed, however deep."""
    changed = copy.deepcopy(item)
    place = draw(st.sampled_from(list(_places(changed))))
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = draw(st.sampled_from(ODD))
    return changed


def _places(item: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = item.items() if isinstance(item, dict) else enumerate(item)
    for key, value in pairs:
        yield (*way, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*way, key))


def answer_raw(api: Api, path: str, payload: Any, *, silent: str = "") -> None:
    """From now on this answer of one path, with whatever JSON can hold; none at ``silent``."""
    app = api.server.app

    def scripted(request: Any, route: Any) -> Response:
        if route.template == silent:
            return Response(404)
        if route.template == path:
            return Response(200, json.dumps(payload).encode())
        return App._answer(app, request, route)

    app._answer = scripted  # type: ignore[method-assign]


def keep_answers(api: Api) -> dict[str, Any]:
    """What the stand-in answered last, from now on."""
    app, payload = api.server.app, dict[str, Any]()

    def keep(request: Any, route: Any) -> Response:
        answer = App._answer(app, request, route)
        payload.update(json.loads(answer.body))
        return answer

    app._answer = keep  # type: ignore[method-assign]
    return payload


class Answer(NamedTuple):
    """The earliest answer: the account's own, or without one another registered account's."""

    at: datetime
    by: str


def answers(
    glance: Glance, account: Account, registered: Iterable[Account]
) -> dict[str, Answer | None]:
    """The threads that somebody else began, by id, each with its answer."""
    others = {one.id for one in registered} - {account.id}
    held = {comment.id: comment for comment in glance.comments}
    begun = {
        one.id: one
        for one in glance.comments
        if one.parent is None and one.author not in {account.id, *others}
    }
    found: dict[str, dict[str, datetime]] = {name: {} for name in begun}
    for one in glance.comments:
        root, by = _root(one, held), _by(one, account, others)
        if root in begun and by and one.at > begun[root].at:
            found[root][by] = min(one.at, found[root].get(by, one.at))
    return {name: _earliest(times) for name, times in found.items()}


def _by(one: Comment, account: Account, others: set[str]) -> str:
    if one.is_own or one.author == account.id:
        return "own"
    return "other" if one.author in others else ""


def _earliest(times: dict[str, datetime]) -> Answer | None:
    by = next((by for by in ("own", "other") if by in times), None)
    return Answer(times[by], by) if by else None


def _root(one: Comment, held: dict[str, Comment]) -> str | None:
    seen = set()
    while one.parent is not None and one.id not in seen:
        seen.add(one.id)
        if one.parent not in held:
            return one.parent
        one = held[one.parent]
    return one.id
