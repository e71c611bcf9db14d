"""What a page is made in: its path and the site's material; and what surrounds every page."""

from __future__ import annotations

from typing import ClassVar, Protocol

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS
from functions.publish.site import Material
from functions.publish.targets.sites import folder_of
from functions.publish.text import formats

MOST_LISTED = 20  # agencies that every page links to


class Link(msgspec.Struct, frozen=True):
    """Where to, and what it is called. ``current``: the reader is there."""

    label: str
    href: str
    current: bool = False


class Shell(msgspec.Struct, frozen=True):
    """What surrounds every page. ``canonical`` is None without a public address.

    ``agencies``: the sites of the installation's other agencies.
    """

    path: str
    title: str
    description: str
    agency: str
    home: str
    nav: tuple[Link, ...]
    footer: tuple[Link, ...]
    status: str
    stylesheet: str
    script: str
    icon: str
    updated: str | None
    notice: str = ""
    canonical: str | None = None
    agencies: tuple[Link, ...] = ()


class Page(Protocol):
    """A page: the template that shows it, and what surrounds every page."""

    template: ClassVar[str]

    @property
    def shell(self) -> Shell: ...


class Context:
    """What a page is made in: the site's material and the page's path, for relative addresses."""

    def __init__(self, material: Material, path: str) -> None:
        self.material = material
        self.path = path
        self._folder = folder_of(material.agency, material.everybody)
        # A server shows 404.html for paths of any depth: its links cannot be relative.
        if path == "404.html":
            self._top = f"{material.site_url.rstrip('/')}/"
            self._root = f"{self._top}{self._folder}"
        else:
            self._root = "../" * path.count("/")
            self._top = self._root + "../" * self._folder.count("/")

    def href(self, target: str) -> str:
        """The address of a path of the site."""
        return f"{self._root}{target}" or "./"

    @property
    def address(self) -> str:
        """The public address of the agency's site, ending in a slash; empty when nobody said."""
        site_url = self.material.site_url.rstrip("/")
        return f"{site_url}/{self._folder}" if site_url else ""

    def shell(self, title: str, description: str, *, section: str = "") -> Shell:
        """What surrounds the page. ``section``: the entry of the menu it belongs to."""
        m = self.material
        return Shell(
            path=self.path,
            title=title,
            description=description,
            agency=m.agency.name,
            home=self.href(""),
            nav=self._nav(section),
            footer=tuple(Link(PLATFORM_NAMES[p], self.href(f"platform/{p}/")) for p in PLATFORMS),
            status=self.href("status/"),
            stylesheet=self.href(m.assets["kiprah.css"]),
            script=self.href(m.assets["kiprah.js"]),
            icon=self.href(m.assets["icon.svg"]),
            # The day alone: with the minute every page of the site would differ at every run, and
            # each put is paid for. Where numbers stand, the minute stands beside them.
            updated=formats.date(m.current.ranking.as_of, m.zone) if m.current else None,
            notice=m.notice,
            canonical=(
                f"{self.address}{self.path}" if self.address and self.path != "404.html" else None
            ),
            agencies=self._agencies(),
        )

    def _agencies(self) -> tuple[Link, ...]:
        """The front pages of the other agencies' sites.

        Of very many agencies, only the front page of the first one's site lists them.
        """
        m = self.material
        is_front = not self._folder and not self.path
        if len(m.everybody) > MOST_LISTED and not is_front:
            said = f"Semua {formats.number(len(m.everybody))} instansi"
            return (Link(said, f"{self._top or './'}#instansi-lain"),)
        return tuple(
            Link(other.name, f"{self._top}{folder_of(other, m.everybody)}" or "./")
            for other in m.everybody
            if other.id != m.agency.id
        )

    def _nav(self, section: str) -> tuple[Link, ...]:
        m = self.material
        entries = [("home", "Peringkat", ""), ("units", "Satuan kerja", "satker/")]
        if m.current:
            entries.append(("archive", "Arsip", f"{m.current.ranking.month[:4]}/"))
        entries += [("method", "Metode", "metode/"), ("data", "Data", "data/")]
        return tuple(
            Link(label, self.href(path), current=name == section) for name, label, path in entries
        )
