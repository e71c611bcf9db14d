"""A month's edge: what it takes over from the month before, and hands on to the next.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from functions.model import Entry
from functions.score.duplicates import LEAST, WINDOW, Candidate, duplicates
from functions.score.judging import Judged
from functions.score.usual import History, Measured, in_order, measured
from functions.score.window import is_removed
from functions.store.evidence import Twins
from functions.store.ledgers import Ledger
from functions.store.tails import Recent, Tail


def find_twins(
    ledgers: Mapping[str, Ledger],
    tail: Tail,
    *,
    as_of: datetime,
    begin: datetime,
    least: int = LEAST,
) -> Twins:
    """What the month's posts repeat, as known at ``as_of``; ``begin`` is the month's first instant.

    The last day before the month is compared with, and was judged in its own.
    """
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for account, ledger in ledgers.items():
        earlier = [
            Candidate(
                post_id=recent.post_id,
                published_at=recent.published_at,
                text=recent.text,
                stands=recent.stands,
            )
            for recent in tail.recent.get(account, ())
        ]
        own = [_candidate(entry, as_of) for entry in ledger.entries.values()]
        for post_id, twin in duplicates([*earlier, *own], least=least, since=begin).items():
            found[account, post_id] = (twin.of, twin.percent)
    return found


def hand_on(
    carried: Tail, judged: Iterable[Judged], texts: Mapping[str, Ledger], *, end: datetime
) -> Tail:
    """What a month hands on: what it was handed, with its own posts behind it.

    Args:
        texts: the month's ledgers, which hold the captions.
        end: the first instant after the month.
    """
    of_account: dict[str, list[Measured]] = defaultdict(list)
    recent: dict[str, list[Recent]] = defaultdict(list)
    for post, verdict in judged:
        value = measured(post, verdict)
        if value is not None:
            of_account[post.account].append(value)
        if post.published_at >= end - WINDOW:
            entry = texts[post.account].entries[post.post_id]
            stands = verdict.measurement.state != "removed" and verdict.duplicate_of is None
            recent[post.account].append(
                Recent(
                    post_id=post.post_id,
                    published_at=post.published_at,
                    text=entry.post.text if stands else None,
                    stands=stands,
                )
            )
    past = {**carried.past}
    for account, values in of_account.items():
        history = History(carried.past.get(account, ()))
        for value in in_order(values):
            history.add(value.i24, value.talk)
        past[account] = history.past
    return Tail(past=past, recent={account: tuple(held) for account, held in recent.items()})


def _candidate(entry: Entry, as_of: datetime) -> Candidate:
    post = entry.post.as_known(as_of)
    return Candidate(
        post_id=post.post_id,
        published_at=post.published_at,
        text=post.text,
        stands=bool(post.samples) and not is_removed(post),
    )
