"""What pages may say of a month's documents, from one note, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.documents.made import DocumentsNote, noted
from functions.publish.documents.papers import Papers, noted_signature, papers_of
from functions.store.agency.signatures import Signature

AT = datetime(2026, 10, 10, tzinfo=UTC)
NOTE = DocumentsNote(source="e" * 64, revision=1, state="final", at=AT, whole=True)
SIGNED = Signature(
    month="2026-09",
    revision=1,
    by="Ani Lestari",
    office="Kepala Biro",
    at=AT,
    sha256="a" * 64,
    size=9,
    sealed=True,
)
CURSOR: dict[str, Any] = {**noted("2026-09", NOTE), **noted_signature(SIGNED)}


def test_documents_and_who_signed_come_from_one_note() -> None:
    papers = papers_of(CURSOR)["2026-09"]
    assert "2026/09/penetapan.pdf" in papers.of_month("2026-09")
    assert papers.of_unit("2026-09", "setjen") != ()
    assert papers.signed_path("2026-09", 1) == "2026/09/r1/penetapan-bertanda-tangan.pdf"
    assert papers.signed == SIGNED


def test_a_signature_is_of_its_revision_alone() -> None:
    assert papers_of(CURSOR)["2026-09"].signed_path("2026-09", 2) == ""


def test_a_signature_may_be_there_before_the_documents() -> None:
    papers = papers_of(noted_signature(SIGNED))["2026-09"]
    assert papers.of_month("2026-09") == ()
    assert papers.signed == SIGNED


def test_the_source_changes_with_what_the_months_page_says_and_with_nothing_else() -> None:
    papers = papers_of(CURSOR)["2026-09"]
    assert Papers().source("2026-09") == ""
    later = msgspec.structs.replace(NOTE, at=datetime(2026, 10, 11, tzinfo=UTC))
    assert msgspec.structs.replace(papers, made=later).source("2026-09") == papers.source("2026-09")
    other = msgspec.structs.replace(SIGNED, by="Budi")
    for changed in ({"signed": None}, {"signed": other}, {"made": None}):
        assert msgspec.structs.replace(papers, **changed).source("2026-09") != papers.source(
            "2026-09"
        )


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["months", "signed", "left"]), ODD))
def test_an_odd_note_counts_as_none(cursor: dict[str, Any]) -> None:
    assert papers_of(cursor) == {}


@pytest.mark.parametrize("field", ["months", "signed"])
@given(odd=ODD)
def test_an_odd_month_costs_itself_alone(field: str, odd: Any) -> None:
    found = papers_of({**CURSOR, field: {**CURSOR[field], "2026-08": odd}})
    assert found["2026-09"] == papers_of(CURSOR)["2026-09"]
    assert "2026-08" not in found
