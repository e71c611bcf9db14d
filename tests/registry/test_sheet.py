"""The registry as a workbook for people: text stays text, lists to pick from, the same bytes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from functions.registry.columns import COLUMNS, HEADER
from functions.registry.files import load
from functions.registry.sheet import write_xlsx
from tests.registry.one_agency import check
from tests.registry.typed import registries

ACEH: dict[str, Any] = {
    "name": "=HYPERLINK(1)",
    "kind": "balai",
    "timezone": "Asia/Jakarta",
    "accounts": {"facebook": ["61573000111222"], "x": ["aceh"]},
}


@pytest.fixture
def opened() -> Any:
    return load_workbook(io.BytesIO(write_xlsx({"": {"aceh": ACEH}}, ["satu", "dua"])))


def test_the_same_registry_gives_the_same_bytes() -> None:
    assert write_xlsx({"": {"aceh": ACEH}}) == write_xlsx({"": {"aceh": ACEH}})


def test_every_cell_is_text_and_columns_of_ids_stay_so(opened: Any) -> None:
    sheet = opened["Satker"]
    cells = {column: cell for column, cell in zip(HEADER, sheet[2], strict=True)}
    assert cells["nama"].data_type == "s"
    assert (cells["facebook"].value, cells["facebook"].data_type) == ("61573000111222", "s")
    forms = {}
    for dimension in sheet.column_dimensions.values():  # one for columns of one form
        for position in range(dimension.min, dimension.max + 1):
            forms[position] = dimension.number_format == "@"
    assert forms == {n: column.as_text for n, column in enumerate(COLUMNS, 1)}


def test_there_are_lists_to_pick_from(opened: Any) -> None:
    found = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1
        for rule in opened["Satker"].data_validations.dataValidation
    }
    letters = {cell.value: cell.column_letter for cell in opened["Satker"][1]}
    assert found == {
        letters["jenis"]: "Daftar!$A$1:$A$4",
        letters["zona_waktu"]: "Daftar!$B$1:$B$3",
        letters["instansi"]: "Daftar!$C$1:$C$2",
        letters["induk"]: "Satker!$A$2:$A$20001",
    }
    lists = opened["Daftar"]
    assert lists.sheet_state == "hidden"
    assert [lists.cell(n, 1).value for n in range(1, 5)] == ["unit-utama", "kanwil", "upt", "balai"]


def test_the_header_stays_in_sight_and_a_sheet_explains_it(opened: Any) -> None:
    assert opened["Satker"].freeze_panes == "C2"
    told = [row[0].value for row in opened["Petunjuk"].iter_rows()]
    assert told[-len(HEADER) :] == [*HEADER]


def test_without_documents_it_is_an_empty_sheet() -> None:
    assert load(write_xlsx({}), "satker.xlsx").rows == []


def test_of_several_agencies_each_row_says_whose_it_is() -> None:
    table = load(write_xlsx({"satu": {"aceh": ACEH}, "dua": {"aceh": ACEH}}), "satker.xlsx")
    assert [row["instansi"] for _, row in table.rows] == ["satu", "dua"]
    assert table.places["facebook"] == "H (facebook)"


@given(registries())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_exported_is_imported_as_it_was_also_when_it_was_saved_anew(held: Any) -> None:
    content = write_xlsx({"": held})
    saved = io.BytesIO()
    load_workbook(io.BytesIO(content)).save(saved)
    for body in (content, saved.getvalue()):
        assert check(load(body, "satker.xlsx").rows, held) == (held, [])
        assert check(load(body, "satker.xlsx").rows, {}) == (held, [])
