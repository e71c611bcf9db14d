"""Names and captions as plain text of one line, which no mark or direction can carry elsewhere.

A page isolates a name by its markup. A sentence, a picture's text or a printed line has no markup:
there a right-to-left override would turn the words behind it around, and stacked accents would
cover the lines above.
"""

from __future__ import annotations

import unicodedata

from functions.parsing.cleaning import without_invisible

_MARKS = 2  # above or below one letter; no language's spelling needs more
_MARK_CATEGORIES = ("Mn", "Me")


def plain(text: str, longest: int | None = None) -> str:
    """A text in one line without what nobody sees, with at most two accents on a letter.

    ``longest``: in characters; what is longer ends in an ellipsis. None: as long as it is.
    """
    if not (text.isascii() and text.isprintable()):
        seen = without_invisible(text).encode("utf-8", "replace").decode("utf-8")
        text = _few_marks(unicodedata.normalize("NFC", seen))
    text = " ".join(text.split())
    if longest is not None and len(text) > longest:
        return text[: longest - 1].rstrip() + "…"
    return text


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in _MARK_CATEGORIES else 0
        if marks <= _MARKS:
            kept.append(letter)
    return "".join(kept)
