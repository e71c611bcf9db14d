"""Consents: tokens that die when used are renewed by one at a time and stored before use."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.collect.contract import AccountWrong, Transient
from functions.model import Agency, iso
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from functions.store.sqlite import SqliteStore
from functions.tokens.absent import Busy, Declined, NoConsent, PairLost
from functions.tokens.consents import LEASE, PAUSES, ConsentRow, Consents
from functions.tokens.document import LONGEST_LIFE, SPARE
from functions.tokens.vault import Vault, VaultError
from tests.tokens.conftest import KEY

# Differs from the first byte on: that half signs, the other half encrypts.
ANOTHER = "b3RoZXIta2lwcmFoLWtleS1mb3ItdGVzdHMtLTAwMDI="

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROW = ConsentRow("kanwil-ntt", "tiktok", "kemenkum.ntt", "rft.pertama")
PATH = "agencies/kemenkum/consents/tiktok:kemenkum.ntt"


@dataclass(frozen=True)
class Grant:
    access_token: str
    refresh_token: str
    expires_in: int = 7200
    refresh_expires_in: int = 180 * 86400
    open_id: str = "pemilik"


class Platform:
    """Where refresh tokens rotate: only the newest works, and only once."""

    def __init__(self) -> None:
        self.living = "rft.pertama"
        self.renewals = 0
        self.before_answering: Callable[[], Awaitable[None]] | None = None

    async def renew(self, refresh_token: str) -> Grant:
        if refresh_token != self.living:
            raise AccountWrong("consent refused (invalid_grant)", "Minta izin baru.")
        self.renewals += 1
        self.living = f"rft.putaran-{self.renewals}"
        grant = Grant(f"act.putaran-{self.renewals}", self.living)
        if self.before_answering:
            await self.before_answering()
        return grant


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another's renewal; the one test that does says so."""
    monkeypatch.setattr("functions.tokens.consents.WAITS", ())


def token(consents: Consents, platform: Platform, now: datetime, handle: str = ROW.handle) -> str:
    return asyncio.run(consents.access(handle, now, platform.renew)).token


def held(agency: AgencyStore) -> dict[str, Any]:
    return agency.store.get([PATH])[PATH].data


# Giving


def test_an_imported_consent_serves_its_handle_whatever_its_case(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    assert consents.add([ROW], now) == ["new"]
    assert token(consents, platform, now, "Kemenkum.NTT") == "act.putaran-1"


def test_without_a_consent_there_is_none(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    with pytest.raises(NoConsent):
        token(consents, platform, now)
    assert platform.renewals == 0


def test_importing_the_file_again_leaves_the_living_token_alone(
    consents: Consents, platform: Platform, agency: AgencyStore, now: datetime
) -> None:
    """The token in the file has been used since and is dead."""
    consents.add([ROW], now)
    token(consents, platform, now)
    before = held(agency)
    assert consents.add([ROW], now + HOUR) == ["kept"]
    assert held(agency) == before
    assert token(consents, platform, now + 5 * HOUR) == "act.putaran-2"


def test_a_new_consent_takes_the_place_of_the_old_one_and_its_access(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    token(consents, platform, now)
    platform.living = "rft.baru"
    again = ConsentRow(ROW.satker, ROW.platform, ROW.handle, "rft.baru")
    assert consents.add([again], now + MINUTE) == ["replaced"]
    assert token(consents, platform, now + MINUTE) == "act.putaran-2"


def test_after_its_key_was_lost_a_consent_can_be_imported_again(
    consents: Consents, platform: Platform, agency: AgencyStore, now: datetime
) -> None:
    consents.add([ROW], now)
    rekeyed = Consents(agency, lambda: Vault(ANOTHER))
    with pytest.raises(VaultError):
        token(rekeyed, platform, now)
    assert rekeyed.add([ROW], now) == ["replaced"]
    assert token(rekeyed, platform, now + LEASE + MINUTE) == "act.putaran-1"


# Renewing


def test_a_living_access_token_is_renewed_a_good_while_before_its_end(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    """Two hours long: 20 minutes before, so that more than one tick has a turn."""
    consents.add([ROW], now)
    early = now + timedelta(seconds=7200) - 20 * MINUTE
    got = [token(consents, platform, at) for at in (now, now + MINUTE, early - MINUTE, early)]
    assert got == ["act.putaran-1"] * 3 + ["act.putaran-2"]
    assert token(consents, platform, early + 30 * 24 * HOUR) == "act.putaran-3"


@pytest.mark.parametrize(
    ("seconds", "before"), [(7200, 20 * MINUTE), (86400, HOUR), (900, SPARE), (240, SPARE)]
)
def test_how_early_depends_on_how_long_it_lives(
    consents: Consents,
    agency: AgencyStore,
    now: datetime,
    seconds: int,
    before: timedelta,
) -> None:
    consents.add([ROW], now)

    async def lives(_: str) -> Grant:
        return Grant("act.a", "rft.a", seconds)

    asyncio.run(consents.access(ROW.handle, now, lives))
    assert held(agency)["renew_from"] == iso(now + timedelta(seconds=seconds) - before)


@pytest.mark.parametrize("error", [Transient("unwell"), Declined(AccountWrong("no", "Minta."))])
def test_until_its_end_the_old_access_token_serves_whatever_becomes_of_the_renewal(
    consents: Consents, platform: Platform, now: datetime, error: Exception
) -> None:
    consents.add([ROW], now)
    token(consents, platform, now)
    tried = []

    async def fails(_: str) -> Grant:
        tried.append(1)
        raise error

    def served(at: datetime) -> str:
        return asyncio.run(consents.access(ROW.handle, at, fails)).token

    end = now + timedelta(seconds=7200)
    for at in (end - 19 * MINUTE, end - 18 * MINUTE, end - 10 * MINUTE, end - 2 * MINUTE):
        assert served(at) == "act.putaran-1"
    # A renewal that fails is tried at every turn, a refused one once more at the very end.
    assert len(tried) == (3 if isinstance(error, Transient) else 2)
    with pytest.raises(type(error)):
        served(end + 5 * MINUTE)


def test_no_renewal_begins_when_the_runs_time_is_nearly_over(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    token(consents, platform, now)

    def late(at: datetime) -> str:
        asked = consents.access(ROW.handle, at, platform.renew, in_time=False)
        return asyncio.run(asked).token

    end = now + timedelta(seconds=7200)
    assert late(end - MINUTE) == "act.putaran-1"
    with pytest.raises(Busy):
        late(end)
    assert platform.renewals == 1


def test_while_another_renews_the_old_access_token_serves(
    agency: AgencyStore, consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    token(consents, platform, now)
    early = now + timedelta(seconds=7200) - 15 * MINUTE
    other = Consents(agency, lambda: Vault(KEY))
    got = []

    async def meanwhile() -> None:
        got.append((await other.access(ROW.handle, early, platform.renew)).token)

    platform.before_answering = meanwhile
    assert token(consents, platform, early) == "act.putaran-2"
    assert got == ["act.putaran-1"]


# A renewal that never came to its end

KILLED = """
import asyncio, sys, time
from datetime import datetime
from pathlib import Path
from functions.tokens.consents import Consents
from functions.tokens.vault import Vault
from functions.model import Agency, iso
from functions.store import open_store
from functions.store.agency import AgencyStore

async def renew(refresh_token):
    Path(sys.argv[2]).write_text(refresh_token)  # from here on the platform takes the next alone
    time.sleep(60)

book = AgencyStore(open_store(sys.argv[1]), Agency())
consents = Consents(book, lambda: Vault(sys.argv[4]))
asyncio.run(consents.access("kemenkum.ntt", datetime.fromisoformat(sys.argv[3]), renew))
"""


def killed_renewing(url: str, spent: Path, at: datetime) -> None:
    """A process renews the consent, and is killed after the platform has taken the old token."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, str(spent), at.isoformat(), KEY],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        until = time.monotonic() + 30
        while not spent.exists() and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    assert spent.exists()


class Strict(Platform):
    """Refuses a spent token as the collector tells it."""

    async def renew(self, refresh_token: str) -> Grant:
        try:
            return await super().renew(refresh_token)
        except AccountWrong as wrong:
            raise Declined(wrong) from None


def test_a_pair_lost_with_its_process_is_known_for_that_and_costs_nothing_before_the_end(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    agency = AgencyStore(open_store(sqlite_url), Agency())
    consents, platform = Consents(agency, lambda: Vault(KEY)), Strict()
    consents.add([ROW], now)
    assert token(consents, platform, now) == "act.putaran-1"
    end = now + timedelta(seconds=7200)
    begun = end - 15 * MINUTE
    killed_renewing(sqlite_url, tmp_path / "spent", begun)
    assert (tmp_path / "spent").read_text() == platform.living
    platform.living = "rft.of-the-lost-pair"

    for at in (begun + MINUTE, begun + LEASE, end - MINUTE):
        assert token(consents, platform, at) == "act.putaran-1"
    for at in (end + 5 * MINUTE, end + 6 * HOUR, end + 300 * HOUR):
        with pytest.raises(PairLost) as lost:
            token(consents, platform, at)
        assert lost.value.begun_at == begun
        assert iso(begun) in str(lost.value)
    # A consent given anew is an ordinary one.
    again = ConsentRow(ROW.satker, ROW.platform, ROW.handle, "rft.of-the-lost-pair")
    assert consents.add([again], end) == ["replaced"]
    assert token(consents, platform, end + HOUR) == "act.putaran-2"
    assert held(agency)["renewal"] is None
    agency.store.close()


def test_a_renewal_that_the_platform_never_heard_of_is_made_up_for(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    """Killed before its request arrived: the old refresh token is tried once more, and works."""
    agency = AgencyStore(open_store(sqlite_url), Agency())
    consents, platform = Consents(agency, lambda: Vault(KEY)), Strict()
    consents.add([ROW], now)
    killed_renewing(sqlite_url, tmp_path / "spent", now)
    assert token(consents, platform, now + LEASE) == "act.putaran-1"
    assert held(agency)["renewal"] is None
    agency.store.close()


def test_a_refusal_without_a_lost_pair_is_the_platforms_own(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    platform = Strict()
    consents.add([ROW], now)
    platform.living = "rft.dicabut"
    for at in (now, now + 6 * HOUR):
        with pytest.raises(Declined) as declined:
            token(consents, platform, at)
        assert isinstance(declined.value.why, AccountWrong)
    assert held(agency)["renewal"]["lost"] is False
    assert held(agency)["renewal"]["refused_at"] == iso(now)


def test_an_answer_that_never_arrived_may_be_a_pair_lost(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    """The connection broke after TikTok had given the new pair."""
    platform = Strict()
    consents.add([ROW], now)

    async def breaks(refresh_token: str) -> Grant:
        await platform.renew(refresh_token)
        raise Transient("the connection broke")

    with pytest.raises(Transient):
        asyncio.run(consents.access(ROW.handle, now, breaks))
    with pytest.raises(PairLost):
        token(consents, platform, now + HOUR)


def test_every_renewal_uses_the_token_that_the_last_one_brought(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    for n in range(1, 6):
        assert token(consents, platform, now + n * 2 * HOUR) == f"act.putaran-{n}"


def test_the_new_pair_is_stored_before_it_is_used(
    consents: Consents, platform: Platform, agency: AgencyStore, now: datetime
) -> None:
    consents.add([ROW], now)
    got = token(consents, platform, now)
    vault = Vault(KEY)
    assert vault.open(held(agency)["access"]) == got
    assert vault.open(held(agency)["refresh"]) == platform.living
    # Another process, started afresh, goes on from there.
    fresh = Consents(agency, lambda: Vault(KEY))
    assert token(fresh, platform, now + 3 * HOUR) == "act.putaran-2"


def test_a_renewal_whose_store_fails_is_not_used(
    consents: Consents,
    platform: Platform,
    agency: AgencyStore,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consents.add([ROW], now)
    write = agency.store.write

    def failing(writes: Any) -> None:
        todo = list(writes)
        if any("access" in one.data for one in todo):
            raise OSError("disk full")
        write(todo)

    monkeypatch.setattr(agency.store, "write", failing)
    with pytest.raises(OSError, match="disk full"):
        token(consents, platform, now)


def refusing(agency: AgencyStore, monkeypatch: pytest.MonkeyPatch, times: int) -> list[StoreError]:
    """Let the store refuse a new pair so many times, with no pause in between."""
    write, refused = agency.store.write, []

    def refuse(writes: Any) -> None:
        todo = list(writes)
        if any("access" in one.data for one in todo) and len(refused) < times:
            refused.append(StoreError("the store refuses for a while; try again"))
            raise refused[-1]
        write(todo)

    monkeypatch.setattr(agency.store, "write", refuse)
    monkeypatch.setattr("functions.tokens.consents.PAUSES", (0.0,) * len(PAUSES))
    return refused


@pytest.mark.parametrize("times", [1, len(PAUSES)])
def test_a_store_that_refuses_for_a_minute_costs_no_pair(
    consents: Consents,
    platform: Platform,
    agency: AgencyStore,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
) -> None:
    consents.add([ROW], now)
    refused = refusing(agency, monkeypatch, times)
    assert token(consents, platform, now) == "act.putaran-1"
    assert len(refused) == times
    assert Vault(KEY).open(held(agency)["refresh"]) == platform.living
    assert 50 < sum(PAUSES) < LEASE.total_seconds()


def test_a_store_that_refuses_for_longer_is_told_as_it_is(
    consents: Consents,
    platform: Platform,
    agency: AgencyStore,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consents.add([ROW], now)
    refusing(agency, monkeypatch, len(PAUSES) + 1)
    with pytest.raises(StoreError, match="refuses for a while"):
        token(consents, platform, now)


def test_a_renewal_that_nobody_waits_for_any_more_is_stored(
    consents: Consents, platform: Platform, agency: AgencyStore, now: datetime
) -> None:
    consents.add([ROW], now)

    async def slowly() -> None:
        await asyncio.sleep(0.05)

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await consents.access(ROW.handle, now, platform.renew)
        assert Vault(KEY).open(held(agency)["refresh"]) != platform.living
        await consents.settle()

    platform.before_answering = slowly
    asyncio.run(impatient())
    assert Vault(KEY).open(held(agency)["refresh"]) == platform.living
    assert token(consents, platform, now + MINUTE) == "act.putaran-1"


def test_a_renewal_that_nobody_waits_for_any_more_may_fail(
    consents: Consents, now: datetime
) -> None:
    consents.add([ROW], now)

    async def fails(_: str) -> Grant:
        await asyncio.sleep(0.02)
        raise Transient("unwell")

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await consents.access(ROW.handle, now, fails)
        await consents.settle()

    asyncio.run(impatient())


def test_an_access_token_that_was_refused_is_renewed_whatever_its_end(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    token(consents, platform, now + 40 * 24 * HOUR)  # by a clock that was ahead

    def again(dead: str) -> str:
        asked = consents.access(ROW.handle, now, platform.renew, dead=dead)
        return asyncio.run(asked).token

    assert again("another") == "act.putaran-1"
    assert again("act.putaran-1") == "act.putaran-2"
    assert again("act.putaran-1") == "act.putaran-2"
    # Its end is told by the right clock again.
    assert token(consents, platform, now + 3 * HOUR) == "act.putaran-3"


@pytest.mark.parametrize("seconds", [-1, 0, 10**18])
def test_a_pair_with_an_odd_lifetime_is_stored_all_the_same(
    consents: Consents, platform: Platform, agency: AgencyStore, now: datetime, seconds: int
) -> None:
    consents.add([ROW], now)

    async def odd(_: str) -> Grant:
        return Grant("act.aneh", "rft.aneh", seconds, seconds)

    asyncio.run(consents.access(ROW.handle, now, odd))
    assert Vault(KEY).open(held(agency)["refresh"]) == "rft.aneh"
    until = datetime.fromisoformat(held(agency)["access_until"])
    assert until == (now + LONGEST_LIFE if seconds > 0 else now)


def test_no_token_shows_in_what_is_printed_of_it(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    access = asyncio.run(consents.access(ROW.handle, now, platform.renew))
    assert access.token not in repr(access)
    assert ROW.refresh_token not in repr(ROW)
    assert ROW.handle in repr(ROW)


@pytest.mark.parametrize("error", [Transient("unwell"), AccountWrong("refused", "Minta izin.")])
def test_a_failed_renewal_keeps_the_token_for_the_next_try(
    consents: Consents, platform: Platform, now: datetime, error: Exception
) -> None:
    consents.add([ROW], now)

    async def fail(_: str) -> Grant:
        raise error

    with pytest.raises(type(error)):
        asyncio.run(consents.access(ROW.handle, now, fail))
    with pytest.raises(Busy):
        token(consents, platform, now + MINUTE)
    assert token(consents, platform, now + LEASE) == "act.putaran-1"


# One at a time


def test_of_two_at_once_one_renews_and_the_other_is_told_to_come_back(
    agency: AgencyStore, consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    other = Consents(agency, lambda: Vault(KEY))

    async def meanwhile() -> None:
        with pytest.raises(Busy):
            await other.access(ROW.handle, now, platform.renew)

    platform.before_answering = meanwhile
    assert token(consents, platform, now) == "act.putaran-1"
    assert platform.renewals == 1
    # At the next tick both have it.
    assert token(other, platform, now + MINUTE) == "act.putaran-1"


def test_of_two_at_once_the_other_waits_for_the_pair(
    agency: AgencyStore,
    consents: Consents,
    platform: Platform,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two batches of one account, at work together, both read it at this tick."""
    monkeypatch.setattr("functions.tokens.consents.WAITS", (0.01,) * 100)
    consents.add([ROW], now)
    other = Consents(agency, lambda: Vault(KEY))

    async def both() -> list[str]:
        asked = (c.access(ROW.handle, now, platform.renew) for c in (consents, other))
        return [access.token for access in await asyncio.gather(*asked)]

    async def some_time() -> None:
        await asyncio.sleep(0.05)

    platform.before_answering = some_time
    assert asyncio.run(both()) == ["act.putaran-1"] * 2
    assert platform.renewals == 1


def test_of_two_that_read_the_same_version_one_gets_the_lease(
    agency: AgencyStore,
    consents: Consents,
    platform: Platform,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between our read and our write somebody else took it."""
    consents.add([ROW], now)
    get = agency.store.get

    def overtaken(paths: Any) -> Any:
        found = get(paths)
        agency.store.write([Write(PATH, {"satker": "kanwil-ntt"}, "merge")])
        return found

    monkeypatch.setattr(agency.store, "get", overtaken)
    with pytest.raises(Busy):
        token(consents, platform, now)
    assert platform.renewals == 0


def test_a_lease_whose_holder_died_ends_by_itself(
    agency: AgencyStore, consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)

    async def dies(_: str) -> Grant:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(consents.access(ROW.handle, now, dies))
    with pytest.raises(Busy):
        token(consents, platform, now + LEASE - timedelta(seconds=1))
    assert token(consents, platform, now + LEASE) == "act.putaran-1"


def test_a_lease_taken_by_a_clock_that_was_ahead_holds_nobody_up(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)

    async def fail(_: str) -> Grant:
        raise Transient("unwell")

    with pytest.raises(Transient):
        asyncio.run(consents.access(ROW.handle, now + 400 * 24 * HOUR, fail))
    assert token(consents, platform, now) == "act.putaran-1"


def test_a_consent_given_during_a_renewal_stays(
    agency: AgencyStore, consents: Consents, platform: Platform, now: datetime
) -> None:
    """It may be of another account; the renewed pair of the old one must not take its place."""
    consents.add([ROW], now)

    async def meanwhile() -> None:
        before = agency.store.get([PATH])[PATH]
        grant = Grant("act.b", "rft.b")
        agency.replace(before, consents.given("kanwil-ntt", ROW.handle, grant, now, before))

    platform.before_answering = meanwhile
    with pytest.raises(Busy):
        token(consents, platform, now)
    assert Vault(KEY).open(held(agency)["refresh"]) == "rft.b"
    assert token(consents, platform, now + MINUTE) == "act.b"


def test_another_write_during_a_renewal_does_not_lose_the_new_pair(
    agency: AgencyStore,
    consents: Consents,
    platform: Platform,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consents.add([ROW], now)
    write, disturbed = agency.store.write, []

    def disturbing(writes: Any) -> None:
        todo = list(writes)
        if any("access" in one.data for one in todo) and not disturbed:
            disturbed.append(True)
            write([Write(PATH, {"satker": "kanwil-lain"}, "merge")])
        write(todo)

    monkeypatch.setattr(agency.store, "write", disturbing)
    assert token(consents, platform, now) == "act.putaran-1"
    assert Vault(KEY).open(held(agency)["refresh"]) == platform.living


# Whose it is, since when


def test_access_names_the_account_that_it_speaks_for(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    consents.add([ROW], now)
    for at in (now, now + MINUTE):
        access = asyncio.run(consents.access(ROW.handle, at, platform.renew))
        assert access.owner == "pemilik"


def test_consents_given_since_an_account_was_looked_at_are_told(
    consents: Consents, now: datetime
) -> None:
    consents.add([ROW], now)
    assert consents.given_since({ROW.handle: now - MINUTE}) == [ROW.handle]
    assert consents.given_since({ROW.handle: now}) == [ROW.handle]
    assert consents.given_since({ROW.handle: now + MINUTE, "orang.lain": now - MINUTE}) == []
    assert consents.given_since({}) == []


# Facebook Pages' own tokens

PAGE = ConsentRow("kanwil-ntt", "facebook", "KemenkumNTT", "EAAB.pertama")
PAGE_PATH = "agencies/kemenkum/consents/facebook:kemenkumntt"


def page_token(consents: Consents, handle: str) -> str | None:
    """One Page's token; its error is raised."""
    token = consents.page_tokens([handle]).get(handle)
    if isinstance(token, VaultError):
        raise token
    return token


def test_a_pages_token_is_kept_as_it_was_given_whatever_the_case_of_its_name(
    consents: Consents, agency: AgencyStore, now: datetime
) -> None:
    assert consents.add([PAGE], now) == ["new"]
    assert page_token(consents, "kemenkumntt") == "EAAB.pertama"
    assert page_token(consents, "orang.lain") is None
    document = agency.store.get([PAGE_PATH])[PAGE_PATH].data
    assert set(document) == {"satker", "platform", "handle", "origin", "given_at", "access"}


def test_a_pages_token_imported_again_changes_nothing_and_a_new_one_takes_its_place(
    consents: Consents, agency: AgencyStore, now: datetime
) -> None:
    consents.add([PAGE], now)
    before = agency.store.get([PAGE_PATH])[PAGE_PATH].data
    assert consents.add([PAGE], now + HOUR) == ["kept"]
    assert agency.store.get([PAGE_PATH])[PAGE_PATH].data == before
    assert consents.add([ConsentRow(PAGE.satker, "facebook", PAGE.handle, "EAAB.dua")], now) == [
        "replaced"
    ]
    assert page_token(consents, PAGE.handle) == "EAAB.dua"


def test_a_page_and_a_tiktok_account_of_one_name_keep_apart(
    consents: Consents, platform: Platform, now: datetime
) -> None:
    page = ConsentRow(ROW.satker, "facebook", ROW.handle, "EAAB.pertama")
    assert consents.add([ROW, page], now) == ["new", "new"]
    assert token(consents, platform, now) == "act.putaran-1"
    assert page_token(consents, ROW.handle) == "EAAB.pertama"


def test_the_tokens_of_many_pages_cost_one_read_and_one_lost_key_no_other(
    consents: Consents, agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = ConsentRow("kanwil-ntb", "facebook", "kemenkumntb", "EAAB.lain")
    Consents(agency, lambda: Vault(ANOTHER)).add([lost], now)
    consents.add([PAGE], now)
    get, reads = agency.store.get, []

    def counting(paths: Any) -> Any:
        reads.append(paths)
        return get(paths)

    monkeypatch.setattr(agency.store, "get", counting)
    found = consents.page_tokens(["kemenkumntb", "KemenkumNTT", "kemenkumntt", "orang.lain"])
    assert len(reads) == 1
    assert isinstance(found.pop("kemenkumntb"), VaultError)
    assert found == {"KemenkumNTT": "EAAB.pertama", "kemenkumntt": "EAAB.pertama"}
    assert consents.page_tokens([]) == {}
    with pytest.raises(VaultError):
        page_token(consents, "kemenkumntb")
    # Imported again after its key was lost, it serves again.
    assert consents.add([lost], now) == ["replaced"]
    assert page_token(consents, "kemenkumntb") == "EAAB.lain"


# Where tokens may be read: nowhere


@pytest.fixture
def on_disk(tmp_path: Any) -> Iterator[AgencyStore]:
    opened = open_store(f"sqlite:///{tmp_path}/kiprah.db")
    assert isinstance(opened, SqliteStore)
    yield AgencyStore(opened, Agency())
    opened.close()


def test_no_token_can_be_read_anywhere_in_the_store(
    on_disk: AgencyStore, platform: Platform, now: datetime, tmp_path: Any
) -> None:
    consents = Consents(on_disk, lambda: Vault(KEY))
    consents.add([ROW, PAGE], now)
    for n in range(3):
        token(consents, platform, now + n * 3 * HOUR)
    assert page_token(consents, PAGE.handle) == PAGE.refresh_token
    on_disk.store.close()
    found = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"kemenkum.ntt" in found
    for part in (b"rft.", b"act.", b"EAAB", b"pertama", b"putaran"):
        assert part not in found


def test_a_file_without_rows_opens_no_vault(agency: AgencyStore, now: datetime) -> None:
    """The key is asked for only where there is something to seal."""

    def never() -> Vault:
        raise AssertionError("opened")

    assert Consents(agency, never).add([], now) == []
