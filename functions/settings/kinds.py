"""The kinds of values that settings have: a type each, its bounds, and what a value must be."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta

from functions.settings import notices
from functions.settings.forms import Form

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_USER = re.compile(r"(?!sqlite:///|file:///)[^/]*/*[^/]*@")


def _is_money(value: Decimal) -> bool:
    """An amount to a tenth of a cent."""
    return value.is_finite() and 0 <= value < 1_000_000 and value == round(value, 3)


def _is_zone(value: str) -> bool:
    """A time zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _has_no_user(value: str) -> bool:
    """Nothing stands before a host; a path of this machine may hold an @ like any character."""
    return not _USER.match(value)


def _is_origin(value: str) -> bool:
    """Where an API is: scheme and host alone."""
    return _is_public(value) and not urlsplit(value).path.strip("/")


def _is_public(value: str) -> bool:
    """Where people find something: http or https, with a path or without."""
    parts = _parts(value)
    return parts is not None and parts.scheme in ("http", "https")


def _is_private(value: str) -> bool:
    """Where secrets are sent to: only https, except on this machine."""
    parts = _parts(value)
    if parts is None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _parts(value: str) -> SplitResult | None:
    """An address with a host and nothing behind its path; None when it is none."""
    try:
        parts = urlsplit(value)
        # Looked at, since asking for a port is what finds out that it is none.
        host = parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]
    except ValueError:
        return None
    is_plain = not ("?" in value or "#" in value) and value.isascii() and value.isprintable()
    is_whole = _HOST.fullmatch(host) and _PATH.fullmatch(parts.path)
    return parts if is_plain and is_whole and "//" not in parts.path else None


_WHOLE = "must be a whole number{}, 1 or more, at most {:,}"
# Of what may hold a password: then the words say its shape, and never what was given.
_guarded = partial(Form, is_told=False)

# A day holds every cadence by which 24 hours are measured.
Minutes = Annotated[int, Meta(ge=1, le=1440), Form(_WHOLE.format(" of minutes", 1440))]
Calls = Annotated[int, Meta(ge=1, le=999_999_999), Form(_WHOLE.format("", 999_999_999))]
Switch = Annotated[bool, Form("must be 1, or left out (or 0)")]
Dollars = Annotated[Decimal, Form("must be an amount such as 20 or 2.50", _is_money)]
Zone = Annotated[str, Form("must be a time zone such as Asia/Jakarta", _is_zone)]
Version = Annotated[
    str, Meta(pattern=r"\Av[0-9]{1,3}\.[0-9]{1,2}\Z"), Form("must be a version such as v26.0")
]
Notice = Annotated[str, Meta(max_length=500), _guarded("must have at most 500 characters")]
# What names every agency; its own bounds are those of all entries together.
Agencies = Annotated[str, Form("must be a text", longest=100_000)]

# Where documents or pages lie; who serves that place says whether it is one.
Place = Annotated[str, _guarded("must hold no password", _has_no_user)]
Origin = Annotated[
    str,
    _guarded("must be a scheme and host without a path, such as https://host.example", _is_origin),
]
Public = Annotated[
    str,
    _guarded(
        "must be an http or https address with a host, without ? and # and without a password",
        _is_public,
    ),
]
Private = Annotated[
    str, _guarded("must be an https address without ? and # and without a password", _is_private)
]
# A queue's name has at most 100 characters; "-instagram" takes 10 of them.
Queue = Annotated[
    str,
    Meta(pattern=r"\Atasks://[A-Za-z0-9.:-]+/[a-z0-9-]+/[A-Za-z0-9-]{1,90}\Z"),
    _guarded(
        "must be tasks://PROJECT/LOCATION/PREFIX, the prefix of at most 90 letters, "
        "digits and hyphens"
    ),
]
Schedule = Annotated[
    str,
    Meta(pattern=r"\Ascheduler://[A-Za-z0-9.:-]+/[a-z0-9-]+/[A-Za-z0-9_-]{1,90}\Z"),
    _guarded(
        "must be scheduler://PROJECT/LOCATION/PREFIX, the prefix of at most 90 "
        "letters, digits, hyphens and underscores"
    ),
]
HostPort = Annotated[
    str,
    Meta(pattern=r"\A([A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}\Z"),
    _guarded("must be HOST:PORT, without http://"),
]
ServiceAccount = Annotated[
    str,
    Meta(pattern=r"\A[^@\s]+@([a-z0-9.-]+\.)?gserviceaccount\.com\Z"),
    _guarded("must be a service account's address, NAME@PROJECT.iam.gserviceaccount.com"),
]
# Of use with another setting alone, and looked at where that one is set.
Beside = Annotated[str, _guarded("must be a text")]

Secret = Annotated[str, _guarded("must be a text", is_secret=True)]
Notify = Annotated[
    str,
    _guarded(
        "must be one mailto:// or mailtos:// address with a host and a sender (?from=…), and at "
        "most 5 json:// or jsons:// webhooks, with spaces between; write other signs as %XX",
        notices.is_usable,
        is_secret=True,
    ),
]
Credentials = Annotated[
    tuple[str, ...],
    Meta(max_length=100),
    _guarded("must be at most 100 values, with commas between", is_secret=True),
]
