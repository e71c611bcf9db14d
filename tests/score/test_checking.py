"""A decision or objection that was just typed: answered at once, counted by the next scoring."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from functions.score.checking import check_contest
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from tests.factories import CLOSES, END, MONTH, typed_decision, typed_objection
from tests.registry.typed import broken_documents
from tests.score.scoring import ministry, october, official, score_at

DAY = timedelta(days=1)
NOW = END - DAY
RECEIVED = "diterima; dihitung pada penilaian berikutnya"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def agency(store: Store) -> AgencyStore:
    made = ministry(store)
    posts = october(made)
    made.save_urls((post, [post.post_id]) for post in posts)
    score_at(made, NOW - DAY)
    return made


def typed(agency: AgencyStore, document: dict[str, Any], collection: str = "decisions") -> str:
    """Write a document, check it as its event would, and say what stands beside it."""
    path = f"{agency.root}/{collection}/1"
    agency.store.write([Write(path, document)])
    check_contest(agency, collection, "1", NOW)  # type: ignore[arg-type]
    again = agency.store.get([path])[path]
    # The answer is an event itself, and must not call another one.
    check_contest(agency, collection, "1", NOW)  # type: ignore[arg-type]
    assert agency.store.get([path])[path].version == again.version
    return str(again.data.get("status"))


def decision(**facts: Any) -> dict[str, Any]:
    return {**typed_decision("exclude", at=NOW - DAY), "post": "x:a", **facts}


def test_a_decision_is_received_and_counts_with_the_next_scoring(agency: AgencyStore) -> None:
    assert typed(agency, decision()) == RECEIVED
    assert [row[1] for row in official(agency) if row[2]] == ["aceh", "bali"]
    score_at(agency, NOW)
    [stored] = agency.decisions()
    assert stored.data["status"] == "berlaku"
    assert stored.data["month"] == MONTH
    check_contest(agency, "decisions", "1", NOW)
    assert agency.decisions()[0].data["status"] == "berlaku"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"action": "exklude"}, "action 'exklude' tidak dikenal; maksudnya"),
        ({"post": "x:tidak-ada"}, "unggahannya belum dikenal"),
        ({"month": "2026-09"}, "month 2026-09 bukan bulan unggahannya, 2026-10"),
        ({"action": "reassign", "satker": "blai"}, "satker 'blai' tidak ada; maksudnya 'bali'?"),
        ({"by": ""}, "by kosong"),
        ({"objection": "9"}, "sanggahan '9' tidak ada"),
    ],
)
def test_what_is_wrong_is_told_at_once(agency: AgencyStore, facts: Any, said: str) -> None:
    assert typed(agency, decision(**facts)).startswith(said)


def test_a_decision_that_applied_and_is_broken_now_says_so(agency: AgencyStore) -> None:
    typed(agency, decision())
    score_at(agency, NOW)
    assert typed(agency, decision(status="berlaku", action="hapus")).startswith("action 'hapus'")


def test_a_decision_on_a_final_month_asks_for_its_revision(agency: AgencyStore) -> None:
    score_at(agency, CLOSES + DAY)
    assert typed(agency, decision()).startswith("bulannya sudah final; isi revise: true")
    assert typed(agency, decision(revise=True)) == RECEIVED


def test_an_objection_is_received(agency: AgencyStore) -> None:
    objection = {**typed_objection(at=NOW - DAY), "post": "x:a"}
    assert typed(agency, objection, "objections") == "diterima; dicatat pada penilaian berikutnya"
    assert typed(agency, {**objection, "why": None}, "objections").startswith("why kosong")


def test_a_post_whose_code_is_in_no_address_is_known_by_its_address(store: Store) -> None:
    """As on Instagram, where addresses hold another code than posts have."""
    made = ministry(store)
    post = next(post for post in october(made) if post.post_id == "a")
    made.save_urls([(post, ["1843000000000000000"])])
    score_at(made, NOW - DAY)
    facts = {"post": None, "url": "https://x.com/aceh/status/1843000000000000000"}
    assert typed(made, decision(**facts)) == RECEIVED


def test_an_objection_to_an_address_that_nobody_met_says_so(agency: AgencyStore) -> None:
    facts = {"post": None, "url": "https://x.com/aceh/status/1843000000000000009"}
    told = typed(agency, {**typed_objection(at=NOW - DAY), **facts}, "objections")
    assert told.startswith("unggahannya belum dikenal; periksa post atau url")


def test_a_document_that_is_gone_needs_no_answer(agency: AgencyStore) -> None:
    assert check_contest(agency, "decisions", "9", NOW)["done"] == "there is nothing to answer"


def test_neighbours_are_not_answered(agency: AgencyStore) -> None:
    agency.store.write([Write(f"{agency.root}/decisions/2", {"action": "?"})])
    typed(agency, decision())
    assert "status" not in agency.store.get([f"{agency.root}/decisions/2"]).popitem()[1].data


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_documents())
def test_whatever_was_typed_is_answered(agency: AgencyStore, document: Any) -> None:
    path = f"{agency.root}/decisions/1"
    try:
        agency.store.write([Write(path, {**decision(), **document})])
    except Exception:  # what no store takes
        return
    assert check_contest(agency, "decisions", "1", NOW)["status"]


def test_firestores_event_is_answered(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from functions.settings import Settings
    from functions.store import open_agency

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    agency = open_agency(Settings(store=sqlite_url))
    agency.store.write([Write(f"{agency.root}/decisions/1", {"action": "?"})])
    client = functions_framework.create_app("check_contest", str(ROOT / "main.py")).test_client()
    headers = {
        "ce-id": "1",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.firestore.document.v1.written",
        "ce-source": "//firestore.googleapis.com/projects/kiprah/databases/(default)",
        "ce-document": f"{agency.root}/decisions/1",
        "Content-Type": "application/protobuf",
    }
    assert client.post("/", headers=headers, data=b"\n\x02\x08\x01").status_code == 200
    assert agency.decisions()[0].data["status"].startswith("action '?' tidak dikenal")
    agency.store.close()
