"""Judging a month: the verdict on every post, what is usual beside it, and what deserves a look.

Pure: no I/O, no clock. Everything follows from the month's evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from functions.model import (
    Burst,
    CounterFall,
    Flag,
    FlagCode,
    LikesOnly,
    Post,
    Verdict,
    month_bounds,
)
from functions.score.counting import Holders, holder, judge, shared_items
from functions.score.flags import bursts, counter_falls, follower_jumps, likes_only, same_text
from functions.score.months import closing_begins
from functions.score.rulings import Rulings
from functions.score.usual import Measured, Past, measured, over_usuals
from functions.store.evidence import Evidence, Presence

Judged = tuple[Post, Verdict]


class Judgement(NamedTuple):
    """Every post with its verdict, in the evidence's order, and the month's flags."""

    posts: Sequence[Judged]
    flags: tuple[Flag, ...]


def judge_month(evidence: Evidence) -> Judgement:
    """The verdicts and flags that follow from a month's evidence."""
    posts = _judged(evidence)
    by_account: dict[str, list[Judged]] = defaultdict(list)
    for post, verdict in posts:
        by_account[post.account].append((post, verdict))
    holders = _holders(evidence)
    pasts = {account.key: account.past for account in evidence.accounts if account.key}
    values = {account: [*_measured(judged)] for account, judged in by_account.items()}
    usual = {account: over_usuals(held, pasts.get(account, ())) for account, held in values.items()}
    found = _flags(evidence, by_account, holders, values, pasts)
    flags = tuple(flag for flag in found if flag.satker is not None)
    marked = _marked(flags)
    return Judgement(
        [
            (post, _completed(verdict, usual[post.account].get(post.post_id), marked.get(name, ())))
            for post, verdict in posts
            if (name := (post.account, post.post_id))
        ],
        flags,
    )


def _judged(evidence: Evidence) -> list[Judged]:
    month = evidence.month
    closing = closing_begins(month.month, ZoneInfo(month.timezone))
    holders = _holders(evidence)
    rulings = Rulings(evidence.decisions)
    posts = [item.post() for item in evidence.items]
    shared = shared_items(posts)
    return [
        (
            post,
            judge(
                post,
                holders,
                month.as_of,
                closing,
                shared=(post.platform, post.post_id) in shared,
                twin=(
                    (item.duplicate_of, item.duplicate_percent or 0) if item.duplicate_of else None
                ),
                ruling=rulings.of(post),
            ),
        )
        for item, post in zip(evidence.items, posts, strict=True)
    ]


def _holders(evidence: Evidence) -> Holders:
    holders: dict[str, list[Presence]] = defaultdict(list)
    for account in evidence.accounts:
        if account.key:
            holders[account.key].append(account)
    return holders


def _measured(judged: Iterable[Judged]) -> Iterator[Measured]:
    for post, verdict in judged:
        found = measured(post, verdict)
        if found is not None:
            yield found


def _flags(
    evidence: Evidence,
    by_account: Mapping[str, Sequence[Judged]],
    holders: Holders,
    values: Mapping[str, Sequence[Measured]],
    pasts: Mapping[str, Sequence[Past]],
) -> Iterator[Flag]:
    """The month's flags by account, each with the satker that held the account then."""
    begin, end = month_bounds(evidence.month.month, ZoneInfo(evidence.month.timezone))
    for account in sorted({*by_account, *holders}):
        judged = by_account.get(account, ())
        satker = {post.post_id: verdict.satker for post, verdict in judged}
        standing = [(p, v) for p, v in judged if v.measurement.state != "removed"]
        for burst in bursts(account, ((p.published_at, p.post_id) for p, _ in standing)):
            yield msgspec.structs.replace(burst, satker=satker[burst.post_ids[0]])
        yield from _same_text(account, standing)
        for post, verdict in judged:
            for fall in counter_falls(account, post.post_id, post.samples):
                yield msgspec.structs.replace(fall, satker=verdict.satker)
        for likes in likes_only(account, values.get(account, ()), pasts.get(account, ())):
            yield msgspec.structs.replace(likes, satker=satker[likes.post_id])
        registrations = holders.get(account, ())
        readings = registrations[0].followers if registrations else ()
        for jump in follower_jumps(account, readings, begin, end):
            yield msgspec.structs.replace(jump, satker=holder(registrations, jump.after_at))


def _same_text(account: str, standing: Sequence[Judged]) -> Iterator[Flag]:
    """An account may change hands within a month: each satker answers for its own posts."""
    held: dict[str | None, list[bool]] = defaultdict(list)
    for _, verdict in standing:
        held[verdict.satker].append(verdict.duplicate_of is not None)
    for satker in sorted(held, key=str):
        repeats = held[satker]
        flag = same_text(account, duplicates=sum(repeats), posts=len(repeats))
        if flag is not None:
            yield msgspec.structs.replace(flag, satker=satker)


def _marked(flags: Iterable[Flag]) -> dict[tuple[str, str], tuple[FlagCode, ...]]:
    """The codes that posts carry themselves, by account key and post id."""
    found: dict[tuple[str, str], set[FlagCode]] = defaultdict(set)
    for flag in flags:
        match flag:
            case Burst():
                for post_id in flag.post_ids:
                    found[flag.account, post_id].add(flag.code)
            case CounterFall() | LikesOnly():
                found[flag.account, flag.post_id].add(flag.code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def _completed(verdict: Verdict, over_usual: int | None, flags: tuple[FlagCode, ...]) -> Verdict:
    if over_usual is None and not flags:
        return verdict
    return msgspec.structs.replace(verdict, over_usual=over_usual, flags=flags)
