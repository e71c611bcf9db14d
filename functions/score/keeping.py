"""Keeping posts that are still needed: those of months that are not frozen and published yet.

A post's document says when it expires as it is written: weeks after the end of its month, when that
has long been frozen. So this costs a read and a write a month. Where a month is not
frozen by then (an objection that nobody answers, a computer whose clock is behind, a site that
cannot be reached), its posts are written again, some in each run, with a later expiry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from functions import log
from functions.model import iso, month_bounds
from functions.score.rules.closing import months_between
from functions.score.run import Run
from functions.store.expiry import NOTICE, POSTS
from functions.store.port import Conflict

MOST = 2_000  # posts that one run writes again at most
FIRST = min(POSTS.values())  # after the end of their month the first posts expire

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class KeptUntil(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a month's posts are kept; the cursor holds it under ``posts``, by month.

    ``until``: every post is kept at least so long; None: each as it was written. ``following``:
    what ``until`` becomes after the round of keeping under way, which goes on with the posts
    published from ``since`` on. ``may_go``: the posts may expire.
    """

    until: _Instant | None = None
    following: _Instant | None = None
    since: str | None = None
    may_go: bool = False


def keep_needed(run: Run, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the posts that a month still needs; returns what to note in the cursor."""
    if run.agency.simulation:
        return {}
    noted: dict[str, Any] = {}
    for month, standing in _due(run, cursor):
        now = KeptUntil(may_go=True) if run.is_done(month) else _kept(run, month, standing)
        if now != standing:
            noted[month] = msgspec.to_builtins(now)
    return {"posts": noted} if noted else {}


def _due(run: Run, cursor: Mapping[str, Any]) -> Iterator[tuple[str, KeptUntil]]:
    """The months whose posts would expire soon, and are not known to be free to."""
    # The earlier of the two: neither a replay nor a clock that is behind finds posts due too soon.
    now, zone = min(run.now, run.clock), run.agency.zone
    for month in months_between(run.began_at, now, zone):
        standing = _standing(cursor, month)
        until = standing.until or month_bounds(month, zone)[1] + FIRST
        if not standing.may_go and (standing.since or until - NOTICE <= now):
            yield month, standing


def _standing(cursor: Mapping[str, Any], month: str) -> KeptUntil:
    """What the cursor notes of a month; the defaults where it notes nothing readable."""
    try:
        return msgspec.convert(cursor["posts"][month], KeptUntil)
    except (KeyError, TypeError, msgspec.ValidationError):
        return KeptUntil()


def _kept(run: Run, month: str, standing: KeptUntil) -> KeptUntil:
    """Keep up to ``MOST`` more of the month's posts for longer; returns how far that is."""
    end = month_bounds(month, run.agency.zone)[1]
    following = standing.following or max(end, run.clock) + FIRST
    try:
        since = run.agency.keep_posts(month, following, standing.since, MOST)
    except Conflict:
        return standing  # the next run goes on where this one began
    log.info("score.posts_kept", month=month, until=iso(following), done=since is None)
    if since is None:
        return KeptUntil(until=following)
    return KeptUntil(until=standing.until, following=following, since=since)
