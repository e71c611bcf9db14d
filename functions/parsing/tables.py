"""CSV as people's programs write it: whatever stands around a table is taken off once, here.

Excel writes commas, semicolons or tabs, by the computer's language, and sometimes says which in a
line of its own (``sep=;``); it saves UTF-8 with a mark and "Unicode text" in UTF-16. Copied cells
bring along characters that nobody sees, and a text cell its apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from itertools import islice

MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 100_000
FIRST_LINES = 20  # so far down a header is looked for, below a title
DELIMITERS = ",;\t"

_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[ ,;\t]*(\r\n|\r|\n|$)', re.IGNORECASE)


class TableError(ValueError):
    """The content is no table; ``kind`` says of which sort the fault is, for the reader's words."""


class EncodingError(TableError):
    """It is no text in UTF-8, nor in UTF-16 with its mark."""


class BinaryError(TableError):
    """It is no text at all."""


class BrokenError(TableError):
    """Quotes or lines do not fit together; the words are the csv library's."""


class TooLongError(TableError):
    """It is larger than any list of ours."""


def read_csv(content: bytes, is_header: Callable[[Sequence[str]], bool]) -> list[list[str]]:
    """The lines' cells, as they stand; the first is line 1, a ``sep=`` line is not counted.

    ``is_header``: tells the header among some cells, to find what separates them.

    Raises:
        EncodingError, BinaryError, BrokenError, TooLongError: the content is no table; as they say.
    """
    if len(content) > MOST_BYTES:
        raise TooLongError(f"larger than {MOST_BYTES:,} bytes")
    text = _decoded(content)
    if "\0" in text:
        raise BinaryError("holds bytes of no text")
    separator = _SEPARATOR.match(text)
    text = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else _delimiter(text, is_header)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(islice(lines, MOST_ROWS + 1))
    except (csv.Error, ValueError, TypeError) as error:
        raise BrokenError(str(error)) from None
    if len(rows) > MOST_ROWS:
        raise TooLongError(f"longer than {MOST_ROWS:,} lines")
    return rows


def _decoded(content: bytes) -> str:
    is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise EncodingError("not UTF-8") from None


def _delimiter(text: str, is_header: Callable[[Sequence[str]], bool]) -> str:
    """The one that makes a header of one of the first lines; else the first line's most frequent.

    Cells may hold the others.
    """
    lines = [line for line in text[:20_000].splitlines() if line.strip(f'{DELIMITERS} "')]
    for line in lines[:FIRST_LINES]:
        for delimiter in DELIMITERS:
            if is_header(line.replace('"', "").split(delimiter)):
                return delimiter
    return max(DELIMITERS, key="".join(lines[:1]).count)
