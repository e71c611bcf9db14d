"""From a document's model to its bytes: the one place that knows the typesetter.

A model reaches its template as JSON, so that every name and caption stays text. The fonts are the
repository's own and the typesetter's, never the machine's, and the date in a file is its ranking's:
so the same model gives the same bytes everywhere.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import msgspec

if TYPE_CHECKING:
    from typst import Compiler, Fonts

TEMPLATES = Path(__file__).resolve().parents[3] / "site_templates" / "documents"
# A point of an image's template is a pixel of the image.
_PIXELS_PER_INCH = 72.0
# Letters that no font here has (Hebrew, South and East Asian scripts, emoji): a frame says that one
# is missing, where the typesetter would leave a gap.
_UNKNOWN = re.compile("[\u0590-\u05ff\u0700-\u109f\u1100-\u1cff\u2c00-\ufb4f\U00010000-\U0010ffff]")
_FRAME = "\u25a1"


class DocumentError(Exception):
    """A document cannot be set; the message is the typesetter's."""


class Document(Protocol):
    """A document's model: the template that sets it, and the instant that its figures are of."""

    template: ClassVar[str]

    @property
    def as_of(self) -> datetime: ...


def pdf(document: Document) -> bytes:
    """A document as PDF. Raises DocumentError."""
    return _set(document, "pdf")


def png(document: Document) -> bytes:
    """A document of one page as PNG. Raises DocumentError."""
    return _set(document, "png")


def preview(document: Document, pixels_per_inch: float) -> list[bytes]:
    """A document's pages as PNG, for whoever looks at them. Raises DocumentError."""
    return _compiled(document, "png", pixels_per_inch)


def _set(document: Document, kind: str) -> bytes:
    pages = _compiled(document, kind, _PIXELS_PER_INCH)
    if len(pages) != 1:
        raise DocumentError(f"{document.template} fills {len(pages)} pages, not one image")
    return pages[0]


def _compiled(document: Document, kind: str, ppi: float) -> list[bytes]:
    from typst import TypstError

    try:
        made = _compiler(document.template).compile(
            format=kind,  # type: ignore[arg-type]
            ppi=ppi,
            sys_inputs={"page": _UNKNOWN.sub(_FRAME, msgspec.json.encode(document).decode())},
            timestamp=document.as_of,
        )
    except (TypstError, ValueError, OverflowError) as error:
        raise DocumentError(f"{document.template} cannot be set: {error}") from error
    if made is None:
        raise DocumentError(f"{document.template} gave nothing")
    return made if isinstance(made, list) else [made]


@cache
def _compiler(template: str) -> Compiler:
    """Made once for each template: it keeps the template and its fonts read."""
    from typst import Compiler

    return Compiler(
        TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True
    )


@lru_cache(1)
def _fonts() -> Fonts:
    from typst import Fonts

    folder = TEMPLATES / "fonts"
    return Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
