"""What a page is made in: its path and the site's material; and what surrounds every page."""

from __future__ import annotations

from typing import ClassVar, Protocol

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS
from functions.publish.files import freshness
from functions.publish.imprint import Imprint
from functions.publish.pages.paths import DIALOG, FEED, INSIGHTS, ISSUES
from functions.publish.site import Material
from functions.publish.targets.sites import folder_of
from functions.publish.text import formats
from functions.publish.text.plain import plain

MOST_LISTED = 20  # agencies that every page links to
_MENU = (
    ("home", "Peringkat", ""),
    ("units", "Satuan kerja", "satker/"),
    ("method", "Metode", "metode/"),
    ("data", "Data", "data/"),
    ("status", "Status", "status/"),
)
_MORE = (
    *((PLATFORM_NAMES[platform], f"platform/{platform}/") for platform in PLATFORMS),
    ("Isu", ISSUES),
    ("Wawasan", INSIGHTS),
    ("Dialog", DIALOG),
    ("Banding", "banding/"),
    ("Periksa sendiri", "periksa/"),
    ("Sematkan", "sematan/"),
)


class Link(msgspec.Struct, frozen=True):
    """Where to, and what it is called. ``current``: the reader is there."""

    label: str
    href: str
    current: bool = False


class Hearing(msgspec.Struct, frozen=True):
    """A month that is hearing objections: until when, how many wait, and where to look."""

    said: str
    href: str
    how: str


class Shell(msgspec.Struct, frozen=True):
    """What surrounds every page. ``canonical``, ``feed`` and ``image`` are None without a public
    address, and ``feed`` before the first final month.

    ``agencies``: the sites of the installation's other agencies. ``open_months`` stand on pages
    that lead to a satker. ``as_of`` is the page's own time, else the day of the newest numbers.
    ``sheet`` stands on every printed sheet.
    """

    path: str
    title: str
    description: str
    agency: str
    home: str
    nav: tuple[Link, ...]
    footer: tuple[Link, ...]
    units: str
    status: str
    feed: str | None
    fresh: str
    stylesheet: str
    script: str
    icon: str
    as_of: str | None
    sheet: str
    imprint: Imprint
    notice: str = ""
    canonical: str | None = None
    image: str | None = None
    open_months: tuple[Hearing, ...] = ()
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

    def top(self, target: str) -> str:
        """The address of a path of the installation's first site, which lies at its root."""
        return f"{self._top}{target}" or "./"

    def absolute(self, target: str) -> str | None:
        """The public address of a path of the site; None while nobody said where the site is."""
        return self.material.absolute(target)

    @property
    def address(self) -> str:
        """The public address of the agency's site, ending in a slash; empty when nobody said."""
        return self.material.absolute("") or ""

    def shell(
        self,
        title: str,
        description: str,
        *,
        section: str = "",
        as_of: str = "",
        sheet: str = "",
        image: str = "",
        open_months: tuple[Hearing, ...] = (),
    ) -> Shell:
        """What surrounds the page.

        Args:
            section: the entry of the menu it belongs to.
            as_of: the time of the page's numbers, where they have one of their own.
            sheet: what every printed sheet says: the month and its state.
            image: the path of the picture that stands for the page where its address is shared.
        """
        m = self.material
        # The day alone: with the minute every page of the site would differ at every run, and
        # each put is paid for. Where numbers stand, the minute stands beside them.
        day = formats.date(m.current.ranking.as_of, m.zone) if m.current else None
        canonical = None if self.path == "404.html" else self.absolute(self.path)
        return Shell(
            path=self.path,
            # A head has no markup that could isolate a name.
            title=plain(title),
            description=plain(description),
            agency=m.agency.name,
            home=self.href(""),
            nav=self._nav(section),
            footer=self._footer(),
            units=self.href("satker/"),
            status=self.href("status/"),
            feed=self.href(FEED) if self.has_feed else None,
            fresh=self.href(freshness.PATH),
            stylesheet=self.href(m.assets["kiprah.css"]),
            script=self.href(m.assets["kiprah.js"]),
            icon=self.href(m.assets["icon.svg"]),
            as_of=as_of or day,
            sheet=" · ".join(part for part in (plain(sheet or title), canonical) if part),
            imprint=m.imprint,
            notice=m.notice,
            canonical=canonical,
            image=self.absolute(image) if image else None,
            open_months=open_months,
            agencies=self._agencies(),
        )

    @property
    def has_feed(self) -> bool:
        """Whether there is a feed: its addresses are absolute, and it tells of final months."""
        m = self.material
        return bool(m.site_url) and m.has_finals

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
            Link(other.name, self.top(folder_of(other, m.everybody)))
            for other in m.everybody
            if other.id != m.agency.id
        )

    def _nav(self, section: str) -> tuple[Link, ...]:
        return tuple(
            Link(label, self.href(path), current=name == section) for name, label, path in _MENU
        )

    def _footer(self) -> tuple[Link, ...]:
        now = next(iter(self.material.years), "")
        # From the front page every year is one step away: so every post is within three.
        told = [each for each in self.material.years if each == now or not self.path]
        years = [("Tahun ini" if each == now else f"Tahun {each}", f"{each}/") for each in told]
        return tuple(Link(label, self.href(path)) for label, path in (*years, *_MORE))
