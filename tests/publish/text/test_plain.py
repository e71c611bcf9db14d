"""Names and captions stay text of one line, whatever somebody put into them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from functions.publish.text.plain import plain


def test_a_plain_name_stays_as_it_is() -> None:
    assert plain("Kanwil Kemenkum Nusa Tenggara Timur") == "Kanwil Kemenkum Nusa Tenggara Timur"


def test_directions_and_line_breaks_go() -> None:
    assert plain("Kanwil \u202egnabmeL\u202c\r\n  Bali\u2066") == "Kanwil gnabmeL Bali"


def test_stacked_accents_are_thinned_and_spelled_ones_stay() -> None:
    assert (
        plain("Z\u0336\u0351\u0346\u035b\u0320a\u0336\u0351lgo") == "Z\u0336\u0320a\u0336\u0351lgo"
    )
    assert plain("Việt, Ốc") == "Việt, Ốc"


def test_markup_is_text() -> None:
    assert plain('#read("/etc/passwd") <b>*a*</b> $x$') == '#read("/etc/passwd") <b>*a*</b> $x$'


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert plain("satu dua tiga", 9) == "satu dua…"
    assert plain("satu dua", 8) == "satu dua"


@given(st.text(st.characters(), max_size=60), st.integers(1, 40))
def test_every_text_becomes_one_line_within_its_length(text: str, longest: int) -> None:
    seen = plain(text, longest)
    assert len(seen) <= longest
    assert plain(seen, longest) == seen
    assert not {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\n"} & set(seen)
    assert not any(unicodedata.category(letter) == "Cs" for letter in seen)
