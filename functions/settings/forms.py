"""What form the value of a setting may have: each function says what it must be, None when it is.

The words continue the setting's name: ``KIPRAH_COLLECT_EVERY`` + ``must be a whole number …``. They
never repeat the value, since even an address may hold a password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

Form = Callable[[str], str | None]

LONGEST = 2_000  # characters of any setting but a credential's
LONGEST_SECRET = 20_000
_JOINERS = "\u200c\u200d"  # which emoji are put together with, and some scripts
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]*")
_NUMBER = re.compile(r"[0-9]{1,9}")  # not what else Unicode calls a digit
_DOLLARS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def seen(value: str, most: int = LONGEST) -> str | None:
    """Nothing in it that nobody sees: that came along when it was copied."""
    if len(value) > most:
        return f"must have at most {most:,} characters"
    for character in value:
        if _is_unseen(character) and character not in _JOINERS:
            return f"holds the character U+{ord(character):04X}, which nobody sees; type it anew"
    return None


def secret(value: str) -> str | None:
    """A credential: letters, digits and signs, as every platform gives them."""
    if len(value) > LONGEST_SECRET:
        return f"must have at most {LONGEST_SECRET:,} characters"
    strange = next((c for c in value if not "!" <= c <= "~" or c in "\"'"), None)
    if strange is None:
        return None
    what = {" ": "a space", '"': "a quote", "'": "a quote"}.get(strange)
    what = what or f"a character {'that nobody sees' if _is_unseen(strange) else 'beyond ASCII'}"
    return f"holds {what}, which no credential does; copy it anew"


def whole(least: int, most: int, unit: str = "") -> Form:
    """A whole number between two, both included."""
    of = f" of {unit}" if unit else ""

    def form(value: str) -> str | None:
        if _NUMBER.fullmatch(value) and least <= int(value) <= most:
            return None
        return f"must be a whole number{of}, {least} or more, at most {most:,}"

    return form


def switch(value: str) -> str | None:
    """On or off."""
    return None if value in ("", "0", "1") else "must be 1, or left out (or 0)"


def dollars(value: str) -> str | None:
    """Money, to a tenth of a cent."""
    return None if _DOLLARS.fullmatch(value) else "must be an amount such as 20 or 2.50"


def graph_version(value: str) -> str | None:
    """A version of Meta's Graph API."""
    return None if _VERSION.fullmatch(value) else "must be a version such as v26.0"


def zone(value: str) -> str | None:
    """A time zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return "is no time zone; write for example Asia/Jakarta"
    return None


def at_most(most: int) -> Form:
    """A text of so many characters."""
    return lambda value: None if len(value) <= most else f"must have at most {most} characters"


def origin(value: str) -> str | None:
    """Where an API is: scheme and host alone."""
    parts = _parts(value)
    if parts and parts.scheme in ("http", "https") and not parts.path.strip("/"):
        return None
    return "must be a scheme and host without a path, such as https://host.example"


def public(value: str) -> str | None:
    """Where people find something: http or https, with a path or without."""
    parts = _parts(value)
    if parts and parts.scheme in ("http", "https"):
        return None
    return "must be an http or https address with a host, without ? and # and without a password"


def private(value: str) -> str | None:
    """Where secrets are sent to: only https, except on this machine."""
    parts = _parts(value)
    if parts and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    ):
        return None
    return "must be an https address without ? and # and without a password"


def place(value: str) -> str | None:
    """Where documents or pages lie; who serves that place says whether it is one."""
    return "must hold no password" if re.match(r"[^/]*//[^/]*@", value) else None


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


def near(name: str, names: Sequence[str]) -> tuple[str, int]:
    """The nearest of some names, and how many slips of the hand lie between: a letter too many, one
    missing, another one, or two that changed places."""
    slips, nearest = min((_slips(name, known), known) for known in names)
    return nearest, slips


def _slips(one: str, other: str) -> int:
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        row: list[int] = [i]
        for j, b in enumerate(other, 1):
            cost: int = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 < j and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _is_unseen(character: str) -> bool:
    """A control or a format character, half of one, a separator of lines, or none at all."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
