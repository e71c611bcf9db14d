"""Keeping what looks at one platform's accounts brought: folded at once, the inboxes at the end.

The threads are kept before the inboxes: a run that dies in between is made good by the next. What
goes wrong with an account costs only itself; of what nobody foresaw only its kind is told, since
its message might hold a word of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from functions.listen.comments.folding import Folded, Hashing, HeardText, Subject, fold
from functions.listen.contract import Asked, Glance
from functions.listen.report import CommentsReport
from functions.model import Account, Platform
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.store.threads import CommentThread, Inbox


class ThreadStore(Protocol):
    """What is kept of threads: an agency's store."""

    def threads_of(self, account: str, day: str) -> Mapping[str, CommentThread]: ...
    def add_threads(
        self, account: str, changes: Mapping[str, Mapping[str, CommentThread]]
    ) -> None: ...
    def inboxes(self, platforms: Iterable[Platform]) -> Mapping[Platform, Mapping[str, Inbox]]: ...
    def save_inbox(
        self,
        platform: Platform,
        accounts: Mapping[str, Inbox],
        seen: Mapping[str, Inbox] | None = None,
    ) -> None: ...


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """How an agency's threads are kept.

    Attributes:
        threads: where they are kept.
        hasher: the agency's keyed hash.
        forgotten: hashes of comments that must not be kept.
        listeners: are told each new text before its thread is kept; after a crash once more.
        order_of: where a text stands among the open ones, the smallest first; None: nobody says.
        gone: takes the hashes of threads that are gone.
    """

    threads: ThreadStore
    hasher: Hashing
    forgotten: frozenset[str]
    listeners: Sequence[Callable[[HeardText], None]] = ()
    order_of: Callable[[str], int] | None = None
    gone: set[str] = msgspec.field(default_factory=set)


class Keeper:
    """Keeps one platform's looks in one run.

    Args:
        ids: of all registered accounts of the platform.

    Every method but the constructor's reading raises StoreError when the store cannot be used.
    """

    def __init__(
        self,
        platform: Platform,
        agency: AgencyStore,
        keeping: Keeping,
        ids: frozenset[str],
        report: CommentsReport,
    ) -> None:
        self.inboxes = keeping.threads.inboxes([platform]).get(platform, {})
        self._platform = platform
        self._zone = agency.zone
        self._keeping = keeping
        self._ids = ids
        self._report = report
        self._changed: dict[str, Inbox] = {}

    def inbox(self, account: Account) -> Inbox:
        """What was remembered of an account when the run began."""
        return self.inboxes.get(account.key or "", Inbox(satker=account.satker))

    def take_in(self, account: Account, asked: Asked, glance: Glance, at: datetime) -> None:
        """Fold a look at an account that began ``at`` an instant, and keep its threads."""
        key, before = account.key or "", self.inbox(account)
        subject = self._subject(asked, account.satker, at)
        try:
            folded = fold(glance, subject, before, self._held(key))
            self._hear(folded)
            self._keeping.threads.add_threads(key, folded.days)
        except StoreError:
            raise
        except Exception as error:
            self._report.say(f"{key}: not taken in: an unexpected {type(error).__name__}")
            self._changed[key] = replace(before, looked_at=at)
            return
        self._changed[key] = folded.inbox
        self._report.accounts += glance.failure is None
        self._report.threads += len(folded.heard)
        self._report.answers += folded.answers
        self._report.gone += len(folded.gone)
        self._keeping.gone.update(folded.gone)

    def end_following(self, read: Collection[str], now: datetime) -> None:
        """Follow no further what is too old, of accounts that are not among those ``read``."""
        for key, inbox in self.inboxes.items():
            if key not in read:
                asked = Asked(account_id=key.partition(":")[2], handle="", since=now)
                subject = self._subject(asked, inbox.satker, now)
                folded = fold(Glance(), subject, inbox, self._held(key))
                if folded.days:
                    self._keeping.threads.add_threads(key, folded.days)
                    self._changed[key] = replace(inbox, open=folded.inbox.open)

    def save(self) -> None:
        """Keep the inboxes of the accounts that were looked at."""
        if self._changed:
            self._keeping.threads.save_inbox(self._platform, self._changed, self.inboxes)

    def _hear(self, folded: Folded) -> None:
        for listener in self._keeping.listeners:
            for text in folded.heard:
                try:
                    listener(text)
                except StoreError:
                    raise
                except Exception as error:
                    kind = type(error).__name__
                    self._report.say(f"{text.account}: not listened to: an unexpected {kind}")

    def _subject(self, asked: Asked, satker: str, at: datetime) -> Subject:
        return Subject(
            platform=self._platform,
            account_id=asked.account_id,
            satker=satker,
            others=self._ids - {asked.account_id},
            hasher=self._keeping.hasher,
            forgotten=self._keeping.forgotten,
            at=at,
            since=asked.since,
            due=frozenset(pointer.id for pointer in asked.due),
            zone=self._zone,
            order_of=self._order(),
        )

    def _order(self) -> Callable[[str], int] | None:
        order_of = self._keeping.order_of
        if order_of is None:
            return None

        def safely(text: str) -> int:
            try:
                return order_of(text)
            except Exception as error:
                self._report.say(f"{self._platform}: not ordered: an {type(error).__name__}")
                return 0

        return safely

    def _held(self, key: str) -> Callable[[str], Mapping[str, CommentThread]]:
        """The account's threads by day, each day read once."""
        known: dict[str, Mapping[str, CommentThread]] = {}

        def of(day: str) -> Mapping[str, CommentThread]:
            if day not in known:
                known[day] = self._keeping.threads.threads_of(key, day)
            return known[day]

        return of
