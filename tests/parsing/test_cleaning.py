"""What is put around a value, and nobody sees or means."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.parsing.cleaning import clean, unwrapped, without_invisible

INVISIBLE = [
    *("\u00ad", "\u034f", "\u061c", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f"),
    *("\u202a", "\u202e", "\u2060", "\u2064", "\u2066", "\u2069", "\ufe0f", "\ufeff", "\u3164"),
    *("\x00", "\x08", "\x1b", "\x7f", "\x9f", "\U000e0041"),
]
WIDE = ["\u00a0", "\u2003", "\u2009", "\u202f", "\u205f", "\u3000"]


@pytest.mark.parametrize("sign", INVISIBLE)
def test_what_takes_no_room_goes_wherever_it_stands(sign):
    assert clean(f"{sign}Kanwil{sign} Ba{sign}li{sign}") == "Kanwil Bali"


@pytest.mark.parametrize("space", WIDE)
def test_a_space_of_any_width_is_a_space(space):
    assert clean(f"{space}Kanwil{space}Bali{space}") == "Kanwil Bali"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'@kemenkum_bali", "@kemenkum_bali"),
        ("'61573000111222", "61573000111222"),
        ("'=1+1", "=1+1"),
        (" ' 2026-10-01", "2026-10-01"),
        ("''x", "x"),
        ("Jum'at", "Jum'at"),
        ("Ma'ruf'", "Ma'ruf'"),
        ("'", ""),
        ("\u200e'\ufeffx", "x"),
    ],
)
def test_the_apostrophe_that_marks_a_text_goes_and_no_other(text, value):
    assert clean(text) == value


@pytest.mark.parametrize("text", ["Bali\ud83d", "Bali\ud83d\u200b"])
def test_half_an_emoji_becomes_the_sign_for_what_cannot_be_read(text):
    assert clean(text) == "Bali\ufffd"


def test_what_looks_alike_is_alike():
    assert clean("e\u0301") == "\u00e9"


def test_lines_and_tabs_inside_stay():
    assert clean(" satu\n\tdua \n") == "satu\n\tdua"


@pytest.mark.parametrize(
    "text", ['"kemenkum"', "“kemenkum”", "<kemenkum>", "(kemenkum).", "*kemenkum*", "'kemenkum', "]
)
def test_what_is_put_around_a_name_goes(text):
    assert unwrapped(text) == "kemenkum"


@given(st.text())
def test_clean_is_clean(text):
    once = clean(text)
    assert clean(once) == once
    assert unwrapped(unwrapped(text)) == unwrapped(text)
    assert without_invisible(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not once.startswith(("'", " "))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12))
def test_a_plain_text_is_cleaned_like_one_with_something_to_take_off(text):
    assert clean(text) == clean(f"{text}\u200b")
