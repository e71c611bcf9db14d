"""Pieces of a site: what it is made of, a page to put, a page's words, a folder's files."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from functions.model import Roster, previous_month
from functions.publish.imprint import imprint_of
from functions.publish.render import assets
from functions.publish.site import Material
from functions.publish.targets.port import File
from functions.store.agency.months import index_of
from tests.publish.world import World


def page(path: str, body: bytes = b"<p>satu</p>") -> File:
    """A page to be put."""
    return File(path, body, "text/html; charset=utf-8", "public, max-age=60")


def text(path: Path) -> str:
    """A page's words, without its markup."""
    html = path.read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, at any depth, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def material_of(world: World, **facts: Any) -> Material:
    """What the site of a world's months is made of, as far as pages need it."""
    agency, now = world.agency, world.now
    records = dict(sorted(agency.months().items()))
    index = index_of(records)
    made = Material(
        agency=agency.agency,
        now=now,
        roster=agency.roster(now) or Roster(as_of=now),
        index=index.months,
        ranked=index.units,
        records=records,
        ledgers={month: agency.ledgers(month) for month in records},
        pending=frozenset(),
        files={},
        assets=assets()[0],
        imprint=imprint_of(agency),
        followers=agency.followers(previous_month(min(records)), max(records), now),
    )
    return dataclasses.replace(made, **facts)
