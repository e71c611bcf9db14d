"""Putting what changed into a site, several files at a time, until the run has to end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from functions.jobs.deadline import NEVER, Deadline
from functions.publish.manifest import Held, Made
from functions.publish.targets.port import File, Objects, md5_of

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "gz": "application/gzip",
    "sha256": "text/plain; charset=utf-8",
}
# A frozen revision's own folder, of data files or of documents.
_REVISION = re.compile(r"(data/\d{4}-\d{2}|\d{4}/\d{2})/r[1-9]\d*/")
_FOR_EVER = "public, max-age=31536000, immutable"
# Short enough that a correction is seen, long enough to spare the bucket.
_A_MINUTE = "public, max-age=60"


class SiteFile(NamedTuple):
    """A file as it is to be.

    ``source``: of what it was made (sources.py). ``month``: whose own it is; empty: the site's.
    ``once``: what is frozen, and stays as it lies there.
    """

    path: str
    body: bytes
    source: str = ""
    month: str = ""
    once: bool = False


class Upload:
    """Puts what differs from what the site holds, and notes it; ``first`` goes before anything.

    What the site does not hold yet is put before what it holds otherwise: so a page that readers
    reach never leads to one that is still to come. After the deadline no file is begun, except the
    first few, so that every run gets further. ``left``: the paths of the files that were not put.
    When a file is left, all later ones are left too: an index page never comes before the pages
    that it lists.
    """

    def __init__(
        self, objects: Objects, held: Held, first: File, deadline: Deadline = NEVER
    ) -> None:
        self._objects = objects
        self._held = held
        self._first: File | None = first
        self._deadline = deadline
        self._begun = 0
        self.left: list[str] = []
        self.problems: list[str] = []

    @property
    def has_begun(self) -> bool:
        """Whether anything was put, so that ``first`` was."""
        return self._first is None

    def put(self, batches: Iterable[Iterable[SiteFile]], left: str = "") -> None:
        """Put the files, batch after batch; when this returns each is put, or ``left``.

        ``left``: the first path that the run before left, where this one goes on.
        """
        new, changed = [], []
        for batch in batches:
            differing = [item for item in batch if self._differs(item)]
            new.append([item for item in differing if not self._holds(item)])
            changed.append([item for item in differing if self._holds(item)])
        for items in (*new, *going_on_at(changed, left)):
            self._send(items)

    def _holds(self, item: SiteFile) -> bool:
        return self._held.get(item.path, item.month) is not None

    def _differs(self, item: SiteFile) -> bool:
        """Whether the file is to be put; one that is there is noted."""
        made = _made(item)
        held = self._held.get(item.path, item.month)
        if held is not None and (held.md5, held.size) != (made.md5, made.size):
            if not item.once:
                return True
            self.problems.append(f"{item.path} is frozen and differs from what the store holds")
        if held is not None:
            self._held.note(item.path, made, item.month)
        return held is None

    def _send(self, items: Sequence[SiteFile]) -> None:
        if items and (first := self._first):
            self._first = None
            self._begun += 1
            self._objects.put(first)
        if self.left:
            self.left += [item.path for item in items]
            return

        def put(item: SiteFile) -> bool | None:
            if self._begun >= self._objects.parallel and self._deadline.is_over:
                return None
            self._begun += 1
            return self._objects.put(file_of(item.path, item.body), if_absent=item.once)

        with ThreadPoolExecutor(self._objects.parallel) as pool:
            done = list(pool.map(put, items))
        for item, was_put in zip(items, done, strict=True):
            if was_put is None:
                self.left.append(item.path)
                continue
            self._held.note(item.path, _made(item), item.month)


def _made(item: SiteFile) -> Made:
    return Made(md5_of(item.body), len(item.body), item.source)


def going_on_at(batches: Sequence[Sequence[SiteFile]], left: str) -> Iterator[Sequence[SiteFile]]:
    """The batches in their order; after a run that was cut short, the files it left come first.

    ``left``: the first path that it left. Files that the cut-short run put, and that differ again,
    come last: so pages that change with every run cannot delay the index.
    """
    paths = [[item.path for item in batch] for batch in batches]
    reached = next((n for n, batch in enumerate(paths) if left in batch), None)
    if reached is None:
        yield from batches
        return
    begin = paths[reached].index(left)
    yield batches[reached][begin:]
    yield from batches[reached + 1 :]
    yield from batches[:reached]
    yield batches[reached][:begin]


def by_reach(pages: Iterable[SiteFile]) -> list[list[SiteFile]]:
    """Inner pages, then pages that list them, then the front page: no reader sees half a site."""
    batches: list[list[SiteFile]] = [[], [], []]
    for item in pages:
        batches[_reach(item.path)].append(item)
    return batches


def _reach(path: str) -> int:
    if path == "index.html":
        return 2
    is_list = path in ("satker/index.html", "isu/index.html", "isu/lintas/index.html")
    return 1 if is_list or path[:4].isdecimal() else 0


def file_of(path: str, body: bytes) -> File:
    """A file as it is put, with its type and how long browsers may keep it."""
    return File(path, body, _TYPES[path.rpartition(".")[2]], _cache(path))


def _cache(path: str) -> str:
    is_fixed = path.startswith("assets/") or _REVISION.match(path)
    return _FOR_EVER if is_fixed else _A_MINUTE
