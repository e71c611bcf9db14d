"""What an agency agreed with YouTube: a reference, or none, whatever was typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store.terms import youtube_amendment

REFERENCE = "YT-2026-0117, 3 November 2026"
odd = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.binary(max_size=4)
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)
controls = st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp"))


@pytest.mark.parametrize("name", ["youtube_amendment", "YouTube amendment", "Amandemen YouTube"])
def test_a_reference_is_taken_as_it_is_typed(name: str) -> None:
    assert youtube_amendment({name: f"  {REFERENCE}\n", "alarm": True}) == REFERENCE
    assert youtube_amendment({name: 20261103}) == "20261103"


@pytest.mark.parametrize("said", ["", " ", "none", "Tidak ada", "BELUM", "-", "x" * 201])
def test_a_word_for_none_is_none(said: str) -> None:
    assert youtube_amendment({"youtube_amendment": said}) is None


@given(odd)
def test_another_type_is_none(value: Any) -> None:
    assert youtube_amendment({"youtube_amendment": value}) is None


@given(st.text(max_size=20), controls, st.text(max_size=20))
def test_nothing_of_a_reference_is_invisible(before: str, hidden: str, after: str) -> None:
    found = youtube_amendment({"youtube_amendment": f"a{before}{hidden}{after}a"})
    assert found is None or (found.isprintable() and hidden not in found)


@given(st.dictionaries(st.text(max_size=30), odd | st.text(max_size=300), max_size=4))
def test_no_document_is_too_odd(document: dict[str, Any]) -> None:
    found = youtube_amendment(document)
    assert found is None or (found.isprintable() and 0 < len(found) <= 200)
