"""Fonts: where a machine keeps them, and a browser that knows one family alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.tools import ToolError

# Each family's files, as systems name them, and the Debian package that brings it.
FAMILIES = {
    "DejaVu Sans": (("DejaVuSans.ttf", "DejaVuSans-*.ttf"), "fonts-dejavu-core"),
    "Noto Sans": (
        ("NotoSans-Regular.*", "NotoSans-Bold.*", "NotoSans-Italic.*", "NotoSans[[]*.ttf"),
        "fonts-noto-core",
    ),
}


def alone(family: str, folder: Path) -> dict[str, str]:
    """The environment of a browser that draws with a family of FAMILIES and no other.

    ``folder`` is filled with the family's files and fontconfig's own.

    Raises:
        ToolError: the family is not installed.
    """
    patterns, package = FAMILIES[family]
    files = next(filter(None, (_files(place, patterns) for place in _places())), None)
    if files is None:
        raise ToolError(f"no font {family}: apt-get install {package}")
    (folder / "fonts").mkdir()
    for file in files:
        shutil.copyfile(file, folder / "fonts" / file.name)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{folder / 'fonts'}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(config)}


def _files(place: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [file for pattern in patterns for file in sorted(place.rglob(pattern))]


def _places() -> Iterator[Path]:
    """Where Linux, the BSDs and macOS keep fonts, the machine's before the user's."""
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    for data in (*shared.split(":"), own):
        yield Path(data).expanduser() / "fonts"
    for folder in ("~/.fonts", "/Library/Fonts", "~/Library/Fonts"):
        yield Path(folder).expanduser()
