"""What the ministry's own model says of a text, in plain Python: which comments to look at first.

A number for sorting and for shares, kept with no text and shown nowhere. The same as scikit-learn's
to 10⁻³ (tests/training, ``make bench ARGS=train``): TF-IDF of words and pairs of them, and of
pieces of 3 to 5 characters within a word; term frequency 1 + ln n; each of the two of length 1.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from functions.parsing.cleaning import clean
from functions.store.agency import AgencyStore
from functions.store.agency.models import OddModelError
from functions.store.models import SCALE, ModelError, ModelName, TextModel, decode_model, digest_of

LONGEST = 1_000  # characters of a text that are looked at
PIECES = (3, 4, 5)
WORD = r"\w\w+"
LAST = 999  # of the places of ``order``

_DIGITS = re.compile(r"\d+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}", re.DOTALL)
_Table = Mapping[str, tuple[float, float]]


def folded(text: str) -> str:
    """A text as models see it: no capitals, addresses or @names; 0 for any number."""
    plain = unicodedata.normalize("NFKC", clean(text[:LONGEST]))[:LONGEST].casefold()
    words = (word for word in plain.split() if not ("@" in word or "://" in word))
    said = _DRAWN_OUT.sub(r"\1\1", " ".join(word for word in words if word[:4] != "www."))
    return _DIGITS.sub("0", said)[:LONGEST]


class Triage:
    """A model that is ready to score; ``digest``: its SHA-256."""

    def __init__(self, model: TextModel) -> None:
        self.model, self.digest = model, digest_of(model)
        self._bias = model.bias / SCALE
        self._words = _table(model.words)
        self._pieces = _table(model.pieces)

    def score(self, text: str) -> float:
        """The chance that a text is so, 0..1; of any text in about a tenth of a millisecond."""
        seen = folded(text)
        said = _part(self._words, _words(seen)) + _part(self._pieces, _pieces(seen))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self._bias + said))))

    def order(self, text: str) -> int:
        """A text's place among those to look at: 0 the soonest, 999 the last.

        Always 0, as without a model, where this one is not usable.
        """
        return round(LAST * (1 - self.score(text))) if self.model.usable else 0

    def __repr__(self) -> str:
        return f"Triage({self.model.name}, {self.digest[:16]})"


class HeldModel(NamedTuple):
    """An agency's model, None where none may be used; ``problem``: why not, where one is there."""

    triage: Triage | None
    problem: str | None = None


def read_model(body: bytes) -> Triage:
    """The model of some bytes; ModelError where they are none, or were changed."""
    return Triage(decode_model(body))


def held_model(agency: AgencyStore, name: ModelName) -> HeldModel:
    """The model that an agency put, if it may be used; an odd one is as none, and is told."""
    try:
        body = agency.model(name)
        model = None if body is None else decode_model(body)
    except OddModelError as error:
        return HeldModel(None, str(error))
    except ModelError as error:
        return HeldModel(None, f"models/{name}: {error}")
    if model is None:
        return HeldModel(None)
    if model.name != name:
        return HeldModel(None, f"models/{name} memuat model {model.name}; pasang ulang")
    return HeldModel(Triage(model)) if model.usable else HeldModel(None, UNUSABLE.format(name))


UNUSABLE = "models/{}: label atau F1-nya kurang, jadi tidak dipakai"


def _table(features: Iterable[tuple[str, int, int]]) -> _Table:
    return {term: (rarity / SCALE, weight / SCALE) for term, rarity, weight in features}


def _part(table: _Table, terms: Iterable[str]) -> float:
    """What one kind of features adds to the score's logit."""
    dot = square = 0.0
    for term, count in Counter(term for term in terms if term in table).items():
        rarity, weight = table[term]
        value = (1 + math.log(count)) * rarity
        dot += value * weight
        square += value * value
    return dot / math.sqrt(square) if square else 0.0


def _words(seen: str) -> Iterator[str]:
    words = re.findall(WORD, seen)
    yield from words
    yield from map(" ".join, pairwise(words))


def _pieces(seen: str) -> Iterator[str]:
    for word in seen.split():
        padded = f" {word} "
        for size in PIECES:
            yield from (padded[n : n + size] for n in range(len(padded) - size + 1))
