"""Threads of comments below units' posts, without a word of their text and without an author.

``threads/{account}:{YYYY-MM-DD}`` holds the threads of an account that were begun on a day of the
agency's time zone, by a keyed hash of their ids. ``inbox/{platform}`` is what the platform's
reading remembers: how far each account was read, and of the threads that are followed where they
are. What is no longer followed is in the first alone, and nothing there leads to the platform any
more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Answerer = Literal["own", "other"]


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

    asked_at: datetime
    question: bool = False
    answered_at: datetime | None = None
    answered_by: Answerer | None = None
    answer: str | None = None
    gone_at: datetime | None = None
    hidden: bool = False
    checked_at: datetime | None = None


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
    asked_at: datetime
    question: bool = False
    seen_at: datetime
    checked_at: datetime | None = None
    order: int = 0
    hidden: bool = False
    helped_at: datetime | None = None
    missed_at: datetime | None = None


class Gap(msgspec.Struct, frozen=True, gc=False):
    """A time of which some threads were not seen and cannot be any more; ``end`` not in it."""

    begin: datetime
    end: datetime


class Inbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of an account.

    Attributes:
        read_until: every thread begun by then has been seen, but for those of ``gaps``; None: never
            yet.
        looked_at: the latest look, whatever came of it.
        open: by the thread's keyed hash.
    """

    satker: str
    read_until: datetime | None = None
    looked_at: datetime | None = None
    open: Mapping[str, Followed] = {}
    gaps: tuple[Gap, ...] = ()


class ThreadDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day's threads of one account. ``account``: ``platform:id``; ``day``: ``YYYY-MM-DD``."""

    account: str
    day: str
    threads: Mapping[str, CommentThread]
