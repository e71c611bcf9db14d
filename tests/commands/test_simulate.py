"""A month under other settings, from the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import settings
from functions.commands import simulate, tables
from functions.commands.shell import Misused
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.commands.running import done, refused, report
from tests.factories import BEGIN, MONTH, measured_post, read, x_post
from tests.score.scoring import ministry, save, score_at
from tests.score.test_trial import MIDDLE, everything, repeated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ours(folder: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> AgencyStore:
    """October, in which Aceh leads Bali by two posts that are alike."""
    monkeypatch.setenv("KIPRAH_STORE", store_url)
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    agency = ministry(open_agency(settings.load()).store)
    save(
        agency,
        repeated(100, "x:1", "a1", 30, MIDDLE),
        repeated(86, "x:1", "a2", 20, MIDDLE + HOUR),
        repeated(100, "x:3", "b1", 35, MIDDLE),
        x_post(
            read(MIDDLE + 22 * HOUR, likes=4),
            read(MIDDLE + 26 * HOUR, likes=14),
            account_id="3",
            post_id="b2",
            published_at=MIDDLE,
            url="https://x.com/i/status/b2",
            text="Berita lain sama sekali dari Denpasar",
        ),
    )
    score_at(agency, MIDDLE + 5 * DAY)
    return agency


def test_whose_rank_would_be_another_is_a_table(ours: AgencyStore) -> None:
    assert done("simulate", MONTH, "--set", "duplicate_percent=85").splitlines() == [
        "peringkat        satker  tempat  menjadi  angka  menjadi",
        "Akun Teraktif    aceh    1       2        2      1",
        "Akun Terpopuler  bali    2       1        44     44",
        "Akun Terpopuler  aceh    1       2        50     30",
        "2026-10: duplicate_percent 90 menjadi 85.",
        "1 unggahan tidak lagi dihitung (aceh 1).",
        "Tidak ada yang ditulis.",
    ]


def test_ranks_stand_there_with_those_that_are_possible(ours: AgencyStore) -> None:
    save(ours, repeated(100, "x:3", "b3", 1, MIDDLE + HOUR))
    near = repeated(60, "x:3", "b4", 3, MIDDLE + HOUR)
    save(ours, near)
    score_at(ours, MIDDLE + 6 * DAY)
    said = done("simulate", MONTH, "--set", "duplicate_percent=85")
    assert "Akun Terpopuler  aceh    1 (bisa 1–2)  2" in said


def test_on_a_terminal_the_table_has_a_frame(
    ours: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(tables, "show", lambda header, cells: shown.append((header, cells)))
    done("simulate", MONTH, "--set", "duplicate_percent=85")
    [(header, cells)] = shown
    assert header == simulate.HEADER
    assert {len(row) for row in cells} == {len(header)}


def test_nothing_is_written(ours: AgencyStore) -> None:
    before = everything(ours)
    done("simulate", MONTH, "--set", "duplicate_percent=85", "--set", "objection_days=9")
    report("simulate", MONTH, "--set", "x_threads=sum")
    refused(2, "simulate", MONTH, "--set", "duplicate_percent=8")
    assert everything(ours) == before


def test_the_report_has_all_that_would_change(ours: AgencyStore) -> None:
    found = report("simulate", MONTH, "--set", "duplicate_percent=85", "--set", "objection_days=4")
    assert (found["month"], found["state"], found["formula"]["before"]) == (MONTH, "open", "2")
    assert found["formula"]["after"].startswith("2-")
    assert found["settings"] == {
        "duplicate_percent": {"before": 90, "after": 85},
        "objection_days": {"before": 3, "after": 4},
    }
    assert [(c["ranking"], c["satker"]) for c in found["changes"]] == [
        ("most_active", "aceh"),
        ("most_popular", "bali"),
        ("most_popular", "aceh"),
    ]
    aceh = found["changes"][2]
    assert aceh["before"] == {
        "rank": 1,
        "rank_best": 1,
        "rank_worst": 1,
        "posts": 2,
        "measured": 2,
        "i24": 50,
    }
    assert (aceh["after"]["rank"], aceh["after"]["i24"]) == (2, 30)
    [post] = found["posts"]
    assert (post["post_id"], post["satker"]) == ("a2", "aceh")
    assert post["before"] == {"counted": True, "reason": "counted"}
    assert post["after"]["duplicate_of"] == "a1"
    assert found["closes_at"] == {
        "before": "2026-11-05T17:00:00Z",
        "after": "2026-11-06T17:00:00Z",
    }
    assert found["not_computed"] == []


def test_what_changes_no_rank_is_said_in_a_line(ours: AgencyStore) -> None:
    words = ("--set", "usual_least=3", "--set", "objection_days=4", "--set", "band_edges=1000")
    assert done("simulate", MONTH, *words).splitlines() == [
        "2026-10: objection_days 3 menjadi 4, band_edges 1000, 5000, 20000, 100000 menjadi 1000, "
        "usual_least 10 menjadi 3.",
        "Tidak ada peringkat resmi yang berubah.",
        "Masa sanggah: sampai 5 November 2026 24.00 WIB, menjadi 6 November 2026 24.00 WIB.",
        "Tidak ada yang ditulis.",
    ]


def test_figures_that_change_without_a_rank_are_counted(ours: AgencyStore) -> None:
    lead = measured_post(99, account="x:1", post_id="a9", at=BEGIN + DAY)
    save(ours, lead, measured_post(1, account="x:1", post_id="a10", at=BEGIN + 2 * DAY))
    score_at(ours, MIDDLE + 6 * DAY)
    said = done("simulate", MONTH, "--set", "duplicate_percent=85")
    assert "1 satker lain: angkanya lain, peringkatnya tetap." in said
    assert "Tidak ada peringkat resmi yang berubah." in said
    assert "2 unggahan tidak punya teks" in said


def test_what_cannot_be_computed_is_said_and_not_called_no_change(ours: AgencyStore) -> None:
    said = done("simulate", MONTH, "--set", "x_threads=sum").splitlines()
    assert said == [
        "2026-10: setelan tetap sama.",
        "x_threads=sum tidak dapat dihitung: lanjutan utas dari 4 unggahan X, bila ada, tidak "
        "pernah dibaca. Nilainya dibiarkan seperti sekarang.",
        "Tidak ada yang ditulis.",
    ]
    ours.store.write([Write(f"{ours.root}/settings/formula", {"x_threads": "sum"})])
    post = measured_post(9, account="x:3", post_id="b5", at=MIDDLE + 2 * HOUR)
    save(ours, msgspec.structs.replace(post, parts=("6", "7")))
    score_at(ours, MIDDLE + 6 * DAY)
    said = done("simulate", MONTH, "--set", "x_threads=first").splitlines()
    assert said[1].startswith("x_threads=first tidak dapat dihitung: interaksi 1 utas X")
    found = report("simulate", MONTH, "--set", "x_threads=first")
    assert (found["threads_inseparable"], found["settings"]) == (1, {})


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "name a setting to try"),
    (("--set", "duplicate_percent"), "'duplicate_percent' is no setting; write NAME=VALUE"),
    (("--set", "=85"), "is no setting"),
    (("--set", "band_least=2", "--set", "band_least=3"), "band_least is set twice"),
    (("--set", "duplicate_percent=8x"), "duplicate_percent '8x' tidak dapat dipakai"),
    (("--set", "duplicate_percent="), "isi bilangan bulat 50 sampai 100"),
    (("--set", "duplicate_percent=85,90"), "isi bilangan bulat 50 sampai 100"),
    (("--set", "duplicate_percnt=85"), "maksudnya 'duplicate_percent'?"),
    (("--set", "band_edges=5000,1000"), "daftar bilangan bulat yang naik"),
    (("--set", "band_edges="), "daftar bilangan bulat yang naik"),
    (("--set", "x_counts=false"), "x_counts hanya menentukan apa yang dicari"),
    (("--set", f"usual_least={'9' * 5000}"), "usual_least"),
)


def test_a_wrong_use_is_told_in_one_line(ours: AgencyStore) -> None:
    for words, said in WRONG:
        assert said in refused(2, "simulate", MONTH, *words), words


def test_a_month_that_is_none_or_is_not_ranked(ours: AgencyStore) -> None:
    words = ("--set", "usual_least=3")
    assert "'2026-13' is no month" in refused(2, "simulate", "2026-13", *words)
    assert "2026-12 is not ranked in this store" in refused(1, "simulate", "2026-12", *words)


@given(st.lists(st.text(max_size=12) | st.from_regex(r"[a-z_]{1,9}=[-0-9, ]{0,9}"), max_size=4))
def test_whatever_is_typed_is_settings_by_name_or_refused(typed: list[str]) -> None:
    try:
        given_settings = simulate.parsed(tuple(typed))
    except Misused:
        return
    assert 0 < len(given_settings) == len(typed)
    assert {type(value) for value in given_settings.values()} <= {int, str, list}
