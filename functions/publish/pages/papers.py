"""A month's documents as its page lists them, and who signed the sheet."""

from __future__ import annotations

import msgspec

from functions.publish.documents import paths
from functions.publish.documents.papers import Papers
from functions.publish.pages.context import Context, Link
from functions.publish.pages.posts import web_address
from functions.publish.text import formats
from functions.store.agency.months import MonthRecord

_NONE = Papers()


class SignedSheet(msgspec.Struct, frozen=True):
    """The signed copy of a month's sheet. ``sealed``: the file holds an electronic signature."""

    href: str
    by: str
    office: str
    when: str
    sealed: bool
    sha256: str
    link: str | None


class MonthPapers(msgspec.Struct, frozen=True):
    """What can be shown and signed of a month; ``signed`` None: nobody has signed."""

    links: tuple[Link, ...]
    signed: SignedSheet | None


def month_papers(context: Context, record: MonthRecord) -> MonthPapers:
    """A month's documents, as far as they are made."""
    month, revision = record.ranking.month, record.ranking.revision
    papers = context.material.papers.get(month, _NONE)
    there = {*papers.of_month(month)}
    named = (
        (paths.summary_path(month), "Ringkasan (PDF, A4)"),
        (paths.deck_path(month), "Paparan rapat (PDF, 16:9)"),
        (paths.approval_path(month), "Lembar penetapan (PDF, A4)"),
    )
    return MonthPapers(
        links=tuple(Link(said, context.href(path)) for path, said in named if path in there),
        signed=_signed(context, papers, month, revision),
    )


def month_image(context: Context, month: str) -> str:
    """The path of the picture that stands for a month where it is shared; empty without one."""
    path = paths.preview_path(month)
    return path if path in context.material.papers.get(month, _NONE).of_month(month) else ""


def unit_image(context: Context, satker: str, month: str) -> str:
    """The path of the picture that stands for a satker's month; empty without one."""
    path = paths.unit_preview_path(satker, month)
    return path if path in context.material.papers.get(month, _NONE).of_unit(month, satker) else ""


def unit_report(context: Context, satker: str, month: str) -> str:
    """The address of a satker's report of a month; empty without one."""
    path = paths.report_path(satker, month)
    there = context.material.papers.get(month, _NONE).of_unit(month, satker)
    return context.href(path) if path in there else ""


def _signed(context: Context, papers: Papers, month: str, revision: int) -> SignedSheet | None:
    signed, path = papers.signed, papers.signed_path(month, revision)
    if signed is None or not path:
        return None
    return SignedSheet(
        href=context.href(path),
        by=signed.by,
        office=signed.office,
        when=formats.date(signed.at, context.material.zone),
        sealed=signed.sealed,
        sha256=signed.sha256,
        link=web_address(signed.link),
    )
