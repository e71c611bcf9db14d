"""A sample is the same threads however they are offered, and says nothing of a text."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.store.labels import (
    Drawn,
    Marks,
    Population,
    ScoreTally,
    ThreadSample,
    code,
    counted,
    drawn_with,
    packed,
    rank,
    read_population,
    read_sample,
    seed_of,
    settled,
    without,
)
from tests.factories import MONTH, NOW

SEED = seed_of("kemenkum", MONTH)
HASHES = st.lists(st.text("0123456789abcdef", min_size=1, max_size=6), max_size=30, unique=True)
ODD = st.one_of(st.none(), st.integers(), st.binary(max_size=20), st.text(max_size=5))


def sample(**facts: object) -> ThreadSample:
    return ThreadSample(**{"month": MONTH, "size": 5, "since": NOW, **facts})  # type: ignore[arg-type]


def offered(hashes: list[str]) -> dict[str, Drawn]:
    return {hash: Drawn(account="facebook:1", read_at=NOW) for hash in hashes}


def drawn_of(batches: list[list[str]], size: int = 5) -> ThreadSample:
    found = sample(size=size)
    for batch in batches:
        found = drawn_with(found, offered(batch), SEED, size)
    return found


@settings(max_examples=40)
@given(HASHES, st.integers(1, 8), st.randoms(use_true_random=False))
def test_order_runs_and_repetitions_do_not_matter(
    hashes: list[str], size: int, chance: random.Random
) -> None:
    again = chance.sample(hashes, len(hashes))
    cut = chance.randint(0, len(hashes))
    batches = [again[:cut], again[cut:], chance.sample(hashes, cut)]
    found = drawn_of(batches, size)
    assert found == drawn_of([hashes], size)
    assert {*found.drawn} == {*sorted(hashes, key=lambda hash: rank(SEED, hash))[:size]}


def test_every_thread_is_drawn_as_often_as_any_other() -> None:
    hashes = [str(number) for number in range(20)]
    often = dict.fromkeys(hashes, 0)
    for month in range(1_000):
        seed = seed_of("kemenkum", str(month))
        for hash in drawn_with(sample(), offered(hashes), seed, 5).drawn:
            often[hash] += 1
    # 250 each with a standard deviation of 13.7
    assert all(190 < count < 310 for count in often.values())


def test_a_size_only_falls_within_a_month() -> None:
    hashes = [str(number) for number in range(9)]
    fewer = drawn_with(drawn_of([hashes]), {}, SEED, 3)
    assert (fewer.size, len(fewer.drawn)) == (3, 3)
    assert drawn_with(fewer, offered(hashes), SEED, 9) == fewer


def test_who_is_drawn_no_more_loses_the_labels() -> None:
    marks = {hash: Marks(label="netral") for hash in "ab"}
    held = sample(drawn=offered(["a", "b"]), labels={"Ani": marks, "Budi": {"a": marks["a"]}})
    gone = without(held, ["a", "z"])
    assert {*gone.drawn} == {"b"}
    assert gone.labels == {"Ani": {"b": marks["b"]}}
    assert gone.erased
    assert without(held, ["z"]) == held


def test_what_was_drawn_keeps_its_time() -> None:
    first = drawn_of([["a"]])
    later = {"a": Drawn(account="facebook:1", read_at=NOW.replace(year=2027))}
    assert drawn_with(first, later, SEED, 5) == first


def test_only_counts_remain_of_a_settled_sample() -> None:
    labels = {
        "Ani": {"a": Marks(label="netral"), "b": Marks(label="negatif")},
        "Budi": {"a": Marks(label="positif"), "b": Marks(label="negatif")},
    }
    done = settled(sample(drawn=offered(["a", "b", "c"]), labels=labels), NOW, "dimuat")
    assert (done.drawn, done.labels) == ({}, {})
    assert done.table == {"negatif, negatif": 1, "netral, positif": 1}


@settings(max_examples=40)
@given(
    st.dictionaries(st.text(max_size=4), st.none() | st.integers(0, 1000), max_size=20),
    st.randoms(use_true_random=False),
)
def test_counting_twice_is_counting_once(
    scores: Mapping[str, int | None], chance: random.Random
) -> None:
    names = chance.sample([*scores], len(scores))
    cut = chance.randint(0, len(names))
    held = Population()
    for batch in (names[:cut], names[cut:], names[:cut]):
        held = counted(held, {name: scores[name] for name in batch}, "m")
    assert held == counted(Population(), scores, "m")
    known = [score for score in scores.values() if score is not None]
    assert held.count == len(scores)
    assert held.models.get("m", ScoreTally()) == ScoreTally(count=len(known), total=sum(known))
    assert read_population(packed(held)) == held


def test_a_day_with_too_many_threads_is_unknown_and_not_less() -> None:
    many = {str(number): 500 for number in range(50_001)}
    cut = counted(Population(), many, "m")
    assert cut == Population(is_cut=True)
    assert counted(cut, {"one": 1}, "m") == cut


@pytest.mark.parametrize("read", [read_sample, read_population])
@given(document=st.dictionaries(st.sampled_from(["body", "x"]), ODD))
@settings(max_examples=20)
def test_an_odd_document_says_nothing(read, document) -> None:
    assert read(document) is None


def test_a_seed_is_told_by_agency_and_month_alone() -> None:
    seeds = {seed_of(agency, month) for agency in "ab" for month in ("2026-10", "2026-11")}
    assert len(seeds) == 4
    assert seed_of("kemenkum", MONTH) == SEED


def test_a_code_is_no_number_and_differs_by_month() -> None:
    codes = {code(seed_of("a", month), str(n)) for month in ("x", "y") for n in range(500)}
    assert len(codes) == 1_000
    assert all(each.startswith("T") for each in codes)
