"""Who the accounts behind some handles are: asked at once, when an admin has typed them.

It is a tick's first step alone: within the same budgets and into the same state, so that the next
tick finds the accounts known. It finds no post and begins no month.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.collect.job import open_reservations, read_together, save_ids
from functions.collect.planning.candidates import identities
from functions.collect.planning.reservations import together
from functions.collect.planning.ways import Candidate
from functions.collect.report import CollectReport
from functions.collect.state import SyncState
from functions.collect.sync import PlatformSync, plan_together
from functions.collect.tick import Tick
from functions.jobs.tally import Tally
from functions.model import PLATFORM_NAMES, Platform
from functions.store.pulse import Growth

Handles = Mapping[Platform, Collection[str]]

NO_ACCESS = (
    "Belum dapat diperiksa: instansi belum memasang akses ke {name}; hubungi operator Kiprah."
)
LATER = "Belum diperiksa; dicoba lagi pada pengumpulan berikutnya."


@dataclass(slots=True)
class IdentitySync(PlatformSync):
    """One platform where nothing is read but who the accounts of ``asked`` are."""

    asked: Collection[str] = field(default_factory=tuple)

    def candidates(self) -> list[Candidate]:
        """The asked handles, unless they are not registered now."""
        handles = [handle for handle in self.handles if handle in self.asked]
        return identities(self.state, handles, self.ways, self.tick.now)

    def save(self, changed: SyncState, now: datetime, *, sent: bool = False) -> bool:
        """As for a tick, but the ticks' own rhythm is not told by it."""
        return PlatformSync.save(self, changed, now, sent=sent)

    def growth(self, before: SyncState, after: SyncState, now: datetime) -> Growth:
        """No post is read: what grew is for the next tick to tell."""
        return {}

    def note_beginning(self, now: datetime) -> None:
        """Collecting begins with the first listing, not with a profile."""


async def identify(tick: Tick, asked: Handles) -> CollectReport:
    """Find out who the accounts behind these handles are, and tell their admins.

    What a budget does not allow, or cannot be asked, is told as that, unless more is told already.

    Raises:
        StoreError: the store cannot be used.
    """
    tally = Tally(tick.agency.store.meter)
    syncs: dict[Platform, PlatformSync] = {}
    for platform in tick.ready():
        if asked.get(platform):
            sync = IdentitySync.open(tick, platform)
            assert isinstance(sync, IdentitySync)
            sync.asked = asked[platform]
            syncs[platform] = sync
    _, reservations = open_reservations(tick, syncs, may_queue=False)
    plans = plan_together(tick, syncs, reservations)
    await read_together(tick, syncs, plans)
    reservations.settle(together(bill for sync in syncs.values() for bill in sync.bills))
    tick.report.problems += save_ids(tick, syncs)
    tick.report.budgets = reservations.standing()
    _tell_the_others(tick, asked, syncs)
    tick.report.cost = tally.so_far()
    return tick.report


def _tell_the_others(tick: Tick, asked: Handles, syncs: Mapping[Platform, PlatformSync]) -> None:
    """Say beside the handles that nobody could be asked about why that is so."""
    now, told = tick.now, []
    for account in tick.roster.accounts:
        platform = account.platform
        if account.handle not in asked.get(platform, ()) or not account.holds(now):
            continue
        if platform in syncs and account.handle in syncs[platform].harvest.checked:
            continue
        words = LATER if platform in syncs else NO_ACCESS.format(name=PLATFORM_NAMES[platform])
        told.append((account.satker, platform, account.handle, {"status": words}))
    known = {satker: tick.agency.feedback(satker) for satker in {one[0] for one in told}}
    tick.agency.save_feedback(one for one in told if f"{one[1]}:{one[2]}" not in known[one[0]])
