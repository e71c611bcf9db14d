"""The registry's history as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from functions.publish.files.registry_history import COLUMNS, author, history_csv, published
from functions.registry.changes import Amendment
from functions.registry.history import HistoryEntry

AT = datetime(2026, 10, 20, 3, tzinfo=UTC)


def entry(*changes: Amendment, by: str | None = None) -> HistoryEntry:
    return HistoryEntry(at=AT, changes=changes, by=by)


def test_every_change_is_a_row() -> None:
    changes = (
        Amendment(happens="begins", satker="bali", after="Kanwil Bali", since=AT),
        Amendment(happens="ends", satker="bali", platform="x", handle="a", since=AT, until=AT),
    )
    content = history_csv([entry(*changes, by="ayu@example.go.id")]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert [(r["happens"], r["platform"], r["after"], r["until"], r["by"]) for r in rows] == [
        ("begins", "", "Kanwil Bali", "", "ayu"),
        ("ends", "x", "", "2026-10-20T03:00:00Z", "ayu"),
    ]


def test_a_name_that_would_be_a_formula_stays_text() -> None:
    content = history_csv([entry(Amendment(happens="begins", satker="a", after="=1+1"))])
    assert b"'=1+1" in content


def test_what_is_of_people_is_hidden() -> None:
    change = Amendment(
        happens="changes", satker="a", field="pemberitahuan", before=None, after="a@b.example.id"
    )
    assert published(change) == (None, "(tidak diterbitkan)")
    assert author(entry(change)) is None
    assert author(entry(change, by="Ayu Wulandari")) == "Ayu Wulandari"
