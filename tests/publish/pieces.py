"""Pieces of a site: a page to put, a page's words, a folder's files."""

from __future__ import annotations

import re
from pathlib import Path

from functions.publish.targets.port import File


def page(path: str, body: bytes = b"<p>satu</p>") -> File:
    """A page to be put."""
    return File(path, body, "text/html; charset=utf-8", "public, max-age=60")


def text(path: Path) -> str:
    """A page's words, without its markup."""
    html = path.read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, at any depth, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
