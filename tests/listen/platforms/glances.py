"""What a look at a world shows, told apart by the rules: who began a thread, who answered it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from functions.listen.contract import Comment, Glance
from tests.platforms.world import Account


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
