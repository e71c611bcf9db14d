"""A small ministry: units with an account on every platform, registered and consenting."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

import pytest

from functions.collect.job import collect
from functions.collect.report import CollectReport
from functions.collect.tick import CollectRun
from functions.model import PLATFORMS, Platform, Post, run_id
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.platforms.world import Account, AccountRow
from tests.registry.one_agency import check

FIRST_TOKEN = "rft.first-"
PAGE_TOKEN = "page-token-of-"
UNIT = "kanwil-ntt"
UNITS = (UNIT, "kanwil-bali")

# The fixtures ``enter`` and ``run``.
Enter = Callable[..., Account]
Run = Callable[..., CollectReport]


def handle_of(satker: str) -> str:
    return satker.replace("-", "")


def token_of(unit: str, platform: Platform, page_tokens: bool = False) -> str:
    """What a unit's account gives for being read, where anything is needed."""
    if platform == "tiktok":
        return FIRST_TOKEN + unit
    return PAGE_TOKEN + unit if platform == "facebook" and page_tokens else ""


def rows(
    satker: Iterable[str],
    platforms: Iterable[Platform] = PLATFORMS,
    *,
    page_tokens: bool = False,
) -> list[AccountRow]:
    """The accounts of these units, as a generated world wants them.

    ``page_tokens``: Facebook Pages gave tokens of their own, without which busy ones are listed
    incompletely.
    """
    return [
        AccountRow(unit, platform, handle_of(unit), token_of(unit, platform, page_tokens))
        for unit in satker
        for platform in platforms
    ]


def register(
    agency: AgencyStore,
    settings: Settings,
    satker: Iterable[str],
    now: datetime,
    platforms: Sequence[Platform] = PLATFORMS,
    *,
    page_tokens: bool = False,
) -> None:
    """Enter units in the registry, and their consents."""
    units = list(satker)
    cells = [
        (
            n,
            {"id": u, "nama": u.upper(), "jenis": "kanwil"}
            | dict.fromkeys(platforms, handle_of(u)),
        )
        for n, u in enumerate(units)
    ]
    documents, problems = check(cells, {})
    assert problems == []
    agency.save_satker(documents)
    consents = [
        ConsentRow(unit, platform, handle_of(unit), token)
        for unit in units
        for platform in platforms
        if (token := token_of(unit, platform, page_tokens))
    ]
    Consents(agency, lambda: open_vault(settings)).add(consents, now)


def tick(agency: AgencyStore, settings: Settings, now: datetime, **options: Any) -> CollectReport:
    """One run of the collect job at a simulated instant."""
    name = options.pop("run_id", run_id("collect", now))
    options = {"simulated": True, **options}
    return asyncio.run(collect(agency, settings, CollectRun(now=now, run_id=name, **options)))


def stored_posts(agency: AgencyStore) -> dict[tuple[str, str, str], Post]:
    """Every post of the store, by platform, account and id."""
    found = (post for _, post in agency.changed_posts(None))
    return {(post.platform, post.account_id, post.post_id): post for post in found}


def status(agency: AgencyStore, unit: str = UNIT) -> str:
    """What stands beside the only handle that the unit's admin typed."""
    [told] = agency.feedback(unit).values()
    return str(told["status"])


def log_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def documents(settings: Settings) -> dict[str, tuple[int, str]]:
    """Every document of an embedded store: how often it was written, and all its text.

    What is packed in bytes is unpacked as far as possible.
    """
    path = settings.store.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        rows = list(connection.execute("SELECT path, version, body FROM documents"))
    return {path: (version, body + _unpacked(json.loads(body))) for path, version, body in rows}


def _unpacked(value: Any) -> str:
    if isinstance(value, dict) and list(value) == ["$base64"]:
        packed = base64.b64decode(value["$base64"])
        with suppress(zlib.error):
            packed = zlib.decompress(packed)
        return packed.decode(errors="replace")
    if isinstance(value, dict):
        return "".join(_unpacked(one) for one in value.values())
    return ""
