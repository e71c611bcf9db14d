"""What runs cost, under the same names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.jobs.tally import NAMES, NOTHING, Tally, summed
from functions.store import open_store
from functions.store.port import Meter, Store, Write

amounts = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**6))


def test_documents_are_counted_as_they_are_billed(store: Store) -> None:
    """Deletes have a price of their own."""
    store.write([Write("a/1", {"x": 1})])
    tally = Tally(store.meter, iter([1.0, 3.5]).__next__)
    store.write([Write("a/2", {"x": 1}, "create"), Write("a/3", {}, "merge")])
    store.write([Write("a/2", mode="delete"), Write("a/none", mode="delete")])
    store.get(["a/1", "a/none"])
    assert tally.so_far() == {"reads": 2, "writes": 2, "deletes": 2, "seconds": 2.5}


def test_a_report_has_every_name_whatever_it_counted_itself() -> None:
    meter = Meter(reads=5)
    tally = Tally(meter, lambda: 0.0)
    meter.writes += 2
    report = tally.of({"job": "x", "calls": 7, "writes": 1})
    assert report == {**NOTHING, "job": "x", "calls": 7, "writes": 2}
    assert next(iter(report)) == "job"


@given(st.lists(amounts))
def test_several_runs_cost_what_they_cost_together(reports: list[dict[str, int]]) -> None:
    total = summed(reports)
    assert list(total) == list(NAMES)
    assert all(total[n] == sum(report.get(n, 0) for report in reports) for n in NAMES)


def test_a_store_begins_at_nothing(sqlite_url: str) -> None:
    opened = open_store(sqlite_url)
    assert opened.meter == Meter()
    opened.close()
