"""Every flag as one sentence with its numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from functions.model import (
    Burst,
    CounterFall,
    Flag,
    FlagCode,
    FollowerJump,
    LikesOnly,
    SameText,
)
from functions.publish.text.flags import LABELS, labels, platform_of, post_ids, sentence

WIB = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 10, 3, 2, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=1)

BURST = Burst(
    account="x:1",
    post_ids=tuple(str(number) for number in range(12)),
    most=12,
    begin=AT,
    end=AT + timedelta(minutes=48),
)
FALL = CounterFall(
    account="facebook:1",
    post_id="7",
    counter="likes",
    before_at=AT,
    before=1_200,
    after_at=LATER,
    after=800,
    percent=333,
)
LIKES = LikesOnly(
    account="instagram:1",
    post_id="7",
    i24=400,
    talk=1,
    percent=2,
    earlier=87,
    usual_i24=30_000,
    usual_talk=1_020,
    usual_percent=34,
)
JUMP = FollowerJump(
    account="tiktok:1", before_at=AT, before=1_200, after_at=LATER, after=2_100, percent=750
)
SAME = SameText(account="x:1", duplicates=7, posts=20, percent=350)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (BURST, "12 unggahan dalam 60 menit, 3 Okt 09.10–09.58 WIB"),
        (
            msgspec.structs.replace(BURST, most=10, end=AT + timedelta(hours=15)),
            "12 unggahan beruntun, 3 Okt 09.10 – 4 Okt 00.10 WIB, paling banyak 10 dalam 60 menit",
        ),
        (SAME, "7 dari 20 unggahan (35\xa0%) hampir sama dengan unggahan sebelumnya"),
        (
            FALL,
            "jumlah reaksi turun dari 1.200 menjadi 800 (33,3\xa0%) "
            "antara pembacaan 3 Okt 09.10 WIB dan 3 Okt 10.10 WIB",
        ),
        (
            LIKES,
            "hanya 1 dari 400 interaksi (0,2\xa0%) berupa komentar; "
            "pada 87 unggahan sebelumnya 1.020 dari 30.000 (3,4\xa0%)",
        ),
        (
            msgspec.structs.replace(LIKES, account="x:1"),
            "hanya 1 dari 400 interaksi (0,2\xa0%) berupa balasan dan repost + kutipan; "
            "pada 87 unggahan sebelumnya 1.020 dari 30.000 (3,4\xa0%)",
        ),
        (
            JUMP,
            "pengikut naik dari 1.200 menjadi 2.100 (75\xa0%) "
            "antara pembacaan 3 Okt 09.10 WIB dan 3 Okt 10.10 WIB",
        ),
        (
            msgspec.structs.replace(JUMP, before=0, after=900, percent=None),
            "pengikut naik dari 0 menjadi 900 antara pembacaan 3 Okt 09.10 WIB dan 3 Okt 10.10 WIB",
        ),
        (
            msgspec.structs.replace(JUMP, before=2_100, after=1_200, percent=428),
            "pengikut turun dari 2.100 menjadi 1.200 (42,8\xa0%) "
            "antara pembacaan 3 Okt 09.10 WIB dan 3 Okt 10.10 WIB",
        ),
    ],
)
def test_a_flag_shows_its_numbers(flag: Flag, said: str) -> None:
    assert sentence(flag, WIB) == said


def test_every_flag_has_a_name() -> None:
    assert set(LABELS) == set(get_args(FlagCode))
    assert {flag.code for flag in (BURST, SAME, FALL, LIKES, JUMP)} == set(LABELS)


def test_several_flags_are_named_together() -> None:
    assert labels(("burst", "same_text")) == "penanda: unggahan beruntun, teks berulang"
    assert labels(()) == ""


def test_a_flag_names_the_posts_it_is_about() -> None:
    assert post_ids(BURST) == BURST.post_ids
    assert post_ids(FALL) == post_ids(LIKES) == ("7",)
    assert post_ids(SAME) == post_ids(JUMP) == ()
    assert platform_of(FALL) == "facebook"
