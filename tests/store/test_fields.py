"""Fields as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store.fields import Fields, shown, shown_name

WIB = ZoneInfo("Asia/Jakarta")
NAMES = {"confirmed_by": ("disetujui oleh",), "value": ("nilai",), "why": ("alasan",)}


def fields(**document):
    return Fields(document, NAMES)


@pytest.mark.parametrize(
    "name", ["confirmed_by", "Confirmed By", "CONFIRMED-BY", " disetujui  oleh", "Disetujui_Oleh"]
)
def test_a_name_is_known_in_any_case_and_with_any_joint(name):
    found = fields(**{name: "Budi"})
    assert found.get("confirmed_by") == "Budi"
    assert [*found.strange()] == []


def test_a_field_is_called_as_it_was_typed():
    assert fields().label("why") == "why"
    assert fields(Alasan="").label("why") == "Alasan"
    assert fields(why=" ", Alasan="Uji").label("why") == "Alasan"


def test_two_names_of_one_field_agree_or_are_told():
    assert fields(why="Uji", Alasan="Uji").get("why") == "Uji"
    assert fields(why="Uji", Alasan=None).get("why") == "Uji"
    with pytest.raises(ValueError, match="why dan Alasan berisi hal yang berbeda"):
        fields(why="Uji", Alasan="Lain").get("why")


def test_an_own_note_is_no_misspelling():
    named = dict(fields(Catatan="", Keterangan="", Alsan="", valeu="").strange())
    assert named == {"Catatan": None, "Keterangan": None, "Alsan": "alasan", "valeu": "value"}


@pytest.mark.parametrize("typed", [120, "120", " 120 ", 120.0])
def test_a_number_is_a_number_or_its_digits(typed):
    assert fields(Nilai=typed).whole("value") == 120


@pytest.mark.parametrize("typed", [True, "1e3", "1.200", -1, 2**53, 1.5, float("nan"), None, b"1"])
def test_another_value_is_no_number(typed):
    with pytest.raises(ValueError, match="bukan jumlah interaksi"):
        fields(Nilai=typed).whole("value")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("ya", True), ("TRUE", True), (True, True), (" Tidak ", False), ("false", False), ("", None)],
)
def test_yes_and_no_are_words_too(typed, said):
    assert fields(value=typed).yes_or_no("value") is said


def test_a_day_is_its_first_instant():
    assert fields(value="2026-11-03").instant("value", WIB) == datetime(2026, 11, 2, 17, tzinfo=UTC)


def test_a_document_without_a_field_does_not_have_it():
    kept = fields(why="Uji", Nilai=1).without(["value"])
    assert (kept.get("why"), kept.get("value")) == ("Uji", None)


def test_what_is_long_is_cut():
    assert len(shown("a" * 100)) == 60
    assert shown_name("a\nb") == "a\\nb"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)
names = st.sampled_from(["why", "Alasan", "Nilai", "value", "Disetujui oleh"]) | st.text()


def told(read, name):
    """What is wrong with a field; empty where nothing is."""
    try:
        read(name)
    except ValueError as error:
        return str(error)
    return ""


@given(st.dictionaries(names, anything, max_size=5))
def test_whatever_is_typed_gives_a_value_or_one_line(document):
    found = Fields(document, NAMES)
    readers = (found.get, found.text, found.whole, found.yes_or_no)
    for read in (*readers, lambda name: found.instant(name, WIB)):
        for name in NAMES:
            said = told(read, name)
            assert "\n" not in said
            said.encode()
    for name, _ in found.strange():
        name.encode()
