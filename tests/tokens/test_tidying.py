"""Dead tokens are not kept for ever, and living ones always are."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from functions.model import Agency, Roster
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.tokens.absent import Declined, NoConsent
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.document import KEPT
from functions.tokens.tidying import tidy
from functions.tokens.vault import Vault
from tests.factories import account, roster, satker
from tests.tokens.conftest import KEY
from tests.tokens.test_consents import Platform
from tests.tokens.test_document import ODD

ROW = ConsentRow("kanwil-ntt", "tiktok", "Kemenkum.NTT", "rft.pertama")
PATH = "agencies/kemenkum/consents/tiktok:kemenkum.ntt"
MIDNIGHT = datetime.fromisoformat("2026-10-20T00:15:00+00:00")
DAY = timedelta(days=1)


def tiktok_roster(*handles: str) -> Roster:
    listed = [account("kanwil-ntt", "tiktok", handle, since=MIDNIGHT) for handle in handles]
    return roster(satker("kanwil-ntt"), accounts=listed, as_of=MIDNIGHT)


LISTED = tiktok_roster("Kemenkum.NTT")


async def declines(refresh_token: str) -> Any:
    raise Declined(ValueError("invalid_grant"))


def document(agency: AgencyStore) -> dict[str, Any]:
    return agency.store.get([PATH])[PATH].data


def test_a_token_that_is_refused_for_thirty_days_is_deleted(
    agency: AgencyStore, consents: Consents
) -> None:
    consents.add([ROW], MIDNIGHT)
    with pytest.raises(Declined):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, declines))
    assert tidy(agency, LISTED, MIDNIGHT + KEPT - DAY) == 0
    assert "refresh" in document(agency)
    assert tidy(agency, LISTED, MIDNIGHT + KEPT) == 1
    assert document(agency)["why"] == "refused"
    assert not any(isinstance(value, bytes) for value in document(agency).values())
    with pytest.raises(NoConsent) as none:
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT + KEPT, declines))
    assert none.value.why == "refused"
    # It is no withdrawal: the same token may be tried once more by hand.
    assert consents.add([ROW], MIDNIGHT + KEPT) == ["new"]


def test_one_that_is_renewed_lives(agency: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    platform = Platform()
    for day in range(0, 200, 10):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT + day * DAY, platform.renew))
        assert tidy(agency, LISTED, MIDNIGHT + day * DAY) == 0
    assert "refresh" in document(agency)


def test_one_that_ended_by_itself_is_deleted(agency: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, Platform().renew))
    end = MIDNIGHT + 180 * DAY
    assert tidy(agency, LISTED, end + KEPT - DAY) == 0
    assert tidy(agency, LISTED, end + KEPT) == 1
    assert document(agency)["why"] == "expired"


def test_one_of_an_account_that_left_the_registry_is_deleted_unless_it_returns(
    agency: AgencyStore, consents: Consents
) -> None:
    consents.add([ROW], MIDNIGHT)
    others = tiktok_roster("orang.lain")
    tidy(agency, others, MIDNIGHT)
    tidy(agency, LISTED, MIDNIGHT + 20 * DAY)
    tidy(agency, others, MIDNIGHT + 21 * DAY)
    assert tidy(agency, others, MIDNIGHT + KEPT + DAY) == 0
    assert tidy(agency, others, MIDNIGHT + KEPT + 21 * DAY) == 1
    assert document(agency)["why"] == "unlisted"


def test_an_empty_registry_deletes_nothing(agency: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    before = document(agency)
    assert tidy(agency, Roster(as_of=MIDNIGHT), MIDNIGHT + 900 * DAY) == 0
    assert document(agency) == before


def test_it_looks_once_a_day_in_one_hour(agency: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    meter = agency.store.meter
    tidy(agency, LISTED, MIDNIGHT)
    reads, writes = meter.reads, meter.writes
    tidy(agency, LISTED, MIDNIGHT + timedelta(minutes=15))
    assert (meter.reads - reads, meter.writes - writes) == (1, 0)
    tidy(agency, LISTED, MIDNIGHT + timedelta(hours=5))
    assert meter.reads - reads == 1


def test_a_consent_to_the_business_app_is_kept_as_long_as_its_account_is_listed(
    agency: AgencyStore, consents: Consents
) -> None:
    consents.add([ConsentRow("kanwil-ntt", "tiktok_business", "Kemenkum.NTT", "bizr")], MIDNIGHT)
    assert tidy(agency, LISTED, MIDNIGHT) == 0
    assert tidy(agency, LISTED, MIDNIGHT + KEPT + DAY) == 0
    assert tidy(agency, tiktok_roster("lain"), MIDNIGHT + KEPT + 2 * DAY) == 0
    assert tidy(agency, tiktok_roster("lain"), MIDNIGHT + 2 * KEPT + 2 * DAY) == 1


def test_somebody_who_writes_at_the_same_moment_has_the_last_word(
    agency: AgencyStore, consents: Consents, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.add([ROW], MIDNIGHT)
    with pytest.raises(Declined):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, declines))
    honest = agency.store.write

    def racing(writes: Any) -> None:
        todo = [*writes]
        if todo[0].path == PATH:
            honest([Write(PATH, {"given_at": "2026-11-20T00:00:00Z"}, "merge")])
        honest(todo)

    monkeypatch.setattr(agency.store, "write", racing)
    assert tidy(agency, LISTED, MIDNIGHT + KEPT) == 0
    assert "refresh" in document(agency)


@examples(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=ODD)
def test_one_odd_document_costs_no_other(sqlite_url: str, data: dict[str, Any]) -> None:
    store = open_store(sqlite_url)
    agency = AgencyStore(store, Agency())
    store.write([Write(f"{agency.root}/cursors/consents", mode="delete")])
    Consents(agency, lambda: Vault(KEY)).add([ROW], MIDNIGHT)
    store.write([Write(PATH, {"unlisted_since": "2026-01-01T00:00:00Z"}, "merge")])
    store.write([Write(f"{agency.root}/consents/a", data)])
    tidy(agency, tiktok_roster("orang.lain"), MIDNIGHT)
    assert document(agency)["why"] == "unlisted"
    store.write([Write(PATH, mode="delete")])
    store.close()
