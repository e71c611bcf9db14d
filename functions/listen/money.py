"""What counting on X may cost in a UTC day, written down before each request is sent.

Every attempt of a request is paid for, since an answer that was lost may have been billed. What was
asked is noted with the money, by a write that fails when another run was faster: so duplicates of a
run neither ask the same hour twice nor pass the cap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from functions.collect.client import Connection, HttpAnswer
from functions.collect.contract import Limited, PlatformError
from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.port import Stored, until_written
from functions.store.volumes import Series
from functions.times import time_of

PRICE = 5  # thousandths of a dollar for one count (docs.x.com, "Pricing", counts/recent, 2026-08)
FORGOTTEN = timedelta(days=30)  # a query that nobody has asked for since
NAME = "listen:x"  # among the budgets; collect's own are called by their credentials


class SpentError(Limited):
    """The day's money is used up; the counts of these hours can be asked for within seven days."""


class AskedError(PlatformError):
    """Another run asked for the same hours."""


class Purse:
    """An agency's money for a day, and how far each series was asked for.

    Args:
        dollars: the cap of a UTC day.
    """

    def __init__(self, agency: AgencyStore, dollars: Decimal, now: datetime) -> None:
        self._agency = agency
        self._cap = int(dollars * 1000)
        self._now = now
        self._asked = _asked(self._read())

    def asked_until(self, series: Series) -> datetime | None:
        """The end of the hours that had been asked for when this run began; None: none lately."""
        return self._asked.get(":".join(series))

    def pay(self, series: Series, until: datetime, *, again: bool) -> None:
        """Pay for one attempt to ask a series' hours up to ``until``.

        ``again``: it is another attempt of the same request.

        Raises:
            SpentError: the cap does not allow it.
            AskedError: another run has asked for them meanwhile.
        """
        until_written(partial(self._pay, series, until, again))

    def _pay(self, series: Series, until: datetime, again: bool) -> None:
        held = self._read()
        asked, name = _asked(held), ":".join(series)
        before = asked.get(name)
        if not again and before is not None and before >= until:
            raise AskedError("another run has asked for these hours")
        spent = self._spent(held)
        if spent + PRICE > self._cap:
            raise SpentError("x_listen_dollars_per_day is used up until 00:00 UTC")
        asked[name] = max(until, before or until)
        document = {
            "day": self._day(held),
            "mills": spent + PRICE,
            "asked": {n: iso(at) for n, at in sorted(asked.items()) if until - at < FORGOTTEN},
        }
        self._agency.reserve({NAME: (document, None if held is None else held.version)})

    def _read(self) -> Stored | None:
        return self._agency.budgets([NAME]).get(NAME)

    def _day(self, held: Stored | None) -> str:
        """The day that money is counted for: a replay of an earlier one does not begin it anew."""
        told = None if held is None else held.data.get("day")
        today = iso(self._now)[:10]
        return told if isinstance(told, str) and told[:10] > today else today

    def _spent(self, held: Stored | None) -> int:
        if held is None or self._day(held) != held.data.get("day"):
            return 0
        mills = held.data.get("mills")
        if isinstance(mills, bool) or not isinstance(mills, int) or mills < 0:
            return self._cap  # unknown is not zero
        return mills


class PaidConnection(Connection):
    """A connection whose every attempt is paid for first, by ``pay``."""

    pay: Callable[[], None] = staticmethod(lambda: None)

    async def send(self, method: str, path: str, **asked: Any) -> HttpAnswer:
        self.pay()
        return await super().send(method, path, **asked)


def _asked(held: Stored | None) -> dict[str, datetime]:
    told = {} if held is None else held.data.get("asked")
    named = told.items() if isinstance(told, Mapping) else ()
    return {name: at for name, text in named if (at := time_of(text)) is not None}
