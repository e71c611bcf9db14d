"""Asking X how often each confirmed query was met, for the whole hours that are not known yet.

A series is asked once an hour at most, whatever comes of it: what failed or was not told is asked
for again with the next hour, within the week that X remembers. An hour that X never tells stays
unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import NamedTuple

from functions.collect.client import Clock
from functions.collect.contract import Limited, PlatformError, Refused
from functions.collect.credentials import Credential, adapter_for, address, choose, credentials
from functions.jobs.deadline import Deadline
from functions.listen.allowance import SpentError
from functions.listen.counts.queries import Query
from functions.listen.money import PRICE, AskedError, PaidConnection, Purse
from functions.listen.platforms import x_counts
from functions.listen.report import ListenReport
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.volumes import HOUR, Series

SETTLED = timedelta(minutes=5)  # after an hour's end X has counted the last of its posts
CALLS = "calls"


class Due(NamedTuple):
    """A query whose hours from ``since`` on, up to ``until``, are to be asked for."""

    query: Query
    series: Series
    since: datetime
    until: datetime


def due(
    agency: AgencyStore, queries: Sequence[Query], purse: Purse, now: datetime
) -> tuple[list[Due], dict[Series, dict[datetime, int]]]:
    """What is to be asked, the longest not asked first, and the hours that are known.

    A query that was asked for the newest hour already is not among it; nothing is read then.
    """
    until = _on_the_hour(now - SETTLED)
    begin = _on_the_hour(now - x_counts.BACK) + HOUR
    series = {Series.of(query.name, query.text): query for query in queries}
    asked = {one: purse.asked_until(one) for one in series}
    waiting = [one for one in series if (at := asked[one]) is None or at < until]
    waiting.sort(key=lambda one: (asked[one] or begin - HOUR, one))
    known = agency.volumes(waiting, begin, until) if waiting else {}
    found = []
    for one in waiting:
        since = next((at for at in _hours(begin, until) if at not in known[one]), None)
        if since is not None:
            found.append(Due(series[one], one, since, until))
    return found, known


class Asking:
    """A run's requests to X, one after the other."""

    def __init__(
        self,
        agency: AgencyStore,
        settings: Settings,
        purse: Purse,
        clock: Clock,
        report: ListenReport,
    ) -> None:
        self._agency = agency
        self._settings = settings
        self._purse = purse
        self._clock = clock
        self._report = report
        self._served = 0

    async def all(
        self, due: Sequence[Due], known: dict[Series, dict[datetime, int]], deadline: Deadline
    ) -> None:
        """Ask for everything that is due, as far as money, time and credentials go."""
        connection = PaidConnection(address(self._settings, "x"))
        async with connection:
            speaker = adapter_for(self._settings, "x")
            available = credentials(self._settings, "x", speaker, connection, self._clock)
            for one in due:
                able = [credential for credential in available if credential.serves(CALLS)]
                if not able or deadline.is_over:
                    break
                attempts = count()
                connection.pay = partial(self._pay, one, attempts)
                credential = choose(able, one.series.name)
                if not await self._one(one, credential, known[one.series]):
                    break
            self._report.calls = connection.requests
        stopped = [error for c in available for error in c.stops.values()]
        refused = any(isinstance(error, Refused) for error in stopped)
        self._report.failed = refused and not self._served

    def _pay(self, one: Due, attempts: count[int]) -> None:
        self._purse.pay(one.series, one.until, again=next(attempts) > 0)
        self._report.dollars = round(self._report.dollars + PRICE / 1000, 3)

    async def _one(self, one: Due, credential: Credential, known: dict[datetime, int]) -> bool:
        """Ask for one query's hours; False where no other can be asked either."""
        told = self._report.queries[one.query.name]
        try:
            hours = await x_counts.counts(
                credential.client, one.query.text, since=one.since, until=one.until
            )
        except SpentError as error:
            self._report.problems.append(str(error))
            return False
        except AskedError:
            return True
        except PlatformError as error:
            if isinstance(error, Limited | Refused):
                credential.stop(error)
            self._report.problems.append(f"{one.query.name}: {error}")
            return True
        new = {at: number for at, number in hours.items() if at not in known}
        if new:
            self._agency.add_volumes(one.series, new)
        told["hours"] = len(new)
        self._served += 1
        lost = credential.client.tally.lost
        self._report.problems += [f"{one.query.name}: {said}" for said in lost]
        lost.clear()
        return True


def _on_the_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + n * HOUR for n in range((end - begin) // HOUR)]
