"""The words of captions, whatever somebody writes into one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.listening.words import (
    STOP,
    Names,
    plain,
    running,
    spoken,
    tags,
    terms,
)

ODD = st.one_of(
    st.text(),
    st.text(st.characters(categories=["L", "M", "N", "Cs", "Cf", "So"])),
    st.text(st.sampled_from("aB #@_-.:/＃＠\u202e\ud83d\ude00👩‍👩‍👧ﷺ\n")),
    st.integers(0, 20_000).map(lambda count: "a" * count),
)


@given(ODD)
def test_no_caption_is_too_odd(text):
    found = terms(text)
    assert all(term == plain(term) and len(term) <= 101 for term in found)
    assert not STOP.intersection(found)
    "".join([*found, *tags(text), *running(text)]).encode()  # no half of a character is left
    spoken(text)


@given(ODD, ODD)
def test_a_caption_says_what_its_lines_say(one, other):
    assert terms(f"{one}\n{other}").keys() == terms(one).keys() | terms(other).keys()


def test_words_and_neighbouring_pairs_are_terms():
    assert terms("Pos Bantuan Hukum, desa-desa kini") == {
        "pos": False,
        "bantuan": False,
        "hukum": False,
        "pos bantuan": False,
        "bantuan hukum": False,
        "desa": False,
        "desa desa": False,
    }


@pytest.mark.parametrize(
    "between", [", ", ". ", "\n", " 2026 ", " dan ", " @kemenkum_ri ", " di ", " https://a.id/b "]
)
def test_what_stands_between_parts_neighbours(between):
    assert terms(f"bantuan{between}hukum").keys() == {"bantuan", "hukum"}


def test_handles_addresses_and_numbers_are_no_words():
    text = "@kanwil.bali ＠bali https://kemenkum.go.id/layanan#isi www.kemenkum.go.id 1447 PP28 ya"
    assert terms(text) == {}
    assert tags(text) == frozenset()


def test_a_tag_is_its_word_and_never_part_of_a_pair():
    assert terms("#SetahunBerdampak ＃HUT81RI layanan #12") == {
        "setahunberdampak": True,
        "hut81ri": True,
        "layanan": False,
    }
    assert tags("#SetahunBerdampak, ＃HUT81RI #a_b") == {"setahunberdampak", "hut81ri", "a_b"}


def test_letters_of_other_shapes_are_the_usual_ones():
    assert terms("𝗕𝗮𝗻𝘁𝘂𝗮𝗻 𝐻𝑢𝑘𝑢𝑚").keys() == terms("bantuan hukum").keys()
    assert terms("ban\u200btuan").keys() == {"bantuan"}


def test_names_of_units_and_accounts_are_left_out():
    names = Names.of(
        ["kemenkum.bali", "@Kemenkum_NTT"],
        ["Kantor Wilayah Bali", "Kantor Wilayah", "Setjen"],
    )
    text = "Layanan Kantor Wilayah Bali paten. Setjen #KemenkumBali #kemenkum_ntt Bali"
    assert terms(text, names).keys() == {"layanan", "paten", "bali"}


def test_texts_are_held_against_each_other_without_tags():
    assert running("Halo, @bali! Pos Bantuan #Hukum https://a.id") == ["halo", "pos", "bantuan"]
    assert spoken(" Klarifikasi:\n ini  HOAKS ") == "klarifikasi: ini hoaks"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Satu #A dan #a, #B_2.", {"a", "b_2"}),
        ("https://a.id/#bagian", set()),
        ("＃Ｌｅｂａｒ", {"lebar"}),
        ("#1 #2026 #", set()),
        ("tanpa", set()),
    ],
)
def test_tags_are_folded_and_addresses_hold_none(text, found):
    assert tags(text) == found
