"""Ids that survive whatever a platform or a person puts into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store.documents import check_path
from functions.store.keys import key, unkey

parts = st.lists(st.text(), min_size=1).filter(lambda given: given != [""])


@pytest.mark.parametrize(
    ("given_parts", "expected"),
    [
        (("x", "123", "456"), "x:123:456"),
        (("instagram", "kanwil.ntt_resmi"), "instagram:kanwil.ntt_resmi"),
        (("youtube", "@Kemenkum/Bali"), "youtube:@Kemenkum%2FBali"),
        (("a:b", "100%"), "a%3Ab:100%25"),
        (("tiktok", ""), "tiktok:"),
        ((".",), "%2E"),
        (("..",), "%2E."),
        (("__x", "y__"), "%5F_x:y__"),
        (("Hukum é",), "Hukum é"),
        (("a\nb",), "a%0Ab"),
    ],
)
def test_only_what_would_clash_is_encoded(given_parts, expected):
    assert key(*given_parts) == expected
    assert unkey(expected) == given_parts


@given(parts)
def test_parts_come_back(given_parts):
    assert list(unkey(key(*given_parts))) == given_parts


@given(parts, parts)
def test_different_parts_make_different_keys(one, other):
    assert (key(*one) == key(*other)) == (one == other)


@given(parts)
def test_every_key_is_an_id_that_a_store_takes(given_parts):
    id = key(*given_parts)
    check_path(f"agencies/{id}")
    assert "/" not in id


@pytest.mark.parametrize("empty", [(), ("",)])
def test_a_key_is_never_empty(empty):
    with pytest.raises(ValueError):
        key(*empty)
