"""The flow against both stores: each step once, whoever else is at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.connect import ticket
from functions.connect.flow import (
    ATTEMPT,
    Begun,
    ConsentProblem,
    Flow,
    Given,
    Refusal,
    challenge,
    handles,
)
from functions.model import Account, Agency, Roster
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from functions.tokens.vault import Vault
from tests import factories

KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
SATKER, HANDLE = "kanwil-ntt", "kemenkum.ntt"
CONSENT = f"agencies/kemenkum/consents/tiktok:{HANDLE}"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Grant:
    access_token: str = "act.satu"
    refresh_token: str = "rft.satu"
    expires_in: int = 7200
    refresh_expires_in: int = 180 * 86400
    open_id: str = "pemilik"
    scope: str = ""


class App:
    """TikTok, which says yes; ``meanwhile`` happens while it is asked for the account's name."""

    def __init__(self) -> None:
        self.verifiers: list[str] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None

    def client_key(self, handle: str) -> str:
        return "kunci"

    async def exchange(self, handle: str, code: str, redirect_uri: str, verifier: str) -> Grant:
        self.verifiers.append(verifier)
        return Grant()

    async def username(self, handle: str, access_token: str) -> str:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return HANDLE


@pytest.fixture(autouse=True)
def _registered(agency: AgencyStore, now: datetime) -> None:
    """One unit with its accounts."""
    began = now - timedelta(days=30)
    listed = [factories.account(SATKER, "tiktok", HANDLE, since=began)]
    unit = factories.satker(SATKER, "Kanwil NTT")
    agency.save_roster(factories.roster(unit, accounts=listed, as_of=began))


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def flow(agency: AgencyStore, app: App) -> Flow:
    return Flow(agency, Vault(KEY), app, auth_url="https://tiktok", connect_url="https://kiprah/")


def sealed(now: datetime) -> str:
    return ticket.issue(Vault(KEY), "kemenkum", SATKER, HANDLE, now)


def state_of(begun: Begun) -> str:
    return parse_qs(urlsplit(begun.address).query)["state"][0]


async def finish(flow: Flow, begun: Begun, now: datetime) -> Given:
    return await flow.finish(state_of(begun), "code", "", {begun.cookie: begun.secret}.get, now)  # type: ignore[arg-type]


async def problem_of(flow: Flow, begun: Begun, now: datetime) -> ConsentProblem:
    with pytest.raises(Refusal) as caught:
        await finish(flow, begun, now)
    return caught.value.reason


def test_the_verifier_that_is_sent_fits_the_challenge(flow: Flow, app: App, now: datetime) -> None:
    begun = flow.start(sealed(now), now)
    asyncio.run(finish(flow, begun, now))
    [verifier] = app.verifiers
    assert 43 <= len(verifier) <= 128
    asked = parse_qs(urlsplit(begun.address).query)
    assert asked["code_challenge"] == [challenge(verifier)]
    assert asked["redirect_uri"] == ["https://kiprah/callback"]


def test_the_challenge_is_the_standards() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("age", "good"), [(ATTEMPT - SECOND, True), (ATTEMPT, False), (2 * ATTEMPT, False)]
)
def test_an_attempt_lasts_ten_minutes(
    flow: Flow, now: datetime, age: timedelta, good: bool
) -> None:
    begun = flow.start(sealed(now), now)
    if good:
        asyncio.run(finish(flow, begun, now + age))
    else:
        assert asyncio.run(problem_of(flow, begun, now + age)) is ConsentProblem.STALE


def test_a_ticket_is_spent_once_however_many_attempts_it_began(
    flow: Flow, agency: AgencyStore, app: App, now: datetime
) -> None:
    opened = sealed(now)
    first, second = flow.start(opened, now), flow.start(opened, now)

    async def meanwhile() -> None:
        await finish(flow, second, now)

    app.meanwhile = meanwhile
    assert asyncio.run(problem_of(flow, first, now)) is ConsentProblem.USED
    assert agency.store.get([CONSENT])
    assert list(agency.store.list(f"{agency.root}/attempts")) == []
    with pytest.raises(Refusal, match="used link"):
        flow.start(opened, now)


def test_of_two_that_read_the_same_attempt_one_takes_it(
    flow: Flow, agency: AgencyStore, app: App, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our read and our write somebody else took it."""
    begun = flow.start(sealed(now), now)
    get = agency.store.get

    def overtaken(paths: Any) -> Any:
        found = get(paths)
        agency.store.write([Write(path, {"taken_at": "then"}, "merge") for path in found])
        return found

    monkeypatch.setattr(agency.store, "get", overtaken)
    assert asyncio.run(problem_of(flow, begun, now)) is ConsentProblem.STALE
    assert app.verifiers == []


def test_an_account_that_will_be_registered_may_consent_and_one_that_was_may_not(
    agency: AgencyStore, now: datetime
) -> None:
    unit = factories.satker(SATKER, "Kanwil NTT")
    day = timedelta(days=1)

    def account(handle: str, begin: timedelta, end: timedelta | None, **other: Any) -> Account:
        facts = {"platform": "tiktok", "satker": SATKER} | other
        ends = None if end is None else now + end
        return Account(handle=handle, valid_from=now + begin, valid_to=ends, **facts)

    accounts = (
        account("sekarang", -day, None),
        account("nanti", day, None),
        account("dulu", -2 * day, -day),
        account("kembali", -2 * day, -day),
        account("kembali", -day, None),
        account("lain", -day, None, satker="kanwil-bali"),
        account("x", -day, None, platform="x"),
    )
    agency.save_roster(Roster(as_of=now, satker=(unit,), accounts=accounts))
    assert handles(agency, SATKER, now) == ["sekarang", "nanti", "kembali"]
    assert handles(agency, "kanwil-none", now) == []


def test_before_the_first_registry_nobody_may_consent(store: Store, now: datetime) -> None:
    assert handles(AgencyStore(store, Agency(id="lain")), SATKER, now) == []
