"""Signs that an installation needs somebody: what alerts and ``kiprah doctor`` both look at.

Pure but for the documents that are handed in; each function says what it sees at an instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.collect.state import SyncState
from functions.times import time_of

STALE = timedelta(hours=9)  # without any read, at least: three looks for new posts
LOOKS = 3  # missed, what was read is stale
SOON = timedelta(days=14)  # before its end a consent is told


def stale_after(discover_every: timedelta) -> timedelta:
    """How old the newest read may be."""
    return max(STALE, LOOKS * discover_every)


def last_read(state: SyncState) -> datetime | None:
    """When anything of a platform was last read."""
    accounts = (at for a in state.accounts.values() for at in (a.swept_at, a.followers_at))
    posts = (post.read_at for post in state.posts.values())
    return max((at for at in (*accounts, *posts) if at is not None), default=None)


def consent_state(data: Mapping[str, Any], now: datetime) -> str:
    """What is wrong with a stored consent; empty for nothing."""
    if data.get("ended_at"):  # its tokens are deleted
        return _ENDED.get(str(data.get("why")), REFUSED)
    if "refresh" not in data or not isinstance(data.get("renewal") or {}, Mapping):
        return UNREADABLE
    renewal = data.get("renewal") or {}
    if renewal.get("refused_at"):
        return LOST if renewal.get("lost") else REFUSED
    until = time_of(data.get("refresh_until"))
    if until is not None and until <= now + SOON:
        return PAST if until <= now else ENDING
    return ""


LOST = "lost in a renewal that was never stored"
REFUSED = "refused by TikTok"
WITHDRAWN = "withdrawn"
PAST = "past their end"
ENDING = f"ending within {SOON.days} days"
UNREADABLE = "not readable"
# How consents end whose tokens are deleted.
_ENDED = {"withdrawn": WITHDRAWN, "expired": PAST, "unlisted": PAST}
