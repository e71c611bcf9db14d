"""Measuring I24: a post's interactions at exactly 24 hours, from the reads around that mark.

Pure: no I/O, no clock. Each rule is printed on the method page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from functions.model import (
    COUNTED,
    SETTLED,
    Counter,
    Measurement,
    Platform,
    Post,
    Sample,
    State,
)

EARLIEST = timedelta(hours=18)  # a usable sample's age, both ends included
LATEST = timedelta(hours=30)
AT_THE_MARK = timedelta(minutes=5)
NARROW = timedelta(hours=2)
APART = timedelta(minutes=15)  # two absences confirm each other


def measure(post: Post, now: datetime) -> Measurement:
    """The post's measurement as of ``now``, from what had been read by then."""
    post = post.as_known(now)
    if is_removed(post):
        return Measurement(state="removed")
    before, after = bracket(post)
    if not (before and after) and now - post.published_at < SETTLED:
        return _running(post, before, after)
    if before is None and after is None:
        return Measurement(state="unmeasured")
    return _measured(post, before, after)


def bracket(post: Post) -> tuple[Sample | None, Sample | None]:
    """The last usable sample at or before the mark, and the first at or after it."""
    usable = [s for s in post.samples if EARLIEST <= s.taken_at - post.published_at <= LATEST]
    before = [s for s in usable if s.taken_at <= post.mark]
    after = [s for s in usable if s.taken_at >= post.mark]
    return (before[-1] if before else None), (after[0] if after else None)


def is_removed(post: Post) -> bool:
    """Gone before the mark: two covering absences before it, 15 minutes apart, not seen since."""
    last_seen = post.samples[-1].taken_at if post.samples else None
    absences = [
        at for at in post.absences if at < post.mark and (last_seen is None or at > last_seen)
    ]
    return len(absences) > 1 and absences[-1] - absences[0] >= APART


def interpolate(before: Sample, after: Sample, mark: datetime, known: Sequence[Counter]) -> int:
    """Interactions at the mark: each counter on a straight line between two reads.

    The exact fractions are added and the sum is rounded once, half up.
    """
    width = _seconds(after.taken_at - before.taken_at)
    share = Fraction(_seconds(mark - before.taken_at), width) if width else Fraction(0)
    total = sum(
        (
            Fraction(_count(before, name)) + (_count(after, name) - _count(before, name)) * share
            for name in known
        ),
        Fraction(0),
    )
    return round_half_up(total)


def round_half_up(value: Fraction) -> int:
    """The nearest integer; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _running(post: Post, before: Sample | None, after: Sample | None) -> Measurement:
    """Provisional: the latest read as it stands, whatever its age."""
    latest = post.samples[-1] if post.samples else None
    known = _known(post.platform, latest) if latest else ()
    return Measurement(
        state="running",
        i24=latest.total(post.platform) if latest else None,
        partial=latest is not None and len(known) < len(COUNTED[post.platform]),
        before=before,
        after=after,
    )


def _measured(post: Post, before: Sample | None, after: Sample | None) -> Measurement:
    known = _known(post.platform, *(sample for sample in (before, after) if sample))
    partial = len(known) < len(COUNTED[post.platform])
    if not known:
        return Measurement(state="unmeasured", partial=True, before=before, after=after)
    sums = [sum(_count(sample, name) for name in known) for sample in (before, after) if sample]
    if before and after:
        value = interpolate(before, after, post.mark, known)
        lower: int | None = min(sums)
        upper: int | None = max(sums)
    else:
        value = sums[0]
        lower, upper = (value, None) if before else (None, value)
    return Measurement(
        state=_state(post, before, after),
        i24=value,
        lower=lower,
        upper=upper,
        partial=partial,
        before=before,
        after=after,
    )


def _state(post: Post, before: Sample | None, after: Sample | None) -> State:
    used = [sample for sample in (before, after) if sample]
    if any(abs(sample.taken_at - post.mark) <= AT_THE_MARK for sample in used):
        return "observed"
    if before and after and after.taken_at - before.taken_at <= NARROW:
        return "interpolated"
    return "estimated"


def _known(platform: Platform, *samples: Sample) -> tuple[Counter, ...]:
    """The counted counters that every one of the samples knows."""
    return tuple(
        name for name in COUNTED[platform] if all(getattr(s, name) is not None for s in samples)
    )


def _count(sample: Sample, name: Counter) -> int:
    value: int = getattr(sample, name)
    return value


def _seconds(span: timedelta) -> int:
    return span.days * 86400 + span.seconds
