"""What admins typed of campaigns and clarifications, and what they are told."""

from functions.score.listening.typed import read_typed
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from tests.factories import agency_store

CAMPAIGN = {"judul": "Setahun", "tagar": "#SetahunBerdampak", "dari": "2026-10-05"}


def typed(agency: AgencyStore, id: str, *, kind: str = "campaigns", **document: object) -> None:
    agency.store.write([Write(f"{agency.root}/{kind}/{id}", {**CAMPAIGN, **document})])


def told(agency: AgencyStore) -> dict[str, object]:
    documents = [*agency.campaigns(), *agency.clarifications()]
    return {stored.id: stored.data.get("status") for stored in documents}


def test_a_wrong_document_costs_itself_and_is_told_so(store: Store) -> None:
    agency = agency_store(store)
    typed(agency, "a")
    typed(agency, "b", tautan="javascript:alert(1)")
    typed(agency, "c", judul={"a": [1]})
    typed(agency, "d", kind="clarifications", frasa="biaya tetap")
    found = read_typed(agency)
    assert [each.id for each in found.campaigns] == ["a"]
    assert [each.id for each in found.clarifications] == ["d"]
    assert (told(agency)["a"], told(agency)["d"]) == ("berlaku", "berlaku")
    assert "bukan alamat https" in str(told(agency)["b"])
    assert [line.split(":")[0] for line in found.problems] == ["campaigns/b", "campaigns/c"]


def test_what_is_told_is_written_once_and_is_no_change(store: Store) -> None:
    agency = agency_store(store)
    typed(agency, "a")
    first, writes = read_typed(agency), store.meter.writes
    assert read_typed(agency).digest == first.digest
    assert store.meter.writes == writes
    typed(agency, "a", judul="Lain")
    assert read_typed(agency).digest != first.digest
