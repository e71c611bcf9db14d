"""Forgetting what people wrote: no text is kept longer than it is shown or compared.

Once a month is frozen and published, its ledgers lose the texts of X and YouTube, and weeks later
those of the other platforms (``TEXTS``). The texts of its last day go once the next month is
frozen: they are compared with the posts of its first day. The cursor notes under ``texts`` what
each month has lost: platforms, and ``EDGE``.

A post that its account has deleted loses its text at the next scoring. One that was deleted after
its mark still stands, so that later posts are compared with it: it keeps its text until all posts
that may repeat it are a few hours old. What it and they repeat is in their verdicts by then.

A simulation keeps its texts, which are nobody's: it is there to be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from functions import log
from functions.model import PLATFORMS, Entry, Post, month_bounds, next_month
from functions.score.rules.closing import months_between
from functions.score.rules.window import is_gone, is_removed
from functions.score.run import Run, is_frozen
from functions.store.agency import AgencyStore
from functions.store.expiry import TEXTS
from functions.store.ledgers import Ledgers
from functions.store.port import Conflict
from functions.store.tails import Tail
from functions.thresholds import COMPARED_WITHIN, SETTLED

EDGE = "edge"  # the texts of the month's last day
MOST = 3  # months that one run takes texts out of
_EVERYTHING = frozenset({EDGE, *PLATFORMS})


def forget_frozen(run: Run, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """Take out the texts that frozen months need no more; returns what to note in the cursor."""
    if run.agency.simulation:
        return {}
    noted: dict[str, Any] = {}
    # The earlier of the two: neither a replay nor a clock that is behind finds texts over too soon.
    for month in months_between(run.began_at, min(run.now, run.clock), run.agency.zone):
        lost = texts_lost(cursor, month)
        due = frozenset() if lost == _EVERYTHING else _due(run, month)
        if due <= lost or len(noted) == MOST or not run.is_done(month):
            continue
        with suppress(Conflict):  # the next run tries again
            _forget(run.agency, month, due)
            noted[month] = sorted(due | lost)
    return {"texts": noted} if noted else {}


def texts_lost(cursor: Mapping[str, Any], month: str) -> frozenset[str]:
    """What of a month's texts is gone, as scoring noted it in its cursor; empty: nothing."""
    noted = cursor.get("texts")
    lost = noted.get(month) if isinstance(noted, Mapping) else None
    names = lost if isinstance(lost, list) else ()
    return frozenset(name for name in names if isinstance(name, str)) & _EVERYTHING


def _due(run: Run, month: str) -> frozenset[str]:
    """What of a month's texts may go once it is frozen and published."""
    now, end = min(run.now, run.clock), month_bounds(month, run.agency.zone)[1]
    over = frozenset[str](platform for platform in PLATFORMS if end + TEXTS[platform] <= now)
    return over | {EDGE} if is_frozen(run.records.get(next_month(month)), now) else over


def _forget(agency: AgencyStore, month: str, due: frozenset[str]) -> None:
    edge = month_bounds(month, agency.zone)[1] - COMPARED_WITHIN
    ledgers = agency.ledgers(month)
    found = [
        entry
        for entry in _with_texts(ledgers, lambda post: post.platform in due)
        if EDGE in due or entry.post.published_at < edge
    ]
    _without_texts(ledgers, found)
    agency.save_ledgers(ledgers)
    if EDGE in due:
        agency.save_tail(month, _without_edge(agency.tail(month), due))
    log.info("score.texts_forgotten", month=month, posts=len(found))


def _without_edge(tail: Tail, due: frozenset[str]) -> Tail:
    recent = {
        account: tuple(msgspec.structs.replace(each, text=None) for each in last)
        if account.partition(":")[0] in due
        else last
        for account, last in tail.recent.items()
    }
    return msgspec.structs.replace(tail, recent=recent)


def forget_deleted(agency: AgencyStore, ledgers: Ledgers, now: datetime) -> None:
    """Take the texts of deleted posts out of the store; the ledgers are still to be saved.

    ``Conflict`` when another writer was faster.
    """
    if agency.simulation:
        return
    found = _with_texts(ledgers, lambda post: bool(post.absences) and _is_over(post, now))
    if found:
        # First where they were collected: whoever folds such a post again must not bring it back.
        agency.forget_texts(entry.post for entry in found)
        _without_texts(ledgers, found)
        log.info("score.texts_forgotten", month=ledgers.month, posts=len(found))


def _is_over(post: Post, now: datetime) -> bool:
    """Whether the post is deleted, as known now, and nothing is compared with it any more."""
    known = post.as_known(now)
    return is_gone(known) and (is_removed(known) or now - post.published_at >= SETTLED)


def _with_texts(ledgers: Ledgers, wanted: Callable[[Post], bool]) -> list[Entry]:
    return [
        entry
        for ledger in ledgers.values()
        for entry in ledger.entries.values()
        if entry.post.text is not None and wanted(entry.post)
    ]


def _without_texts(ledgers: Ledgers, entries: Iterable[Entry]) -> None:
    for entry in entries:
        ledgers.put(msgspec.structs.replace(entry, post=_without_text(entry.post)))


def _without_text(post: Post) -> Post:
    return msgspec.structs.replace(post, text=None)
