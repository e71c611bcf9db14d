"""What counts as a post of a month, and why: one reason for every post.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from functions.model import SETTLED, Measurement, Post, Reason, Verdict
from functions.score.window import measure
from functions.store.evidence import Presence

COUNTS: frozenset[Reason] = frozenset({"counted", "running", "hidden", "found_late"})

Holders = Mapping[str, Sequence[Presence]]


def judge(post: Post, holders: Holders, shared: bool, now: datetime, closing: datetime) -> Verdict:
    """Whether a post counts at ``now``, why, for which satker, and what it measured.

    Args:
        holders: the registrations of each account key.
        shared: the platform listed the same item for another registered account too.
        closing: when the post's month stops being open; what is found from then on is too late.
    """
    satker = holder(holders.get(post.account, ()), post.published_at)
    measurement = measure(post, now)
    reason = _reason(post, measurement, satker)
    too_late = reason == "found_late" and post.samples[0].taken_at >= closing
    return Verdict(
        counted=reason in COUNTS and not too_late,
        reason=reason,
        satker=satker,
        measurement=measurement,
        shared=shared,
    )


def holder(registrations: Iterable[Presence], at: datetime) -> str | None:
    """The satker that held the account at that instant; None when nobody did."""
    holding = sorted(r.satker for r in registrations if r.holds(at))
    return holding[0] if holding else None


def shared_items(posts: Iterable[Post]) -> set[tuple[str, str]]:
    """(platform, post id) of items that stand in two registered accounts' listings."""
    listed = Counter((post.platform, post.post_id) for post in posts)
    return {item for item, times in listed.items() if times > 1}


def _reason(post: Post, measurement: Measurement, satker: str | None) -> Reason:
    if satker is None:
        return "account_not_registered"
    if measurement.state == "removed":
        return "removed"
    if measurement.state == "running":
        return "running"
    if measurement.state == "unmeasured":
        if post.samples and post.samples[0].taken_at - post.published_at > SETTLED:
            return "found_late"
        if measurement.before or measurement.after:
            return "hidden"
    return "counted"
