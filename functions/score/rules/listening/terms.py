"""Terms: words and pairs of which a week has more than the eight weeks before it.

Pure: no I/O, no clock. Counted are tellings: a post, or a satker's posts of one week that say
nearly the same, taken as one (the same text on five platforms, or a narrative repeated, says a word
once). The measure is the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and
Quinn, "Fightin' Words", Political Analysis 16, 2008), on tellings in place of words: the prior is
worth 500 of them, spread as a term is over all nine weeks. The variance is the whole one: its
second half, which the authors leave out since words are rare, is half of it for a word of every
second telling. A term is shown from z = 4.5 on, which shuffled weeks seldom reach.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log, sqrt

import msgspec

from functions.score.rules.listening.alike import clusters, triples
from functions.score.rules.listening.narratives import Told
from functions.score.rules.listening.words import NO_NAMES, Names, running, terms
from functions.store.issues import Term
from functions.thresholds import TERM_MOST, TERM_PRIOR, TERM_UNITS, TERM_Z

LEAST_WEEKS = 2  # before; of fewer nothing is known to be new


class Telling(msgspec.Struct, frozen=True, gc=False):
    """What a satker told once in a week: its terms, and those of them that it wrote as tags."""

    unit: str
    terms: frozenset[str]
    tags: frozenset[str] = frozenset()


def tellings(posts: Iterable[Told], names: Names = NO_NAMES) -> Iterator[Telling]:
    """A week's posts, those of a satker that say nearly the same as one."""
    by_unit: defaultdict[str, list[str]] = defaultdict(list)
    for post in posts:
        by_unit[post.unit].append(post.text)
    for unit, texts in sorted(by_unit.items()):
        for same in _same(texts):
            said = [terms(text, names) for text in same]
            tags = {term for each in said for term, is_tag in each.items() if is_tag}
            yield Telling(unit, frozenset().union(*said), frozenset(tags))


def trending(week: Sequence[Telling], before: Iterable[Iterable[Telling]]) -> tuple[Term, ...]:
    """A week's terms, the clearest first; none where fewer than two weeks before it are known.

    ``before``: the weeks of which anything is known, each read once.
    """
    candidates = _spread_enough(week)
    counted: Counter[str] = Counter()
    earlier = weeks = 0
    for tellings_of_week in before:
        weeks += 1
        for telling in tellings_of_week:
            earlier += 1
            counted.update(telling.terms & candidates.keys())
    if weeks < LEAST_WEEKS or not earlier:
        return ()
    strength = {
        term: z
        for term, told in candidates.items()
        if (z := log_odds(len(told), len(week), counted[term], earlier)) * 100 >= TERM_Z
    }
    found = sorted(strength, key=lambda term: (-strength[term], term))
    return tuple(
        _term(term, [week[number] for number in candidates[term]], counted[term], strength[term])
        for term in _without_parts(found, candidates)[:TERM_MOST]
    )


def log_odds(posts: int, of: int, before: int, of_before: int) -> float:
    """How many standard errors a term's log-odds lie above those of before.

    0 for what all tellings hold, or none: it says nothing of a week.
    """
    if not 0 < posts + before < of + of_before:
        return 0
    prior = TERM_PRIOR * (posts + before) / (of + of_before)
    now, then = posts + prior, before + prior
    without, without_then = of + TERM_PRIOR - now, of_before + TERM_PRIOR - then
    odds = log(now / without) - log(then / without_then)
    return odds / sqrt(1 / now + 1 / without + 1 / then + 1 / without_then)


def _term(term: str, told: Sequence[Telling], before: int, z: float) -> Term:
    return Term(
        term=term,
        posts=len(told),
        units=len({telling.unit for telling in told}),
        before=before,
        z=round(z * 100),
        tag=2 * sum(term in telling.tags for telling in told) > len(told),
    )


def _same(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts, each with those that say nearly the same."""
    distinct = defaultdict(list)
    for words, text in sorted((running(text), text) for text in texts):
        distinct[triples(words)].append(text)
    # Texts too short for a triple are like none.
    short = distinct.pop(frozenset(), [])
    held = [*distinct.values()]
    joined = [cluster.texts for cluster in clusters([*distinct])]
    alone = {*range(len(held))}.difference(*joined)
    yield from ([text] for text in short)
    for group in [*joined, *([number] for number in sorted(alone))]:
        yield [text for number in group for text in held[number]]


def _spread_enough(week: Sequence[Telling]) -> dict[str, list[int]]:
    """The terms that enough satker told, each with its tellings by number."""
    told: defaultdict[str, list[int]] = defaultdict(list)
    for number, telling in enumerate(week):
        for term in telling.terms:
            told[term].append(number)
    return {
        term: numbers
        for term, numbers in told.items()
        if len(numbers) >= TERM_UNITS
        and len({week[number].unit for number in numbers}) >= TERM_UNITS
    }


def _without_parts(found: Sequence[str], told: Mapping[str, list[int]]) -> list[str]:
    """Without the words that only a pair's tellings hold: the pair stands for them."""
    pairs = [term for term in found if " " in term]
    parts = {word for pair in pairs for word in pair.split() if told.get(word) == told[pair]}
    return [term for term in found if term not in parts]
