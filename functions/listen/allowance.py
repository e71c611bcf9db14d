"""What listening may cost a platform, written down before anything is sent.

``budgets/listen:{platform}`` holds what a day or an hour has cost so far, whatever part of
listening spent it. A request is paid for at its highest price before it is sent, by a write that
fails when another run was faster; what its answer shows that it did not cost is used for the next
requests, and what is over at the end is given back. So a cap holds with two runs at once, and a
run that dies has spent what it took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from functions.collect.client import Connection, HttpAnswer
from functions.collect.contract import Limited
from functions.collect.credentials import configured
from functions.model import Platform
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening
from functions.store.port import Stored, until_written

YOUTUBE_UNITS = 2_400  # a day: 47 channels once an hour, two calls each, with little to spare
PACIFIC = ZoneInfo("America/Los_Angeles")  # YouTube's day
META_PART = 4  # listening takes a quarter of the calls, the ranking needs the others
META_PERCENT = 75  # from so much of Meta's own limit on, only the ranking goes on
AHEAD = 20  # calls or units that are taken by one write


class SpentError(Limited):
    """What a platform may cost listening is used up."""


class Cap(NamedTuple):
    """What may be spent in a day of ``zone``, or in an hour of it.

    Attributes:
        unit: what is counted, and its name in the document: mills (thousandths of a dollar), units,
            calls.
        ahead: so much is taken at least by one write, where there is so much.
        said: in English, when it is used up.
    """

    unit: str
    most: int
    said: str
    zone: tzinfo = UTC
    is_hourly: bool = False
    ahead: int = 0

    def span(self, now: datetime) -> str:
        """The day or hour that spending counts for: ``2026-10-20``, ``2026-10-20T05``."""
        return now.astimezone(self.zone).isoformat()[: 13 if self.is_hourly else 10]


def cap_of(platform: Platform, settings: Settings, listening: Listening) -> Cap | None:
    """What listening to a platform may cost an agency; None: its rate alone is limited (TikTok).

    What all agencies of the installation spend from is divided evenly.
    """
    agencies = max(1, len(settings.named_agencies()))
    if platform == "x":
        return x_cap(listening.x_listen_dollars_per_day)
    if platform == "youtube":
        said = "YouTube's units for comments are used up until midnight in California"
        return Cap("units", YOUTUBE_UNITS // agencies, said, zone=PACIFIC, ahead=AHEAD)
    if platform in ("instagram", "facebook"):
        calls = settings.meta_calls_per_hour * configured(settings, platform)
        said = "a quarter of KIPRAH_META_CALLS_PER_HOUR is used up until the next hour"
        return Cap("calls", calls // META_PART // agencies, said, is_hourly=True, ahead=AHEAD)
    return None


def x_cap(dollars: Decimal) -> Cap:
    """What listening to X may cost a UTC day, counts and comments together."""
    said = "x_listen_dollars_per_day is used up until 00:00 UTC, or less than a request may cost"
    return Cap("mills", int(dollars * 1000), said)


def name_of(platform: Platform) -> str:
    """What it is called among the budgets; collect's own are called by their credentials."""
    return f"listen:{platform}"


# What else a write says, given what the document said; it may raise to prevent the write.
Also = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Book:
    """An agency's spending on a platform, as its document tells it."""

    def __init__(self, agency: AgencyStore, platform: Platform, cap: Cap, now: datetime) -> None:
        self.cap = cap
        self._agency = agency
        self._name = name_of(platform)
        self._now = now

    def read(self) -> Stored | None:
        """The document; None before the first spending."""
        return self._agency.budgets([self._name]).get(self._name)

    def take(self, least: int, also: Also | None = None) -> tuple[int, str]:
        """Take so much at least; returns how much, and of which span.

        Raises:
            SpentError: the cap does not allow it.
        """
        return until_written(partial(self._take, least, also or self._as_before))

    def give_back(self, amount: int, span: str) -> None:
        """Give back what was taken and not spent; below 0: more was spent than was taken."""
        until_written(partial(self._give_back, amount, span))

    def _take(self, least: int, also: Also) -> tuple[int, str]:
        held = self.read()
        further = also({} if held is None else held.data)
        spent = self._spent(held)
        room = self.cap.most - spent
        if least > room:
            raise SpentError(self.cap.said)
        taken = min(max(least, self.cap.ahead), room)
        self._write(held, spent + taken, further)
        return taken, self._span(held)

    def _give_back(self, amount: int, span: str) -> None:
        held = self.read()
        if held is None or held.data.get("day") != span:
            return  # another day has begun, and that one is no longer counted
        self._write(held, max(0, self._spent(held) - amount), self._as_before(held.data))

    def _write(self, held: Stored | None, spent: int, further: Mapping[str, Any]) -> None:
        document = {"day": self._span(held), self.cap.unit: spent, **further}
        self._agency.reserve({self._name: (document, None if held is None else held.version)})

    def _as_before(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: told for name, told in document.items() if name not in ("day", self.cap.unit)}

    def _span(self, held: Stored | None) -> str:
        """The span that is counted: a replay of an earlier one does not begin it anew."""
        told = None if held is None else held.data.get("day")
        span = self.cap.span(self._now)
        return told if isinstance(told, str) and told[: len(span)] > span else span

    def _spent(self, held: Stored | None) -> int:
        if held is None or self._span(held) != held.data.get("day"):
            return 0
        spent = held.data.get(self.cap.unit)
        if isinstance(spent, bool) or not isinstance(spent, int) or spent < 0:
            return self.cap.most  # unknown is not zero
        return spent


class Pocket:
    """What one run may still spend on a platform. ``spent``: what it has, in the cap's unit.

    ``book`` None: there is no cap.
    """

    def __init__(self, book: Book | None) -> None:
        self.spent = 0
        self._book = book
        self._left = 0  # taken, and not spent
        self._span = ""

    def pay(self, price: int) -> None:
        """Pay for one attempt, at most; ``SpentError`` when there is not so much left."""
        if self._book is not None:
            if price > self._left:
                taken, self._span = self._book.take(price - self._left)
                self._left += taken
            self._left -= price
        self.spent += price

    def billed(self, price: int, billed: int) -> None:
        """Say what an attempt that was paid for cost after all."""
        self._left += price - billed
        self.spent += billed - price

    def close(self) -> None:
        """Give back what was taken and not spent."""
        if self._book is not None and self._left:
            self._book.give_back(self._left, self._span)
        self._left = 0


class Pricing(Protocol):
    """What an adapter says of prices."""

    def price(self, path: str, params: Mapping[str, str | int]) -> int: ...
    def billed(self, path: str, answer: HttpAnswer) -> int: ...


class PricedConnection(Connection):
    """A connection whose every attempt is paid for first; an attempt without an answer costs all
    of it, since the answer may have been lost on its way."""

    def __init__(self, base_url: str, pricing: Pricing, pocket: Pocket) -> None:
        super().__init__(base_url)
        self._pricing = pricing
        self._pocket = pocket

    async def send(self, method: str, path: str, **asked: Any) -> HttpAnswer:
        price = self._pricing.price(path, asked["params"])
        self._pocket.pay(price)
        answer = await super().send(method, path, **asked)
        self._pocket.billed(price, max(0, self._pricing.billed(path, answer)))
        return answer
