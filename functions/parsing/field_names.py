"""The names that people give to fields: in any case, with spaces, hyphens, underscores or none."""

from __future__ import annotations

import re
from functools import lru_cache

from functions.parsing.cleaning import clean

_JOINTS = re.compile(r"[\s._-]+")
_LONGEST = 200  # characters; a longer text is no field's name


@lru_cache(maxsize=1_000)
def folded(name: str) -> str:
    """A name for comparing: ``Zona Waktu``, ``zona_waktu`` and ``zonaWaktu`` are one."""
    return _JOINTS.sub("", clean(name[:_LONGEST])).casefold()
