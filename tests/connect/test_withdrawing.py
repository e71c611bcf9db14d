"""A consent is withdrawn: its tokens are gone, whoever is at it and whatever the platform says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.connect import ticket
from functions.connect.flow import ConsentProblem, Flow, Refusal, links_from
from functions.connect.withdrawing import Withdrawn, feedback, meant, withdraw
from functions.store.agency import AgencyStore
from functions.store.agency.consents import ConsentKind
from functions.store.port import Write
from functions.tokens.absent import Busy, NoConsent
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import Vault
from tests import factories
from tests.connect.test_flow import App
from tests.connect.test_flow import finish as came_back
from tests.tokens.test_consents import Grant
from tests.tokens.test_consents import Platform as TikTok

KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
SATKER, HANDLE = "kanwil-ntt", "kemenkum.ntt"
ROW = ConsentRow(SATKER, "tiktok", HANDLE, "rft.pertama")
PAGE = ConsentRow(SATKER, "facebook", "kemenkumntt", "EAAB.pertama")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Revoker:
    """TikTok, as it is told that our app is to be disconnected."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.refusal = refusal
        self.revoked: list[str] = []
        self.renewed: list[str] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None

    async def renew(self, handle: str, refresh_token: str) -> Grant:
        self.renewed.append(refresh_token)
        if self.refusal:
            raise self.refusal
        return Grant("act.terakhir", "rft.terakhir")

    async def revoke(self, handle: str, access_token: str) -> None:
        if self.meanwhile:
            await self.meanwhile()
        if self.refusal:
            raise self.refusal
        self.revoked.append(access_token)


@pytest.fixture(autouse=True)
def _registered(agency: AgencyStore, now: datetime) -> None:
    """One unit with its accounts."""
    begin = now - timedelta(days=9)
    listed = [
        factories.account(SATKER, "tiktok", HANDLE, since=begin),
        factories.account(SATKER, "facebook", PAGE.handle, since=begin),
    ]
    unit = factories.satker(SATKER, "Kanwil NTT")
    agency.save_roster(factories.roster(unit, accounts=listed, as_of=begin))


@pytest.fixture
def consents(agency: AgencyStore) -> Consents:
    return Consents(agency, lambda: Vault(KEY))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.tokens.consents.WAITS", ())
    monkeypatch.setattr("functions.connect.withdrawing.WAITS", (0.0,))


def withdrawn(
    agency: AgencyStore,
    now: datetime,
    revoker: Revoker | str = "",
    platform: ConsentKind = "tiktok",
    handle: str = HANDLE,
) -> Withdrawn:
    asked = revoker or Revoker()
    vault = Vault(KEY)
    run = withdraw(agency, lambda: vault, asked, SATKER, [(platform, handle)], now)
    [done] = asyncio.run(run)
    return done


def consent_documents(agency: AgencyStore) -> dict[str, dict[str, Any]]:
    return {
        stored.path: stored.data
        for collection in ("consents", "attempts", "tickets")
        for stored in agency.store.list(f"{agency.root}/{collection}")
    }


def tokens(agency: AgencyStore) -> list[bytes]:
    return [
        v for d in consent_documents(agency).values() for v in d.values() if isinstance(v, bytes)
    ]


def living(consents: Consents, now: datetime, tiktok: TikTok | None = None) -> TikTok:
    """A consent that has been used: its access token lives for two hours."""
    tiktok = tiktok or TikTok()
    consents.add([ROW], now)
    asyncio.run(consents.access(HANDLE, now, tiktok.renew))
    return tiktok


def test_its_tokens_are_deleted_and_tiktok_is_told_with_the_living_one(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    tiktok, revoker = living(consents, now), Revoker()
    done = withdrawn(agency, now + HOUR, revoker)
    assert (done.tokens, done.revoked, done.why) == (True, True, "")
    assert revoker.revoked == ["act.putaran-1"]
    assert revoker.renewed == []
    assert tokens(agency) == []
    [document] = consent_documents(agency).values()
    assert document == {
        "satker": SATKER,
        "platform": "tiktok",
        "handle": HANDLE,
        "given_at": "2026-10-20T03:00:00Z",
        "origin": "",
        "spent": document["spent"],
        "ended_at": "2026-10-20T04:00:00Z",
        "why": "withdrawn",
        "void_until": "2026-10-20T04:00:00Z",
    }
    with pytest.raises(NoConsent) as none:
        asyncio.run(consents.access(HANDLE, now + HOUR, tiktok.renew))
    assert none.value.why == "withdrawn"
    assert tiktok.renewals == 1


def test_with_a_dead_access_token_one_last_renewal_tells_tiktok(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    living(consents, now)
    revoker = Revoker()
    assert withdrawn(agency, now + 9 * HOUR, revoker).revoked
    assert revoker.renewed == ["rft.putaran-1"]
    assert revoker.revoked == ["act.terakhir"]
    assert tokens(agency) == []


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(ConsentProblem.UNREACHABLE), "could not be reached; the owner removes Kiprah"),
        (Refusal(ConsentProblem.REJECTED), "does not take its tokens any more"),
        (Refusal(ConsentProblem.UNREADY), "refuses the app's key and secret"),
    ],
)
def test_whatever_tiktok_answers_the_tokens_are_deleted(
    agency: AgencyStore, consents: Consents, now: datetime, refusal: Refusal, said: str
) -> None:
    living(consents, now)
    done = withdrawn(agency, now, Revoker(refusal))
    assert not done.revoked
    assert said in done.why
    assert tokens(agency) == []


@pytest.mark.parametrize("key", [KEY, "kunci-lain"])
def test_where_tiktok_is_not_asked_or_no_key_opens_them_they_are_deleted_too(
    agency: AgencyStore, now: datetime, key: str
) -> None:
    Consents(agency, lambda: Vault("kunci-lain")).add([ROW], now)
    vault = Vault(KEY)
    asked: Revoker | str = Revoker() if key == KEY else "TikTok is not told"
    run = withdraw(agency, lambda: vault, asked, SATKER, [("tiktok", HANDLE)], now)
    [done] = asyncio.run(run)
    said = "cannot be opened with the present key" if key == KEY else "TikTok is not told; the"
    assert said in done.why
    assert tokens(agency) == []


def test_withdrawing_twice_equals_withdrawing_once(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    living(consents, now)
    withdrawn(agency, now)
    once = consent_documents(agency)
    again = withdrawn(agency, now)
    assert not again.tokens
    assert again.ended_at == "2026-10-20T03:00:00Z"
    assert consent_documents(agency) == once


def test_one_that_died_after_the_mark_is_finished_by_the_next(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    tiktok, revoker = living(consents, now), Revoker()

    async def die() -> None:
        raise KeyboardInterrupt

    revoker.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        withdrawn(agency, now, revoker)
    assert len(tokens(agency)) == 2
    with pytest.raises(NoConsent):
        asyncio.run(consents.access(HANDLE, now, tiktok.renew))
    assert consents.living([HANDLE], now) == {}
    revoker.meanwhile = None
    assert withdrawn(agency, now, revoker).revoked
    assert tokens(agency) == []


def test_a_batch_in_flight_cannot_write_its_pair_back(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    """TikTok has answered a renewal that began before, and the pair is not stored yet."""
    tiktok = TikTok()
    consents.add([ROW], now)

    async def meanwhile() -> None:
        run = withdraw(agency, lambda: Vault(KEY), Revoker(), SATKER, [("tiktok", HANDLE)], now)
        [done] = await run
        assert done.tokens

    tiktok.before_answering = meanwhile
    with pytest.raises((Busy, NoConsent)):
        asyncio.run(consents.access(HANDLE, now, tiktok.renew))
    assert tiktok.renewals == 1
    assert tokens(agency) == []


def test_a_pair_that_comes_while_tiktok_is_told_is_not_stored_for_a_moment(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    tiktok, revoker, vault = TikTok(), Revoker(), Vault(KEY)
    consents.add([ROW], now)
    seen: list[str] = []

    async def both() -> None:
        answered = asyncio.Event()
        tiktok.before_answering = answered.wait  # type: ignore[assignment]
        renewing = asyncio.ensure_future(consents.access(HANDLE, now, tiktok.renew))
        await asyncio.sleep(0.01)

        async def meanwhile() -> None:
            answered.set()
            with pytest.raises((Busy, NoConsent)):
                await renewing
            [document] = consent_documents(agency).values()
            seen.append(vault.open(document["refresh"]))

        revoker.meanwhile = meanwhile
        await withdraw(agency, lambda: vault, revoker, SATKER, [("tiktok", HANDLE)], now)

    asyncio.run(both())
    assert seen == ["rft.pertama"]
    assert tokens(agency) == []


def test_a_refusal_in_flight_writes_nothing_back_either(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    from functions.tokens.absent import Declined

    consents.add([ROW], now)

    async def refuse(refresh_token: str) -> Any:
        await withdraw(agency, lambda: Vault(KEY), Revoker(), SATKER, [("tiktok", HANDLE)], now)
        raise Declined(ValueError("invalid_grant"))

    with pytest.raises((Declined, NoConsent)):
        asyncio.run(consents.access(HANDLE, now, refuse))
    [document] = consent_documents(agency).values()
    assert "renewal" not in document


def test_a_renewal_under_way_is_waited_for_so_that_its_pair_can_be_revoked(
    agency: AgencyStore, consents: Consents, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.connect.withdrawing.WAITS", (0.05,) * 40)
    tiktok, revoker, vault = TikTok(), Revoker(), Vault(KEY)
    consents.add([ROW], now)

    async def slowly() -> None:
        await asyncio.sleep(0.2)

    tiktok.before_answering = slowly

    async def both() -> None:
        renewing = asyncio.ensure_future(consents.access(HANDLE, now, tiktok.renew))
        await asyncio.sleep(0.05)
        await withdraw(agency, lambda: vault, revoker, SATKER, [("tiktok", HANDLE)], now)
        await renewing

    asyncio.run(both())
    assert revoker.revoked == ["act.putaran-1"]
    assert tokens(agency) == []


# A Page's own token


def test_a_pages_token_is_deleted_and_its_owner_is_named_who_ends_it_there(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    consents.add([PAGE], now)
    revoker = Revoker()
    done = withdrawn(agency, now, revoker, "facebook", PAGE.handle)
    assert (done.tokens, done.revoked) == (True, False)
    assert "removes the app in the Page's settings" in done.why
    assert revoker.revoked == []
    assert consents.page_tokens([PAGE.handle]) == {}
    assert tokens(agency) == []


def test_a_consent_to_the_business_app_ends_with_the_others(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    business = ConsentRow(SATKER, "tiktok_business", HANDLE, "bizr.rahasia")
    consents.add([ROW, business], now)
    accounts = meant(agency, agency.roster(now), SATKER, None, HANDLE)
    assert sorted(accounts) == [("tiktok", HANDLE), ("tiktok_business", HANDLE)]
    done = withdrawn(agency, now, Revoker(), "tiktok_business", HANDLE)
    assert (done.tokens, done.revoked) == (True, False)
    assert "the owner removes Kiprah in TikTok" in done.why
    assert len(tokens(agency)) == 1  # of the other app
    assert consents.add([business], now) == ["withdrawn"]


def test_a_page_that_gave_none_leaves_nothing_behind(agency: AgencyStore, now: datetime) -> None:
    done = withdrawn(agency, now, Revoker(), "facebook", PAGE.handle)
    assert done.line == "facebook  kemenkumntt  no token"
    assert consent_documents(agency) == {}


# Links and attempts


def flow(agency: AgencyStore, app: App | None = None) -> Flow:
    app = app or App()
    return Flow(agency, Vault(KEY), app, auth_url="https://t", connect_url="https://c/connect")


def link(agency: AgencyStore, at: datetime) -> str:
    return ticket.issue(Vault(KEY), "kemenkum", SATKER, HANDLE, at)


@pytest.mark.parametrize("has_consented", [False, True])
def test_links_that_were_sent_before_are_void_and_later_ones_work(
    agency: AgencyStore, consents: Consents, now: datetime, has_consented: bool
) -> None:
    if has_consented:
        living(consents, now)
    early = link(agency, now)
    withdrawn(agency, now)
    with pytest.raises(Refusal) as refused:
        flow(agency).start(early, now + HOUR)
    assert refused.value.reason is ConsentProblem.WITHDRAWN
    at = links_from(agency, [HANDLE], now)[HANDLE]
    assert at == now + SECOND
    begun = flow(agency).start(link(agency, at), now + HOUR)
    asyncio.run(came_back(flow(agency), begun, now + HOUR))
    assert list(consents.living([HANDLE], now + HOUR)) == [HANDLE]
    with pytest.raises(Refusal):  # also once there is a consent again
        flow(agency).start(early, now + HOUR)


def test_an_attempt_under_way_is_void(agency: AgencyStore, now: datetime) -> None:
    begun = flow(agency).start(link(agency, now), now)
    assert len(tokens(agency)) == 1
    withdrawn(agency, now + SECOND)
    assert tokens(agency) == []
    with pytest.raises(Refusal):
        asyncio.run(came_back(flow(agency), begun, now + SECOND))
    assert tokens(agency) == []


def test_an_attempt_that_goes_between_reading_and_writing_does_not_come_back(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = flow(agency).start(link(agency, now), now)
    [path] = [path for path in consent_documents(agency) if "/attempts/" in path]
    honest = agency.store.write

    def racing(writes: Any) -> None:
        todo = [*writes]
        if "refresh" in todo[0].data:
            honest([Write(path, mode="delete")])
        honest(todo)

    monkeypatch.setattr(agency.store, "write", racing)
    with pytest.raises(Refusal):
        asyncio.run(came_back(flow(agency), begun, now))
    assert consent_documents(agency) == {}


@pytest.mark.parametrize("moment", ["exchange", "username"])
def test_an_attempt_that_is_talking_to_tiktok_stores_nothing(
    agency: AgencyStore, now: datetime, moment: str
) -> None:
    app = App()

    async def meanwhile(*_: Any) -> None:
        run = withdraw(agency, lambda: Vault(KEY), Revoker(), SATKER, [("tiktok", HANDLE)], now)
        await run

    honest = app.exchange

    async def exchange(*asked: Any) -> Any:
        await meanwhile()
        return await honest(*asked)

    if moment == "exchange":
        app.exchange = exchange  # type: ignore[method-assign]
    else:
        app.meanwhile = meanwhile
    begun = flow(agency, app).start(link(agency, now), now)
    with pytest.raises(Refusal) as refused:
        asyncio.run(came_back(flow(agency, app), begun, now))
    assert refused.value.reason is ConsentProblem.WITHDRAWN
    assert tokens(agency) == []
    flow(agency).start(
        link(agency, now + SECOND), now + HOUR
    )  # and whatever stayed disturbs nobody


def test_a_consent_that_is_renewed_while_another_is_given_is_replaced(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    """The document has another version then; that is nobody's refusal."""
    tiktok, app = living(consents, now), App()

    async def meanwhile() -> None:
        later = now + timedelta(hours=1, minutes=50)
        await consents.access(HANDLE, later, tiktok.renew)

    app.meanwhile = meanwhile
    begun = flow(agency, app).start(link(agency, now), now)
    asyncio.run(came_back(flow(agency, app), begun, now))
    [access] = consents.living([HANDLE], now).values()
    assert getattr(access, "token", "") == "act.satu"


# The file it came from


def test_the_file_does_not_bring_it_back_but_a_new_token_does(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    consents.add([ROW, PAGE], now)
    withdrawn(agency, now)
    withdrawn(agency, now, platform="facebook", handle=PAGE.handle)
    assert consents.add([ROW, PAGE], now + HOUR) == ["withdrawn", "withdrawn"]
    assert tokens(agency) == []
    again = ConsentRow(SATKER, "tiktok", HANDLE, "rft.baru")
    assert consents.add([again], now + HOUR) == ["new"]
    withdrawn(agency, now + HOUR)
    assert consents.add([again, ROW], now + HOUR) == ["withdrawn", "new"]


# Whose


def test_the_accounts_of_a_satker_are_the_registrys_and_those_with_a_consent(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    consents.add([ROW, ConsentRow(SATKER, "tiktok", "lama.sekali", "rft.lama")], now)
    consents.add([ConsentRow("kanwil-bali", "tiktok", "kemenkum.bali", "rft.bali")], now)
    roster = agency.roster(now)
    assert sorted(meant(agency, roster, SATKER, None, None)) == [
        ("facebook", "kemenkumntt"),
        ("tiktok", HANDLE),
        ("tiktok", "lama.sekali"),
    ]
    assert meant(agency, roster, SATKER, "facebook", None) == [("facebook", "kemenkumntt")]
    assert meant(agency, roster, SATKER, None, "@Kemenkum.NTT") == [("tiktok", HANDLE)]
    assert meant(agency, roster, SATKER, "facebook", HANDLE) == []
    assert meant(agency, roster, "tidak-ada", None, None) == []


def test_the_registry_says_so_to_the_unit(
    agency: AgencyStore, consents: Consents, now: datetime
) -> None:
    living(consents, now)
    done = withdrawn(agency, now)
    [(satker, platform, handle, said)] = feedback(agency.roster(now), [done], now)
    assert (satker, platform, handle) == (SATKER, "tiktok", HANDLE)
    assert said["status"] == (
        "Izin TikTok @kemenkum.ntt telah dicabut pada 2026-10-20T03:00:00Z dan tokennya dihapus; "
        "akun ini tidak dibaca sampai satker memberi izin baru melalui tautan izin."
    )
