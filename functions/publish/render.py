"""Page models into HTML, and the assets under names that change with their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from functions.publish.text import formats
from functions.publish.text.plain import plain

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parents[2] / "site_templates"


class Model(Protocol):
    """What a page shows, and the template that shows it."""

    template: ClassVar[str]


def render(pages: Mapping[str, Model]) -> dict[str, bytes]:
    """The pages as files, by the same paths."""
    environment = _environment()
    return {
        path: environment.get_template(page.template).render(page=page).encode()
        for path, page in pages.items()
    }


def assets() -> tuple[dict[str, str], dict[str, bytes]]:
    """Where each asset lies by its plain name, and the assets by where they lie.

    The name carries a digest of the content: a browser may keep it for ever, and an older page
    keeps the style sheet it was written for.
    """
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for source in sorted((TEMPLATES / "assets").iterdir()):
        body = source.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:10]
        paths[source.name] = f"assets/{source.stem}.{digest}{source.suffix}"
        files[paths[source.name]] = body
    return paths, files


@lru_cache(1)
def _environment() -> Environment:
    # Imported here: a run with nothing new renders nothing.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["number"] = formats.number
    environment.filters["decimal"] = formats.decimal
    environment.filters["percent"] = formats.percent
    environment.filters["plain"] = plain
    return environment
