"""The columns of a file: one table for the reader, the sheet of explanations and the page."""

from __future__ import annotations

import re
from pathlib import Path

from functions.model import PLATFORMS
from functions.registry.columns import COLUMNS, DATES, HEADER, REQUIRED, ZONES
from functions.registry.fields import COLUMNS as FIELDS
from functions.registry.fields import FILE
from functions.registry.overlay import means_the_same, name_means_the_same
from functions.registry.refusals import refusal
from functions.registry.units import read_unit
from functions.registry.values import KINDS
from tests.factories import WIB

PAGE = Path(__file__).parents[2] / "docs" / "satker.md"


def test_every_field_of_a_document_has_its_column() -> None:
    assert {*HEADER} == {"id", "instansi", *FIELDS.values(), *PLATFORMS}
    assert len(HEADER) == len({*HEADER})
    assert {*REQUIRED, *DATES} <= {*HEADER}


def test_the_page_for_admins_says_of_each_column_what_the_sheet_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == [(column.name, column.takes) for column in COLUMNS]


def test_every_example_is_good() -> None:
    fields = {column: field for field, column in FIELDS.items()}
    examples = {column.name: column.example for column in COLUMNS if column.example}
    given = {fields[name]: example for name, example in examples.items() if name in fields}
    accounts = {p: examples[p].split(";") for p in PLATFORMS}
    unit = read_unit(examples["id"], given | {"accounts": accounts}, WIB, FILE)
    assert unit.problems == ()
    for kind in KINDS:
        for zone in ZONES:
            said = read_unit("a", {"name": "A", "kind": kind, "timezone": zone}, WIB, FILE)
            assert said.problems == ()


def test_a_column_is_known_to_those_who_compare_and_refuse() -> None:
    assert all(means_the_same(field, "", None) for field in FIELDS)
    assert all(name_means_the_same(platform, "@satu1", "satu1") for platform in PLATFORMS)
    assert all(refusal(2, f"{column} kosong").column == column for column in HEADER)
