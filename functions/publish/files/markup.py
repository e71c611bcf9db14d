"""Elements of XML from texts that anybody may have typed."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# What no XML 1.0 document may hold, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, content: str = "", **attributes: str) -> str:
    """An element with a text in it."""
    return _element(name, escape(_FORBIDDEN.sub("", content)), attributes)


def around(name: str, *elements: str, **attributes: str) -> str:
    """An element with others in it, a line each."""
    return _element(name, "".join(f"\n{each}" for each in elements) + "\n", attributes)


def _element(name: str, inner: str, attributes: dict[str, str]) -> str:
    said = "".join(
        f" {key}={quoteattr(_FORBIDDEN.sub('', value))}" for key, value in attributes.items()
    )
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"
