"""Folding posts into ledgers: repeated, reordered or split, folding gives the same ledger.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from functions.model import Entry, Post, Sample
from functions.store.ledgers import Ledgers

# Of two formats the later one here stays: it says more, and any order gives the same.
_TELLING = (None, "text", "link", "photo", "album", "video", "short", "live")


def fold_into(ledgers: Ledgers, posts: Iterable[Post]) -> int:
    """Fold posts into their month's ledgers; returns how many brought something new."""
    news = 0
    for post in posts:
        held = ledgers.entry(post)
        entry = fold(held, post)
        if entry is not held:
            ledgers.put(entry)
            news += 1
    return news


def fold(entry: Entry | None, post: Post) -> Entry:
    """The ledger's entry, with what the post adds to it.

    The entry gets the reads of both. Facts that may change (caption, address, versions, parts) come
    from whichever was read last; a format that one read did not tell, from the other. A verdict
    stays until the month is scored again.
    """
    if entry is None:
        return Entry(post=post)
    newer = max((entry.post, post), key=_freshness)
    united = msgspec.structs.replace(
        newer,
        samples=_united(entry.post.samples, post.samples),
        absences=tuple(sorted({*entry.post.absences, *post.absences})),
        format=max(entry.post.format, post.format, key=_TELLING.index),
    )
    return entry if united == entry.post else msgspec.structs.replace(entry, post=united)


def _freshness(post: Post) -> tuple[str, bytes]:
    latest = max((s.taken_at.isoformat() for s in post.samples), default="")
    # Of equally fresh posts any fixed choice will do: the result must not depend on the order.
    facts = (post.versions, post.text, post.url, post.published_at, post.parts)
    return latest, msgspec.json.encode(facts)


def _united(one: tuple[Sample, ...], other: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Samples of both by time; of two for one instant the larger by content stays."""
    found: dict[str, Sample] = {}
    for sample in (*one, *other):
        at = sample.taken_at.isoformat()
        held = found.get(at)
        found[at] = sample if held is None else max(held, sample, key=msgspec.json.encode)
    return tuple(found[at] for at in sorted(found))
