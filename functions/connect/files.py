"""The file of consents: CSV with the header ``satker,platform,handle,refresh_token``.

A TikTok account's row carries its refresh token, a Facebook Page's row the Page's own access token.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from functions.connect.consents import ConsentRow
from functions.model import Platform

# The bare handle in what somebody typed or pasted; ValueError when there is none.
ParseHandle = Callable[[Platform, str], str]

HEADER = ("satker", "platform", "handle", "refresh_token")


class FileError(ValueError):
    """The file cannot be read; one line says why. It never repeats a token."""


def read(content: bytes, parse_handle: ParseHandle) -> list[ConsentRow]:
    """The file's consents; nothing is returned unless every row can be used.

    ``parse_handle`` is the registry's, so that a Page's token is kept under the handle that the
    collector will ask for.
    """
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
    return [_row(number, cells, parse_handle) for number, cells in rows]


def _row(number: int, cells: list[str], parse_handle: ParseHandle) -> ConsentRow:
    # No cell is ever repeated: where columns were swapped it holds the token.
    if len(cells) != len(HEADER) or not all(cells):
        raise FileError(f"line {number}: all of {', '.join(HEADER)} are needed")
    satker, platform, handle, token = cells
    match platform.lower():
        case "tiktok":
            if not (handle := handle.removeprefix("@")):
                raise FileError(f"line {number}: the handle is empty")
            return ConsentRow(satker, "tiktok", handle, token)
        case "facebook":
            return ConsentRow(satker, "facebook", _page(number, handle, parse_handle), token)
    raise FileError(
        f"line {number}: the platform must be tiktok or facebook; no other needs consents"
    )


def _page(number: int, handle: str, parse_handle: ParseHandle) -> str:
    try:
        return parse_handle("facebook", handle)
    except ValueError:
        raise FileError(
            f"line {number}: the handle is no Facebook Page; enter its name, id or address"
        ) from None
