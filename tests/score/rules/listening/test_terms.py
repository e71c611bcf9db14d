"""Terms: what a week has more of than the weeks before it, and nothing by chance."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.listening.narratives import Told
from functions.score.rules.listening.terms import (
    Telling,
    log_odds,
    tellings,
    trending,
)
from functions.thresholds import TERM_MOST, TERM_Z
from tests.score.rules.listening.captions import BEGIN, words

WEEKLY, UNITS = 600, 47


def telling(unit, *terms, tags=()):
    return Telling(f"unit-{unit % UNITS}", frozenset(terms), frozenset(tags))


def quiet(count=2000, weeks=8):
    """Weeks in which nothing is told but one word."""
    return [[telling(n, "layanan") for n in range(count)] for _ in range(weeks)]


def week(told, count=2000):
    """A week of the same, with more told by its first tellings."""
    return [*told, *(telling(n, "layanan") for n in range(count - len(told)))]


@pytest.fixture(scope="module")
def life():
    """Nine weeks of tellings, as they come."""
    random = Random(7)
    said = [words(random, random.randint(5, 25)) for _ in range(9 * WEEKLY)]
    pairs = [[" ".join(pair) for pair in pairwise(text)] for text in said]
    return [telling(n, *both[0], *both[1]) for n, both in enumerate(zip(said, pairs, strict=True))]


def shuffled(life, seed):
    """The same tellings as if every one stood in any week, told by anybody."""
    random = Random(seed)
    mixed = [
        msgspec.structs.replace(each, unit=f"unit-{random.randrange(UNITS)}")
        for each in random.sample(life, len(life))
    ]
    return mixed[:WEEKLY], [mixed[n : n + WEEKLY] for n in range(WEEKLY, len(mixed), WEEKLY)]


def test_shuffled_weeks_have_no_terms(life):
    false = [len(trending(*shuffled(life, seed))) for seed in range(5)]
    assert sum(false) <= 1


def test_a_term_in_some_of_a_weeks_posts_is_found(life):
    found = 0
    for seed in range(5):
        now, before = shuffled(life, seed)
        for number in range(0, WEEKLY, 40):  # 2.5 %: of so few posts 2 % are too little
            now[number] = msgspec.structs.replace(
                now[number], terms=now[number].terms | {"programbaru"}
            )
        found += "programbaru" in {term.term for term in trending(now, before)}
    assert found == 5


def test_a_term_is_told_with_its_counts():
    told = [telling(n, "paten", tags=["paten"] if n < 21 else []) for n in range(40)]
    before = quiet()
    before[0][:3] = [telling(n, "paten") for n in range(3)]
    [term] = trending(week(told), before)
    assert (term.term, term.posts, term.units, term.before, term.tag) == ("paten", 40, 40, 3, True)
    assert term.z == round(100 * log_odds(40, 2000, 3, 16_000)) >= TERM_Z


def test_four_units_make_no_term():
    told = [telling(n % 4, "paten") for n in range(100)]
    assert trending(week(told), quiet()) == ()
    assert len(trending(week([*told, telling(4, "paten")]), quiet())) == 1


@pytest.mark.parametrize("weeks", [0, 1])
def test_of_fewer_than_two_weeks_nothing_is_known_to_be_new(weeks):
    told = [telling(n, "paten") for n in range(100)]
    assert trending(week(told), quiet(weeks=weeks)) == ()
    assert trending(week(told), [[], []]) == ()
    assert len(trending(week(told), quiet(weeks=2))) == 1


def test_a_pair_stands_for_the_words_that_only_it_holds():
    told = [telling(n, "kekayaan", "intelektual", "kekayaan intelektual") for n in range(60)]
    told += [telling(n, "intelektual") for n in range(60, 80)]
    assert {term.term for term in trending(week(told), quiet())} == {
        "kekayaan intelektual",
        "intelektual",
    }


def test_at_most_twenty_are_shown_the_clearest_first():
    told = [telling(n, *(f"kata{m:02}" for m in range(30) if n < 60 + m)) for n in range(100)]
    found = trending(week(told), quiet())
    assert [term.term for term in found] == [f"kata{m:02}" for m in range(29, 29 - TERM_MOST, -1)]


def test_a_narrative_counts_once_for_each_unit():
    text = "Pos bantuan hukum kini hadir bagi warga setiap desa"
    at = [BEGIN + n * timedelta(hours=1) for n in range(3)]
    posts = [Told("1", "a", at[0], text), Told("2", "a", at[1], text + " #Posbankum")]
    posts += [Told("3", "b", at[2], text), Told("4", "a", at[2], "Lomba catur antar kantor")]
    found = [*tellings(posts)]
    assert [each.unit for each in found] == ["a", "a", "b"]
    assert sum("posbankum" in each.tags for each in found) == 1


def test_texts_without_a_triple_are_told_each_by_itself():
    posts = [Told(str(n), "a", BEGIN, "Selamat pagi") for n in range(3)]
    assert len([*tellings(posts)]) == 3


@given(st.integers(0, 900), st.integers(1, 7_000))
def test_more_posts_make_a_term_clearer(posts, before):
    assert log_odds(posts + 1, 1000, before, 8000) > log_odds(posts, 1000, before, 8000)


@pytest.mark.parametrize("posts", [0, 1000])
def test_what_all_or_none_hold_says_nothing_of_a_week(posts):
    assert log_odds(posts, 1000, 8 * posts, 8000) == 0
