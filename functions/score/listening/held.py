"""The posts that weeks are looked at by: those that count and still stand, from the ledgers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from functions.model import Entry, Roster, month_bounds
from functions.score.forgetting import texts_lost
from functions.score.rules.listening.carrying import Noted, in_order
from functions.score.rules.listening.narratives import Told
from functions.score.rules.listening.weeks import (
    months_of,
    shifted,
    week_bounds,
    week_of,
    weeks_between,
)
from functions.score.rules.listening.words import Names
from functions.score.run import Run
from functions.store.agency import AgencyStore
from functions.store.issues import PostRef
from functions.thresholds import TERM_WEEKS

MOST = 250_000  # posts that one look holds; what is older is left out


def span(weeks: Sequence[str], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first week that these are held against to the end of the last."""
    begin, _ = week_bounds(shifted(weeks[0], -TERM_WEEKS), zone)
    return begin, week_bounds(weeks[-1], zone)[1]


class HeldPosts:
    """The posts of some weeks and of those before them, by week, in the order of their time.

    ``known_from``: from then on all of them are held. ``names``: what everybody is called.
    ``wordless``: the platforms that have lost texts of these weeks (score/forgetting.py).
    """

    def __init__(self, run: Run, weeks: Sequence[str], most: int = MOST) -> None:
        agency = run.agency
        self.now, self.zone = run.now, agency.zone
        self.names = _names(agency.roster(run.now))
        begin, end = span(weeks, agency.zone)
        found: defaultdict[str, list[Noted]] = defaultdict(list)
        lost, held = set[str](), 0
        scoring = agency.cursor("score")
        # The newest month first: where there are more posts than a look can hold, old ones go.
        for month in reversed(months_of(begin, end, agency.zone)):
            for noted in _noted(agency, month, run.now):
                if begin <= noted.post.published_at < end:
                    found[week_of(noted.post.published_at, agency.zone)].append(noted)
                    held += 1
            lost |= texts_lost(scoring, month)
            self.known_from = max(begin, month_bounds(month, agency.zone)[0])
            if held > most:
                break
        self.wordless = frozenset(lost)
        self._weeks = {week: sorted(posts, key=in_order) for week, posts in found.items()}

    def of(self, week: str) -> list[Noted]:
        """The posts of a week."""
        return self._weeks.get(week, [])

    def before(self, week: str) -> list[list[Noted]]:
        """Those of the weeks before it of which anything is known, the oldest first."""
        earlier = weeks_between(shifted(week, -TERM_WEEKS), shifted(week, -1))
        return [posts for name in earlier if (posts := self.of(name))]

    def since(self, at: datetime) -> Iterator[Noted]:
        """Those of the week of an instant and of the week after it."""
        week = week_of(at, self.zone)
        return chain(self.of(week), self.of(shifted(week, 1)))


def _noted(agency: AgencyStore, month: str, now: datetime) -> Iterator[Noted]:
    """A month's posts that count for a satker and still stand."""
    for ledger in agency.ledgers(month).values():
        for entry in ledger.entries.values():
            verdict, post = entry.verdict, entry.post
            if verdict is None or not verdict.counted or verdict.satker is None:
                continue
            if not entry.is_gone and post.published_at <= now:
                yield Noted(_ref(entry, verdict.satker), post.text or "", verdict.measurement.i24)


def _ref(entry: Entry, satker: str) -> PostRef:
    post = entry.post
    return PostRef(
        platform=post.platform,
        account_id=post.account_id,
        post_id=post.post_id,
        satker=satker,
        url=post.url,
        published_at=post.published_at,
    )


def _names(roster: Roster | None) -> Names:
    """What everybody who is registered is called."""
    if roster is None:
        return Names()
    units = (*roster.former, *roster.satker)
    names = [name for unit in units for name in (unit.name, unit.short_name) if name]
    return Names.of((account.handle for account in roster.accounts), names)


def told_by(posts: Sequence[Noted]) -> list[Told]:
    """The same posts as they are held against one another."""
    return [
        Told(
            ":".join((post.platform, post.account_id, post.post_id)),
            post.satker,
            post.published_at,
            noted.text,
        )
        for noted in posts
        for post in (noted.post,)
    ]
