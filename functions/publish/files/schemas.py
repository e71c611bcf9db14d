"""The form of every published JSON file as JSON Schema (2020-12), in ``data/skema/``.

The schemas are made from the very structs that the files are written from, with the words of the
tables' columns. A field that is always written is required; one that earlier months lack is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from functions.model import Ranking
from functions.publish.condition import Condition
from functions.publish.files.comparison import Comparison
from functions.publish.files.dialog_file import DialogFigures, DialogFile, DialogUnit
from functions.publish.files.freshness import Freshness
from functions.publish.files.meanings import MEANINGS
from functions.publish.files.month_files import (
    CERTAINTY_COLUMNS,
    CONFIRMED_COLUMNS,
    FORMAT_COLUMNS,
    LOG_COLUMNS,
    POST_COLUMNS,
    RANKING_COLUMNS,
    Log,
    PostFile,
)
from functions.publish.files.tables import Column
from functions.publish.manifest import Manifest, MonthManifest
from functions.publish.targets.stamp import Stamp
from functions.store import evidence as ev
from functions.store.dialog import AnsweredShare, Median
from functions.store.insights import Effect, FormatShare, Insights, Looked
from functions.store.issues import Carried, Issues, Narrative, PostRef, Term
from functions.store.shares import Shares

FOLDER = "data/skema/"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Described(NamedTuple):
    """A kind of file: what it is called, where it lies, what it is made of.

    ``{bulan}`` stands for a month, ``{pekan}`` for a week.

    ``is_partial``: fields that have their usual value are not written.
    """

    title: str
    path: str
    type: Any
    is_partial: bool = False


SCHEMAS: Mapping[str, Described] = {
    "ranking": Described("Peringkat sebuah bulan", "data/{bulan}/ranking.json", Ranking),
    "unggahan": Described("Setiap unggahan sebuah bulan", "data/{bulan}/unggahan.json", PostFile),
    "keputusan": Described(
        "Keputusan, sanggahan, dan yang diubah sebuah revisi", "data/{bulan}/keputusan.json", Log
    ),
    "bukti": Described("Satu baris bukti sebuah bulan", "data/{bulan}/bukti.jsonl.gz", ev.Line),
    "terbit": Described(
        "Kapan situs terakhir diterbitkan", "data/terbit.json", Stamp, is_partial=True
    ),
    "berkas": Described("Isi situs", "data/berkas.json", Manifest),
    "segar": Described("Kapan platform terakhir dibaca", "data/segar.json", Freshness),
    "keadaan": Described("Keadaan pengukuran", "status/keadaan.json", Condition),
    "banding": Described("Satuan kerja untuk dibandingkan", "data/banding.json", Comparison),
    "berkas-bulan": Described("Berkas sebuah bulan", "data/{bulan}/berkas.json", MonthManifest),
    "isu": Described("Isu sebuah pekan", "data/isu/{pekan}.json", Issues),
    "wawasan": Described("Wawasan sebuah bulan", "data/wawasan/{bulan}.json", Insights),
    "dialog": Described("Dialog sebuah bulan", "data/dialog/{bulan}.json", DialogFile),
    "suara": Described("Suara publik sebuah bulan (uji coba)", "data/suara/{bulan}.json", Shares),
}

# What of these files the page of the data explains, by where it lies in them.
_ISSUES: Mapping[str, type[msgspec.Struct]] = {
    "": Issues,
    "terms[].": Term,
    "narratives[].": Narrative,
    "campaigns[].": Carried,
    "narratives[].posts[].": PostRef,
}
_INSIGHTS: Mapping[str, type[msgspec.Struct]] = {
    "": Insights,
    "effects[].": Effect,
    "looked[].": Looked,
    "formats[].": FormatShare,
}
_DIALOG: Mapping[str, type[msgspec.Struct]] = {
    "": DialogFile,
    "units.*.": DialogUnit,
    "units.*.questions.": DialogFigures,
    "units.*.questions.by_first.": AnsweredShare,
    "units.*.questions.median.": Median,
}
# Fields that hold an instant, which a struct does not tell from any other text.
INSTANTS = frozenset(
    {
        "after_at",
        "answered_at",
        "as_of",
        "at",
        "before_at",
        "begin",
        "closes_at",
        "confirmed_at",
        "end",
        "failing_since",
        "good_at",
        "changed_at",
        "published_at",
        "read_at",
        "since",
        "taken_at",
        "valid_from",
        "valid_to",
    }
)
_TABLES: Mapping[str, Sequence[Column]] = {
    "RankedList": RANKING_COLUMNS,
    "Row": (*RANKING_COLUMNS, *CERTAINTY_COLUMNS),
    "PostLine": (*POST_COLUMNS, *FORMAT_COLUMNS),
    "Decision": (*LOG_COLUMNS, *CONFIRMED_COLUMNS),
    "Objection": LOG_COLUMNS,
}
_COLUMNS: dict[str, str] = {
    column.name: column.meaning for column in (*LOG_COLUMNS, *POST_COLUMNS, *RANKING_COLUMNS)
}


def schema_files(absolute: str | None = None) -> dict[str, bytes]:
    """Every schema by its path.

    ``absolute``: the public address of the agency's site, with its slash; None without one.
    """
    return {
        schema_path(name): json.dumps(
            _schema(name, described, absolute), ensure_ascii=False, indent=1
        ).encode()
        + b"\n"
        for name, described in SCHEMAS.items()
    }


def issue_fields() -> tuple[tuple[str, str], ...]:
    """The fields of a week's issues by their place, and what they mean."""
    return tuple(_explained(_ISSUES))


def insight_fields() -> tuple[tuple[str, str], ...]:
    """The fields of a month's insights by their place, and what they mean."""
    return tuple(_explained(_INSIGHTS))


def dialog_fields() -> tuple[tuple[str, str], ...]:
    """The fields of a month's answering by their place, and what they mean."""
    return tuple(_explained(_DIALOG))


def _explained(structs: Mapping[str, type[msgspec.Struct]]) -> Iterator[tuple[str, str]]:
    for place, struct in structs.items():
        for field in struct.__struct_fields__:
            yield f"{place}{field}", meaning(struct.__name__, field)


def schema_path(name: str) -> str:
    """Where the schema of a kind of file lies; no other file ends like it."""
    return f"{FOLDER}{name}.schema.json"


def _schema(name: str, described: Described, absolute: str | None) -> dict[str, Any]:
    made = msgspec.json.schema(described.type)
    for struct, definition in _structs(made):
        definition.pop("title", None)
        definition.pop("description", None)
        if "properties" in definition:  # a struct that is written as an array has none
            _describe(struct, definition, described.is_partial)
    head: dict[str, Any] = {"$schema": _DIALECT}
    if absolute:
        head["$id"] = f"{absolute}{schema_path(name)}"
    return head | {"title": described.title, "description": f"Bentuk {described.path}"} | made


def _structs(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of structs by the struct's name."""
    yield from schema.get("$defs", {}).items()


def _describe(struct: str, definition: dict[str, Any], is_partial: bool) -> None:
    """Say what the fields mean, and which are always written."""
    required = set(definition.get("required", ()))
    for name, field in definition["properties"].items():
        if "default" in field:
            if not is_partial:
                required.add(name)
            del field["default"]
        if name in INSTANTS:
            for text in (field, *field.get("anyOf", ())):
                if text.get("type") == "string":
                    text["format"] = "date-time"
        if said := meaning(struct, name):
            field["description"] = said
    definition["required"] = [name for name in definition["properties"] if name in required]


def meaning(struct: str, field: str) -> str:
    """What a field of a struct means, in Indonesian; empty when nobody said."""
    for column in _TABLES.get(struct, ()):
        if column.name == field:
            return column.meaning
    return MEANINGS.get(f"{struct}.{field}") or MEANINGS.get(field) or _COLUMNS.get(field, "")
