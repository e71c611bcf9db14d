"""A request's body is one plain object, or a sentence; test_trigger.py sends them over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.parsing.body import DEEPEST, BodyError, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_an_object_is_read_as_it_was_written(body: dict[str, Any]) -> None:
    assert parse(json.dumps(body).encode()) == body


@pytest.mark.parametrize("content", [b"", b" \n", b"{}"])
def test_nothing_is_an_empty_object(content: bytes) -> None:
    assert parse(content) == {}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[]", "must be a JSON object"),
        (b'{"a": 1, "a": 2}', "'a' stands in the body twice"),
        (b'{"a": {"b": NaN}}', "NaN is no number"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' stands in the body twice"),
        (b"{", "not JSON"),
    ],
)
def test_anything_else_is_told(content: bytes, told: str) -> None:
    with pytest.raises(BodyError, match=told):
        parse(content)


@pytest.mark.parametrize("depth", [DEEPEST, DEEPEST + 1])
def test_a_body_may_be_so_deep_and_no_deeper(depth: int) -> None:
    content = b'{"a":' * depth + b"1" + b"}" * depth
    if depth <= DEEPEST:
        assert parse(content)
        return
    with pytest.raises(BodyError, match="nested more than 32 deep"):
        parse(content)
