"""What a week's posts were about: terms, narratives, campaigns and clarifications.

Made from captions that the site shows anyway. Nothing of a post's text is kept here but single
words; weeks are Monday to Sunday in the agency's time zone, named as ISO 8601 does (``2026-W41``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from functions.model import Platform

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class PostRef(msgspec.Struct, frozen=True, kw_only=True):
    """A post, as it can be looked up and linked."""

    platform: Platform
    account_id: str
    post_id: str
    satker: str
    url: str
    published_at: _Instant


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word, or two neighbouring ones, of which there are more than in the eight weeks before.

    ``posts`` of ``units`` satker held it this week; ``before``: how many did in the eight weeks.
    ``z`` is in hundredths. ``tag``: whether it is written as a tag in most of its posts.
    """

    term: str
    posts: _Count
    units: _Count
    before: _Count
    z: int
    tag: bool = False


class Narrative(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of several satker that say nearly the same.

    Attributes:
        words: a few words that most of them share and others do not, for naming it.
        posts: all of them, the earliest first. ``first`` is posts[0].
        units: the satker, in the order in which they followed.
        i24: the sum of what was measured; None where nothing was. ``measured``: of how many posts.
    """

    words: tuple[str, ...]
    posts: tuple[PostRef, ...]
    units: tuple[str, ...]
    i24: int | None
    measured: _Count


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign or a clarification came to in the week.

    Attributes:
        id: of the admin's document. ``title``: what it is called.
        tags: what posts are known by, and ``phrases``, as they were typed.
        units: the satker that carried it, each with its first post of the week.
        posts: how many posts did. ``i24`` and ``measured``: as a narrative's.
        within_24, within_48: how many satker carried a clarification so many hours after it began;
            None for a campaign.
        claim, fact, link: what a clarification says; ``link`` also where a campaign has one.
    """

    id: str
    title: str
    begins: date
    ends: date | None
    tags: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    units: tuple[PostRef, ...] = ()
    posts: _Count = 0
    i24: int | None = None
    measured: _Count = 0
    within_24: _Count | None = None
    within_48: _Count | None = None
    claim: str | None = None
    fact: str | None = None
    link: str | None = None


class Issues(msgspec.Struct, frozen=True, kw_only=True):
    """A week of an agency.

    ``posts`` of ``units`` satker were looked at; ``before`` were published in the eight weeks
    before it. ``is_over``: nothing of it changes any more.
    """

    week: str
    as_of: _Instant
    is_over: bool
    posts: _Count
    units: _Count
    before: _Count
    terms: tuple[Term, ...] = ()
    narratives: tuple[Narrative, ...] = ()
    campaigns: tuple[Carried, ...] = ()
    clarifications: tuple[Carried, ...] = ()
