"""What goes with more, or fewer, interactions over all satker: the running month, the last one.

Only groups are told that are large enough and whose interval leaves zero, on each platform by
itself; no satker stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, iso
from functions.publish.pages.charts import bar, interval
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.pages.paths import VOICE, insights_data
from functions.publish.text import formats
from functions.publish.text.listening import (
    GROUP_KINDS,
    ListeningLimits,
    format_name,
    group_name,
    listening_limits,
)
from functions.store.insights import Effect, FormatShare, GroupKind, Insights

_KINDS: tuple[GroupKind, ...] = ("format", "hour", "weekday", "tag", "campaign")


class EffectLine(msgspec.Struct, frozen=True):
    """A group that goes with more or fewer interactions. ``kind``: what it is, where its name does
    not say so."""

    kind: str
    group: str
    percent: str
    bounds: str
    chart: Markup
    posts: int
    units: int


class FormatLine(msgspec.Struct, frozen=True):
    """A platform's posts of a format; shares in tenths of a percent, None where unknown."""

    label: str
    posts: int
    posts_share: int | None
    i24: int | None
    i24_share: int | None
    bar: Markup


class PlatformPart(msgspec.Struct, frozen=True):
    """A platform's month. ``scale``: what each edge of the drawings stands for."""

    platform: Platform
    label: str
    anchor: str
    said: str
    effects: tuple[EffectLine, ...]
    scale: str
    formats: tuple[FormatLine, ...]


class MonthPart(msgspec.Struct, frozen=True):
    """A month. ``groups``: how many were looked at; ``named``: of how many something is told."""

    anchor: str
    label: str
    is_over: bool
    as_of: str
    moment: str
    posts: int
    groups: int
    named: int
    platforms: tuple[PlatformPart, ...]
    data: str


class InsightsPage(msgspec.Struct, frozen=True):
    """The latest months; none while there is nothing to tell. ``voice``: the page of shares of
    labels; empty while there is none."""

    template: ClassVar[str] = "pages/insights.html"
    shell: Shell
    months: tuple[MonthPart, ...]
    limits: ListeningLimits
    method: str
    voice: str


def insights_page(context: Context) -> Page:
    """The running month, and the last one of which nothing changes any more."""
    m = context.material
    months = tuple(_month(context, each) for each in m.heard.insights)
    return InsightsPage(
        shell=context.shell(
            "Wawasan",
            f"Bentuk, waktu, dan tagar unggahan satuan kerja {m.agency.name} yang berkaitan dengan "
            "interaksi lebih banyak atau lebih sedikit.",
            section="insights",
            as_of=months[0].as_of if months else "",
            sheet=f"Wawasan {months[0].label} · per {months[0].as_of}" if months else "",
        ),
        months=months,
        limits=listening_limits(),
        method=context.href("metode/"),
        voice=context.href(VOICE) if m.heard.shares else "",
    )


def _month(context: Context, insights: Insights) -> MonthPart:
    zone = context.material.zone
    titles = {
        each.id: each.title for issues in context.material.heard.issues for each in issues.campaigns
    }
    parts = (_platform(insights, platform, titles) for platform in PLATFORMS)
    return MonthPart(
        anchor=f"bulan-{insights.month}",
        label=formats.month(insights.month),
        is_over=insights.is_over,
        as_of=formats.time(insights.as_of, zone),
        moment=iso(insights.as_of),
        posts=insights.posts,
        groups=sum(each.groups for each in insights.looked),
        named=len(insights.effects),
        platforms=tuple(part for part in parts if part is not None),
        data=context.href(insights_data(insights.month)),
    )


def _platform(
    insights: Insights, platform: Platform, titles: dict[str, str]
) -> PlatformPart | None:
    """A platform's month; None where nothing was looked at and no post is known."""
    effects = sorted(
        (each for each in insights.effects if each.platform == platform),
        key=lambda each: (_KINDS.index(each.kind), -each.percent, each.group),
    )
    shares = [each for each in insights.formats if each.platform == platform]
    looked = [each for each in insights.looked if each.platform == platform]
    if not (effects or shares or looked):
        return None
    most = max((max(abs(each.low), abs(each.high)) for each in effects), default=1)
    groups = sum(each.groups for each in looked)
    return PlatformPart(
        platform=platform,
        label=PLATFORM_NAMES[platform],
        anchor=f"{platform}-{insights.month}",
        said=f"{formats.number(len(effects))} dari {formats.number(groups)} kelompok disebut",
        effects=tuple(_effect(each, most, titles) for each in effects),
        scale=formats.signed(most),
        formats=tuple(_formats(shares)),
    )


def _effect(effect: Effect, most: int, titles: dict[str, str]) -> EffectLine:
    group = titles.get(effect.group) if effect.kind == "campaign" else None
    return EffectLine(
        kind=GROUP_KINDS.get(effect.kind, ""),
        group=group or group_name(effect.kind, effect.group),
        percent=formats.signed(effect.percent),
        bounds=f"{formats.signed(effect.low)} sampai {formats.signed(effect.high)}",
        chart=interval(effect.low, effect.percent, effect.high, most),
        posts=effect.posts,
        units=effect.units,
    )


def _formats(shares: Sequence[FormatShare]) -> list[FormatLine]:
    """A platform's formats, the most frequent first; what is not told last."""
    posts = sum(each.posts for each in shares)
    known = [each.i24 for each in shares if each.i24 is not None]
    # A share of a part of them would be none of all.
    whole = sum(known) if len(known) == len(shares) else None
    shown = sorted(shares, key=lambda each: (each.format is None, -each.posts, each.format or ""))
    return [
        FormatLine(
            label=format_name(each.format),
            posts=each.posts,
            posts_share=formats.share(each.posts, posts),
            i24=each.i24,
            i24_share=formats.share(each.i24, whole),
            bar=bar(formats.share(each.posts, posts) or 0),
        )
        for each in shown
    ]
