"""A row laid over a document: cells that mean the same leave it as it was typed."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.registry.fields import fields_of
from functions.registry.overlay import given_by, handles_in, laid_over, parent_of
from tests.factories import WIB
from tests.registry.typed import anything, broken_documents

TYPED: dict[str, Any] = {
    "name": " Kanwil\u00a0Aceh",
    "kind": "kanwil",
    "website": "aceh.example.go.id",
    "active_from": "20261001",
    "accounts": {"twitter": ["@aceh"], "tiktok": {"handle": "aceh", "from": "2026-09-01"}},
    "catatan": 1,
}


def over(before: dict[str, Any] | None, **cells: str) -> dict[str, Any]:
    given = given_by(cells)
    return laid_over(before, given, handles_in(given), WIB)


def test_cells_that_mean_the_same_leave_everything_as_it_was_typed() -> None:
    cells = {
        "nama": "Kanwil Aceh",
        "website": "https://aceh.example.go.id",
        "aktif_dari": "2026-10-01",
        "x": "aceh",
        "tiktok": "https://www.tiktok.com/@aceh",
    }
    assert over(TYPED, **cells) == TYPED


def test_a_cell_that_means_something_else_is_taken_and_the_rest_stays() -> None:
    assert over(TYPED, nama="Aceh", x="baru") == TYPED | {
        "name": "Aceh",
        "accounts": {**TYPED["accounts"], "twitter": [], "x": ["baru"]},
    }


def test_an_empty_cell_clears_and_a_missing_column_does_not() -> None:
    assert over(TYPED, website="")["website"] is None
    assert over(TYPED, tiktok="")["accounts"]["tiktok"] == []
    assert over(TYPED) == TYPED


def test_a_new_document_has_every_field() -> None:
    assert over(None, nama="Aceh", x="satu;dua")["accounts"] == {"x": ["satu", "dua"]}
    assert {"parent", "notify", "active_to"} <= over(None, nama="Aceh").keys()


def test_handles_and_parents_are_read_whatever_surrounds_them() -> None:
    assert handles_in(TYPED) == [("x", "aceh"), ("tiktok", "aceh")]
    assert handles_in({"accounts": {"x": ["bukan nama!", 7, None]}}) == [("x", "7")]
    assert parent_of({"parent": " pusat "}) == "pusat"
    assert parent_of({"parent": ["pusat"]}) is None


texts = st.text(st.characters(), max_size=12) | st.sampled_from(["=1+1", "#REF!", "@a;b", "'"])
rows = st.dictionaries(
    st.sampled_from(["nama", "jenis", "website", "aktif_dari", "x", "tiktok", "pemberitahuan"]),
    texts,
)


@given(st.none() | broken_documents(), rows)
@settings(max_examples=100)
def test_a_row_laid_twice_is_laid_once(before: dict[str, Any] | None, row: dict[str, str]) -> None:
    """Over whatever stands there, and whatever the cells hold."""
    once = over(before, **row)
    assert over(once, **row) == once
    if before is not None:
        typed = fields_of(before)
        touched = {typed.spelling(field) for field in (*given_by(row), *PLATFORMS)}
        assert all(once[field] is before[field] for field in before.keys() - touched)


@given(anything)
@settings(max_examples=100)
def test_any_accounts_are_read(accounts: Any) -> None:
    assert all(isinstance(handle, str) for _, handle in handles_in({"accounts": accounts}))
