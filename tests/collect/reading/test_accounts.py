"""What profiles tell: followers once a day, and no number that cannot be."""

from __future__ import annotations

from datetime import datetime

from functions.store.agency import AgencyStore
from tests.collect.api import HOUR
from tests.collect.ministry import Enter, Run
from tests.platforms.server import Handle


def test_an_impossible_number_of_followers_is_unknown(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    enter("instagram", followers=10**30)
    report = run(now)
    assert report.platforms["instagram"]["items_broken"] > 0
    assert report.platforms["instagram"]["accounts_read"] == 1
    assert agency.feedback("kanwil-ntt")["instagram:kanwilntt"]["followers"] is None
    assert agency.followers("2026-10", "2026-10", now) == {}


def test_followers_are_read_about_once_a_day(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    enter("facebook", followers=2000, followers_per_day=240.0, followers_since=now)
    for hours in range(0, 75, 3):
        run(now + hours * HOUR)
    [readings] = agency.followers("2026-10", "2026-10", now + 99 * HOUR).values()
    assert [count for _, count in readings] == [2000, 2240, 2480, 2720]
