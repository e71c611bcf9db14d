"""Consents, attempts and tickets; each test runs against both stores."""

import pytest

from functions.store.port import Conflict

GIVEN = {"platform": "tiktok", "handle": "Kemenkum.Bali", "refresh": b"sealed"}


def attempt(book, name="a"):
    """A consent that was begun."""
    book.begin_attempt(name, {"handle": "kemenkum.bali"})
    return book.attempt(name)


def test_a_consent_is_found_whatever_its_handles_case(book):
    assert book.consent("kemenkum.bali") is None
    book.save_consent("Kemenkum.Bali", "tiktok", GIVEN)
    assert book.consent("kemenkum.BALI").data == GIVEN
    assert book.consent("kemenkum.bali", "facebook") is None
    assert [stored.id for stored in book.consents()] == ["tiktok:kemenkum.bali"]


def test_consents_of_several_handles_come_by_handle_with_one_read_each(book):
    book.save_consent("bali", "tiktok", GIVEN)
    reads = book.store.meter.reads
    assert set(book.consents_of(["Bali", "aceh"])) == {"Bali"}
    assert book.store.meter.reads - reads == 2
    assert book.consents_of([]) == {}


def test_an_accounts_first_consent_is_added_once_and_any_is_replaced(book):
    book.add_consent("bali", "tiktok", {"refresh": b"one"})
    with pytest.raises(Conflict):
        book.add_consent("BALI", "tiktok", {"refresh": b"two"})
    book.save_consent("bali", "tiktok", {"access": b"three"})
    assert book.consent("bali").data == {"access": b"three"}


def test_an_attempt_begins_once_and_takes_those_away_that_are_over(book):
    over = attempt(book, "a")
    with pytest.raises(Conflict):
        book.begin_attempt("a", {})
    book.begin_attempt("b", {"handle": "aceh"}, [over])
    assert book.attempt("a") is None
    assert [stored.id for stored in book.attempts()] == ["b"]
    book.forget_attempts(book.attempts())
    assert book.attempts() == []


def test_what_an_attempt_led_to_is_stored_with_its_ticket_spent_and_itself_gone(book):
    assert not book.is_spent("t/1")
    book.end_attempt(attempt(book), GIVEN, None, "t/1", {"handle": "kemenkum.bali"})
    assert book.is_spent("t/1")
    assert book.consent("kemenkum.bali").data == GIVEN
    assert book.attempts() == []


@pytest.mark.parametrize("fault", ["spent", "changed", "given meanwhile"])
def test_an_attempt_that_cannot_end_changes_nothing(book, fault):
    held = None
    if fault == "spent":
        book.end_attempt(attempt(book, "first"), GIVEN, None, "t", {})
        held = book.consent("kemenkum.bali")
    elif fault == "changed":
        book.add_consent("kemenkum.bali", "tiktok", {"refresh": b"old"})
        held = book.consent("kemenkum.bali")
        book.amend(held, {"refresh": b"newer"})
    else:
        book.add_consent("kemenkum.bali", "tiktok", {"refresh": b"newer"})
    before = book.consent("kemenkum.bali")
    with pytest.raises(Conflict):
        book.end_attempt(attempt(book), GIVEN | {"refresh": b"again"}, held, "t", {})
    assert book.consent("kemenkum.bali") == before
    assert book.is_spent("t") is (fault == "spent")
    assert [stored.id for stored in book.attempts()] == ["a"]
