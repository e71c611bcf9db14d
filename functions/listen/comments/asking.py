"""What is asked of each account: who is due, from when on, and for which threads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from functions.listen.comments.folding import read_until
from functions.listen.contract import Asked, Pointer
from functions.model import Account, Platform, Post
from functions.store.threads import Followed, Inbox
from functions.times import CLOCKS_AGREE

# Once an hour, whichever minute of it a schedule's run begins in.
EVERY = timedelta(minutes=55)
# A week, and some minutes for the way there: X takes nothing that is older.
BACK = timedelta(days=7) - timedelta(minutes=5)
OVERLAP = timedelta(hours=1)  # platforms show what is new with some delay
X_OVERLAP = timedelta(minutes=5)  # half a minute is its delay, and what is read again is paid for
UNSEEN = timedelta(hours=20)  # then it must be known whether a thread is still there
POSTS = 20  # of an account, where comments are read post by post
_NEVER = datetime.min.replace(tzinfo=UTC)


def due(accounts: Iterable[Account], inboxes: Mapping[str, Inbox], now: datetime) -> list[Account]:
    """The accounts that were not looked at within the hour, the longest not looked at first."""
    looked = {account: _looked_at(account, inboxes, now) for account in accounts}
    waiting = [account for account, at in looked.items() if now - at >= EVERY]
    return sorted(waiting, key=lambda account: (looked[account], account.key or ""))


def since(platform: Platform, inbox: Inbox, now: datetime) -> datetime:
    """From when on threads are asked for: where reading ended, a week back at most."""
    until = read_until(inbox, now)
    overlap = X_OVERLAP if platform == "x" else OVERLAP
    return now - BACK if until is None else max(until - overlap, now - BACK)


def asked(account: Account, inbox: Inbox, now: datetime, posts: Sequence[str] = ()) -> Asked:
    """What an adapter is asked for."""
    followed = sorted(inbox.open.values(), key=lambda one: (one.asked_at, one.id))
    return Asked(
        account_id=account.account_id or "",
        handle=account.handle,
        since=since(account.platform, inbox, now),
        open=tuple(Pointer(one.id, one.post_id) for one in followed),
        due=tuple(Pointer(one.id, one.post_id) for one in followed if _is_due(one, now)),
        posts=tuple(posts),
    )


def latest(posts: Iterable[Post], now: datetime) -> tuple[str, ...]:
    """The ids of an account's posts of a week, the newest first."""
    recent = [post for post in posts if now - BACK <= post.published_at <= now]
    recent.sort(key=lambda post: (post.published_at, post.post_id), reverse=True)
    return tuple(post.post_id for post in recent[:POSTS])


def _is_due(followed: Followed, now: datetime) -> bool:
    """One that a look has missed is looked for at once, to know it."""
    return followed.missed_at is not None or now - followed.seen_at >= UNSEEN


def _looked_at(account: Account, inboxes: Mapping[str, Inbox], now: datetime) -> datetime:
    inbox = inboxes.get(account.key or "")
    at = None if inbox is None else inbox.looked_at
    return _NEVER if at is None or at > now + CLOCKS_AGREE else at
