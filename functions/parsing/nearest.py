"""What a mistyped name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

_LIKE = 0.6  # of two names: twice what they have in common over what both are long
_LONGEST = 100  # a text beyond this is no mistyped name, and comparing it would take long


def nearest(name: str, known: Iterable[str], like: float = _LIKE) -> str | None:
    """The one of the known names that is most like it; None when none is ``like`` (0..1) it.

    Comparing takes some milliseconds for hundreds of names: among a frozenset, whose names are the
    same each time, what was asked lately is remembered, since a column repeats its mistake.
    """
    name = name[:_LONGEST]
    if isinstance(known, frozenset):
        return _remembered(name, known, like)
    return _compared(name, known, like)


def _compared(name: str, known: Iterable[str], like: float) -> str | None:
    by_form = {each.casefold(): each for each in sorted(known)}
    found = get_close_matches(name.casefold(), by_form, n=1, cutoff=like)
    return by_form[found[0]] if found else None


@lru_cache(maxsize=1_000)
def _remembered(name: str, known: frozenset[str], like: float) -> str | None:
    return _compared(name, known, like)


def meant(name: str, known: Iterable[str]) -> str:
    """The question to an admin, behind what was said of the name; empty when none is like it."""
    found = nearest(name, known)
    return f"; maksudnya {found!r}?" if found else ""
