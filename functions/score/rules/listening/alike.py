"""Which texts say nearly the same: exact likeness by word triples, without comparing every pair.

Pure: no I/O, no clock. Likeness is Jaccard's, the triples that two texts share of those that either
holds, and texts are alike from 0.35 on, reckoned in whole numbers. Two texts that are so alike
share one of the rarest 65 % of either's triples, whatever the order of rarity (the prefix filter of
Chaudhuri, Ganti and Kaushik, "A Primitive Operator for Similarity Joins", 2006): only texts that
meet in an index of those are compared. Triples that very many texts hold, as an office's name does,
bring nobody together by themselves; the comparison counts them like all others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from functions.thresholds import NARRATIVE_PERCENT

Triples = frozenset[int]

# From this part of the triples on two texts are alike; more is asked for in steps of a twentieth.
WHOLE = 20
PART = NARRATIVE_PERCENT * WHOLE // 100
# A triple of more texts than these, and than this part of all, leads from no text to another.
MANY, SHARE = 300, 20
# Texts are a chain where fewer than a third of their pairs are alike: of all pairs of a few texts,
# of so many of more.
FEW, TRIED, CHAINED = 6, 16, 3


class Cluster(NamedTuple):
    """Texts by number, each alike another of them from ``part`` (of ``WHOLE``) on."""

    texts: list[int]
    part: int


def triples(words: Sequence[str]) -> Triples:
    """A text's triples of neighbouring words, as numbers that are good within this process."""
    return frozenset(map(hash, zip(words, words[1:], words[2:], strict=False)))


def are_alike(one: Triples, other: Triples, part: int = PART) -> bool:
    """Whether two texts say nearly the same; a text without triples is like none."""
    shared = len(one & other)
    return shared > 0 and shared * WHOLE >= (len(one) + len(other) - shared) * part


def clusters(texts: Sequence[Triples]) -> list[Cluster]:
    """The texts in clusters of two and more, in which most say nearly the same.

    Sentences that an office repeats make chains, of texts whose ends have nothing in common: such a
    chain is parted by asking for more likeness, as little as will do.

    Args:
        texts: in the order of their words, each once: whoever has copies of one joins them before.
    """
    found, open = [], [Cluster([*range(len(texts))], PART)]
    while open:
        within, part = open.pop()
        for group in groups([texts[number] for number in within], part=part):
            numbers = [within[place] for place in group]
            if part + 1 < WHOLE and _is_chain([texts[number] for number in numbers]):
                open.append(Cluster(numbers, part + 1))
            else:
                found.append(Cluster(numbers, part))
    return sorted(found)


def groups(
    texts: Sequence[Triples],
    may_join: Callable[[int, int], bool] = lambda one, other: True,
    part: int = PART,
) -> list[list[int]]:
    """The texts by number in groups of two and more, each joined to another of its group.

    ``may_join`` says of two texts whether they may be held against each other.
    """
    joined = _Joined(len(texts))
    index: defaultdict[int, list[int]] = defaultdict(list)
    rarest = _rarest_first(texts, part)
    # From the shortest on: the next is never too short for those before it.
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number])):
        leading = [*rarest(texts[number])]
        met = set(chain.from_iterable(index[triple] for triple in leading if triple in index))
        for other in met:
            if joined.are(number, other) or not may_join(number, other):
                continue
            if are_alike(texts[number], texts[other], part):
                joined.join(number, other)
        for triple in leading:
            index[triple].append(number)
    return joined.groups()


def _is_chain(texts: Sequence[Triples]) -> bool:
    """Whether joined texts are seldom alike.

    Texts that begin alike stand together: each is held against the one half of them further on.
    """
    half = len(texts) // 2
    apart = [(texts[n], texts[n + half]) for n in range(0, half, -(-half // TRIED))]
    tried = [*combinations(texts, 2)] if len(texts) <= FEW else apart
    return CHAINED * sum(are_alike(*pair) for pair in tried) < len(tried)


def _rarest_first(texts: Sequence[Triples], part: int) -> Callable[[Triples], Iterable[int]]:
    """Gives those triples of a text by which it is found, of which others hold some."""
    spread = Counter(chain.from_iterable(texts))
    shared = sorted((count, triple) for triple, count in spread.items() if count > 1)
    order = {triple: place for place, (_, triple) in enumerate(shared)}
    most = max(MANY, len(texts) // SHARE)

    def leading(text: Triples) -> Iterator[int]:
        held = sorted(filter(order.__contains__, text), key=order.__getitem__)
        needed = -(-len(text) * part // WHOLE)  # that a text alike shares at least
        for triple in held[: max(0, len(held) - needed + 1)]:
            if spread[triple] > most:
                return
            yield triple

    return leading


class _Joined:
    """Which of so many are joined, directly or through others."""

    def __init__(self, count: int) -> None:
        self._parents = [*range(count)]

    def are(self, one: int, other: int) -> bool:
        return self._root(one) == self._root(other)

    def join(self, one: int, other: int) -> None:
        self._parents[self._root(one)] = self._root(other)

    def groups(self) -> list[list[int]]:
        """Those that are joined to any, each group and all of them in order."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parents)):
            found[self._root(number)].append(number)
        return sorted(group for group in found.values() if len(group) > 1)

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number
