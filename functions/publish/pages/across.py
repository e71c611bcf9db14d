"""A week over all agencies of an installation: what several of them were about.

Only terms and tags are compared, which each agency publishes by itself; no text meets another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import msgspec

from functions.model import Agency
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import ISSUES
from functions.publish.targets.sites import folder_of
from functions.publish.text import formats
from functions.store.issues import Issues

_SEVERAL = 2  # agencies


class SharedTerm(msgspec.Struct, frozen=True):
    """A term of several agencies, with the posts that held it."""

    term: str
    posts: int
    agencies: tuple[Link, ...]


class SharedTag(msgspec.Struct, frozen=True):
    """A tag by which several agencies know a campaign: each one's campaign, and who carried it."""

    tag: str
    campaigns: tuple[tuple[Link, str, int, int], ...]


class AgencyLine(msgspec.Struct, frozen=True):
    """An agency's week in numbers."""

    agency: Link
    posts: int
    units: int
    terms: int
    narratives: int


class AcrossPage(msgspec.Struct, frozen=True):
    """The latest week that agencies have published; ``name`` is empty while there is none."""

    template: ClassVar[str] = "pages/across.html"
    shell: Shell
    name: str
    label: str
    as_of: str
    terms: tuple[SharedTerm, ...]
    tags: tuple[SharedTag, ...]
    agencies: tuple[AgencyLine, ...]
    own: str


def across_page(context: Context, week: str, told: Mapping[str, Issues]) -> Page:
    """A week over agencies. ``told``: their issues by the agency's id; of others nothing is told.

    ``week`` is empty while no agency has one.
    """
    m = context.material
    known = [(each, told[each.id]) for each in m.everybody if each.id in told]
    label = formats.week(week) if week else ""
    times = [issues.as_of for _, issues in known]
    return AcrossPage(
        shell=context.shell(
            f"Isu lintas instansi {label}".strip(),
            "Istilah dan kampanye yang dibawa beberapa instansi dalam pekan yang sama.",
            section="issues",
            as_of=formats.time(max(times), m.zone) if times else "",
        ),
        name=week,
        label=label,
        as_of=formats.time(max(times), m.zone) if times else "",
        terms=tuple(_terms(context, known)),
        tags=tuple(_tags(context, known)),
        agencies=tuple(
            AgencyLine(
                agency=_link(context, agency),
                posts=issues.posts,
                units=issues.units,
                terms=len(issues.terms),
                narratives=len(issues.narratives),
            )
            for agency, issues in known
        ),
        own=context.href(ISSUES),
    )


def _terms(context: Context, known: Sequence[tuple[Agency, Issues]]) -> Iterator[SharedTerm]:
    """The terms of several agencies, of most agencies first."""
    found: dict[str, list[tuple[Agency, int]]] = {}
    for agency, issues in known:
        for each in issues.terms:
            found.setdefault(_plain(each.term), []).append((agency, each.posts))
    shared = [(term, held) for term, held in found.items() if len(_ids(held)) >= _SEVERAL]
    for term, held in sorted(shared, key=lambda pair: (-len(_ids(pair[1])), pair[0])):
        agencies = {agency.id: agency for agency, _ in held}
        yield SharedTerm(
            term=term,
            posts=sum(posts for _, posts in held),
            agencies=tuple(_link(context, agency) for agency in agencies.values()),
        )


def _tags(context: Context, known: Sequence[tuple[Agency, Issues]]) -> Iterator[SharedTag]:
    """The tags by which several agencies know a campaign."""
    found: dict[str, list[tuple[Agency, tuple[str, int, int]]]] = {}
    for agency, issues in known:
        for each in issues.campaigns:
            for tag in {_plain(tag) for tag in each.tags}:
                told = (each.title, len(each.units), issues.units)
                found.setdefault(tag, []).append((agency, told))
    for tag, held in sorted(found.items()):
        if tag and len(_ids(held)) >= _SEVERAL:
            yield SharedTag(
                tag=f"#{tag}",
                campaigns=tuple((_link(context, agency), *told) for agency, told in held),
            )


def _ids(held: Iterable[tuple[Agency, object]]) -> set[str]:
    return {agency.id for agency, _ in held}


def _plain(word: str) -> str:
    """A word as it is compared: without its sign, whatever the case."""
    return word.removeprefix("#").casefold()


def _link(context: Context, agency: Agency) -> Link:
    folder = folder_of(agency, context.material.everybody)
    return Link(agency.name, context.top(f"{folder}{ISSUES}"))
