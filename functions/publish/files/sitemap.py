"""What search engines are told: ``sitemap.xml``, the maps that it names, and ``robots.txt``.

``sitemap.xml`` is an index (sitemaps.org, protocol 0.9). Every month has a map of its own, which is
made with the month's pages and stays with them; the pages that go on living have another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from functions.publish.files.markup import DECLARATION, around, element

INDEX = "sitemap.xml"
ROBOTS = "robots.txt"
MOST = 50_000  # addresses in a map, and maps in an index
LIVING = "halaman"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGE = "index.html"


def maps(
    name: str, pages: Iterable[str], address: str, changed: datetime | None
) -> dict[str, bytes]:
    """The maps of some pages by path; another begins where one is full.

    Args:
        name: of the first map: a month, or ``LIVING``.
        pages: the files of pages, of which those with an address of their own count.
        address: the public address of the site, with its slash.
        changed: when what they show changed; None: nobody knows.
    """
    found = sorted(page.removesuffix(_PAGE) for page in pages if _is_listed(page))
    parts = [found[begin : begin + MOST] for begin in range(0, len(found), MOST)] or [[]]
    return {
        map_path(name, number): _document("urlset", "url", [f"{address}{p}" for p in part], changed)
        for number, part in enumerate(parts, 1)
    }


def index(named: Iterable[tuple[str, datetime | None]], address: str) -> bytes:
    """``sitemap.xml``: the maps by path, each with the instant of its latest change."""
    entries = [_entry("sitemap", f"{address}{path}", changed) for path, changed in named]
    return _written("sitemapindex", entries)


def robots(addresses: Sequence[str]) -> bytes:
    """``robots.txt``, which lies at the root of a host alone.

    ``addresses``: of each agency's site on the host, with its slash.
    """
    lines = ["User-agent: *", "Allow: /", ""]
    return "\n".join([*lines, *(f"Sitemap: {each}{INDEX}" for each in addresses), ""]).encode()


def map_path(name: str, number: int = 1) -> str:
    """Where a map lies; the first is number 1."""
    return f"peta/{name}-{number}.xml" if number > 1 else f"peta/{name}.xml"


def _is_listed(page: str) -> bool:
    """Whether search engines should know a page: not what stands inside other people's pages."""
    is_embed = page.startswith("sematan/") and page != f"sematan/{_PAGE}"
    return page.rpartition("/")[2] == _PAGE and not is_embed


def _document(root: str, each: str, addresses: Sequence[str], changed: datetime | None) -> bytes:
    return _written(root, [_entry(each, address, changed) for address in addresses])


def _entry(name: str, address: str, changed: datetime | None) -> str:
    said = [element("loc", address)]
    if changed is not None:
        # The day alone: with the minute a running month's map would be put at every run.
        said.append(element("lastmod", changed.date().isoformat()))
    return around(name, *said)


def _written(root: str, entries: Sequence[str]) -> bytes:
    return (DECLARATION + around(root, *entries, xmlns=_NAMESPACE) + "\n").encode()
