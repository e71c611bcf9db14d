"""The addresses of platforms in a pasted text, whatever stands around them.

Those inside another address (redirects, login pages, sharers, embeds, archives) are found, too. The
time it takes is bounded, whatever the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from functions.parsing.cleaning import without_invisible
from functions.registry.addresses.anatomy import Address, read, taken_apart
from functions.registry.addresses.sites import PLATFORM_OF

LONGEST_TEXT = 8_000  # characters that are looked through
MOST_ADDRESSES = 50
_DEEPEST = 3

_START = re.compile(
    r"(?<![\w.@-])((?:[\w-]+\.)*(?a:{}))\.?(?::[0-9]*)?(?=[/?#\s]|$)".format(
        "|".join(map(re.escape, sorted(PLATFORM_OF)))
    ),
    re.IGNORECASE,
)
_REST = re.compile(r"[^\s<>\"'`]*")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{1,32});")


def addresses(text: str) -> Iterator[Address]:
    """Every address of a platform, those in plain sight before those that are encoded."""
    for reading in _decodings(text):
        for number, found in enumerate(_START.finditer(reading)):
            if number == MOST_ADDRESSES:
                break
            rest = _REST.match(reading, found.end())
            yield from _with_inner(taken_apart(found[1].lower(), rest[0] if rest else ""))


def _decodings(text: str) -> Iterator[str]:
    """The text, and what it says once its percent-encoding is undone, up to three times over."""
    text = without_invisible(text[:LONGEST_TEXT])
    for _ in range(4):
        text = _without_escapes(text)
        yield text
        plain = unquote(text)
        if plain == text:
            return
        text = plain


def _without_escapes(text: str) -> str:
    """A text with the escapes of HTML undone, however often they were made, and those of JSON."""
    for _ in range(3):
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text.replace("\\/", "/")


def _with_inner(address: Address, depth: int = 0) -> Iterator[Address]:
    """An address, then those on its host that it leads to: ``next=/p/…``, ``#!/a/status/1``.

    What it leads to elsewhere stands in the text in full, and is found there.
    """
    yield address
    if depth == _DEEPEST:
        return
    for text in address.inside():
        try:
            inner = read(text)
        except ValueError:
            continue
        if inner.host == address.host:
            yield from _with_inner(inner, depth + 1)
