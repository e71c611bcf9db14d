"""How far a post lies above what its account is used to: "di atas biasanya".

Pure: no I/O, no clock. A post is compared with the account's last hundred measured posts before it,
in the order of ``published_at`` and, at equal times, ``post_id`` (as text). A post is measured when
it counts and its I24 no longer changes: a provisional value is neither compared nor part of what is
usual. The account is the platform's, whichever satker held it; earlier months are carried on.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from functions.model import COUNTED, Counter, Measurement, Post, State, Verdict
from functions.score.rules.window import interpolate
from functions.thresholds import USUAL_DROPPED, USUAL_FEWEST, USUAL_MOST

MEASURED: frozenset[State] = frozenset({"observed", "interpolated", "estimated"})
TALK: tuple[Counter, ...] = ("comments", "shares")

# I24, and the comments and shares in it (None: not all of them are known).
Past = tuple[int, int | None]
# A mean, as a sum and how many it is of.
Expected = tuple[int, int]


class Measured(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A measured post; ``i24`` is the measurement's, which is known."""

    post: Post
    measurement: Measurement
    i24: int

    @property
    def talk(self) -> int | None:
        """The comments and shares in ``i24``; None = not all are known.

        Worked out when asked for: few posts ever are.
        """
        return talk(self.post, self.measurement)


def measured(post: Post, verdict: Verdict) -> Measured | None:
    """The post as a measured one; None when it does not count or was not measured.

    A value that an admin set is no measurement.
    """
    measurement = verdict.measurement
    i24 = measurement.i24
    if i24 is None or not verdict.counted or measurement.state not in MEASURED:
        return None
    if measurement.decided:
        return None
    return Measured(post=post, measurement=measurement, i24=i24)


def all_measured(judged: Iterable[tuple[Post, Verdict]]) -> list[Measured]:
    """The measured ones of the posts."""
    return [one for one in (measured(post, verdict) for post, verdict in judged) if one]


def talk(post: Post, measurement: Measurement) -> int | None:
    """The comments and shares in a post's I24, measured like it and rounded once, half up.

    None when the post is not measured or a counted counter is unknown.
    """
    before, after = measurement.before, measurement.after
    if measurement.state not in MEASURED or measurement.partial:
        return None
    names = [name for name in TALK if name in COUNTED[post.platform]]
    if before and after:
        return interpolate(before, after, post.mark, names)
    known: list[int] = [getattr(before or after, name) for name in names]
    return sum(known)


class History:
    """An account's last hundred measured posts, oldest first, to compare later posts with.

    The values are kept sorted as they come and go: a month needs their middle once for every post.
    """

    def __init__(self, carried: Iterable[Past] = ()) -> None:
        self._past: deque[Past] = deque()
        self._sorted: list[int] = []
        for i24, talk in carried:
            self.add(i24, talk)

    @property
    def past(self) -> tuple[Past, ...]:
        """What is carried on to later posts."""
        return tuple(self._past)

    @property
    def talked(self) -> tuple[int, int, int]:
        """Of the posts whose comments and shares are known: how many, their I24, and the talk."""
        known = [(i24, talk) for i24, talk in self._past if talk is not None]
        return len(known), sum(i24 for i24, _ in known), sum(talk for _, talk in known)

    def add(self, i24: int, talk: int | None) -> None:
        """Take in the next post; of more than a hundred the oldest is forgotten."""
        if len(self._past) == USUAL_MOST:
            oldest, _ = self._past.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]
        self._past.append((i24, talk))
        insort(self._sorted, i24)

    def over_usual(self, i24: int, least: int = 0) -> int | None:
        """I24 ÷ expected in tenths, rounded half up; None when nothing, or only 0, is expected."""
        expected = self.expected(least)
        if expected is None:
            return None
        total, count = expected
        return (20 * i24 * count + total) // (2 * total)

    def expected(self, least: int = 0) -> Expected | None:
        """The mean without a quarter (rounded down) at each end, as its sum and its count.

        None below 20 posts, and when nothing, or less than ``least``, is expected: of 0.4 each
        reaction would be a multiple.
        """
        count = len(self._sorted)
        if count < USUAL_FEWEST:
            return None
        drop = count // USUAL_DROPPED
        kept = self._sorted[drop : count - drop]
        total = sum(kept)
        return None if not total or total < least * len(kept) else (total, len(kept))


def over_usuals(
    posts: Iterable[Measured], carried: Iterable[Past] = (), *, least: int = 0
) -> dict[str, int | None]:
    """For each post id of one account the tenths of ``over_usual``.

    ``posts`` are in order; ``carried`` are the account's last ones before all of these, likewise.
    ``least``: the I24 that must be usual at least.
    """
    before = _histories(posts, carried)
    return {one.post.post_id: history.over_usual(one.i24, least) for one, history in before}


def expectations(
    posts: Iterable[Measured], carried: Iterable[Past] = (), *, least: int = 0
) -> Iterator[tuple[Measured, Expected]]:
    """The posts of which something is expected, with that; arguments as of ``over_usuals``."""
    for one, history in _histories(posts, carried):
        if (expected := history.expected(least)) is not None:
            yield one, expected


def _histories(
    posts: Iterable[Measured], carried: Iterable[Past]
) -> Iterator[tuple[Measured, History]]:
    """Each post with the history before it, which goes on with it."""
    history = History(carried)
    for one in posts:
        yield one, history
        history.add(one.i24, None)  # their comments and shares are not needed here
