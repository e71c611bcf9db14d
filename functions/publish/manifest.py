"""What a site holds, as it says itself, so that nobody need list it.

``data/berkas.json`` names the files that go on changing and sums up each month;
``data/{YYYY-MM}/berkas.json`` names a month's files. Both are put after the files they name, and
the first names the site's stamp (targets/stamp.py), which every run puts before any other file. So
a run that died, or two at once, leave a stamp that the manifest does not name: then it is not
believed, and the next run lists what is there. A manifest that is lost or cannot be read costs the
same listing. Files are compared by content either way, so that nothing is put twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Annotated, TypeVar

import msgspec

from functions.publish.files.names import NAMES
from functions.publish.targets.port import Listed, Objects, md5_of
from functions.store.agency.months import IndexedMonth

ROOT = "data/berkas.json"

T = TypeVar("T")

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Revision = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,5}$")]
# The sizes of a month's frozen data files by revision and name.
Revisions = dict[_Revision, dict[str, _Count]]


_FOLDER = re.compile(r"r[1-9][0-9]{0,5}")


class Made(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was put. ``source``: of what it was made (sources.py); empty: nobody knows."""

    md5: str
    size: _Count
    source: str = ""


class MonthSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the site's own manifest says of a month.

    ``revision`` and ``digest`` are those of the ranking that its files were made from. ``whole``:
    all of them are there. ``papers``: of what its own page says of its documents. ``manifest``: the
    MD5 of its own manifest; ``pages`` and ``others`` count its files, ``data`` has the sizes of its
    data files by name, ``frozen`` those of each revision.
    """

    revision: int
    digest: str
    whole: bool
    papers: str = ""
    manifest: str
    pages: _Count
    others: _Count
    data: dict[str, _Count]
    frozen: Revisions


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``data/berkas.json``.

    ``stamp``: the MD5 of the stamp that it was written under. ``source``: of what the whole site
    was made; empty while anything is left to be made.
    """

    stamp: str = ""
    source: str = ""
    files: dict[str, Made] = {}
    months: dict[str, MonthSummary] = {}

    def encode(self) -> bytes:
        """Canonical JSON."""
        return msgspec.json.encode(self, order="sorted")


class MonthManifest(msgspec.Struct, frozen=True, kw_only=True):
    """``data/{YYYY-MM}/berkas.json``; its first fields as in the month's summary."""

    month: str
    revision: int
    digest: str
    whole: bool
    papers: str = ""
    files: dict[str, Made]

    def encode(self) -> bytes:
        """Canonical JSON."""
        return msgspec.json.encode(self, order="sorted")

    def summary(self) -> MonthSummary:
        """What the site's own manifest says of the month."""
        pages = sum(path.endswith(".html") for path in self.files)
        data: dict[str, int] = {}
        frozen: Revisions = defaultdict(dict)
        for path, made in self.files.items():
            match path.split("/"):
                case ["data", _, name] if name in NAMES:
                    data[name] = made.size
                case ["data", _, revision, name] if name in NAMES and _FOLDER.fullmatch(revision):
                    frozen[revision[1:]][name] = made.size
        return MonthSummary(
            revision=self.revision,
            digest=self.digest,
            whole=self.whole,
            papers=self.papers,
            manifest=md5_of(self.encode()),
            pages=pages,
            others=len(self.files) - pages,
            data=data,
            frozen=dict(frozen),
        )


def path_of(month: str) -> str:
    """Where a month's manifest lies."""
    return f"data/{month}/berkas.json"


class Held:
    """What the site holds, and of what its files were made.

    ``listed``: what a listing showed; None while the manifests are believed. ``manifests``: the
    bytes of those that were read or put, by path. ``damaged``: months of which a file is lost, or
    is not as it was put.
    """

    def __init__(
        self,
        objects: Objects,
        root: Manifest,
        listed: Mapping[str, Listed] | None,
        manifests: dict[str, bytes],
    ) -> None:
        self._objects = objects
        self.root = root
        self.manifests = manifests
        self.listed = listed
        self.months: dict[str, MonthSummary] = {}
        self.damaged: set[str] = set()
        self._own: dict[str, Made] = dict(self._there(root.files))
        self._of_month: dict[str, dict[str, Made]] = {}
        self._opened: set[str] = set()
        if listed is None:
            self.months = dict(root.months)
        else:
            for month in sorted(path.split("/")[1] for path in listed if _is_month_manifest(path)):
                self._look_at(month)

    @property
    def newest(self) -> str:
        """The newest month that the site shows; empty when it shows none."""
        if self.listed is None:
            return max(self.months, default="")
        return max((path.split("/")[1] for path in self.listed if _is_ranking(path)), default="")

    def open(self, month: str) -> None:
        """Take in what a month's manifest says of its files, where that was not done yet."""
        if month in self._opened:
            return
        self._opened.add(month)
        known = self.root.months.get(month)
        if self.listed is None and known is None:
            return  # it was never put
        manifest = self._read(month)
        if self.listed is None and (manifest is None or manifest.summary() != known):
            # Somebody changed or lost it, and nobody else knows which pages are the month's.
            self.listed = self._objects.list()
        self._of_month[month] = dict(self._there(manifest.files if manifest else {}))

    def close(self, month: str) -> None:
        """Forget a month's files again: they are done with, and there may be many months."""
        self._of_month.pop(month, None)
        self._opened.discard(month)
        self.manifests.pop(path_of(month), None)

    def get(self, path: str, month: str = "") -> Listed | None:
        """What lies at a path of the site, or of a month that is open; None: nothing."""
        if self.listed is not None and path not in self._names(month):
            return self.listed.get(path)
        made = self._names(month).get(path)
        return None if made is None else Listed(made.md5, made.size)

    def source(self, path: str, month: str = "") -> str:
        """Of what the file at a path was made; empty when nobody knows, or it was changed since."""
        made = self._names(month).get(path)
        return "" if made is None else made.source

    def paths(self, month: str) -> frozenset[str]:
        """The paths that the site holds of an open month; more than these after a listing."""
        return frozenset({*self._names(month), *(self.listed or ())})

    def files(self, month: str = "") -> dict[str, Made]:
        """The files of the site that are of no month, or those of an open month."""
        return dict(self._names(month))

    def note(self, path: str, made: Made, month: str = "") -> None:
        """Note a file that was put, or was found to be as it is to be."""
        self._names(month)[path] = made

    def shows(self, month: str, path: str) -> bool:
        """Whether readers see a month: its page (``path``) is there."""
        if self.listed is not None:
            return path in self.listed
        return month in self.months

    def has_made(self, told: IndexedMonth) -> bool:
        """Whether the site holds everything of a month's newest revision."""
        held = self.months.get(told.month)
        return (
            held is not None
            and held.whole
            and told.month not in self.damaged
            and (held.revision, held.digest) == (told.revision, told.digest)
        )

    def _names(self, month: str) -> dict[str, Made]:
        return self._of_month.setdefault(month, {}) if month else self._own

    def _there(self, files: Mapping[str, Made]) -> Iterator[tuple[str, Made]]:
        """Those of a manifest's files that are there as it says, if that is known."""
        for path, made in files.items():
            listed = Listed(made.md5, made.size) if self.listed is None else self.listed.get(path)
            if listed == Listed(made.md5, made.size):
                yield path, made

    def _read(self, month: str) -> MonthManifest | None:
        """A month's manifest; None when there is none of this month that can be read."""
        body = self._objects.get(path_of(month))
        if body is None:
            return None
        self.manifests[path_of(month)] = body
        found = _decode(body, MonthManifest)
        return found if found is not None and found.month == month else None

    def _look_at(self, month: str) -> None:
        """Sum up a month as its manifest says, if the listing shows the same files."""
        manifest = self._read(month)
        self.manifests.pop(path_of(month), None)
        if manifest is None:
            return
        self.months[month] = manifest.summary()
        if len(dict(self._there(manifest.files))) < len(manifest.files):
            self.damaged.add(month)


def hold(objects: Objects, stamped: bytes | None, *, look: bool) -> Held:
    """What a site holds, by its manifests.

    Args:
        stamped: the site's stamp as it is; None when there is none.
        look: list the site, whether or not the manifests can be believed.
    """
    body = objects.get(ROOT)
    root = None if body is None else _decode(body, Manifest)
    believed = root is not None and stamped is not None and root.stamp == md5_of(stamped)
    listed = None if believed and not look else objects.list()
    return Held(objects, root or Manifest(), listed, {} if body is None else {ROOT: body})


def _decode(body: bytes, type: type[T]) -> T | None:
    """A manifest; None when it cannot be read."""
    try:
        return msgspec.json.decode(body, type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _is_month_manifest(path: str) -> bool:
    return path.startswith("data/") and path.endswith("/berkas.json") and path.count("/") == 2


def _is_ranking(path: str) -> bool:
    return path.startswith("data/") and path.endswith("/ranking.json") and path.count("/") == 2
