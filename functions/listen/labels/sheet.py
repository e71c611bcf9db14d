"""A sheet in which one person labels texts: XLSX with lists to pick from, or CSV.

It holds texts of citizens, and so a date by which it has to be deleted. Every cell is text: what a
spreadsheet would take for a formula stays text in XLSX, and has an apostrophe in front in CSV.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from functions.registry.export import harmless
from functions.store.labels import LABELS

HEADER = ("nomor", "teks", "label", "keluhan", "kasar")
YES_OR_NO = ("ya", "tidak")
SHEET, GUIDE = "Label", "Petunjuk"
NO_TEXT = "(tanpa teks)"
_WIDTHS = (15, 90, 14, 10, 10)
_MEANINGS = {
    "negatif": "tidak puas, mengeluh, mengecam, menyindir",
    "netral": "bertanya, memberi tahu, menyebut nama, tanpa suasana",
    "positif": "puas, memuji, berterima kasih, mendukung",
    "tidak jelas": "tidak terbaca, bahasa yang tidak dikuasai, hanya emoji, di luar urusan",
}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
# The library would write the day on which it runs, and other bytes each time.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - it takes none with a zone


class SheetText(NamedTuple):
    """A text that waits for a label. ``code``: by which it is known when the sheet comes back."""

    code: str
    text: str

    def __repr__(self) -> str:
        """Without the text: it might get into a log."""
        return f"SheetText({self.code})"


class Cover(NamedTuple):
    """What the sheet says of itself. ``delete_by``: the last day on which it may exist."""

    month: str
    labeller: str
    delete_by: date


def write_xlsx(cover: Cover, rows: Sequence[SheetText]) -> bytes:
    """The sheet as XLSX: "Petunjuk" with the instructions, and "Label" to be filled in."""
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    workbook = Workbook(buffer, options | {"strings_to_urls": False})
    workbook.set_properties({"title": SHEET, "created": _CREATED})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    bold = workbook.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    guide = workbook.add_worksheet(GUIDE)
    guide.set_column(0, 0, 100, wrapped)
    for number, line in enumerate(_lines(cover, len(rows))):
        guide.write_string(number, 0, line, wrapped)
    as_text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = workbook.add_worksheet(SHEET)
    sheet.activate()  # whoever opens it sees what is to be filled in
    _fill(sheet, rows, bold, as_text)
    workbook.close()
    return buffer.getvalue()


def write_csv(rows: Sequence[SheetText]) -> bytes:
    """The sheet as CSV in UTF-8, with the mark by which Excel knows it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow([row.code, harmless(_shown(row.text).strip()), "", "", ""])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode(errors="replace")


def _fill(sheet: Any, rows: Sequence[SheetText], bold: Any, as_text: Any) -> None:
    for position, (name, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
        sheet.set_column(position, position, width, as_text)
        sheet.write_string(0, position, name, bold)
    for number, row in enumerate(rows, 1):
        sheet.write_string(number, 0, row.code, as_text)
        sheet.write_string(number, 1, _shown(row.text), as_text)
    sheet.freeze_panes(1, 1)
    for position, choices in ((2, LABELS), (3, YES_OR_NO), (4, YES_OR_NO)):
        rule = {"validate": "list", "source": [*choices], "error_type": "warning"}
        sheet.data_validation(1, position, max(len(rows), 1), position, rule)


def _shown(text: str) -> str:
    """A text as a cell can hold it: no control characters, and never empty."""
    said = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return said.encode(errors="replace").decode() if said.strip() else NO_TEXT


def _lines(cover: Cover, count: int) -> list[str]:
    """The instructions, a line each."""
    return [
        f"Contoh {cover.month} untuk {cover.labeller}: {count} teks.",
        f"HAPUS BERKAS INI, juga salinannya, paling lambat {cover.delete_by.isoformat()}.",
        "Isinya tulisan warga. Jangan disalin, dikirim, atau dicari siapa penulisnya.",
        "Isi kolom label di lembar Label untuk setiap teks, sendiri, tanpa melihat isian orang "
        "lain. Jangan mengubah kolom nomor; urutan baris bebas.",
        *(f"{label}: {meaning}" for label, meaning in _MEANINGS.items()),
        "Nilailah suasana tulisan terhadap instansi atau layanannya, bukan apakah Anda setuju. "
        "Sindiran dinilai menurut maksudnya.",
        "keluhan: ya bila menyebut masalah nyata dengan layanan; kasar: ya bila memuat makian atau "
        "hinaan; selain itu tidak. Keduanya boleh kosong.",
        "Baris yang belum pasti boleh dikosongkan dan diisi pada lembar berikutnya. "
        "Dua ratus teks diperkirakan selesai dalam satu jam.",
        "Sesudah diisi: kiprah labels read BERKAS --labeller NAMA, lalu hapus berkas ini.",
    ]
