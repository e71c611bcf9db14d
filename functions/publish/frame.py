"""A page's place in the site, and what surrounds every page."""

from __future__ import annotations

from functions.model import PLATFORMS
from functions.publish import formats, words
from functions.publish.material import Material
from functions.publish.pages import Link, Shell


class Frame:
    """A page's place in the site, from which its addresses are relative."""

    def __init__(self, material: Material, path: str) -> None:
        self.material = material
        self.path = path
        # A server shows 404.html at any depth: its links cannot be relative to where it lies.
        self._root = (
            f"{material.site_url.rstrip('/')}/" if path == "404.html" else "../" * path.count("/")
        )

    def href(self, target: str) -> str:
        """The address of a path of the site."""
        return f"{self._root}{target}" or "./"

    def shell(self, title: str, description: str, *, section: str = "") -> Shell:
        """What surrounds the page. ``section``: the entry of the menu it belongs to."""
        m = self.material
        site_url = m.site_url.rstrip("/")
        return Shell(
            path=self.path,
            title=title,
            description=description,
            agency=m.agency.name,
            home=self.href(""),
            nav=self._nav(section),
            footer=tuple(Link(words.PLATFORM[p], self.href(f"platform/{p}/")) for p in PLATFORMS),
            stylesheet=self.href(m.assets["kiprah.css"]),
            script=self.href(m.assets["kiprah.js"]),
            icon=self.href(m.assets["icon.svg"]),
            updated=formats.time(m.current.ranking.as_of, m.zone) if m.current else None,
            notice=m.notice,
            canonical=f"{site_url}/{self.path}" if site_url and self.path != "404.html" else None,
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
