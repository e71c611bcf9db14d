"""A ministry whose accounts' hourly counters are made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.collect.reading.witness import remember
from functions.model import Agency
from functions.notify.notifier import notifier_of
from functions.score.job import score
from functions.score.run import ScoreReport
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Store
from tests.factories import BEGIN, account, measured_post, roster, satker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_BEFORE = BEGIN - 400 * DAY
NOW = BEGIN + 10 * DAY  # a whole hour


class Hour(NamedTuple):
    """What an account got in an hour."""

    comments: int = 0
    likes: int = 0
    shares: int = 0


class Beats(NamedTuple):
    """A pulse of the form of ``store/pulse.py``: hours by account, and comments by post."""

    first: datetime
    last: datetime
    hours: Mapping[str, Mapping[datetime, Hour]]
    by_post: Mapping[tuple[str, str], Mapping[datetime, int]]

    def comments(self, account: str) -> list[int | None]:
        return [None if hour is None else hour.comments for hour in self._hours(account)]

    def likes(self, account: str) -> list[int | None]:
        return [None if hour is None else hour.likes for hour in self._hours(account)]

    def shares(self, account: str) -> list[int | None]:
        return [None if hour is None else hour.shares for hour in self._hours(account)]

    def posts(self, account: str, first: datetime, last: datetime) -> dict[str, int]:
        found = {
            post: sum(n for at, n in hours.items() if first <= at <= last)
            for (name, post), hours in self.by_post.items()
            if name == account
        }
        return {post: n for post, n in found.items() if n}

    def _hours(self, account: str) -> list[Hour | None]:
        known = self.hours.get(account, {})
        length = (self.last - self.first) // HOUR + 1
        return [known.get(self.first + n * HOUR) for n in range(length)]


class BeatingAgency(AgencyStore):
    """An agency with such a pulse."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.hours: dict[str, dict[datetime, Hour]] = {}
        self.by_post: dict[tuple[str, str], dict[datetime, int]] = {}
        self.pulses = 0

    def pulse(self, first: datetime, last: datetime) -> Beats:
        self.pulses += 1
        return Beats(first, last, self.hours, self.by_post)

    def quiet(self, account: str, until: datetime = NOW) -> None:
        """Two comments and twenty likes every eighth hour, up to an hour."""
        for n in range(29 * 24 + 10):
            hour = Hour(2, 20) if n % 8 == 0 else Hour()
            self.hours.setdefault(account, {})[until - n * HOUR] = hour

    def storm(
        self,
        account: str,
        post: str = "a",
        until: datetime = NOW,
        comments: int = 20,
        likes: int = 40,
    ) -> None:
        """So many comments, on the post ``a``, and likes in each of three hours up to an hour."""
        for n in range(3):
            at = until - n * HOUR
            self.hours.setdefault(account, {})[at] = Hour(comments, likes)
            self.by_post.setdefault((account, "a"), {})[at] = comments


def beating(store: Store, *, simulation: bool = False) -> BeatingAgency:
    """Two units with a month of quiet behind them; aceh has two accounts."""
    agency = BeatingAgency(store, Agency(), simulation=simulation)
    agency.save_roster(
        roster(
            satker("aceh", "Kanwil Aceh", emails=("humas@aceh.example.go.id",)),
            satker("bali", "Kanwil Bali"),
            accounts=(
                account("aceh", "instagram:2", since=LONG_BEFORE),
                account("aceh", "x:1", since=LONG_BEFORE),
                account("bali", "x:3", since=LONG_BEFORE),
            ),
            as_of=LONG_BEFORE,
        )
    )
    agency.save_cursor("collect", began_at=BEGIN.isoformat())
    agency.save_posts([measured_post(5, account="x:1", post_id="a", at=NOW - DAY)])
    for name in ("instagram:2", "x:1", "x:3"):
        agency.quiet(name)
    return agency


def scored(agency: AgencyStore, now: datetime = NOW, notify: str = "") -> ScoreReport:
    """A scoring in the present, after a collection that has just ended."""
    remember(agency, now, lambda: now)
    notifier = notifier_of(Settings(notify=notify))
    return score(agency, now=now, run_id="s", clock=lambda: now, notifier=notifier)
