"""Single values as admins type, paste or pick them, read the same in documents and files.

Each reader returns what was meant, or None where nothing was typed (None, an empty text, only
spaces). Else it raises ``Wrong``, whose words continue an Indonesian sentence that begins with the
field's name. Readers remove what nobody sees or means: invisible characters, odd spaces, the
apostrophe of a spreadsheet's text cell, halves of an emoji.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from functions.model import Platform, iso
from functions.parsing.cleaning import clean
from functions.parsing.nearest import nearest
from functions.registry.addresses.profiles import parse_handle

YEARS = range(2000, 2101)
LONGEST_TEXT = 200
LONGEST_ADDRESS = 500
MOST_EMAILS = 5
DEFAULT_ZONE = "Asia/Jakarta"
# From here on a number that passed through a spreadsheet or a browser is no longer what was typed:
# both compute in floats, and a spreadsheet keeps 15 digits.
EXACT_FLOAT = 10**15
EXACT_INTEGER = 2**53

KINDS = ("unit-utama", "kanwil", "upt")
_OTHER_KINDS = {"kantor-wilayah": "kanwil", "unit-pelaksana-teknis": "upt"}
_LONGEST_SHORT = 4  # letters: one more or less makes another abbreviation, no slip (upt, uptd)
KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
# What a cell shows when its formula failed: #REF!, #N/A, #NAME?, LibreOffice's Err:502.
_ERROR = re.compile(r"#(N/A|[A-Z][A-Z0-9/]*[!?])|Err:[0-9]{3}")
# How CSV files keep a spreadsheet from taking digits for a number: ="61573000111222".
_AS_TEXT = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+[eE]\+?|[eE]\+)[0-9]{1,3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")
_HOST = re.compile(r"([\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_INDONESIAN_ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "benar/salah"),
    ((int, float), "angka"),
    (Mapping, "peta"),
    ((list, tuple), "daftar"),
    (bytes, "data biner"),
    ((date, time), "tanggal"),
)


class Wrong(ValueError):
    """A value that cannot be what its field holds; the words go behind the field's name."""


class UnreadableValue(str):
    """A cell whose value is not what it shows; its text says why, as ``Wrong`` does."""


def is_empty(value: Any) -> bool:
    """Whether nothing was typed: None, an empty or invisible text, a list or map of such."""
    if value is None:
        return True
    if isinstance(value, str):
        return not clean(value)
    if isinstance(value, Mapping):
        return all(map(_is_blank, value.values()))
    return isinstance(value, list | tuple) and all(map(_is_blank, value))


def shown(value: Any) -> str:
    """A value as a sentence quotes it: short, on one line, whatever it is."""
    if isinstance(value, str):
        text = " ".join(clean(value[:LONGEST_ADDRESS]).split())
        return repr(text if len(text) <= 60 else text[:59] + "…")
    if isinstance(value, datetime | date):
        return repr(value.isoformat())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.15g}" if isinstance(value, float) else f"{value}"[:60]
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "isinya")


def text(value: Any, longest: int = LONGEST_TEXT) -> str | None:
    """A text on one line; a whole number is the text of its digits. None where nothing was typed.

    Raises:
        Wrong: it is no text, a formula, an error of a spreadsheet, or too long.
    """
    if value is None:
        return None
    if isinstance(value, UnreadableValue):
        raise Wrong(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _digits(value)
    if not isinstance(value, str):
        raise Wrong(f"harus teks, bukan {shown(value)}")
    line = " ".join(clean(value).split())
    if wrapped := _AS_TEXT.fullmatch(line):
        line = wrapped[1].strip()
    if line.startswith("="):
        raise Wrong(f"{shown(line)} adalah rumus; tulis nilainya")
    if len(line) > longest:
        raise Wrong(f"terlalu panjang ({len(line):,} karakter); paling banyak {longest}")
    if _ERROR.fullmatch(line):
        raise Wrong(f"berisi kesalahan lembar kerja {line}; perbaiki rumusnya atau kosongkan")
    return line or None


def kind(value: Any) -> str:
    """A kind of unit: one of ``KINDS`` in any case, or another word of that form.

    Raises:
        Wrong: nothing was typed, it is no such word, or it looks like a slip for one of ``KINDS``.
    """
    typed = text(value)
    if typed is None:
        raise Wrong("kosong; isi misalnya kanwil")
    word = re.sub(r"[\s_-]+", "-", typed.casefold())
    word = _OTHER_KINDS.get(word, word)
    if word in KINDS:
        return word
    meant = nearest(word, KINDS, 0.8) if len(word) > _LONGEST_SHORT else None
    if meant:
        raise Wrong(f"{shown(typed)} tidak dikenal; maksudnya {meant}?")
    if not KIND.fullmatch(typed):
        raise Wrong(
            f"{shown(typed)} tidak dikenal; pilih {', '.join(KINDS)}, atau tulis jenis lain dengan "
            "huruf kecil dan tanda hubung"
        )
    return typed


def name(value: Any) -> str:
    """A unit's name; Wrong when it is empty."""
    typed = text(value)
    if typed is None:
        raise Wrong("kosong; isi nama satuan kerja")
    return typed


def timezone(value: Any) -> str:
    """A time zone of the IANA database, Jakarta's where nothing was typed; Wrong for another."""
    typed = text(value)
    if typed is None:
        return DEFAULT_ZONE
    try:
        ZoneInfo(typed)
    except Exception:  # whatever a name provokes: a folder's, one that is too long, one with ..
        meant = _INDONESIAN_ZONES.get(typed.casefold()) or nearest(typed, _zones(), 0.8)
        hint = f"maksudnya {meant}?" if meant else "misalnya Asia/Jakarta, Asia/Makassar"
        raise Wrong(f"{shown(typed)} tidak dikenal; {hint}") from None
    return typed


def website(value: Any) -> str | None:
    """A web address; ``https://`` is added where no scheme was typed. None where nothing was.

    Raises:
        Wrong: it is no address of the web.
    """
    typed = text(value, LONGEST_ADDRESS)
    if typed is None:
        return None
    address = typed if _SCHEME.match(typed) else "https://" + typed.lstrip("/")
    try:
        parts = urlsplit(address)
        is_web = parts.scheme.lower() in ("http", "https") and parts.port != 0
        is_whole = _HOST.fullmatch(parts.hostname or "") and "@" not in parts.netloc
        is_whole = is_whole and " " not in address
    except ValueError:
        is_web = is_whole = False
    if not (is_web and is_whole):
        raise Wrong(f"{shown(typed)} bukan alamat web; tulis misalnya https://bali.example.go.id")
    return address


def emails(value: Any) -> tuple[str, ...]:
    """Mail addresses, each once: in a list, or in a text between semicolons or commas.

    Raises:
        Wrong: one of them is no mail address, or there are too many.
    """
    items = value if isinstance(value, list | tuple) else [value]
    typed = [part for item in items for part in re.split("[;,]", text(item, LONGEST_ADDRESS) or "")]
    found = [part.strip().removeprefix("mailto:") for part in typed if part.strip()]
    for number, address in enumerate(found, 1):
        # Not repeated: what is told of a document stands on a public page, too.
        if not _MAIL.fullmatch(address):
            raise Wrong(f"isian ke-{number} bukan alamat surel; tulis misalnya humas@example.go.id")
    if len(found) > MOST_EMAILS:
        raise Wrong(f"berisi {len(found)} alamat; paling banyak {MOST_EMAILS}")
    return tuple(dict.fromkeys(found))


def day_or_instant(value: Any, zone: ZoneInfo) -> date | datetime | None:
    """A day, or an instant in UTC: typed, picked in the console, or a spreadsheet's date.

    An instant without an offset is one of ``zone``. None where nothing was typed.

    Raises:
        Wrong: it is neither, or lies too far away.
    """
    if isinstance(value, UnreadableValue):
        raise Wrong(value)
    if isinstance(value, str):
        value = clean(value)
    if is_empty(value):
        return None
    try:
        at = _parsed(value) if isinstance(value, str) else value
        if not isinstance(at, date):
            raise ValueError
        if at.year not in YEARS:
            raise Wrong(
                f"{shown(value)} di luar tahun {YEARS[0]}–{YEARS[-1]}; "
                "kosongkan bila tidak ada batasnya"
            )
        if not isinstance(at, datetime):
            return at
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
    except Wrong:
        raise
    except (ValueError, OverflowError):
        raise Wrong(f"{shown(value)} bukan tanggal; tulis misalnya 2026-10-01") from None


def instant(value: Any, zone: ZoneInfo, *, end: bool) -> datetime | None:
    """The instant at which a validity begins or, as ``end``, ends: a last day counts whole.

    None where nothing was typed; Wrong as ``day_or_instant``.
    """
    at = day_or_instant(value, zone)
    if at is None or isinstance(at, datetime):
        return at
    return datetime.combine(at + timedelta(days=end), time(), zone).astimezone(UTC)


def moment(value: Any, zone: ZoneInfo) -> str | None:
    """A day or an instant as a document keeps it: ``2026-10-01`` or ``2026-10-01T02:30:00Z``.

    None where nothing was typed; Wrong as ``day_or_instant``.
    """
    at = day_or_instant(value, zone)
    if isinstance(at, datetime):
        return iso(at)
    return None if at is None else at.isoformat()


def handle(platform: Platform, value: Any) -> str | None:
    """The bare handle, as ``parse_handle`` gives it, or Wrong; None where nothing was typed."""
    typed = text(value, LONGEST_ADDRESS)
    if typed is None:
        return None
    if _SCIENTIFIC.fullmatch(typed):
        raise Wrong(f"{shown(typed)} tidak utuh lagi; format selnya sebagai teks lalu isi ulang")
    try:
        return parse_handle(platform, typed)
    except ValueError as error:
        raise Wrong(str(error)) from None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not clean(value))


def _digits(value: int | float) -> str:
    if not math.isfinite(value) or value != int(value) or value < 0:
        raise Wrong(f"{shown(value)} bukan bilangan bulat; tulis sebagai teks")
    if value >= (EXACT_FLOAT if isinstance(value, float) else EXACT_INTEGER):
        raise Wrong(
            f"{shown(value)} adalah angka yang terlalu panjang untuk utuh; isi sebagai teks"
        )
    return str(int(value))


def _parsed(text: str) -> date:
    """ValueError when it is neither a day nor an instant."""
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    if not _DAY.match(text):
        raise ValueError
    return datetime.fromisoformat(text)
