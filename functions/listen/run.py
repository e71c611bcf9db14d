"""What a run was asked for, and what it must never do: file what it hears under another time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from functions.collect.client import Clock
from functions.collect.credentials import address, is_official
from functions.jobs.deadline import NEVER, Deadline
from functions.model import PLATFORM_NAMES, Platform
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.times import CLOCKS_AGREE, present


def address_of(settings: Settings, platform: Platform) -> str:
    """The base URL at which a platform is listened to; TikTok's Business API has its own."""
    is_tiktok = platform == "tiktok"
    return settings.tiktok_business_url if is_tiktok else address(settings, platform)


class ListenRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for; ``simulated``: ``now`` was given by hand."""

    now: datetime
    run_id: str
    simulated: bool = False
    deadline: Deadline = NEVER

    def clock(self, settings: Settings, platform: Platform) -> Clock:
        """The present; at a stand-in the instant that is replayed."""
        is_replay = self.simulated and not is_official(address_of(settings, platform))
        return Clock(self.now if is_replay else None)


def refuse_forgery(
    agency: AgencyStore, settings: Settings, run: ListenRun, platforms: Iterable[Platform]
) -> None:
    """What is heard at one time must not be filed under another, nor what is real in a simulation.

    Raises:
        SettingsError: a platform would be asked at its official host all the same.
    """
    for platform in platforms:
        if not is_official(address_of(settings, platform)):
            continue
        name, own = PLATFORM_NAMES[platform], "_BUSINESS" if platform == "tiktok" else ""
        setting = f"KIPRAH_{platform.upper()}{own}_URL"
        if agency.simulation:
            raise SettingsError(
                f"this store is a simulation, and {name} would be asked at its official host. Set "
                f"{setting} to a stand-in"
            )
        if run.simulated and abs(run.now - present()) > CLOCKS_AGREE:
            raise SettingsError(
                f"--now is not the present, and {name} would be asked at its official host. Set "
                f"{setting} to a stand-in, or leave --now out"
            )
