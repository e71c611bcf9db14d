"""The ``.env`` file: a setting a line, as ``NAME=value``.

Blank lines and lines that begin with ``#`` are remarks, and so is what follows a `` #`` behind a
value. ``export`` before a name is passed over. A value may stand in quotes of either kind, which
are taken off, and inside which everything stands for itself. Nothing else is read: no variables in
values, no values over several lines. What cannot be read so is told by its line and never by its
words, since those may be a secret.
"""

from __future__ import annotations

import re
from pathlib import Path

from functions.parsing.intake import TooLargeError, read_file

LARGEST = 1_000_000  # bytes; a file with every setting has some thousands

_EXPORT = re.compile(r"export\s+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_QUOTED = re.compile(r"""(["'])(.*?)\1\s*(?:#.*)?""")
_REMARK = re.compile(r"(?:^|\s)#.*")


class DotenvError(ValueError):
    """The file cannot be read; one line names the place and says what to do."""


def read(path: Path) -> dict[str, str]:
    """The file's values by name; empty without a file. Raises DotenvError."""
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line or line.startswith("#"):
            continue
        name, value = _pair(line, f"{path}, line {number}")
        if name in values:
            raise DotenvError(
                f"{path}, line {number}: {name} stands in line {lines[name]} already; keep one"
            )
        values[name], lines[name] = value, number
    return values


def _pair(line: str, place: str) -> tuple[str, str]:
    name, equals, value = _EXPORT.sub("", line, count=1).partition("=")
    name, value = name.strip(), value.strip()
    if not equals:
        raise DotenvError(f"{place}: expected NAME=value")
    if not _NAME.fullmatch(name):
        raise DotenvError(f"{place}: expected NAME=value, the name of letters, digits and _ alone")
    if value[:1] not in ("'", '"'):
        return name, _REMARK.sub("", value).rstrip()
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise DotenvError(
            f"{place}: the value of {name} begins with a quote and does not end with the same one; "
            "close it, or leave both out"
        )
    return name, quoted[2]


def _lines(path: Path) -> list[str]:
    """The lines, as they end in files, and not at every separator that Unicode knows."""
    try:
        text = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise DotenvError(
            f"{path} cannot be read, it is not UTF-8; save it so, or mend or remove it"
        )
    return [line.strip() for line in re.split(r"\r\n|\r|\n", text)]


def _content(path: Path) -> bytes:
    try:
        return read_file(path, LARGEST)
    except FileNotFoundError:
        return b""
    except TooLargeError as error:
        raise DotenvError(f"{error}: it holds no settings; mend or remove it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise DotenvError(f"{path} cannot be read ({reason}); mend or remove it") from None
