"""Whether what was found is all there is: pure functions.

A platform may show a post hours or days after it was published. So every account is listed once
more before its month begins closing (``OpenMonth``), and what a platform itself counts is held
against what was found: by the day where a listing is paid by the post (X, ``lacking``), else from
one daily read to the next (``CountTally``). Only changes are compared, since what a platform counts
holds what no listing shows: posts of years ago, archived ones, other kinds. None of this ever
changes what counts; it says what is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from functions.collect.contract import PostCount
from functions.model import DAY, PLATFORM_NAMES, Platform, month_bounds, month_of, previous_month
from functions.thresholds import SETTLED

LAST_LOOK = timedelta(hours=2)  # before closing begins, and not earlier if it can be helped
LASTING = timedelta(days=2)  # until then a difference may be one of time alone
COUNTED_BACK = timedelta(days=7)  # how far back X counts
# Counts must overlap: what a platform shows late is missing from the count before.
LONGEST_PAUSE = timedelta(days=6, hours=12)
SPREAD = timedelta(hours=8)  # over which the accounts' counts are spread

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


class OpenMonth(NamedTuple):
    """A month that has not begun closing: what was published in it can still be found."""

    name: str
    begin: datetime
    end: datetime

    @property
    def closes_at(self) -> datetime:
        """When closing begins, whatever was read."""
        return self.end + SETTLED

    @property
    def before(self) -> datetime:
        """When the month before began closing."""
        return self.begin + SETTLED


def open_month(now: datetime, zone: ZoneInfo) -> OpenMonth:
    """The oldest month that has not begun closing; until its end + 30 h it is the one before."""
    running = named_month(month_of(now, zone), zone)
    before = named_month(previous_month(running.name), zone)
    return before if now < before.closes_at else running


def named_month(name: str, zone: ZoneInfo) -> OpenMonth:
    """A month by its name (``YYYY-MM``)."""
    return OpenMonth(name, *month_bounds(name, zone))


def counted_by(month: OpenMonth, now: datetime, share: float) -> datetime | None:
    """When, by now, an account was last due to be counted before the last look; None: not yet.

    The counts divide the time from closing to closing evenly, and the one before closing begins is
    the last of them. ``share``: the account's place (0 to 1) among all, which are spread.
    """
    span = month.closes_at - month.before
    parts = ceil(span / LONGEST_PAUSE)
    dues = (month.before + n * span / parts - share * SPREAD for n in range(1, parts))
    return max((due for due in dues if due <= now), default=None)


def lacking(counts: Iterable[PostCount], found: Sequence[datetime]) -> list[PostCount]:
    """The days that hold more posts than were found, neighbours as one, and how many more.

    Args:
        found: when each post that was found was published.
    """
    spans: list[PostCount] = []
    for day in sorted(counts):
        more = day.posts - sum(day.begin <= at < day.end for at in found)
        if more <= 0:
            continue
        if spans and spans[-1].end == day.begin:
            day = PostCount(spans[-1].begin, day.end, day.posts)
            more += spans.pop().posts
        spans.append(PostCount(day.begin, day.end, more))
    return spans


class CountTally(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's count of an account's posts, held against those found and removed since.

    Attributes:
        at, count: the last daily read.
        off: how many posts more (less than 0: fewer) the count has grown by than was found, since
            the first read of the open month.
        since: what changed after the last read: post ids, 1 for one found, -1 for one removed.
        before: the same of the time between the two last reads.
        readings: the last reads in a row that were off to the same side, oldest first.
    """

    at: datetime
    count: int
    off: int = 0
    since: dict[str, int] = {}
    before: dict[str, int] = {}
    readings: tuple[tuple[datetime, int], ...] = ()

    def changed(self, post_id: str, by: int) -> CountTally:
        """A post was found (1) or removed (-1)."""
        since = {**self.since, post_id: self.since.get(post_id, 0) + by}
        if not since[post_id]:
            del since[post_id]
        return msgspec.structs.replace(self, since=since)


class Shortfall(NamedTuple):
    """So many posts more than were found (less than 0: fewer) a platform counts, since then."""

    posts: int
    since: datetime


def tallied(
    held: CountTally | None, at: datetime, count: int, *, since: datetime, pending: int = 0
) -> CountTally:
    """The tally after another daily read.

    Args:
        since: when the month before began closing. What was read before then is compared no more:
            what is missing of that month can be found no more.
        pending: listed ids that are no posts yet; nobody knows whether the platform counts them.
    """
    if held is None or held.at < since:
        return CountTally(at=at, count=count)
    off = held.off + (count - held.count) - sum(held.since.values())
    told = max(off - pending, 0) if off > 0 else off
    same_side = [(then, was) for then, was in held.readings if was * told > 0]
    recent = [one for one in same_side[1:] if one[0] > at - LASTING - DAY]
    return CountTally(
        at=at,
        count=count,
        off=off,
        before=held.since,
        readings=(*same_side[:1], *recent, (at, told)) if told else (),
    )


def shortfall(tally: CountTally | None) -> Shortfall | None:
    """What the platform has counted differently for two days or longer; None when nothing."""
    if tally is None or not tally.readings:
        return None
    (first, _), (last, _) = tally.readings[0], tally.readings[-1]
    if last - first < LASTING:
        return None
    lasting = [off for at, off in tally.readings if at >= last - LASTING]
    return Shortfall(min(lasting, key=abs), first)


def together(one: CountTally | None, other: CountTally | None) -> CountTally | None:
    """Two readings' tallies: the later read, and every change that no read has taken in."""
    if one is None or other is None:
        return one or other
    earlier, later = sorted((one, other), key=lambda t: (t.at, msgspec.json.encode(t)))
    open_changes = {
        post_id: by
        for post_id, by in earlier.since.items()
        if earlier.at == later.at or later.before.get(post_id) != by
    }
    both = open_changes.keys() & later.since.keys()
    since = open_changes | later.since
    since |= {post_id: max(open_changes[post_id], later.since[post_id]) for post_id in both}
    return msgspec.structs.replace(later, since=since)


def words(
    platform: Platform, found: Shortfall | None, unlooked: str | None, zone: ZoneInfo
) -> str | None:
    """What is said beside an account, in Indonesian; None when nothing is known to be missing.

    ``unlooked``: the month (``YYYY-MM``) for which the last look could not be made.
    """
    said = []
    if found:
        at = found.since.astimezone(zone)
        day = f"{at.day} {MONTHS[at.month - 1]}"
        many, name = abs(found.posts), PLATFORM_NAMES[platform]
        if found.posts > 0:
            said.append(f"{many} unggahan menurut {name} belum terbaca sejak {day}.")
        else:
            said.append(
                f"{many} unggahan yang sudah terbaca tidak lagi dihitung {name} sejak {day}; "
                "mungkin dihapus."
            )
    if unlooked:
        month = f"{MONTHS[int(unlooked[5:]) - 1]} {unlooked[:4]}"
        said.append(f"Daftar unggahan {month} tidak sempat dibaca sekali lagi sebelum ditutup.")
    return " ".join(said) or None
