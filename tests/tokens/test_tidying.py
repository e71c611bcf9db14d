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


def document(book: AgencyStore) -> dict[str, Any]:
    return book.store.get([PATH])[PATH].data


def test_a_token_that_is_refused_for_thirty_days_is_deleted(
    book: AgencyStore, consents: Consents
) -> None:
    consents.add([ROW], MIDNIGHT)
    with pytest.raises(Declined):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, declines))
    assert tidy(book, LISTED, MIDNIGHT + KEPT - DAY) == 0
    assert "refresh" in document(book)
    assert tidy(book, LISTED, MIDNIGHT + KEPT) == 1
    assert document(book)["why"] == "refused"
    assert not any(isinstance(value, bytes) for value in document(book).values())
    with pytest.raises(NoConsent) as none:
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT + KEPT, declines))
    assert none.value.why == "refused"
    # It is no withdrawal: the same token may be tried once more by hand.
    assert consents.add([ROW], MIDNIGHT + KEPT) == ["new"]


def test_one_that_is_renewed_lives(book: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    platform = Platform()
    for day in range(0, 200, 10):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT + day * DAY, platform.renew))
        assert tidy(book, LISTED, MIDNIGHT + day * DAY) == 0
    assert "refresh" in document(book)


def test_one_that_ended_by_itself_is_deleted(book: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, Platform().renew))
    end = MIDNIGHT + 180 * DAY
    assert tidy(book, LISTED, end + KEPT - DAY) == 0
    assert tidy(book, LISTED, end + KEPT) == 1
    assert document(book)["why"] == "expired"


def test_one_of_an_account_that_left_the_registry_is_deleted_unless_it_returns(
    book: AgencyStore, consents: Consents
) -> None:
    consents.add([ROW], MIDNIGHT)
    others = tiktok_roster("orang.lain")
    tidy(book, others, MIDNIGHT)
    tidy(book, LISTED, MIDNIGHT + 20 * DAY)
    tidy(book, others, MIDNIGHT + 21 * DAY)
    assert tidy(book, others, MIDNIGHT + KEPT + DAY) == 0
    assert tidy(book, others, MIDNIGHT + KEPT + 21 * DAY) == 1
    assert document(book)["why"] == "unlisted"


def test_an_empty_registry_deletes_nothing(book: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    before = document(book)
    assert tidy(book, Roster(as_of=MIDNIGHT), MIDNIGHT + 900 * DAY) == 0
    assert document(book) == before


def test_it_looks_once_a_day_in_one_hour(book: AgencyStore, consents: Consents) -> None:
    consents.add([ROW], MIDNIGHT)
    meter = book.store.meter
    tidy(book, LISTED, MIDNIGHT)
    reads, writes = meter.reads, meter.writes
    tidy(book, LISTED, MIDNIGHT + timedelta(minutes=15))
    assert (meter.reads - reads, meter.writes - writes) == (1, 0)
    tidy(book, LISTED, MIDNIGHT + timedelta(hours=5))
    assert meter.reads - reads == 1


def test_somebody_who_writes_at_the_same_moment_has_the_last_word(
    book: AgencyStore, consents: Consents, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.add([ROW], MIDNIGHT)
    with pytest.raises(Declined):
        asyncio.run(consents.access("Kemenkum.NTT", MIDNIGHT, declines))
    honest = book.store.write

    def racing(writes: Any) -> None:
        todo = [*writes]
        if todo[0].path == PATH:
            honest([Write(PATH, {"given_at": "2026-11-20T00:00:00Z"}, "merge")])
        honest(todo)

    monkeypatch.setattr(book.store, "write", racing)
    assert tidy(book, LISTED, MIDNIGHT + KEPT) == 0
    assert "refresh" in document(book)


@examples(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=ODD)
def test_one_odd_document_costs_no_other(sqlite_url: str, data: dict[str, Any]) -> None:
    store = open_store(sqlite_url)
    book = AgencyStore(store, Agency())
    store.write([Write(f"{book.root}/cursors/consents", mode="delete")])
    Consents(book, lambda: Vault(KEY)).add([ROW], MIDNIGHT)
    store.write([Write(PATH, {"unlisted_since": "2026-01-01T00:00:00Z"}, "merge")])
    store.write([Write(f"{book.root}/consents/a", data)])
    tidy(book, tiktok_roster("orang.lain"), MIDNIGHT)
    assert document(book)["why"] == "unlisted"
    store.write([Write(PATH, mode="delete")])
    store.close()
