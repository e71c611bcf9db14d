"""Texts that say nearly the same are found as if every pair were compared."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.alike import MANY, are_alike, groups, triples

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
