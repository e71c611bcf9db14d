"""``check_satker`` over HTTP, as Firestore's trigger calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from functions import log
from functions.registry.history import history
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.times import present
from tests.factories import statuses

ROOT = Path(__file__).parents[2]
WRITTEN = "google.cloud.firestore.document.v1.written"
# What Firestore sends is protobuf; nothing of it is needed.
PROTOBUF = b"\n\x9b\x01\nLprojects/kiprah/databases/(default)/documents/\xff\x80\x12\x00"
BALI = {"nama": "Kanwil Bali", "jenis": "kanwil"}


@pytest.fixture(scope="module")
def client() -> Any:
    """As functions-framework serves it."""
    return functions_framework.create_app("check_satker", str(ROOT / "main.py")).test_client()


@pytest.fixture
def agency(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setattr(log, "_quiet", False)
    opened = open_agency(Settings(store=sqlite_url))
    yield opened
    opened.store.close()


def headers(path: str, **attributes: str) -> dict[str, str]:
    given = {
        "id": "7e3f",
        "specversion": "1.0",
        "type": WRITTEN,
        "source": "//firestore.googleapis.com/projects/kiprah/databases/(default)",
        "subject": f"documents/{path}",
        "document": path,
        "database": "(default)",
        **attributes,
    }
    named = {f"ce-{name}": value for name, value in given.items() if value}
    return {**named, "Content-Type": "application/protobuf"}


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]


def test_an_edit_is_answered(
    client: Any, agency: AgencyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    agency.save_satker({"bali": {**BALI, "jenis": "kanwl"}, "aceh": BALI})
    answered = client.post("/", headers=headers("agencies/kemenkum/satker/bali"), data=PROTOBUF)
    assert answered.status_code == 200
    assert statuses(agency) == {
        "aceh": "ok",
        "bali": "jenis 'kanwl' tidak dikenal; maksudnya kanwil? Satker ini belum ikut diukur.",
    }
    [line] = [line for line in logged(capsys) if line["message"] == "check_satker.finished"]
    assert (line["agency"], line["satker"]) == ("kemenkum", "bali")


@pytest.mark.parametrize(
    "attributes",
    [{"document": ""}, {"subject": ""}, {"type": f"{WRITTEN}.withAuthContext", "authid": "ayu"}],
)
def test_either_attribute_names_the_document_and_the_author_is_kept(
    client: Any, agency: AgencyStore, attributes: dict[str, str]
) -> None:
    agency.save_satker({"bali": BALI})
    path = "agencies/kemenkum/satker/bali"
    client.post("/", headers={**headers(path, **attributes)}, data=PROTOBUF)
    assert statuses(agency) == {"bali": "ok"}
    [entry] = history(agency, present())
    assert entry.by == attributes.get("authid")


def test_an_event_that_comes_twice_is_answered_once(client: Any, agency: AgencyStore) -> None:
    agency.save_satker({"bali": BALI})
    for _ in range(2):
        client.post("/", headers=headers("agencies/kemenkum/satker/bali"), data=PROTOBUF)
    assert len(history(agency, present())) == 1


@pytest.mark.parametrize(
    "document",
    [
        "agencies/kemenkum/posts/x:1:2",
        "agencies/kemenkum/satker/bali/accounts/x:kumbali",
        "agencies/lain/satker/bali",
        "satker/bali",
        "x" * 5_000,
    ],
)
def test_an_event_of_something_else_is_done_with(
    client: Any, agency: AgencyStore, capsys: pytest.CaptureFixture[str], document: str
) -> None:
    answered = client.post("/", headers=headers(document), data=PROTOBUF)
    assert answered.status_code == 200
    assert [line["message"] for line in logged(capsys)][-1] in ("trigger.refused", "trigger.failed")


def test_an_event_comes_again_when_the_store_cannot_be_used(
    client: Any, agency: AgencyStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/none/kiprah.db")
    path = "agencies/kemenkum/satker/bali"
    assert client.post("/", headers=headers(path), data=PROTOBUF).status_code == 500


@pytest.mark.parametrize("fault", ["KIPRAH_TIMEZONE", "KIPRAH_X_URL"])
def test_wrong_settings_are_the_operators_and_no_event_is_sent_again(
    client: Any, agency: AgencyStore, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv(fault, "nonsense")
    path = "agencies/kemenkum/satker/bali"
    assert client.post("/", headers=headers(path), data=PROTOBUF).status_code == 200


@examples(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_whatever_an_event_carries_only_its_document_counts(
    client: Any, agency: AgencyStore, payload: bytes
) -> None:
    agency.save_satker({"bali": BALI})
    path = "agencies/kemenkum/satker/bali"
    assert client.post("/", headers=headers(path), data=payload).status_code == 200
    assert statuses(agency) == {"bali": "ok"}
