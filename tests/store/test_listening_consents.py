"""Which units agreed to be read: an odd entry costs itself alone, an odd whole reads nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.store.listening_settings import Listening, read_listening, unknown_units
from tests.factories import NOW, roster, satker

GOOD = {"aceh": "W1-12/2026", "bali": 17}


def read(consents: Any) -> tuple[Listening, tuple[str, ...]]:
    return read_listening({"consents": consents})


def test_a_unit_agrees_by_the_number_of_a_document() -> None:
    found, wrong = read_listening({"Persetujuan Satker": {" Aceh ": "W1-12/2026", "bali": 17}})
    assert (found.consents, wrong) == ({"aceh": "W1-12/2026", "bali": "17"}, ())
    assert [found.agreed(unit) for unit in ("aceh", "bali", "ntt")] == [True, True, False]
    assert read_listening({})[0] == Listening()


@pytest.mark.parametrize("word", ["dicabut", "Tidak", False, "", None, " ditarik "])
def test_a_consent_is_taken_back_in_clear_words(word: Any) -> None:
    found, wrong = read({**GOOD, "ntt": word})
    assert (found.withdrawn, found.unclear, wrong) == ({"ntt"}, frozenset(), ())
    assert not found.agreed("ntt")
    assert found.agreed("aceh")


@pytest.mark.parametrize("word", ["belum", "-", "tidak ada"])
def test_a_unit_that_has_not_agreed_yet_is_as_if_not_named(word: str) -> None:
    found, wrong = read({**GOOD, "ntt": word})
    assert (found.consents.keys(), found.withdrawn, found.unclear) == (GOOD.keys(), set(), set())
    assert wrong == ()


plain = st.booleans() | st.integers() | st.text(max_size=9) | st.floats() | st.binary(max_size=3)
anything = plain | st.none() | st.lists(plain, max_size=2) | st.dictionaries(st.text(), plain)


@settings(max_examples=60)
@given(anything)
def test_an_odd_entry_costs_itself_alone_and_is_told(odd: Any) -> None:
    found, wrong = read({**GOOD, "ntt": odd})
    assert found.consents_known
    assert found.agreed("aceh")
    assert found.agreed("bali")
    assert ("ntt" in found.unclear) == bool(wrong)
    assert (found.agreed("ntt") + ("ntt" in found.withdrawn) + ("ntt" in found.unclear)) <= 1
    assert all("ntt" in line and "\n" not in line for line in wrong)


@settings(max_examples=40)
@given(st.text(min_size=1).filter(str.strip) | st.integers() | st.lists(plain) | st.just(True))
def test_an_odd_whole_reads_nobody_and_erases_nobody(odd: Any) -> None:
    found, wrong = read(odd)
    if not found.consents_known:
        assert (found.consents, found.withdrawn, found.unclear) == ({}, set(), set())
        [line] = wrong
        assert "tidak ada yang dihapus" in line
    else:  # a text of nothing that can be seen is as good as none
        assert found == Listening()


def test_one_that_is_typed_twice_differently_is_unclear() -> None:
    found, [line] = read({**GOOD, "ACEH": "dicabut", "Bali": "17"})
    assert (found.consents.keys(), found.unclear) == ({"bali"}, {"aceh"})
    assert "'aceh' tertulis dua kali" in line
    both = {"consents": GOOD, "persetujuan satker": {"ntt": "1"}}
    assert not read_listening(both)[0].consents_known


def test_units_that_nobody_registered_are_told_with_the_one_that_was_meant() -> None:
    found, _ = read({"aceh": "1", "bahli": "dicabut", "9": []})
    units = roster(satker("aceh"), satker("bali"), as_of=NOW)
    assert unknown_units(found, units) == (
        "consents: satker '9' tidak terdaftar",
        "consents: satker 'bahli' tidak terdaftar; maksudnya 'bali'?",
    )
