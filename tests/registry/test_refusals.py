"""Why a row is refused, with the place where an admin finds the cell."""

from __future__ import annotations

import pytest

from functions.registry.files import HEADER
from functions.registry.refusals import RowRefusal, refusal
from functions.registry.units import COLUMNS, FILE


def test_a_refusal_names_the_row_the_column_and_the_reason() -> None:
    refused = RowRefusal(14, "instagram", "isi nama akun")
    assert refused.words() == "baris 14, kolom instagram: isi nama akun"
    places = {"instagram": "G (Instagram)"}
    assert refused.words(places) == "baris 14, kolom G (Instagram): isi nama akun"
    assert RowRefusal(2, "", "isinya rusak").words(places) == "baris 2: isinya rusak"


@pytest.mark.parametrize("column", HEADER)
def test_every_column_is_found_at_the_beginning_of_a_sentence(column: str) -> None:
    names = {**{column: column for column in COLUMNS.values()}, **FILE}
    label = names.get(column, column)
    assert refusal(3, f"{label} kosong; isi") == RowRefusal(3, column, "kosong; isi")


@pytest.mark.parametrize("said", ["ada isi di luar kolom", "isinya tidak dapat dibaca", ""])
def test_a_sentence_about_no_column_is_about_the_row(said: str) -> None:
    assert refusal(3, said) == RowRefusal(3, "", said)
