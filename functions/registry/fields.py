"""What the fields of a unit's document are called: in English or Indonesian, in any case.

People type ``Nama``, ``zona waktu`` or ``activeFrom``; spaces, hyphens, underscores and capitals
make no difference. A platform's name beside the others (``instagram: kemenkum_bali``) is one of the
accounts. A field that is none of ours is the admin's own, unless it looks like a slip of the hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from functions.model import PLATFORMS, Platform
from functions.parsing.cleaning import clean
from functions.parsing.field_names import folded
from functions.parsing.nearest import nearest
from functions.registry.values import is_empty

Names = Mapping[str, str]

# A document's own fields, by the name of the column that a file has for them.
COLUMNS = {
    "name": "nama",
    "short_name": "singkatan",
    "kind": "jenis",
    "province": "provinsi",
    "timezone": "zona_waktu",
    "website": "website",
    "parent": "induk",
    "active_from": "aktif_dari",
    "active_to": "aktif_sampai",
    "notify": "pemberitahuan",
}
FIELDS = (*COLUMNS, "accounts")

# What each field is called where it was typed.
DOCUMENT: Names = {field: field for field in FIELDS} | {p: f"accounts.{p}:" for p in PLATFORMS}
FILE: Names = {**COLUMNS, "accounts": "accounts"} | {p: f"kolom {p}:" for p in PLATFORMS}

# An account's own fields.
ACCOUNT: Mapping[str, tuple[str, ...]] = {
    "handle": ("handle", "akun", "nama_akun", "alamat", "username", "url"),
    "from": ("from", "dari", "sejak", "mulai"),
    "to": ("to", "sampai", "hingga", "berakhir"),
    "platform": ("platform",),
}
# An unknown field that is so much alike one of ours is a misspelling; others are the admin's own.
_MISSPELT = 0.85


_PLATFORMS: dict[str, Platform] = {name: name for name in PLATFORMS} | {"twitter": "x"}
_OURS: dict[str, str] = (
    {folded(field): field for field in FIELDS}
    | {folded(column): field for field, column in COLUMNS.items()}
    | {"akun": "accounts"}
    | _PLATFORMS
)
_OF_ACCOUNT = {folded(name): field for field, names in ACCOUNT.items() for name in names}


class UnitFields(NamedTuple):
    """A document's fields by our names (those of ``FIELDS``, and platforms that stand beside
    them), what each is called there, and what is wrong with the names."""

    values: Mapping[str, Any]
    names: Names
    problems: tuple[str, ...]

    def spelling(self, field: str) -> str:
        """What a field is called in this document; our own name where it is not there."""
        return self.names.get(field, field)

    def told(self, field: str) -> str:
        """The same, as a sentence repeats it."""
        return plain(self.spelling(field))


def fields_of(document: Mapping[str, Any]) -> UnitFields:
    """A document's fields by our names; what is the admin's own is left out."""
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    problems: list[str] = []
    for typed, value in document.items():
        if not isinstance(typed, str):
            continue
        field = _OURS.get(folded(typed))
        if field is None:
            problems += _slips(typed, _OURS)
        elif field not in values or is_empty(values[field]):
            values[field], names[field] = value, typed
        elif not is_empty(value) and value != values[field]:
            problems.append(
                f"{plain(names[field])} dan {plain(typed)} dua-duanya terisi; hapus salah satu"
            )
    return UnitFields(values, names, tuple(problems))


def account_fields(detail: Mapping[Any, Any]) -> UnitFields:
    """An account's fields, as ``fields_of`` gives a document's."""
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    problems: list[str] = []
    for typed, value in detail.items():
        field = _OF_ACCOUNT.get(folded(str(typed)))
        if field is not None and (field not in values or is_empty(values[field])):
            values[field], names[field] = value, str(typed)
        elif field is None:
            problems += _slips(str(typed), _OF_ACCOUNT, 0.7)
    return UnitFields(values, names, tuple(problems))


def platform_of(name: Any) -> Platform | None:
    """The platform that a name means; None when it means none."""
    return _PLATFORMS.get(folded(name)) if isinstance(name, str) else None


def plain(field: str) -> str:
    """A field's name as a sentence repeats it: short, on one line."""
    return " ".join(clean(field[:60]).split())


def _slips(typed: str, known: Iterable[str], like: float = _MISSPELT) -> Iterator[str]:
    """What to tell of a name that looks like one of ours."""
    if meant := nearest(folded(typed), known, like):
        yield f"{plain(typed)} tidak dikenal; maksudnya {_spelled(meant)}?"


def _spelled(meant: str) -> str:
    """How one of the known names is written out."""
    field = _OURS.get(meant) or _OF_ACCOUNT[meant]
    return next((c for c in (*COLUMNS.values(), field) if folded(c) == meant), meant)
