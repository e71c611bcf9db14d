"""Copies of frozen files in a second target, where nothing can be overwritten.

A final month's files lie in the site, which everybody with the right to publish can change. If
KIPRAH_FROZEN names a second target (a bucket with a retention policy), each of these files is put
there too, once. A file there is never written again; if it differs, the report says so. The setting
may be made at any time: the next publishing puts every frozen file of the site that is missing
there. A simulation keeps no copies.
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
    """A function that gets a file's bytes: most files are copied already and need not be got."""
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
        return (
            False,
            None,
        )  # removed from the site since it was listed: the next publishing mends that
    if there is None and frozen.put(file_of(path, ours), if_absent=True):
        return True, None
    # The target gives no digests, another run was faster, or the file there differs.
    if frozen.get(path) == ours:
        return False, None
    return False, f"{path} differs from what KIPRAH_FROZEN keeps, which stays; compare the two"


def _expected(
    path: str, held: Mapping[str, Listed], body: Callable[[], bytes | None]
) -> Listed | None:
    """How the second target lists the file if it holds the same one."""
    if path in held and held[path].md5:
        return held[path]
    ours = body()
    return None if ours is None else Listed(md5_of(ours), len(ours))
