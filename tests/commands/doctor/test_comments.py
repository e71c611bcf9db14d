"""Doctor says what keeps comments from being read, and what no live account has shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from functions.commands.doctor.comments import comments
from functions.commands.doctor.finding import Finding
from functions.model import PLATFORMS, Account
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.factories import BEGIN, roster, satker

LAW = {"dpia": "D-1", "dpo": "dpo@kemenkum.example", "notice_url": "https://kemenkum.example/p"}
UNITS = roster(
    satker("aceh"),
    accounts=[
        Account(platform=name, handle="aceh", satker="aceh", valid_from=BEGIN, account_id="1")
        for name in PLATFORMS
    ],
    as_of=BEGIN,
)
ABLE = Settings(youtube_api_key=("k",), x_bearer_token=("t",))


def told(agency: AgencyStore, now: datetime, settings: Settings, **typed: Any) -> list[Finding]:
    agency.store.write([Write(f"{agency.root}/settings/listening", typed)])
    return [*comments(agency, settings, UNITS, now)]


def test_while_all_are_off_nothing_is_told(agency: AgencyStore, now: datetime) -> None:
    assert told(agency, now, ABLE, **LAW, consents={"aceh": "B-1"}) == []


def test_what_is_missing_is_open_and_fails_nothing(agency: AgencyStore, now: datetime) -> None:
    on: dict[str, Any] = {"comments": {"youtube": True}}
    cases = (
        ({}, ABLE, "lacks dpia, dpo, notice_url"),
        (LAW, ABLE, "no registered account"),
        ({**LAW, "consents": {"aceh": "B-1"}}, Settings(), "KIPRAH_YOUTUBE_API_KEY"),
    )
    for typed, settings, said in cases:
        [found] = told(agency, now, settings, **on, **typed)
        assert (found.ok, found.is_open, found.fails) == (False, True, False)
        assert said in found.todo


def test_what_is_read_says_what_is_untried(agency: AgencyStore, now: datetime) -> None:
    typed = {**LAW, "consents": {"aceh": "B-1", "riau": "B-2"}, "comments": {"x": True}}
    found, unknown = told(agency, now, ABLE, **typed)
    assert found.ok
    assert found.words.startswith("of 1 accounts are read. Untried: ")
    assert "riau" in unknown.words
