"""Open questions as files for staff: a table, the same as JSON, and one page.

Links and times alone: nothing here says what was asked, or by whom.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, Agency, Platform, iso
from functions.publish.files.tables import Cell, Column, write_csv
from functions.publish.render import render
from functions.publish.text import formats
from functions.publish.text.plain import plain

FOLDER = "kotak/"
CSV, JSON, PAGE = (
    f"{FOLDER}{name}" for name in ("pertanyaan.csv", "pertanyaan.json", "index.html")
)

_COLUMNS = (
    Column("satker", "kode satuan kerja", is_id=True),
    Column("name", "nama satuan kerja"),
    Column("platform", "platform"),
    Column("asked_at", "saat ditanyakan, UTC", kind="datetime"),
    Column("asked_local", "saat ditanyakan, menurut zona satuan kerja"),
    Column("read_at", "pembacaan terakhir, UTC", kind="datetime"),
    Column("age_hours", "umurnya saat dibaca itu, jam", kind="integer"),
    Column("order", "urutan menurut model instansi; 0 tanpa model", kind="integer"),
    Column("url", "alamatnya di platform; kosong bila tidak dapat ditunjukkan"),
)


class WaitingQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question that nobody has answered yet, by the latest read.

    ``timezone``: of its unit. ``order``: the smallest first. ``url``: None where there is none that
    may be shown.
    """

    satker: str
    name: str
    platform: Platform
    asked_at: datetime
    read_at: datetime
    timezone: str
    order: int = 0
    url: str | None = None

    @property
    def asked_local(self) -> str:
        """When it was asked, by its unit's clock."""
        return formats.time(self.asked_at, ZoneInfo(self.timezone))

    @property
    def age_hours(self) -> int:
        """How old it was at the latest read, in whole hours."""
        return max(0, int((self.read_at - self.asked_at).total_seconds()) // 3_600)


class ShownQuestion(msgspec.Struct, frozen=True):
    """A question as the page shows it."""

    name: str
    platform: str
    asked: str
    age: str
    href: str | None


class InboxPage(msgspec.Struct, frozen=True):
    """The page for staff; it has nothing of what surrounds the site's pages."""

    template: ClassVar[str] = "private/inbox.html"

    agency: str
    questions: tuple[ShownQuestion, ...]


def files_of(agency: Agency, questions: Sequence[WaitingQuestion]) -> dict[str, bytes]:
    """The files by their paths. ``questions``: in the order in which they are shown."""
    page = InboxPage(agency=plain(agency.name), questions=tuple(map(_shown, questions)))
    told = {"agency": agency.id, "questions": [_facts(each) for each in questions]}
    return {
        CSV: write_csv(_COLUMNS, map(_row, questions)),
        JSON: f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode(errors="replace"),
        **render({PAGE: page}),
    }


def _facts(question: WaitingQuestion) -> dict[str, Any]:
    return {
        "satker": question.satker,
        "name": question.name,
        "platform": question.platform,
        "asked_at": iso(question.asked_at),
        "asked_local": question.asked_local,
        "read_at": iso(question.read_at),
        "age_hours": question.age_hours,
        "order": question.order,
        "url": question.url,
    }


def _row(question: WaitingQuestion) -> list[Cell]:
    told = _facts(question)
    return [told[column.name] for column in _COLUMNS]


def _shown(question: WaitingQuestion) -> ShownQuestion:
    hours = question.age_hours
    return ShownQuestion(
        name=question.name,
        platform=PLATFORM_NAMES[question.platform],
        asked=question.asked_local,
        age=f"{formats.number(hours)} jam" if hours else "kurang dari 1 jam",
        href=question.url,
    )
