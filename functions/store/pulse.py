"""How comments, likes and shares grew by the hour: ``pulse/{YYYY-MM-DD}``, one mapping a UTC day.

An hour holds what grew between a post's last read before it and the last one in it. It is known
once all posts of its account that are still measured were read in it or later. What grew in an hour
that is not known yet is kept already, and told when it is.

What is read is taken as far as it can be read: an odd account is as if it were not there, and costs
no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from operator import add
from typing import Annotated

import msgspec

from functions.store.parts import read_entries
from functions.store.port import Stored

HOURS = 24
HOUR = timedelta(hours=1)
NOTHING = (0,) * HOURS
_Count = Annotated[int, msgspec.Meta(ge=0)]
ByHour = Annotated[tuple[_Count, ...], msgspec.Meta(min_length=HOURS, max_length=HOURS)]


class AccountPulse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An account's UTC day, or what is added to it.

    Attributes:
        known: the hours that are known, as bits: 1 is from 00.00 to 01.00, 2 the hour after.
        comments, likes, shares: what came in each hour; a part of it where that is not known.
        posts: which posts the comments came on: how many in each hour, by the post's id.
    """

    known: Annotated[int, msgspec.Meta(ge=0, lt=2**HOURS)] = 0
    comments: ByHour = NOTHING
    likes: ByHour = NOTHING
    shares: ByHour = NOTHING
    posts: dict[str, ByHour] = {}

    def with_(self, other: AccountPulse) -> AccountPulse:
        """Both together: known hours are united, counts added."""
        return AccountPulse(
            known=self.known | other.known,
            comments=_sums(self.comments, other.comments),
            likes=_sums(self.likes, other.likes),
            shares=_sums(self.shares, other.shares),
            posts={
                post: _sums(self.posts.get(post, NOTHING), other.posts.get(post, NOTHING))
                for post in {**self.posts, **other.posts}
            },
        )

    def told(self, counts: ByHour) -> list[int | None]:
        """One of its counts by hour; None where the hour is not known."""
        return [count if self.known >> hour & 1 else None for hour, count in enumerate(counts)]


Day = Mapping[str, AccountPulse]
"""A day of accounts by their keys (``x:123``)."""
Growth = Mapping[date, Day]
"""What is added to UTC days."""

_UNKNOWN = AccountPulse()
_DECODER = msgspec.json.Decoder(AccountPulse)


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What is known from the hour ``first`` to the hour ``last``, both of them included.

    Both are whole hours of UTC. Accounts are named by their keys (``x:123``); one of which nothing
    is known has only unknown hours.
    """

    first: datetime
    last: datetime
    days: Growth = {}

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts of which anything is noted."""
        return frozenset(account for day in self.days.values() for account in day)

    def comments(self, account: str) -> list[int | None]:
        """New comments by hour, the oldest first; None: unknown."""
        return self._series([day.told(day.comments) for day in self._days(account)])

    def likes(self, account: str) -> list[int | None]:
        """New likes by hour, the oldest first; None: unknown."""
        return self._series([day.told(day.likes) for day in self._days(account)])

    def shares(self, account: str) -> list[int | None]:
        """New shares by hour, the oldest first; None: unknown."""
        return self._series([day.told(day.shares) for day in self._days(account)])

    def posts(self, account: str, first: datetime, last: datetime) -> dict[str, int]:
        """How many new comments posts got from the hour ``first`` to the hour ``last``."""
        found: dict[str, int] = {}
        for day in days_between(max(first, self.first), min(last, self.last)):
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            hours = [n for n in range(HOURS) if first <= midnight + n * HOUR <= last]
            for post, counts in self._day(day, account).posts.items():
                if count := sum(counts[hour] for hour in hours):
                    found[post] = found.get(post, 0) + count
        return found

    def _series(self, days: Iterable[list[int | None]]) -> list[int | None]:
        begin = self.first.hour
        length = max(0, (self.last - self.first) // HOUR + 1)
        return [count for day in days for count in day][begin : begin + length]

    def _days(self, account: str) -> list[AccountPulse]:
        return [self._day(day, account) for day in days_between(self.first, self.last)]

    def _day(self, day: date, account: str) -> AccountPulse:
        return self.days.get(day, {}).get(account, _UNKNOWN)


def days_between(first: datetime, last: datetime) -> list[date]:
    """The UTC days from one instant to another, with those of both."""
    begin, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def read_day(documents: Iterable[Stored]) -> dict[str, AccountPulse]:
    """What the parts of a day's document say together, by account."""
    return read_entries(documents, _DECODER.decode)


def added(known: Day, new: Day) -> dict[str, AccountPulse]:
    """A day with what is added to it."""
    return {**known, **{name: known.get(name, _UNKNOWN).with_(day) for name, day in new.items()}}


def together(growths: Iterable[Growth]) -> dict[date, Day]:
    """What several add to days."""
    found: dict[date, Day] = {}
    for growth in growths:
        for day, accounts in growth.items():
            found[day] = added(found.get(day, {}), accounts)
    return found


def _sums(one: ByHour, other: ByHour) -> ByHour:
    if other is NOTHING:
        return one
    return other if one is NOTHING else tuple(map(add, one, other))
