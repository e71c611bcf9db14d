"""Why a file's row is refused: its number, the column, and the reason in Indonesian."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from functions.model import PLATFORMS
from functions.registry.fields import COLUMNS

_NAMES = "|".join(("id", "instansi", *COLUMNS.values(), *PLATFORMS))
# How sentences about a file's cells begin: with the column's name, of an account as "kolom x:".
_BEGINNING = re.compile(rf"(?:kolom )?({_NAMES}):? (.+)", re.DOTALL)


class RowRefusal(msgspec.Struct, frozen=True, order=True):
    """What is wrong in a row; ``column`` as a file's header names it, empty: the row as a whole."""

    row: int
    column: str
    reason: str

    def words(self, places: Mapping[str, str] | None = None) -> str:
        """The line to tell.

        Args:
            places: where each column stands, as the file itself calls it: ``G (instagram)``.
        """
        column = (places or {}).get(self.column, self.column)
        where = f"baris {self.row}, kolom {column}" if column else f"baris {self.row}"
        return f"{where}: {self.reason}"


def refusal(row: int, problem: str) -> RowRefusal:
    """The refusal of a row by a sentence that may begin with a column's name."""
    found = _BEGINNING.fullmatch(problem)
    return RowRefusal(row, found[1], found[2]) if found else RowRefusal(row, "", problem)
