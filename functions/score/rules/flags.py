"""Flags: what deserves a look, with the numbers that say why. They never change what counts.

Pure: no I/O, no clock. All comparisons are between integers. A counter that is None is unknown and
is never compared as a zero. ``percent`` is in tenths, whole tenths reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from functions.model import (
    COUNTERS,
    Burst,
    Counter,
    CounterFall,
    FollowerJump,
    LikesOnly,
    SameText,
    Sample,
)
from functions.score.rules.engagement import Readings
from functions.score.rules.usual import History, Measured, Past
from functions.thresholds import (
    BURST_POSTS,
    BURST_WITHIN,
    FALL_ABOVE,
    FALL_PERCENT,
    JUMP_ABOVE,
    JUMP_PERCENT,
    LIKES_I24,
    LIKES_PERMILLE,
    LIKES_USUAL_PERCENT,
    SAME_LEAST,
    SAME_PERCENT,
)

DAILY = timedelta(hours=48)  # reads of two neighbouring days lie no further apart


def bursts(account: str, posts: Sequence[tuple[datetime, str]]) -> tuple[Burst, ...]:
    """The stretches of an account's posts, given as (published at, post id), oldest first.

    Both ends of the 60 minutes are included. Spans that share a post are one stretch.
    """
    spans: list[tuple[int, int, int]] = []  # first and last post of a stretch, most at a time
    first = 0
    for last, (at, _) in enumerate(posts):
        while at - posts[first][0] > BURST_WITHIN:
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
            post_ids=tuple(post_id for _, post_id in posts[begin : end + 1]),
            most=most,
            begin=posts[begin][0],
            end=posts[end][0],
        )
        for begin, end, most in spans
    )


def same_text(account: str, *, duplicates: int, posts: int) -> SameText | None:
    """An account's flag for a month; None when too few posts repeat another.

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
    if not _ever_falls(samples):
        return ()
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
        for (before_at, before), (after_at, after) in pairwise(_known_reads(samples, name))
        if before - after > FALL_ABOVE and 100 * (before - after) > FALL_PERCENT * before
    )


def likes_only(
    account: str, posts: Sequence[Measured], carried: Sequence[Past] = ()
) -> tuple[LikesOnly, ...]:
    """The posts of one account with hardly any comments and shares; given and told oldest first.

    The usual share is the sum of comments and shares of the account's last hundred measured posts,
    divided by the sum of their interactions. A post with an unknown counter is left out of both
    sums and is not flagged. ``carried``: the account's last posts before these, oldest first.
    """
    if not any(_is_likes(post) for post in posts):
        return ()
    flags = []
    history = History(carried)
    for post in posts:
        talk = post.talk
        if talk is not None and _is_likes(post):
            earlier, usual_i24, usual_talk = history.talked
            if usual_i24 and 100 * usual_talk >= LIKES_USUAL_PERCENT * usual_i24:
                flags.append(
                    LikesOnly(
                        account=account,
                        post_id=post.post.post_id,
                        i24=post.i24,
                        talk=talk,
                        percent=_tenths(talk, post.i24),
                        earlier=earlier,
                        usual_i24=usual_i24,
                        usual_talk=usual_talk,
                        usual_percent=_tenths(usual_talk, usual_i24),
                    )
                )
        history.add(post.i24, talk)
    return tuple(flags)


def follower_jumps(
    account: str, readings: Readings, begin: datetime, end: datetime
) -> tuple[FollowerJump, ...]:
    """The jumps between neighbouring daily reads whose later read is in ``begin <= t < end``.

    ``readings`` are (read at, followers), ordered by time. Reads more than 48 hours apart are not
    compared: the change between them may have been gradual.
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


def _is_likes(post: Measured) -> bool:
    """Whether hardly any of a well-liked post's interactions are comments and shares."""
    if post.i24 < LIKES_I24:
        return False
    talk = post.talk
    return talk is not None and 1000 * talk < LIKES_PERMILLE * post.i24


def _ever_falls(samples: Iterable[Sample]) -> bool:
    """Whether any counter ever falls. A quick check for every post: most counters never fall."""
    likes = comments = shares = views = 0
    for sample in samples:
        if sample.likes is not None:
            if sample.likes < likes:
                return True
            likes = sample.likes
        if sample.comments is not None:
            if sample.comments < comments:
                return True
            comments = sample.comments
        if sample.shares is not None:
            if sample.shares < shares:
                return True
            shares = sample.shares
        if sample.views is not None:
            if sample.views < views:
                return True
            views = sample.views
    return False


def _known_reads(samples: Iterable[Sample], name: Counter) -> list[tuple[datetime, int]]:
    """The reads that know the counter."""
    values = ((sample.taken_at, getattr(sample, name)) for sample in samples)
    return [(at, value) for at, value in values if value is not None]


def _tenths(part: int, whole: int) -> int:
    """A share in tenths of a percent, whole tenths reached."""
    return 1000 * part // whole
