"""Meta's Graph API as Instagram and Facebook share it: errors, times, cursors.

Errors come as ``{"error": {"code", "error_subcode", "is_transient", …}}``, mostly with status 400;
the code decides, and where it has none of its own (100) the message. Whose fault they are:

=====================================  =========================================================
4, 17, 32, 613, 80001, 80002           the credential's limit: it waits
1 "reduce the amount of data"          the request is too big: half of it is asked for
1, 2, ``is_transient``, 5xx            the platform's: again later
101, 102, 104, 190                     the token's
3, 10, 200-299, 100 and "secret"       the app's: a permission, a review, its signature
any and "Page Public Content Access"   the app's as well, though it speaks of an object
110, 803, 100/33, 100 "unsupported     the object's: it is not there, or may not be seen
get request", "does not exist"
100 else, anything else                nobody knows (``Denied``)
=====================================  =========================================================

Source: Meta's error and rate-limit references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import msgspec

from functions.collect.contract import (
    UNDECODABLE,
    AccountWrong,
    Denied,
    Limited,
    PlatformError,
    Refused,
    TooMuch,
    Transient,
)
from functions.collect.platforms.decoding import error_in

LIMITS = {4, 17, 32, 613, 80001, 80002}
TOKENS = {101, 102, 104, 190}
OBJECTS = {110, 803}
REVIEW = re.compile(r"pages? public (content|metadata) access|reviewable feature", re.I)
FIELD = re.compile(r"\bfields?\b|\bparam", re.I)
NOT_THERE = re.compile(r"unsupported (get )?request|does not exist|cannot be loaded", re.I)
SMALLER = "reduce the amount of data"
COOLING = timedelta(minutes=15)  # usage is counted over a rolling hour
MOST_PERCENT = 1_000  # a limit is not overrun tenfold
LONGEST_MINUTES = 24 * 60  # of a wait that an answer may ask for
USAGE_FIELDS = ("call_count", "total_cputime", "total_time")  # percentages; not the minutes to wait


class FieldRefused(Denied):
    """Code 100: a field or parameter that this endpoint does not offer (to us, of this object)."""


class TokenDead(Refused):
    """Code 190: the token is invalid, expired or withdrawn."""


class EndpointRefused(Refused):
    """Code 10: the app has not been reviewed for this use of the endpoint."""


class MissingObject(AccountWrong):
    """The object named in the path does not exist or may not be seen."""


class _Error(msgspec.Struct):
    message: str = ""
    type: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False


class _Envelope(msgspec.Struct):
    error: _Error


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What a Graph API refusal means, whatever its status; None for a body without an error."""
    if status < 400 and b'"error"' not in body[:200]:
        return None
    told = error_in(body, _Envelope)
    if told is None:
        return None
    error = told.error
    label = f"(#{error.code}{'/' + str(error.error_subcode) if error.error_subcode else ''})"
    if error.code in LIMITS:
        return Limited(f"{label} request limit reached", now + regain(headers))
    if error.code == 1 and SMALLER in error.message.lower():
        return TooMuch(f"{label} too much data is asked for at once")
    if error.code in TOKENS:
        return TokenDead(f"{label} the access token is invalid or expired; issue a new one")
    if error.code == 100 and "secret" in error.message:
        # It names no page: the app's own signature is missing or wrong, for every page alike.
        return Refused(f"{label} the app secret proof is not accepted; check the app secret")
    if error.code == 10 or REVIEW.search(error.message):
        return EndpointRefused(
            f"{label} the app lacks permission or review for this endpoint; "
            "have it reviewed (Page Public Content Access)"
        )
    if error.code == 3 or 200 <= error.code < 300:
        return Refused(f"{label} the token lacks a permission")
    if error.code in OBJECTS or (error.code == 100 and _is_of_an_object(error)):
        return MissingObject(f"{label} no such object", "")
    if error.code == 100:
        return FieldRefused(f"{label} a parameter or field is not accepted")
    if error.code in (1, 2) or error.is_transient or status >= 500:
        return Transient(f"{label} the platform is unwell")
    return Denied(f"{label} an unexpected refusal")


def _is_of_an_object(error: _Error) -> bool:
    """Whether code 100, which says little, speaks of what the path names, not of a field."""
    if error.error_subcode == 33 or error.type == "GraphMethodException":
        return True
    return bool(NOT_THERE.search(error.message)) and not FIELD.search(error.message)


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
    return ceil(min(value, MOST_PERCENT)) if is_number and value >= 0 else None


def parse_time(text: str) -> datetime:
    """``2026-10-03T02:11:09+0000`` (no colon) as aware UTC; ValueError otherwise."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside of the calendar") from None
