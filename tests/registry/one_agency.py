"""A file's rows and documents where there is one agency alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.registry import check as checking
from functions.registry.check import Held
from functions.registry.export import write_csv
from functions.registry.overlay import TypedRow, UnitDocument


def check(
    rows: Sequence[tuple[int, TypedRow]], held: Held
) -> tuple[dict[str, UnitDocument], list[str]]:
    """Documents by satker id, and what is wrong; the column ``instansi`` is not looked at."""
    checked, refusals = checking.check(
        [(n, {**row, "instansi": ""}) for n, row in rows], {"": held}
    )
    documents = {row.satker: row.document for row in checked}
    return documents, [refused.words() for refused in refusals]


def write(documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The registry as CSV."""
    return write_csv({"": documents})
