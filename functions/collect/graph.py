"""Meta's Graph API as Instagram and Facebook share it: errors, times, cursors.

Errors come as ``{"error": {"code", "error_subcode", "is_transient", …}}``, mostly with status 400;
the code decides. Source: Meta's error and rate-limit references.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from functions.collect.answers import (
    AccountWrong,
    Limited,
    PlatformError,
    Refused,
    Transient,
    Unreadable,
)

LIMITS = {4, 17, 32, 613, 80001, 80002}
COOLING = timedelta(minutes=15)  # usage is counted over a rolling hour


class FieldRefused(Unreadable):
    """Code 100: a field or parameter that this endpoint does not offer (to us)."""


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
    except msgspec.DecodeError:
        return None
    label = f"(#{error.code}{'/' + str(error.error_subcode) if error.error_subcode else ''})"
    if error.code in LIMITS:
        return Limited(f"{label} request limit reached", now + regain(headers))
    if error.code == 190:
        return Refused(f"{label} the access token is invalid or expired; issue a new one")
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
    """How long to wait, by ``X-Business-Use-Case-Usage`` (minutes) if it says so."""
    try:
        usage: Any = msgspec.json.decode(headers.get("x-business-use-case-usage", "{}"))
        minutes = max(
            int(entry.get("estimated_time_to_regain_access", 0))
            for entries in usage.values()
            for entry in entries
        )
    except (msgspec.DecodeError, ValueError, TypeError, AttributeError):
        minutes = 0
    return timedelta(minutes=minutes) if minutes > 0 else COOLING


def parse_time(text: str) -> datetime:
    """``2026-10-03T02:11:09+0000`` (no colon) as aware UTC; ValueError otherwise."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside of the calendar") from None
