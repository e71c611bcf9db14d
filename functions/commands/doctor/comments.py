"""What is missing before comments are read that admins want, and what nobody has tried yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from functions.commands.doctor.finding import Finding
from functions.listen.comments.gate import missing, readable
from functions.listen.comments.speaking import lacking
from functions.listen.platforms import listener
from functions.model import PLATFORMS, Roster
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.listening_settings import NAME, read_listening, unknown_units


def comments(
    agency: AgencyStore, settings: Settings, roster: Roster, now: datetime
) -> Iterator[Finding]:
    """A finding for each platform whose comments admins switched on; nothing while all are off."""
    wanted = read_listening(agency.settings(NAME))[0]
    if not wanted.comments:
        return
    for platform in (name for name in PLATFORMS if name in wanted.comments):
        subject, accounts = f"{platform} comments", readable(platform, roster, wanted, now)
        if todo := missing(wanted, accounts) or lacking(settings, platform):
            yield Finding(subject, f"none is read: {todo}", ok=False, is_open=True, todo=todo)
        else:
            untried = listener(platform).UNTRIED
            yield Finding(subject, f"of {len(accounts)} accounts are read. Untried: {untried}")
    for said in unknown_units(wanted, roster):
        yield Finding("consents to comments", said, ok=False)
