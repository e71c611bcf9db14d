"""What is a question: a mark and three words, once addresses, names and tags are taken out."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.comments.questions import is_question

WORDS = st.lists(st.from_regex(r"[a-z]{1,9}[0-9]?", fullmatch=True), min_size=0, max_size=6)
BESIDE = st.sampled_from(
    [
        "https://kemenkum.example/cari?q=1&r=a.b",
        "HTTP://x.example/?a=b",
        "www.kemenkum.example/?q=1",
        "(s.example/abc?x=1",
        "@kemenkum_bali",
        "＠warga",
        "#Setahun",
        "…",
        "!!",
        "🙏",
        "@",
        "#",
    ]
)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Kapan paspor saya jadi?", True),
        ("パスポート いつ できますか？", True),
        ("berapa lama ya min ?", True),
        ("@kemenkum gimana cara daftarnya?", True),
        ("apakah ini benar https://kemenkum.example/a?", True),
        ("cek di layanan.go.id kapan?", True),
        ("masih buka/tutup besok?", True),
        ("Kapan jadi?", False),
        ("Kapan paspor saya jadi", False),
        ("lihat saja di https://x.example/?q=1 ya kak", False),
        ("baca dulu s.example/abc?x=1 sana ya", False),
        ("@a @b @c kapan?", False),
        ("#a #b #c ?", False),
        ("? ? ? ?", False),
        ("", False),
    ],
)
def test_a_question_has_a_mark_and_three_words(text, asks):
    assert is_question(text) is asks


@settings(max_examples=60)
@given(WORDS, st.lists(BESIDE, max_size=5), st.sampled_from(["?", "？", "", "!"]), st.randoms())
def test_addresses_names_and_tags_neither_ask_nor_count(words, beside, mark, random):
    pieces = [*words, *beside]
    random.shuffle(pieces)
    said = " ".join([*pieces, mark])
    assert is_question(said) is (mark in ("?", "？") and len(words) >= 3)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_can_be_judged(text):
    assert is_question(text) in (True, False)
    assert not is_question(text.replace("?", "").replace("？", ""))


@pytest.mark.parametrize(
    "piece", ["a.", "@", "#a", "https://", "www.", "a-", "?", "a/?", "@a.", "\ud83d?", "//"]
)
def test_a_hostile_text_takes_no_longer_than_its_length(piece):
    began = process_time()
    is_question(piece * (200_000 // len(piece)) + " ?")
    assert process_time() - began < 1
