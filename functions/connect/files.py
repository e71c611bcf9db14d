"""The file of consents: CSV with the header ``satker,platform,handle,refresh_token``."""

from __future__ import annotations

import csv
import io

from functions.connect.consents import ConsentRow

HEADER = ("satker", "platform", "handle", "refresh_token")


class FileError(ValueError):
    """The file cannot be read; one line says why. It never repeats a token."""


def read(content: bytes) -> list[ConsentRow]:
    """The file's consents; nothing is returned unless every row can be used."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("the file is not UTF-8; save it as 'CSV UTF-8'") from None
    if "\0" in text:
        raise FileError("the file is not CSV; save it as 'CSV UTF-8'")
    delimiter = ";" if text.partition("\n")[0].count(";") >= len(HEADER) - 1 else ","
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileError(f"the CSV is broken ({error})") from None
    if not table or tuple(cell.strip().lower() for cell in table[0]) != HEADER:
        raise FileError(f"the first line must be {','.join(HEADER)}")
    rows = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(table[1:], 2)
        if any(cell.strip() for cell in cells)
    ]
    return [_row(number, cells) for number, cells in rows]


def _row(number: int, cells: list[str]) -> ConsentRow:
    if len(cells) != len(HEADER) or not all(cells):
        raise FileError(f"line {number}: all of {', '.join(HEADER)} are needed")
    satker, platform, handle, token = cells
    if platform.lower() != "tiktok":
        # The cell is not repeated: where columns were swapped it holds the token.
        raise FileError(f"line {number}: the platform must be tiktok; no other needs consents")
    if not (handle := handle.removeprefix("@")):
        raise FileError(f"line {number}: the handle is empty")
    return ConsentRow(satker, "tiktok", handle, token)
