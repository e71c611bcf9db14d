"""What an adapter answers, and its errors, named by what to do next.

    PlatformError
    ├── Transient          try again; after that, at the next tick
    ├── Limited            this credential waits until a given time
    ├── Refused            this credential is stopped until somebody acts
    ├── AccountWrong       this account alone cannot be read; its admin is told why
    └── Unreadable         this answer makes no sense; the request is given up

Messages are in English for operators and name no secret and no query string; ``AccountWrong``
carries an Indonesian sentence for the admin besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from functions.model import Post


class PlatformError(Exception):
    """A platform's request failed; the subclass says what to do next."""


class Transient(PlatformError):
    """Worth another try. ``retry_after``: seconds the platform asked for, None when it did not."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Limited(PlatformError):
    """A limit is reached; nothing with this credential before ``until`` (None: this run)."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Refused(PlatformError):
    """The credential is invalid, unpaid or lacks a permission: a human has to act."""


class AccountWrong(PlatformError):
    """One account cannot be read. ``advice``: an Indonesian sentence for its admin."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class Unreadable(PlatformError):
    """The answer is not what the API documents; names the place where it departs."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its platform shows it; ``followers`` None when hidden or not asked for.

    ``place`` is where its posts are listed if that is not the account itself (YouTube's uploads
    playlist).
    """

    account_id: str
    handle: str | None = None
    title: str | None = None
    followers: int | None = None
    place: str | None = None


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """An account's recent posts, each with one sample.

    ``covered_since``: every public post published from then on is among ``posts`` or ``unread``;
    None when the listing does not allow that conclusion. ``unread``: ids listed without details,
    to be looked up. ``broken``: items that could not be understood, one message each.
    """

    posts: tuple[Post, ...] = ()
    covered_since: datetime | None = None
    unread: tuple[str, ...] = ()
    profile: Profile | None = None
    broken: tuple[str, ...] = ()


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """Posts read by id. ``absent``: ids that the platform says do not exist (any more), with the
    time of that answer; ids in neither are simply unknown. ``pending``: ids that are no posts yet.
    """

    posts: tuple[Post, ...] = ()
    absent: Mapping[str, datetime] = {}
    pending: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
