"""Copies of what is frozen, in a place of their own where nothing can be overwritten.

A final month's files lie in the site, which anybody who may publish can change. Where KIPRAH_FROZEN
names a second place (a bucket with a retention policy), each of them is put there too, once. What
lies there is never written again, not even when it differs: that is told. So it may be set at any
time: every month that the site holds frozen comes along, and what is missing is put at the next
publishing. A simulation keeps nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from functions.publish.files.month_files import NAMES
from functions.publish.targets.port import Listed, Objects, ObjectsError, md5_of
from functions.publish.targets.upload import file_of

_FROZEN = re.compile(r"data/\d{4}-\d{2}/r[1-9]\d*/(?P<name>[^/]+)")


@dataclass(slots=True)
class Kept:
    """What keeping copies came to: files put, and what is wrong, a line each."""

    put: int = 0
    problems: list[str] = field(default_factory=list)
    failed: bool = False


def keep(
    frozen: Objects,
    site: Objects,
    held: Mapping[str, Listed],
    bodies: Mapping[str, bytes],
) -> Kept:
    """Put what is frozen and not there yet.

    Args:
        held: what the site holds.
        bodies: frozen files of this run by path, which the site holds by now as well.
    """
    kept = Kept()
    wanted = sorted({path for path in held if is_frozen(path)} | bodies.keys())
    try:
        there = frozen.list("data/") if wanted else {}

        def look(path: str) -> tuple[bool, str | None]:
            return _look(path, frozen, there.get(path), _bodies(path, site, bodies), held)

        with ThreadPoolExecutor(frozen.parallel) as pool:
            for was_put, problem in pool.map(look, wanted):
                kept.put += was_put
                kept.problems += [problem] if problem else []
    except ObjectsError as error:
        kept.problems.append(f"what is frozen is not kept: {error}")
        kept.failed = True
    return kept


def is_frozen(path: str) -> bool:
    """Whether a path of the site is that of a frozen file."""
    found = _FROZEN.fullmatch(path)
    return found is not None and found["name"] in NAMES


def _bodies(path: str, site: Objects, bodies: Mapping[str, bytes]) -> Callable[[], bytes | None]:
    """How a file's bytes are got: most are there already and need not be."""
    return lambda: bodies[path] if path in bodies else site.get(path)


def _look(
    path: str,
    frozen: Objects,
    there: Listed | None,
    body: Callable[[], bytes | None],
    held: Mapping[str, Listed],
) -> tuple[bool, str | None]:
    """Whether a file was put, and what is wrong with it."""
    if there is not None and there == _expected(path, held, body):
        return False, None
    ours = body()
    if ours is None:
        return False, None  # taken from the site since it was listed: publishing mends that
    if there is None and frozen.put(file_of(path, ours), if_absent=True):
        return True, None
    # A place that does not tell a file's digest, another run that was faster, or another file.
    if frozen.get(path) == ours:
        return False, None
    return False, f"{path} differs from what KIPRAH_FROZEN keeps, which stays; compare the two"


def _expected(
    path: str, held: Mapping[str, Listed], body: Callable[[], bytes | None]
) -> Listed | None:
    """What the other place says of a file that is the same."""
    if path in held and held[path].md5:
        return held[path]
    ours = body()
    return None if ours is None else Listed(md5_of(ours), len(ours))
