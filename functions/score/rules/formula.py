"""The formula: the agency's settings that touch a result, and the version that every ranking names.

Pure: no I/O, no clock. Equal formulas mean equal rules. We raise the version by hand when a changed
rule changes a result, and when the library that compares texts changes. A month that is frozen
keeps its formula, so each version that ranked one stays here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import UNSET

from functions.parsing.nearest import meant
from functions.store.evidence import Rules

FORMULA = "2"
LIBRARY = "rapidfuzz 3.14.6"
# The settings where nothing was typed, by the formula's version, oldest first. Version 2 says the
# ranks within what is known and how much of a sum its largest post is, and asks that something is
# usual before a post lies above it.
USUAL: Mapping[str, Rules] = {
    "1": Rules(library="rapidfuzz 3.14.6"),
    "2": Rules(library=LIBRARY, usual_least=10),
}
DEFAULT = USUAL[FORMULA]


def formula_of(rules: Rules, version: str = FORMULA) -> str:
    """The formula's version, followed by a mark of the settings where they are not the defaults."""
    if rules == USUAL[version]:
        return version
    encoded = msgspec.json.encode(rules, order="sorted")
    return f"{version}-{hashlib.sha256(encoded).hexdigest()[:8]}"


def version_of(formula: str) -> str | None:
    """The version that a formula names; None when it is none of ours."""
    version = formula.partition("-")[0]
    return version if version in USUAL else None


def tells_certainty(formula: str) -> bool:
    """Whether a ranking by the formula says the ranks within what is known, and concentration."""
    return version_of(formula) != "1"


def completed(rules: Rules) -> Rules:
    """The rules of a month that an earlier version ranked, for ranking it by this one.

    What the earlier version did not know has its default.
    """
    if rules.usual_least is not UNSET:
        return rules
    return msgspec.structs.replace(rules, usual_least=DEFAULT.usual_least)


def read_rules(document: Mapping[str, Any], held: Rules) -> tuple[Rules, list[str]]:
    """The rules that ``settings/formula`` asks for, and what is wrong with it, in Indonesian.

    A missing field has its default. A broken one keeps its last good value, from ``held``; only a
    broken ``x_threads`` has its default, because collect follows it and knows no last good value.
    """
    held, given = completed(held), dict[str, Any]()
    problems = []
    for name, value in sorted(document.items()):
        if name in _COLLECTED:
            if not isinstance(value, bool):
                problems.append(
                    f"{name} {value!r} tidak dapat dipakai; isi true atau false. "
                    "Yang berlaku tetap true."
                )
            continue
        wrong = _wrong(name, value)
        if wrong is None:
            given[name] = tuple(value) if isinstance(value, list) else value
        elif name not in _FIELDS:
            problems.append(wrong)
        else:
            given[name] = getattr(DEFAULT if name == "x_threads" else held, name)
            problems.append(f"{wrong}. Yang berlaku tetap {_shown(given[name])}.")
    rules = msgspec.structs.replace(DEFAULT, **given)
    if rules.band_fewest < rules.band_least:
        problems.append(
            f"{_CONTRADICTION}. Yang berlaku tetap {held.band_fewest} dan {held.band_least}."
        )
        rules = msgspec.structs.replace(
            rules, band_fewest=held.band_fewest, band_least=held.band_least
        )
    return rules, problems


def changed(held: Rules, given: Mapping[str, Any]) -> Rules:
    """The rules with other values in place of some, as ``settings/formula`` would hold them.

    Raises ValueError, in one Indonesian line, where a value is none that ``settings/formula`` takes
    or has nothing to do with how posts are measured and ranked.
    """
    wrong = [
        f"{name} hanya menentukan apa yang dicari, bukan cara menghitungnya"
        if name in _COLLECTED
        else _wrong(name, value)
        for name, value in given.items()
    ]
    if any(wrong):
        raise ValueError("; ".join(filter(None, wrong)))
    values = {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}
    rules = msgspec.structs.replace(held, **values)
    if rules.band_fewest < rules.band_least:
        raise ValueError(_CONTRADICTION)
    return rules


def _wrong(name: str, value: Any) -> str | None:
    """What is wrong with a setting, in Indonesian; None: nothing."""
    if name not in _FIELDS:
        known = (*_FIELDS, *_COLLECTED)
        hint = meant(name, known) or f"; ada {', '.join(known)}"
        return f"{name[:60]} tidak dikenal{hint}"
    is_valid, wanted = _FIELDS[name]
    return None if is_valid(value) else f"{name} {_typed(value)} tidak dapat dipakai; isi {wanted}"


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def _is_edges(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(map(_whole(1, 10**9), value)):
        return False
    return all(low < high for low, high in pairwise(value))


def _typed(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


_CONTRADICTION = "band_fewest lebih kecil daripada band_least"
# Only collect follows it: it decides which posts are found, not how they are measured.
_COLLECTED = ("x_counts",)
_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "duplicate_percent": (_whole(50, 100), "bilangan bulat 50 sampai 100"),
    "objection_days": (_whole(1, 30), "bilangan bulat 1 sampai 30"),
    "band_edges": (_is_edges, "daftar bilangan bulat yang naik, misalnya [1000, 5000]"),
    "band_least": (_whole(1, 1000), "bilangan bulat 1 sampai 1000"),
    "band_fewest": (_whole(1, 1000), "bilangan bulat 1 sampai 1000"),
    "usual_least": (_whole(0, 1_000_000), "bilangan bulat 0 sampai 1000000"),
    "x_threads": (lambda value: value in ("first", "sum"), "first atau sum"),
}
