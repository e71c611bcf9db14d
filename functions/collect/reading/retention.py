"""Which reads are worth storing: a post's document is written at most 8 times in its life.

Found; at most 4 on the way; before and after the mark; and one more, when a post that was missing
is seen again. Every other read serves the tick and is forgotten.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from functions.collect.planning.marks import is_last_before_mark, stage
from functions.collect.state import LivePost
from functions.model import Platform, Post
from functions.registry.addresses.posts import link_keys
from functions.thresholds import ABSENCES_APART

MOST_WRITES = 8


def seen(
    live: LivePost | None, post: Post, following: datetime, *, garbled: bool = False
) -> tuple[LivePost, bool]:
    """The post's new standing after a read, and whether that read is to be stored.

    ``garbled``: counters were lost in the answer. Then a read that has none says nothing, and an
    earlier one may serve in its place; otherwise the owner hides them, which is worth knowing.
    """
    (sample,) = post.samples
    if live is None:
        live = LivePost(
            account_id=post.account_id,
            post_id=post.post_id,
            published_at=post.published_at,
            url=post.url,
            versions=post.versions,
            parts=post.parts,
        )
    says_nothing = garbled and sample.total(post.platform) is None
    is_news = not live.kept or bool(live.missing)
    kept = worth_keeping(live, sample.taken_at, following) and not (says_nothing and not is_news)
    live = msgspec.structs.replace(
        live,
        # Facebook changes addresses as it likes: one is noted when the post is written anyway.
        url=post.url if kept else live.url,
        versions=post.versions or live.versions,
        parts=post.parts,  # those of which anything is left
        kept=(*live.kept, sample.taken_at) if kept else live.kept,
        read_at=sample.taken_at,
        counters=(sample.comments, sample.likes, sample.shares),
        missing=(),
    )
    return live, kept


def new_keys(platform: Platform, before: LivePost | None, after: LivePost) -> tuple[str, ...]:
    """The keys of its addresses under which a post cannot be found yet; ``before`` None: all."""
    known: tuple[str, ...] = ()
    if before is not None:
        if (before.url, before.versions, before.parts) == (after.url, after.versions, after.parts):
            return ()
        known = _keys(platform, before)
    return tuple(key for key in _keys(platform, after) if key not in known)


def _keys(platform: Platform, post: LivePost) -> tuple[str, ...]:
    return link_keys(platform, post.post_id, post.url, (*post.versions, *post.parts))


def missed(live: LivePost, at: datetime) -> tuple[LivePost, bool]:
    """The post's standing after a read that covered it without showing it."""
    if len(live.missing) > 1:
        return live, False
    # A read too soon after the first absence confirms nothing and must not pass for one that does.
    if live.missing and at - live.missing[-1] < ABSENCES_APART:
        return live, False
    return msgspec.structs.replace(live, missing=(*live.missing, at)), True


def worth_keeping(live: LivePost, at: datetime, following: datetime) -> bool:
    """Whether a read of a post at ``at`` is to be stored; ``following``: the next tick."""
    if not live.kept or live.missing:
        return True
    last = live.kept[-1]
    if at <= last:
        return False
    if at >= live.mark:
        return last < live.mark and not live.closed(at)
    if len(live.kept) >= MOST_WRITES - 1:  # one write stays reserved for the read after the mark
        return False
    # Where ticks come more often than expected, several look like the last before the mark; those
    # that are hardly nearer than the one before would use up the writes.
    nearer = 2 * (live.mark - at) <= live.mark - last
    if nearer and is_last_before_mark(live, at, following):
        return True
    # And one for the read before it: runs that died half-way may have stored more on the way.
    if len(live.kept) >= MOST_WRITES - 2:
        return False
    return stage(at - live.published_at) > stage(last - live.published_at)
