"""An agency's alarms as files for staff: a table, the same as JSON, and one page.

They are made of alarms alone: the same alarms are the same bytes on any day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, Agency, iso
from functions.publish.files.tables import Cell, Column, write_csv
from functions.publish.pages.posts import web_address
from functions.publish.render import render
from functions.publish.text import alarms as text
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.store.alarms import Alarm, AlarmPost, Level, Record

FOLDER = "siaga/"
CSV, JSON, PAGE = (f"{FOLDER}{name}" for name in ("alarm.csv", "alarm.json", "index.html"))
DAYS = 90  # that the record speaks of, and the files hold
_POSTS = 3

_COLUMNS = (
    Column("id", "kode siaga", is_id=True),
    Column("level", "lonjakan atau siaga"),
    Column("satker", "kode satuan kerja", is_id=True),
    Column("name", "nama satuan kerja"),
    Column("at", "akhir jendela, UTC", kind="datetime"),
    Column("made_at", "saat siaga diberikan, UTC", kind="datetime"),
    Column("hours", "panjang jendela, jam", kind="integer"),
    Column("comments", "komentar dalam jendela itu", kind="integer"),
    Column("usual", "biasanya, seperseribu komentar", kind="integer"),
    Column("chance", "peluang karena kebetulan, sepersejuta", kind="integer"),
    Column("share", "batas bawah bagian komentar, seperseribu", kind="integer"),
    Column("usual_share", "bagian yang dibandingkan, seperseribu", kind="integer"),
    *(
        column
        for number in range(1, _POSTS + 1)
        for column in (
            Column(f"post_{number}", f"alamat unggahan ke-{number}"),
            Column(f"post_comments_{number}", "komentar baru padanya", kind="integer"),
        )
    ),
    Column("outcome", "benar atau keliru; kosong: belum ditandai"),
    Column("marked_by", "siapa yang menandai"),
    Column("marked_at", "kapan ditandai, UTC", kind="datetime"),
    Column("note", "catatan"),
)


class ShownPost(msgspec.Struct, frozen=True):
    """A post of an alarm. ``href``: None where its address is none that a browser may open."""

    platform: str
    comments: str
    href: str | None


class ShownAlarm(msgspec.Struct, frozen=True):
    """An alarm as the page shows it."""

    id: str
    headline: str
    numbers: tuple[str, ...]
    posts: tuple[ShownPost, ...]
    mark: str
    outcome: str | None


class AlarmsPage(msgspec.Struct, frozen=True):
    """The page for staff; it has nothing of what surrounds the site's pages."""

    template: ClassVar[str] = "private/alarms.html"

    agency: str
    days: int
    records: tuple[str, ...]
    meanings: Mapping[str, str]
    verdict: str
    alarms: tuple[ShownAlarm, ...]


def files_of(
    agency: Agency, alarms: Sequence[Alarm], record: Mapping[Level, Record]
) -> dict[str, bytes]:
    """The files by their paths. ``alarms``: the newest first; ``record``: of the same days."""
    page = AlarmsPage(
        agency=plain(agency.name),
        days=DAYS,
        records=tuple(text.records(record)),
        meanings={text.NAMES[level]: said for level, said in text.MEANINGS.items()},
        verdict=text.NO_VERDICT,
        alarms=tuple(_shown(alarm, agency.zone) for alarm in alarms),
    )
    return {
        CSV: write_csv(_COLUMNS, map(_row, alarms)),
        JSON: _json(agency, alarms, record),
        **render({PAGE: page}),
    }


def facts(alarm: Alarm) -> dict[str, Any]:
    """An alarm as JSON values, its id first."""
    told: dict[str, Any] = {"id": alarm.id, **msgspec.to_builtins(alarm)}
    times = {name: getattr(alarm, name) for name in ("at", "made_at", "marked_at")}
    return told | {name: None if at is None else iso(at) for name, at in times.items()}


def record_facts(record: Mapping[Level, Record]) -> dict[str, Any]:
    """A record as JSON values; ``precision`` is null while nothing is marked."""
    return {
        level: {**msgspec.to_builtins(own), "precision": own.precision}
        for level, own in record.items()
    }


def _json(agency: Agency, alarms: Sequence[Alarm], record: Mapping[Level, Record]) -> bytes:
    told = {
        "agency": agency.id,
        "days": DAYS,
        "record": record_facts(record),
        "alarms": [facts(alarm) for alarm in alarms],
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode(errors="replace")


def _row(alarm: Alarm) -> list[Cell]:
    told = facts(alarm)
    for number in range(_POSTS):
        post = alarm.posts[number] if number < len(alarm.posts) else None
        told[f"post_{number + 1}"] = post and post.url
        told[f"post_comments_{number + 1}"] = post and post.comments
    return [told[column.name] for column in _COLUMNS]


def _shown(alarm: Alarm, zone: ZoneInfo) -> ShownAlarm:
    return ShownAlarm(
        id=plain(alarm.id),
        headline=text.headline(alarm, zone),
        numbers=text.numbers(alarm),
        posts=tuple(map(_post, alarm.posts)),
        mark=text.mark(alarm, zone),
        outcome=alarm.outcome,
    )


def _post(post: AlarmPost) -> ShownPost:
    came = formats.number(post.comments)
    return ShownPost(PLATFORM_NAMES[post.platform], came, web_address(plain(post.url)))
