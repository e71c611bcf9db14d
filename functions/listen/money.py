"""What counting on X costs, written down before each request is sent.

The money is that of all that listening asks of X (``allowance``). Every attempt of a request is
paid for, since an answer that was lost may have been billed. What was asked is noted with the
money, by a write that fails when another run was faster: so duplicates of a run neither ask the
same hour twice nor pass the cap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from functions.collect.client import Connection, HttpAnswer
from functions.collect.contract import PlatformError
from functions.listen.allowance import Book, name_of, x_cap
from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.volumes import Series
from functions.times import time_of

PRICE = 5  # thousandths of a dollar for one count (docs.x.com, "Pricing", counts/recent, 2026-08)
FORGOTTEN = timedelta(days=30)  # a query that nobody has asked for since
NAME = name_of("x")


class AskedError(PlatformError):
    """Another run asked for the same hours."""


class Purse:
    """An agency's money for a day, and how far each series was asked for.

    Args:
        dollars: the cap of a UTC day, for all that listening asks of X.
    """

    def __init__(self, agency: AgencyStore, dollars: Decimal, now: datetime) -> None:
        self._book = Book(agency, "x", x_cap(dollars), now)
        held = self._book.read()
        self._asked = _asked({} if held is None else held.data)

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
        self._book.take(PRICE, partial(_noting, ":".join(series), until, again))


class PaidConnection(Connection):
    """A connection whose every attempt is paid for first, by ``pay``."""

    pay: Callable[[], None] = staticmethod(lambda: None)

    async def send(self, method: str, path: str, **asked: Any) -> HttpAnswer:
        self.pay()
        return await super().send(method, path, **asked)


def _noting(
    name: str, until: datetime, again: bool, document: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the document is to say of the hours that were asked for."""
    asked = _asked(document)
    before = asked.get(name)
    if not again and before is not None and before >= until:
        raise AskedError("another run has asked for these hours")
    asked[name] = max(until, before or until)
    lately = {n: iso(at) for n, at in sorted(asked.items()) if until - at < FORGOTTEN}
    return {"asked": lately}


def _asked(document: Mapping[str, Any]) -> dict[str, datetime]:
    told = document.get("asked")
    named = told.items() if isinstance(told, Mapping) else ()
    return {name: at for name, text in named if (at := time_of(text)) is not None}
