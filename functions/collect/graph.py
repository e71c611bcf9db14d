"""Meta's Graph API as Instagram and Facebook share it: errors, times, cursors.

Errors come as ``{"error": {"code", "error_subcode", "is_transient", …}}``, mostly with status 400;
the code decides. Source: Meta's error and rate-limit references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import msgspec

from functions.collect.answers import (
    UNDECODABLE,
    AccountWrong,
    Limited,
    PlatformError,
    Refused,
    Transient,
    Unreadable,
)

LIMITS = {4, 17, 32, 613, 80001, 80002}
COOLING = timedelta(minutes=15)  # usage is counted over a rolling hour
LONGEST_MINUTES = 24 * 60  # of a wait that an answer may ask for
USAGE_FIELDS = ("call_count", "total_cputime", "total_time")  # percentages; not the minutes to wait


class FieldRefused(Unreadable):
    """Code 100: a field or parameter that this endpoint does not offer (to us)."""


class TokenDead(Refused):
    """Code 190: the token is invalid, expired or withdrawn."""


class EndpointRefused(Refused):
    """Code 10: this use of the endpoint has not been reviewed."""


class Missing(AccountWrong):
    """The object named in the path does not exist or may not be seen."""


class _Error(msgspec.Struct):
    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False


class _Envelope(msgspec.Struct):
    error: _Error


_envelope = msgspec.json.Decoder(_Envelope)


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What a Graph API refusal means; None for success or a body without an error."""
    if status < 400:
        return None
    try:
        error = _envelope.decode(body).error
    except UNDECODABLE:
        return None
    label = f"(#{error.code}{'/' + str(error.error_subcode) if error.error_subcode else ''})"
    if error.code in LIMITS:
        return Limited(f"{label} request limit reached", now + regain(headers))
    if error.code == 190:
        return TokenDead(f"{label} the access token is invalid or expired; issue a new one")
    if error.code == 10:
        return EndpointRefused(f"{label} the app lacks permission or review for this endpoint")
    if 200 <= error.code < 300:
        return Refused(f"{label} the token lacks a permission")
    if error.code == 100 and "secret" in error.message:
        # It names no page: the app's own signature is missing or wrong, for every page alike.
        return Refused(f"{label} the app secret proof is not accepted; check the app secret")
    if error.code in (110, 803) or (error.code == 100 and error.error_subcode == 33):
        return Missing(f"{label} no such object", "")
    if error.code == 100:
        return FieldRefused(f"{label} a parameter or field is not accepted")
    if error.code in (1, 2) or error.is_transient or status >= 500:
        return Transient(f"{label} the platform is unwell")
    return Unreadable(f"{label} an unexpected refusal")


def regain(headers: Mapping[str, str]) -> timedelta:
    """How long to wait, by ``X-Business-Use-Case-Usage`` (minutes) if it says so; a day at most."""
    try:
        usage: Any = msgspec.json.decode(headers.get("x-business-use-case-usage", "{}"))
        minutes = max(
            int(entry.get("estimated_time_to_regain_access", 0))
            for entries in usage.values()
            for entry in entries
        )
    except (*UNDECODABLE, ValueError, OverflowError, TypeError, AttributeError):
        minutes = 0
    return timedelta(minutes=min(minutes, LONGEST_MINUTES)) if minutes > 0 else COOLING


def usage(headers: Mapping[str, str]) -> int | None:
    """The percentage of a limit that is used, the largest that the headers name.

    ``X-App-Usage`` is the app's or user's limit, ``X-Business-Use-Case-Usage`` that of each Page or
    business; at 100 Meta refuses. None when neither header is there or can be understood: next to
    nothing used goes unsaid.
    """
    shares = [
        share
        for entry in (_app_usage(headers), *_business_usage(headers))
        for field in USAGE_FIELDS
        if (share := _percent(entry.get(field))) is not None
    ]
    return max(shares, default=None)


def _app_usage(headers: Mapping[str, str]) -> dict[str, Any]:
    found = _decoded(headers.get("x-app-usage", ""))
    return found if isinstance(found, dict) else {}


def _business_usage(headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The entries of all Pages and businesses; each has one for each kind of limit."""
    found = _decoded(headers.get("x-business-use-case-usage", ""))
    for entries in found.values() if isinstance(found, dict) else ():
        yield from (e for e in entries if isinstance(e, dict)) if isinstance(entries, list) else ()


def _decoded(header: str) -> Any:
    try:
        return msgspec.json.decode(header)
    except (ValueError, RecursionError):  # no JSON, or not even text that can be encoded
        return None


def _percent(value: Any) -> int | None:
    """A share rounded up, so that nearly spent never reads as room left."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return ceil(value) if is_number and 0 <= value < float("inf") else None


def parse_time(text: str) -> datetime:
    """``2026-10-03T02:11:09+0000`` (no colon) as aware UTC; ValueError otherwise."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside of the calendar") from None
