"""What an adapter answers, and its errors, named by what to do next.

    PlatformError
    ├── Transient          try again; after that, at the next tick
    ├── Limited            this credential waits until a given time
    ├── Refused            this credential is stopped until somebody acts
    ├── AccountWrong       this account alone cannot be read; its admin is told why
    │   └── TokenDied      its access token is refused, which a renewal may mend
    └── Unreadable         this answer makes no sense; the request is given up
        └── Denied         a refusal for a reason that is not known to be the credential's
            └── TooMuch    the answer asks for a smaller request

Whose fault a ``Denied`` is depends on what was asked: of one account it is that account's, which
rests and whose admin is told; of one object (a video, a post) that object's; of a batch it is found
out by asking for halves. Only where several accounts in a row are denied the same it is taken for
the credential's after all.

Messages are in English for operators and name no secret and no query string; ``AccountWrong``
carries an Indonesian sentence for the admin besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from functions.model import Post

# What msgspec raises for bytes that are not the JSON that was expected: wrong, no UTF-8, or nested
# without end.
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


DENIED = (
    "{} menolak membaca akun ini ({}). Periksa apakah akunnya masih ada, terbuka untuk umum dan "
    "tidak dibatasi; ini dicoba lagi dalam beberapa jam."
)


class PlatformError(Exception):
    """A platform's request failed; the subclass says what to do next."""


class Transient(PlatformError):
    """Worth another try. ``retry_after``: seconds the platform asked for, None when it did not."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Limited(PlatformError):
    """A limit is reached; nothing with this credential before ``until`` (None: this run).

    ``bucket``: the part of the credential's work that has to wait, where the platform counts it
    apart (YouTube's ``units`` and ``stats``); empty: everything that the credential does.
    """

    def __init__(self, message: str, until: datetime | None = None, bucket: str = "") -> None:
        super().__init__(message)
        self.until = until
        self.bucket = bucket


class Refused(PlatformError):
    """The credential is invalid, unpaid or lacks a permission: a human has to act."""


class AccountWrong(PlatformError):
    """One account cannot be read. ``advice``: an Indonesian sentence for its admin."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class TokenDied(AccountWrong):
    """An account's access token is not accepted; its refresh token may be."""


class Unreadable(PlatformError):
    """The answer is not what the API documents; names the place where it departs."""


class Denied(Unreadable):
    """A refusal that names no known culprit. ``reason``: status and code, the same for all alike.

    ``advice``: an Indonesian sentence for the account's admin, where the adapter has one.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.reason = message
        self.advice = advice

    def of_account(self, platform: str) -> AccountWrong:
        """The same as the fault of the one account that was asked for."""
        return AccountWrong(str(self), self.advice or DENIED.format(platform, self.reason))


class TooMuch(Denied):
    """The request is for more than the platform wants to give in one answer."""


class Manner(msgspec.Struct, frozen=True):
    """How an account's listing has to be asked for: ``size`` posts a page at most, None: as many as
    usual; ``way``: so many of the platform's ways to ask (Facebook's edges and fields) it refuses.
    """

    size: int | None = None
    way: int = 0


USUAL = Manner()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its platform shows it; ``followers`` None when hidden or not asked for.

    ``handle``: what the platform calls it today, whatever it was asked by; None when it does not
    say. Handles know no upper and lower case. ``playlist_id``: of YouTube's uploads, where a
    channel's videos are listed; None elsewhere. ``posts``: how many public posts it has in
    all, as the platform counts them; 0 = it has none yet, None = the platform does not say.
    """

    account_id: str
    handle: str | None = None
    title: str | None = None
    followers: int | None = None
    playlist_id: str | None = None
    posts: int | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a post into whose counters those of its thread's parts are summed.

    ``versions``, ``parts``: as a ``Post`` has them. A part that is new joins when it was published
    before ``mark`` and, with ``after``, later than that: reads before it lack what is older, and
    the two reads around the mark are to sum the same posts.
    """

    versions: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    mark: datetime
    after: datetime | None = None

    def takes(self, published_at: datetime) -> bool:
        """Whether a part that was published then joins."""
        return published_at < self.mark and (self.after is None or published_at > self.after)


class PostCount(NamedTuple):
    """How many posts of an account a platform counts of a span of time, ``end`` not in it."""

    begin: datetime
    end: datetime
    posts: int


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """An account's recent posts, each with one sample, and whatever older ones its listing shows.

    ``covered_since``: every public post published from then on is among ``posts`` or ``unread``;
    None when the listing does not allow that conclusion. ``unread``: ids listed without details,
    to be looked up; ``dated``: when they were published, as far as the listing says so. ``broken``:
    items and cursors that could not be understood, one message each; ``lost``: fields of items that
    could not, and are unknown. ``failure``: what ended the walk through the pages half-way; what
    had been read by then is here, and the caller draws the same consequence as from one raised.
    ``manner``: how the listing had to be asked for. ``advice``: an Indonesian sentence for the
    account's admin on what this reading, though it went well, lacks; None when nothing (any more).
    ``joining``: all parts of threads known before whose first post is not among ``posts`` and of
    which a new part was listed, by the first post's id. ``besides``: what else was listed and read
    and is in no post's sample (replies), by id, with the time of publication.
    """

    posts: tuple[Post, ...] = ()
    covered_since: datetime | None = None
    unread: tuple[str, ...] = ()
    dated: Mapping[str, datetime] = {}
    profile: Profile | None = None
    broken: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    failure: PlatformError | None = None
    manner: Manner = USUAL
    advice: str | None = None
    joining: Mapping[str, tuple[str, ...]] = {}
    besides: Mapping[str, datetime] = {}


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """Posts read by id. ``absent``: ids that the platform says do not exist (any more), with the
    time of that answer; ids in neither are simply unknown. ``pending``: ids that are no posts yet;
    ``waiting``: what seems to be over without its end having been told, as the post that it is if
    nothing more is heard. ``broken``, ``lost`` and ``failure``: as a ``Sweep`` has them.
    """

    posts: tuple[Post, ...] = ()
    absent: Mapping[str, datetime] = {}
    pending: tuple[str, ...] = ()
    waiting: tuple[Post, ...] = ()
    broken: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    failure: PlatformError | None = None
