"""A file's rows and documents where there is one agency alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.registry import check as checking
from functions.registry import files
from functions.registry.check import Held, TypedRow, UnitDocument


def check(
    rows: Sequence[tuple[int, TypedRow]], held: Held
) -> tuple[dict[str, UnitDocument], list[str]]:
    """Documents by satker id, and what is wrong; the column ``instansi`` is not looked at."""
    documents, problems = checking.check(
        [(n, {**row, "instansi": ""}) for n, row in rows], {"": held}
    )
    return documents[""], problems


def write(documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The registry as CSV."""
    return files.write({"": documents})
