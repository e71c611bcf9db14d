"""A month's insights: what goes with more interactions, and how many posts have which format.

The running month is looked at once a day at most, if it has changed; so is the one before it, until
its last post is measured: then once more, and never again. Everything is made from ledgers.

YouTube's terms leave metrics derived from its numbers to projects that have accepted its amendment
(docs/ketentuan.md). Without ``youtube_amendment`` in ``settings/listening`` no effect is looked for
among YouTube's posts; they are only counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec import UNSET

from functions.model import PLATFORMS, Platform, Post, Verdict, month_of, previous_month
from functions.score.listening.typed import Typed, read_typed
from functions.score.listening.units import zones_of
from functions.score.rules.closing import closing_begins
from functions.score.rules.listening.carrying import carrying
from functions.score.rules.listening.effects import PostOutcome, compare
from functions.score.rules.listening.outcomes import Campaigns, Zones, outcomes
from functions.score.run import Run
from functions.store.campaigns import Campaign
from functions.store.insights import FormatShare, Insights
from functions.store.ledgers import Ledgers

CURSOR = "listening"
_DAY, _SEEN = "insights_day", "insights_of"


def note(run: Run) -> None:
    """Bring insights up to the run's ``now``; StoreError when the store is unusable."""
    agency, today = run.agency, run.now.astimezone(run.agency.zone).date().isoformat()
    current = month_of(run.now, agency.zone)
    months = [month for month in (previous_month(current), current) if month in run.records]
    held = run.listened
    if not months or str(held.get(_DAY) or "") >= today:  # also a replay of an earlier day
        return
    infers = _platforms(run)
    typed = read_typed(agency)
    seen = _digest(run, months, infers, typed)
    if held.get(_SEEN) == seen:
        return
    for month in months:
        known = agency.insights(month)
        if known is None or not known.is_over:
            agency.save_insights(_insights(run, month, infers, typed.campaigns))
    # Last: a run that dies before it looks again.
    agency.save_cursor(CURSOR, **{_DAY: today, _SEEN: seen})


def _platforms(run: Run) -> frozenset[Platform]:
    """The platforms whose terms let something be derived from their numbers."""
    is_agreed = run.listening.youtube_amendment is not None
    return frozenset(name for name in PLATFORMS if name != "youtube" or is_agreed)


def _digest(run: Run, months: list[str], infers: frozenset[Platform], typed: Typed) -> str:
    """Of all that the months' insights are made from."""
    told = [(month, run.records[month].digest, _is_over(run, month)) for month in months]
    return sha256(repr((told, sorted(infers), typed.digest)).encode()).hexdigest()


def _is_over(run: Run, month: str) -> bool:
    """Whether every post of a month has been measured, by every clock."""
    return run.certain >= closing_begins(month, run.agency.zone)


def _insights(
    run: Run, month: str, infers: frozenset[Platform], campaigns: Sequence[Campaign]
) -> Insights:
    ledgers = run.agency.ledgers(month)
    found = [o for o in _outcomes(run, month, ledgers, campaigns) if o.platform in infers]
    looked, effects = compare(found)
    return Insights(
        month=month,
        as_of=run.now,
        is_over=_is_over(run, month),
        posts=len(found),
        looked=looked,
        effects=effects,
        formats=_formats(ledgers),
    )


def _outcomes(
    run: Run, month: str, ledgers: Ledgers, campaigns: Sequence[Campaign]
) -> Iterator[PostOutcome]:
    past = run.carried(month).past
    asked = run.rules_of(month).usual_least
    least = 0 if asked is UNSET else asked
    zone_of, campaigns_of = _zones(run), _carriers(campaigns)
    for account, judged in _judged(ledgers).items():
        yield from outcomes(judged, past.get(account, ()), least, zone_of, campaigns_of)


def _judged(ledgers: Ledgers) -> Mapping[str, list[tuple[Post, Verdict]]]:
    """The posts with their verdicts, by account."""
    return {
        account: [(e.post, e.verdict) for e in ledger.entries.values() if e.verdict is not None]
        for account, ledger in sorted(ledgers.items())
    }


def _zones(run: Run) -> Zones:
    """The zone that a satker's document names; the agency's for one that it does not know."""
    zones = zones_of(run.agency.roster(run.now))
    return lambda satker: zones.get(satker, run.agency.zone)


def _carriers(campaigns: Sequence[Campaign]) -> Campaigns:
    """Says which campaigns a post carries."""
    known = [(each.id, carrying(each)) for each in campaigns]
    return lambda post: frozenset(
        name for name, carries in known if carries(post.published_at, post.text or "")
    )


def _formats(ledgers: Ledgers) -> tuple[FormatShare, ...]:
    """How many counted posts have each format, by platform; the unknown ones last."""
    counts: dict[tuple[Platform, str | None], list[int | None]] = defaultdict(list)
    for judged in _judged(ledgers).values():
        for post, verdict in judged:
            if verdict.counted:
                counts[post.platform, post.format].append(verdict.measurement.i24)
    return tuple(
        FormatShare(
            platform=platform,
            format=format,
            posts=len(values),
            i24=sum(known) if (known := [v for v in values if v is not None]) else None,
        )
        for (platform, format), values in sorted(counts.items(), key=_in_order)
    )


def _in_order(
    each: tuple[tuple[Platform, str | None], list[int | None]],
) -> tuple[int, bool, str]:
    platform, format = each[0]
    return PLATFORMS.index(platform), format is None, format or ""
