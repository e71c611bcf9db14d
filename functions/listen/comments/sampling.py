"""A month's simple random sample of threads, drawn while their texts are in memory.

Every new thread is offered; the ``sample_texts`` of a month with the smallest ranks are kept
(store/labels.py), and their texts sealed for ``sample_ttl_days``. All that is offered is counted,
by the day on which it was begun, with the sum of what the ministry's own model says of it.

Left out are X, none of whose texts may stand in a file, and YouTube while its amendment is not
accepted, without which viewers' sentiment may not be looked at (docs/ketentuan.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from functions.model import month_bounds, month_of, previous_month
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import Drawn, ThreadSample, drawn_with, rank, seed_of, without
from functions.store.listening_settings import Listening
from functions.thresholds import SAMPLE_LATE
from functions.tokens.vault import Vault

LONGEST = 2_000  # characters of a text that are kept: enough to judge it by
_CUT = " […]"
_DAY = timedelta(days=1)


class Scorer(NamedTuple):
    """The ministry's own model: its digest, and the chance of "negatif" that it gives a text."""

    digest: str
    score: Callable[[str], float]


class Sampler:
    """Draws among what is offered in one run. Offering twice is as good as once."""

    def __init__(
        self,
        agency: AgencyStore,
        listening: Listening,
        vault: Vault,
        now: datetime,
        model: Scorer | None = None,
    ) -> None:
        self._agency, self._vault, self._now, self._model = agency, vault, now, model
        self._size = listening.sample_texts
        self._kept = timedelta(days=listening.sample_ttl_days)
        self._platforms = _left_out(listening)
        self._months = _open_months(agency, now)
        self._offered: dict[str, dict[str, Drawn]] = defaultdict(dict)
        self._texts: dict[str, str] = {}
        self._counted: dict[str, dict[str, int | None]] = defaultdict(dict)

    def offer(self, hash: str, account: str, asked_at: datetime, text: str) -> None:
        """A thread that was read now.

        Args:
            hash: keyed, of the thread's id. account: ``platform:id``, below whose post it stands.
            asked_at: when it was begun, which says to which month it belongs.
            text: how it begins. It is forgotten unless the thread is drawn.
        """
        month = month_of(asked_at, self._agency.zone)
        is_future = asked_at > self._now + _DAY
        if account.partition(":")[0] in self._platforms or month not in self._months or is_future:
            return
        score = self._score(text)
        self._counted[str(asked_at.astimezone(self._agency.zone).date())][hash] = score
        self._offered[month][hash] = Drawn(account=account, read_at=self._now, score=score)
        self._texts[hash] = _shortened(text)
        if len(self._offered[month]) > 4 * self._size:
            self._forget_most(month)

    def save(self) -> None:
        """Keep what is drawn by now, count what was offered, and delete what is past its time.

        Raises:
            OddSampleError: a month's sample cannot be read; all others are saved.
            StoreError: the store cannot be used. What was offered may be offered again.
        """
        failure: OddSampleError | None = None
        for month in sorted(self._offered):
            try:
                self._draw(month)
            except OddSampleError as error:
                failure = error
        for day, scores in sorted(self._counted.items()):
            self._agency.count_threads(day, scores, self._model and self._model.digest)
        self._offered.clear()
        self._counted.clear()
        self._texts.clear()
        if failure is not None:
            raise failure

    def __repr__(self) -> str:
        """Without a word of what was offered."""
        return f"Sampler({len(self._texts)})"

    def _draw(self, month: str) -> None:
        seed, offered = seed_of(self._agency.id, month), self._offered[month]
        written: set[str] = set()
        before: set[str] = set()

        def change(held: ThreadSample | None) -> ThreadSample | None:
            if held is not None and held.settled_at is not None:
                return None
            known = held or ThreadSample(month=month, size=self._size, since=self._now)
            new = drawn_with(known, offered, seed, self._size)
            # Texts before the sample that names them: what is named can be labelled.
            fresh = new.drawn.keys() - known.drawn.keys() - written
            sealed = {hash: self._vault.seal(self._texts[hash]) for hash in sorted(fresh)}
            self._agency.save_texts(month, sealed, self._now, self._kept)
            written.update(fresh)
            before.update(hash for hash, drawn in known.drawn.items() if drawn.has_text)
            return new

        sample = self._agency.change_sample(month, change)
        drawn = set[str]() if sample is None else {*sample.drawn}
        self._agency.drop_texts(month, sorted((written | before) - drawn))

    def _score(self, text: str) -> int | None:
        """What the model says, in thousandths; None where it says nothing that can be counted."""
        if self._model is None:
            return None
        try:
            found = round(1000 * self._model.score(text))
        except Exception:  # whatever an odd text does to a model: it costs its own score
            return None
        return found if 0 <= found <= 1000 else None

    def _forget_most(self, month: str) -> None:
        """Of many that were offered only the smallest ranks can be drawn."""
        seed, offered = seed_of(self._agency.id, month), self._offered[month]
        kept = sorted(offered, key=lambda hash: rank(seed, hash))[: self._size]
        for hash in offered.keys() - {*kept}:
            del offered[hash], self._texts[hash]


def sampler_of(
    agency: AgencyStore,
    listening: Listening,
    vault: Vault,
    now: datetime,
    model: Scorer | None = None,
) -> Sampler | None:
    """What draws in a run; None where ``sample_texts`` is 0."""
    return Sampler(agency, listening, vault, now, model) if listening.sample_texts else None


def expire_texts(agency: AgencyStore, listening: Listening, now: datetime) -> int:
    """Delete the texts that are past their time, also where nothing is drawn any more.

    Returns how many. A store that deletes expired documents by itself may have done so before.

    Raises:
        OddSampleError: a month's sample cannot be read; the others' texts are deleted.
    """
    kept = timedelta(days=listening.sample_ttl_days)
    return _drop_where(agency, now, lambda _, drawn: drawn.read_at + kept <= now, _without_text)


def drop_texts(agency: AgencyStore, now: datetime, hashes: Iterable[str]) -> int:
    """Delete the texts of threads that are gone where they were written; labels are not of texts.

    Returns how many. Raises as ``expire_texts``.
    """
    gone = {*hashes}
    return _drop_where(agency, now, lambda h, _: h in gone, _without_text) if gone else 0


def erase_threads(
    agency: AgencyStore,
    now: datetime,
    *,
    accounts: Iterable[str] = (),
    hashes: Iterable[str] = (),
) -> int:
    """Take threads out of the samples, with their texts and labels.

    Those of ``accounts`` whose unit withdrew, and single ones by keyed ``hashes``, as when a
    citizen asks for it. Returns how many texts were deleted. Raises as ``expire_texts``.
    """
    gone, named = {*accounts}, {*hashes}
    return _drop_where(agency, now, lambda h, d: h in named or d.account in gone, without)


def _drop_where(
    agency: AgencyStore,
    now: datetime,
    is_gone: Callable[[str, Drawn], bool],
    change: Callable[[ThreadSample, Iterable[str]], ThreadSample],
) -> int:
    """Delete texts, and change their months' samples after it: one that dies begins anew."""
    dropped = 0
    failure: OddSampleError | None = None
    for month in _recent_months(agency, now):
        try:
            sample = agency.sample(month)
            if sample is None:
                continue
            gone = [hash for hash, drawn in sample.drawn.items() if is_gone(hash, drawn)]
            texts = [hash for hash in gone if sample.drawn[hash].has_text]
            agency.drop_texts(month, texts)
            agency.change_sample(month, _changed_by(change, gone))
            dropped += len(texts)
        except OddSampleError as error:
            failure = error
    if failure is not None:
        raise failure
    return dropped


def _changed_by(
    change: Callable[[ThreadSample, Iterable[str]], ThreadSample], hashes: Iterable[str]
) -> Callable[[ThreadSample | None], ThreadSample | None]:
    return lambda held: None if held is None else change(held, hashes)


def _without_text(sample: ThreadSample, hashes: Iterable[str]) -> ThreadSample:
    gone = {*hashes}
    drawn: Mapping[str, Drawn] = {
        hash: replace(each, has_text=False) if hash in gone else each
        for hash, each in sample.drawn.items()
    }
    return replace(sample, drawn=drawn)


def _left_out(listening: Listening) -> frozenset[str]:
    return frozenset({"x"} if listening.youtube_amendment else {"x", "youtube"})


def _open_months(agency: AgencyStore, now: datetime) -> tuple[str, ...]:
    """The running month, and the one before while its last threads may still come."""
    current = month_of(now, agency.zone)
    is_late = now < month_bounds(current, agency.zone)[0] + SAMPLE_LATE
    return (previous_month(current), current) if is_late else (current,)


def _recent_months(agency: AgencyStore, now: datetime) -> tuple[str, ...]:
    """Those whose texts may still be there."""
    current = month_of(now, agency.zone)
    before = previous_month(current)
    return previous_month(before), before, current


def _shortened(text: str) -> str:
    """As much as is kept. Half of a character, which nothing can hold, becomes U+FFFD."""
    whole = text[: LONGEST + 1].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole if len(whole) <= LONGEST else whole[: LONGEST - len(_CUT)] + _CUT
