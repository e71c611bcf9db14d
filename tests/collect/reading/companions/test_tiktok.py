"""TikTok's consents: one given anew, another account's, and a handle with a new owner."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import Enter, Run, status, stored_posts
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


def renew_consent(agency: AgencyStore, settings: Settings, token: str, now: datetime) -> None:
    row = ConsentRow("kanwil-ntt", "tiktok", "kanwilntt", token)
    Consents(agency, lambda: open_vault(settings)).add([row], now)


def test_a_consent_given_anew_is_used_at_the_next_tick(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    settings: Settings,
    asked: list[Asked],
    now: datetime,
) -> None:
    account = enter("tiktok")
    server.world.add_post(account, now - HOUR)
    server.world.set_state(account, "revoked", now + MINUTE)
    run(now)
    run(now + 3 * HOUR)
    assert "izin baru" in status(agency)
    server.world.set_state(account, "ok", now + 3 * HOUR + MINUTE)
    server.world.refresh_tokens["rft.anew"] = account
    asked.clear()
    run(now + 3 * HOUR + 15 * MINUTE)
    assert asked == []  # nothing was given yet, and a dead token is not tried every time
    renew_consent(agency, settings, "rft.anew", now + 3 * HOUR + 20 * MINUTE)
    run(now + 3 * HOUR + 30 * MINUTE)
    assert status(agency) == "ok"
    assert "list" in "".join(one.template for one in asked)


def test_another_accounts_consent_is_noticed_before_a_post_is_filed(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    settings: Settings,
    asked: list[Asked],
    now: datetime,
) -> None:
    account = enter("tiktok")
    server.world.add_post(account, now - HOUR)
    other = server.world.add_account("tiktok", "orang.lain", refresh_token="rft.other")
    server.world.add_post(other, now - HOUR)
    run(now)
    before = stored_posts(agency)
    renew_consent(agency, settings, "rft.other", now + MINUTE)
    asked.clear()
    run(now + 4 * HOUR)
    assert stored_posts(agency) == before
    assert "@orang.lain, bukan @kanwilntt" in status(agency)
    assert not any("video" in one.template for one in asked)


def test_a_handle_whose_account_is_another_now_files_under_the_new_one(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    settings: Settings,
    now: datetime,
) -> None:
    """As after a new account took the name, or another app of ours asked for the consent."""
    account = enter("tiktok")
    post = server.world.add_post(account, now - HOUR)
    run(now)
    heir = server.world.add_account("tiktok", "pewaris", refresh_token="rft.heir")
    server.world.rename(account, "lama", now + MINUTE)
    server.world.rename(heir, "kanwilntt", now + MINUTE)
    new = server.world.add_post(heir, now + HOUR)
    renew_consent(agency, settings, "rft.heir", now + MINUTE)
    run(now + 4 * HOUR)
    held = stored_posts(agency)
    assert set(held) == {("tiktok", account.id, post.id), ("tiktok", heir.id, new.id)}
    assert held["tiktok", account.id, post.id].absences == ()


@pytest.mark.parametrize(("times", "told"), [(1, "ok"), (None, "izin baru")])
def test_an_access_token_that_is_refused_is_renewed_once_and_then_the_consent_is_wrong(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    asked: list[Asked],
    now: datetime,
    times: int | None,
    told: str,
) -> None:
    server.world.add_post(enter("tiktok"), now - HOUR)
    run(now)
    asked.clear()
    server.fault("token_expired", platform="tiktok", path="/v2/video/", times=times)
    run(now + 3 * HOUR)
    renewals = [one for one in asked if "oauth" in one.template]
    assert len(renewals) == 2  # the first was due anyway
    assert told in status(agency)
