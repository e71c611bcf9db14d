"""Texts that say nearly the same are found as if every pair were compared."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.alike import (
    MANY,
    are_alike,
    clusters,
    groups,
    triples,
)

TEXTS = st.lists(st.frozensets(st.integers(0, 25), max_size=18), max_size=25, unique=True)


def by_pairs(texts, may_join=lambda one, other: True):
    """Groups by comparing all."""
    of = [*range(len(texts))]
    for one, other in combinations(range(len(texts)), 2):
        if may_join(one, other) and are_alike(texts[one], texts[other]):
            of = [of[one] if group == of[other] else group for group in of]
    found = {group: [n for n, other in enumerate(of) if other == group] for group in of}
    return sorted(numbers for numbers in found.values() if len(numbers) > 1)


@given(TEXTS)
@settings(max_examples=50)
def test_nothing_is_missed_by_not_comparing_every_pair(texts):
    assert groups(texts) == by_pairs(texts)


@given(TEXTS, st.integers(2, 4))
@settings(max_examples=50)
def test_those_that_may_not_be_compared_are_not_joined_by_themselves(texts, kinds):
    def may_join(one, other):
        return one % kinds != other % kinds

    assert groups(texts, may_join) == by_pairs(texts, may_join)


def test_likeness_is_that_of_triples_from_35_percent_on():
    one = frozenset(range(20))
    assert are_alike(one, frozenset(range(7)))
    assert not are_alike(one, frozenset(range(6)))
    assert not are_alike(frozenset(), frozenset())
    assert triples(["a", "b"]) == frozenset()
    assert len(triples(["a", "b", "c", "a", "b", "c"])) == 3


def test_what_very_many_texts_hold_leads_from_none_to_another():
    office = frozenset(range(8))
    texts = [office | {100 + 3 * n, 101 + 3 * n, 102 + 3 * n} for n in range(MANY + 1)]
    assert are_alike(texts[0], texts[1])
    assert groups(texts) == []
    assert len(groups(texts[:MANY])) == 1


def test_a_chain_of_two_subjects_is_parted():
    paten = [frozenset({*range(10), 100 + n}) for n in range(4)]
    waris = [frozenset({*range(10, 20), 200 + n}) for n in range(4)]
    texts = [*paten, frozenset(range(4, 16)), *waris]
    assert groups(texts) == [[*range(9)]]
    assert clusters(texts) == [([0, 1, 2, 3], 8), ([5, 6, 7, 8], 8)]


@given(TEXTS)
@settings(max_examples=50)
def test_clusters_part_groups_and_join_nothing(texts):
    whole = groups(texts)
    found = clusters(texts)
    for cluster in found:
        assert any({*cluster.texts} <= {*group} for group in whole)
        assert all(
            any(
                are_alike(texts[one], texts[other], cluster.part)
                for other in cluster.texts
                if other != one
            )
            for one in cluster.texts
        )
    held = [number for cluster in found for number in cluster.texts]
    assert len(held) == len({*held})


def test_three_texts_that_one_joins_stay_together():
    texts = [frozenset(range(8)), frozenset(range(3, 13)), frozenset(range(8, 16))]
    assert not are_alike(texts[0], texts[2])
    assert clusters(texts) == [([0, 1, 2], 7)]
