"""What a week's posts were about: the page that follows the running week, and each week's own.

The living page shows the beginning of a narrative's first post while that post is at hand and
stands; a week's own page, which stays for good, carries no caption.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from functions.model import iso
from functions.publish.heard import has_something
from functions.publish.pages.carried import (
    CampaignPart,
    ClarificationPart,
    NarrativePart,
    campaigns,
    clarifications,
    narratives,
)
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import ACROSS, ISSUES, week_data, week_path
from functions.publish.text import formats
from functions.publish.text.listening import ListeningLimits, listening_limits
from functions.publish.text.words import listed
from functions.store.issues import Issues, Term
from functions.thresholds import CLARIFIED_LATER, CLARIFIED_SOON, TERM_WEEKS

_NAMED = 3  # terms in the sentence about a week


class TermLine(msgspec.Struct, frozen=True):
    """A term of the week. ``before``: posts a week in the weeks before, in words."""

    term: str
    posts: int
    units: int
    before: str


class WeekPart(msgspec.Struct, frozen=True):
    """A week as its page shows it. ``name`` is ISO 8601's (``2026-W41``).

    ``soon`` and ``later``: how long clarifications are looked for, in words.
    """

    name: str
    label: str
    is_over: bool
    as_of: str
    moment: str
    rests_on: str
    finding: str
    terms: tuple[TermLine, ...]
    campaigns: tuple[CampaignPart, ...]
    narratives: tuple[NarrativePart, ...]
    clarifications: tuple[ClarificationPart, ...]
    soon: str
    later: str
    data: str


class IssuesPage(msgspec.Struct, frozen=True):
    """The week that is shown; None while there is none.

    ``waiting``: what is said of a running week that has nothing to tell yet, while the one before
    is shown. ``weeks``: the pages of all weeks, by year. ``across``: the page of all agencies.
    """

    template: ClassVar[str] = "pages/issues.html"
    shell: Shell
    week: WeekPart | None
    waiting: str
    weeks: tuple[tuple[str, tuple[Link, ...]], ...]
    across: str | None
    limits: ListeningLimits
    method: str


class WeekPage(msgspec.Struct, frozen=True):
    """A week's own page. ``before``: the week before it that has a page."""

    template: ClassVar[str] = "pages/week.html"
    shell: Shell
    week: WeekPart
    before: Link | None
    newest: str
    rules: str


class IssuesLine(msgspec.Struct, frozen=True):
    """What the front page says of a week's issues, and where they are told."""

    said: str
    label: str
    href: str


def issues_page(context: Context) -> Page:
    """The running week, or the one before while the new one has nothing to tell."""
    heard = context.material.heard
    shown = heard.shown
    part = week_part(context, shown, captions=True) if shown else None
    title = f"Isu terbaru: {part.label}" if part else "Isu"
    return IssuesPage(
        shell=context.shell(
            title,
            f"Apa yang dibicarakan unggahan satuan kerja {context.material.agency.name}: istilah "
            "yang menonjol, kampanye, narasi yang sama, dan klarifikasi.",
            section="issues",
            as_of=part.as_of if part else "",
            sheet=_sheet(part) if part else "",
        ),
        week=part,
        waiting=_waiting(heard.issues, shown),
        weeks=_by_year(context, heard.weeks),
        across=context.top(ACROSS) if len(context.material.everybody) > 1 else None,
        limits=listening_limits(),
        method=context.href("metode/"),
    )


def week_page(context: Context, issues: Issues, before: str | None) -> Page:
    """A week's own page. ``before``: the name of the week before it that has a page."""
    part = week_part(context, issues, captions=False)
    return WeekPage(
        shell=context.shell(
            f"Isu {part.label}",
            f"{part.finding} {part.rests_on}",
            section="issues",
            as_of=part.as_of,
            sheet=_sheet(part),
        ),
        week=part,
        before=Link(formats.week(before), context.href(week_path(before))) if before else None,
        newest=context.href(ISSUES),
        rules=context.href(f"{ISSUES}#cara"),
    )


def issues_line(context: Context) -> IssuesLine | None:
    """The latest week in a sentence; None while it has nothing to tell."""
    shown = context.material.heard.shown
    if shown is None or not has_something(shown):
        return None
    return IssuesLine(
        said=f"Isu {formats.week(shown.week)}: {_finding(shown)}",
        label="Selengkapnya",
        href=context.href(ISSUES),
    )


def week_part(context: Context, issues: Issues, *, captions: bool) -> WeekPart:
    """What a page shows of a week. ``captions``: with the beginning of first posts' texts."""
    zone = context.material.zone
    return WeekPart(
        name=issues.week,
        label=formats.week(issues.week),
        is_over=issues.is_over,
        as_of=formats.time(issues.as_of, zone),
        moment=iso(issues.as_of),
        rests_on=_rests_on(issues),
        finding=_finding(issues),
        terms=tuple(_term(each) for each in issues.terms),
        campaigns=campaigns(context, issues),
        narratives=narratives(context, issues, captions=captions),
        clarifications=clarifications(context, issues),
        soon=formats.duration(CLARIFIED_SOON),
        later=formats.duration(CLARIFIED_LATER),
        data=context.href(week_data(issues.week)),
    )


def _sheet(part: WeekPart) -> str:
    state = "Selesai" if part.is_over else "Berjalan"
    return f"Isu {part.label} · {state} · per {part.as_of}"


def _term(term: Term) -> TermLine:
    written = f"#{term.term.removeprefix('#')}" if term.tag else term.term
    before = "0" if not term.before else formats.decimal(term.before / TERM_WEEKS)
    # More than none, and so not written as none.
    before = "di bawah 0,1" if before == formats.decimal(0) else before
    return TermLine(written, term.posts, term.units, before.removesuffix(",0"))


def _rests_on(issues: Issues) -> str:
    posts, units = formats.number(issues.posts), formats.number(issues.units)
    before = formats.number(issues.before)
    return (
        f"{posts} unggahan dari {units} satuan kerja, dibandingkan dengan {before} unggahan dalam "
        f"{formats.number(TERM_WEEKS)} pekan sebelumnya."
    )


def _finding(issues: Issues) -> str:
    """A week in a sentence."""
    parts = []
    if issues.terms:
        named = [f"“{_term(term).term}”" for term in issues.terms[:_NAMED]]
        if more := len(issues.terms) - len(named):
            named.append(f"{formats.number(more)} istilah lain")
        parts.append(f"{listed(named)} menonjol")
    if issues.narratives:
        parts.append(f"{formats.number(len(issues.narratives))} narasi dibawa bersama")
    if carried := sum(bool(each.units) for each in issues.campaigns):
        parts.append(f"{formats.number(carried)} kampanye dibawa")
    if carried := sum(bool(each.units) for each in issues.clarifications):
        parts.append(f"{formats.number(carried)} klarifikasi dibawa")
    nothing = f"{'tidak' if issues.is_over else 'belum'} ada yang menonjol"
    said = "; ".join(parts) or nothing
    return f"{said[0].upper()}{said[1:]}."


def _waiting(read: Sequence[Issues], shown: Issues | None) -> str:
    """What is said of a newer week than the shown one; empty where there is none."""
    if shown is None or read[0].week == shown.week:
        return ""
    newest = read[0]
    posts = formats.number(newest.posts)
    return (
        f"Pekan {formats.week(newest.week)} baru memuat {posts} unggahan, dan belum ada yang "
        "menonjol di dalamnya. Yang di bawah ini pekan sebelumnya."
    )


def _by_year(context: Context, weeks: Sequence[str]) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """The pages of weeks, the latest first, by the year that the calendar of weeks gives them."""
    years: dict[str, list[Link]] = {}
    for week in weeks:
        link = Link(formats.week(week), context.href(week_path(week)))
        years.setdefault(week[:4], []).append(link)
    return tuple((year, tuple(links)) for year, links in years.items())
