"""From what a look showed to what is kept: threads by day, and what is followed. Pure.

A thread is begun by somebody who is no registered account, and is answered by the earliest later
comment of the account itself in it, told by its id or by the platform's own mark, never by a name.
What another registered account wrote stands for an answer until the account's own comes. Of a text
is kept whether it asks something, of an author nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from functions.listen.comments.questions import is_question
from functions.listen.contract import Comment, Glance
from functions.model import Platform
from functions.store.threads import CommentThread, Followed, Gap, Inbox
from functions.times import CLOCKS_AGREE

FOLLOWED_FOR = timedelta(days=21)  # after a thread was begun its answer is waited for no longer
BEHIND = timedelta(days=1)  # so far reading stays back at most for what cannot be understood
GAPS_KEPT = timedelta(days=30)
APART = timedelta(minutes=15)  # two looks that miss a thread confirm each other

# The threads of a day (of the agency's zone) that are kept already, by hash.
Held = Callable[[str], Mapping[str, CommentThread]]


class Hashing(Protocol):
    """The agency's keyed hash."""

    def thread(self, platform: Platform, id: str) -> str: ...
    def words(self, text: str) -> str | None: ...


class Subject(NamedTuple):
    """Whose comments were looked at, when, and by whose rules they are kept.

    Attributes:
        account_id: the platform's. ``others``: ids of its other registered accounts.
        forgotten: hashes of comments that must not be kept.
        at: when the look began.
        since: from when on threads were asked for. ``due``: those that were asked for themselves.
        zone: the agency's, whose days threads are kept by.
        order_of: where a text stands among the open ones; None: nobody orders them.
    """

    platform: Platform
    account_id: str
    satker: str
    others: frozenset[str]
    hasher: Hashing
    forgotten: frozenset[str]
    at: datetime
    since: datetime
    zone: tzinfo
    due: frozenset[str] = frozenset()
    order_of: Callable[[str], int] | None = None

    @property
    def account(self) -> str:
        """The account's key."""
        return f"{self.platform}:{self.account_id}"

    def is_own(self, comment: Comment) -> bool:
        """Whether the account wrote it."""
        return comment.is_own or comment.author == self.account_id

    def is_somebody(self, comment: Comment) -> bool:
        """Whether nobody registered wrote it, as far as is known."""
        return not self.is_own(comment) and comment.author not in self.others

    def day(self, at: datetime) -> str:
        """The day that a thread is kept under."""
        return at.astimezone(self.zone).date().isoformat()


class HeardText(NamedTuple):
    """A new thread's text, for those who look at it in memory and keep nothing of it."""

    hash: str
    account: str
    asked_at: datetime
    question: bool
    text: str

    def __repr__(self) -> str:
        """Without a word of it."""
        return "HeardText(…)"


class Folded(NamedTuple):
    """What a look comes to.

    Attributes:
        days: threads that are new or changed, by day and hash.
        inbox: the account's, from now on.
        heard: what nobody had seen before; it alone holds texts.
        answers: how many threads were answered since the look before. ``gone``: the hashes of those
            that are gone since.
    """

    days: Mapping[str, Mapping[str, CommentThread]]
    inbox: Inbox
    heard: tuple[HeardText, ...] = ()
    answers: int = 0
    gone: tuple[str, ...] = ()


def fold(glance: Glance, subject: Subject, inbox: Inbox, held: Held) -> Folded:
    """Fold a look into what is kept; the same look once more changes nothing.

    Args:
        inbox: of the account, as it was before.
        held: asked only for the days of threads that are not followed.
    """
    return _Fold(glance, subject, inbox, held).folded()


def read_until(inbox: Inbox, now: datetime) -> datetime | None:
    """How far an account has been read; None where that was noted while a clock was wrong."""
    until = inbox.read_until
    return None if until is not None and until > now + CLOCKS_AGREE else until


class _Answer(NamedTuple):
    """The earliest of the account's own, and when another registered account answered first."""

    own: Comment | None = None
    other: datetime | None = None


_NOBODY = _Answer()


class _Fold:
    """One fold, thread by thread."""

    def __init__(self, glance: Glance, subject: Subject, inbox: Inbox, held: Held) -> None:
        self._glance = glance
        self._subject = subject
        self._before = inbox
        self._next = _read_further(glance, subject, inbox)
        self._held = held
        self._comments = _told_by_now(glance, subject)
        self._replies = self._by_registered()
        self._open: dict[str, Followed] = {}
        self._days: dict[str, dict[str, CommentThread]] = {}
        self._heard: list[HeardText] = []
        self._answered = 0
        self._gone: list[str] = []

    def folded(self) -> Folded:
        followed = self._before.open
        for name, thread in followed.items():
            if name not in self._subject.forgotten:
                self._go_on(name, thread)
        for id, root in self._comments.items():
            if root.parent is None and self._subject.is_somebody(root):
                name = self._subject.hasher.thread(self._subject.platform, id)
                if name not in followed and name not in self._subject.forgotten:
                    self._begin(name, root)
        inbox = replace(self._next, open=dict(sorted(self._open.items())))
        return Folded(self._days, inbox, tuple(self._heard), self._answered, tuple(self._gone))

    def _go_on(self, name: str, before: Followed) -> None:
        """A thread that is followed: it is answered, gone, too old, or followed further."""
        at = self._subject.at
        answer = self._answer(before.id, before.asked_at)
        now = self._seen(before, answer)
        if answer.own is not None:
            self._answered += 1
            self._keep(name, self._by_own(_thread_of(now), answer.own))
        elif self._is_gone(before):
            # What was answered stays so, by whomever.
            gone_at = before.missed_at if now.helped_at is None else None
            self._gone += [name] if gone_at is not None else []
            self._keep(name, replace(_thread_of(now), gone_at=gone_at))
        elif at - before.asked_at >= FOLLOWED_FOR:
            self._keep(name, _thread_of(now))
        else:
            self._open[name] = now
            self._answered += before.helped_at is None and now.helped_at is not None
            if (now.hidden, now.helped_at) != (before.hidden, before.helped_at):
                self._keep(name, replace(_thread_of(now), checked_at=None))

    def _begin(self, name: str, root: Comment) -> None:
        """A thread that is not followed: a new one, or one that was kept and perhaps has ended."""
        if root.at < max(self._subject.since, self._subject.at - FOLLOWED_FOR):
            return  # of that time not everything is seen, and a part of it tells nothing
        before = self._held(self._subject.day(root.at)).get(name)
        answer = self._answer(root.id, root.at)
        if before is not None and _has_ended(before):
            is_news = answer.own is not None and _is_before(answer.own.at, before.answered_at)
            if answer.own is not None and is_news and before.gone_at is None:
                self._keep(name, self._by_own(before, answer.own))
            return
        followed = self._seen(self._followed(root, before), answer)
        thread = replace(_thread_of(followed), checked_at=None)
        if answer.own is not None:
            thread = self._by_own(_thread_of(followed), answer.own)
        else:
            self._open[name] = followed
        self._answered += thread.answered_at is not None and not _is_same_answer(thread, before)
        if before is None:
            said = (self._subject.account, root.at, followed.question, root.text)
            self._heard.append(HeardText(name, *said))
        if before is None or replace(thread, checked_at=None) != replace(before, checked_at=None):
            self._keep(name, thread)

    def _followed(self, root: Comment, before: CommentThread | None) -> Followed:
        order_of = self._subject.order_of
        return Followed(
            id=root.id,
            post_id=root.post_id,
            url=root.url,
            asked_at=root.at,
            question=is_question(root.text) if before is None else before.question,
            seen_at=self._subject.at,
            checked_at=None if before is None else before.checked_at,
            order=0 if order_of is None else order_of(root.text),
            hidden=before is not None and before.hidden,
            helped_at=None if before is None else before.answered_at,
        )

    def _seen(self, before: Followed, answer: _Answer) -> Followed:
        """A followed thread as this look found it: there, missing, or not looked at."""
        at, id = self._subject.at, before.id
        helped_at = answer.other if _is_before(answer.other, before.helped_at) else before.helped_at
        now = replace(before, helped_at=helped_at)
        shown = self._comments.get(id)
        if shown is None and id in self._glance.gone:
            return replace(now, missed_at=before.missed_at or at)
        is_whole = id in self._glance.whole
        if is_whole and answer == _NOBODY and not self._is_in_gap(before.asked_at):
            now = replace(now, checked_at=at)
        if shown is not None:
            return replace(now, seen_at=at, missed_at=None, hidden=before.hidden or shown.is_hidden)
        # Asked for by itself, and nobody says that it is not there.
        is_there = id in self._subject.due and self._glance.failure is None
        return replace(now, seen_at=at, missed_at=None) if is_there else now

    def _is_gone(self, before: Followed) -> bool:
        """Whether a second look misses it too: one odd answer must not end it."""
        is_missing = before.id in self._glance.gone and before.id not in self._comments
        return (
            is_missing
            and before.missed_at is not None
            and self._subject.at - before.missed_at >= APART
        )

    def _is_in_gap(self, at: datetime) -> bool:
        """Whether some threads of that time were not seen: of none it is said then that nobody
        answered it."""
        return any(gap.begin <= at < gap.end for gap in self._next.gaps)

    def _by_own(self, thread: CommentThread, answer: Comment) -> CommentThread:
        said = self._subject.hasher.words(answer.text)
        return replace(thread, answered_at=answer.at, answered_by="own", answer=said)

    def _keep(self, name: str, thread: CommentThread) -> None:
        self._days.setdefault(self._subject.day(thread.asked_at), {})[name] = thread

    def _answer(self, id: str, asked_at: datetime) -> _Answer:
        """What answers a thread; nothing does that is earlier than its beginning."""
        replies = [reply for reply in self._replies.get(id, ()) if reply.at >= asked_at]
        own = [reply for reply in replies if self._subject.is_own(reply)]
        others = [reply.at for reply in replies if not self._subject.is_own(reply)]
        first = min(own, key=lambda reply: (reply.at, reply.id), default=None)
        return _Answer(first, min(others, default=None))

    def _by_registered(self) -> dict[str, list[Comment]]:
        """What registered accounts wrote below each thread, by the id of what began it."""
        roots = _roots(self._comments, {thread.id for thread in self._before.open.values()})
        found: dict[str, list[Comment]] = {}
        for id, comment in self._comments.items():
            root = roots[id]
            if root is not None and root != id and not self._subject.is_somebody(comment):
                found.setdefault(root, []).append(comment)
        return found


def _told_by_now(glance: Glance, subject: Subject) -> dict[str, Comment]:
    """The comments by id, without those that are said to come: what is told twice is told once."""
    told = (comment for comment in glance.comments if comment.at <= subject.at + CLOCKS_AGREE)
    ordered = sorted(told, key=lambda c: (c.id, c.at, c.parent or "", c.author or "", c.text))
    return {comment.id: comment for comment in reversed(ordered)}


def _roots(comments: Mapping[str, Comment], followed: Collection[str]) -> dict[str, str | None]:
    """The thread that each comment belongs to; None where the way to it is not known."""
    roots: dict[str, str | None] = {id: id for id in followed}
    for start in comments:
        way, at = [], start
        while at not in roots:
            way.append(at)
            roots[at] = None  # until more is known: a circle ends here
            comment = comments.get(at)
            if comment is None:
                break
            if comment.parent is None:
                roots[at] = at
                break
            at = comment.parent
        roots.update(dict.fromkeys(way, roots[at]))
    return roots


def _read_further(glance: Glance, subject: Subject, inbox: Inbox) -> Inbox:
    """How far the account is read now.

    What a look reached no further than is lost where nothing failed: the next look would reach no
    further either. Then the gap is remembered. After a failure it is read once more. Where an item
    that nobody understands keeps a look from being whole, reading stays a day behind at most.
    """
    at, until = subject.at, read_until(inbox, subject.at)
    known = subject.since if until is None else until
    reached = _reached(glance, known, at)
    gaps = tuple(gap for gap in inbox.gaps if at - gap.end < GAPS_KEPT)
    if reached is not None:
        until, missed = reached
        gaps = _with_gap(gaps, known, missed)
    return replace(inbox, satker=subject.satker, read_until=until, looked_at=at, gaps=gaps)


def _reached(glance: Glance, known: datetime, at: datetime) -> tuple[datetime, datetime] | None:
    """Until when it is read, and up to when something is missing; None: as before."""
    covered = glance.covered_since
    if covered is not None and (covered <= known or glance.failure is None):
        return at, min(covered, at)
    is_behind = covered is None and glance.failure is None and at - known > BEHIND
    return (at - BEHIND, at - BEHIND) if is_behind else None


def _with_gap(gaps: tuple[Gap, ...], begin: datetime, end: datetime) -> tuple[Gap, ...]:
    """With what is missing from ``begin`` on, where ``end`` is later; joined to the gap before."""
    if end <= begin:
        return gaps
    if gaps and gaps[-1].end == begin:
        return (*gaps[:-1], Gap(gaps[-1].begin, end))
    return (*gaps, Gap(begin, end))


def _thread_of(followed: Followed) -> CommentThread:
    return CommentThread(
        asked_at=followed.asked_at,
        question=followed.question,
        answered_at=followed.helped_at,
        answered_by=None if followed.helped_at is None else "other",
        hidden=followed.hidden,
        checked_at=followed.checked_at,
    )


def _has_ended(thread: CommentThread) -> bool:
    return thread.answered_by == "own" or thread.gone_at is not None


def _is_same_answer(thread: CommentThread, before: CommentThread | None) -> bool:
    return before is not None and before.answered_by == thread.answered_by


def _is_before(at: datetime | None, other: datetime | None) -> bool:
    """Whether there is an instant, and it is earlier than the other one, if that is there."""
    return at is not None and (other is None or at < other)
