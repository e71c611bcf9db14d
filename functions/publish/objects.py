"""Where the site's files go: a small port, and the folder that is its default.

Paths are relative, with slashes (``satker/setjen/index.html``). A destination says what it holds
by MD5, so that unchanged files need not travel. Nothing is ever deleted through this port.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

import msgspec
from msgspec.structs import replace

_FORMS = "write file://FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"
# How files still being written are called; no path of the site begins like this.
_UNFINISHED = ".unfinished-"


class ObjectsError(Exception):
    """The destination cannot be used; the message says what to do."""


class Listed(msgspec.Struct, frozen=True):
    """What a destination holds at a path. ``md5`` is hex, empty where it cannot say."""

    md5: str
    size: int


class File(msgspec.Struct, frozen=True):
    """One file to be put, with what a reader's browser is told about it."""

    path: str
    body: bytes
    content_type: str
    cache_control: str


class Objects(Protocol):
    """What the adapters implement; one contract suite runs against all of them."""

    parallel: int
    """Files that may usefully be put at the same time."""

    def list(self, folder: str = "") -> dict[str, Listed]:
        """Everything the destination holds, by path; empty when it does not exist yet.

        ``folder``: only what lies in it; written with its slash (``kemenham/``).
        """

    def get(self, path: str) -> bytes | None:
        """A file's bytes; None when there is none."""

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        """Write a file whole or not at all. False: it was there and ``if_absent`` left it alone."""


def open_objects(url: str, setting: str = "KIPRAH_SITE") -> Objects:
    """The destination at ``url``, as in KIPRAH_SITE; only that adapter's library is imported.

    ``file://site`` is a folder beside the current one, ``file:///var/www`` one from the root.
    ``setting``: which one names it, for what is said when it cannot be used.
    """
    scheme, found, rest = url.partition("://")
    if found and scheme == "file" and rest:
        return FolderObjects(Path(rest), setting)
    bucket, _, prefix = rest.partition("/")
    if found and scheme == "s3" and bucket:
        from functions.publish.s3 import S3Objects

        return S3Objects(bucket, prefix.strip("/"), setting)
    if found and scheme == "gs" and bucket:
        from functions.publish.gcs import GcsObjects

        return GcsObjects(bucket, prefix.strip("/"), setting)
    raise ObjectsError(f"{url!r} names no destination for the site: {_FORMS}")


def md5_of(body: bytes) -> str:
    """The digest that destinations compare by; it guards against accidents, not against people."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


class FolderObjects:
    """A folder, made when it is not there. A web server, or a person, reads it directly."""

    parallel = 1

    def __init__(self, root: Path, setting: str = "KIPRAH_SITE") -> None:
        self.root = root
        self._setting = setting

    def list(self, folder: str = "") -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        try:
            for place, _, names in os.walk(self.root / folder, onerror=_raise):
                for name in names:
                    if not name.startswith(_UNFINISHED):
                        path = Path(place, name)
                        body = path.read_bytes()
                        found[path.relative_to(self.root).as_posix()] = Listed(
                            md5_of(body), len(body)
                        )
        except FileNotFoundError:
            return found
        except OSError as error:
            raise self._unusable("read", error) from error
        return found

    def get(self, path: str) -> bytes | None:
        try:
            return self._inside(path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("read", error) from error

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        target = self._inside(file.path)
        unfinished = target.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(file.body)
                if if_absent:
                    os.link(unfinished, target)
                else:
                    unfinished.replace(target)
            except FileExistsError:
                return False
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable("written", error) from error
        return True

    def _inside(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts:
            raise ValueError(f"{path!r} does not lie inside the site")
        return self.root.joinpath(*parts)

    def _unusable(self, done: str, error: OSError) -> ObjectsError:
        reason = error.strerror or type(error).__name__
        return ObjectsError(
            f"the site's folder {self.root} cannot be {done} ({reason}); "
            f"check its owner and rights, or name another one in {self._setting}"
        )


class Part:
    """A part of a destination, for one agency's site: a folder, or all that lies in no other's."""

    def __init__(self, whole: Objects, folder: str = "", *, without: Sequence[str] = ()) -> None:
        """``folder`` and ``without`` are written with their slash (``kemenham/``)."""
        self._whole = whole
        self._folder = folder
        self._without = tuple(f"{folder}{other}" for other in without)
        self.parallel = whole.parallel

    def list(self, folder: str = "") -> dict[str, Listed]:
        return {
            path.removeprefix(self._folder): listed
            for path, listed in self._whole.list(f"{self._folder}{folder}").items()
            if not path.startswith(self._without)
        }

    def get(self, path: str) -> bytes | None:
        return self._whole.get(f"{self._folder}{path}")

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        return self._whole.put(
            replace(file, path=f"{self._folder}{file.path}"), if_absent=if_absent
        )


def _raise(error: OSError) -> None:
    raise error
