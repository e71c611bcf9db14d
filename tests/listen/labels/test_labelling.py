"""Two people label apart; reading a sheet twice is reading it once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest

from functions.listen.comments.sampling import Sampler
from functions.listen.labels.labelling import (
    LabelError,
    Waiting,
    forget_labeller,
    labeller_of,
    take_in,
    waiting,
)
from functions.listen.labels.reading import Filled
from functions.model import Agency
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.labels import Label, Marks, code, seed_of, settled
from functions.store.listening_settings import Listening
from functions.store.port import Write
from functions.tokens.vault import Vault
from tests.factories import MONTH, NOW

DAY = timedelta(days=1)
VAULT = Vault("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
OTHER = Vault("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=")
WANTED = Listening(sample_texts=5)


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """With two threads drawn by now, and one eight days ago."""
    with closing(open_store(sqlite_url)) as store:
        agency = AgencyStore(store, Agency(), clock=lambda: NOW)
        for hash, at in (("old", NOW - 8 * DAY), ("a", NOW), ("b", NOW)):
            drawing = Sampler(agency, WANTED, VAULT, at)
            drawing.offer(hash, "facebook:1", at, f"teks {hash}")
            drawing.save()
        yield agency


def codes(agency: AgencyStore, *hashes: str) -> list[str]:
    return [code(seed_of(agency.id, MONTH), hash) for hash in hashes]


def filled(agency: AgencyStore, label: Label, *hashes: str) -> Filled:
    found = codes(agency, *hashes)
    return Filled({c: Marks(label=label) for c in found}, {c: 2 for c in found}, (), 0)


def asked(agency: AgencyStore, who: str, at: timedelta = timedelta(0)) -> Waiting:
    return waiting(agency, WANTED, VAULT, MONTH, who, NOW + at)


def test_what_waits_is_what_this_person_has_not_labelled(agency: AgencyStore) -> None:
    assert {row.text for row in asked(agency, "Ani").rows} == {"teks old", "teks a", "teks b"}
    take_in(agency, "Ani", filled(agency, "netral", "a", "old"), NOW)
    assert [row.text for row in asked(agency, " ani ").rows] == ["teks b"]
    assert len(asked(agency, "Budi").rows) == 3


def test_a_sheet_names_the_last_day_of_its_oldest_text(agency: AgencyStore) -> None:
    assert asked(agency, "Ani").cover.delete_by == date(2026, 10, 25)
    take_in(agency, "Ani", filled(agency, "netral", "old"), NOW)
    assert asked(agency, "Ani").cover.delete_by == date(2026, 11, 2)


def test_no_text_leaves_after_its_time(agency: AgencyStore) -> None:
    assert {row.text for row in asked(agency, "Ani", 6 * DAY).rows} == {"teks a", "teks b"}
    assert asked(agency, "Ani", 14 * DAY).rows == ()


def test_what_another_key_sealed_is_counted_and_left_out(agency: AgencyStore) -> None:
    agency.save_texts(MONTH, {"a": OTHER.seal("teks")}, NOW, DAY)
    found = asked(agency, "Ani")
    assert (len(found.rows), found.sealed) == (2, 1)


def test_reading_twice_is_once_and_a_change_is_taken(agency: AgencyStore) -> None:
    first = take_in(agency, "Ani", filled(agency, "netral", "a", "b"), NOW)
    assert (first.new, first.same) == ({MONTH: 2}, 0)
    again = take_in(agency, "Ani", filled(agency, "netral", "a", "b"), NOW)
    assert (again.new, again.same) == ({}, 2)
    changed = take_in(agency, "ANI", filled(agency, "positif", "a"), NOW)
    assert (changed.new, changed.same) == ({MONTH: 1}, 0)
    sample = agency.sample(MONTH)
    assert sample is not None
    assert {h: m.label for h, m in sample.labels["Ani"].items()} == {"a": "positif", "b": "netral"}


def test_a_third_person_is_refused_and_a_misspelt_one_taken_back(agency: AgencyStore) -> None:
    take_in(agency, "Ani", filled(agency, "netral", "a"), NOW)
    take_in(agency, "Budy", filled(agency, "netral", "a"), NOW)
    for refused in (
        lambda: take_in(agency, "Budi", filled(agency, "netral", "a"), NOW),
        lambda: asked(agency, "Budi"),
    ):
        with pytest.raises(LabelError, match="'Ani' dan 'Budy'"):
            refused()
    assert forget_labeller(agency, MONTH, "budy") == 1
    assert take_in(agency, "Budi", filled(agency, "netral", "a"), NOW).new == {MONTH: 1}
    with pytest.raises(LabelError, match="tidak ada label"):
        forget_labeller(agency, MONTH, "Budy")


def test_rows_that_are_not_drawn_cost_the_others_nothing(agency: AgencyStore) -> None:
    strange = codes(agency, "z")[0]
    found = filled(agency, "netral", "a", "z")
    taken = take_in(agency, "Ani", found, NOW)
    assert (taken.new, taken.strange) == ({MONTH: 1}, (strange,))


def test_an_odd_month_costs_the_others_nothing(agency: AgencyStore) -> None:
    agency.store.write([Write(f"{agency.root}/samples/2026-09", {"body": b"x"})])
    taken = take_in(agency, "Ani", filled(agency, "netral", "a"), NOW)
    assert taken.new == {MONTH: 1}
    assert "2026-09" in taken.odd[0]


def test_a_settled_month_is_not_labelled(agency: AgencyStore) -> None:
    agency.change_sample(MONTH, lambda held: held and settled(held, NOW, "selesai"))
    for refused in (lambda: asked(agency, "Ani"), lambda: forget_labeller(agency, MONTH, "Ani")):
        with pytest.raises(LabelError, match="sudah selesai"):
            refused()
    assert take_in(agency, "Ani", filled(agency, "netral", "a"), NOW).new == {}


def test_nothing_waits_where_nothing_was_drawn(agency: AgencyStore) -> None:
    with pytest.raises(LabelError, match="sample_texts"):
        waiting(agency, WANTED, VAULT, "2026-09", "Ani", NOW)


@pytest.mark.parametrize("name", ["", "  ", "​", "x" * 500])
def test_a_labeller_has_a_name(name: str) -> None:
    with pytest.raises(LabelError, match="nama pelabel"):
        labeller_of(name)
