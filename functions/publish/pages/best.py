"""The posts of a month that stand out: the most interactions, and the most above what is usual."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, Entry, Platform
from functions.publish.pages.context import Context
from functions.publish.pages.paths import post_path, satker_path
from functions.publish.pages.posts import caption_of
from functions.publish.text import formats

MOST = 5  # posts in each list


class BestPost(msgspec.Struct, frozen=True):
    """A post in a list of the best. ``figure``: what the list is sorted by, in words."""

    platform: Platform
    label: str
    when: str
    href: str
    unit: str
    unit_href: str
    figure: str
    beside: str
    caption: str


class Best(msgspec.Struct, frozen=True):
    """Both lists; empty while nothing is measured."""

    most: tuple[BestPost, ...]
    above: tuple[BestPost, ...]


def most_interactions(entries: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """The counted posts with the most interactions, the first first; none with 0."""
    known = [(i24, entry) for entry in entries if (i24 := _counted(entry))]
    known.sort(key=lambda pair: (-pair[0], *_order(pair[1])))
    return [entry for _, entry in known[:most]]


def most_above_usual(entries: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """The counted posts that are most above what is usual on their account, the first first."""
    known = []
    for entry in entries:
        verdict = entry.verdict
        if _counted(entry) and verdict and verdict.over_usual and verdict.over_usual > 10:
            known.append((verdict.over_usual, entry))
    known.sort(key=lambda pair: (-pair[0], *_order(pair[1])))
    return [entry for _, entry in known[:most]]


def best_posts(context: Context, entries: Iterable[Entry], *, captions: bool) -> Best:
    """A month's best posts as its page shows them.

    ``captions``: with the beginning of each text; a frozen month's page carries none.
    """
    found = list(entries)
    zone = context.material.zone
    return Best(
        most=tuple(_line(context, e, zone, captions, False) for e in most_interactions(found)),
        above=tuple(_line(context, e, zone, captions, True) for e in most_above_usual(found)),
    )


def _line(context: Context, entry: Entry, zone: ZoneInfo, captions: bool, above: bool) -> BestPost:
    post, verdict = entry.post, entry.verdict
    if verdict is None:
        raise ValueError("a post without a verdict is in no list")
    satker = verdict.satker or ""
    interactions = f"{formats.number(verdict.measurement.i24 or 0)} interaksi"
    usual = f"{formats.tenths(verdict.over_usual)} × biasanya" if verdict.over_usual else ""
    return BestPost(
        platform=post.platform,
        label=PLATFORM_NAMES[post.platform],
        when=formats.time_short(post.published_at, zone),
        href=context.href(post_path(post.platform, post.post_id)),
        unit=context.material.names.get(satker, satker),
        unit_href=context.href(satker_path(satker)),
        figure=usual if above else interactions,
        beside=interactions if above else usual,
        caption=caption_of(entry) if captions else "",
    )


def _counted(entry: Entry) -> int | None:
    """The I24 that a counted post adds to Terpopuler; None where it adds none."""
    verdict = entry.verdict
    if verdict is None or not verdict.counted or verdict.satker is None:
        return None
    return verdict.measurement.i24


def _order(entry: Entry) -> tuple[str, str, str]:
    post = entry.post
    return post.published_at.isoformat(), post.account, post.post_id
