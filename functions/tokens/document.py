"""A consent's document: when to renew it, and what is left of it after it has ended.

A consent ends when it is withdrawn; or ``KEPT`` after TikTok began to refuse its refresh token,
after its own end, or after its account left the registry. Then its tokens are deleted. The rest of
the document says whose consent it was and why it ended. ``spent``: digests of the tokens that it
came from, so that an old file does not bring a withdrawn consent back. ``void_until``: links and
attempts made up to this instant are void.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from functions.model import iso, parse_time
from functions.store.port import Document, Stored

KEPT = timedelta(days=30)  # a token that is refused, or nobody's: it may have been a mistake
SPARE = timedelta(minutes=5)  # before its end a token may die under a running request
LONGEST_LIFE = timedelta(days=3650)  # of a token, whatever the platform says

Why = Literal["withdrawn", "refused", "expired", "unlisted"]
# What may stay of one that has ended.
_STAYS = ("satker", "platform", "handle", "given_at", "spent", "ended_at", "why", "void_until")
_MOST_SPENT = 20


def is_ended(data: Mapping[str, Any]) -> bool:
    """Whether there is no consent any more."""
    return bool(data.get("ended_at"))


def ending(data: Mapping[str, Any], why: Why, now: datetime) -> Document:
    """The fields that end a consent, to be merged into it; its tokens are still there.

    A consent that has ended already stays as it is. ``origin`` gets a new value, so that a renewal
    under way does not store its pair.
    """
    if is_ended(data):
        return {}
    spent = [*_list(data.get("spent")), *filter(None, [data.get("origin")])]
    return {"origin": "", "spent": spent[-_MOST_SPENT:], "ended_at": iso(now), "why": why}


def ended(data: Mapping[str, Any]) -> Document:
    """The rest of an ended consent, without its tokens."""
    return {"origin": "", **{name: data[name] for name in _STAYS if data.get(name) is not None}}


def carried(data: Mapping[str, Any]) -> Document:
    """The fields that a new consent takes over from the document before: which links are void."""
    return {"void_until": data["void_until"]} if data.get("void_until") else {}


def dead(data: Mapping[str, Any], now: datetime) -> Why | None:
    """Why a consent's tokens need not be kept any longer; None: keep them, or they are gone."""
    if is_ended(data):
        return None
    renewal = data.get("renewal")
    refused = renewal.get("refused_at") if isinstance(renewal, Mapping) else None
    since: dict[Why, Any] = {
        "refused": refused,
        "expired": data.get("refresh_until"),
        "unlisted": data.get("unlisted_since"),
    }
    return next((why for why, at in since.items() if _is_past(at, now)), None)


def _is_past(at: Any, now: datetime) -> bool:
    try:
        return isinstance(at, str) and parse_time(at) + KEPT <= now
    except (ValueError, OverflowError):
        return False


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def is_void(data: Mapping[str, Any] | None, at: datetime) -> bool:
    """Whether a withdrawal has made a link or attempt of this instant void."""
    return iso(at) <= ((data or {}).get("void_until") or "")


def is_due(held: Stored, now: datetime) -> bool:
    """Whether the access token should be renewed, if it can be.

    A refused refresh token is tried again only when the access token is about to die.
    """
    last = datetime.fromisoformat(held.data["access_until"]) - SPARE
    if now >= last:
        return True
    refused = (held.data.get("renewal") or {}).get("refused_at")
    return not refused and held.data.get("renew_from", iso(last)) <= iso(now)


def unfinished(held: Stored, refresh_token: str) -> dict[str, Any] | None:
    """The note of a renewal with this refresh token that brought no pair; None: there is none."""
    noted: dict[str, Any] = held.data.get("renewal") or {}
    return noted if noted.get("of") == digest(refresh_token)[:16] else None


def digest(token: str) -> str:
    """A token's digest: it recognises the token and does not reveal it."""
    return hashlib.sha256(token.encode()).hexdigest()


def life(seconds: int) -> timedelta:
    """A token's lifetime, within what a calendar can hold."""
    return timedelta(seconds=min(max(seconds, 0), LONGEST_LIFE.total_seconds()))
