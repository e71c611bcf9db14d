"""A field's name is compared without what people write differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.parsing.field_names import folded


@pytest.mark.parametrize(
    "name",
    ["zona_waktu", "Zona Waktu", "ZONA-WAKTU", "zonaWaktu", " zona.waktu\u200b", "'zona waktu"],
)
def test_spellings_of_one_name_are_one(name):
    assert folded(name) == "zonawaktu"


@given(st.text())
def test_folding_again_changes_nothing(name):
    assert folded(folded(name)) == folded(name)
