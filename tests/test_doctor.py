"""What the operator is told about an installation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from functions import settings as all_settings
from functions.doctor import Finding, examine
from functions.model import Account, Agency, Roster, Satker
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(all_settings.load({}, dotenv=tmp_path / "none"), site=f"file://{tmp_path}/site")


@pytest.fixture
def book(sqlite_url: str) -> AgencyStore:
    return AgencyStore(open_store(sqlite_url), Agency())


def about(findings: list[Finding], subject: str) -> Finding:
    (found,) = [finding for finding in findings if finding.subject == subject]
    return found


def register(book: AgencyStore, now: datetime) -> None:
    book.save_roster(
        Roster(
            as_of=now,
            satker=(Satker(id="kanwil-a", name="Kanwil A", kind="kanwil"),),
            accounts=(
                Account(platform="x", handle="a", satker="kanwil-a", valid_from=now),
                Account(
                    platform="youtube",
                    handle="a",
                    satker="kanwil-a",
                    valid_from=now,
                    account_id="UC1",
                ),
            ),
        )
    )


def test_an_empty_registry_stops_everything_and_says_what_to_run(
    book: AgencyStore, settings: Settings, now: datetime
) -> None:
    found = about(examine(book, settings, now), "registry")
    assert found.fatal
    assert "kiprah registry import" in found.words


def test_a_platform_with_accounts_but_no_credentials_names_the_setting(
    book: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(book, now)
    findings = examine(book, replace(settings, youtube_api_key=("k",)), now)
    assert "KIPRAH_X_BEARER_TOKEN" in about(findings, "x").words
    assert not about(findings, "x").ok
    assert about(findings, "youtube").ok
    assert "1 resolved" in about(findings, "youtube").words


def test_a_wrong_account_is_named_with_what_its_admin_was_told(
    book: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(book, now)
    book.save_feedback([("kanwil-a", "x", "a", {"status": "X tidak mengenal @a."})])
    found = about(examine(book, settings, now), "kanwil-a x:a")
    assert (found.ok, found.words) == (False, "X tidak mengenal @a.")


def test_a_site_that_cannot_be_reached_stops_everything(
    book: AgencyStore, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    findings = examine(book, replace(settings, site=f"file://{tmp_path}/file/site"), now)
    assert about(findings, "site").fatal


def test_no_secret_is_told(book: AgencyStore, settings: Settings, now: datetime) -> None:
    register(book, now)
    findings = examine(book, replace(settings, x_bearer_token=("very-secret",)), now)
    assert "very-secret" not in str(findings)
