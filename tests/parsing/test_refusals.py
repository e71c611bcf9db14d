"""What a refusal says and means."""

from google.api_core import exceptions

from functions.parsing.refusals import LONGEST, advice, words

MEANT = {"ClientError": "ask otherwise", "NotFound": "create it"}


def test_a_refusals_words_are_one_short_line():
    assert words(exceptions.NotFound("no such\n   database")) == "no such database"
    assert words(ValueError(" odd \n")) == "odd"
    assert len(words(ValueError("a" * 1_000))) == LONGEST


def test_advice_is_that_of_the_nearest_class():
    assert advice(exceptions.NotFound("x"), MEANT) == "create it"
    assert advice(exceptions.Conflict("x"), MEANT) == "ask otherwise"
    assert advice(exceptions.ServerError("x"), MEANT) == "see its own words"
    assert advice(ValueError("x"), MEANT, "wait") == "wait"
