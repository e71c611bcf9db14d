"""What a store refuses before it writes: paths, names and values that no adapter could take.

That every adapter refuses the same, and on which size, stands in test_contract.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store.documents import MAX_BYTES, check, check_path, merged, queried_field
from functions.store.port import StoreError, Write

values = st.recursive(
    st.none() | st.integers(),
    lambda inner: st.dictionaries(st.sampled_from("ab"), inner, min_size=1, max_size=2),
    max_leaves=6,
)
documents = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@pytest.mark.parametrize("path", ["posts", "posts/", "/x", "a/b/c", "posts/..", "posts/__x__", ""])
def test_a_path_is_a_collection_and_an_id_that_firestore_takes(path: str) -> None:
    with pytest.raises(ValueError, match="collection/id"):
        check_path(path)


@pytest.mark.parametrize(
    "data",
    [{"changed_at": 1}, {"": 1}, {"__x__": 1}, {"a": [[1]]}, {"a": 2**63}, {"a": float("nan")}],
)
def test_a_value_that_cannot_be_stored_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        check(Write("posts/x", data))


def test_a_document_over_its_limit_is_told_with_both_sizes() -> None:
    with pytest.raises(StoreError, match=f"may take {MAX_BYTES:,}: split it"):
        check(Write("posts/x", {"a": b"0" * MAX_BYTES}))


def test_a_collection_is_bounded_by_its_own_field_or_not_at_all() -> None:
    assert queried_field("agencies/kemenkum/posts") == "published_at"
    with pytest.raises(ValueError, match="QUERIED"):
        queried_field("agencies/kemenkum/satker")


@given(documents, documents)
def test_merging_twice_is_merging_once_and_changes_neither(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    once = merged(old, new)
    assert merged(once, new) == once
    assert once.keys() == old.keys() | new.keys()
    assert merged(old, {}) == old
