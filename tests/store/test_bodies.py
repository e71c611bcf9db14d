"""A document as JSON text and back, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store.bodies import decode, encode, unwrapped, wrapped

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text()
nested: st.SearchStrategy[Any] = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("$base64", "$map", "a")) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(st.text(), nested | st.binary(), max_size=4)


@given(documents)
def test_a_document_comes_back_as_it_was(data: dict[str, Any]) -> None:
    assert decode(encode(data)) == data
    assert unwrapped(wrapped(data)) == data


@pytest.mark.parametrize("name", ["$base64", "$map"])
def test_a_mapping_that_looks_like_our_own_stays_a_mapping(name: str) -> None:
    assert decode(encode({"field": {name: "AA=="}})) == {"field": {name: "AA=="}}


def test_bytes_are_base64() -> None:
    assert encode({"key": b"\0"}) == '{"key":{"$base64":"AA=="}}'
