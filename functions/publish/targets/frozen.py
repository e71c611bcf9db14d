"""Copies of frozen files in a second target, where nothing can be overwritten.

A final month's files lie in the site, which everybody with the right to publish can change. If
KIPRAH_FROZEN names a second target (a bucket with a retention policy), each of these files is put
there too, once. A file there is never written again; if it differs, the report says so. The setting
may be made at any time: the next publishing puts every frozen file of the site that is missing
there. From then on a run puts the months that it has frozen; once a day all copies are compared. A
simulation keeps no copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from functions.publish.files.names import NAMES
from functions.publish.targets.port import Listed, Objects, ObjectsError
from functions.publish.targets.upload import file_of

_FROZEN = re.compile(r"data/\d{4}-\d{2}/r[1-9]\d*/(?P<name>[^/]+)")


@dataclass(slots=True)
class Kept:
    """What keeping copies came to: files put, and what is wrong, a line each."""

    put: int = 0
    problems: list[str] = field(default_factory=list)
    failed: bool = False

    def add(
        self, frozen: Objects, act: Callable[[str], tuple[bool, str | None]], paths: Sequence[str]
    ) -> None:
        """Act on each path, several at a time, and note what became of it."""
        with ThreadPoolExecutor(frozen.parallel) as pool:
            for was_put, problem in pool.map(act, paths):
                self.put += was_put
                self.problems += [problem] if problem else []

    def take_in(self, other: Kept) -> None:
        """Add what another keeping came to; what is wrong twice is told once."""
        self.put += other.put
        self.problems += [problem for problem in other.problems if problem not in self.problems]
        self.failed |= other.failed


def keep_all(frozen: Objects, site: Objects, listed: Mapping[str, Listed]) -> Kept:
    """Put what is frozen and not there yet, and compare all the rest.

    ``listed``: what the site holds; its frozen files are looked for.
    """
    kept = Kept()
    with _told(kept):
        wanted = sorted(path for path in listed if is_frozen(path))
        there = frozen.list("data/") if wanted else {}

        def look(path: str) -> tuple[bool, str | None]:
            if path in there and there[path].md5 and there[path] == listed.get(path):
                return False, None
            return _keep(path, frozen, site.get(path))

        kept.add(frozen, look, wanted)
    return kept


def keep(frozen: Objects, bodies: Mapping[str, bytes]) -> Kept:
    """Put frozen files that a run has made, by their paths; what is there already is compared."""
    kept = Kept()
    with _told(kept):
        kept.add(frozen, lambda path: _keep(path, frozen, bodies[path]), sorted(bodies))
    return kept


@contextmanager
def _told(kept: Kept) -> Iterator[None]:
    try:
        yield
    except ObjectsError as error:
        kept.problems.append(f"what is frozen is not kept: {error}")
        kept.failed = True


def is_frozen(path: str) -> bool:
    """Whether a path of the site is that of a frozen file."""
    found = _FROZEN.fullmatch(path)
    return found is not None and found["name"] in NAMES


def _keep(path: str, frozen: Objects, ours: bytes | None) -> tuple[bool, str | None]:
    """Whether a file was put, and what is wrong with it."""
    if ours is None:  # removed from the site since it was listed: a later publishing mends that
        return False, None
    if frozen.put(file_of(path, ours), if_absent=True):
        return True, None
    if frozen.get(path) == ours:
        return False, None
    return False, f"{path} differs from what KIPRAH_FROZEN keeps, which stays; compare the two"
