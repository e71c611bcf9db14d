"""The key file beside an SQLite store: the key of an installation without KIPRAH_TOKEN_KEY.

Its first line is the key that seals. During a rotation the older keys follow, a line each, with the
instant from which they may be removed: ``KEY 2026-12-05T03:00:00Z``. The file is replaced whole,
only its owner may read it, and one process at a time changes it. So a reader finds either the old
content or the new, never half of it.
"""

from __future__ import annotations

import base64
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from functions.model import iso, parse_time
from functions.settings import SettingsError


class KeyLine(NamedTuple):
    """A key of the file; ``until``: None for the one that seals."""

    key: str
    until: datetime | None = None

    def __repr__(self) -> str:
        """Without the key."""
        return f"Line(until={self.until})"


def read(path: Path) -> list[KeyLine]:
    """The file's keys, the one that seals first; SettingsError when it cannot be used."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").split("\n")
    except OSError as error:
        raise _unusable(path, error) from None
    found = [_line(path, line) for line in lines if line.strip()]
    if not found:
        raise _no_key(path)
    return found


def made(path: Path) -> list[KeyLine]:
    """The file's keys; it is made with a new one when it is not there."""
    try:
        if not path.exists():
            _make(path, f"{_new_key()}\n".encode())
    except OSError as error:
        raise _unusable(path, error) from None
    return read(path)


def begin(path: Path, until: datetime) -> bool:
    """Have a new key seal from now on, the present one open until then at least.

    False when a rotation is under way already: then that one goes on, and no third key is made.
    """
    with _alone(path):
        lines = read(path)
        if len(lines) > 1:
            return False
        _replace(path, [KeyLine(_new_key()), KeyLine(lines[0].key, until)])
    return True


def drop(path: Path, now: datetime | None) -> int:
    """Take the older keys out whose time has come (``now`` None: all); returns how many."""
    with _alone(path):
        lines = read(path)
        kept = [
            line
            for line in lines[1:]
            if now is not None and line.until is not None and line.until > now
        ]
        if len(kept) < len(lines) - 1:
            _replace(path, [lines[0], *kept])
    return len(lines) - 1 - len(kept)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process changes the file meanwhile.

    The lock belongs to the file as it is now: a process that waited for the lock of a file that was
    replaced takes the lock of the new file.
    """
    try:
        while True:
            with path.open("rb") as opened:
                fcntl.flock(opened, fcntl.LOCK_EX)
                if os.fstat(opened.fileno()).st_ino == path.stat().st_ino:
                    yield
                    return
    except OSError as error:
        raise _unusable(path, error) from None


def _replace(path: Path, lines: list[KeyLine]) -> None:
    content = "".join(
        f"{line.key}\n" if line.until is None else f"{line.key} {iso(line.until)}\n"
        for line in lines
    )
    name = _written(path, content.encode())
    try:
        name.replace(path)
    except OSError:
        name.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _make(path: Path, content: bytes) -> None:
    """Put a new file in place whole, so that nobody ever reads half of it; the first one stays."""
    name = _written(path, content)
    try:
        os.link(name, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        name.unlink()
    _settle(path.parent)


def _written(path: Path, content: bytes) -> Path:
    """The content on the disk, in a file of its own."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _settle(folder: Path) -> None:
    """Flush the folder to disk: a key lost in a power cut loses everything that it sealed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(path: Path, line: str) -> KeyLine:
    key, _, until = line.strip().partition(" ")
    try:
        if len(base64.urlsafe_b64decode(key)) != 32:
            raise _no_key(path)
        return KeyLine(key, parse_time(until) if until else None)
    except ValueError:  # of base64 or the time; ours is one, too
        raise _no_key(path) from None


def _new_key() -> str:
    """A key in Fernet's own form: 32 bytes of chance."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _unusable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"the key file {path} cannot be used ({error.strerror}); set KIPRAH_TOKEN_KEY"
    )


def _no_key(path: Path) -> SettingsError:
    return SettingsError(
        f"the key file {path} holds no key; restore it, or remove it and import the consents again"
    )
