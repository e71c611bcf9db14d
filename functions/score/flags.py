"""Flags: what deserves a look, with the numbers that say why. They never change what counts.

Pure: no I/O, no clock. All comparisons are between integers. A counter that is None is unknown and
is never compared as a zero. ``percent`` is in tenths, whole tenths reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from functions.model import COUNTERS, Counter, Sample
from functions.score.rate import Readings
from functions.score.usual import Measured, Past, histories

BURST_POSTS = 10
BURST_WITHIN = timedelta(minutes=60)
SAME_LEAST = 5
SAME_PERCENT = 30
FALL_PERCENT = 20
FALL_ABOVE = 20
LIKES_I24 = 200
LIKES_PERMILLE = 5  # 0.5 %
LIKES_USUAL_PERCENT = 2
JUMP_PERCENT = 20
JUMP_ABOVE = 500
DAILY = timedelta(hours=48)  # reads of two neighbouring days lie no further apart


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of posts, 10 or more of which lie within 60 minutes; ``most`` of them do.

    ``post_ids`` are all posts of the stretch, oldest first.
    """

    account: str
    post_ids: tuple[str, ...]
    most: int
    begin: datetime
    end: datetime
    code: Literal["burst"] = "burst"


class SameText(msgspec.Struct, frozen=True, kw_only=True):
    """So many of an account's posts of the month are near-duplicates."""

    account: str
    duplicates: int
    posts: int
    percent: int
    code: Literal["same_text"] = "same_text"


class CounterFall(msgspec.Struct, frozen=True, kw_only=True):
    """A counter of a post fell from one read to the next that knows it."""

    account: str
    post_id: str
    counter: Counter
    before_at: datetime
    before: int
    after_at: datetime
    after: int
    percent: int
    code: Literal["counter_fall"] = "counter_fall"


class LikesOnly(msgspec.Struct, frozen=True, kw_only=True):
    """A post with hardly any comments and shares, on an account that usually has them.

    ``talk`` are the comments and shares in ``i24``; the ``usual_`` figures are sums over the
    ``earlier`` posts of which both are known.
    """

    account: str
    post_id: str
    i24: int
    talk: int
    percent: int
    earlier: int
    usual_i24: int
    usual_talk: int
    usual_percent: int
    code: Literal["likes_only"] = "likes_only"


class FollowerJump(msgspec.Struct, frozen=True, kw_only=True):
    """An account's followers changed from one daily read to the next.

    ``percent`` has no sign, and is None when there were no followers before.
    """

    account: str
    before_at: datetime
    before: int
    after_at: datetime
    after: int
    percent: int | None
    code: Literal["follower_jump"] = "follower_jump"


Flag = Burst | SameText | CounterFall | LikesOnly | FollowerJump


def bursts(account: str, posts: Iterable[tuple[datetime, str]]) -> tuple[Burst, ...]:
    """The stretches of an account's posts, given as (published at, post id).

    Both ends of the 60 minutes are included. Spans that share a post are one stretch.
    """
    ordered = sorted(posts)
    spans: list[tuple[int, int, int]] = []  # first and last post of a stretch, most at a time
    first = 0
    for last, (at, _) in enumerate(ordered):
        while at - ordered[first][0] > BURST_WITHIN:
            first += 1
        within = last - first + 1
        if within < BURST_POSTS:
            continue
        if spans and first <= spans[-1][1]:
            begin, _, most = spans.pop()
            spans.append((begin, last, max(most, within)))
        else:
            spans.append((first, last, within))
    return tuple(
        Burst(
            account=account,
            post_ids=tuple(post_id for _, post_id in ordered[begin : end + 1]),
            most=most,
            begin=ordered[begin][0],
            end=ordered[end][0],
        )
        for begin, end, most in spans
    )


def same_text(account: str, *, duplicates: int, posts: int) -> SameText | None:
    """An account's flag for a month.

    ``posts`` are all its posts of the month that were not removed, the duplicates among them.
    """
    if duplicates < SAME_LEAST or 100 * duplicates < SAME_PERCENT * posts:
        return None
    return SameText(
        account=account,
        duplicates=duplicates,
        posts=posts,
        percent=_tenths(duplicates, posts),
    )


def counter_falls(account: str, post_id: str, samples: Sequence[Sample]) -> tuple[CounterFall, ...]:
    """Every fall of a counter, views among them, from one read to the next that knows it.

    ``samples`` are ordered by time; so are the falls of each counter.
    """
    return tuple(
        CounterFall(
            account=account,
            post_id=post_id,
            counter=name,
            before_at=before_at,
            before=before,
            after_at=after_at,
            after=after,
            percent=_tenths(before - after, before),
        )
        for name in COUNTERS
        for (before_at, before), (after_at, after) in pairwise(_readings(samples, name))
        if before - after > FALL_ABOVE and 100 * (before - after) > FALL_PERCENT * before
    )


def likes_only(
    account: str, posts: Iterable[Measured], carried: Sequence[Past] = ()
) -> tuple[LikesOnly, ...]:
    """The posts of one account with hardly any comments and shares, oldest first.

    What is usual are the comments and shares of its last hundred measured posts, all together, as
    a share of their interactions. Posts of which a counter is unknown are left out of both sums,
    and are not flagged. ``carried``: see ``functions.score.usual.histories``.
    """
    flags = []
    for post, past in histories(posts, carried):
        if post.talk is None or post.i24 < LIKES_I24:
            continue
        if 1000 * post.talk >= LIKES_PERMILLE * post.i24:
            continue
        known = [(i24, talk) for i24, talk in past if talk is not None]
        usual_i24 = sum(i24 for i24, _ in known)
        usual_talk = sum(talk for _, talk in known)
        if usual_i24 == 0 or 100 * usual_talk < LIKES_USUAL_PERCENT * usual_i24:
            continue
        flags.append(
            LikesOnly(
                account=account,
                post_id=post.post_id,
                i24=post.i24,
                talk=post.talk,
                percent=_tenths(post.talk, post.i24),
                earlier=len(known),
                usual_i24=usual_i24,
                usual_talk=usual_talk,
                usual_percent=_tenths(usual_talk, usual_i24),
            )
        )
    return tuple(flags)


def follower_jumps(
    account: str, readings: Readings, begin: datetime, end: datetime
) -> tuple[FollowerJump, ...]:
    """The changes between neighbouring daily reads, the later in ``begin <= t < end``.

    ``readings`` are (read at, followers), ordered by time. Reads more than 48 hours apart are not
    daily ones: what happened between them may have taken its time.
    """
    return tuple(
        FollowerJump(
            account=account,
            before_at=before_at,
            before=before,
            after_at=after_at,
            after=after,
            percent=_tenths(abs(after - before), before) if before else None,
        )
        for (before_at, before), (after_at, after) in pairwise(readings)
        if begin <= after_at < end
        and after_at - before_at <= DAILY
        and abs(after - before) > JUMP_ABOVE
        and 100 * abs(after - before) > JUMP_PERCENT * before
    )


def _readings(samples: Iterable[Sample], name: Counter) -> list[tuple[datetime, int]]:
    """The reads that know the counter."""
    values = ((sample.taken_at, getattr(sample, name)) for sample in samples)
    return [(at, value) for at, value in values if value is not None]


def _tenths(part: int, whole: int) -> int:
    """A share in tenths of a percent, whole tenths reached."""
    return 1000 * part // whole
