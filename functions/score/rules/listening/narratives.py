"""Narratives: posts of several satker, in one week, that say nearly the same.

Pure: no I/O, no clock. Posts of different satker are joined while they are alike (alike.py), and
through one another; what three satker or more carry is shown. A satker's own posts bring nobody
together. A text of fewer than five words says too little to be a narrative.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import msgspec

from functions.score.rules.listening.alike import Triples, clusters, groups, triples
from functions.score.rules.listening.words import NO_NAMES, Names, running, terms
from functions.thresholds import NARRATIVE_UNITS

LEAST_TRIPLES = 3
NAMING = 5  # words that a narrative is named by, at most


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a satker told in a post. ``id``: a name of the post by which equal times are ordered."""

    id: str
    unit: str
    at: datetime
    text: str


class Shared(NamedTuple):
    """A narrative: its posts by number, the earliest first, and the words that it is named by."""

    posts: tuple[int, ...]
    words: tuple[str, ...]


def narratives(posts: Sequence[Told], names: Names = NO_NAMES) -> list[Shared]:
    """A week's narratives: those of most satker first, then of most posts, then the earliest.

    ``names``: what narratives are not named by.
    """
    texts = _texts(posts)
    found = []
    for group in _joined(posts, texts):
        if len({posts[number].unit for number in group}) >= NARRATIVE_UNITS:
            found.append(sorted(group, key=lambda number: (posts[number].at, posts[number].id)))
    found.sort(key=lambda group: _prominence([posts[number] for number in group]))
    naming = _Naming(posts, names) if found else None
    return [Shared(tuple(group), naming.of(group) if naming else ()) for group in found]


def _texts(posts: Sequence[Told]) -> dict[Triples, list[int]]:
    """The different texts that are long enough, each with its posts, in the order of words."""
    found: defaultdict[Triples, list[int]] = defaultdict(list)
    said = sorted((running(post.text), number) for number, post in enumerate(posts))
    for words, number in said:
        text = triples(words)
        if len(text) >= LEAST_TRIPLES:
            found[text].append(number)
    return found


def _joined(posts: Sequence[Told], texts: dict[Triples, list[int]]) -> Iterator[list[int]]:
    """The posts of the texts, by number, joined between different satker.

    What is clustered are texts, whoever tells them, so that another satker's copy parts nothing.
    """
    said, held = [*texts], [*texts.values()]
    units = [{posts[number].unit for number in numbers} for numbers in held]
    alone = {*range(len(held))}
    for cluster, part in clusters(said):
        for group in _between_units([said[n] for n in cluster], [units[n] for n in cluster], part):
            found = [cluster[place] for place in group]
            alone.difference_update(found)
            yield [*chain.from_iterable(held[text] for text in found)]
    yield from (held[text] for text in sorted(alone))


def _between_units(
    texts: Sequence[Triples], units: Sequence[set[str]], part: int
) -> list[list[int]]:
    def are_of_different_units(one: int, other: int) -> bool:
        return len(units[one]) > 1 or units[one] != units[other]

    return groups(texts, are_of_different_units, part)


def _prominence(posts: Sequence[Told]) -> tuple[int, int, datetime, str]:
    units = {post.unit for post in posts}
    return -len(units), -len(posts), posts[0].at, posts[0].id


class _Naming:
    """The words that a narrative is named by: most of its posts hold them, few others do."""

    def __init__(self, posts: Sequence[Told], names: Names) -> None:
        self._words = [
            [term for term in terms(post.text, names) if " " not in term] for post in posts
        ]
        self._spread = Counter(chain.from_iterable(self._words))

    def of(self, group: Sequence[int]) -> tuple[str, ...]:
        """Single words in the order in which its first post says them."""
        held = Counter(chain.from_iterable(self._words[number] for number in group))
        most = [word for word, posts in held.items() if 2 * posts > len(group)]
        # The part of the posts of the group that hold it, times the part of its posts that are
        # of the group, in whole numbers.
        most.sort(key=lambda word: (-(held[word] ** 2 * 10**6 // self._spread[word]), word))
        chosen = most[:NAMING]
        first = {word: place for place, word in enumerate(self._words[group[0]])}
        return tuple(sorted(chosen, key=lambda word: (first.get(word, len(first)), word)))
