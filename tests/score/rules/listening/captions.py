"""Captions as offices write them, made up: a vocabulary by Zipf, texts that units take over from
one another with changes, and the closing lines that stand under all of them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from functions.score.rules.listening.narratives import Told

BEGIN = datetime(2026, 10, 4, 17, tzinfo=UTC)  # Monday 00:00 in Jakarta
WORDS = 6_000
OPENINGS = ("", "Halo Sahabat Pengayoman!", "#KabarKanwil |", "[SIARAN PERS]", "Kanwil hadir.")
CLOSINGS = (
    "#KementerianHukum #SetahunBerdampak",
    "Kementerian Hukum Republik Indonesia\n#KumhamPasti",
    "Ikuti terus @kemenkum_ri https://kemenkum.go.id/berita",
    "",
)
_SYLLABLES = [c + v for c in "bdgjklmnprst" for v in "aiueo"]


def _vocabulary() -> list[str]:
    random = Random(0)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 4)))] = None
    return [*found]


VOCABULARY = _vocabulary()
_WEIGHTS = [*accumulate(1 / (rank + 3) for rank in range(WORDS))]


class Planted(NamedTuple):
    """Posts, and of each which text it was made from."""

    posts: list[Told]
    texts: list[int]


def words(random: Random, count: int) -> list[str]:
    """So many words as a language gives them."""
    chosen = [bisect(_WEIGHTS, random.random() * _WEIGHTS[-1]) for _ in range(count)]
    return [VOCABULARY[min(number, WORDS - 1)] for number in chosen]


def _stock() -> list[list[str]]:
    random = Random(1)
    return [words(random, random.randint(6, 14)) for _ in range(40)]


STOCK = _stock()


def told(random: Random, fewest: int, most: int) -> list[str]:
    """A text of its own, in half of the cases with one of forty sentences that offices repeat."""
    text = words(random, random.randint(fewest, most))
    return [*text, *random.choice(STOCK)] if random.random() < 0.5 else text


def changed(random: Random, text: Sequence[str]) -> str:
    """A text as another unit tells it: some words changed or dropped, its own lines around it."""
    share = random.choice((0, 0.02, 0.05, 0.1, 0.15))
    kept = []
    for word in text:
        if random.random() < share:
            kept += random.choice(([], words(random, 1)))
        else:
            kept.append(word)
    opening, closing = random.choice(OPENINGS), random.choice(CLOSINGS)
    return f"{opening} {' '.join(kept).capitalize()}. {closing}".strip()


def syndicated(random: Random, *, texts: int, alone: int, units: int = 47) -> Planted:
    """Texts carried by 5 to 40 units each, and posts of which each stands alone."""
    planted: list[tuple[int, str, str]] = []
    for number in range(texts):
        base = told(random, 15, 90)
        carrying = random.sample(range(units), random.randint(5, min(40, units)))
        planted += [(number, f"unit-{unit}", changed(random, base)) for unit in carrying]
    for number in range(texts, texts + alone):
        text = changed(random, told(random, 8, 90))
        planted.append((number, f"unit-{random.randrange(units)}", text))
    random.shuffle(planted)
    minute = timedelta(minutes=1)
    posts = [
        Told(f"{at:06}", unit, BEGIN + at * minute, text)
        for at, (_, unit, text) in enumerate(planted)
    ]
    return Planted(posts, [number for number, _, _ in planted])


def of_a_week(random: Random, count: int, units: int = 47, week: int = 0) -> list[Told]:
    """A week's posts, each about something else."""
    return [
        Told(
            f"{week}-{number}",
            f"unit-{random.randrange(units)}",
            BEGIN + timedelta(weeks=week, seconds=number),
            changed(random, told(random, 15, 60)),
        )
        for number in range(count)
    ]
