"""Threads of comments below units' posts, without a word of their text and without an author.

``threads/{account}:{YYYY-MM-DD}`` holds the threads of an account that were begun on a day of the
agency's time zone, by a keyed hash of their ids. ``inbox/{platform}`` is what the platform's
reading remembers: how far each account was read, and of the threads that are followed where they
are. What is no longer followed is in the first alone, and nothing there leads to the platform any
more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from functions.store.parts import UNREADABLE, read_entries
from functions.store.port import Stored

Answerer = Literal["own", "other"]
# One without an offset could not be compared with any other.
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class CommentThread(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A thread, as far as it is kept.

    Attributes:
        asked_at: as the platform tells it. ``question``: by the rule of the question mark.
        answered_at: of the earliest later comment by a registered account; of the account's own
            where there are both. ``answered_by``: the account itself, or another registered one.
        answer: a keyed hash of the account's own words, to tell canned answers.
        gone_at: the read that found it gone; it is not followed any more.
        hidden: the platform says that the account hid it.
        checked_at: the latest read that saw all its replies and no answer among them. While the
            thread is followed that stands in the inbox instead.
    """

    asked_at: _Instant
    question: bool = False
    answered_at: _Instant | None = None
    answered_by: Answerer | None = None
    answer: str | None = None
    gone_at: _Instant | None = None
    hidden: bool = False
    checked_at: _Instant | None = None


class Followed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A thread that is not answered yet, and where it is.

    Attributes:
        order: the place among the account's open ones that the ministry's own model suggests, the
            smallest first; 0 without a model.
        hidden: as the thread has it.
        helped_at: when another registered account answered; the account's own is waited for.
        missed_at: the read that did not find it, where the one before did; a second one ends it.
    """

    id: str
    post_id: str | None = None
    url: str
    asked_at: _Instant
    question: bool = False
    seen_at: _Instant
    checked_at: _Instant | None = None
    order: int = 0
    hidden: bool = False
    helped_at: _Instant | None = None
    missed_at: _Instant | None = None


class Gap(msgspec.Struct, frozen=True, gc=False):
    """A time of which some threads were not seen and cannot be any more; ``end`` not in it."""

    begin: _Instant
    end: _Instant


class Inbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of an account.

    Attributes:
        read_until: every thread begun by then has been seen, but for those of ``gaps``; None: never
            yet.
        looked_at: the latest look, whatever came of it.
        open: by the thread's keyed hash.
    """

    satker: str
    read_until: _Instant | None = None
    looked_at: _Instant | None = None
    open: Mapping[str, Followed] = {}
    gaps: tuple[Gap, ...] = ()


class ThreadDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day's threads of one account. ``account``: ``platform:id``; ``day``: ``YYYY-MM-DD``."""

    account: str
    day: str
    threads: Mapping[str, CommentThread]


def local_day(at: datetime, zone: ZoneInfo) -> str:
    """The day (``YYYY-MM-DD``) of a time zone that an instant belongs to."""
    return at.astimezone(zone).date().isoformat()


# A day's threads


def together(held: CommentThread, new: CommentThread) -> CommentThread:
    """What two reads say of one thread, in whatever order they come.

    Saying the same twice changes nothing. The earliest answer of the account's own is the answer,
    without one the earliest of another registered account. What was once a question, or hidden, is
    so for good: a text that is edited later takes back neither.
    """
    answered = min(held, new, key=_answer_order)
    return CommentThread(
        asked_at=min(held.asked_at, new.asked_at),
        question=held.question or new.question,
        answered_at=answered.answered_at,
        answered_by=answered.answered_by,
        answer=answered.answer,
        gone_at=_earliest(held.gone_at, new.gone_at),
        hidden=held.hidden or new.hidden,
        checked_at=_latest(held.checked_at, new.checked_at),
    )


def all_together(
    held: Mapping[str, CommentThread], new: Mapping[str, CommentThread]
) -> dict[str, CommentThread]:
    """A day's threads with what is said anew of some of them, by their hashes."""
    said = {name: together(held[name], one) if name in held else one for name, one in new.items()}
    return {**held, **said}


def read_threads(documents: Iterable[Stored]) -> dict[str, CommentThread]:
    """The threads that a day's parts hold; one that cannot be read costs no other."""
    return read_entries(documents, _THREAD.decode)


def _answer_order(thread: CommentThread) -> tuple[bool, int, datetime, bool, str]:
    rank = {"own": 0, "other": 1}.get(thread.answered_by or "", 2)
    at = thread.answered_at
    return at is None, rank, at or _NO_TIME, thread.answer is None, thread.answer or ""


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


_THREAD = msgspec.json.Decoder(CommentThread)
_NO_TIME = datetime.min.replace(tzinfo=UTC)


# Inboxes


def read_inboxes(documents: Iterable[Stored]) -> dict[str, Inbox]:
    """The inboxes that a platform's parts hold, by account.

    A followed thread that cannot be read costs no other, nor does an instant until which an account
    was read: it is as if the account had not been read.
    """
    return read_entries(documents, _read_inbox)


def rebased(ours: Inbox, base: Inbox | None, theirs: Inbox | None) -> Inbox | None:
    """An account's inbox after a run, where another wrote it meanwhile.

    Args:
        ours: what the run makes of ``base``.
        base: what the run had read; None: there was none.
        theirs: what is stored by now; None: there is none.

    Returns:
        ``ours`` where nobody else wrote; None where the account was erased meanwhile: that stands.
        Else both: what either stopped following is followed no more.
    """
    if theirs == base:
        return ours
    if theirs is None:
        return None
    known = {} if base is None else base.open
    open = {
        name: _seen_last(ours.open.get(name), theirs.open.get(name))
        for name in (ours.open.keys() | theirs.open.keys())
        if name not in known or (name in ours.open and name in theirs.open)
    }
    return Inbox(
        satker=ours.satker,
        read_until=_latest(ours.read_until, theirs.read_until),
        looked_at=_latest(ours.looked_at, theirs.looked_at),
        open=dict(sorted(open.items())),
        gaps=tuple(sorted({*ours.gaps, *theirs.gaps}, key=lambda gap: (gap.begin, gap.end))),
    )


def without(inbox: Inbox, hashes: Iterable[str]) -> Inbox:
    """An inbox in which some threads are not followed."""
    open = {name: one for name, one in inbox.open.items() if name not in hashes}
    return msgspec.structs.replace(inbox, open=open)


def _seen_last(ours: Followed | None, theirs: Followed | None) -> Followed:
    one, other = ours or theirs, theirs or ours
    assert one is not None
    assert other is not None  # a name is in one of the two
    last = other if other.seen_at > one.seen_at else one
    checked_at = _latest(one.checked_at, other.checked_at)
    return msgspec.structs.replace(last, checked_at=checked_at)


class _LooseInbox(msgspec.Struct):
    satker: str
    read_until: msgspec.Raw = msgspec.Raw(b"null")
    looked_at: msgspec.Raw = msgspec.Raw(b"null")
    open: msgspec.Raw = msgspec.Raw(b"{}")
    gaps: msgspec.Raw = msgspec.Raw(b"[]")


def _read_inbox(entry: bytes) -> Inbox:
    with suppress(msgspec.ValidationError):
        return _INBOX.decode(entry)
    loose = msgspec.json.decode(entry, type=_LooseInbox)
    open, gaps = dict[str, Followed](), tuple[Gap, ...]()
    with suppress(*UNREADABLE):
        for name, one in msgspec.json.decode(loose.open, type=dict[str, msgspec.Raw]).items():
            with suppress(*UNREADABLE):
                open[name] = _FOLLOWED.decode(one)
    with suppress(*UNREADABLE):
        gaps = msgspec.json.decode(loose.gaps, type=tuple[Gap, ...])
    until, looked_at = _read_instant(loose.read_until), _read_instant(loose.looked_at)
    return Inbox(satker=loose.satker, read_until=until, looked_at=looked_at, open=open, gaps=gaps)


def _read_instant(entry: bytes) -> datetime | None:
    with suppress(*UNREADABLE):
        return msgspec.json.decode(entry, type=_Instant | None)
    return None


_INBOX = msgspec.json.Decoder(Inbox)
_FOLLOWED = msgspec.json.Decoder(Followed)
