"""Who accounts are: whom a handle led to first, though another takes it."""

from __future__ import annotations

from datetime import datetime

from functions.store.agency import AgencyStore
from tests.collect.api import HOUR
from tests.collect.ministry import Enter, Run, stored_posts
from tests.platforms.server import Handle


def test_a_handle_that_another_account_took_over_stays_with_its_first_id(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    ours = enter("instagram")
    run(now)
    server.world.rename(ours, "kanwilnttbaru", now + HOUR)
    other = server.world.add_account("instagram", "penumpang")
    server.world.rename(other, "kanwilntt", now + HOUR)
    server.world.add_post(other, now + HOUR)
    report = run(now + 6 * HOUR)
    assert stored_posts(agency) == {}
    assert any("akun Instagram lain" in problem for problem in report.problems)
    told = agency.feedback("kanwil-ntt")["instagram:kanwilntt"]
    assert "akun Instagram lain" in told["status"]
    roster = agency.roster(now + 7 * HOUR)
    assert roster is not None
    assert [account.account_id for account in roster.accounts] == [ours.id]
