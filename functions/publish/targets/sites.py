"""Where each agency's site lies: the first one's at the root, every further one's in its folder."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from functions.model import Agency
from functions.publish.targets import open_objects
from functions.publish.targets.port import File, Listed, Objects


def folder_of(agency: Agency, everybody: Sequence[Agency]) -> str:
    """The folder of an agency's site with its slash (``kemenham/``); empty for the first one's.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    """
    if not everybody or everybody[0].id == agency.id:
        return ""
    return f"{agency.id}/"


def open_site(
    url: str, agency: Agency, everybody: Sequence[Agency], setting: str = "KIPRAH_SITE"
) -> Objects:
    """An agency's own part of the destination at ``url``, without other agencies' files.

    ``setting``: the setting that names it, for error messages.
    """
    folder = folder_of(agency, everybody)
    others = [f"{other.id}/" for other in everybody[1:]]
    whole = open_objects(url, setting)
    if folder:
        return SubTarget(whole, folder)
    return SubTarget(whole, without=others) if others else whole


class SubTarget:
    """One agency's site in a destination: a folder, or everything outside the others' folders."""

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
