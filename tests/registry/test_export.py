"""The registry written to a file that comes in again as it is."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.registry.export import LONGEST, UNREADABLE, write_csv
from functions.registry.files import read
from functions.registry.sheet import write_xlsx
from tests.registry.one_agency import check, write
from tests.registry.typed import broken_documents, registries


def rows(content: bytes | str) -> list[tuple[int, dict[str, str]]]:
    return read(content if isinstance(content, bytes) else content.encode(), "satker.csv")


@given(registries(), st.sampled_from([",", ";"]))
def test_what_is_exported_is_imported_as_it_was(held: Any, delimiter: str) -> None:
    exported = write(held).decode()
    if delimiter == ";":
        table = list(csv.reader(io.StringIO(exported, newline="")))
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";").writerows(table)
        exported = "\ufeff" + buffer.getvalue()
    found, problems = check(rows(exported), {})
    assert problems == []
    assert found == held


def test_an_account_with_its_own_validity_is_exported_by_its_handle() -> None:
    held = {
        "aceh": {
            "name": "Aceh",
            "kind": "kanwil",
            "accounts": {"x": [{"handle": "lama", "to": "2026-09-30"}, "baru"], "tiktok": "satu"},
        }
    }
    [(_, row)] = rows(write(held))
    assert (row["x"], row["tiktok"]) == ("lama;baru", "satu")


def test_a_document_that_an_admin_broke_costs_no_export() -> None:
    held = {"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": "x: kemenkum"}, "bali": {}}
    assert [row["id"] for _, row in rows(write(held))] == ["aceh", "bali"]


def test_a_date_that_was_picked_in_the_console_is_exported_and_imported_again() -> None:
    picked = datetime(2026, 10, 1, 2, 30, tzinfo=UTC)
    document = {"name": "Kanwil A", "kind": "kanwil", "active_from": picked}
    found = read(write({"kanwil-a": document}), "satker.csv")
    documents, problems = check(found, {})
    assert problems == []
    assert documents["kanwil-a"]["active_from"] == "2026-10-01T02:30:00Z"


def test_what_looks_like_a_formula_is_text_in_csv_as_well() -> None:
    name = "+62 Kanwil @Aceh"
    content = write({"aceh": {"name": name, "kind": "kanwil", "accounts": {"x": "@aceh"}}})
    assert b"'+62" in content
    assert b"'@aceh" in content
    [(_, row)] = rows(content)
    assert (row["nama"], row["x"]) == (name, "@aceh")


@pytest.mark.parametrize(
    "document",
    [
        {"province": True},
        {"province": ["Bali"]},
        {"province": float("nan")},
        {"province": -5},
        {"province": 2**53},
        {"short_name": b"x"},
        {"accounts": {"x": [True]}},
        {"accounts": {"x": [f"nama{n:011}" for n in range(2_000)]}},
        {"website": "https://a.example.go.id/" + "x" * LONGEST},
        {"notify": [["a@example.go.id"]]},
        {"accounts": {"x": {"from": "2026-10-01"}}},
        {"accounts": {"x": [{"to": "2026-10-01"}, "@satu"]}},
    ],
)
def test_what_no_cell_can_hold_is_an_error_of_its_row_and_never_empty(document: Any) -> None:
    held = {"aceh": {"name": "Aceh", "kind": "kanwil", **document}}
    content = write(held)
    assert UNREADABLE in content.decode()
    _, said = check(rows(content), held)
    assert len(said) == 1


def test_numbers_and_lists_that_cells_can_hold_change_nothing() -> None:
    held = {
        "aceh": {
            "name": 7.0,
            "kind": "upt",
            "notify": ["a@example.go.id", "b@example.go.id"],
            "accounts": {
                "facebook": 61573000111222,
                "x": [{"handle": "@satu", "to": "2026-10-01"}, "dua;tiga"],
            },
        }
    }
    assert check(rows(write(held)), held) == (held, [])


@given(
    st.dictionaries(st.sampled_from(["aceh", "bali"]), broken_documents(), max_size=2),
    st.integers(0, 9),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_the_export_of_any_documents_changes_none_of_them(held: Any, die: int) -> None:
    """Each unit comes back as it is, or its row is refused."""
    content = write_csv({"": held}) if die else write_xlsx({"": held})
    documents, said = check(rows(content) if die else read(content, "satker.xlsx"), held)
    assert documents.keys() == held.keys()
    refused = {line.split(",")[0].split(":")[0] for line in said}
    for number, satker in enumerate(held, 2):
        assert f"baris {number}" in refused or _same(documents[satker], held[satker])


def _same(one: Any, other: Any) -> bool:
    """Whether two documents hold the same; what is nested too deeply to compare is one thing."""
    return one.keys() == other.keys() and all(
        one[field] is other[field] or one[field] == other[field] for field in one
    )
