"""Which units agreed that the comments on their accounts are read: ``consents``.

A mapping of unit ids to the number of the document by which the unit agreed, or to a word that
takes it back. An odd entry costs itself alone: that unit is not read, and nothing of it is erased
because of it. Where the whole cannot be read no unit has agreed, and none has withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from functions.parsing.cleaning import clean
from functions.store.fields import Fields, shown, shown_name

FIELD = "consents"
MOST_CONSENTS = 2_000
LONGEST_NUMBER = 200  # characters of a document's number
_WITHDRAWN = frozenset(
    {"", "dicabut", "cabut", "ditarik", "dibatalkan", "batal", "tidak", "no", "false", "withdrawn"}
)
# Said of a unit that has not agreed: as if it were not named.
_NOT_YET = frozenset({"-", "none", "null", "belum", "belum ada", "tidak ada"})


class UnitConsents(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed of units' consents, by unit id.

    Attributes:
        agreed: the document's number of each unit that agreed. ``withdrawn``: those that said no.
        unclear: those whose entry cannot be read.
        is_known: whether the whole can be read.
        wrong: what is wrong, one Indonesian line each.
    """

    agreed: Mapping[str, str] = {}
    withdrawn: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    is_known: bool = True
    wrong: tuple[str, ...] = ()


def read_consents(fields: Fields) -> UnitConsents:
    """What the settings' document says of consents."""
    try:
        given, label = fields.get(FIELD), fields.label(FIELD)
        if given is None:
            return UnitConsents()
        if not isinstance(given, Mapping):
            raise ValueError(f"{label} {shown(given)} bukan daftar satker; pilih tipe map")
        if len(given) > MOST_CONSENTS:
            raise ValueError(f"{label} berisi {len(given)}; paling banyak {MOST_CONSENTS}")
    except ValueError as error:
        line = f"{error}. Komentar tidak dibaca, dan tidak ada yang dihapus, sebelum ini dibetulkan"
        return UnitConsents(is_known=False, wrong=(line,))
    return _read(given, label)


def _read(given: Mapping[Any, Any], label: str) -> UnitConsents:
    said: dict[str, set[str | None]] = {}
    wrong: list[str] = []
    for name, value in given.items():
        unit = clean(str(name)).casefold()
        try:
            said.setdefault(unit, set()).add(_number(value))
        except ValueError as error:
            said.setdefault(unit, set()).add(None)
            wrong.append(f"{label} {shown_name(str(name))}: {error}; satker itu tidak dibaca")
    twice = sorted(unit for unit, numbers in said.items() if len(numbers) > 1)
    wrong += [
        f"{label}: {shown(unit)} tertulis dua kali; satker itu tidak dibaca" for unit in twice
    ]
    clear = dict(_single(said))
    return UnitConsents(
        agreed={u: number for u, number in clear.items() if number and number not in _NOT_YET},
        withdrawn=frozenset(unit for unit, number in clear.items() if not number),
        unclear=frozenset(said.keys() - clear.keys()),
        wrong=tuple(wrong),
    )


def _single(said: Mapping[str, set[str | None]]) -> Iterator[tuple[str, str]]:
    """The units of which one thing is said that can be read."""
    for unit, (first, *others) in said.items():
        if first is not None and not others:
            yield unit, first


def _number(value: Any) -> str:
    """A document's number; empty where the consent is taken back, a word of ``_NOT_YET`` where
    there is none yet. ValueError, without the unit, where it is neither."""
    if value is None or value is False:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{shown(value)} bukan nomor dokumen persetujuan; isi nomornya")
    line = " ".join(clean(str(value)).split())
    word = line.casefold()
    if word in _WITHDRAWN:
        return ""
    if word in _NOT_YET:
        return word
    if len(line) > LONGEST_NUMBER or not line.isprintable():
        raise ValueError("isinya bukan nomor dokumen persetujuan; ketik ulang")
    if not any(letter.isdigit() for letter in line):
        raise ValueError(
            f"{shown(value)} tidak memuat nomor; isi nomor dokumen persetujuan, atau 'dicabut'"
        )
    return line
