"""A week's issues: terms, narratives, campaigns and clarifications of the posts that count.

The running week is looked at every six hours, if anything has changed, and at once when an admin
typed something; the one before it, too, until two days after its end, when its last posts have been
measured: then once more, and never again. Everything is made from ledgers, which keep captions; of
a post's text single words alone are kept. Words are counted as they stand, on every platform alike:
nobody's posts are sorted by what they may be about, which YouTube's terms would forbid. But for
terms: they are told of the platforms alone whose texts of all nine weeks are still kept, since what
is left of the others would make each of their words look new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from functions.model import iso
from functions.score.listening.held import HeldPosts, span, told_by
from functions.score.listening.typed import Typed, read_typed
from functions.score.rules.listening.carrying import Noted, carried, carried_within, summed
from functions.score.rules.listening.narratives import Shared, narratives
from functions.score.rules.listening.terms import tellings, trending
from functions.score.rules.listening.weeks import (
    months_of,
    shifted,
    week_bounds,
    week_of,
    weeks_between,
)
from functions.score.run import Run
from functions.store.agency import AgencyStore
from functions.store.campaigns import Campaign
from functions.store.issues import Carried, Issues, Narrative
from functions.times import time_of

EVERY = timedelta(hours=6)
SETTLES = timedelta(days=2)  # after a week's end, until its last posts are measured
CAUGHT_UP = 4  # weeks that ended while nobody scored, at most
CURSOR = "listening"


class _Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where ``cursors/listening`` says that issues stand.

    ``at``: the last look. ``of``: the digest of what it saw. ``over``: the newest week that was
    looked at for the last time.
    """

    at: datetime | None = None
    of: str = ""
    over: str | None = None


def note(run: Run) -> None:
    """Bring the agency's issues up to the run's ``now``; StoreError when the store is unusable."""
    agency, now = run.agency, run.now
    standing = _read(run.listened)
    is_replay = standing.at is not None and now < standing.at  # what a later look found stands
    if is_replay or not run.records:
        return
    typed = read_typed(agency)
    run.report.problems += typed.problems
    due, running = _ended(standing, now, agency), _running(now, agency)
    seen = _digest(run, typed, running)
    if not _is_due(standing, seen, typed.digest, now):
        running = []
    if not due and not running:
        return
    posts = HeldPosts(run, [*due, *running])
    for week in [*due, *running]:
        issues = _issues(posts, typed, week, is_over=week in due)
        if issues.posts or issues.before:
            agency.save_issues(issues)
    noted = {"issues_over": _last_ended(now, agency)}
    if running:
        noted |= {"issues_at": iso(now), "issues_of": seen}
    agency.save_cursor(CURSOR, **noted)


# When


def _read(cursor: Mapping[str, Any]) -> _Standing:
    """What the cursor says; what cannot be read is as if it were not there."""
    of, over = cursor.get("issues_of"), cursor.get("issues_over")
    try:
        week_over = shifted(over, 0) if isinstance(over, str) else None
    except ValueError:
        week_over = None
    return _Standing(
        at=time_of(cursor.get("issues_at")), of=of if isinstance(of, str) else "", over=week_over
    )


def _last_ended(now: datetime, agency: AgencyStore) -> str:
    """The newest week whose posts are all measured."""
    return shifted(week_of(now - SETTLES, agency.zone), -1)


def _ended(standing: _Standing, now: datetime, agency: AgencyStore) -> list[str]:
    """The weeks to look at for the last time."""
    last = _last_ended(now, agency)
    if standing.over is None:
        return [last]
    return weeks_between(shifted(standing.over, 1), last)[-CAUGHT_UP:]


def _running(now: datetime, agency: AgencyStore) -> list[str]:
    """The weeks whose posts are still published or measured."""
    return weeks_between(shifted(_last_ended(now, agency), 1), week_of(now, agency.zone))


def _is_due(standing: _Standing, seen: str, typed: str, now: datetime) -> bool:
    if standing.at is None or not standing.of.endswith(typed):
        return True
    return now - standing.at >= EVERY and standing.of != seen


def _digest(run: Run, typed: Typed, weeks: Sequence[str]) -> str:
    """Of all that the running weeks' issues are made from; it ends with that of what was typed."""
    begin, end = span(weeks, run.agency.zone)
    months = months_of(begin, end, run.agency.zone)
    told = [(month, run.records[month].digest) for month in months if month in run.records]
    return f"{sha256(repr((list(weeks), told)).encode()).hexdigest()}:{typed.digest}"


# What


def _issues(posts: HeldPosts, typed: Typed, week: str, *, is_over: bool) -> Issues:
    held, before = posts.of(week), posts.before(week)
    told, names = told_by(held), posts.names
    week_told, *earlier = (
        tellings(told_by(_worded(each, posts.wordless)), names) for each in (held, *before)
    )
    return Issues(
        week=week,
        as_of=posts.now,
        is_over=is_over,
        posts=len(held),
        units=len({noted.post.satker for noted in held}),
        before=sum(map(len, before)),
        terms=trending([*week_told], earlier),
        narratives=tuple(_narrative(each, held) for each in narratives(told, names)),
        campaigns=_carried(typed.campaigns, posts, week),
        clarifications=_carried(typed.clarifications, posts, week, clarifies=True),
    )


def _worded(posts: Sequence[Noted], wordless: frozenset[str]) -> list[Noted]:
    """Posts of the platforms whose words can be held against those of all the weeks before."""
    return [noted for noted in posts if noted.post.platform not in wordless]


def _narrative(shared: Shared, posts: Sequence[Noted]) -> Narrative:
    held = [posts[number] for number in shared.posts]
    i24, measured = summed(held)
    return Narrative(
        words=shared.words,
        posts=tuple(noted.post for noted in held),
        units=tuple(dict.fromkeys(noted.post.satker for noted in held)),
        i24=i24,
        measured=measured,
    )


def _carried(
    campaigns: Sequence[Campaign], posts: HeldPosts, week: str, *, clarifies: bool = False
) -> tuple[Carried, ...]:
    """Those that run in the week and have begun, the one that most satker carried first."""
    begin, end = week_bounds(week, posts.zone)
    found = []
    for each in campaigns:
        if each.begins < min(end, posts.now) and (each.ends is None or each.ends > begin):
            early = posts.since(each.begins) if clarifies else ()
            within = carried_within(each, early, posts.known_from) if clarifies else ()
            found.append(carried(each, posts.of(week), posts.zone, within=within))
    return tuple(sorted(found, key=lambda one: (-len(one.units), -one.posts, one.id)))
