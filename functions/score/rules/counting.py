"""What counts as a post of a month, and why: one reason for every post.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from functions.model import Account, Measurement, Post, Reason, Verdict
from functions.score.rules.rulings import UNDECIDED, Ruling
from functions.score.rules.window import measure
from functions.store.evidence import Item, Presence, Repeated
from functions.thresholds import SETTLED

COUNTS: frozenset[Reason] = frozenset({"counted", "running", "hidden", "found_late"})


def judge(
    post: Post,
    registrations: Iterable[Presence],
    now: datetime,
    closing: datetime,
    *,
    shared: bool = False,
    twin: Repeated | None = None,
    ruling: Ruling = UNDECIDED,
) -> Verdict:
    """Whether a post counts at ``now``, why, for which satker, and what it measured.

    Args:
        registrations: of the post's account.
        closing: when the post's month stops being open; a post found later is too late.
        shared: whether the platform listed the same item for another registered account too.
        twin: the earlier post that this one repeats: its id, and the percent.
        ruling: what admins decided; it overrules everything, except that a post must belong to a
            satker to count.
    """
    satker = ruling.satker or holder(registrations, post.published_at)
    measurement = _valued(measure(post, now), ruling.value)
    reason = _reason(post, measurement, satker, twin, ruling.counts)
    too_late = reason == "found_late" and post.samples[0].taken_at >= closing
    return Verdict(
        counted=reason in COUNTS and not (too_late and ruling.counts is None),
        reason=reason,
        satker=satker,
        measurement=measurement,
        shared=shared,
        duplicate_of=twin[0] if twin else None,
        duplicate_percent=twin[1] if twin else None,
        decisions=ruling.decisions,
    )


def holder(registrations: Iterable[Account | Presence], at: datetime) -> str | None:
    """The satker that held the account at that instant; None when nobody did.

    Of several holders the first by id, so that the result depends on no order.
    """
    found = None
    for registration in registrations:
        if registration.holds(at) and (found is None or registration.satker < found):
            found = registration.satker
    return found


def shared_items(posts: Iterable[Post | Item]) -> set[tuple[str, str]]:
    """(platform, post id) of items that stand in two registered accounts' listings."""
    listed = Counter((post.platform, post.post_id) for post in posts)
    return {item for item, times in listed.items() if times > 1}


def _reason(
    post: Post,
    measurement: Measurement,
    satker: str | None,
    twin: Repeated | None,
    counts: bool | None,
) -> Reason:
    """``counts``: the admins' decision (None: none). True overrules all but a missing holder."""
    if counts is False:
        return "excluded"
    if satker is None:
        return "account_not_registered"
    if not counts:
        if measurement.state == "removed":
            return "removed"
        if twin is not None:
            return "duplicate"
    if measurement.state == "running":
        return "running"
    if measurement.state == "unmeasured":
        if post.samples and post.samples[0].taken_at - post.published_at > SETTLED:
            return "found_late"
        if (measurement.before or measurement.after) and not measurement.decided:
            return "hidden"
    return "counted"


def _valued(measurement: Measurement, value: int | None) -> Measurement:
    """The measurement with the value that admins set, if any; that value is certain."""
    if value is None:
        return measurement
    return msgspec.structs.replace(measurement, i24=value, lower=value, upper=value, decided=True)
