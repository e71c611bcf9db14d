"""Why a post counts or not, told with its facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from functions.model import (
    DAY,
    PLATFORM_NAMES,
    PLATFORMS,
    Entry,
    Measurement,
    Post,
    Reason,
    Sample,
    Spell,
    State,
    Verdict,
)
from functions.publish.text import words
from functions.publish.text.reasons import (
    NEVER_READ,
    Case,
    Original,
    Unread,
    told,
    told_unknown,
)
from functions.store.evidence import Decision

ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 10, 3, 2, 11, 9, tzinfo=UTC)
MARK = AT + DAY
COUNTED = ("counted", "running", "hidden", "found_late")
ABOUT = (
    "Unggahan X @Kemenkum_NTT terbit 3 Oktober 2026 09.11 WIB; "
    "tanda 24 jamnya 4 Oktober 2026 09.11 WIB."
)
FOR = "Dihitung untuk Kanwil NTT, Oktober 2026 (Sementara)."
HELD = "Akunnya milik Kanwil NTT saat unggahan terbit."


def sample(at: datetime, likes: int | None = 30) -> Sample:
    known = likes is not None
    return Sample(
        taken_at=at, likes=likes, comments=4 if known else None, shares=6 if known else None
    )


BEFORE, AFTER = sample(MARK - timedelta(minutes=20)), sample(MARK + timedelta(minutes=33), 33)


def case(
    reason: Reason,
    state: State = "unmeasured",
    *,
    samples: tuple[Sample, ...] = (),
    absences: tuple[datetime, ...] = (),
    measured: Measurement | None = None,
    **facts: object,
) -> Case:
    post = Post(
        platform="x",
        account_id="1",
        post_id="2",
        published_at=AT,
        url="https://x.com/i/status/2",
        samples=samples,
        absences=absences,
    )
    verdict = Verdict(
        counted=reason in COUNTED,
        reason=reason,
        satker="kanwil-ntt",
        measurement=measured or Measurement(state=state),
    )
    whole = Case(
        entry=Entry(post=post, verdict=verdict),
        month="2026-10",
        month_state="open",
        handle="Kemenkum_NTT",
        satker="Kanwil NTT",
    )
    return msgspec.structs.replace(whole, **facts)


INTERPOLATED = Measurement(
    state="interpolated", i24=41, lower=40, upper=43, before=BEFORE, after=AFTER
)
EXAMPLES: dict[Reason, tuple[Case, list[str]]] = {
    "counted": (
        case("counted", measured=INTERPOLATED, samples=(BEFORE, AFTER)),
        [
            ABOUT,
            FOR,
            "Interaksi 24 Jam: 41, antara 40 dan 43.",
            "Cuplikan sebelum tanda 24 jam 4 Oktober 2026 08.51 WIB (umur 23 jam 40 menit): "
            "30 suka · 4 balasan · 6 repost + kutipan.",
            "Cuplikan sesudah tanda 24 jam 4 Oktober 2026 09.44 WIB (umur 24 jam 33 menit): "
            "33 suka · 4 balasan · 6 repost + kutipan.",
        ],
    ),
    "running": (
        case(
            "running",
            measured=Measurement(state="running", i24=40),
            samples=(sample(AT + timedelta(hours=2)),),
        ),
        [
            ABOUT,
            FOR,
            "Interaksi sementara: 40.",
            "Terakhir terbaca 3 Oktober 2026 11.11 WIB (umur 2 jam): "
            "30 suka · 4 balasan · 6 repost + kutipan.",
            "Nilainya tetap paling lambat 4 Oktober 2026 15.11 WIB.",
        ],
    ),
    "hidden": (
        case("hidden", samples=(sample(MARK, None),)),
        [ABOUT, FOR, "Terakhir terbaca 4 Oktober 2026 09.11 WIB, tanpa angka yang dihitung."],
    ),
    "found_late": (
        case("found_late", samples=(sample(AT + timedelta(hours=41, minutes=5)),)),
        [
            ABOUT,
            FOR,
            "Pertama kali terbaca 5 Oktober 2026 02.16 WIB, pada umur 41 jam 5 menit; "
            "batasnya 30 jam.",
        ],
    ),
    "removed": (
        case(
            "removed",
            "removed",
            samples=(sample(AT + timedelta(hours=1)),),
            absences=(AT + timedelta(hours=2), AT + timedelta(hours=3)),
        ),
        [
            ABOUT,
            HELD,
            "Tidak tampil lagi saat dibaca 3 Oktober 2026 11.11 WIB dan 3 Oktober 2026 12.11 WIB.",
            "Terakhir terlihat 3 Oktober 2026 10.11 WIB.",
        ],
    ),
    "duplicate": (
        case(
            "duplicate",
            original=Original(
                url="https://x.com/i/status/1", published_at=AT - timedelta(hours=3), percent=94
            ),
        ),
        [
            ABOUT,
            HELD,
            "Kemiripannya 94 persen dengan unggahan 3 Oktober 2026 06.11 WIB: "
            "https://x.com/i/status/1",
        ],
    ),
    "thread_part": (
        case("thread_part", thread="https://x.com/i/status/1"),
        [ABOUT, HELD, "Unggahan pertama utasnya: https://x.com/i/status/1"],
    ),
    "outside_month": (
        case("outside_month", month="2026-09"),
        [ABOUT, HELD, "Unggahan ini masuk Oktober 2026, bukan September 2026."],
    ),
    "account_not_registered": (
        case(
            "account_not_registered",
            satker=None,
            spells=(
                Spell(valid_from=AT - 60 * DAY, valid_to=datetime(2026, 9, 30, 17, tzinfo=UTC)),
                Spell(valid_from=AT + DAY),
            ),
        ),
        [
            ABOUT,
            "Akun ini terdaftar sejak 4 Agustus 2026 09.11 WIB sampai 30 September 2026 24.00 WIB, "
            "lalu sejak 4 Oktober 2026 09.11 WIB.",
        ],
    ),
    "excluded": (
        case(
            "excluded",
            decisions=(
                Decision(
                    id="d-1",
                    action="exclude",
                    platform="x",
                    post_id="2",
                    by="Sari",
                    at=AT + DAY,
                    why="unggahan uji coba.",
                    link="https://kemenkum.example/nota/7",
                ),
            ),
        ),
        [
            ABOUT,
            HELD,
            "Dikeluarkan oleh Sari pada 4 Oktober 2026 09.11 WIB: unggahan uji coba. "
            "https://kemenkum.example/nota/7",
        ],
    ),
}


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_is_told_with_its_facts(reason: Reason) -> None:
    given, facts = EXAMPLES[reason]
    first, *rest = told(given, ZONE)
    assert first == words.why(given.entry)
    assert rest == facts


@pytest.mark.parametrize("reason", get_args(Reason))
def test_facts_that_are_not_known_are_left_out(reason: Reason) -> None:
    told_of = told(case(reason, handle="", satker=None, month_state=None, spells=()), ZONE)
    assert told_of[1].startswith("Unggahan X terbit ")
    assert not any("None" in sentence or "{" in sentence for sentence in told_of)


def test_a_post_that_was_never_scored_says_so() -> None:
    given = case("counted")
    unscored = msgspec.structs.replace(given, entry=Entry(post=given.entry.post))
    assert told(unscored, ZONE) == ("Belum dinilai.", ABOUT)


@pytest.mark.parametrize(
    ("before", "after", "lower", "upper", "said"),
    [
        (BEFORE, None, 40, None, "Interaksi 24 Jam: paling sedikit 40."),
        (None, AFTER, None, 40, "Interaksi 24 Jam: paling banyak 40."),
        (BEFORE, AFTER, 40, 40, "Interaksi 24 Jam: 40."),
    ],
)
def test_bounds_are_told_as_far_as_they_are_known(
    before: Sample | None, after: Sample | None, lower: int | None, upper: int | None, said: str
) -> None:
    measured = Measurement(
        state="estimated", i24=40, lower=lower, upper=upper, before=before, after=after
    )
    assert said in told(case("counted", measured=measured), ZONE)


def test_a_value_that_was_set_is_told_as_such() -> None:
    measured = Measurement(state="running", i24=120, lower=120, upper=120, decided=True)
    decision = Decision(
        id="d-1", action="set_value", platform="x", post_id="2", by="Sari", at=AT, why="keliru"
    )
    lines = told(case("running", measured=measured, decisions=(decision,)), ZONE)
    assert lines[0] == "Dihitung: nilainya ditetapkan dengan keputusan admin."
    assert "Interaksi 24 Jam: 120, ditetapkan dengan keputusan admin." in lines
    assert lines[-1] == "Nilainya ditetapkan oleh Sari pada 3 Oktober 2026 09.11 WIB: keliru."


def test_what_was_found_after_its_month_does_not_count() -> None:
    given = case("found_late", samples=(sample(AT + 40 * DAY),))
    verdict = msgspec.structs.replace(given.entry.verdict, counted=False)
    late = msgspec.structs.replace(given, entry=Entry(post=given.entry.post, verdict=verdict))
    assert told(late, ZONE)[-1] == "Saat itu Oktober 2026 sudah ditutup bagi temuan baru."


def test_what_does_not_count_has_no_value() -> None:
    measured = Measurement(state="interpolated", i24=41, lower=40, upper=43)
    told_of = " ".join(told(case("excluded", measured=measured), ZONE))
    assert "Interaksi" not in told_of


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_unknown_post_is_told_what_is_never_read(platform) -> None:
    first, *rest = told_unknown(Unread(platform=platform), ZONE)
    assert first == f"Tidak dikenal: unggahan {PLATFORM_NAMES[platform]} ini belum pernah terbaca."
    assert rest == [NEVER_READ[platform]]


def test_of_an_unknown_x_post_replies_thread_parts_and_reposts_are_named() -> None:
    """ "for an X id that was never read: replies, thread parts and reposts are not read" """
    told_of = told_unknown(
        Unread(
            platform="x",
            handle="Kemenkum_NTT",
            spells=(Spell(valid_from=AT - DAY),),
            published_at=AT,
            looked_at=AT + timedelta(hours=5),
        ),
        ZONE,
    )
    assert told_of[1:] == (
        "Menurut nomornya, unggahan ini terbit 3 Oktober 2026 09.11 WIB.",
        "Akun @Kemenkum_NTT terdaftar sejak 2 Oktober 2026 09.11 WIB.",
        "Daftar unggahannya terakhir dibaca 3 Oktober 2026 14.11 WIB; "
        "yang lebih baru menunggu giliran.",
        "Di X, balasan, lanjutan utas, dan repost tidak dibaca.",
    )


def test_where_threads_are_summed_their_parts_are_not_said_to_be_left_unread() -> None:
    [_, *rest] = told_unknown(Unread(platform="x", sums_threads=True), ZONE)
    assert rest == [
        "Di X, balasan dan repost tidak dihitung; lanjutan utas dijumlahkan ke unggahan "
        "pertamanya begitu terbaca."
    ]
    elsewhere = told_unknown(Unread(platform="tiktok", sums_threads=True), ZONE)
    assert elsewhere[1:] == (NEVER_READ["tiktok"],)


def test_an_unknown_post_of_an_account_that_is_not_registered() -> None:
    nobody = told_unknown(Unread(platform="instagram", handle="orang.lain", spells=()), ZONE)
    assert nobody[1] == (
        "Akun @orang.lain tidak ada dalam daftar akun, jadi unggahannya tidak dibaca."
    )
    later = Unread(platform="x", handle="a", spells=(Spell(valid_from=AT + DAY),), published_at=AT)
    assert told_unknown(later, ZONE)[2] == (
        "Akun @a terdaftar sejak 4 Oktober 2026 09.11 WIB, jadi belum atau tidak lagi saat itu."
    )


def test_a_masked_facebook_story_may_be_known_by_another_address() -> None:
    masked = told_unknown(Unread(platform="facebook", is_masked=True), ZONE)
    assert "pfbid" in masked[1]
    assert "pfbid" not in " ".join(told_unknown(Unread(platform="facebook"), ZONE))
