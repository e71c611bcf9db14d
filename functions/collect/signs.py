"""Signs that an installation needs somebody: what alerts and ``kiprah doctor`` both look at.

Pure but for the documents that are handed in; each function says what it sees at an instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from functions import turns
from functions.collect.note import Note

STALE = timedelta(hours=9)  # without any read, at least: three looks for new posts
LOOKS = 3  # missed, what was read is stale
SOON = timedelta(days=14)  # before its end a consent is told

# When Meta's Graph API stops answering to a version (its changelog, November 2026): two years after
# the next one came out, where the changelog does not say the day (v23.0, v24.0). Of the newest no
# end is known.
GRAPH_ENDS: Mapping[str, datetime] = {
    "v20.0": datetime(2026, 9, 24, tzinfo=UTC),
    "v21.0": datetime(2027, 1, 21, tzinfo=UTC),
    "v22.0": datetime(2027, 5, 20, tzinfo=UTC),
    "v23.0": datetime(2027, 10, 8, tzinfo=UTC),
    "v24.0": datetime(2028, 2, 18, tzinfo=UTC),
    "v25.0": datetime(2028, 7, 29, tzinfo=UTC),
}
VERSION_SOON = timedelta(days=60)  # before its end a version is told


def stale_after(discover_every: timedelta) -> timedelta:
    """How old the newest read may be."""
    return max(STALE, LOOKS * discover_every)


def last_read(note: Note) -> datetime | None:
    """When anything of a platform was last read."""
    accounts = (at for a in note.accounts.values() for at in (a.swept_at, a.followers_at))
    posts = (post.read_at for post in note.posts.values())
    return max((at for at in (*accounts, *posts) if at is not None), default=None)


def consent_state(data: Mapping[str, Any], now: datetime) -> str:
    """What is wrong with a stored consent; empty for nothing."""
    if "refresh" not in data or not isinstance(data.get("renewal") or {}, Mapping):
        return UNREADABLE
    renewal = data.get("renewal") or {}
    if renewal.get("refused_at"):
        return LOST if renewal.get("lost") else REFUSED
    until = turns.time_of(data.get("refresh_until"))
    if until is not None and until <= now + SOON:
        return PAST if until <= now else ENDING
    return ""


LOST = "lost in a renewal that was never stored"
REFUSED = "refused by TikTok"
PAST = "past their end"
ENDING = f"ending within {SOON.days} days"
UNREADABLE = "not readable"


def version_end(version: str, now: datetime) -> datetime | None:
    """When a version of the Graph API ends, if that is soon or past; None otherwise, also for one
    of which that is not known."""
    ends = GRAPH_ENDS.get(version)
    return ends if ends is not None and ends <= now + VERSION_SOON else None
