"""Near-duplicates; the quoted lines stand in RULES.md."""

import random as chance
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel, Indel_py

from functions.score.rules import duplicates as module
from functions.score.rules.duplicates import (
    FEW,
    EarlierText,
    Twin,
    _letters,
    duplicates,
    normalise,
    percent,
)
from tests.factories import END, PUBLISHED

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
TEXT = "kepala kantor wilayah membuka rapat kerja"
OTHER = "jadwal layanan paspor selama libur panjang"


def sent(post_id: str, at: datetime, text: str | None = TEXT, stands: bool = True) -> EarlierText:
    return EarlierText(post_id=post_id, published_at=at, text=text, stands=stands)


def after(hours: float) -> datetime:
    return PUBLISHED + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("Rapat KERJA", "rapat kerja"),
        ("STRASSE straße", "strasse strasse"),
        ("Rapat\n\n  kerja\t\u00a0hari ini ", "rapat kerja hari ini"),
        ("Baca https://kemenkum.go.id/a?b=1#c&d=@e lalu", "baca lalu"),
        ("Baca HTTP://Kemenkum.go.id", "baca"),
        ("Baca:https://t.co/x", "baca:"),
        ("Baca www.kemenkum.go.id/berita lalu", "baca lalu"),
        ("Bacawww.kemenkum.go.id", "bacawww.kemenkum.go.id"),
        ("Lihat kemenkum.go.id", "lihat kemenkum.go.id"),
        ("Rapat #Kemenkum_2026 kerja", "rapat kerja"),
        ("#a#b rapat ＃c", "rapat"),
        ("juara # satu", "juara # satu"),
        ("Bersama @kanwil.ntt-resmi_1, hari ini", "bersama , hari ini"),
        ("Bersama @kanwil.", "bersama ."),
        ("@a@b dan ＠c", "dan"),
        ("surat ke humas@kemenkum.go.id", "surat ke humas@kemenkum.go.id"),
        ("ikut#giat@kemenkum hari", "ikut hari"),
        ("", ""),
    ],
)
def test_the_text_is_compared_without_what_varies(text, compared):
    """ "the text (case-folded, without URLs, hashtags, mentions and surplus space" """
    assert normalise(text) == compared


@given(st.text("aA1 #@.-_/:\n", max_size=40) | st.text(max_size=40))
@example("#x@b https://#y")
def test_a_normalised_text_stays_as_it_is(text):
    assert normalise(normalise(text)) == normalise(text)


def similarity(a, b):
    """How alike two normalised texts are, in whole percents."""
    return percent(len(a) + len(b), Indel.distance(a, b))


@pytest.mark.parametrize(
    ("a", "b", "percents"),
    [
        ("a" * 100, "a" * 100, 100),
        ("a" * 100, "a" * 99, 99),  # 99.49…
        ("a" * 45 + "b" * 5, "a" * 45 + "c" * 5, 90),
        ("a" * 1000 + "b" * 112, "a" * 1000 + "c" * 111, 89),  # 89.96
        ("ab", "ba", 50),
        ("a", "b", 0),
        ("", "b", 0),
        ("", "", 100),
        ("𝐚𝐛", "𝐚𝐜", 50),  # code points, not bytes or UTF-16 units
    ],
)
def test_similarity_is_the_whole_percents_reached(a, b, percents):
    """ "similarity is an integer percent of one pinned library" """
    assert similarity(a, b) == similarity(b, a) == percents


words = st.text("abc", max_size=90) | st.text("abcdefgh \u0101\u4e00\U0001f600", max_size=90)


@given(words, words)
def test_similarity_is_the_exact_fraction_rounded_down(a, b):
    common = longest_common(a, b)
    total = len(a) + len(b)
    assert similarity(a, b) == (200 * common // total if total else 100)


@given(words, words, st.integers(0, 60))
def test_the_two_builds_of_the_library_agree(a, b, cutoff):
    """C++ and the pure Python it falls back to: the same integers, with and without a cutoff."""
    assert Indel.distance is not Indel_py.distance
    assert Indel.distance(a, b) == Indel_py.distance(a, b)
    limited = Indel.distance(a, b, score_cutoff=cutoff)
    assert limited == Indel_py.distance(a, b, score_cutoff=cutoff)
    assert limited == min(Indel_py.distance(a, b), cutoff + 1)


def test_a_repetition_is_a_duplicate_of_the_earlier_post():
    """ "the later post is a duplicate" """
    found = duplicates([sent("2", after(3), f"{TEXT.upper()} #baru"), sent("1", after(0))])
    assert found == {"2": Twin("1", 100)}


def test_a_post_is_compared_with_every_standing_post_of_the_day_before():
    """ "the earliest standing post": of those that are alike, whatever stands before them."""
    posts = [sent("1", after(0), OTHER), sent("2", after(1)), sent("3", after(2))]
    assert duplicates(posts) == {"3": Twin("2", 100)}


def test_of_several_alike_the_earliest_is_named():
    """ "the earliest standing post" """
    first, second, both = "b" * 12 + "a" * 88, "a" * 88 + "c" * 12, "b" * 6 + "a" * 88 + "c" * 6
    assert (similarity(first, second), similarity(first, both)) == (88, 94)
    posts = [sent("1", after(0), first), sent("2", after(1), second), sent("3", after(2), both)]
    assert duplicates(posts) == {"3": Twin("1", 94)}


@pytest.mark.parametrize(
    ("letters", "found"),
    [(5, {"2": Twin("1", 90)}), (6, {})],
)
def test_from_90_percent_on_the_later_post_is_a_duplicate(letters, found):
    """ "from ⚙ 90 on the later post is a duplicate" """
    earlier, later = "a" * (50 - letters) + "b" * letters, "a" * (50 - letters) + "c" * letters
    assert duplicates([sent("1", after(0), earlier), sent("2", after(1), later)]) == found


@pytest.mark.parametrize(("length", "found"), [(55, {"2": Twin("1", 90)}), (56, {})])
def test_a_longer_text_is_a_duplicate_from_90_percent_on_too(length, found):
    assert duplicates([sent("1", after(0), "a" * 45), sent("2", after(1), "a" * length)]) == found


@pytest.mark.parametrize(("letters", "found"), [(9, {"2": Twin("1", 90)}), (10, {})])
def test_89_percent_and_a_half_are_not_90(letters, found):
    """Of 198 characters 20 are 10.1 %: "an integer percent" is what is reached."""
    earlier, later = "a" * (99 - letters) + "b" * letters, "a" * (99 - letters) + "c" * letters
    assert duplicates([sent("1", after(0), earlier), sent("2", after(1), later)]) == found


def test_the_percent_is_a_setting():
    earlier, later = "a" * 40 + "b" * 10, "a" * 40 + "c" * 10
    posts = [sent("1", after(0), earlier), sent("2", after(1), later)]
    assert duplicates(posts, least=81) == {}
    assert duplicates(posts, least=80) == {"2": Twin("1", 80)}


@pytest.mark.parametrize(
    ("earlier", "later", "found"),
    [
        ("a" * 20, "a" * 20, {"2": Twin("1", 100)}),
        ("a" * 20, "a" * 19, {}),
        ("a" * 19, "a" * 20, {}),
        ("a" * 19, "a" * 19, {}),
        ("a" * 19 + " #tagar", "a" * 19 + " #tagar", {}),
        (None, None, {}),
    ],
)
def test_a_text_under_20_characters_is_never_compared(earlier, later, found):
    """ "under 20 characters never" """
    assert duplicates([sent("1", after(0), earlier), sent("2", after(1), later)]) == found


@pytest.mark.parametrize(
    ("later", "found"),
    [(PUBLISHED + 24 * HOUR, {"2": Twin("1", 100)}), (PUBLISHED + 24 * HOUR + SECOND, {})],
)
def test_the_earlier_post_is_at_most_24_hours_older(later, found):
    """ "at most 24 h older" """
    assert duplicates([sent("1", PUBLISHED), sent("2", later)]) == found


def test_a_removed_post_neither_makes_duplicates_nor_is_one():
    """ "standing post – not removed" """
    posts = [sent("1", after(0), stands=False), sent("2", after(1)), sent("3", after(2))]
    assert duplicates(posts) == {"3": Twin("2", 100)}
    assert duplicates([sent("1", after(0)), sent("2", after(1), stands=False)]) == {}


def test_a_post_stands_unless_it_is_said_not_to():
    plain = EarlierText(post_id="1", published_at=PUBLISHED)
    assert (plain.text, plain.stands) == (None, True)


def test_a_duplicate_does_not_stand_itself():
    """ "itself not a duplicate": at 30 h only the copy of 20 h is near, and it does not stand."""
    posts = [sent("1", after(0)), sent("2", after(20)), sent("3", after(30)), sent("4", after(40))]
    assert duplicates(posts) == {"2": Twin("1", 100), "4": Twin("3", 100)}


def test_equal_times_are_ordered_by_post_id():
    """ "equal times are ordered by `post_id`": as text, like everywhere."""
    assert duplicates([sent("9", PUBLISHED), sent("10", PUBLISHED)]) == {"9": Twin("10", 100)}


def test_the_month_s_edge_is_no_edge():
    """ "also across a month's edge" """
    assert duplicates([sent("1", END - SECOND), sent("2", END)]) == {"2": Twin("1", 100)}


def test_an_earlier_month_s_posts_are_compared_with_but_keep_their_own_verdict():
    """Judged in their own month: here the copy before the edge stands, whatever this one says."""
    posts = [sent("1", END - 2 * HOUR), sent("2", END - HOUR), sent("3", END)]
    assert duplicates(posts, since=END) == {"3": Twin("1", 100)}
    posts[0] = sent("1", END - 2 * HOUR, stands=False)
    assert duplicates(posts, since=END) == {"3": Twin("2", 100)}
    assert duplicates([sent("1", END - SECOND), sent("2", END)], since=END + SECOND) == {}


def longest_common(a: str, b: str) -> int:
    """Length of the longest common subsequence, by the book."""
    row = [0] * (len(b) + 1)
    for letter in a:
        last = 0
        for n, other in enumerate(b, 1):
            last, row[n] = row[n], last + 1 if letter == other else max(row[n], row[n - 1])
    return row[-1]


def naive(posts: Sequence[EarlierText], least: int) -> dict[str, Twin]:
    """The rule word for word: every pair is compared in full."""
    found: dict[str, Twin] = {}
    ordered = sorted(posts, key=lambda p: (p.published_at, p.post_id))
    texts = {p.post_id: normalise(p.text or "") for p in ordered}
    for n, later in enumerate(ordered):
        for earlier in ordered[:n]:
            a, b = texts[earlier.post_id], texts[later.post_id]
            if (
                earlier.stands
                and later.stands
                and earlier.post_id not in found
                and later.published_at - earlier.published_at <= 24 * HOUR
                and min(len(a), len(b)) >= 20
                and similarity(a, b) >= least
            ):
                found[later.post_id] = Twin(earlier.post_id, similarity(a, b))
                break
    return found


# Variations of one text, so that many pairs lie near the bound.
near = st.lists(
    st.tuples(st.integers(0, 45), st.sampled_from(["", "x", "yy", "zzz", "#tag", "😀"])), max_size=6
).map(lambda cuts: "".join(part for n, word in [(0, TEXT), *cuts] for part in (word, TEXT[:n])))
few = st.lists(
    st.builds(
        EarlierText,
        post_id=st.uuids().map(str),
        published_at=st.integers(0, 60).map(after),
        text=near | st.sampled_from([TEXT, TEXT[:-4], TEXT[4:], OTHER, None, "pendek"]),
        stands=st.sampled_from([True, True, True, False]),
    ),
    max_size=14,
    unique_by=lambda candidate: candidate.post_id,
)


@pytest.mark.parametrize("few_are", [0, FEW])
@given(few, st.integers(0, 100) | st.just(90), st.randoms(use_true_random=False))
def test_the_quick_way_finds_what_the_slow_way_finds(few_are, posts, least, random):
    with patch.object(module, "FEW", few_are):
        assert duplicates(random.sample(posts, len(posts)), least=least) == naive(posts, least)


@given(few)
def test_every_duplicate_repeats_a_post_that_stands(posts):
    found = duplicates(posts)
    held = {candidate.post_id: candidate for candidate in posts}
    for post_id, twin in found.items():
        assert twin.of not in found
        assert twin.percent >= 90
        age = held[post_id].published_at - held[twin.of].published_at
        assert timedelta(0) <= age <= 24 * HOUR


@given(st.lists(st.text("abcd", max_size=12), min_size=2, max_size=5))
def test_the_bits_of_two_texts_differ_by_the_letters_one_has_more(texts):
    first, second, *_ = (Counter(text) for text in texts)
    differing = (first - second).total() + (second - first).total()
    bits = _letters(texts)
    assert (bits[0] ^ bits[1]).bit_count() == differing


def test_an_account_with_thousands_of_posts_is_quick(monkeypatch):
    """The letters spare most of the 160,000 comparisons, even of words of a few letters."""
    compared = 0

    def distance(*texts: str, score_cutoff: int) -> int:
        nonlocal compared
        compared += 1
        return Indel.distance(*texts, score_cutoff=score_cutoff)

    monkeypatch.setattr(f"{duplicates.__module__}.Indel", SimpleNamespace(distance=distance))
    random = chance.Random(1)
    words = ["".join(random.choices("aiueonkmtrgsdl", k=random.randint(2, 9))) for _ in range(900)]
    posts = [
        sent(str(n), PUBLISHED + n * timedelta(minutes=8), " ".join(random.choices(words, k=45)))
        for n in range(1000)
    ]
    assert duplicates(posts) == {}
    assert compared < 55_000
