"""Measuring I24: a post's interactions at exactly 24 hours, from the reads around that mark.

Pure: no I/O, no clock. Each rule is printed on the method page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import Any

from functions.model import COUNTED, Counter, Measurement, Platform, Post, Sample, State
from functions.thresholds import (
    ABSENCES_APART,
    EARLIEST_USABLE,
    INTERPOLATED_WITHIN,
    LATEST_USABLE,
    OBSERVED_WITHIN,
    SETTLED,
)

# A sample's counted counters, all at once: every post of a month is measured at every scoring.
_COUNTERS: dict[Platform, Callable[[Sample], tuple[Any, ...]]] = {
    platform: attrgetter(*names) for platform, names in COUNTED.items()
}


def measure(post: Post, now: datetime) -> Measurement:
    """The post's measurement as of ``now``, from what had been read by then."""
    post = post.as_known(now)
    if is_removed(post):
        return Measurement(state="removed")
    before, after = bracket(post)
    if before and after:
        return _between(post, before, after)
    if now - post.published_at < SETTLED:
        return _running(post, before, after)
    if before or after:
        return _one_sided(post, before, after)
    return Measurement(state="unmeasured")


def bracket(post: Post) -> tuple[Sample | None, Sample | None]:
    """The last usable sample at or before the mark, and the first at or after it."""
    mark = post.mark
    before = after = None
    for sample in post.samples:
        at = sample.taken_at
        if at < mark:
            before = sample
        elif at == mark:
            return sample, sample
        else:
            after = sample
            break
    if before is not None and before.taken_at - post.published_at < EARLIEST_USABLE:
        before = None
    if after is not None and after.taken_at - post.published_at > LATEST_USABLE:
        after = None
    return before, after


def is_removed(post: Post) -> bool:
    """Gone before the mark: two covering absences before it, 15 minutes apart, not seen since."""
    return len(post.absences) > 1 and _is_absent(post, before=post.mark)


def is_gone(post: Post) -> bool:
    """Gone, before the mark or after it: the same two absences, whenever they were."""
    return len(post.absences) > 1 and _is_absent(post)


def _is_absent(post: Post, before: datetime | None = None) -> bool:
    last_seen = post.samples[-1].taken_at if post.samples else None
    absences = [
        at
        for at in post.absences
        if (before is None or at < before) and (last_seen is None or at > last_seen)
    ]
    return len(absences) > 1 and absences[-1] - absences[0] >= ABSENCES_APART


def interpolate(before: Sample, after: Sample, mark: datetime, known: Sequence[Counter]) -> int:
    """Interactions at the mark: each counter on a straight line between two reads.

    The exact fractions are added and the sum is rounded once, half up.
    """
    first: int = sum([getattr(before, name) for name in known])
    last: int = sum([getattr(after, name) for name in known])
    return _on_the_line(first, last, mark - before.taken_at, after.taken_at - before.taken_at)


def round_half_up(value: Fraction) -> int:
    """The nearest integer; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _running(post: Post, before: Sample | None, after: Sample | None) -> Measurement:
    """Provisional: the latest read as it stands, whatever its age."""
    latest = post.samples[-1] if post.samples else None
    sums = _sums(post.platform, latest, latest) if latest else None
    return Measurement(
        state="running",
        i24=sums[0] if sums else None,
        partial=sums[2] if sums else latest is not None,
        before=before,
        after=after,
    )


def _between(post: Post, before: Sample, after: Sample) -> Measurement:
    sums = _sums(post.platform, before, after)
    if sums is None:
        return Measurement(state="unmeasured", partial=True, before=before, after=after)
    first, last, partial = sums
    passed, width = post.mark - before.taken_at, after.taken_at - before.taken_at
    if passed <= OBSERVED_WITHIN or width - passed <= OBSERVED_WITHIN:
        state: State = "observed"
    else:
        state = "interpolated" if width <= INTERPOLATED_WITHIN else "estimated"
    return Measurement(
        state=state,
        i24=_on_the_line(first, last, passed, width),
        lower=min(first, last),
        upper=max(first, last),
        partial=partial,
        before=before,
        after=after,
    )


def _one_sided(post: Post, before: Sample | None, after: Sample | None) -> Measurement:
    used = before or after
    sums = _sums(post.platform, used, used) if used else None
    if used is None or sums is None:
        return Measurement(state="unmeasured", partial=True, before=before, after=after)
    i24, _, partial = sums
    return Measurement(
        state="observed" if abs(used.taken_at - post.mark) <= OBSERVED_WITHIN else "estimated",
        i24=i24,
        lower=i24 if before else None,
        upper=i24 if after else None,
        partial=partial,
        before=before,
        after=after,
    )


def _sums(platform: Platform, one: Sample, other: Sample) -> tuple[int, int, bool] | None:
    """Two reads' interactions over the counters that both know, and whether any is left out.

    None when no counter is left.
    """
    counters = _COUNTERS[platform]
    first, last = counters(one), counters(other)
    if None not in first and None not in last:
        return sum(first), sum(last), False
    known = [pair for pair in zip(first, last, strict=True) if None not in pair]
    if not known:
        return None
    return sum(n for n, _ in known), sum(n for _, n in known), True


def _on_the_line(first: int, last: int, passed: timedelta, width: timedelta) -> int:
    """Where a straight line from ``first`` to ``last`` is after ``passed``, rounded half up.

    All counters' fractions have one denominator, the seconds between the reads: adding the counters
    first is the same as adding the fractions.
    """
    seconds = width.days * 86400 + width.seconds
    if not seconds:
        return first
    parts = first * seconds + (last - first) * (passed.days * 86400 + passed.seconds)
    return (2 * parts + seconds) // (2 * seconds)
