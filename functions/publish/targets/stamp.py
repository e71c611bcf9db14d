"""The stamp of a site: as of when it was published last, and whether by a simulation.

The stamp lies with the site, so that each publishing is checked against it. Nothing is put from an
older instant, from an empty or another store, or from a simulation over a real site.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

import msgspec

from functions.model import iso
from functions.publish.targets.port import Objects
from functions.times import CLOCKS_AGREE

PATH = "data/terbit.json"
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_AWAY = "name another folder or bucket in KIPRAH_SITE"


class OutdatedError(ValueError):
    """What would be published must not replace what the site holds; the message says why."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ``data/terbit.json`` says. ``published_at``: the run's ``now``, UTC."""

    agency: str
    published_at: _Instant
    simulation: bool = False

    def encode(self) -> bytes:
        """Canonical JSON."""
        return msgspec.json.encode(self, order="deterministic")


class _Ranked(msgspec.Struct, frozen=True):
    """What is wanted of a month's ``ranking.json``."""

    as_of: _Instant


def check(
    objects: Objects,
    stamped: bytes | None,
    shown: str,
    new: Stamp,
    known: Collection[str],
    clock: datetime,
) -> None:
    """OutdatedError when the site holds what ``new`` must not replace.

    Args:
        stamped: the site's stamp; None when it has none.
        shown: the newest month whose ranking the site holds; empty when it holds none.
        new: of the site that would be put.
        known: the months that the store has ranked.
        clock: the computer's. A stamp later than it was made by a clock that was wrong: ignore it.
    """
    old = _read(stamped)
    if old is not None and old.simulation != new.simulation:
        ours, theirs = ("real", "a simulation's")[:: -1 if new.simulation else 1]
        raise OutdatedError(f"this store is {ours} and the site there {theirs}: {_AWAY}")
    if shown and shown > max(known, default=""):
        raise OutdatedError(f"the site shows {shown}, of which this store knows nothing: {_AWAY}")
    published_at = old.published_at if old else _ranked_at(objects, shown)
    if published_at is None or (not new.simulation and published_at > clock + CLOCKS_AGREE):
        return
    if new.published_at < published_at:
        raise OutdatedError(
            f"now = {iso(new.published_at)} is older than what is published "
            f"({iso(published_at)}): {_AWAY}"
        )


def _read(stamped: bytes | None) -> Stamp | None:
    """The site's stamp; None when it has none that can be read."""
    try:
        return None if stamped is None else msgspec.json.decode(stamped, type=Stamp)
    except msgspec.MsgspecError:
        return None


def _ranked_at(objects: Objects, month: str) -> datetime | None:
    """The ``as_of`` of the newest ranking in a site without a stamp; None when there is none."""
    body = objects.get(f"data/{month}/ranking.json") if month else None
    try:
        return None if body is None else msgspec.json.decode(body, type=_Ranked).as_of
    except msgspec.MsgspecError:
        return None
