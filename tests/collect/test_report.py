"""What a run says of itself: whether it failed, what is to be set up, and when it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from functions import log
from functions.collect.planning.requests import Plan
from functions.collect.reading.harvest import Harvest
from functions.collect.report import CollectReport, price_of, summary_of
from functions.model import PLATFORMS, Platform
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from tests.collect.sessions import START
from tests.factories import account, roster, satker

ROSTER = roster(satker("aceh"), accounts=[account("aceh", platform) for platform in PLATFORMS])
UNREAD = roster(satker("aceh"))


def run_report(**requests: tuple[int, bool]) -> CollectReport:
    """A run that sent so many requests to platforms; with True they served."""
    made = CollectReport("run", START)
    for platform, (sent, served) in requests.items():
        harvest = Harvest()
        harvest.counts["answers"] = int(served)
        made.platforms[platform] = summary_of(Plan(), harvest, requests=sent)  # type: ignore[index]
    return made


# Whether a run failed


@pytest.mark.parametrize(
    ("requests", "ready", "failed"),
    [
        ({}, [], True),  # nothing is set up
        ({}, ["x"], True),  # it fell over
        ({"x": (0, False)}, ["x"], False),  # nothing was due
        ({"x": (3, True)}, ["x"], False),
        ({"x": (3, False)}, ["x"], True),
        ({"x": (3, False), "tiktok": (0, False)}, ["x", "tiktok"], False),  # it may be down
        ({"x": (3, False), "tiktok": (2, False)}, ["x", "tiktok"], True),  # likely it is us
        ({"x": (3, False), "tiktok": (2, True)}, ["x", "tiktok"], False),
        ({"x": (3, False)}, ["x", "tiktok"], False),
    ],
)
def test_a_run_that_served_nobody_has_failed(
    requests: dict[str, tuple[int, bool]], ready: list[Platform], failed: bool
) -> None:
    made = run_report(**requests)
    made.conclude(ready, ROSTER)
    assert (made.failed, made.todo == "") == (failed, bool(ready))


def test_what_failed_before_stays_so() -> None:
    made = run_report(x=(3, True))
    made.failed = True
    made.conclude(["x"], ROSTER)
    assert made.failed


@pytest.mark.parametrize(
    ("known", "skipped", "todo"),
    [
        (roster(), {}, "the registry is empty; run: kiprah registry import FILE"),
        (UNREAD, {}, "no unit has an account to read; add some with kiprah registry import FILE"),
        (
            ROSTER,
            {"youtube": "no key", "x": "no token"},
            "no platform has credentials; set KIPRAH_X_BEARER_TOKEN, or KIPRAH_YOUTUBE_API_KEY",
        ),
    ],
)
def test_where_nothing_could_be_read_it_says_what_to_set_up(
    known: Any, skipped: dict[str, str], todo: str
) -> None:
    made = run_report()
    made.skipped = skipped
    made.conclude([], known)
    assert (made.failed, made.todo) == (True, todo)
    assert made.as_dict()["todo"] == todo


# One platform falls over


def test_a_platform_that_fell_over_costs_itself_alone(capsys: pytest.CaptureFixture[str]) -> None:
    made = run_report()
    made.has_fallen("x", KeyError("id"))
    assert made.problems == ["x: KeyError: 'id'"]
    assert "collect.platform_failed" in capsys.readouterr().out


@pytest.mark.parametrize("error", [StoreError("the disk is full"), KeyboardInterrupt()])
def test_a_store_that_fails_or_the_programs_end_is_no_platforms_matter(
    error: BaseException,
) -> None:
    made = run_report()
    with pytest.raises(type(error)):
        made.has_fallen("x", error)
    assert made.problems == []


# Keeping it


def saved_runs(agency: AgencyStore, made: CollectReport) -> list[dict[str, Any]]:
    """The runs that the store holds once this one was saved."""
    made.save(agency)
    return [one.data for one in agency.store.list(f"{agency.root}/runs")]


def test_a_run_that_asked_anything_is_kept_with_its_beginning(agency: AgencyStore) -> None:
    [held] = saved_runs(agency, run_report(x=(3, True)))
    assert (held["job"], held["started_at"]) == ("collect", "2026-10-20T03:00:00Z")
    assert held["platforms"]["x"]["requests"] == 3


@pytest.mark.parametrize("facts", [{"queued": 2}, {"brought": {"batches": 1}}])
def test_a_run_that_handed_on_or_took_in_batches_is_kept(
    agency: AgencyStore, facts: dict[str, Any]
) -> None:
    made = run_report(x=(0, False))
    made.platforms["x"] |= facts
    assert len(saved_runs(agency, made)) == 1


@pytest.mark.parametrize(
    ("failed", "todo", "runs"),
    [(False, "", 0), (True, "", 1), (True, "no platform has credentials", 0)],
)
def test_a_run_with_nothing_due_writes_nothing_unless_it_failed(
    agency: AgencyStore, failed: bool, todo: str, runs: int
) -> None:
    """And what is still to be set up is no failure that a store need remember at every tick."""
    made = run_report(x=(0, False))
    made.failed, made.todo = failed, todo
    assert len(saved_runs(agency, made)) == runs


def test_no_secret_is_kept(agency: AgencyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_hidden", set())
    log.hide(["rahasia-sekali-123"])
    made = run_report(x=(3, False))
    made.problems.append("x: rahasia-sekali-123 is refused")
    [held] = saved_runs(agency, made)
    assert "rahasia-sekali-123" not in str(held)
    assert " is refused" in str(held["problems"])


# What it cost


def test_what_was_paid_for_by_the_piece_is_told_in_dollars() -> None:
    harvest = Harvest()
    harvest.spent.update({"users": 10, "posts": 1500})
    summary = summary_of(Plan(), harvest, requests=4)
    assert summary["mills"] == {"posts": 1500, "users": 10}
    free = summary_of(Plan(), Harvest(), requests=2)
    assert "mills" not in free
    assert price_of({"x": summary, "tiktok": free}) == {"calls": 6, "dollars": 1.51}
