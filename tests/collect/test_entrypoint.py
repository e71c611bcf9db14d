"""The deployed function: a scheduler's call plans or reads, a queue's call works a batch off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask.testing import FlaskClient

from functions import log
from functions.collect.queueing.batch import Batch
from functions.model import iso
from functions.store.agency import AgencyStore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    monkeypatch.chdir(tmp_path)  # where no .env lies
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setattr(log, "_quiet", True)
    made: FlaskClient = functions_framework.create_app(
        "collect", str(ROOT / "main.py")
    ).test_client()
    return made


def answer_of(answered: Any) -> dict[str, Any]:
    found: dict[str, Any] = answered.get_json()
    return found


def batch(**changes: Any) -> Batch:
    present = datetime.now(UTC)
    facts = {"name": "20261020T030000Z-collect/1", "platform": "x", "work": {}}
    return Batch(**{"expires_at": present + timedelta(minutes=15), **facts, **changes})


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {},
        {"name": "1", "platform": "friendster", "expires_at": "2026-10-20T05:00:00Z", "work": {}},
        {"name": "1", "platform": "x", "expires_at": "2026-10-20T05:00:00", "work": {}},
    ],
)
def test_what_is_no_batch_is_refused_in_one_line(
    client: FlaskClient, real_agency: AgencyStore, sent: Any
) -> None:
    answered = client.post("/", data=json.dumps({"batch": sent}))
    assert answered.status_code == 400
    assert "no batch of ours" in answer_of(answered)["error"]
    assert "\n" not in answer_of(answered)["error"]
    assert list(real_agency.store.list(f"{real_agency.root}/runs")) == []


def test_a_batch_is_worked_off_and_nothing_is_planned(
    client: FlaskClient, real_agency: AgencyStore
) -> None:
    """Without a registry a plan would have failed; other wishes beside a batch are no matter."""
    body = json.loads(batch().body())
    answered = client.post("/", data=json.dumps({**body, "platforms": ["x"]}))
    assert (answered.status_code, answer_of(answered)["done"]) == (200, "not understood")
    assert answer_of(answered)["batch"] == batch().name
    assert list(real_agency.store.list(f"{real_agency.root}/runs")) == []


def test_a_batch_brings_its_own_time(client: FlaskClient, real_agency: AgencyStore) -> None:
    body = json.loads(batch().body())
    answered = client.post("/", data=json.dumps({**body, "now": "2026-10-20T03:00:00Z"}))
    assert answered.status_code == 400
    assert answer_of(answered) == {"error": "a batch brings its own time; send it without now"}
    assert list(real_agency.store.list(f"{real_agency.root}/runs")) == []


def test_a_run_is_named_by_the_instant_that_the_scheduler_meant(client: FlaskClient) -> None:
    meant = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=42)
    headers = {"X-CloudScheduler-ScheduleTime": iso(meant)}
    answered = client.post("/", headers=headers)
    assert answer_of(answered)["run_id"] == f"{meant:%Y%m%dT%H%M%SZ}-collect"
    assert answer_of(answered)["now"] > iso(meant)
    again = client.post("/", headers=headers)
    assert answer_of(again)["run_id"] == answer_of(answered)["run_id"]


def test_without_a_scheduler_a_run_is_named_by_its_own_instant(
    client: FlaskClient, now: datetime
) -> None:
    answered = client.post("/", data=json.dumps({"now": iso(now), "platforms": []}))
    assert answer_of(answered)["run_id"] == "20261020T030000Z-collect"


def test_a_batch_of_an_agency_that_is_no_more_is_answered_and_not_tried_again(
    client: FlaskClient, real_agency: AgencyStore
) -> None:
    body = batch(agency="kemenham").body()
    answered = client.post("/", data=body)
    assert (answered.status_code, answer_of(answered)["done"]) == (200, "no such agency")
    assert list(real_agency.store.list("agencies/kemenham/outcomes")) == []


def test_a_batch_that_names_no_agency_is_the_first_ones(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that was put by a version without agencies."""
    monkeypatch.setenv("KIPRAH_AGENCIES", "satu=Satu; dua=Dua")
    for name in ("", "satu", "dua"):
        answered = client.post("/", data=batch(agency=name).body())
        assert (answered.status_code, answer_of(answered)["done"]) == (200, "not understood")
