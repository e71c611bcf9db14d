"""What a perfect observer would know: the yardstick for everything that was collected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.platforms.world import COUNTED_KINDS, Account, Post, World


def truth(world: World, at: int) -> list[dict[str, Any]]:
    """One row for every post published by then, and for each account that lists it."""
    return [
        row(world, post, owner, at)
        for post in world.posts
        if post.published <= at
        for owner in _owners(world, post)
    ]


def row(world: World, post: Post, owner: Account, at: int) -> dict[str, Any]:
    """`i24` is the sum of the counted counters that are shown, exactly at the mark.

    It is null when all are hidden, and for a post that does not count; `why` says why not.
    """
    why = _why(post, at)
    counters = world.counters(post, post.mark)
    return {
        "platform": post.account.platform,
        "post_id": post.id,
        "ids": [post.id, *(version for version, _ in post.versions)],
        "account_id": owner.id,
        "handle": owner.handle(at),
        "satker": owner.satker,
        "published_at": _iso(post.start),
        "listed_at": _iso(max(post.appears, post.order)),
        "mark": _iso(post.mark),
        "url": post.url,
        "kind": post.kind,
        "thread_of": post.thread_of or None,
        "counted": why == "counted",
        "why": why,
        "i24": world.interactions(post, post.mark) if why == "counted" else None,
        "at_mark": counters._asdict(),
        "hidden": sorted(name for name, since in post.hidden.items() if since <= post.mark),
        "shared": bool(post.collaborators),
        "count": world.interactions(post, at),
        "visible": post.visible(at),
        "removed_at": None if post.removed is None else _iso(post.removed),
        "restored_at": None if post.restored is None else _iso(post.restored),
    }


def _owners(world: World, post: Post) -> Iterator[Account]:
    yield post.account
    if world.quirks.instagram_collab_in_both:
        yield from post.collaborators


def _why(post: Post, at: int) -> str:
    """`counted`, or the reason against it. Duplicates and the registry are not judged here."""
    if post.kind not in COUNTED_KINDS:
        return post.kind
    if post.stream is not None and post.stream.ended > at:
        return "not_aired"
    gone = post.removed is not None and post.removed <= min(at, post.mark)
    if gone and (post.restored is None or post.restored > min(at, post.mark)):
        return "removed"
    return "counted"


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
