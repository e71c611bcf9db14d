"""Consents, attempts and tickets; each test runs against both stores."""

import pytest

from functions.store.port import Conflict

GIVEN = {"platform": "tiktok", "handle": "Kemenkum.Bali", "refresh": b"sealed"}


def attempt(agency, name="a"):
    """A consent that was begun."""
    agency.begin_attempt(name, {"handle": "kemenkum.bali"})
    return agency.attempt(name)


def test_a_consent_is_found_whatever_its_handles_case(agency):
    assert agency.consent("kemenkum.bali") is None
    agency.save_consent("Kemenkum.Bali", "tiktok", GIVEN)
    assert agency.consent("kemenkum.BALI").data == GIVEN
    assert agency.consent("kemenkum.bali", "facebook") is None
    assert [stored.id for stored in agency.consents()] == ["tiktok:kemenkum.bali"]


def test_consents_of_several_handles_come_by_handle_with_one_read_each(agency):
    agency.save_consent("bali", "tiktok", GIVEN)
    reads = agency.store.meter.reads
    assert set(agency.consents_of(["Bali", "aceh"])) == {"Bali"}
    assert agency.store.meter.reads - reads == 2
    assert agency.consents_of([]) == {}


def test_an_accounts_first_consent_is_added_once_and_any_is_replaced(agency):
    agency.add_consent("bali", "tiktok", {"refresh": b"one"})
    with pytest.raises(Conflict):
        agency.add_consent("BALI", "tiktok", {"refresh": b"two"})
    agency.save_consent("bali", "tiktok", {"access": b"three"})
    assert agency.consent("bali").data == {"access": b"three"}


def test_an_attempt_begins_once_and_takes_those_away_that_are_over(agency):
    over = attempt(agency, "a")
    with pytest.raises(Conflict):
        agency.begin_attempt("a", {})
    agency.begin_attempt("b", {"handle": "aceh"}, [over])
    assert agency.attempt("a") is None
    assert [stored.id for stored in agency.attempts()] == ["b"]
    agency.forget_attempts(agency.attempts())
    assert agency.attempts() == []


def test_what_an_attempt_led_to_is_stored_with_its_ticket_spent_and_itself_gone(agency):
    assert not agency.is_spent("t/1")
    agency.end_attempt(attempt(agency), GIVEN, None, "t/1", {"handle": "kemenkum.bali"})
    assert agency.is_spent("t/1")
    assert agency.consent("kemenkum.bali").data == GIVEN
    assert agency.attempts() == []


@pytest.mark.parametrize("fault", ["spent", "changed", "given meanwhile"])
def test_an_attempt_that_cannot_end_changes_nothing(agency, fault):
    held = None
    if fault == "spent":
        agency.end_attempt(attempt(agency, "first"), GIVEN, None, "t", {})
        held = agency.consent("kemenkum.bali")
    elif fault == "changed":
        agency.add_consent("kemenkum.bali", "tiktok", {"refresh": b"old"})
        held = agency.consent("kemenkum.bali")
        agency.amend(held, {"refresh": b"newer"})
    else:
        agency.add_consent("kemenkum.bali", "tiktok", {"refresh": b"newer"})
    before = agency.consent("kemenkum.bali")
    with pytest.raises(Conflict):
        agency.end_attempt(attempt(agency), GIVEN | {"refresh": b"again"}, held, "t", {})
    assert agency.consent("kemenkum.bali") == before
    assert agency.is_spent("t") is (fault == "spent")
    assert [stored.id for stored in agency.attempts()] == ["a"]
