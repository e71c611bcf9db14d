"""What becomes different from one version of the registry to the next, and its words."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.model import Account, Platform, Roster, Satker
from functions.registry.changes import Amendment, compare, line
from functions.registry.roster import build, with_account_ids
from tests.factories import BEGIN, LATER, WIB
from tests.registry.typed import broken_documents

DAY = timedelta(days=1)
UNIT = Satker(id="bali", name="Kanwil Bali", kind="kanwil", valid_from=BEGIN)
ACCOUNT = Account(platform="x", handle="kemenkum_bali", satker="bali", valid_from=BEGIN)


def version(*units: Satker, accounts: tuple[Account, ...] = (), **facts: object) -> Roster:
    return msgspec.structs.replace(Roster(as_of=LATER, satker=units, accounts=accounts), **facts)


def lines(before: Roster, after: Roster) -> list[str]:
    """What is said of the difference, at ``LATER``."""
    return [line(found, WIB, LATER) for found in compare(before, after, LATER, WIB)]


def of_accounts(before: tuple[Account, ...], after: tuple[Account, ...]) -> list[str]:
    return lines(version(UNIT, accounts=before), version(UNIT, accounts=after))


def test_what_stays_as_it_is_is_not_mentioned() -> None:
    held = version(UNIT, accounts=(ACCOUNT,))
    assert compare(held, held, LATER, WIB) == ()


def test_a_new_unit_and_a_new_account_begin() -> None:
    unit = replace(UNIT, id="aceh", name="Kanwil Aceh", valid_from=LATER)
    account = replace(ACCOUNT, satker="aceh", valid_from=LATER)
    found = compare(version(UNIT), version(unit, UNIT, accounts=(account,)), LATER, WIB)
    assert found == (
        Amendment(happens="begins", satker="aceh", after="Kanwil Aceh", since=LATER),
        Amendment(
            happens="begins", satker="aceh", platform="x", handle="kemenkum_bali", since=LATER
        ),
    )
    assert [line(one, WIB) for one in found] == [
        "aceh: satker baru, 'Kanwil Aceh'",
        "aceh: akun X kemenkum_bali mulai diukur sejak 2026-10-15 12:00",
    ]


def test_a_field_that_changes_is_told_with_both_values() -> None:
    after = replace(UNIT, kind="upt", website="https://bali.example", emails=("a@example.go.id",))
    assert lines(version(UNIT), version(after)) == [
        "bali: jenis 'kanwil' menjadi 'upt'",
        "bali: website kosong menjadi 'https://bali.example'",
        "bali: pemberitahuan kosong menjadi 'a@example.go.id'",
    ]


def test_a_unit_ends_by_a_day_or_with_its_document_and_begins_again() -> None:
    last = replace(UNIT, valid_to=BEGIN + 20 * DAY)
    assert lines(version(UNIT), version(last)) == ["bali: satker berakhir sesudah 2026-10-20"]
    gone = replace(UNIT, valid_to=LATER, removed=True)
    away = version(former=(gone,))
    assert lines(version(UNIT), away) == ["bali: satker berakhir sekarang (2026-10-15 12:00)"]
    assert lines(away, version(UNIT)) == ["bali: satker baru, 'Kanwil Bali'"]
    over = replace(UNIT, valid_to=BEGIN + DAY)
    assert lines(version(over), version(UNIT, former=(over,))) == [
        "bali: satker baru, 'Kanwil Bali'"
    ]


def test_an_end_that_moves_away_is_a_change() -> None:
    last = replace(UNIT, valid_to=BEGIN + 20 * DAY)
    assert lines(version(last), version(replace(last, valid_to=BEGIN + 25 * DAY))) == [
        "bali: aktif_sampai '2026-10-20' menjadi '2026-10-25'"
    ]


@pytest.mark.parametrize(
    ("after", "ends"),
    [
        ((), "bali: akun X kemenkum_bali berakhir sekarang (2026-10-15 12:00)"),
        (
            (replace(ACCOUNT, valid_to=LATER),),
            "bali: akun X kemenkum_bali berakhir sekarang (2026-10-15 12:00)",
        ),
        (
            (replace(ACCOUNT, valid_to=LATER + DAY),),
            "bali: akun X kemenkum_bali berakhir sesudah 2026-10-16 12:00",
        ),
        (
            (replace(ACCOUNT, valid_to=BEGIN + DAY),),
            "bali: akun X kemenkum_bali berakhir sesudah 2026-10-01",
        ),
    ],
)
def test_an_account_ends_now_or_on_a_day(after: tuple[Account, ...], ends: str) -> None:
    assert of_accounts((ACCOUNT,), after) == [ends]


def test_what_has_ended_already_is_not_ended_again() -> None:
    gone = replace(ACCOUNT, valid_to=LATER - DAY)
    assert of_accounts((gone,), ()) == []


def test_an_account_that_is_typed_again_begins_again() -> None:
    gone = replace(ACCOUNT, valid_to=LATER - DAY)
    again = replace(ACCOUNT, valid_from=LATER)
    assert of_accounts((gone,), (gone, again)) == [
        "bali: akun X kemenkum_bali mulai diukur sejak 2026-10-15 12:00"
    ]


def test_a_validity_that_moves_is_a_change() -> None:
    moved = replace(ACCOUNT, valid_from=BEGIN + DAY)
    assert of_accounts((ACCOUNT,), (moved,)) == [
        "bali: akun X kemenkum_bali: awal masa '2026-10-01' menjadi '2026-10-02'"
    ]
    last = replace(ACCOUNT, valid_to=LATER + DAY)
    assert of_accounts((last,), (ACCOUNT,)) == [
        "bali: akun X kemenkum_bali: akhir masa '2026-10-16 12:00' menjadi kosong"
    ]


def test_a_renamed_account_that_goes_on_is_one_change() -> None:
    """Where the durable id says so; else one account ends and another one begins."""
    known = replace(ACCOUNT, account_id="7")
    ended = replace(known, valid_to=LATER)
    new = replace(known, handle="bali_baru", valid_from=LATER)
    assert of_accounts((known,), (ended, new)) == [
        "bali: akun X bali_baru: nama 'kemenkum_bali' menjadi 'bali_baru'"
    ]
    for other in (replace(new, account_id=None), replace(new, account_id="8")):
        assert of_accounts((known,), (ended, other)) == [
            "bali: akun X bali_baru mulai diukur sejak 2026-10-15 12:00",
            "bali: akun X kemenkum_bali berakhir sekarang (2026-10-15 12:00)",
        ]
    later = replace(new, valid_from=LATER + DAY)  # with a gap
    assert len(of_accounts((known,), (ended, later))) == 2


def test_another_case_of_a_name_is_a_change_and_no_end() -> None:
    assert of_accounts((ACCOUNT,), (replace(ACCOUNT, handle="Kemenkum_Bali"),)) == [
        "bali: akun X Kemenkum_Bali: nama 'kemenkum_bali' menjadi 'Kemenkum_Bali'"
    ]


def test_a_rename_is_known_once_the_ids_are() -> None:
    documents = {"bali": {"name": "B", "kind": "kanwil", "accounts": {"x": ["lama"]}}}
    first, _ = build(documents, None, LATER - DAY, WIB)
    first = with_account_ids(first, {("x", "lama"): "7"}, LATER - DAY)
    documents["bali"]["accounts"] = {"x": ["baru"]}
    second, _ = build(documents, first, LATER, WIB)
    assert [a.happens for a in compare(first, second, LATER, WIB)] == ["begins", "ends"]
    known = with_account_ids(second, {("x", "baru"): "7"}, LATER)
    [found] = compare(first, known, LATER, WIB)
    assert (found.field, found.before, found.after) == ("handle", "lama", "baru")


platforms: st.SearchStrategy[Platform] = st.sampled_from(["x", "tiktok"])
instants = st.integers(-40, 40).map(lambda hours: LATER + timedelta(hours=hours))
accounts = st.builds(
    Account,
    platform=platforms,
    handle=st.sampled_from(["a", "A", "b", "c"]),
    satker=st.sampled_from(["aceh", "bali"]),
    valid_from=instants,
    valid_to=st.none() | instants,
    account_id=st.none() | st.sampled_from(["1", "2"]),
)
units = st.builds(
    Satker,
    id=st.sampled_from(["aceh", "bali"]),
    name=st.sampled_from(["A", "B"]),
    kind=st.just("upt"),
    valid_from=st.none() | instants,
    valid_to=st.none() | instants,
)
rosters = st.builds(
    Roster,
    as_of=st.just(LATER),
    satker=st.lists(units, unique_by=lambda unit: unit.id).map(tuple),
    former=st.lists(units, max_size=2).map(tuple),
    accounts=st.lists(accounts, max_size=4).map(tuple),
)


@given(rosters, rosters)
@settings(max_examples=150)
def test_no_version_is_compared_in_vain(before: Roster, after: Roster) -> None:
    """Each pair gives amendments that are plain JSON and come back, with words."""
    assert compare(before, before, LATER, WIB) == ()
    found = compare(before, after, LATER, WIB)
    plain = msgspec.to_builtins(found)
    assert msgspec.convert(json.loads(json.dumps(plain)), tuple[Amendment, ...]) == found
    assert all(line(one, WIB).startswith(f"{one.satker}: ") for one in found)


@given(rosters, rosters)
@settings(max_examples=150)
def test_no_account_stops_being_measured_in_silence(before: Roster, after: Roster) -> None:
    """Each one that is measured at an instant before, and not after, is named."""
    found = compare(before, after, LATER, WIB)
    named = {
        (a.satker, a.platform, name.casefold())
        for a in found
        if a.platform
        for name in (a.handle, a.before)
        if name
    }
    for account in before.accounts:
        if not account.holds(LATER):
            continue
        name = (account.satker, account.platform, account.handle.casefold())
        goes_on = any(
            (a.satker, a.platform, a.handle.casefold()) == name and a.holds(LATER)
            for a in after.accounts
        )
        assert goes_on or name in named


@given(broken_documents(), broken_documents())
@settings(max_examples=60)
def test_what_two_documents_make_is_compared(first: object, second: object) -> None:
    before, _ = build({"aceh": first}, None, LATER - DAY, WIB)  # type: ignore[dict-item]
    after, _ = build({"aceh": second}, before, LATER, WIB)  # type: ignore[dict-item]
    for amendment in compare(before, after, LATER, WIB):
        assert line(amendment, WIB).startswith("aceh: ")
