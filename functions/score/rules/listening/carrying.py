"""Who carried a campaign or a clarification: exact, by whole tags and by phrases.

Pure: no I/O, no clock. Tags and phrases are held against plain captions (words.py), so that case,
letters of other shapes and the width of spaces make no difference. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from functions.score.rules.listening.words import plain, spoken, tags
from functions.store.campaigns import Campaign
from functions.store.issues import Carried, PostRef
from functions.thresholds import CLARIFIED_LATER, CLARIFIED_SOON

WINDOWS = (CLARIFIED_SOON, CLARIFIED_LATER)


class Noted(msgspec.Struct, frozen=True, gc=False):
    """A post of a satker as it is looked at; ``i24`` None: not measured."""

    post: PostRef
    text: str
    i24: int | None = None


def carried(
    campaign: Campaign, week: Sequence[Noted], zone: ZoneInfo, *, within: Sequence[int | None] = ()
) -> Carried:
    """What a campaign came to among a week's posts.

    ``within``: of a clarification, how many satker carried it in each of ``WINDOWS``.
    """
    carries = carrying(campaign)
    found = sorted((n for n in week if carries(n.post.published_at, n.text)), key=in_order)
    first: dict[str, PostRef] = {}
    for noted in found:
        first.setdefault(noted.post.satker, noted.post)
    within_24, within_48 = within or (None, None)
    i24, measured = summed(found)
    return Carried(
        id=campaign.id,
        title=campaign.title,
        begins=campaign.first_day(zone),
        ends=campaign.last_day(zone),
        tags=campaign.tags,
        phrases=campaign.phrases,
        units=tuple(first.values()),
        posts=len(found),
        i24=i24,
        measured=measured,
        within_24=within_24,
        within_48=within_48,
        claim=campaign.claim,
        fact=campaign.fact,
        link=campaign.link,
    )


def carried_within(
    campaign: Campaign, posts: Iterable[Noted], known_from: datetime
) -> tuple[int | None, ...]:
    """How many satker carried it within each of ``WINDOWS`` after it began.

    None where it began before ``known_from``, the time of the earliest posts that are held.
    """
    if campaign.begins < known_from:
        return tuple(None for _ in WINDOWS)
    carries, latest = carrying(campaign), campaign.begins + WINDOWS[-1]
    early = [
        each
        for each in posts
        if each.post.published_at < latest and carries(each.post.published_at, each.text)
    ]
    return tuple(
        len({e.post.satker for e in early if e.post.published_at < campaign.begins + window})
        for window in WINDOWS
    )


def summed(posts: Iterable[Noted]) -> tuple[int | None, int]:
    """The sum of what was measured (None: nothing was), and of how many posts it is."""
    known = [noted.i24 for noted in posts if noted.i24 is not None]
    return (sum(known) if known else None), len(known)


def in_order(noted: Noted) -> tuple[datetime, str, str, str]:
    """By time; equal times by account and post."""
    post = noted.post
    return post.published_at, post.platform, post.account_id, post.post_id


def carrying(campaign: Campaign) -> Callable[[datetime, str], bool]:
    """Says of a post, by its time and its text, whether it carries the campaign while that runs."""
    wanted = {plain(tag).lstrip("#") for tag in campaign.tags}
    phrases = [spoken(phrase) for phrase in campaign.phrases]
    begins, ends = campaign.begins, campaign.ends

    def carries(at: datetime, text: str) -> bool:
        if at < begins or (ends is not None and at >= ends):
            return False
        if wanted and not wanted.isdisjoint(tags(text)):
            return True
        said = spoken(text) if phrases else ""
        return any(phrase in said for phrase in phrases)

    return carries
