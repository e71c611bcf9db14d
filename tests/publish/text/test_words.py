"""Why a post counts or not, in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest

from functions.model import (
    DAY,
    PLATFORM_NAMES,
    PLATFORMS,
    Entry,
    Measurement,
    MonthState,
    MovementKind,
    Post,
    Reason,
    Sample,
    State,
    Verdict,
)
from functions.publish.text import words
from tests.factories import row

AT = datetime(2026, 10, 3, 2, tzinfo=UTC)


def sample(minutes: int) -> Sample:
    return Sample(taken_at=AT + DAY + timedelta(minutes=minutes), likes=3, comments=1)


def entry_with(
    reason: Reason,
    state: State,
    before: int | None = None,
    after: int | None = None,
    *,
    partial: bool = False,
    shared: bool = False,
) -> Entry:
    return Entry(
        post=Post(platform="x", account_id="1", post_id="2", published_at=AT, url=""),
        verdict=Verdict(
            counted=reason in ("counted", "running", "hidden", "found_late"),
            reason=reason,
            satker="a",
            shared=shared,
            measurement=Measurement(
                state=state,
                partial=partial,
                before=None if before is None else sample(before),
                after=None if after is None else sample(after),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            entry_with("counted", "interpolated", -20, 33),
            "Dihitung: nilai pada tanda 24 jam ditarik lurus di antara dua cuplikan berjarak "
            "53 menit.",
        ),
        (
            entry_with("counted", "observed", -2, 33),
            "Dihitung: terbaca paling jauh 5 menit dari tanda 24 jam.",
        ),
        (
            entry_with("counted", "observed", 0, 0),
            "Dihitung: terbaca paling jauh 5 menit dari tanda 24 jam.",
        ),
        (
            entry_with("counted", "estimated", -100, 33),
            "Dihitung sebagai perkiraan: jarak kedua cuplikan 2 jam 13 menit, lebih dari 2 jam.",
        ),
        (
            entry_with("counted", "estimated", -100),
            "Dihitung sebagai perkiraan: hanya ada cuplikan sebelum tanda 24 jam, selisih "
            "1 jam 40 menit.",
        ),
        (
            entry_with("counted", "estimated", None, 61),
            "Dihitung sebagai perkiraan: hanya ada cuplikan sesudah tanda 24 jam, selisih "
            "1 jam 1 menit.",
        ),
        (
            entry_with("counted", "observed", -3),
            "Dihitung: terbaca paling jauh 5 menit dari tanda 24 jam.",
        ),
        (
            entry_with("running", "running"),
            "Dihitung; interaksinya masih berjalan dan nilainya hasil baca terakhir.",
        ),
        (
            entry_with("counted", "unmeasured"),
            "Dihitung di Teraktif saja: tidak ada cuplikan yang cukup dekat dengan tanda 24 jam.",
        ),
        (
            entry_with("removed", "removed"),
            "Tidak dihitung: unggahan dihapus sebelum genap 24 jam.",
        ),
        (
            entry_with("counted", "interpolated", -20, 33, partial=True, shared=True),
            "Dihitung: nilai pada tanda 24 jam ditarik lurus di antara dua cuplikan berjarak "
            "53 menit; unggahan kolaborasi, dihitung untuk setiap akunnya; sebagian angka tidak "
            "diberikan platform dan tidak ikut dijumlahkan.",
        ),
    ],
)
def test_the_reason_is_one_sentence(given: Entry, told: str) -> None:
    assert words.why(given) == told


@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("state", get_args(State))
def test_every_reason_is_told_in_indonesian(reason: Reason, state: State) -> None:
    told = words.why(entry_with(reason, state))
    assert told.startswith(("Dihitung", "Tidak dihitung"))
    assert told.endswith(".")
    assert "_" not in told
    assert told.count(".") == 1


def test_every_word_of_the_model_has_a_word_on_the_site() -> None:
    assert set(words.STATE) == set(get_args(State))
    assert set(words.MONTH_STATE) == set(get_args(MonthState))
    assert set(PLATFORM_NAMES) == set(words.COUNTED) == set(words.BESIDE) == set(PLATFORMS)
    for kind in get_args(MovementKind):
        assert "{" not in words.movement(kind, 3)


def test_platforms_call_their_counters_by_their_own_names() -> None:
    read = Sample(taken_at=AT, likes=1_200, comments=3, shares=0)
    assert words.breakdown("x", read) == "1.200 suka · 3 balasan · 0 repost + kutipan"
    assert words.breakdown("facebook", read) == "1.200 reaksi · 3 komentar · 0 bagikan"


def test_what_the_platform_did_not_say_is_not_told_as_zero() -> None:
    assert words.breakdown("x", Sample(taken_at=AT, likes=4)) == "4 suka"
    assert words.breakdown("x", Sample(taken_at=AT)) == "angka tidak diberikan platform"


def test_an_unknown_kind_is_shown_as_it_is_written() -> None:
    assert words.kind("kanwil") == "Kantor wilayah"
    assert words.kind("balai-besar") == "Balai besar"


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_not_to_count_has_words_of_its_own(reason: Reason) -> None:
    """One found after its month began to close does not count, and is not told in code."""
    found = entry_with(reason, "unmeasured")
    assert found.verdict is not None
    refused = msgspec.structs.replace(found.verdict, counted=False)
    told = words.why(msgspec.structs.replace(found, verdict=refused))
    if reason not in ("counted", "running", "hidden"):
        assert told.startswith("Tidak dihitung: ")
        assert reason not in told.split()
        assert "_" not in told


@pytest.mark.parametrize(
    ("least", "below", "told"),
    [
        (0, 5_000, "di bawah 5.000 pengikut"),
        (None, 1_000, "di bawah 1.000 pengikut"),
        (5_000, 20_000, "5.000 sampai 19.999 pengikut"),
        (20_000, None, "20.000 pengikut ke atas"),
        (0, None, "semua pengikut"),
    ],
)
def test_a_follower_band_is_told_by_its_bounds(
    least: int | None, below: int | None, told: str
) -> None:
    assert words.band(least, below) == told


def test_what_counts_by_decision_alone_says_so() -> None:
    def judged(given: Entry, **facts: object) -> str:
        verdict = msgspec.structs.replace(given.verdict, decisions=("d-1",), **facts)
        return words.why(msgspec.structs.replace(given, verdict=verdict))

    repeated = judged(
        entry_with("counted", "observed", 1, 2), duplicate_of="1", duplicate_percent=94
    )
    assert "hampir sama dengan unggahan sebelumnya, dimasukkan dengan keputusan admin" in repeated
    assert "keputusan admin" in judged(entry_with("counted", "removed"))
    value = Measurement(state="estimated", i24=5, partial=True, decided=True)
    assert judged(entry_with("counted", "estimated"), measurement=value) == (
        "Dihitung: nilainya ditetapkan dengan keputusan admin."
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A dan B"), (["A", "B", "C"], "A, B, dan C")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], said: str) -> None:
    assert words.listed(names) == said


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"rank_best": 5, "rank_worst": 8}, "bisa 5–8"),
        ({"rank_best": 6, "rank_worst": 1_234}, "bisa 6–1.234"),
        ({"rank_best": 6, "rank_worst": 6}, ""),
        ({"rank_best": None, "rank_worst": None}, ""),
        ({}, ""),  # a ranking by formula 1 says none
    ],
)
def test_the_possible_ranks_are_told_where_there_are_others(
    facts: dict[str, int | None], told: str
) -> None:
    assert words.possible_ranks(row("aceh", 6, **facts)) == told
