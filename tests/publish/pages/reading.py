"""A page's words, as a reader gets them."""

from __future__ import annotations

import re
from pathlib import Path


def text(path: Path) -> str:
    """A page's words, without its markup."""
    html = path.read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
