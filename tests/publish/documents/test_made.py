"""The note of what is made, as pages and the job read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.documents.made import CURSOR, DocumentsNote, made_documents, noted
from functions.store.port import Store
from tests.factories import agency_store

AT = datetime(2026, 10, 8, tzinfo=UTC)


def made(**facts: Any) -> DocumentsNote:
    known: dict[str, Any] = {"source": "a" * 64, "revision": 2, "state": "final", "at": AT}
    return DocumentsNote(**{**known, **facts})


def test_a_note_comes_back_as_it_was_saved_month_by_month(store: Store) -> None:
    agency = agency_store(store)
    agency.save_cursor(CURSOR, **noted("2026-09", made()))
    agency.save_cursor(CURSOR, **noted("2026-10", made(left="ntt", failed=("x.pdf",))))
    assert made_documents(agency.cursor(CURSOR)) == {
        "2026-09": made(),
        "2026-10": made(left="ntt", failed=("x.pdf",)),
    }


def test_a_final_month_has_its_sheet_and_that_of_its_revision() -> None:
    assert made(failed=("2026/09/paparan.pdf",)).of_month("2026-09") == (
        "2026/09/bagikan.png",
        "2026/09/ringkasan.pdf",
        "2026/09/penetapan.pdf",
        "2026/09/r2/penetapan.pdf",
    )
    assert "2026/09/penetapan.pdf" not in made(state="closing").of_month("2026-09")


def test_a_unit_that_was_not_reached_has_no_documents_yet() -> None:
    reached = ("satker/aceh/2026/09/bagikan.png", "satker/aceh/2026/09/laporan.pdf")
    assert made(left="bali").of_unit("2026-09", "aceh") == reached
    assert made(left="bali").of_unit("2026-09", "bali") == ()
    assert len(made(left="bali", whole=True).of_unit("2026-09", "bali")) == 2
    failed = made(failed=("satker/aceh/2026/09/laporan.pdf",))
    assert failed.of_unit("2026-09", "aceh") == reached[:1]


@pytest.mark.parametrize("cursor", [{}, {"months": None}, {"months": "x"}, {"months": []}])
def test_a_note_that_is_none_counts_as_none(cursor: dict[str, Any]) -> None:
    assert made_documents(cursor) == {}


@given(st.dictionaries(st.text(max_size=8), st.none() | st.text() | st.integers(), max_size=4))
def test_one_month_that_cannot_be_read_costs_no_other(odd: dict[str, Any]) -> None:
    months = {**odd, **noted("2026-09", made())["months"]}
    assert made_documents({"months": months})["2026-09"] == made()
