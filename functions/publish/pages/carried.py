"""What satker carried in a week: campaigns, narratives and clarifications, as pages show them.

Who carried something is listed in the order in which they did; nobody is named for not doing so.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from functions.model import PLATFORM_NAMES, Platform, iso
from functions.publish.pages.context import Context, Link
from functions.publish.pages.paths import satker_path
from functions.publish.pages.posts import caption_of, web_address
from functions.publish.site import Material
from functions.publish.text import formats
from functions.registry.addresses.public import public_address
from functions.store.issues import Carried, Issues, Narrative, PostRef


class FirstPost(msgspec.Struct, frozen=True):
    """A satker and its first post. ``unit_href`` is empty where the satker has no page."""

    unit: str
    unit_href: str
    platform: Platform
    label: str
    when: str
    moment: str
    href: str


class Reach(msgspec.Struct, frozen=True):
    """Interactions; None: none is known. ``measured`` of how many ``posts``."""

    i24: int | None
    measured: int
    posts: int


class NarrativePart(msgspec.Struct, frozen=True):
    """Posts that say nearly the same. ``first`` is the earliest; ``caption``: how it begins."""

    anchor: str
    title: str
    first: FirstPost
    units: tuple[FirstPost, ...]
    reach: Reach
    caption: str


class CampaignPart(msgspec.Struct, frozen=True):
    """A campaign: who carried it, of how many satker that posted in the week."""

    anchor: str
    title: str
    when: str
    known_by: tuple[str, ...]
    units: tuple[FirstPost, ...]
    of: int
    reach: Reach
    link: str | None


class ClarificationPart(msgspec.Struct, frozen=True):
    """A clarification: what is claimed, and what is so.

    ``soon`` and ``later``: how many satker carried it within so long; None: nobody knows.
    """

    anchor: str
    title: str
    when: str
    claim: str
    fact: str
    link: str | None
    units: tuple[FirstPost, ...]
    soon: int | None
    later: int | None
    reach: Reach


def campaigns(context: Context, issues: Issues) -> tuple[CampaignPart, ...]:
    """A week's campaigns in their order."""
    return tuple(
        CampaignPart(
            anchor=f"kampanye-{number}",
            title=each.title,
            when=_when(each),
            known_by=known_by(each),
            units=_firsts(context, each.units),
            of=issues.units,
            reach=Reach(each.i24, each.measured, each.posts),
            link=web_address(each.link),
        )
        for number, each in enumerate(issues.campaigns, 1)
    )


def clarifications(context: Context, issues: Issues) -> tuple[ClarificationPart, ...]:
    """A week's clarifications in their order."""
    return tuple(
        ClarificationPart(
            anchor=f"klarifikasi-{number}",
            title=each.title,
            when=_when(each),
            claim=each.claim or "",
            fact=each.fact or "",
            link=web_address(each.link),
            units=_firsts(context, each.units),
            soon=each.within_24,
            later=each.within_48,
            reach=Reach(each.i24, each.measured, each.posts),
        )
        for number, each in enumerate(issues.clarifications, 1)
    )


def narratives(context: Context, issues: Issues, *, captions: bool) -> tuple[NarrativePart, ...]:
    """A week's narratives in their order; what has no post is none."""
    told = (each for each in issues.narratives if each.posts)
    return tuple(
        NarrativePart(
            anchor=f"narasi-{number}",
            title=" · ".join(each.words) or "tanpa kata yang khas",
            first=_first(context, each.posts[0]),
            units=_firsts(context, _earliest(each)),
            reach=Reach(each.i24, each.measured, len(each.posts)),
            caption=_caption(context.material, each.posts[0]) if captions else "",
        )
        for number, each in enumerate(told, 1)
    )


def known_by(carried: Carried) -> tuple[str, ...]:
    """The tags and phrases that a campaign is known by, as readers write them."""
    tags = (f"#{tag.removeprefix('#')}" for tag in carried.tags)
    return (*tags, *(f"“{phrase}”" for phrase in carried.phrases))


def _when(carried: Carried) -> str:
    if carried.ends is None:
        return f"sejak {formats.day(carried.begins)}"
    return formats.days_between(carried.begins, carried.ends)


def _earliest(narrative: Narrative) -> list[PostRef]:
    """Each satker's first post, in the order in which they followed."""
    found: dict[str, PostRef] = {}
    for post in narrative.posts:
        found.setdefault(post.satker, post)
    order = (*narrative.units, *found)
    return [found[satker] for satker in dict.fromkeys(order) if satker in found]


def _firsts(context: Context, posts: Iterable[PostRef]) -> tuple[FirstPost, ...]:
    return tuple(_first(context, post) for post in posts)


def _first(context: Context, post: PostRef) -> FirstPost:
    unit = unit_link(context, post.satker)
    return FirstPost(
        unit=unit.label,
        unit_href=unit.href,
        platform=post.platform,
        label=PLATFORM_NAMES[post.platform],
        when=formats.time_short(post.published_at, context.material.zone),
        moment=iso(post.published_at),
        href=public_address(post.platform, post.post_id, post.url),
    )


def unit_link(context: Context, satker: str) -> Link:
    """A satker by its name, with its page where it has one."""
    name = context.material.names.get(satker)
    return Link(name or satker, context.href(satker_path(satker)) if name else "")


def _caption(m: Material, post: PostRef) -> str:
    """How a post begins, while it is at hand and stands; else nothing.

    Nor once its month is settled: nobody looks then whether the post is still there.
    """
    account = f"{post.platform}:{post.account_id}"
    for month, ledgers in m.ledgers.items():
        ledger = ledgers.get(account)
        entry = ledger.entries.get(post.post_id) if ledger else None
        if entry is not None:
            told = m.index.get(month)
            return "" if told is None or told.is_settled else caption_of(entry)
    return ""
