"""What Firestore's events say was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.jobs.event import Edit, edit_of


@pytest.mark.parametrize(
    ("attributes", "edit"),
    [
        ({"document": "agencies/a/satker/bali"}, Edit("a", "satker", "bali", None)),
        ({"subject": "documents/agencies/a/decisions/1"}, Edit("a", "decisions", "1", None)),
        (
            {"document": "agencies/a/satker/a%20b", "authid": " ayu "},
            Edit("a", "satker", "a b", "ayu"),
        ),
        ({"document": "agencies/a/satker/bali/accounts/x:1"}, None),
        ({"document": "installation/x"}, None),
        ({}, None),
    ],
)
def test_an_event_names_a_document_of_an_agency_or_none(attributes, edit):
    assert edit_of(attributes) == edit


@given(st.dictionaries(st.sampled_from(["document", "subject", "authid"]), st.text() | st.none()))
def test_whatever_attributes_hold_they_name_a_document_or_none(attributes):
    edit = edit_of(attributes)
    assert edit is None or (edit.agency and edit.collection)
