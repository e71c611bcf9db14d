"""The fields of a document that an admin typed, whatever language and form their names have.

A field may be called by its English or one of its Indonesian names, in any case, with spaces,
hyphens or underscores. Values are read as a console holds them or as a person types them. What is
wrong is a ValueError of one Indonesian line, which names the field as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from functions.parsing.cleaning import clean
from functions.parsing.field_names import folded
from functions.parsing.nearest import nearest

# Each field by its own name, and the Indonesian names that it may be typed by.
Names = Mapping[str, tuple[str, ...]]

_OURS = frozenset({"status", "xvolumestatus"})  # written beside what was typed, by the jobs
# Own notes of admins are called "catatan" or "keterangan": like, but not misspelt, field names.
_MISSPELT = 0.8
_YEARS = range(2000, 2200)
_WHOLE = re.compile(r"[0-9]{1,16}")
_LARGEST = 2**53  # what every reader of JSON can hold
_SAID = {"ya": True, "benar": True, "true": True, "yes": True}
_SAID |= {"tidak": False, "salah": False, "false": False, "no": False}
LONGEST_NAME = 200  # characters; what is longer is no name


class Fields:
    """What was typed in a document, by what it means."""

    def __init__(self, document: Mapping[str, Any], names: Names) -> None:
        self._names = names
        self._typed: dict[str, list[tuple[str, Any]]] = {}
        self._strange: list[str] = []
        meanings = _meanings(tuple(names.items()))
        for name, value in document.items():
            if field := meanings.get(folded(name)):
                self._typed.setdefault(field, []).append((shown_name(name), value))
            elif folded(name) not in _OURS:
                self._strange.append(name)

    def label(self, field: str) -> str:
        """What a field is called where it was typed; its own name where it was not."""
        typed = self._typed.get(field, [])
        filled = [name for name, value in typed if not _is_empty(value)]
        return [*filled, *(name for name, _ in typed), field][0]

    def get(self, field: str) -> Any:
        """A field's value as typed, None where nothing was; ValueError when two names differ."""
        filled = [each for each in self._typed.get(field, ()) if not _is_empty(each[1])]
        for name, value in filled[1:]:
            if value != filled[0][1]:
                raise ValueError(
                    f"{filled[0][0]} dan {name} berisi hal yang berbeda; kosongkan salah satunya"
                )
        return filled[0][1] if filled else None

    def text(self, field: str, longest: int = LONGEST_NAME) -> str | None:
        """A text without the space around it; a whole number is the text of its digits."""
        given, name = self.get(field), self.label(field)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, str | int):
            raise ValueError(f"{name} {shown(given)} bukan teks; tulis sebagai teks biasa")
        text = str(given).strip()
        if len(text) > longest:
            raise ValueError(f"{name} terlalu panjang ({len(text)} huruf); paling banyak {longest}")
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(f"{name} memuat huruf yang rusak; ketik ulang")
        return text or None

    def needed(self, field: str, advice: str, longest: int = LONGEST_NAME) -> str:
        """A text that must be there; the advice says what to fill in."""
        text = self.text(field, longest)
        if text is None:
            raise ValueError(f"{self.label(field)} kosong; {advice}")
        return text

    def whole(self, field: str) -> int:
        """A number of interactions, below 2**53, as a number or in digits."""
        given = self.get(field)
        number = given
        if isinstance(given, str) and _WHOLE.fullmatch(clean(given)):
            number = int(clean(given))
        elif isinstance(given, float) and given.is_integer():
            number = int(given)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _LARGEST:
            raise ValueError(
                f"{self.label(field)} {shown(given)} bukan jumlah interaksi; isi bilangan bulat, "
                "0 atau lebih"
            )
        return number

    def yes_or_no(self, field: str) -> bool | None:
        """Whether something is so, as a switch or in words; None where nothing was typed."""
        given = self.get(field)
        if given is None or isinstance(given, bool):
            return given
        said = _SAID.get(clean(given).casefold()) if isinstance(given, str) else None
        if said is None:
            raise ValueError(
                f"{self.label(field)} {shown(given)} bukan ya atau tidak; isi true atau false"
            )
        return said

    def instant(self, field: str, zone: ZoneInfo) -> datetime:
        """An instant in UTC, in whole seconds; without an offset it is one of ``zone``.

        A day alone is its first instant.
        """
        given, known = self.get(field), None
        try:
            at = datetime.fromisoformat(clean(str(given or "")))
            known = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        if known is None or known.year not in _YEARS:
            raise ValueError(
                f"{self.label(field)} {shown(given)} bukan waktu; isi misalnya "
                "2026-11-03T09:00:00+07:00"
            )
        return known.replace(microsecond=0)

    def without(self, fields: Collection[str]) -> Fields:
        """The same document without some fields."""
        kept = Fields({}, self._names)
        kept._typed = {field: typed for field, typed in self._typed.items() if field not in fields}
        kept._strange = self._strange
        return kept

    def strange(self) -> Iterator[tuple[str, str | None]]:
        """The names that mean nothing, each with the one that was probably meant."""
        known = {folded(each): each for names in self._names.values() for each in names}
        for name in sorted(self._strange):
            near = nearest(folded(name), known, _MISSPELT)
            yield shown_name(name), known[near] if near else nearest(name, self._names)


@lru_cache(maxsize=20)
def _meanings(names: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    """The fields by the forms of all their names."""
    return {folded(each): field for field, others in names for each in (field, *others)}


def shown(given: Any) -> str:
    """A value as it was typed, short enough for a line."""
    said = repr(given)
    return said if len(said) <= 60 else f"{said[:57]}..."


def shown_name(name: str) -> str:
    """A name as it was typed, short enough for a line, with nothing unprintable in it."""
    return shown(name)[1:-1]


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not clean(value))
