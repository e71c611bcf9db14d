"""Whether two places lie apart: what is private must never lie where everybody reads."""

from __future__ import annotations

from pathlib import Path

from functions.settings.forms import SettingsError


def check_apart(private: str, *, site: str, frozen: str) -> None:
    """SettingsError when the private place is a public one, lies within it, or holds it."""
    for setting, public in (("KIPRAH_SITE", site), ("KIPRAH_FROZEN", frozen)):
        if overlap(private, public):
            raise SettingsError(
                f"KIPRAH_PRIVATE must lie apart from {setting}: not in the same bucket, and "
                "neither folder within the other; name a place that only staff may read"
            )


def overlap(one: str, other: str) -> bool:
    """Whether two places share a file, or the right to read: a bucket is open as a whole.

    A place that is empty overlaps with none.
    """
    (scheme, where), (other_scheme, elsewhere) = _parts(one), _parts(other)
    if not (where and elsewhere) or scheme != other_scheme:
        return False
    if scheme != "file":
        return where.partition("/")[0] == elsewhere.partition("/")[0]
    folder, another = Path(where).resolve(), Path(elsewhere).resolve()
    return folder.is_relative_to(another) or another.is_relative_to(folder)


def _parts(place: str) -> tuple[str, str]:
    scheme, _, where = place.partition("://")
    return scheme, where
