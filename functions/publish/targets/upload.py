"""Putting what changed into a site, several files at a time, until the run has to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from functions.jobs.deadline import NEVER, Deadline
from functions.publish.targets.port import File, Listed, Objects, md5_of

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "gz": "application/gzip",
    "sha256": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"
# Short enough that a correction is seen, long enough to spare the bucket.
_A_MINUTE = "public, max-age=60"

Files = Mapping[str, bytes]


class Upload:
    """Puts changed files and counts them; ``first`` goes before any of them.

    After the deadline no file is begun, except the first few, so that every run gets further.
    ``left``: the paths of the files that were not put. When a file is left, all later batches are
    left too: an index page never comes before the pages that it lists.
    """

    def __init__(
        self,
        objects: Objects,
        held: Mapping[str, Listed],
        first: File,
        deadline: Deadline = NEVER,
    ) -> None:
        self._objects = objects
        self._held = held
        self._first: File | None = first
        self._deadline = deadline
        self._begun = 0
        self.uploaded = 0
        self.unchanged = 0
        self.bytes = 0
        self.left: list[str] = []
        self.problems: list[str] = []

    def all(self, files: Iterable[File]) -> None:
        """Put the files whose content differs; when this returns each is put or ``left``."""
        self._send([file for file in files if not self._same(file)], if_absent=False)

    def once(self, files: Iterable[File]) -> None:
        """Put the missing files; a file that is there and differs stays, and is a problem."""
        missing = []
        for file in files:
            if file.path not in self._held:
                missing.append(file)
            elif not self._same(file):
                self.problems.append(f"{file.path} is frozen and differs from what the store holds")
        self._send(missing, if_absent=True)

    def counts(self) -> dict[str, int]:
        """What was put, for the run's report."""
        return {
            "uploaded": self.uploaded,
            "unchanged": self.unchanged,
            "postponed": len(self.left),
            "objects": self.uploaded,
            "bytes": self.bytes,
        }

    def _same(self, file: File) -> bool:
        held = self._held.get(file.path)
        if held is None or held.size != len(file.body) or held.md5 != md5_of(file.body):
            return False
        self.unchanged += 1
        return True

    def _send(self, files: list[File], *, if_absent: bool) -> None:
        if files and (first := self._first):
            self._first = None
            self.all([first])
        if self.left:
            self.left += [file.path for file in files]
            return

        def put(file: File) -> bool | None:
            if self._begun >= self._objects.parallel and self._deadline.is_over:
                return None
            self._begun += 1
            return self._objects.put(file, if_absent=if_absent)

        with ThreadPoolExecutor(self._objects.parallel) as pool:
            done = list(pool.map(put, files))
        for file, was_put in zip(files, done, strict=True):
            if was_put is None:
                self.left.append(file.path)
            elif was_put:
                self.uploaded += 1
                self.bytes += len(file.body)


def going_on_at(batches: Sequence[Files], held: Iterable[str], left: str) -> Iterator[Files]:
    """The batches in their order; after a run that was cut short, the files it left come first.

    ``left``: the first path that it left. Files that the site does not hold yet keep their order,
    so that they still come before pages that may link to them. Files that the cut-short run put,
    and that differ again, come last: so pages that change with every run cannot delay the index.
    """
    reached = next((n for n, batch in enumerate(batches) if left in batch), None)
    if reached is None:
        yield from batches
        return
    known, later = {*held}, []
    for number, batch in enumerate(batches):
        paths = [*batch]
        begin = paths.index(left) if number == reached else 0 if number > reached else len(paths)
        now = {*paths[begin:], *(path for path in paths if path not in known)}
        yield {path: body for path, body in batch.items() if path in now}
        later.append({path: body for path, body in batch.items() if path not in now})
    yield from later


def by_reach(pages: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    """Inner pages, then pages that list them, then the front page: no reader sees half a site."""
    batches: list[dict[str, bytes]] = [{}, {}, {}]
    for path, body in pages.items():
        batches[_reach(path)][path] = body
    return batches


def _reach(path: str) -> int:
    if path == "index.html":
        return 2
    return 1 if path == "satker/index.html" or path[:4].isdecimal() else 0


def files_of(bodies: Mapping[str, bytes]) -> list[File]:
    """Files as they are put, of their bytes by path."""
    return [file_of(path, body) for path, body in bodies.items()]


def file_of(path: str, body: bytes) -> File:
    """A file as it is put, with its type and how long browsers may keep it."""
    return File(path, body, _TYPES[path.rpartition(".")[2]], _cache(path))


def _cache(path: str) -> str:
    is_fixed = path.startswith("assets/") or (path.startswith("data/") and path.count("/") == 3)
    return _FOR_EVER if is_fixed else _A_MINUTE
