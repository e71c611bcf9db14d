"""How far a post lies above what its account is used to: "di atas biasanya".

Pure: no I/O, no clock. A post is held against the account's last hundred measured posts before it,
by ``published_at`` and, at equal times, ``post_id`` (as text). Measured are posts that count and
whose I24 is decided: a provisional value is neither held against others nor part of what is usual.
The account is the platform's, whichever satker held it; earlier months are carried on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction

import msgspec

from functions.model import COUNTED, Counter, Measurement, Post, State, Verdict
from functions.score.window import interpolate, round_half_up

LAST = 100  # posts that say what is usual, at most
FEWEST = 20  # and at least
MEASURED: frozenset[State] = frozenset({"observed", "interpolated", "estimated"})
TALK: tuple[Counter, ...] = ("comments", "shares")

# I24, and the comments and shares in it (None: not all of them are known).
Past = tuple[int, int | None]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A measured post. ``talk``: the comments and shares in ``i24``; None = not all are known."""

    post_id: str
    published_at: datetime
    i24: int
    talk: int | None = None


def measured(post: Post, verdict: Verdict) -> Measured | None:
    """The post as it is held against others; None when it does not count or was not measured."""
    i24 = verdict.measurement.i24
    if not verdict.counted or verdict.measurement.state not in MEASURED or i24 is None:
        return None
    return Measured(
        post_id=post.post_id,
        published_at=post.published_at,
        i24=i24,
        talk=talk(post, verdict.measurement),
    )


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


def histories(
    posts: Iterable[Measured], carried: Sequence[Past] = ()
) -> Iterator[tuple[Measured, tuple[Past, ...]]]:
    """Each of one account's posts, oldest first, with its last hundred before it, oldest first.

    ``carried`` are the account's last posts before all of these, oldest first.
    """
    past = deque(carried, maxlen=LAST)
    for post in sorted(posts, key=lambda post: (post.published_at, post.post_id)):
        yield post, tuple(past)
        past.append((post.i24, post.talk))


def over_usuals(posts: Iterable[Measured], carried: Sequence[Past] = ()) -> dict[str, int | None]:
    """For each post id of one account the tenths of ``over_usual``."""
    return {
        post.post_id: over_usual(post.i24, [i24 for i24, _ in past])
        for post, past in histories(posts, carried)
    }


def over_usual(i24: int, earlier: Sequence[int]) -> int | None:
    """I24 ÷ expected in tenths, rounded half up; None when nothing, or nothing but 0, is expected.

    ``earlier`` are the I24 of the account's posts before it, oldest first.
    """
    usual = expected(earlier)
    return round_half_up(i24 * 10 / usual) if usual else None


def expected(earlier: Sequence[int]) -> Fraction | None:
    """The mean of the last hundred without a quarter at each end, exact; None below 20 posts."""
    last = sorted(earlier[-LAST:])
    if len(last) < FEWEST:
        return None
    drop = len(last) // 4
    kept = last[drop : len(last) - drop]
    return Fraction(sum(kept), len(kept))


def from_tenths(tenths: int | None) -> float | None:
    """Tenths as the number that the files print; None stays None."""
    return None if tenths is None else tenths / 10
