"""The archive that every function is deployed from: one zip, the same bytes for the same files.

Terraform names it by its content in the bucket, so what did not change is not deployed again, and
any machine makes the same archive of the same commit: files are sorted, times and modes are fixed,
and nothing is compressed, since two builds of zlib may pack the same text differently.

``python3 infra/archive.py [FILE]`` writes it (to ``infra/kiprah.zip``) and prints its path and
SHA-256. It needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "infra" / "kiprah.zip"

# What a function needs, and nothing else. pyproject.toml stays out: beside requirements.txt it
# makes the cloud's build choose between the two.
FILES = ("main.py", "requirements.txt")
# Folders, and the kinds of files that belong into them. Another kind is refused, not passed over:
# a data file that somebody added would be missing from the archive alone.
FOLDERS = {
    "functions": {".py", ".json"},
    "site_templates": {".html", ".css", ".js", ".svg", ".typ", ".ttf", ".txt"},
}
# What Python and desktops leave behind. Compiled files would differ from machine to machine; the
# cloud's build compiles anew.
LEFT_BEHIND = {"__pycache__"}

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell
_MODE = 0o100644 << 16  # a plain file that everybody may read
_UNIX = 3


class ArchiveError(Exception):
    """The archive cannot be made; the message says which file is in the way and what to do."""


def contents(root: Path) -> dict[str, bytes]:
    """The archive's files by their path in it, in its order."""
    paths = [*FILES, *(path for folder in FOLDERS for path in _inside(root, folder))]
    return {path: _read(root / path) for path in sorted(paths)}


def build(root: Path) -> bytes:
    """The archive of the project in ``root``. Raises ArchiveError."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path, content in contents(root).items():
            entry = zipfile.ZipInfo(path, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, content)
    return packed.getvalue()


def write(target: Path, root: Path = ROOT) -> str:
    """Write the archive whole or not at all; its SHA-256 in hexadecimal digits.

    Raises:
        ArchiveError: a file is in the way, or ``target`` cannot be written.
    """
    archive = build(root)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".archive-") as folder:
            half = Path(folder, target.name)
            half.write_bytes(archive)
            half.replace(target)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written ({error.strerror}); name another") from None
    return hashlib.sha256(archive).hexdigest()


def _inside(root: Path, folder: str) -> Iterator[str]:
    """The paths of a folder's files; ArchiveError for one that nobody said anything about."""
    for place, folders, names in os.walk(root / folder):
        folders[:] = [name for name in folders if not _is_left_behind(name)]
        for name in folders + names:
            path = Path(place, name)
            if path.is_symlink():
                raise ArchiveError(f"{path} is a link, and would lead nowhere; put the file itself")
        for name in filter(lambda name: not _is_left_behind(name), names):
            path = Path(place, name)
            if path.suffix not in FOLDERS[folder]:
                raise ArchiveError(
                    f"{path} is no {', '.join(sorted(FOLDERS[folder]))} file: remove it, or name "
                    "its kind in infra/archive.py"
                )
            yield path.relative_to(root).as_posix()


def _is_left_behind(name: str) -> bool:
    return name in LEFT_BEHIND or name.startswith(".")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read ({error.strerror}); restore it") from None


def main(arguments: list[str]) -> int:
    """The command; its exit status: 0 done, 1 failed, 2 wrong usage."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.stderr.write("usage: python3 infra/archive.py [FILE]\n")
        return 2
    target = Path(arguments[0]) if arguments else TARGET
    try:
        digest = write(target)
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{target} {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
