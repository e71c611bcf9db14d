"""Whether an installation lives, as its operator is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from msgspec.structs import replace

from functions import settings as all_settings
from functions.__main__ import cli
from functions.collect import state as states
from functions.collect.credentials import names
from functions.collect.reading.witness import remember
from functions.collect.state import AccountState, SyncState
from functions.commands.doctor.examination import examine
from functions.commands.doctor.finding import GROUPS, Finding, age
from functions.jobs.rounds import each
from functions.jobs.turns import taken
from functions.model import Account, Roster, Satker, iso
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.port import StoreError, Write

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
JOBS = ("collect", "score", "publish", "documents")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    loaded = all_settings.load({}, dotenv=tmp_path / "none")
    return replace(
        loaded,
        site=f"file://{tmp_path}/site",
        connect_url="https://izin.example.go.id",
        x_bearer_token=("t",),
        tiktok_client_key=("k",),
        tiktok_client_secret=("s",),
    )


def register(agency: AgencyStore, now: datetime) -> None:
    agency.save_roster(
        Roster(
            as_of=now,
            satker=(Satker(id="kanwil-a", name="Kanwil A", kind="kanwil"),),
            accounts=(
                Account(platform="x", handle="a", satker="kanwil-a", valid_from=now),
                Account(platform="tiktok", handle="b", satker="kanwil-a", valid_from=now),
            ),
        )
    )


def ran(agency: AgencyStore, job: str, at: datetime, problem: str = "") -> None:
    report = {"job": job, "failed": bool(problem), "problems": [problem] if problem else []}
    each([agency], lambda _: report, job=job, run_id="r", now=at)


def find(agency: AgencyStore, settings: Settings, now: datetime) -> dict[str, Finding]:
    found = examine([agency], settings, now)
    assert all(f.words.splitlines() == [f.words] for f in found)
    return {f.subject: f for f in found}


# Jobs


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_runs_at_its_cadence_is_well(
    agency: AgencyStore, settings: Settings, now: datetime, job: str
) -> None:
    register(agency, now)
    ran(agency, job, now - 50 * MINUTE)
    found = find(agency, settings, now)[job]
    assert (found.ok, found.fatal, found.todo) == (True, False, "")
    assert found.words == f"last good run 50 min ago ({iso(now - 50 * MINUTE)})"


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_nobody_runs_any_more_stops_everything(
    agency: AgencyStore, settings: Settings, now: datetime, job: str
) -> None:
    register(agency, now)
    ran(agency, job, now - 50 * DAY)
    found = find(agency, settings, now)
    assert found[job].fatal
    assert "last good run 50 days ago" in found[job].words
    assert "late: it should run every" in found[job].words
    assert found["next"].words == (
        f"{job}: run: kiprah {job}; kiprah run does all of them at their cadence"
    )


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_dies_at_every_turn_is_told_with_its_line_and_since_when(
    agency: AgencyStore, settings: Settings, now: datetime, job: str
) -> None:
    register(agency, now)
    ran(agency, job, now - 5 * HOUR)
    for n in range(4, 0, -1):
        with pytest.raises(RuntimeError), taken(agency, job, now - n * HOUR):
            raise RuntimeError("an odd document")
    found = find(agency, settings, now)[job]
    assert found.fatal
    assert f"it has failed since {iso(now - 4 * HOUR)}: RuntimeError: an odd doc" in found.words
    ran(agency, job, now)
    assert find(agency, settings, now)[job].ok


def test_one_failure_is_told_and_stops_nothing_yet(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    ran(agency, "collect", now - 20 * MINUTE)
    ran(agency, "collect", now - 5 * MINUTE, "all platforms are down")
    found = find(agency, settings, now)
    assert (found["collect"].ok, found["collect"].fatal) == (False, False)
    assert "all platforms are down" in found["collect"].words
    assert found["next"].words.startswith("collect: mend what it says: all platforms are down")


def test_an_installation_just_set_up_says_what_to_do_next(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    found = find(agency, settings, now)
    assert not {*JOBS} & found.keys()
    assert found["next"].words == "registry: run: kiprah registry import FILE"
    register(agency, now)
    found = find(agency, settings, now)
    assert not any(f.fatal for f in found.values())
    assert found["next"].words.startswith("collect: run: kiprah collect")


def test_what_never_ran_although_collecting_goes_on_is_missed(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    ran(agency, "collect", now)
    agency.save_cursor("collect", began_at=iso(now - HOUR))
    assert not find(agency, settings, now)["score"].fatal
    agency.save_cursor("collect", began_at=iso(now - DAY))
    assert find(agency, settings, now)["score"].fatal


def test_a_run_under_way_is_told(agency: AgencyStore, settings: Settings) -> None:
    present = datetime.now(UTC).replace(microsecond=0)
    register(agency, present - DAY)
    ran(agency, "score", present)
    with taken(agency, "score", present):
        assert "one is at work since 20" in find(agency, settings, present)["score"].words


def test_a_run_ahead_of_the_clock_is_told(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    ran(agency, "score", now + DAY)
    assert "ahead of this computer's clock" in find(agency, settings, now)["score"].words


def test_the_command_succeeds_when_nothing_needs_anybody_and_fails_when_something_does(
    agency: AgencyStore, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "STORE": sqlite_url,
        "X_BEARER_TOKEN": "t",
        "TIKTOK_CLIENT_KEY": "k",
    }.items():
        monkeypatch.setenv(f"KIPRAH_{name}", value)
    monkeypatch.setenv("KIPRAH_TIKTOK_CLIENT_SECRET", "s")
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id")
    present = datetime.now(UTC).replace(microsecond=0)
    register(agency, present - 50 * DAY)
    for job in JOBS:
        ran(agency, job, present)
    answer = CliRunner().invoke(cli, ["doctor"])
    assert answer.exit_code == 1
    assert answer.stdout.startswith("!!  next: tiktok consents: kiprah connect link SATKER")
    consent = {"refresh": b"x", "refresh_until": iso(present + 300 * DAY)}
    agency.store.write([Write(f"{agency.root}/consents/tiktok:b", consent)])
    answer = CliRunner().invoke(cli, ["doctor"])
    assert answer.exit_code == 0, answer.stdout
    assert answer.stdout.startswith("ok  next: nothing to do\n")
    assert "!!" not in answer.stdout
    ran(agency, "publish", present, "the bucket is gone")
    agency.store.write(
        [Write(f"{agency.root}/jobs/publish", {"good_at": iso(present - DAY)}, "merge")]
    )
    answer = CliRunner().invoke(cli, ["doctor", "--json"])
    assert answer.exit_code == 1
    listed = json.loads(answer.stdout)
    told = {one["subject"]: one for one in listed}
    assert listed[0] == told["next"]
    assert {*listed[0]} == {"subject", "words", "ok", "fatal", "is_open", "todo", "group"}
    assert (told["publish"]["fatal"], told["publish"]["group"]) == (True, "jobs")
    assert "the bucket is gone" in told["next"]["words"]


# Data


def noted(agency: AgencyStore, platform: Any, note: SyncState) -> None:
    agency.save_sync_state(platform, states.encode(note), StoredState())


def test_the_age_of_the_data_and_who_rests_is_told(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now - DAY)
    wrong = [
        AccountState(handle=h, wrong=f"X tidak mengenal @{h}.", retry_at=now + HOUR) for h in "bcd"
    ]
    read = AccountState(handle="a", account_id="1", swept_at=now - 12 * MINUTE)
    noted(agency, "x", SyncState(accounts={a.handle: a for a in (read, *wrong)}))
    found = find(agency, settings, now)
    assert found["x data"].words == (
        f"last read 12 min ago ({iso(now - 12 * MINUTE)}); "
        "3 of 4 accounts rest: 3 × X tidak mengenal @…"
    )
    assert found["tiktok data"].words == "nothing was read yet"
    assert "data" not in found


def test_data_that_grow_old_stop_everything(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    """Every run may end well and read nothing all the same."""
    register(agency, now - 60 * DAY)
    ran(agency, "collect", now)
    old = AccountState(handle="a", account_id="1", swept_at=now - 50 * DAY)
    noted(agency, "x", SyncState(accounts={"a": old}))
    found = find(agency, settings, now)
    assert found["data"].fatal
    assert "50 days ago" in found["data"].words


def test_a_credential_is_refused_since_its_first_refusal(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    [name] = names(settings, "x")
    refused = {"until": iso(now - 3 * DAY), "message": "401 Unauthorized"}
    agency.reserve({name: ({"runs": {}, "refused": refused}, None)})
    found = find(agency, settings, now)[f"token {name}"]
    assert f"refused: 401 Unauthorized (since {iso(now - 3 * DAY)}, 3 days ago)" in found.words
    assert found.todo


# Consents


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (None, "0 of 1 accounts have one; 1 without one: @b"),
        (
            {"refresh": b"x", "refresh_until": 31},
            "1 of 1 accounts have one; the first ends 2026-11-20 (@b); 0 end within 30 days",
        ),
        ({"refresh": b"x"}, "1 of 1 accounts have one"),
        (
            {"refresh": b"x", "refresh_until": 3},
            "1 of 1 accounts have one; the first ends 2026-10-23 (@b); 1 end within 30 days; "
            "1 ending within 14 days",
        ),
        ({"refresh": b"x", "refresh_until": -3}, "0 of 1 accounts have one; 1 past their end: @b"),
        ({"refresh": b"x", "renewal": {"refused_at": "x", "lost": True}}, "1 lost in a renewal"),
        ({"refresh": b"x", "renewal": {"refused_at": "x", "lost": False}}, "1 refused by TikTok"),
        ({"refresh": b"x", "renewal": 5}, "1 not readable"),
        ({}, "1 not readable"),
    ],
)
def test_consents_that_need_somebody_are_told(
    agency: AgencyStore,
    settings: Settings,
    now: datetime,
    consent: dict[str, Any] | None,
    said: str,
) -> None:
    register(agency, now)
    if consent is not None:
        days = consent.pop("refresh_until", None) if "refresh_until" in consent else None
        until = {} if days is None else {"refresh_until": iso(now + days * DAY)}
        agency.store.write([Write(f"{agency.root}/consents/tiktok:b", {**consent, **until})])
        if days is not None:
            consent["refresh_until"] = days
    found = find(agency, settings, now)["tiktok consents"]
    assert said in found.words
    assert found.ok is (said.startswith("1 of 1 accounts have one") and "14 days" not in said)


# Months


def test_a_month_says_what_it_waits_for(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    begin = datetime(2026, 9, 30, 17, tzinfo=UTC)
    register(agency, begin)
    agency.save_cursor("collect", began_at=iso(begin))
    score(agency, now=now, run_id="s")
    assert "open until 2026-11-01T23:00:00Z" in find(agency, settings, now)["month 2026-10"].words
    closing = datetime(2026, 11, 3, tzinfo=UTC)
    remember(agency, closing, lambda: closing)
    score(agency, now=closing, run_id="t", clock=lambda: closing)
    later = find(agency, settings, closing)["month 2026-10"]
    assert "objections are taken until" in later.words
    assert later.ok
    late = find(agency, settings, closing + 30 * DAY)["month 2026-10"]
    assert (late.ok, late.todo) == (False, "run: kiprah score")


def test_a_month_begun_late_is_told(agency: AgencyStore, settings: Settings, now: datetime) -> None:
    register(agency, now)
    agency.save_cursor("collect", began_at=iso(now))
    score(agency, now=now, run_id="s")
    assert "incomplete" in find(agency, settings, now)["month 2026-10"].words


# Whatever is stored


FIELDS = (
    *("body", "parts", "refresh", "renewal", "refresh_until", "status", "good_at", "until"),
    *("failing_since", "began_at", "month", "revision", "state", "digest", "as_of", "runs"),
)
PATHS = (
    *("plans/x", "consents/tiktok:b", "jobs/collect", "jobs/score", "cursors/collect", "budgets/x"),
    *("satker/kanwil-a/accounts/x:a", "rankings/2026-10:r1", "rosters/2026-10-20T02:59:00Z"),
)
_ODD = st.dictionaries(
    st.sampled_from(FIELDS),
    st.none()
    | st.booleans()
    | st.integers(-5, 2**60)
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.just("2026-10-20T03:00:00Z")
    | st.dictionaries(st.text("ab", min_size=1, max_size=2), st.integers(0, 9), max_size=2),
    max_size=8,
)


@effort(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=st.dictionaries(st.sampled_from(PATHS), _ODD))
def test_no_document_keeps_the_doctor_from_speaking(
    agency: AgencyStore, settings: Settings, now: datetime, documents: dict[str, dict[str, Any]]
) -> None:
    register(agency, now - HOUR)
    written = []
    for path, document in documents.items():
        # Where documents are found by it, the field must be there for them to be found at all.
        field = {"rankings": "month", "rosters": "as_of"}.get(path.partition("/")[0])
        given = {**document, **({field: path.partition("/")[2]} if field else {})}
        written.append(Write(f"{agency.root}/{path}", given))
    agency.store.write(written)
    found = examine([agency], settings, now)
    assert found[0].subject == "next"
    assert all(f.group in GROUPS for f in found)
    assert all(len(f.words.splitlines()) <= 1 for f in found)
    agency.store.write([Write(write.path, mode="delete") for write in written])


def test_a_store_that_cannot_be_reached_is_told_as_that(
    agency: AgencyStore, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(agency, now)

    def gone(_: Any) -> Any:
        raise StoreError("the store is gone; start it")

    monkeypatch.setattr(agency.store, "get", gone)
    with pytest.raises(StoreError, match="gone"):
        examine([agency], settings, now)


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(0), "0 s ago"),
        (90 * timedelta(seconds=1), "90 s ago"),
        (119 * MINUTE, "119 min ago"),
        (47 * HOUR, "47 h ago"),
        (50 * DAY, "50 days ago"),
        (-HOUR, "0 s ago"),
    ],
)
def test_an_age_is_told_in_a_unit_that_says_enough(
    now: datetime, past: timedelta, said: str
) -> None:
    assert age(now - past, now) == said


def test_notices_that_were_given_up_are_told_where_units_are_told_at_all(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, now)
    given_up = {"kind": "month", "due": "given up"}
    agency.add_notices({("month", "a"): given_up, ("month", "b"): given_up, ("c",): {"due": None}})

    def told(notify: str) -> list[Finding]:
        found = examine([agency], replace(settings, notify=notify), now)
        return [finding for finding in found if finding.subject == "notices"]

    assert told("") == []
    [finding] = told("json://127.0.0.1:1/a")
    assert not finding.ok
    assert finding.words.startswith("2 could not be sent in a day and were given up (month 2)")
    assert finding.todo == "run: kiprah notify test ADDRESS"
