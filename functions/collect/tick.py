"""What every step of an agency's tick shares, and what must be so before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from functions.collect.client import Clock, Connections
from functions.collect.credentials import NEEDS, configured, is_keyless, official
from functions.collect.planning.reservations import Share
from functions.collect.report import CollectReport
from functions.jobs import rounds
from functions.model import PLATFORMS, Platform, Roster
from functions.registry.registrar import Enrolled, in_force
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.times import CLOCKS_AGREE
from functions.tokens.consents import Consents
from functions.tokens.vault import open_vault


class CollectRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of collect was asked for.

    Attributes:
        now: the instant of the tick. ``simulated``: it was given by hand.
        connections: open connections to use and leave open; None: the run opens its own.
        ends: when no further request is begun, on ``monotonic``'s clock; None: a run's time from
            now on.
        share: what an agency may take of the credentials that several agencies use; None: it is
            worked out from the budgets of all.
    """

    now: datetime
    run_id: str
    simulated: bool = False
    platforms: Sequence[Platform] = PLATFORMS
    connections: Connections | None = None
    ends: float | None = None
    share: Share | None = None


@dataclass(slots=True)
class Tick:
    """One agency's tick.

    Attributes:
        roster: the registry as it stands at the tick.
        clock: the present; under a simulated ``now`` it runs on from there.
        simulated: whether ``now`` was given by hand, or the store is a simulation.
    """

    agency: AgencyStore
    settings: Settings
    run: CollectRun
    roster: Roster
    clock: Clock
    simulated: bool
    report: CollectReport

    @property
    def now(self) -> datetime:
        """The instant of the tick."""
        return self.run.now

    @property
    def every(self) -> timedelta:
        """The time from one scheduled tick to the next."""
        return timedelta(minutes=self.settings.collect_every)

    def consents(self) -> Consents:
        """The agency's consents; the vault is opened when one is needed."""
        return Consents(self.agency, lambda: open_vault(self.settings))

    def ready(self) -> list[Platform]:
        """The wanted platforms that have accounts and can be read; the report says why others of
        them cannot."""
        registered = {account.platform for account in self.roster.accounts}
        return [p for p in self.run.platforms if p in registered and self._can_read(p)]

    def _can_read(self, platform: Platform) -> bool:
        if is_keyless(self.settings, platform):
            if not (self.simulated and platform in official(self.settings)):
                return True
            why = " (the public feed is read at present alone)"
        elif configured(self.settings, platform):
            return True
        else:
            why = ""
        self.report.skipped[platform] = f"no credentials; set {NEEDS[platform]}{why}"
        return False


def open_tick(
    agency: AgencyStore, settings: Settings, run: CollectRun, enrolled: Enrolled | None = None
) -> Tick:
    """An agency's tick: its registry checked, stored when it is new, its admins answered.

    ``enrolled``: its registry as it stands, where that was done already.

    Raises:
        SettingsError: a simulation would read an official host, or a simulated tick would at
            another time than now.
        StoreError: the store cannot be used.
    """
    # YouTube's feed is left out instead.
    real = [
        platform
        for platform in official(settings)
        if platform in run.platforms and not is_keyless(settings, platform)
    ]
    _refuse_forgery(agency, run, real)
    tick = Tick(
        agency,
        settings,
        run,
        Roster(as_of=run.now),
        # At an official host nothing but the clock tells the time of a read.
        Clock(run.now if run.simulated and not real else None),
        run.simulated or agency.simulation,
        CollectReport(run.run_id, run.now),
    )
    if enrolled is None:
        every = timedelta(minutes=settings.registry_every)
        enrolled = in_force(agency, run.now, every, tick.every)
    tick.roster, problems = enrolled
    tick.report.problems += problems
    if not tick.roster.satker:
        tick.report.problems.append(rounds.EMPTY)
    return tick


def _refuse_forgery(agency: AgencyStore, run: CollectRun, real: Sequence[Platform]) -> None:
    """A read at one time must not be filed under another, nor what is real in a simulation."""
    for platform in real:
        if agency.simulation:
            raise SettingsError(
                f"this store is a simulation, and {platform} would be read at its official host. "
                f"Set KIPRAH_{platform.upper()}_URL to a stand-in, or name a new KIPRAH_STORE "
                "without KIPRAH_SIMULATION"
            )
        if run.simulated and abs(run.now - Clock()()) > CLOCKS_AGREE:
            raise SettingsError(
                f"--now is not the present, and {platform} would be read at its official host: "
                f"that would forge evidence. Set KIPRAH_{platform.upper()}_URL to a stand-in, "
                "or leave --now out"
            )
