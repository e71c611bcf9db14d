"""What a collection notes of itself for everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.collect.credentials import names
from functions.collect.planning.requests import Plan
from functions.collect.reading.harvest import Harvest
from functions.collect.report import CollectReport, summary_of
from functions.collect.state import AccountState, SyncState
from functions.collect.watching import diary
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
from functions.store.port import StoreError
from tests.factories import account, roster, satker

NOW = datetime(2026, 10, 20, 3, 10, tzinfo=UTC)  # 10.10 WIB
TODAY = NOW.date()
ROSTER = roster(satker("aceh"), accounts=[account("aceh", "x"), account("aceh", "tiktok")])
X = next(each.handle for each in ROSTER.accounts if each.platform == "x")


def report(*, read_at: datetime | None = NOW, wrong: str | None = None) -> CollectReport:
    """A run that asked X three times, of which one failed, and paid 15 thousandths."""
    made = CollectReport("run", NOW, roster=ROSTER)
    harvest = Harvest()
    harvest.counts["requests_failed"] = 1
    harvest.spent["posts"] = 15
    made.platforms["x"] = summary_of(Plan(), harvest, requests=3)
    known = AccountState(handle=X, swept_at=read_at, wrong=wrong)
    stranger = AccountState(handle="lama", wrong="Akun tidak ada.")
    made.states["x"] = SyncState(accounts={X: known, "lama": stranger})
    made.skipped["tiktok"] = "no credentials"
    return made


def test_a_run_notes_its_hour_its_calls_and_its_price(real_agency: AgencyStore) -> None:
    diary.note(real_agency, Settings(), report())
    told = real_agency.diary(TODAY, 1)
    assert told.of(TODAY, "x") == DiaryDay(hours=1 << 10, requests=3, failed=1, mills=15)
    assert told.now == {"x": PlatformNow(read_at=NOW), "tiktok": PlatformNow(ready=False)}


def test_what_was_read_yesterday_is_no_answer_of_today(real_agency: AgencyStore) -> None:
    diary.note(real_agency, Settings(), report(read_at=NOW - timedelta(hours=11)))
    told = real_agency.diary(TODAY, 2)
    assert told.of(TODAY, "x") == DiaryDay(requests=3, failed=1, mills=15)
    assert told.read_at == NOW - timedelta(hours=11)


def test_registered_accounts_that_cannot_be_read_are_named(real_agency: AgencyStore) -> None:
    diary.note(real_agency, Settings(), report(wrong="Akun tidak ditemukan."))
    unread = real_agency.diary(TODAY, 1).now["x"].unread
    assert unread == (UnreadAccount(handle=X, said="Akun tidak ditemukan."),)


def test_a_run_that_did_nothing_notes_nothing(real_agency: AgencyStore) -> None:
    idle = report()
    idle.platforms["x"] = summary_of(Plan(), Harvest())
    before = real_agency.store.meter.writes
    diary.note(real_agency, Settings(), idle)
    assert real_agency.store.meter.writes == before


def test_what_batches_brought_counts_when_it_is_taken_in(real_agency: AgencyStore) -> None:
    taken = report()
    brought = {"batches": 2, "requests": 9, "mills": {"posts": 40}}
    taken.platforms["x"] = {**summary_of(Plan(), Harvest(), queued=1), "brought": brought}
    diary.note(real_agency, Settings(), taken)
    told = real_agency.diary(TODAY, 1).of(TODAY, "x")
    assert told == DiaryDay(hours=1 << 10, requests=9, mills=40)


def test_the_fullest_limit_of_a_platforms_credentials_is_noted(real_agency: AgencyStore) -> None:
    settings = Settings(x_bearer_token=("one", "two"))
    done = report()
    one, two = names(settings, "x")
    done.budgets = {
        one: {"mills": {"spent": 5, "limit": 20}, "usage_percent": 3, "refused": "no"},
        two: {"mills": {"spent": 9, "limit": 20}},
        "other": {"mills": {"spent": 20, "limit": 20}},
    }
    diary.note(real_agency, settings, done)
    told = real_agency.diary(TODAY, 1).of(TODAY, "x")
    assert told is not None
    assert told.quota == 45


def test_a_diary_that_cannot_be_written_is_told_and_costs_nothing(
    real_agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(real_agency.store, "write", refuse)
    done = report()
    diary.note(real_agency, Settings(), done)
    assert done.problems == ["diary: StoreError: the disk is full"]
