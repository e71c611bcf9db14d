"""Where each agency's site lies: the first one's at the root, every further one's in its folder."""

from __future__ import annotations

from collections.abc import Sequence

from functions.model import Agency
from functions.publish.objects import Objects, Part, open_objects


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
    """An agency's own part of the destination at ``url``, where no other's files are seen.

    ``setting``: which one names it.
    """
    folder = folder_of(agency, everybody)
    others = [f"{other.id}/" for other in everybody[1:]]
    whole = open_objects(url, setting)
    if folder:
        return Part(whole, folder)
    return Part(whole, without=others) if others else whole
