"""What a mistyped name was probably meant to be."""

import pytest

from functions.parsing.nearest import meant, nearest

FIELDS = ("action", "account", "satker", "value")


@pytest.mark.parametrize(
    ("given", "found"),
    [("actoin", "action"), ("Acount", "account"), ("satkr", "satker"), ("xyz", None), ("", None)],
)
def test_the_nearest_is_the_one_most_alike_or_none(given, found):
    assert nearest(given, FIELDS) == found


def test_a_text_of_any_length_is_compared_in_no_time():
    assert nearest("a" * 10**6, FIELDS) is None


def test_what_was_meant_is_asked_behind_a_sentence():
    assert meant("satkr", FIELDS) == "; maksudnya 'satker'?"
    assert meant("xyz", FIELDS) == ""


def test_what_is_asked_again_among_the_same_names_is_answered_alike():
    for known in (frozenset(FIELDS), FIELDS):
        assert [nearest("actoin", known), nearest("actoin", known)] == ["action", "action"]
    assert nearest("actoin", frozenset(["value"])) is None
    assert nearest("actoin", frozenset(FIELDS), 0.99) is None
