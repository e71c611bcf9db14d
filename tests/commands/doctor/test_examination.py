"""What the operator is told about an installation."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from functions import settings as all_settings
from functions.collect.credentials import names
from functions.collect.reading.witness import remember
from functions.commands.doctor import examination
from functions.commands.doctor.examination import Finding, examine
from functions.model import Account, Roster, Satker, iso
from functions.registry.registrar import enrol
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.factories import CLOSES, CLOSING, MONTH
from tests.score.scoring import real_ministry


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(all_settings.load({}, dotenv=tmp_path / "none"), site=f"file://{tmp_path}/site")


def about(findings: list[Finding], subject: str) -> Finding:
    (found,) = [finding for finding in findings if finding.subject == subject]
    return found


def register(agency: AgencyStore, now: datetime) -> None:
    agency.save_roster(
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
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    found = about(examine([agency], settings, now), "registry")
    assert found.fatal
    assert "kiprah registry import" in found.words


def test_a_platform_with_accounts_but_no_credentials_names_the_setting(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    findings = examine([agency], replace(settings, youtube_api_key=("k",)), now)
    assert "KIPRAH_X_BEARER_TOKEN" in about(findings, "x").words
    assert not about(findings, "x").ok
    assert about(findings, "youtube").ok
    assert "1 resolved" in about(findings, "youtube").words


def test_the_terms_of_youtube_are_open_until_the_acceptance_is_noted(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    found = about(examine([agency], settings, now), "youtube terms")
    assert (found.ok, found.fails, found.fatal, found.group) == (False, False, False, "platforms")
    assert "docs/ketentuan.md" in found.todo
    path = f"{agency.root}/settings/listening"
    agency.store.write([Write(path, {"youtube_amendment": "YT-1"})])
    assert all(f.subject != "youtube terms" for f in examine([agency], settings, now))


def test_what_is_open_is_the_next_thing_to_do_only_where_nothing_is_wrong() -> None:
    well = Finding("store", "w")
    terms = Finding("youtube terms", "w", ok=False, is_open=True, todo="apply")
    late = Finding("score", "w", ok=False, todo="run")
    alone, after = examination._next([well, terms]), examination._next([terms, late])
    assert (alone.words, alone.fails) == ("youtube terms: apply", False)
    assert (after.words, after.fails) == ("score: run", True)


def test_without_a_channel_no_terms_of_youtube_are_told(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    agency.save_roster(replace(agency.roster(now), accounts=()))
    assert all(f.subject != "youtube terms" for f in examine([agency], settings, now))


def test_a_wrong_account_is_named_with_what_its_admin_was_told(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    agency.save_feedback([("kanwil-a", "x", "a", {"status": "X tidak mengenal @a."})])
    found = about(examine([agency], settings, now), "kanwil-a x:a")
    assert (found.ok, found.words) == (False, "X tidak mengenal @a.")


def test_what_was_said_of_a_handle_that_is_registered_no_longer_is_past(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    agency.save_feedback([("kanwil-a", "x", "salah", {"status": "X tidak mengenal @salah."})])
    assert "salah" not in str(examine([agency], settings, now))


def test_an_account_in_two_hands_is_told_for_both(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    unit = {"name": "Kanwil", "kind": "kanwil"}
    agency.save_satker(
        {"a": {**unit, "accounts": {"x": "humas"}}, "b": {**unit, "accounts": {"x": "Humas"}}}
    )
    enrol(agency, now)
    told = [f for f in examine([agency], settings, now) if "juga terdaftar" in f.words]
    assert [f.words.partition(":")[0] for f in told if f.subject == "registry"] == ["a", "b"]
    assert [f.subject for f in told if f.subject != "registry"] == ["a x:humas", "b x:Humas"]


def test_what_is_missing_of_an_accounts_posts_is_named(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    agency.save_completeness("youtube", {"UC1": "Daftar belum dibaca.", "UC2": "Akun lain."})
    found = about(examine([agency], settings, now), "kanwil-a youtube:a")
    assert (found.ok, found.words) == (False, "kelengkapan: Daftar belum dibaca.")
    agency.save_completeness("youtube", {"UC1": None})
    assert "kanwil-a youtube:a" not in {f.subject for f in examine([agency], settings, now)}


def test_a_site_that_cannot_be_reached_stops_everything(
    agency: AgencyStore, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    findings = examine([agency], replace(settings, site=f"file://{tmp_path}/file/site"), now)
    assert about(findings, "site").fatal


def test_where_frozen_data_are_kept_is_looked_at_as_well(
    agency: AgencyStore, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    assert "frozen data" not in {f.subject for f in examine([agency], settings, now)}
    kept = replace(settings, frozen=f"file://{tmp_path}/frozen")
    assert about(examine([agency], kept, now), "frozen data").words.endswith(
        "nothing published yet"
    )
    (tmp_path / "file").write_text("")
    found = about(
        examine([agency], replace(settings, frozen=f"file://{tmp_path}/file/x"), now), "frozen data"
    )
    assert found.fatal
    assert found.todo == "mend KIPRAH_FROZEN"


def test_no_secret_is_told(agency: AgencyStore, settings: Settings, now: datetime) -> None:
    register(agency, now)
    findings = examine([agency], replace(settings, x_bearer_token=("very-secret",)), now)
    assert "very-secret" not in str(findings)


# Budgets


def spend(agency: AgencyStore, name: str, **facts: object) -> None:
    document = {"runs": {}, **facts}
    agency.reserve({name: (document, None)})


def run_of(at: datetime, **amounts: int) -> dict[str, object]:
    return {"at": iso(at), "amounts": amounts, "settled": True, "lapses_at": None}


def test_what_a_credential_has_spent_stands_beside_its_limit(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    loaded = replace(settings, x_bearer_token=("token",), youtube_api_key=("key",))
    [x], [youtube] = names(loaded, "x"), names(loaded, "youtube")
    spend(agency, x, runs={"r": run_of(now, mills=1_235)})
    spend(agency, youtube, runs={"r": run_of(now, units=1_240, stats=55)})
    findings = examine([agency], loaded, now)
    assert about(findings, f"budget {x}").words == "$1.24 of $20.00 since midnight UTC"
    assert about(findings, f"budget {youtube}").words == (
        "1,240 of 10,000 units since midnight Pacific; 55 of 10,000 stats since midnight Pacific"
    )
    assert about(findings, f"budget {x}").ok


def test_what_stops_a_credential_is_told_and_what_is_over_is_not(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    loaded = replace(settings, instagram_token=("t",), instagram_user_id=("1",))
    [name] = names(loaded, "instagram")
    later, past = iso(now + timedelta(minutes=9)), iso(now - timedelta(minutes=9))
    spend(
        agency,
        name,
        runs={"old": run_of(now - timedelta(hours=2), calls=150), "r": run_of(now, calls=40)},
        usage={"at": iso(now), "percent": 35, "spent": 40},
        waits={
            "all": {"until": later, "message": "(#4) request limit reached"},
            "calls": {"until": past, "message": "long ago"},
        },
        refused={"until": iso(now), "message": "(#190) the access token is invalid"},
    )
    findings = examine([agency], loaded, now)
    found, token = about(findings, f"budget {name}"), about(findings, f"token {name}")
    assert (found.ok, token.ok) == (False, False)
    assert "40 of 114 calls in 60 min" in found.words  # the header lets a ceiling be inferred
    assert "35 %" in found.words
    assert f"waits until {later} ((#4) request limit reached)" in found.words
    assert "refused: (#190)" in token.words
    assert "long ago" not in found.words


def test_without_a_youtube_key_the_feed_is_named_for_what_it_is(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    found = about(examine([agency], settings, now), "youtube")
    assert not found.ok
    assert "public feed" in found.words
    assert "KIPRAH_YOUTUBE_API_KEY" in found.words


def test_links_for_consents_need_an_address(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    roster = Roster(
        as_of=now,
        satker=(Satker(id="kanwil-a", name="Kanwil A", kind="kanwil"),),
        accounts=(Account(platform="tiktok", handle="a", satker="kanwil-a", valid_from=now),),
    )
    agency.save_roster(roster)
    assert "KIPRAH_CONNECT_URL" in about(examine([agency], settings, now), "consents").words
    reached = replace(settings, connect_url="https://izin.example.go.id")
    assert not [f for f in examine([agency], reached, now) if f.subject == "consents"]


# A month's life


def test_a_simulation_is_called_one(agency: AgencyStore, settings: Settings, now: datetime) -> None:
    assert "simulation" not in about(examine([agency], settings, now), "store").words
    agency.simulation = True
    assert about(examine([agency], settings, now), "store").words.endswith(
        "kiprah.db: a simulation; any now, no official host"
    )


def test_a_month_that_cannot_close_says_what_it_waits_for(
    agency: AgencyStore, settings: Settings
) -> None:
    real_ministry(agency.store)
    assert [f for f in examine([agency], settings, CLOSING) if f.subject == MONTH] == []
    score(agency, now=CLOSING, run_id="run", clock=lambda: CLOSING)
    found = about(examine([agency], settings, CLOSING), MONTH)
    assert (found.ok, found.fatal) == (False, False)
    assert found.words == (
        "stays open: no collection has ended since 2026-11-01T23:00:00Z by the platforms' clocks; "
        "kiprah collect"
    )
    remember(agency, CLOSING, lambda: CLOSING)
    assert [f for f in examine([agency], settings, CLOSING) if f.subject == MONTH] == []
    score(agency, now=CLOSING, run_id="run", clock=lambda: CLOSING)
    assert about(examine([agency], settings, CLOSES), MONTH).words.startswith("stays closing: ")
    remember(agency, CLOSES, lambda: CLOSES)
    score(agency, now=CLOSES, run_id="run", clock=lambda: CLOSES)
    later = CLOSES + timedelta(days=20)
    assert [f for f in examine([agency], settings, later) if f.subject == MONTH] == []


def test_a_unit_whose_document_is_gone_is_told_until_the_month_is_over(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    gone = Satker(id="bali", name="Bali", kind="kanwil", valid_to=now, removed=True)
    agency.save_roster(Roster(as_of=now, former=(gone,)))
    said = [finding.words for finding in examine([agency], settings, now)]
    assert any(words.startswith("bali: dokumennya sudah tidak ada") for words in said)
    later = [finding.words for finding in examine([agency], settings, now + timedelta(days=40))]
    assert not any(words.startswith("bali:") for words in later)
