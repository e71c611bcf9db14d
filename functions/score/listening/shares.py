"""A month's shares of labels, once the month is over and two people labelled its sample.

A month is settled when all that was drawn is labelled by both and its last threads have come, at
the latest three weeks after its end, when no text is left. Then its shares are kept if they may be
told, and its labels become counts, whatever comes of it. Looked at once a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from functions.model import PLATFORMS, month_bounds, month_of, previous_month
from functions.score.rules.listening.shares import (
    Helper,
    Pair,
    correlation,
    is_told,
    kappa,
    negative,
    shares,
    trend,
)
from functions.score.run import Run
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import Population, ThreadSample, seed_of, settled
from functions.store.shares import LabelShare, Shares
from functions.thresholds import (
    LABELS_LATE,
    SAMPLE_LATE,
    SHARE_KAPPA,
    SHARE_LABELLED_PERCENT,
    SHARE_LEAST,
)

CURSOR = "listening"
_DAY = "shares_day"
_MONTHS = 3


def note(run: Run) -> None:
    """Settle the months that are due.

    Raises:
        OddSampleError: a month's sample cannot be read; all others are settled.
        StoreError: the store is unusable.
    """
    agency, today = run.agency, run.now.astimezone(run.agency.zone).date().isoformat()
    looked = str(run.listened.get(_DAY) or "")
    if looked >= today or not (looked or run.listening.sample_texts):
        return
    failure = None
    for month in _months(run):
        try:
            _settle(run, month)
        except OddSampleError as error:
            failure = error
    # Last: a run that dies before it looks again.
    agency.save_cursor(CURSOR, **{_DAY: today})
    if failure is not None:
        raise failure


def _months(run: Run) -> list[str]:
    """The months before the running one that may be due, the oldest first: the next one's trends
    are held against it."""
    months = [previous_month(month_of(run.now, run.agency.zone))]
    while len(months) < _MONTHS:
        months.insert(0, previous_month(months[0]))
    return months


def _settle(run: Run, month: str) -> None:
    sample = run.agency.sample(month)
    if sample is None or sample.settled_at is not None or not _is_due(run, sample):
        return
    found = _shares(run, sample)
    why = _untold(sample, found.n, kappa(sample.pairs))
    if not why:
        run.agency.save_shares(found)
        # Labels go only where what follows from them is surely kept.
        if run.agency.shares(month) is None:
            return
    # Before the sample forgets which they are: nobody needs them any more.
    run.agency.drop_texts(month, [h for h, drawn in sample.drawn.items() if drawn.has_text])
    outcome = why or f"dimuat: n {found.n}"
    run.agency.change_sample(month, partial(_settled, seen=sample, run=run, outcome=outcome))


def _settled(
    held: ThreadSample | None, seen: ThreadSample, run: Run, outcome: str
) -> ThreadSample | None:
    """What was changed since it was looked at is looked at again."""
    return settled(seen, run.now, outcome) if held == seen else held


def _is_due(run: Run, sample: ThreadSample) -> bool:
    end = month_bounds(sample.month, run.agency.zone)[1]
    if run.certain >= end + LABELS_LATE:
        return True
    return (
        run.certain >= end + SAMPLE_LATE
        and bool(sample.drawn)
        and len(sample.both) == len(sample.drawn)
    )


def _untold(sample: ThreadSample, n: int, agreement: float | None) -> str:
    """Why nothing is told of a month, in Indonesian; empty where it may be."""
    if n < SHARE_LEAST:
        return f"tidak dimuat: hanya {n} teks dilabeli dua orang, kurang dari {SHARE_LEAST}"
    # What was left out was not left out by chance: it was there at another time of the month.
    if 100 * n < SHARE_LABELLED_PERCENT * len(sample.drawn):
        return f"tidak dimuat: hanya {n} dari {len(sample.drawn)} teks dilabeli dua orang"
    if not is_told(n, agreement):
        said = "tidak diketahui" if agreement is None else f"{agreement:.3f}"
        least = f"{SHARE_KAPPA / 1000:.1f}"
        return f"tidak dimuat: kappa {said}, kurang dari {least}".replace(".", ",")
    return ""


def _shares(run: Run, sample: ThreadSample) -> Shares:
    agency, labels = run.agency, sample.both
    days = {} if sample.erased else agency.populations(sample.month)
    model, helper = _helper(sample, days)
    agreement = kappa(sample.pairs)
    found = shares(labels, helper) if labels else ()
    platforms = {drawn.account.partition(":")[0] for drawn in sample.drawn.values()}
    return Shares(
        month=sample.month,
        as_of=run.now,
        since=sample.since,
        population=_counted(sample, days),
        drawn=len(sample.drawn),
        n=len(labels),
        kappa=_thousandths(agreement) or 0,
        seed=seed_of(agency.id, sample.month),
        platforms=tuple(name for name in PLATFORMS if name in platforms),
        shares=_with_trends(agency, sample.month, found),
        model=model if helper else None,
        correlation=_correlation(labels, helper),
    )


def _helper(
    sample: ThreadSample, days: Mapping[str, Population]
) -> tuple[str | None, Helper | None]:
    """The model, where one and the same has seen every thread of the month; its digest."""
    count = _counted(sample, days)
    models = {name for day in days.values() for name in day.models}
    scores = {h: drawn.score for h in sample.both if (drawn := sample.drawn[h]).score is not None}
    if not count or len(models) != 1 or len(scores) < max(len(sample.both), 2):
        return None, None
    (model,) = models
    tallies = [day.models[model] for day in days.values() if model in day.models]
    if sum(tally.count for tally in tallies) != count:
        return None, None
    mean = sum(tally.total for tally in tallies) / count / 1000
    return model, Helper(mean, {hash: score / 1000 for hash, score in scores.items()})


def _counted(sample: ThreadSample, days: Mapping[str, Population]) -> int | None:
    """How many threads the month had; None where that is not known.

    Fewer than were drawn: a run died before it had counted what it drew.
    """
    count = sum(day.count for day in days.values())
    is_known = not any(day.is_cut for day in days.values())
    return count if is_known and days and count >= len(sample.drawn) else None


def _with_trends(
    agency: AgencyStore, month: str, found: tuple[LabelShare, ...]
) -> tuple[LabelShare, ...]:
    before = agency.shares(previous_month(month))
    known = {} if before is None else {share.label: share.estimate for share in before.shares}
    return tuple(
        replace(share, trend=trend(known[share.label], share.estimate))
        if share.label in known
        else share
        for share in found
    )


def _correlation(labels: Mapping[str, Pair], helper: Helper | None) -> int | None:
    if helper is None:
        return None
    said = [helper.of[hash] for hash in sorted(labels)]
    return _thousandths(correlation(negative(labels), said))


def _thousandths(value: float | None) -> int | None:
    return None if value is None else round(1000 * value)
