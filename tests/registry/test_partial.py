"""The good part of a file: what a refused row takes along, and that it ends nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.registry.check import CheckedRow, check
from functions.registry.overlay import handles_in, parent_of
from functions.registry.partial import good_part
from functions.registry.refusals import RowRefusal


def cells_of(satker: str, **cells: str) -> dict[str, str]:
    return {"id": satker, "nama": f"Kanwil {satker}", "jenis": "kanwil", **cells}


def document(**accounts: str) -> dict[str, Any]:
    return {"name": "Kanwil", "kind": "kanwil", "accounts": accounts}


def parted(
    *rows: dict[str, str], held: dict[str, Any] | None = None
) -> tuple[list[str], dict[int, str]]:
    """The ids of the good rows, and by row the first thing that is said of a refused one."""
    agencies = {"satu": held or {}}
    checked, refusals = check(list(enumerate(rows, 2)), agencies)
    good, refused = good_part(checked, refusals, agencies)
    said = {one.row: one.words() for one in reversed(refused)}
    return [row.satker for row in good], said


def test_a_good_file_is_whole() -> None:
    assert parted(cells_of("aceh"), cells_of("bali")) == (["aceh", "bali"], {})


def test_a_wrong_row_is_left_out_alone() -> None:
    good, said = parted(cells_of("aceh", nama=""), cells_of("bali"))
    assert (good, [*said]) == (["bali"], [2])


def test_of_two_rows_of_one_unit_neither_is_taken() -> None:
    good, said = parted(cells_of("aceh", x="satu"), cells_of("aceh", x=""), cells_of("bali"))
    assert (good, sorted(said)) == (["bali"], [2, 3])


def test_of_two_rows_with_one_account_only_that_of_its_unit_is_taken() -> None:
    rows = cells_of("aceh", x="humas"), cells_of("bali", x="Humas")
    assert parted(*rows)[0] == []
    assert parted(*rows, held={"bali": document(x="humas")})[0] == ["bali"]
    both = {"aceh": document(x="humas"), "bali": document(x="humas")}
    assert parted(*rows, held=both)[0] == []


def test_units_below_a_refused_new_one_are_refused_down_to_the_last() -> None:
    rows = (
        cells_of("pusat", jenis=""),
        cells_of("aceh", induk="pusat"),
        cells_of("sabang", induk="aceh"),
        cells_of("bali"),
    )
    good, said = parted(*rows)
    assert good == ["bali"]
    assert said[3] == "baris 3, kolom induk: 'pusat' belum ada, dan barisnya ditolak di baris 2"
    # Below a unit that is there already they can be.
    assert parted(*rows, held={"pusat": document()})[0] == ["aceh", "sabang", "bali"]


def test_an_account_that_a_refused_row_would_have_given_up_is_not_taken() -> None:
    held = {"aceh": document(x="humas"), "bali": document(x="bali")}
    rows = (
        cells_of("aceh", jenis="", x=""),
        cells_of("bali", x="humas"),
        cells_of("ntt", x="bali"),
    )
    good, said = parted(*rows, held=held)
    assert good == []
    assert said[3] == "baris 3, kolom x: humas masih milik aceh, yang ditolak di baris 2"
    assert said[4] == "baris 4, kolom x: bali masih milik bali, yang ditolak di baris 3"


def test_a_circle_that_only_refused_rows_would_have_opened_is_refused() -> None:
    held = {"aceh": document(), "bali": document() | {"parent": "aceh"}}
    good, said = parted(
        cells_of("aceh", induk="bali"), cells_of("bali", induk="", jenis=""), held=held
    )
    assert good == []
    assert "berputar" in said[2]


ids = st.sampled_from(["a", "b", "c", "d", "", "A"])
handles = st.sampled_from(["", "satu", "dua", "SATU", "satu;dua", "tidak bisa!"])
row_cells = st.fixed_dictionaries(
    {
        "id": ids,
        "nama": st.sampled_from(["Nama", "Nama", "Nama", ""]),
        "jenis": st.just("upt"),
        "x": handles,
    },
    optional={"induk": ids},
)
documents = st.dictionaries(
    st.sampled_from(["a", "b", "c", "e"]),
    st.fixed_dictionaries(
        {"name": st.just("N"), "kind": st.just("upt"), "accounts": st.builds(dict, x=handles)},
        optional={"parent": ids},
    ),
    max_size=4,
)


def _refused_ids(rows: list[CheckedRow], good: list[CheckedRow]) -> set[str]:
    return {row.satker for row in rows} - {row.satker for row in good}


@given(st.lists(row_cells, max_size=6), documents)
@settings(max_examples=100)
def test_the_good_part_stands_by_itself(rows: list[Any], held: dict[str, Any]) -> None:
    """No row is lost, none that stays is wrong, and no account comes to be held twice by it."""
    agencies = {"satu": held}
    checked, refusals = check(list(enumerate(rows, 2)), agencies)
    good, refused = good_part(checked, refusals, agencies)
    numbers = {row.number for row in good}
    assert numbers.isdisjoint(one.row for one in refused)
    assert numbers | {one.row for one in refused} == {*range(2, len(rows) + 2)}
    assert set(refusals) <= set(refused)
    assert all(isinstance(one, RowRefusal) and one.reason for one in refused)
    again, more = check([(n, rows[n - 2]) for n in sorted(numbers)], agencies)
    assert more == []
    assert [row.document for row in again] == [row.document for row in good]
    after = held | {row.satker: row.document for row in good}
    for satker in _refused_ids(checked, good) & held.keys():
        assert after[satker] is held[satker]
        ours = {handle.casefold() for _, handle in handles_in(held[satker]["accounts"])}
        for row in good:
            before = held.get(row.satker, {"accounts": {}})["accounts"]
            had = {handle.casefold() for _, handle in handles_in(before)}
            assert not (({key for _, key in row.accounts} - had) & ours)
    for row in good:
        parent = parent_of(row.document)
        assert not row.names_parent or parent is None or parent in after
