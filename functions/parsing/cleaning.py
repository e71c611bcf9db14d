"""What spreadsheets, messengers and word processors put around a value, and nobody sees or means.

Each function gives of its own result that result.
"""

from __future__ import annotations

import re
import unicodedata

# Soft hyphens, zero widths, direction marks, joiners, fillers, variation selectors, BOM, tags; and
# the control characters that are no white space.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# Half of a character that takes two in UTF-16 (most emoji): no store, page or file can hold it.
_HALVES = re.compile("[\ud800-\udfff]")
# Spaces of other widths, and the one that does not break.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BEGINNING = re.compile(r"\A[\s']+")
# Quotation marks, brackets, marks of emphasis, and a sentence's punctuation behind it.
_OPENING = " \t\r\n\"'`´‘’‚“”„«‹<([{*"
_CLOSING = " \t\r\n\"'`´‘’‚“”„»›>)]}*.,;:!?…"


def clean(text: str) -> str:
    """A cell or a typed value without what nobody sees.

    Invisible characters go, spaces of any width become plain ones, those at the ends go, and with
    them the apostrophe by which spreadsheets mark a text (our own CSV files, too). Half an emoji
    becomes U+FFFD. Letters with accents are composed (NFC), so that what looks alike is alike.
    White space inside stays.
    """
    if text.isascii() and text.isprintable():  # as most are: there is nothing else to take off
        return text.lstrip(" '").rstrip()
    seen = _HALVES.sub("\ufffd", without_invisible(text))
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", seen))
    return _BEGINNING.sub("", text).rstrip()


def without_invisible(text: str) -> str:
    """A text without the characters that take no room."""
    return _INVISIBLE.sub("", text)


def unwrapped(text: str) -> str:
    """A name or address without the quotation marks, brackets and punctuation around it."""
    return clean(text).lstrip(_OPENING).rstrip(_CLOSING)
