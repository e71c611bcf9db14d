"""Samples, sealed texts and populations, in each store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import Drawn, Population, ThreadSample, packed
from functions.store.port import Store, Write
from tests.factories import MONTH, NOW, agency_store

DAY = timedelta(days=1)


def put(hash: str) -> Callable[[ThreadSample | None], ThreadSample]:
    def change(held: ThreadSample | None) -> ThreadSample:
        known = {} if held is None else held.drawn
        drawn = {**known, hash: Drawn(account="facebook:1", read_at=NOW)}
        return ThreadSample(month=MONTH, size=5, since=NOW, drawn=drawn)

    return change


def test_a_sample_is_written_where_it_changes(store: Store) -> None:
    agency = agency_store(store)
    assert agency.sample(MONTH) is None
    agency.change_sample(MONTH, put("a"))
    writes = store.meter.writes
    assert agency.change_sample(MONTH, put("a")) == agency.sample(MONTH)
    assert agency.change_sample(MONTH, lambda held: None) == agency.sample(MONTH)
    assert store.meter.writes == writes


def test_a_change_is_made_again_where_another_was_faster(store: Store) -> None:
    agency = agency_store(store)
    turns = iter(["b", "c"])

    def slow(held: ThreadSample | None) -> ThreadSample:
        for other in turns:  # somebody writes between the reading and the writing
            agency.change_sample(MONTH, put(other))
            break
        return put("a")(held)

    found = agency.change_sample(MONTH, slow)
    assert found is not None
    assert {*found.drawn} == {"a", "b", "c"}


@pytest.mark.parametrize("document", [{}, {"body": b"x"}, {"body": 3}, "another month"])
def test_an_odd_sample_is_left_as_it_is(store: Store, document: object) -> None:
    agency = agency_store(store)
    odd = (
        document
        if isinstance(document, dict)
        else packed(ThreadSample(month="2020-01", size=1, since=NOW))
    )
    path = f"{agency.root}/samples/{MONTH}"
    store.write([Write(path, odd)])
    for verb in (agency.sample, lambda month: agency.change_sample(month, put("a"))):
        with pytest.raises(OddSampleError, match=MONTH):
            verb(MONTH)
    assert store.get([path])[path].data == odd


def test_texts_are_there_until_their_time_is_over(store: Store) -> None:
    clock = [NOW]
    agency = AgencyStore(store, agency_store(store).agency, clock=lambda: clock[0])
    agency.save_texts(MONTH, {"a": b"1", "b": b"2"}, NOW, 14 * DAY)
    agency.save_texts(MONTH, {"c": b"3"}, NOW + 900 * DAY, 14 * DAY)  # by an odd ``now``
    assert agency.texts(MONTH, "abcd") == {"a": b"1", "b": b"2", "c": b"3"}
    agency.drop_texts(MONTH, ["b", "d"])
    assert agency.texts(MONTH, "abcd") == {"a": b"1", "c": b"3"}
    clock[0] = NOW + 14 * DAY
    assert agency.texts(MONTH, "abcd") == {}
    agency.sweep(clock[0])
    held = store.get([f"{agency.root}/texts/{MONTH}:{name}" for name in "ac"])
    # Firestore deletes by its own policy, and the document says when.
    assert all(stored.expires_at == NOW + 14 * DAY for stored in held.values())


def test_threads_of_a_day_are_counted_once(store: Store) -> None:
    agency = agency_store(store)
    for _ in range(2):
        agency.count_threads(f"{MONTH}-03", {"a": 100, "b": None}, "m")
        agency.count_threads(f"{MONTH}-31", {"c": 300}, "m")
    days = agency.populations(MONTH)
    assert {day: each.count for day, each in days.items()} == {f"{MONTH}-03": 2, f"{MONTH}-31": 1}
    assert days[f"{MONTH}-03"].models["m"].total == 100


def test_an_odd_day_is_unknown(store: Store) -> None:
    agency = agency_store(store)
    store.write([Write(f"{agency.root}/populations/{MONTH}-03", {"body": b"x"})])
    assert agency.populations(MONTH) == {f"{MONTH}-03": Population(is_cut=True)}
    agency.count_threads(f"{MONTH}-03", {"a": 1}, "m")
    assert agency.populations(MONTH)[f"{MONTH}-03"].is_cut
