"""What is kept of collecting day by day, so that everybody can see whether it works.

``diary/{YYYY-MM}`` says of each day and platform in which hours the platform answered, and what was
asked and paid. ``diary/now`` says of each platform when it was read last and which accounts cannot
be read. Both are small: a month is at most 31 days of five platforms, and of accounts that cannot
be read ``MOST`` are named for each platform, the others counted.

What is read is taken as far as it can be read: an odd entry is as if it were not there, and costs
no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from functions.model import PLATFORMS, Platform

MOST = 200  # accounts of a platform that are named
HOURS = 24
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
T = TypeVar("T")


class DiaryDay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A platform's day in the agency's time zone.

    Attributes:
        hours: those in which it answered, as bits: 1 is from 00.00 to 01.00, 2 the hour after.
        requests: how often it was asked; ``failed`` of them brought nothing.
        mills: what it charges for the answers, in thousandths of a US dollar.
        quota: the largest share of a credential's limit that was used, in percent; None: unknown.
    """

    hours: Annotated[int, msgspec.Meta(ge=0, lt=2**HOURS)] = 0
    requests: _Count = 0
    failed: _Count = 0
    mills: _Count = 0
    quota: _Count | None = None

    def with_(self, other: DiaryDay) -> DiaryDay:
        """Both together: hours are united, counts added, of quotas the larger is kept."""
        quotas = [quota for quota in (self.quota, other.quota) if quota is not None]
        return DiaryDay(
            hours=self.hours | other.hours,
            requests=self.requests + other.requests,
            failed=self.failed + other.failed,
            mills=self.mills + other.mills,
            quota=max(quotas, default=None),
        )


class UnreadAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that cannot be read, and why, in Indonesian."""

    handle: str
    said: str


class PlatformNow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a platform's reading stands.

    Attributes:
        read_at: when anything was read last; None: never yet.
        unread: accounts that cannot be read, by handle; ``more`` further ones are not named.
        ready: whether it is set up to be read.
        stopped: whether a credential was refused, or a limit reached, in the last run.
    """

    read_at: _Instant | None = None
    unread: tuple[UnreadAccount, ...] = ()
    more: _Count = 0
    ready: bool = True
    stopped: bool = False


class Diary(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the collecting. Days are ``YYYY-MM-DD`` of the agency's time zone."""

    now: Mapping[Platform, PlatformNow] = {}
    days: Mapping[str, Mapping[Platform, DiaryDay]] = {}

    def of(self, day: date, platform: Platform) -> DiaryDay | None:
        """A platform's day; None: nothing was noted."""
        return self.days.get(day.isoformat(), {}).get(platform)

    @property
    def read_at(self) -> datetime | None:
        """When anything was read last of any platform; None: never yet."""
        return max((now.read_at for now in self.now.values() if now.read_at), default=None)


def read_now(document: Mapping[str, Any]) -> dict[Platform, PlatformNow]:
    """What ``diary/now`` says."""
    return dict(_each(document.get("platforms"), PlatformNow))


def read_days(document: Mapping[str, Any]) -> dict[str, dict[Platform, DiaryDay]]:
    """What a month's document says, by day."""
    held = document.get("days")
    found = {}
    for day, told in held.items() if isinstance(held, Mapping) else ():
        if _is_day(day):
            found[day] = dict(_each(told, DiaryDay))
    return found


def added(
    known: Mapping[str, Mapping[Platform, DiaryDay]],
    day: str,
    entries: Mapping[Platform, DiaryDay],
) -> dict[str, Any]:
    """A month's document with what a run adds to a day."""
    days = {each: dict(told) for each, told in known.items()}
    of_day = days.setdefault(day, {})
    for platform, entry in entries.items():
        of_day[platform] = of_day.get(platform, DiaryDay()).with_(entry)
    return {"days": msgspec.to_builtins(days)}


def standing(
    known: Mapping[Platform, PlatformNow], new: Mapping[Platform, PlatformNow]
) -> dict[Platform, PlatformNow]:
    """How platforms stand after a run; when one was read last is never forgotten."""
    found = dict(known)
    for platform, now in new.items():
        before = known.get(platform, PlatformNow()).read_at
        times = [at for at in (before, now.read_at) if at is not None]
        found[platform] = msgspec.structs.replace(now, read_at=max(times, default=None))
    return found


def named(accounts: Iterable[UnreadAccount]) -> tuple[tuple[UnreadAccount, ...], int]:
    """The accounts that are named, in the order of their handles, and how many more there are."""
    ordered = sorted(accounts, key=lambda account: (account.handle, account.said))
    return tuple(ordered[:MOST]), max(0, len(ordered) - MOST)


def _each(told: Any, kind: type[T]) -> Iterator[tuple[Platform, T]]:
    for platform in PLATFORMS:
        if isinstance(told, Mapping) and platform in told:
            try:
                yield platform, msgspec.convert(told[platform], kind)
            except msgspec.ValidationError:
                continue


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
