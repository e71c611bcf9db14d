"""What waits for whose label, and labels taken in.

Two people label a month's sample, neither seeing what the other found. Whoever labels first is one
of the two from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from functions.listen.labels.reading import Filled
from functions.listen.labels.sheet import Cover, SheetText
from functions.model import month_of, previous_month
from functions.parsing.cleaning import clean
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.fields import LONGEST_NAME, shown
from functions.store.labels import LABELLERS, Marks, ThreadSample, code, rank, seed_of
from functions.store.listening_settings import Listening
from functions.tokens.vault import Vault, VaultError

_DAY = timedelta(days=1)
_MONTHS = 3  # the running one and those before it: nothing older is labelled any more


class LabelError(ValueError):
    """Labels cannot be given or taken; one line in Indonesian says why and what to do."""


class Waiting(NamedTuple):
    """A sheet's content, and how many texts cannot be opened with the present key."""

    cover: Cover
    rows: tuple[SheetText, ...]
    sealed: int


class TakenIn(NamedTuple):
    """What became of a sheet.

    ``new``: labels that were not known before, by month, or said something else. ``same``: those
    that were. ``strange``: codes of no thread that is drawn (any more). ``odd``: what was wrong
    with other months' samples, which cost these nothing.
    """

    new: Mapping[str, int]
    same: int
    strange: tuple[str, ...]
    odd: tuple[str, ...] = ()


def waiting(
    agency: AgencyStore,
    listening: Listening,
    vault: Vault,
    month: str,
    labeller: str,
    now: datetime,
) -> Waiting:
    """The texts of a month that this person has not labelled, those first that surely stay drawn.

    Raises:
        LabelError: nothing is drawn, the month is settled, or two others label it.
        OddSampleError: the sample cannot be read.
    """
    name = labeller_of(labeller)
    sample = agency.sample(month)
    if sample is None:
        raise LabelError(f"belum ada contoh untuk {month}; isi sample_texts, lalu tunggu listen")
    _check(sample, name)
    kept = timedelta(days=listening.sample_ttl_days)
    done = sample.labels.get(_own(sample, name), {})
    asked = [
        hash
        for hash, drawn in sample.drawn.items()
        if drawn.has_text and now < drawn.read_at + kept and hash not in done
    ]
    texts = {hash: _opened(vault, sealed) for hash, sealed in agency.texts(month, asked).items()}
    known = {hash: text for hash, text in texts.items() if text is not None}
    ends = min((sample.drawn[hash].read_at for hash in known), default=now) + kept
    # The first of its texts may be read nowhere from then on.
    last = max((ends - _DAY).astimezone(agency.zone).date(), now.astimezone(agency.zone).date())
    return Waiting(Cover(month, name, last), _rows(agency, month, known), len(texts) - len(known))


def take_in(agency: AgencyStore, labeller: str, filled: Filled, now: datetime) -> TakenIn:
    """Keep a sheet's labels with the months that they belong to. Reading twice is reading once.

    Raises:
        LabelError: two others label a month; nothing is kept of it.
    """
    name = labeller_of(labeller)
    new: dict[str, int] = {}
    same, left, odd = 0, dict(filled.marks), list[str]()
    for month in recent_months(agency, now):
        try:
            sample = agency.sample(month)
        except OddSampleError as error:
            odd.append(str(error))
            continue
        codes = {} if sample is None else _codes(agency, sample)
        found = {codes[each]: left.pop(each) for each in [*left] if each in codes}
        if sample is None or not found:
            continue
        _check(sample, name)
        held = sample.labels.get(_own(sample, name), {})
        changed = {hash: marks for hash, marks in found.items() if held.get(hash) != marks}
        same += len(found) - len(changed)
        if changed:
            agency.change_sample(month, partial(_with_labels, name=name, found=changed))
            new[month] = len(changed)
    return TakenIn(new, same, tuple(left), tuple(odd))


def forget_labeller(agency: AgencyStore, month: str, labeller: str) -> int:
    """Take back all labels of one person, as after a misspelt name; returns how many there were.

    Raises:
        LabelError: the month is settled, or nobody of that name labelled it.
    """
    name = labeller_of(labeller)
    sample = agency.sample(month)
    if sample is not None and sample.settled_at is not None:
        raise LabelError(_SETTLED.format(month))
    found = {} if sample is None else sample.labels.get(_own(sample, name), {})
    if not found:
        raise LabelError(f"tidak ada label dari {name} untuk {month}")
    agency.change_sample(month, lambda held: held and _without_labeller(held, name))
    return len(found)


def labeller_of(typed: str) -> str:
    """A person's name, as it is kept. LabelError where it is none."""
    name = " ".join(clean(typed).split())
    if not name or len(name) > LONGEST_NAME:
        raise LabelError(f"nama pelabel harus 1 sampai {LONGEST_NAME} huruf")
    return name


def recent_months(agency: AgencyStore, now: datetime) -> list[str]:
    """The months that may be labelled, the latest first."""
    months = [month_of(now, agency.zone)]
    while len(months) < _MONTHS:
        months.append(previous_month(months[-1]))
    return months


_SETTLED = "{} sudah selesai; labelnya tidak diterima lagi"


def _check(sample: ThreadSample, name: str) -> None:
    """LabelError unless this person may label the month."""
    if sample.settled_at is not None:
        raise LabelError(_SETTLED.format(sample.month))
    others = [who for who in sample.labels if who.casefold() != name.casefold()]
    if len(others) >= LABELLERS:
        who = " dan ".join(map(shown, others))
        raise LabelError(f"{sample.month} dilabeli {who}; pakai nama yang sama, atau labels drop")


def _own(sample: ThreadSample, name: str) -> str:
    """The name by which this person's labels are kept: names are the same in any case."""
    return next((who for who in sample.labels if who.casefold() == name.casefold()), name)


def _rows(agency: AgencyStore, month: str, texts: Mapping[str, str]) -> tuple[SheetText, ...]:
    """Those first that are the surest to stay drawn."""
    seed = seed_of(agency.id, month)
    hashes = sorted(texts, key=lambda hash: rank(seed, hash))
    return tuple(SheetText(code(seed, hash), texts[hash]) for hash in hashes)


def _codes(agency: AgencyStore, sample: ThreadSample) -> dict[str, str]:
    """The drawn threads' hashes by what sheets call them."""
    seed = seed_of(agency.id, sample.month)
    return {code(seed, hash): hash for hash in sample.drawn}


def _with_labels(
    sample: ThreadSample | None, name: str, found: Mapping[str, Marks]
) -> ThreadSample | None:
    """With these labels, as far as their threads are drawn still."""
    if sample is None:
        return None
    _check(sample, name)
    own = _own(sample, name)
    held = {**sample.labels.get(own, {})}
    held |= {hash: marks for hash, marks in found.items() if hash in sample.drawn}
    return replace(sample, labels={**sample.labels, own: dict(sorted(held.items()))})


def _without_labeller(sample: ThreadSample, name: str) -> ThreadSample:
    own = _own(sample, name)
    return replace(sample, labels={w: found for w, found in sample.labels.items() if w != own})


def _opened(vault: Vault, sealed: bytes) -> str | None:
    try:
        return vault.open(sealed)
    except VaultError:  # another key sealed it; it will expire unread
        return None
