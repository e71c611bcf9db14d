"""Judging a month: the verdict on every post, and what deserves a look.

Pure: no I/O, no clock. Everything follows from the month's evidence. An account is judged by
itself: of the others it needs only to know which items stand in their listings too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Flag, Post, Verdict, month_bounds
from functions.score.rules.closing import closing_begins
from functions.score.rules.counting import holder, judge, shared_items
from functions.score.rules.flags import (
    bursts,
    counter_falls,
    follower_jumps,
    likes_only,
    same_text,
)
from functions.score.rules.rulings import Rulings
from functions.score.rules.usual import all_measured
from functions.store.evidence import Evidence, Item, Presence

Judged = tuple[Post, Verdict]
_IN_ORDER = attrgetter("published_at", "post_id")


class Judgement(NamedTuple):
    """Every post with its verdict, by account key, and the month's flags.

    An account's posts are in the order of their time, equal times by ``post_id`` (as text).
    """

    accounts: Mapping[str, Sequence[Judged]]
    flags: tuple[Flag, ...]

    @property
    def posts(self) -> Sequence[Judged]:
        """Those of all accounts, one after the other."""
        return [*chain.from_iterable(self.accounts.values())]


def judge_month(evidence: Evidence) -> Judgement:
    """The verdicts and flags that follow from a month's evidence."""
    items: dict[str, list[Item]] = defaultdict(list)
    for item in evidence.items:
        items[item.account].append(item)
    registrations: dict[str, list[Presence]] = defaultdict(list)
    for presence in evidence.accounts:
        if presence.key:
            registrations[presence.key].append(presence)
    judge = _Judge(evidence)
    judged: dict[str, Sequence[Judged]] = {}
    flags: list[Flag] = []
    for account in sorted({*items, *registrations}):
        judged[account], found = judge.judge(
            account, items.get(account, ()), registrations.get(account, ())
        )
        flags += found
    return Judgement(judged, tuple(flags))


class _Judge:
    """What holds for every account of a month."""

    def __init__(self, evidence: Evidence) -> None:
        month, zone = evidence.month, ZoneInfo(evidence.month.timezone)
        self._as_of = month.as_of
        self._begin, self._end = month_bounds(month.month, zone)
        self._closing = closing_begins(month.month, zone)
        self._shared = shared_items(evidence.items)
        self._rulings = Rulings(evidence.decisions)
        self._listed = {unit.id for unit in evidence.units}
        self._given = {d.satker for d in evidence.decisions if d.satker is not None}

    def judge(
        self, account: str, items: Iterable[Item], registrations: Sequence[Presence]
    ) -> tuple[Sequence[Judged], Sequence[Flag]]:
        """One account's posts and flags, without flags from a time when no satker held it."""
        judged = [self._verdict(item, registrations) for item in sorted(items, key=_IN_ORDER)]
        holders = {registration.satker for registration in registrations}
        if not self._given | holders <= self._listed:
            judged = [(post, self._counted_in_a_list(verdict)) for post, verdict in judged]
        own = [(post, verdict) for post, verdict in judged if self._is_of_month(post)]
        found = self._flags(account, own, registrations)
        return judged, [flag for flag in found if flag.satker is not None]

    def _verdict(self, item: Item, registrations: Sequence[Presence]) -> Judged:
        post, repeats = item.post(), item.duplicate_of
        verdict = judge(
            post,
            registrations,
            self._as_of,
            self._closing,
            shared=(item.platform, item.post_id) in self._shared,
            twin=None if repeats is None else (repeats, item.duplicate_percent or 0),
            ruling=self._rulings.of(post),
        )
        if not self._is_of_month(post):
            verdict = msgspec.structs.replace(verdict, counted=False, reason="outside_month")
        return post, verdict

    def _is_of_month(self, post: Post) -> bool:
        return self._begin <= post.published_at < self._end

    def _counted_in_a_list(self, verdict: Verdict) -> Verdict:
        """The verdict; a post of a satker in no list does not count: no sum would hold it."""
        if not verdict.counted or verdict.satker in self._listed:
            return verdict
        return msgspec.structs.replace(verdict, counted=False, reason="account_not_registered")

    def _flags(
        self,
        account: str,
        judged: Sequence[Judged],
        registrations: Sequence[Presence],
    ) -> Iterator[Flag]:
        """An account's flags, each with the satker that held the account then."""
        satker = {post.post_id: verdict.satker for post, verdict in judged}
        standing = [(p, v) for p, v in judged if v.measurement.state != "removed"]
        for burst in bursts(account, [(p.published_at, p.post_id) for p, _ in standing]):
            yield msgspec.structs.replace(burst, satker=satker[burst.post_ids[0]])
        yield from _same_text(account, standing)
        for post, verdict in judged:
            for fall in counter_falls(account, post.post_id, post.samples):
                yield msgspec.structs.replace(fall, satker=verdict.satker)
        past = registrations[0].past if registrations else ()
        for likes in likes_only(account, all_measured(judged), past):
            yield msgspec.structs.replace(likes, satker=satker[likes.post_id])
        readings = registrations[0].followers if registrations else ()
        for jump in follower_jumps(account, readings, self._begin, self._end):
            yield msgspec.structs.replace(jump, satker=holder(registrations, jump.after_at))


def _same_text(account: str, standing: Sequence[Judged]) -> Iterator[Flag]:
    """Flags by satker: an account may change hands, and each satker answers for its own posts."""
    held: dict[str | None, list[bool]] = defaultdict(list)
    for _, verdict in standing:
        held[verdict.satker].append(verdict.duplicate_of is not None)
    for satker in sorted(held, key=str):
        repeats = held[satker]
        flag = same_text(account, duplicates=sum(repeats), posts=len(repeats))
        if flag is not None:
            yield msgspec.structs.replace(flag, satker=satker)
