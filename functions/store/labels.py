"""A month's sample of threads and what two people found in it, without a word of any text.

``samples/{YYYY-MM}`` says which threads are drawn and how they were labelled, by the keyed hash of
their ids; ``texts/{YYYY-MM}:{hash}`` is one drawn thread's text, sealed, for some days. Once the
month is settled the first is emptied: only counts remain, in ``shares/{YYYY-MM}``.

Of all threads that were offered the sample holds those with the smallest SHA-256 of seed and hash:
a simple random sample without replacement, whatever the order and however often one was offered.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

from functions.store.parts import compress, expand

Label = Literal["negatif", "netral", "positif", "tidak jelas"]
LABELS: tuple[Label, ...] = get_args(Label)
LABELLERS = 2  # of a month

_CODE = 10  # hexadecimal digits of a rank, by which a row of a sheet is known again
_SEEN = 8  # bytes of a hash's digest, by which a thread is known to be counted
_MOST_SEEN = 400_000  # bytes of a day; a document ends at 1 MiB

T = TypeVar("T", "ThreadSample", "Population")
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Thousandths = Annotated[int, msgspec.Meta(ge=0, le=1000)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Marks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one person found in a text. ``complaint``, ``abusive``: None where it was left open."""

    label: Label
    complaint: bool | None = None
    abusive: bool | None = None


class Drawn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A thread of the sample.

    Attributes:
        account: of the unit, below whose post it stands (``platform:id``).
        read_at: when its text was read and drawn; from then the text's time counts.
        has_text: its text has not been deleted yet.
        score: the model's chance of "negatif" when it was drawn, in thousandths; None: no model.
    """

    account: str
    read_at: _Instant
    has_text: bool = True
    score: _Thousandths | None = None


class ThreadSample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A month's sample.

    Attributes:
        size: how many threads are drawn at most: the smallest that was ever set in the month.
        since: the first run that drew; threads that were read earlier were never offered.
        drawn: by keyed hash. ``labels``: by labeller and hash.
        erased: threads were taken out since, so that the population's sums no longer fit.
        settled_at: the month is settled, and nothing is drawn or labelled any more. ``outcome``
            says how, in Indonesian; ``table`` how many threads got which two labels
            (``negatif, netral``).
    """

    month: str
    size: _Count
    since: _Instant
    drawn: Mapping[str, Drawn] = {}
    labels: Mapping[str, Mapping[str, Marks]] = {}
    erased: bool = False
    settled_at: _Instant | None = None
    outcome: str = ""
    table: Mapping[str, _Count] = {}

    @property
    def both(self) -> dict[str, tuple[Label, Label]]:
        """What the two people gave to the threads that both labelled, by hash."""
        if len(self.labels) != LABELLERS:
            return {}
        first, second = (found for _, found in sorted(self.labels.items()))
        return {h: (first[h].label, second[h].label) for h in sorted(first.keys() & second.keys())}

    @property
    def pairs(self) -> list[tuple[Label, Label]]:
        """The same, without the hashes."""
        return [*self.both.values()]


class ScoreTally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How many of some threads a model scored, and the sum of the scores in thousandths."""

    count: _Count = 0
    total: _Count = 0


class Population(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The threads of one day that were offered.

    Attributes:
        seen: the beginnings of their hashes' digests, one behind the other, in order: nobody is
            counted twice, and no score can be told from it.
        models: the sums by the model's digest.
        is_cut: there were more than can be told apart; the day's number is unknown.
    """

    seen: bytes = b""
    models: Mapping[str, ScoreTally] = {}
    is_cut: bool = False

    @property
    def count(self) -> int:
        """How many threads there are, of which each is counted once."""
        return len(self.seen) // _SEEN


def seed_of(agency: str, month: str) -> str:
    """The seed of a month, fixed before it begins: anybody can compute it.

    It gives nothing away: hashes of threads are keyed, so that nobody can tell which are drawn.
    """
    return sha256(f"kiprah suara {agency} {month}".encode()).hexdigest()


def rank(seed: str, hash: str) -> str:
    """A thread's place in the order by which threads are drawn, the smallest first."""
    return sha256(f"{seed}{hash}".encode(errors="replace")).hexdigest()


def code(seed: str, hash: str) -> str:
    """How a thread is called in a sheet: letters first, so that no spreadsheet takes it for a
    number."""
    return f"T{rank(seed, hash)[:_CODE]}"


def drawn_with(
    sample: ThreadSample, offered: Mapping[str, Drawn], seed: str, size: int
) -> ThreadSample:
    """The sample with what was offered beside it.

    ``size``: as the settings have it by now. A smaller one holds from then on; a larger one cannot
    bring back what was not drawn, so that it holds from the next month.
    """
    most = min(sample.size, size)
    known = {**offered, **sample.drawn}  # what is drawn already keeps its time
    kept = sorted(known, key=lambda hash: rank(seed, hash))[:most]
    return _with_only(msgspec.structs.replace(sample, size=most), {h: known[h] for h in kept})


def without(sample: ThreadSample, hashes: Iterable[str]) -> ThreadSample:
    """The sample without some threads, as when a unit withdrew or a citizen asked for it."""
    gone = {*hashes} & sample.drawn.keys()
    if not gone:
        return sample
    kept = {hash: drawn for hash, drawn in sample.drawn.items() if hash not in gone}
    return msgspec.structs.replace(_with_only(sample, kept), erased=True)


def settled(sample: ThreadSample, at: datetime, outcome: str) -> ThreadSample:
    """The sample without its threads and labels; only counts remain."""
    table = Counter(", ".join(pair) for pair in sample.pairs)
    return msgspec.structs.replace(
        sample,
        drawn={},
        labels={},
        settled_at=at,
        outcome=outcome,
        table=dict(sorted(table.items())),
    )


def counted(held: Population, scores: Mapping[str, int | None], model: str | None) -> Population:
    """The population with those threads that are not counted yet.

    Args:
        scores: by hash, in thousandths; None: not scored.
        model: the digest of the model that scored.
    """
    if held.is_cut:
        return held
    seen = {held.seen[n : n + _SEEN] for n in range(0, len(held.seen), _SEEN)}
    new = {name: score for hash, score in scores.items() if (name := _name(hash)) not in seen}
    names = seen | new.keys()
    if len(names) * _SEEN > _MOST_SEEN:
        return Population(is_cut=True)
    known = [score for score in new.values() if score is not None]
    models = dict(held.models)
    if model is not None and known:
        tally = models.get(model, ScoreTally())
        models[model] = ScoreTally(count=tally.count + len(known), total=tally.total + sum(known))
    return Population(seen=b"".join(sorted(names)), models=models)


def read_sample(document: Mapping[str, Any]) -> ThreadSample | None:
    """What a document says; None where it cannot be read."""
    return _expanded(document, ThreadSample)


def read_population(document: Mapping[str, Any]) -> Population | None:
    """What a document says; None where it cannot be read, or is shorter than it should be."""
    found = _expanded(document, Population)
    return None if found is None or len(found.seen) % _SEEN else found


def packed(value: ThreadSample | Population) -> dict[str, Any]:
    """As it is stored."""
    return {"body": compress(value)}


def _expanded(document: Mapping[str, Any], kind: type[T]) -> T | None:
    try:
        return expand(document["body"], kind)
    except (KeyError, TypeError, zlib.error, msgspec.DecodeError):
        return None


def _with_only(sample: ThreadSample, drawn: Mapping[str, Drawn]) -> ThreadSample:
    """With these threads alone, and with labels of no other."""
    labels = {
        who: {hash: marks for hash, marks in found.items() if hash in drawn}
        for who, found in sample.labels.items()
    }
    labels = {who: found for who, found in labels.items() if found}
    return msgspec.structs.replace(sample, drawn=dict(sorted(drawn.items())), labels=labels)


def _name(hash: str) -> bytes:
    return sha256(hash.encode(errors="replace")).digest()[:_SEEN]
