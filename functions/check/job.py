"""One satker's document after an edit: the registry made anew, its accounts found, its admin told.

Collecting does the same at its next tick, so that whatever fails here costs a quarter of an hour.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from time import monotonic
from typing import Any

from functions.collect.identifying import Handles, identify
from functions.collect.tick import CollectRun, open_tick
from functions.model import Platform, Roster, iso, run_id
from functions.registry.answers import is_answered
from functions.registry.registrar import enrol
from functions.settings import Settings
from functions.store.agency import AgencyStore

PATIENCE = 20.0  # seconds for the platforms: an admin waits


def check(
    agency: AgencyStore,
    settings: Settings,
    satker: str,
    now: datetime,
    *,
    by: str | None = None,
    simulated: bool = False,
) -> dict[str, Any]:
    """Check a satker's document, answer its admin, and find out who its new accounts are.

    An edit that was answered already, by an import or at collect's tick, is left alone: its
    accounts are looked up together with all others, at the next tick.

    Args:
        by: who edited it; None: nobody knows.
        simulated: ``now`` was given by hand.

    Returns:
        What was done, for the log.

    Raises:
        StoreError: the store cannot be used.
        SettingsError: a simulation would read an official host.
    """
    report = {"job": "check_satker", "agency": agency.id, "satker": satker, "now": iso(now)}
    document = agency.satker_document(satker)
    answer = agency.answers([satker]).get(satker, {})
    if is_answered(answer, document):
        return {**report, "done": "answered already"}
    enrolled = enrol(agency, now, {satker: by} if by else None)
    told = agency.answers([satker]).get(satker, {})
    report["status"] = str(told.get("status", ""))
    asked = _new_handles(agency, enrolled.roster, satker, now)
    if not asked:
        return report
    run = CollectRun(
        now=now,
        run_id=f"{run_id('check', now)}-{satker}",
        simulated=simulated,
        platforms=[*asked],
        ends=monotonic() + PATIENCE,
    )
    tick = open_tick(agency, settings, run, enrolled)
    found = asyncio.run(identify(tick, asked)).as_dict()
    return {**found, **report, "problems": found["problems"]}


def _new_handles(agency: AgencyStore, roster: Roster, satker: str, now: datetime) -> Handles:
    """The unit's accounts about which nothing stands beside its document yet."""
    told = agency.feedback(satker)
    found: dict[Platform, list[str]] = {}
    for account in roster.accounts:
        name = f"{account.platform}:{account.handle}"
        if account.satker == satker and account.holds(now) and name not in told:
            found.setdefault(account.platform, []).append(account.handle)
    return found
