"""The registry as a workbook: the sheet "Satker", what its columns take, and lists to pick from.

The same registry gives the same bytes. Every cell is text, whatever it looks like, and the columns
of names and ids are formatted as text: what is typed there later stays as it was typed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from functions.registry.columns import COLUMNS, HEADER, ZONES
from functions.registry.export import Registries, rows
from functions.registry.values import KINDS
from functions.registry.workbook import MOST_ROWS, letter

SHEET, GUIDE, LISTS = "Satker", "Petunjuk", "Daftar"
_LINES = (
    "Satu baris per satker di lembar Satker. Contoh hanya di lembar ini.",
    "Sel kosong mengosongkan isi yang ada: akun di platform itu berakhir. Kolom yang dihapus dari "
    "lembar tidak mengubah apa pun.",
    "Satker yang tidak disebut tidak berubah. Untuk mengakhiri satker, isi aktif_sampai.",
    "Periksa dahulu: kiprah registry import BERKAS --dry-run menunjukkan perbedaannya tanpa "
    "menulis apa pun.",
)
# The library would write the day on which it runs, and other bytes each time.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - it takes none with a zone


def write_xlsx(documents: Registries, agencies: Sequence[str] = ()) -> bytes:
    """The registry as XLSX; without documents an empty sheet to fill in.

    Args:
        agencies: ids to pick from in ``instansi``, where there are several.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    workbook = Workbook(buffer, options | {"strings_to_urls": False})
    workbook.set_properties({"title": SHEET, "created": _CREATED})
    bold = workbook.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    as_text = workbook.add_format({"num_format": "@"})
    cells = [*rows(documents)]
    sheet = workbook.add_worksheet(SHEET)
    _fill(sheet, cells, bold, as_text)
    _explain(workbook.add_worksheet(GUIDE), bold, workbook.add_format({"text_wrap": True}))
    lists = workbook.add_worksheet(LISTS)
    lists.hide()
    _offer(
        sheet,
        lists,
        {
            "jenis": _known(KINDS, (row["jenis"] for row in cells)),
            "zona_waktu": _known(ZONES, (row["zona_waktu"] for row in cells)),
            "instansi": [*agencies],
        },
    )
    workbook.close()
    return buffer.getvalue()


def _fill(sheet: Any, cells: Sequence[dict[str, str]], bold: Any, as_text: Any) -> None:
    """The header and the rows."""
    forms = [as_text if column.as_text else None for column in COLUMNS]
    for position, column in enumerate(COLUMNS):
        sheet.set_column(position, position, column.width, forms[position])
        sheet.write_string(0, position, column.name, bold)
    for number, row in enumerate(cells, 1):
        for position, column in enumerate(COLUMNS):
            if cell := row[column.name]:
                sheet.write_string(number, position, cell, forms[position])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(cells), 1), len(COLUMNS) - 1)


def _explain(sheet: Any, bold: Any, wrapped: Any) -> None:
    """What to know before filling in, and each column with an example."""
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 80, wrapped)
    sheet.set_column(2, 2, 44)
    for number, line in enumerate(_LINES):
        sheet.write_string(number, 1, line, wrapped)
    first = len(_LINES) + 1
    for position, title in enumerate(("kolom", "isi", "contoh")):
        sheet.write_string(first, position, title, bold)
    for number, column in enumerate(COLUMNS, first + 1):
        sheet.write_string(number, 0, column.name, bold)
        sheet.write_string(number, 1, column.takes.replace("`", ""), wrapped)
        sheet.write_string(number, 2, column.example)


def _offer(sheet: Any, lists: Any, choices: dict[str, list[str]]) -> None:
    """Lists to pick from. Another word may be typed as well: only the import says what is wrong."""
    sources = {"induk": f"={SHEET}!$A$2:$A${MOST_ROWS + 1}"}
    for position, (column, words) in enumerate(choices.items()):
        for number, word in enumerate(words):
            lists.write_string(number, position, word)
        place = letter(position)
        if words:
            sources[column] = f"={LISTS}!${place}$1:${place}${len(words)}"
    for column, source in sources.items():
        position = HEADER.index(column)
        rule = {"validate": "list", "source": source, "error_type": "information"}
        sheet.data_validation(1, position, MOST_ROWS, position, rule)


def _known(usual: Sequence[str], used: Iterable[str]) -> list[str]:
    """The usual words, and behind them what else is in use, each once."""
    return [*usual, *sorted({word for word in used if word} - {*usual})]
