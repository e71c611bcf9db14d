"""What a credential may still spend: pure functions of its budget and the time.

A budget belongs to a credential, not to a platform: one Meta token may carry Instagram and
Facebook. What it is counted in depends on the platform: calls in a rolling hour (Meta), thousandths
of a dollar in a UTC day (X), units in a day of California (YouTube, whose statistics endpoint has a
bucket of its own), calls a minute (TikTok). A tick reserves what it plans to spend before it sends
anything and settles once it has ended; a run that dies leaves its reservation standing, so that the
error is on the safe side.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from functions.model import DAY, Platform

T = TypeVar("T")

PACIFIC = ZoneInfo("America/Los_Angeles")  # YouTube's day
RUN = timedelta(minutes=8)  # the longest that one run sends anything

# Of a daily limit, this much may be spent ahead of the clock: an eighth of the day.
AHEAD = timedelta(hours=3)
KEPT_FOR_LOOKS = 1
# Usage headers count in whole percents: fewer say too little about the ceiling.
TELLING = 5
# Others may use the same app: what a header told is soon no more true, and the next call tells it.
TOLD = timedelta(minutes=15)
SAFE = 95  # percent of a limit that plans may use up

EVERYTHING = "all"  # the name of a wait that stops all that a credential does

# So long after it was settled a run is not settled, or entered from a queue's batches, once more.
FOLDED_AFTER = timedelta(hours=3)
FOLDED = "earlier"  # what takes the place of the runs before


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What may be spent of one kind (``bucket``) in a span of time.

    ``zone`` set: the span is that zone's day, from midnight. None: it rolls with the clock.
    ``even``: a day's limit is spent along the clock, where looks cost the same at any hour; not
    where new posts are what costs, which come when they come.
    """

    bucket: str
    amount: int
    span: timedelta = DAY
    zone: tzinfo | None = None
    even: bool = True

    def begin(self, now: datetime) -> datetime:
        """The instant from which on spending counts against the limit."""
        if self.zone is None:
            return now - self.span
        midnight = now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.astimezone(UTC)

    def counts(self, at: datetime, now: datetime) -> bool:
        """Whether what was spent at an instant counts against the limit now."""
        begin = self.begin(now)
        return begin <= at <= now if self.zone else begin < at <= now

    def left(self, spent: int) -> int:
        """What a plan may still spend; a limit by the minute is renewed while it is carried out.

        Some of it stays free for what no plan foresees: further pages, and second attempts.
        """
        return max(0, self.amount * self._renewals * SAFE // 100 - spent)

    def amount_for(self, spendable: int) -> int:
        """The smallest amount of such a limit of which so much may be spent."""
        return -(-spendable * 100 // (self._renewals * SAFE))

    @property
    def _renewals(self) -> int:
        return max(1, RUN // self.span) if self.zone is None else 1


class Expected(NamedTuple):
    """What a read around a mark will cost, by bucket, at about that time."""

    at: datetime
    amounts: Mapping[str, int]


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """What a run spent by bucket, or means to spend (not ``settled``).

    ``lapses_at``: from when on a reservation counts no more, because what it was made for settles
    for itself (a queue's batches); None = it counts until it is settled.
    """

    at: datetime
    amounts: dict[str, int]
    settled: bool = False
    lapses_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is still to be reckoned with."""
        return self.lapses_at is None or now < self.lapses_at


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """A usage header: ``percent`` of the span's ceiling when ``spent`` was known to be used."""

    at: datetime
    percent: int
    spent: int


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of a bucket before ``until``; ``message`` says why, for the operator."""

    until: datetime
    message: str


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency last said it would spend with a credential, for the division among several.

    ``amounts``: what its plan at that tick would have cost by bucket, had everything been allowed,
    and ``pieces`` the dearest single request. ``since``: from when on it has got nothing of what it
    wanted. ``none``: it has no account that the credential serves.
    """

    at: datetime
    amounts: dict[str, int] = {}
    pieces: dict[str, int] = {}
    since: datetime | None = None
    none: bool = False


class Allotment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agency may do with a credential that others use as well, from a tick to the next.

    ``left`` may be planned at most, by bucket; ``others`` is what the others have spent of each.
    ``waits``: what any of them was told to wait for. ``takes_part``: whether it is thought to have
    accounts there.
    """

    left: dict[str, int] = {}
    others: dict[str, int] = {}
    waits: dict[str, Wait] = {}
    takes_part: bool = True


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's budget of a credential, as it is stored.

    ``refused``: it needs somebody to act; its ``until`` is the instant of the first refusal in a
    row. ``wants``: unset where the agency is the only one.
    """

    runs: dict[str, Spending] = {}
    usage: Usage | None = None
    waits: dict[str, Wait] = {}
    refused: Wait | None = None
    wants: Wants | msgspec.UnsetType = msgspec.UNSET

    def spent(self, limit: Limit, now: datetime) -> int:
        """What counts against a limit now, reservations included."""
        return sum(
            run.amounts.get(limit.bucket, 0)
            for run in self.runs.values()
            if limit.counts(run.at, now) and run.counts(now)
        )

    def ceiling(self, limit: Limit) -> int:
        """The limit, lowered where the platform's usage header lets a lower one be inferred."""
        if self.usage is None or self.usage.percent < TELLING:
            return limit.amount
        inferred = self.usage.spent * 100 // self.usage.percent
        return min(limit.amount, inferred) if self.usage.spent else limit.amount

    def pruned(self, limits: Iterable[Limit], now: datetime) -> Budget:
        """Without what counts against no limit any more, and without what lies in the future.

        A budget may speak of the future when a clock was set wrong for a while.
        """
        counting = [*limits]
        return msgspec.structs.replace(
            self,
            runs={
                name: run
                for name, run in self.runs.items()
                if run.counts(now) and any(limit.counts(run.at, now) for limit in counting)
            },
            usage=self.usage if self.usage and now - TOLD <= self.usage.at <= now else None,
            waits={name: wait for name, wait in self.waits.items() if wait.until > now},
        )

    def folded(self, limits: Iterable[Limit], now: datetime) -> Budget:
        """The same with what was settled long ago in one entry, where only its day counts.

        With many agencies all budgets are read at each tick: a day's runs would make them large.
        """
        if not all(limit.zone for limit in limits):
            return self
        old = [
            name for name, run in self.runs.items() if run.settled and run.at <= now - FOLDED_AFTER
        ]
        if len(old) < 2:
            return self
        runs = {name: run for name, run in self.runs.items() if name not in old}
        amounts: Counter[str] = Counter()
        for name in old:
            amounts.update(self.runs[name].amounts)
        last = max(self.runs[name].at for name in old)
        runs[FOLDED] = Spending(at=last, amounts=dict(amounts), settled=True)
        return msgspec.structs.replace(self, runs=runs)


class BucketAllowance(msgspec.Struct):
    """What one tick may take from one bucket: ``left`` at all, ``share`` for what could wait."""

    left: int
    share: int

    def has(self, amount: int, *, urgent: bool) -> bool:
        """Whether so much may be taken; only what is urgent may take what others need later."""
        return amount <= (self.left if urgent else min(self.left, self.share))

    def take(self, amount: int) -> None:
        """Take it."""
        self.left -= amount
        self.share -= amount


class Allowance(msgspec.Struct):
    """What a credential may spend at one tick. A bucket that is not in ``buckets`` has no limit."""

    buckets: dict[str, BucketAllowance] = msgspec.field(default_factory=dict)
    taken: dict[str, int] = msgspec.field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    refused: bool = False  # it was, last time: others step in, but for a try

    def affords(self, cost: Mapping[str, int], *, urgent: bool) -> bool:
        """Whether a request of that cost may be made. One that costs nothing needs a living
        credential all the same."""
        if EVERYTHING in self.stopped or self.stopped & cost.keys():
            return False
        return all(
            self.buckets[bucket].has(amount, urgent=urgent)
            for bucket, amount in cost.items()
            if bucket in self.buckets
        )

    def take(self, cost: Mapping[str, int]) -> None:
        """Reserve the cost of a request."""
        for bucket, amount in cost.items():
            self.taken[bucket] = self.taken.get(bucket, 0) + amount
            if bucket in self.buckets:
                self.buckets[bucket].take(amount)


def allowance(
    budget: Budget,
    limits: Iterable[Limit],
    now: datetime,
    following: datetime,
    expected: Iterable[Expected] = (),
    grant: Allotment | None = None,
) -> Allowance:
    """What a credential may spend at this tick.

    ``expected``: what marks will need later. ``grant``: what this agency may do, where others use
    the credential as well; it has seen the platform's usage header already.
    """
    needs = sorted(expected, key=lambda need: need.at)
    buckets: dict[str, BucketAllowance] = {}
    for limit in limits:
        spent = budget.spent(limit, now)
        if grant is None:
            lowered = msgspec.structs.replace(limit, amount=budget.ceiling(limit))
            left = lowered.left(spent)
        else:
            left = grant.left.get(limit.bucket, 0)
            lowered = msgspec.structs.replace(limit, amount=limit.amount_for(spent + left))
        share = _share(budget, lowered, now, following, needs)
        buckets[limit.bucket] = BucketAllowance(left, max(0, min(left, share)))
    told = [*budget.waits.items(), *(grant.waits.items() if grant else ())]
    waiting = frozenset(name for name, wait in told if wait.until > now)
    return Allowance(buckets, stopped=waiting, refused=budget.refused is not None)


def _share(
    budget: Budget, limit: Limit, now: datetime, following: datetime, needs: Sequence[Expected]
) -> int:
    """The part of what is left that may go to what could wait.

    The reads around the marks to come must find something left. Of a rolling span a small part is
    given all the same: without looks for new posts there would soon be no marks.
    """
    if limit.zone is not None:
        ends = limit.begin(now) + DAY
        later = sum(need.amounts.get(limit.bucket, 0) for need in needs if need.at < ends)
        free = limit.left(budget.spent(limit, now)) - later
        if not limit.even:
            return free
        # Along the clock, with some hours' start.
        passed = min(1.0, (following - limit.begin(now) + AHEAD) / DAY)
        spent = budget.spent(limit, now)
        return min(free, int(limit.left(0) * passed) - spent)
    tick = following - now
    room = limit.left(budget.spent(limit, now))
    least = int(limit.left(0) * min(1.0, tick / limit.span)) // KEPT_FOR_LOOKS
    later, n = 0, 0
    at = following
    while at < now + limit.span:
        while n < len(needs) and needs[n].at < at + tick:
            later += needs[n].amounts.get(limit.bucket, 0)
            n += 1
        room = min(room, limit.left(budget.spent(limit, at)) - later)
        at += tick
    return max(room, least)


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform's requests cost, by bucket.

    ``page``: one page of a listing. ``lookup``: one call by ids. ``profile``: one call for
    profiles. ``post`` and ``user``: each one read, once a UTC day. ``count``: one call that counts
    posts; empty where there is none.
    """

    page: dict[str, int] = {}
    lookup: tuple[dict[str, int], ...] = ({},)  # ways to pay, the preferred one first
    profile: dict[str, int] = {}
    post: dict[str, int] = {}
    user: dict[str, int] = {}
    count: dict[str, int] = {}


_CALL = {"calls": 1}
# X: https://docs.x.com/x-api/getting-started/pricing; YouTube: determine_quota_cost.
PRICES: Mapping[Platform, Price] = {
    "instagram": Price(page=_CALL, profile=_CALL),
    "facebook": Price(page=_CALL, profile=_CALL),
    "x": Price(post={"mills": 5}, user={"mills": 10}, count={"mills": 5}),
    "tiktok": Price(page=_CALL, profile=_CALL),
    "youtube": Price(page={"units": 1}, lookup=({"stats": 1}, {"units": 1}), profile={"units": 1}),
}


def in_turn(available: Sequence[T], name: str) -> list[T]:
    """The credentials that may serve an account: its own first, then those that can step in.

    Its own is always the same one while the set is the same, and the accounts are spread evenly.
    """
    own = zlib.crc32(name.encode()) % len(available)
    return [*available[own:], *available[:own]]
