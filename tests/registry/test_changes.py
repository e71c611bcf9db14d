"""What an import says it would begin, end and change, before anything is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from functions.model import Account, Roster
from functions.registry.changes import Changes, compare
from tests.factories import BEGIN, LATER, WIB

OLD = {"bali": {"name": "Kanwil Bali", "kind": "kanwil"}}
ACCOUNT = Account(platform="x", handle="kemenkum_bali", satker="bali", valid_from=BEGIN)
DAY = timedelta(days=1)


def compared(document: dict[str, object], before: list[Account], after: list[Account]) -> Changes:
    """What is said of one unit's document and accounts, against those there are."""
    old, new = (Roster(as_of=LATER, accounts=tuple(held)) for held in (before, after))
    return compare({"bali": document}, old, new, OLD, LATER, WIB)


def test_what_stays_as_it_is_is_not_mentioned() -> None:
    assert compared(dict(OLD["bali"]), [ACCOUNT], [ACCOUNT]) == Changes([], [], [])


def test_a_new_unit_and_a_new_account_begin() -> None:
    new = {"aceh": {"name": "Kanwil Aceh", "kind": "kanwil"}}
    account = replace(ACCOUNT, satker="aceh", valid_from=LATER)
    rosters = [Roster(as_of=LATER, accounts=held) for held in ((), (account,))]
    assert compare(new, rosters[0], rosters[1], OLD, LATER, WIB).begins == [
        "aceh: akun X kemenkum_bali mulai diukur sejak 2026-10-15 12:00",
        "aceh: satker baru, 'Kanwil Aceh'",
    ]


def test_a_field_that_changes_is_told_with_both_values() -> None:
    document = {"name": "Kanwil Bali", "kind": "upt", "website": "https://bali.example"}
    assert compared(document, [], []).changes == [
        "bali: jenis 'kanwil' menjadi 'upt'",
        "bali: website kosong menjadi 'https://bali.example'",
    ]


@pytest.mark.parametrize(
    ("after", "ends"),
    [
        ([], "bali: akun X kemenkum_bali berakhir sekarang (2026-10-15 12:00)"),
        (
            [replace(ACCOUNT, valid_to=LATER + DAY)],
            "bali: akun X kemenkum_bali berakhir 2026-10-16 12:00",
        ),
    ],
)
def test_an_account_ends_now_or_on_a_day(after: list[Account], ends: str) -> None:
    assert compared(dict(OLD["bali"]), [ACCOUNT], after).ends == [ends]


def test_what_has_ended_already_is_not_ended_again() -> None:
    gone = replace(ACCOUNT, valid_to=LATER - DAY)
    assert compared(dict(OLD["bali"]), [gone], []) == Changes([], [], [])
