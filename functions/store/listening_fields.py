"""The kinds of values that ``settings/listening`` holds, as admins type them.

Each reader takes the document's fields and the name of one, gives None where nothing was typed, and
raises ValueError with one Indonesian line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeVar

from functions.parsing.cleaning import clean
from functions.store.fields import Fields, shown

T = TypeVar("T")

Way = Literal["none", "webhook", "mail", "both"]
Reader = Callable[[Fields, str], T | None]

MOST_DOLLARS = Decimal(1_000)
MOST_DAYS = 30
_WAYS: dict[str, Way] = {
    "none": "none",
    "tidak": "none",
    "webhook": "webhook",
    "mail": "mail",
    "surel": "mail",
    "email": "mail",
    "both": "both",
    "keduanya": "both",
}
_NONE = ("none", "null", "-", "tidak", "tidak ada", "belum", "belum ada")
_DIGITS = re.compile(r"[0-9]{1,9}")
_WEB = re.compile(r"https://[^\s\x00-\x20\x7f\"<>\\]{1,400}")


def switch(fields: Fields, field: str) -> bool | None:
    """On or off."""
    return fields.yes_or_no(field)


def way(fields: Fields, field: str) -> Way | None:
    """How alarms are sent."""
    given = fields.get(field)
    if given is None:
        return None
    if given is False:  # "no", as a console holds it
        return "none"
    way = _WAYS.get(clean(given).casefold()) if isinstance(given, str) else None
    if way is None:
        raise ValueError(
            f"{fields.label(field)} {shown(given)} tidak dikenal; isi none, webhook, mail atau both"
        )
    return way


def text(fields: Fields, field: str) -> str | None:
    """One line; None, too, where it says that there is none."""
    given = fields.text(field)
    line = "" if given is None else " ".join(clean(given).split())
    if line.casefold() in _NONE:
        return None
    if not line.isprintable():
        raise ValueError(f"{fields.label(field)} memuat huruf yang tidak terlihat; ketik ulang")
    return line or None


def address(fields: Fields, field: str) -> str | None:
    """An address on the web."""
    line = text(fields, field)
    if line is not None and not _WEB.fullmatch(line):
        raise ValueError(f"{fields.label(field)} {line[:60]!r} bukan alamat https")
    return line


def dollars(fields: Fields, field: str) -> Decimal | None:
    """An amount of US dollars."""
    given = fields.get(field)
    if given is None:
        return None
    amount = None
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        with suppress(InvalidOperation):
            amount = Decimal(clean(str(given)).replace(",", "."))
    if amount is None or not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS:
        raise ValueError(
            f"{fields.label(field)} {shown(given)} bukan jumlah dolar; isi 0 sampai "
            f"{MOST_DOLLARS}, misalnya 0.36"
        )
    return amount


def between(least: int, most: int) -> Reader[int]:
    """A whole number within bounds."""

    def read(fields: Fields, field: str) -> int | None:
        given = fields.get(field)
        return None if given is None else _whole(fields.label(field), given, least, most)

    return read


def days(fields: Fields, field: str) -> tuple[int, int] | None:
    """Two numbers of days, the smaller first."""
    given, label = fields.get(field), fields.label(field)
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != 2:
        raise ValueError(f"{label} {shown(given)} bukan dua bilangan; isi misalnya [1, 3]")
    first, last = (_whole(label, each, 1, MOST_DAYS) for each in given)
    if first > last:
        raise ValueError(f"{label} {shown(given)} terbalik; isi yang lebih kecil dahulu")
    return first, last


def listed(most: int) -> Reader[tuple[Any, ...]]:
    """A list of anything."""

    def read(fields: Fields, field: str) -> tuple[Any, ...] | None:
        given, label = fields.get(field), fields.label(field)
        if given is None:
            return None
        if not isinstance(given, list):
            raise ValueError(f"{label} {shown(given)} bukan daftar; pilih tipe array")
        if len(given) > most:
            raise ValueError(f"{label} berisi {len(given)}; paling banyak {most}")
        return tuple(given)

    return read


def names(most: int) -> Reader[tuple[str, ...]]:
    """A list of names, each once."""

    def read(fields: Fields, field: str) -> tuple[str, ...] | None:
        given = listed(most)(fields, field)
        if given is None:
            return None
        lines = [" ".join(clean(each).split()) if isinstance(each, str) else "" for each in given]
        for line, each in zip(lines, given, strict=True):
            if not line or not line.isprintable():
                raise ValueError(f"{fields.label(field)} berisi {shown(each)}, yang bukan nama")
        return tuple(dict.fromkeys(lines))

    return read


def _whole(label: str, given: Any, least: int, most: int) -> int:
    number = clean(given) if isinstance(given, str) else given
    if isinstance(number, str) and _DIGITS.fullmatch(number):
        number = int(number)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise ValueError(f"{label} {shown(given)} tidak dapat dipakai; isi {least} sampai {most}")
    return number
