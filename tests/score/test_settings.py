"""What is told beside the agency's settings, through the score job, against both stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from functions.score import settings as settings_of_score
from functions.store.port import Write
from tests.factories import BEGIN, CLOSES, CLOSING, MONTH
from tests.score.scoring import score_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY


def type(agency, name: str, document: dict[str, Any]) -> None:
    agency.store.write([Write(f"{agency.root}/settings/{name}", document)])


def told(agency, name: str) -> Any:
    return agency.settings(name).get("status")


def test_good_settings_are_told_to_hold_and_told_once(agency):
    type(agency, "formula", {"duplicate_percent": 95})
    type(agency, "calendar", {"holidays": ["2026-11-03"]})
    assert score_at(agency, MIDDLE).problems == []
    assert (told(agency, "formula"), told(agency, "calendar")) == ("berlaku", "berlaku")
    assert agency.months()[MONTH].rules.duplicate_percent == 95
    # What scoring wrote is no field of the admin's, and is not written again.
    report = score_at(agency, MIDDLE + HOUR)
    assert (report.problems, report.writes) == ([], 0)


def test_what_is_wrong_is_told_beside_it_at_every_scoring_until_it_is_mended(agency):
    """The calendar too, long before a month closes."""
    type(agency, "formula", {"duplicate_percnt": 95, "band_least": "8"})
    type(agency, "calendar", {"holidays": ["besok", "2026-11-03"], "libur": []})
    problems = score_at(agency, MIDDLE).problems
    assert told(agency, "formula") == (
        "band_least '8' tidak dapat dipakai; isi bilangan bulat 1 sampai 1000. Yang berlaku tetap "
        "8. duplicate_percnt tidak dikenal; maksudnya 'duplicate_percent'?"
    )
    assert told(agency, "calendar") == (
        "holidays 'besok' bukan tanggal; isi misalnya 2026-12-24. "
        "libur tidak dikenal; ada holidays dan working_days."
    )
    assert len(problems) == 4
    assert score_at(agency, MIDDLE + HOUR).problems == problems
    type(agency, "formula", {"band_least": 9, "status": told(agency, "formula")})
    score_at(agency, MIDDLE + 2 * HOUR)
    assert told(agency, "formula") == "berlaku"


def test_what_is_wrong_in_the_calendar_leaves_the_rest_in_force(agency):
    type(agency, "calendar", {"holidays": ["besok", {"a": 1}, 5, "2026-11-03", "2026-W10-1"]})
    score_at(agency, CLOSING)
    assert agency.months()[MONTH].closes_at == CLOSES + DAY


def test_settings_that_change_while_objections_are_heard_are_told_to_wait(agency):
    type(agency, "formula", {"duplicate_percent": 90})
    score_at(agency, CLOSING)
    assert told(agency, "formula") == "berlaku"
    type(agency, "formula", {"duplicate_percent": 80})
    type(agency, "calendar", {"holidays": ["2026-11-03"]})
    score_at(agency, CLOSING + HOUR)
    waits = (
        f"berlaku. Masa sanggah {MONTH} tetap memakai yang lama; perubahannya berlaku mulai bulan "
        "berikutnya."
    )
    assert (told(agency, "formula"), told(agency, "calendar")) == (waits, waits)
    score_at(agency, CLOSES + DAY)
    assert (told(agency, "formula"), told(agency, "calendar")) == ("berlaku", "berlaku")


def test_a_run_that_closes_no_month_does_not_load_the_holidays(agency, monkeypatch):
    def never():
        raise AssertionError("the holidays were asked for")

    monkeypatch.setattr(settings_of_score, "indonesian_holidays", never)
    type(agency, "calendar", {"holidays": ["2026-11-03"]})
    score_at(agency, MIDDLE)
    assert told(agency, "calendar") == "berlaku"
