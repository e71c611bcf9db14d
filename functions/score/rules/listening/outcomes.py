"""How far a month's posts lie above what was expected of them, and which groups each is in.

Pure: no I/O, no clock. Looked at are counted, measured posts of which something is expected ("di
atas biasanya", score/rules/usual.py): y = ln((I24 + 1) / (expected + 1)). Hours and weekdays are
those of the unit's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from math import log
from zoneinfo import ZoneInfo

from functions.model import Post, Verdict
from functions.score.rules.listening.effects import PostOutcome
from functions.score.rules.listening.words import tags
from functions.score.rules.usual import Past, all_measured, expectations
from functions.store.insights import GroupKind
from functions.thresholds import EFFECT_HOURS

HOURS = EFFECT_HOURS // timedelta(hours=1)  # of a group of hours

Zones = Callable[[str], ZoneInfo]
Campaigns = Callable[[Post], frozenset[str]]


def outcomes(
    judged: Iterable[tuple[Post, Verdict]],
    past: Iterable[Past],
    least: int,
    zone_of: Zones,
    campaigns_of: Campaigns,
) -> Iterator[PostOutcome]:
    """One account's posts of a month, in any order.

    Args:
        past: the account's last measured posts before the month, oldest first.
        least: the I24 that must be usual at least.
        zone_of: the time zone of a satker. ``campaigns_of``: the campaigns that a post carries.
    """
    in_order = sorted(judged, key=lambda each: (each[0].published_at, each[0].post_id))
    holders = {post.post_id: verdict.satker for post, verdict in in_order}
    for one, (total, count) in expectations(all_measured(in_order), past, least=least):
        satker = holders[one.post.post_id]
        if satker is not None:
            at = one.post.published_at.astimezone(zone_of(satker))
            yield PostOutcome(
                platform=one.post.platform,
                satker=satker,
                day=at.date().isoformat(),
                y=log((one.i24 + 1) / (total / count + 1)),
                groups=_groups(one.post, at.hour, at.isoweekday(), campaigns_of(one.post)),
            )


def _groups(
    post: Post, hour: int, weekday: int, campaigns: frozenset[str]
) -> Mapping[GroupKind, frozenset[str]]:
    """By kind the groups of a post; without a format or a text, nothing is known of those."""
    found: dict[GroupKind, frozenset[str]] = {
        "hour": frozenset({str(hour // HOURS * HOURS)}),
        "weekday": frozenset({str(weekday)}),
    }
    if post.format is not None:
        found["format"] = frozenset({post.format})
    if post.text is not None:
        found["tag"], found["campaign"] = tags(post.text), campaigns
    return found
