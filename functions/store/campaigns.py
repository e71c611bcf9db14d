"""Campaigns and clarifications as admins type them in the console.

``campaigns/{id}`` are known by tags, ``clarifications/{id}`` by tags and phrases. A document is
read leniently (``fields.py``) and fails alone: what is wrong with it is one Indonesian line. What
is typed here stands on a public page, so that nothing invisible is taken, and no address but one of
https.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.parsing.cleaning import clean
from functions.store.fields import Fields, Names, shown

_SHARED: Names = {
    "title": ("judul", "nama"),
    "tags": ("tag", "tagar", "hashtag"),
    "from": ("dari", "mulai", "sejak"),
    "to": ("sampai", "hingga", "selesai"),
    "link": ("tautan", "alamat", "url"),
    "by": ("oleh",),
}
CAMPAIGN_NAMES: Names = _SHARED
CLARIFICATION_NAMES: Names = {
    **_SHARED,
    "claim": ("klaim", "isu"),
    "fact": ("fakta", "penjelasan"),
    "phrases": ("phrase", "frasa", "kalimat"),
}

MOST = 20  # tags, or phrases, of a document
_LONGEST_TAG = 100
_LONGEST_PHRASE, _SHORTEST_PHRASE = 200, 8
_LONGEST_TEXT = 1_000  # characters of a claim or a fact
_LONGEST_LINK = 400
_TAG = re.compile(r"\w*[^\W\d_]\w*")
_BETWEEN_TAGS = re.compile(r"[\s,;#＃]+")
_BETWEEN_PHRASES = re.compile(r"[;\n]+")
_WEB = re.compile(r"https://[^\s\"<>\\@/?#]+\.[^\s\"<>\\@/?#]+(?:[/?#][^\s\"<>\\]*)?")
# Control characters, and marks that turn the direction of what follows.
_HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign, or a clarification, is known by.

    Attributes:
        begins: its first instant, UTC. ``ends``: the first instant after it; None: until further.
        tags: without their sign, and ``phrases``, both as they were typed.
        claim, fact: what a clarification says; ``link`` to it, of https.
    """

    id: str
    title: str
    begins: datetime
    ends: datetime | None = None
    tags: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    claim: str | None = None
    fact: str | None = None
    link: str | None = None

    def first_day(self, zone: ZoneInfo) -> date:
        """The day on which it begins."""
        return self.begins.astimezone(zone).date()

    def last_day(self, zone: ZoneInfo) -> date | None:
        """The last day of which any time belongs to it; None: until further."""
        if self.ends is None:
            return None
        return (self.ends - timedelta(seconds=1)).astimezone(zone).date()


def parse_campaign(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Campaign:
    """A campaign from its document; ValueError in Indonesian when it cannot be understood."""
    fields = _fields(document, CAMPAIGN_NAMES)
    tags = _tags(fields)
    if not tags:
        raise ValueError(f"{fields.label('tags')} kosong; isi tagarnya, misalnya #SetahunBerdampak")
    begins, ends = _time(fields, zone)
    return Campaign(
        id=id,
        title=_title(fields),
        begins=begins,
        ends=ends,
        tags=tags,
        link=_link(fields),
    )


def parse_clarification(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Campaign:
    """A clarification from its document; ValueError in Indonesian when it cannot be understood."""
    fields = _fields(document, CLARIFICATION_NAMES)
    tags, phrases = _tags(fields), _phrases(fields)
    if not tags and not phrases:
        raise ValueError(
            f"{fields.label('tags')} dan {fields.label('phrases')} kosong; isi tagar atau kalimat "
            "yang dimuat unggahan klarifikasi"
        )
    begins, ends = _time(fields, zone)
    return Campaign(
        id=id,
        title=_title(fields),
        begins=begins,
        ends=ends,
        tags=tags,
        phrases=phrases,
        claim=_line(fields, "claim", _LONGEST_TEXT),
        fact=_line(fields, "fact", _LONGEST_TEXT),
        link=_link(fields),
    )


def _fields(document: Mapping[str, Any], names: Names) -> Fields:
    """The fields; ValueError where one that looks like ours is misspelt."""
    fields = Fields(document, names)
    for name, near in fields.strange():
        if near:
            raise ValueError(f"{name} tidak dikenal; maksudnya {near}?")
    _line(fields, "by", _LONGEST_PHRASE)
    return fields


def _title(fields: Fields) -> str:
    title = _line(fields, "title")
    if title is None:
        raise ValueError(f"{fields.label('title')} kosong; isi judul yang tampil di halaman isu")
    return title


def _line(fields: Fields, field: str, longest: int = _LONGEST_PHRASE) -> str | None:
    """A text of one line, with nothing in it that nobody sees."""
    text = fields.text(field, longest)
    return None if text is None else _seen(text, fields.label(field))


def _seen(text: str, label: str) -> str | None:
    if _HOSTILE.search(text):
        raise ValueError(f"{label} memuat huruf yang tidak terlihat; ketik ulang")
    return " ".join(clean(text).split()) or None


def _time(fields: Fields, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """From when and until when it runs; a last day that is typed alone belongs to it."""
    begins = fields.instant("from", zone)
    if fields.get("to") is None:
        return begins, None
    ends = fields.instant("to", zone)
    at = ends.astimezone(zone)
    if at.time() == datetime.min.time():
        ends = datetime.combine(at.date() + timedelta(days=1), at.time(), zone).astimezone(
            begins.tzinfo
        )
    if ends <= begins:
        raise ValueError(f"{fields.label('to')} lebih awal daripada {fields.label('from')}")
    return begins, ends


def _link(fields: Fields) -> str | None:
    link = _line(fields, "link", _LONGEST_LINK)
    if link is not None and not _WEB.fullmatch(link):
        raise ValueError(
            f"{fields.label('link')} {shown(link)} bukan alamat https; isi misalnya "
            "https://kemenkum.go.id/berita/1"
        )
    return link


def _tags(fields: Fields) -> tuple[str, ...]:
    """Whole tags, in a list or in a text, with their sign or without."""
    label = fields.label("tags")
    typed = [tag for item in _items(fields, "tags") for tag in _BETWEEN_TAGS.split(item) if tag]
    for tag in typed:
        if len(tag) > _LONGEST_TAG or not _TAG.fullmatch(unicodedata.normalize("NFKC", tag)):
            raise ValueError(
                f"{label} {shown(tag)} bukan tagar; isi huruf, angka, dan garis bawah tanpa spasi"
            )
    return _few(typed, label)


def _phrases(fields: Fields) -> tuple[str, ...]:
    """Phrases, in a list or in a text between semicolons or lines."""
    label = fields.label("phrases")
    typed = [
        " ".join(part.split())
        for item in _items(fields, "phrases")
        for part in _BETWEEN_PHRASES.split(item)
        if part.strip()
    ]
    for phrase in typed:
        if not _SHORTEST_PHRASE <= len(phrase) <= _LONGEST_PHRASE:
            raise ValueError(
                f"{label} {shown(phrase)} harus {_SHORTEST_PHRASE} sampai {_LONGEST_PHRASE} huruf"
            )
    return _few(typed, label)


def _items(fields: Fields, field: str) -> Iterator[str]:
    """The texts of a field that holds a list, or one text."""
    given, label = fields.get(field), fields.label(field)
    items = given if isinstance(given, list | tuple) else [] if given is None else [given]
    for item in items:
        if not isinstance(item, str):
            raise ValueError(f"{label} {shown(item)} bukan teks; tulis sebagai teks biasa")
        # Lines part phrases: each is looked at by itself.
        yield from (seen for line in item.splitlines() if (seen := _seen(line, label)))


def _few(typed: list[str], label: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(typed))
    if len(found) > MOST:
        raise ValueError(f"{label} berisi {len(found)} isian; paling banyak {MOST}")
    return found
