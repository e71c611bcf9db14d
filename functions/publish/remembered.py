"""What a run need not make again: pages and months' data files that have not changed.

A page follows from its model and this room's code alone; a month's data files follow from its
evidence. So a run notes one digest of all models and one of the pages' files in the site: while
both are the same, as at night when nobody posts, the next run renders nothing. One more digest for
each month spares making that month's files. When a digest differs, because of a change here or in
the site, the run makes all pages, or all files of the month, and compares them with the site.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from functions.publish.pages.context import Page
from functions.publish.targets.port import Listed, md5_of

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[1] / "site_templates"


class Remembered(NamedTuple):
    """The digests of a site's pages: of their models, and of their files (path and MD5)."""

    models: str
    files: str

    @classmethod
    def of(cls, document: Mapping[str, object]) -> Remembered:
        """From a cursor; with empty digests, which equal nothing, where the cursor holds none."""
        return cls(str(document.get("models") or ""), str(document.get("files") or ""))


def of_site(models: Mapping[str, Page], held: Mapping[str, Listed]) -> Remembered:
    """Of these models and their files in the site; equal to nothing while a file is missing."""
    there = {path: held[path].md5 for path in models if path in held}
    return Remembered(_of_models(models), _digest(there) if len(there) == len(models) else "-")


def of_files(models: Mapping[str, Page], html: Mapping[str, bytes]) -> Remembered:
    """Of these models and the files that were made from them."""
    return Remembered(
        _of_models(models), _digest({path: md5_of(body) for path, body in html.items()})
    )


def of_month(digest: str, files: Mapping[str, str]) -> str:
    """The digest of a month's data files (their MD5 by name) and of what they were made from.

    ``digest``: what everything in the files follows from, the month's evidence first of all.
    """
    return _digest({"": f"{_code()} {digest}", **files})


def _of_models(models: Mapping[str, Page]) -> str:
    # Models are frozen structs of plain values: their repr says all of them.
    return _digest({"": _code(), **{path: repr(model) for path, model in models.items()}})


def _digest(values: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for path, value in sorted(values.items()):
        digest.update(f"{path}\0{value}\0".encode(errors="surrogatepass"))
    return digest.hexdigest()


@lru_cache(1)
def _code() -> str:
    """A digest of everything that pages are made with."""
    files: Iterable[Path] = (*HERE.rglob("*.py"), *TEMPLATES.rglob("*"))
    digest = hashlib.sha256(f"jinja2 {version('jinja2')}".encode())
    for file in sorted(file for file in files if file.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
