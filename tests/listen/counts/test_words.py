"""Words that no query may hold, whatever is done to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.counts.words import REFUSED, folded, refused_word

INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufe0f", "\u202e"]
ACCENTS = ["\u0301", "\u0308", "\u0327", "\u0336", "\u20dd"]
SPACES = [" ", "\u00a0", "\u2009", "_", "-", ".", "\t", "·"]
TAGS = ["Kawal{}", "{}2026", "Tolak{}Hari", "kawal{}besok", "9{}9", "{}_Hukum"]
AFFIXES = ["{}", "me{}kan", "pen{}", "ber{}", "ke{}an", "{}nya", "di{}kan", "per{}an"]


@st.composite
def disguised(draw: st.DrawFn, word: str) -> str:
    """A word in any case, with accents, invisible characters, wide letters and gaps."""
    made = []
    for letter in word:
        letter = draw(st.sampled_from([letter, letter.upper()]))
        if letter != " " and draw(st.integers(0, 5)) == 0:
            letter = chr(ord(letter) + 0xFEE0)  # of full width
        tail = draw(st.lists(st.sampled_from([*INVISIBLE, *ACCENTS]), max_size=2))
        gap = draw(st.sampled_from(["", "", "", *SPACES]))
        made.append(letter + "".join(tail) + gap)
    return "".join(made)


@settings(max_examples=50)
@given(st.data(), st.sampled_from(REFUSED), st.sampled_from(AFFIXES))
def test_no_disguise_lets_a_refused_word_or_its_forms_pass(data, word, affix):
    typed = data.draw(disguised(affix.format(word)))
    assert refused_word(typed) is not None
    assert refused_word(f'Layanan Hukum OR "{typed} hari ini"') is not None


@given(
    st.sampled_from(REFUSED),
    st.sampled_from(TAGS),
    st.sampled_from([str.upper, str.lower, str.title, str]),
)
def test_a_refused_word_inside_a_tag_is_found_and_named(word, tag, case):
    assert refused_word("#" + tag.format(case(word.replace(" ", "")))) == word


@given(st.text())
def test_any_text_is_judged(text):
    assert refused_word(text) in (None, *REFUSED)
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    "harmless",
    [
        "Lembaga Perlindungan Saksi",
        "#LindungiSaksi",
        "menyaksikan transaksi elektronik",
        "Redaksi",
        "demokrasi",
        "Indeks Demokrasi",
        "bonus demografi",
        "vaksinasi",
        "pelayanan maksimal",
        "pelatihan jurnalistik",
        "Bimas Protestan",
        "metode modern",
        "hak sipil",
        "Balai Harta Peninggalan Jakarta",
        "Kanwil Kemenkum Sumsel",
        "Direktorat Jenderal Administrasi Hukum Umum",
        "pajak Sinjai",
    ],
)
def test_what_holds_such_letters_by_chance_passes(harmless):
    assert refused_word(harmless) is None


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("#KamisAksi", "aksi"),
        ("kamisaksi", "aksi"),
        ("saksi aksi", "aksi"),
        ("demonstrasi", "demo"),
        ("d e m o", "demo"),
        ("pend emo", "demo"),
        ("de monstrasi", "demo"),
        ("UNJUK_RASA", "unjuk rasa"),
        ("unjukrasa", "unjuk rasa"),
        ("kemahasiswaan", "mahasiswa"),
        ("perburuhan", "buruh"),
        ("pemogokan", "mogok"),
        ("Protestan memprotes", "protes"),
    ],
)
def test_a_form_is_told_by_its_word(typed, word):
    assert refused_word(typed) == word
