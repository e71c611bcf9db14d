"""Which notices an agency wants, as its admins type it; against both stores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.notify.switches import KINDS, read_switches, switches_of
from functions.store.agency import AgencyStore
from functions.store.port import Write


def test_all_are_wanted_until_it_is_said_otherwise() -> None:
    assert read_switches({}) == (frozenset(KINDS), ())
    assert read_switches({"month": False, "Izin": "tidak"}).wanted == KINDS.keys() - {
        "month",
        "consent",
    }


def test_what_cannot_be_read_leaves_the_last_good_value_in_force() -> None:
    found = read_switches({"bulan": "entah", "in_force": {"month": False}, "akn": True})
    assert "month" not in found.wanted
    assert found.wrong == (
        "akn tidak dikenal; maksudnya akun?",
        "bulan 'entah' bukan ya atau tidak; isi true atau false. Yang berlaku tetap false.",
    )


def test_the_admin_is_answered_once(agency: AgencyStore) -> None:
    path = f"{agency.root}/settings/notify"
    assert switches_of(agency).wanted == frozenset(KINDS)
    agency.store.write([Write(path, {"month": "ya", "izin": False})])
    assert switches_of(agency).wanted == KINDS.keys() - {"consent"}
    held = agency.settings("notify")
    assert held["status"] == "berlaku"
    assert held["in_force"]["consent"] is False
    writes = agency.store.meter.writes
    switches_of(agency)
    assert agency.store.meter.writes == writes


anything = st.none() | st.booleans() | st.text() | st.integers() | st.lists(st.text(), max_size=2)


@given(st.dictionaries(st.sampled_from([*KINDS, "Akun", "in_force"]) | st.text(), anything))
def test_whatever_is_typed_is_read(document: dict[str, object]) -> None:
    found = read_switches(document)
    assert found.wanted <= KINDS.keys()
    assert all("\n" not in each for each in found.wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_switch(kind: str) -> None:
    assert read_switches({kind: "tidak"}).wanted == KINDS.keys() - {kind}
