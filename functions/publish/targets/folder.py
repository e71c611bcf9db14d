"""The site in a folder, which is the default target."""

from __future__ import annotations

import os
import secrets
from pathlib import Path, PurePosixPath

from functions.publish.targets.port import File, Listed, ObjectsError, md5_of

# How files still being written are called; no path of the site begins like this.
_UNFINISHED = ".unfinished-"


class FolderObjects:
    """A folder, made when it is not there. A web server, or a person, reads it directly."""

    parallel = 1

    def __init__(self, root: Path, setting: str = "KIPRAH_SITE") -> None:
        self.root = root
        self._setting = setting

    def list(self, folder: str = "") -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        try:
            for at, _, names in os.walk(self.root / folder, onerror=_raise):
                for name in names:
                    if not name.startswith(_UNFINISHED):
                        path = Path(at, name)
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


def _raise(error: OSError) -> None:
    raise error
