"""How the comments of citizens were answered: a section of each unit's page, and the ministry's.

It is no ranking: no page lists units beside one another by it. Where too few threads stand behind a
figure there is no number at all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import msgspec

from functions.model import iso
from functions.publish.files.dialog_file import (
    LEAST_N,
    DialogFigures,
    DialogUnit,
    dialog_unit,
)
from functions.publish.imprint import Imprint
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import dialog_data
from functions.publish.pages.posts import web_address
from functions.publish.site import Material
from functions.publish.text import dialog as text
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.store.dialog import Dialog, UnitDialog
from functions.store.expiry import KEPT, kept_threads
from functions.store.listening_settings import MOST_SAMPLE_DAYS, MOST_SAMPLES, Listening


class DialogRules(msgspec.Struct, frozen=True):
    """The values of the rules, as pages write them."""

    first: str
    last: str
    least: str
    kept: str
    kept_youtube: str
    samples: str
    sample_days: str


class DialogRow(msgspec.Struct, frozen=True):
    """A figure of the questions and of all threads; None: too few of them."""

    label: str
    questions: str | None
    threads: str | None


class DialogMonth(msgspec.Struct, frozen=True):
    """A month's figures. ``rows``: none where nothing is told of it. ``is_canned``: one answer was
    given to many."""

    month: str
    label: str
    is_over: bool
    as_of: str
    moment: str
    rows: tuple[DialogRow, ...]
    is_canned: bool
    data: str


class DialogSection(msgspec.Struct, frozen=True):
    """What a page says of answering, and of what is kept of citizens' comments.

    ``samples``: texts that are drawn in a month to be labelled. ``notice``: the privacy notice.
    ``contact``: whom to ask about personal data; its ``href`` is empty where it is no address.
    """

    months: tuple[DialogMonth, ...]
    rules: DialogRules
    samples: int
    notice: str | None
    contact: Link | None
    method: str


class DialogPage(msgspec.Struct, frozen=True):
    """The ministry's months. ``files``: of every month."""

    template: ClassVar[str] = "pages/dialog.html"
    shell: Shell
    section: DialogSection
    files: tuple[Link, ...]
    units: str


def dialog_section(context: Context, satker: str) -> DialogSection | None:
    """A unit's newest months, the latest first; None where there is no figure of it at all."""
    found = [(each, each.units[satker]) for each in _dialogs(context) if satker in each.units]
    return _section(context, found) if found else None


def dialog_page(context: Context) -> Page:
    """The ministry as a whole: the running month, and the last one that is closed."""
    section = _section(context, [(each, each.ministry) for each in _dialogs(context)])
    newest = next(iter(section.months), None)
    return DialogPage(
        shell=context.shell(
            "Dialog",
            f"Seberapa sering dan seberapa cepat satuan kerja {context.material.agency.name} "
            "menjawab komentar di akun resminya; bukan peringkat.",
            section="dialog",
            as_of=newest.as_of if newest else "",
            sheet=f"Dialog {newest.label} · per {newest.as_of}" if newest else "",
        ),
        section=section,
        files=tuple(
            Link(f"{formats.month(month)} (JSON)", context.href(dialog_data(month)))
            for month in context.material.heard.dialog_months
        ),
        units=context.href("satker/"),
    )


def dialog_rules(m: Material) -> DialogRules:
    """The rules by which the latest month was made; without one, those that would apply."""
    held = next(iter(m.heard.dialogs), None)
    first, last = held.due_days if held else Listening().due_days
    least = held.least_n if held else Listening().least_n
    return DialogRules(
        first=formats.number(first),
        last=formats.number(last),
        least=formats.number(max(LEAST_N, least)),
        kept=formats.days(KEPT["threads"]),
        kept_youtube=formats.days(kept_threads("youtube")),
        samples=formats.number(MOST_SAMPLES),
        sample_days=formats.days(timedelta(days=MOST_SAMPLE_DAYS)),
    )


def _dialogs(context: Context) -> tuple[Dialog, ...]:
    return context.material.heard.dialogs


def _section(context: Context, found: list[tuple[Dialog, UnitDialog]]) -> DialogSection:
    heard = context.material.heard
    return DialogSection(
        months=tuple(_month(context, dialog, unit) for dialog, unit in found),
        rules=dialog_rules(context.material),
        samples=heard.samples,
        notice=web_address(heard.notice_url),
        contact=_contact(heard.dpo),
        method=context.href("metode/#dialog"),
    )


def _contact(dpo: str) -> Link | None:
    said = Imprint(contact=plain(dpo))
    href = said.contact_href if said.is_mail else web_address(said.contact) or ""
    return Link(said.contact, href) if said.contact else None


def _month(context: Context, dialog: Dialog, unit: UnitDialog) -> DialogMonth:
    told = dialog_unit(unit, dialog.least_n)
    return DialogMonth(
        month=dialog.month,
        label=formats.month(dialog.month),
        is_over=dialog.closed,
        as_of=formats.time(dialog.as_of, context.material.zone),
        moment=iso(dialog.as_of),
        rows=_rows(dialog, told) if told.is_told else (),
        is_canned=bool(told.questions.canned or told.threads.canned),
        data=context.href(dialog_data(dialog.month)),
    )


def _rows(dialog: Dialog, told: DialogUnit) -> tuple[DialogRow, ...]:
    first, last = dialog.due_days
    questions, threads = _cells(told.questions, "pertanyaan"), _cells(told.threads, "utas")
    labels = {
        "first": f"Dijawab sampai hari kerja ke-{first}",
        "last": f"Dijawab sampai hari kerja ke-{last}",
        "median": "Median waktu jawab",
        "unmeasured": "Tidak dapat diukur",
    }
    if not dialog.closed:
        labels["open"] = "Belum lewat batasnya"
    return tuple(DialogRow(label, questions[key], threads[key]) for key, label in labels.items())


def _cells(figures: DialogFigures, what: str) -> dict[str, str | None]:
    """What is said of each figure; None where nothing is."""
    return {
        "first": text.answered(figures.by_first, what),
        "last": text.answered(figures.by_last, what),
        "median": text.median(figures.median),
        "unmeasured": _number(figures.unmeasured),
        "open": _number(figures.open),
    }


def _number(value: int | None) -> str | None:
    return None if value is None else formats.number(value)
