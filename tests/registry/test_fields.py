"""The names of fields, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registry.fields import COLUMNS, FIELDS, account_fields, fields_of, platform_of
from tests.registry.typed import anything

spellings = st.sampled_from([str.upper, str.title, str.lower, lambda n: n.replace("_", " ")])


@given(st.sampled_from([*FIELDS, *COLUMNS.values(), "akun"]), spellings)
def test_capitals_and_separators_make_no_difference(name, spelled):
    typed = spelled(name)
    fields = fields_of({typed: 1})
    [field] = fields.values
    assert field in FIELDS
    assert COLUMNS.get(field, "akun") == name or field == name
    assert fields.spelling(field) == typed
    assert fields.problems == ()


def test_an_admins_own_fields_are_left_out():
    assert fields_of({"catatan": 1, "PIC": 2, "status": "x"}).values == {}


def test_of_two_spellings_the_one_that_is_filled_counts():
    fields = fields_of({"name": "", "Nama": "Bali"})
    assert (fields.values, fields.told("name"), fields.problems) == ({"name": "Bali"}, "Nama", ())
    assert fields_of({"nama": "Bali", "name": "Aceh"}).problems == (
        "nama dan name dua-duanya terisi; hapus salah satu",
    )


@pytest.mark.parametrize(("typed", "field"), [("Dari", "from"), ("HANDLE", "handle"), ("to", "to")])
def test_an_accounts_fields_are_named_in_either_language(typed, field):
    assert account_fields({typed: "a"}).values == {field: "a"}


def test_a_slip_in_an_accounts_fields_is_told():
    [said] = account_fields({"form": "a"}).problems
    assert said == "form tidak dikenal; maksudnya from?"


def test_platforms_go_by_their_names():
    assert platform_of(" Insta gram") == "instagram"
    assert platform_of("Twitter") == "x"
    assert platform_of("ig") is platform_of(None) is platform_of(3) is None


@given(st.dictionaries(st.text(max_size=12), anything, max_size=6))
def test_whatever_a_document_holds_its_fields_are_found(document):
    fields = fields_of(document)
    assert set(fields.values) == set(fields.names)
    assert all(document[fields.spelling(field)] is fields.values[field] for field in fields.values)
