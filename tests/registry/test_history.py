"""What changed in the registry, kept for good."""

import zlib
from datetime import timedelta

import pytest

from functions.registry.changes import line
from functions.registry.history import history, record
from functions.registry.registrar import enrol
from functions.registry.roster import build
from functions.store.port import Write
from tests.factories import WIB

DAY = timedelta(days=1)


def document(**facts):
    return {"name": "Kanwil Bali", "kind": "kanwil", **facts}


def lines(entry):
    return [line(change, WIB) for change in entry.changes]


def test_every_version_tells_what_it_changed(agency, now):
    agency.save_satker({"bali": document(accounts={"x": "a"})})
    enrol(agency, now)
    agency.save_satker({"bali": document(accounts={"x": "b"}, name="Kanwil Bali Raya")})
    enrol(agency, now + DAY, authors={"bali": "ayu@example.go.id"})
    enrol(agency, now + DAY)
    latest, first = history(agency, now + 9 * DAY)
    assert (latest.at, latest.by) == (now + DAY, "ayu@example.go.id")
    assert lines(latest) == [
        "bali: akun X b mulai diukur sejak 2026-10-21",
        "bali: akun X a berakhir sesudah 2026-10-21 10:00",
        "bali: nama 'Kanwil Bali' menjadi 'Kanwil Bali Raya'",
    ]
    assert (first.at, first.by) == (now, None)
    assert lines(first)[0].startswith("bali: satker baru, 'Kanwil Bali'")


def test_what_others_typed_meanwhile_is_nobodys(agency, now):
    agency.save_satker({"aceh": document(), "bali": document()})
    enrol(agency, now, authors={"bali": "ayu"})
    assert {(e.by, e.changes[0].satker) for e in history(agency, now)} == {
        (None, "aceh"),
        ("ayu", "bali"),
    }


def test_a_run_that_died_before_storing_the_registry_records_it_once(agency, now, monkeypatch):
    agency.save_satker({"bali": document()})
    with monkeypatch.context() as patch:
        patch.setattr(agency, "save_roster", lambda roster: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            enrol(agency, now)
    enrol(agency, now + DAY)
    assert [entry.at for entry in history(agency, now + 9 * DAY)] == [now]


def test_the_past_sees_only_its_own_past(agency, now):
    agency.save_satker({"bali": document()})
    enrol(agency, now)
    assert history(agency, now - DAY) == []


def test_a_change_and_its_undoing_are_both_kept(agency, now):
    for days, name in enumerate(["A", "B", "A", "B"]):
        agency.save_satker({"bali": document(name=name)})
        enrol(agency, now + days * DAY)
    found = history(agency, now + 9 * DAY)
    assert [[c.after for c in entry.changes] for entry in found] == [["B"], ["A"], ["B"], ["A"]]


def test_a_history_of_many_units_outgrows_no_document(agency, now):
    before = None
    for month in range(2):
        documents = {f"u{n}": document(name=f"Satker {n} {month}") for n in range(3_000)}
        after, _ = build(documents, before, now + month * DAY, WIB)
        record(agency, before, after, now + month * DAY)
        before = after
    assert [len(entry.changes) for entry in history(agency, now + 2 * DAY)] == [3_000, 3_000]


UNREADABLE = [
    {},
    {"body": b"no zlib"},
    {"body": 7},
    {"body": None},
    {"pieces": ["gone"]},
    {"body": zlib.compress(b"{}")},
    {"body": zlib.compress(b'[1, "x"]')},
]
NO_ENTRIES = {"body": zlib.compress(b'[{"at": "gestern"}, {"at": 7, "changes": null}, {}]')}


@pytest.mark.parametrize("odd", [*UNREADABLE, NO_ENTRIES])
def test_an_odd_document_stops_no_collecting_and_costs_no_other_entry(agency, now, odd):
    path = f"{agency.root}/history/2026-10"
    agency.store.write([Write(path, {"month": "2026-10", "source": "x", **odd})])
    for days, name in enumerate(["Lama", "Baru"]):
        agency.save_satker({"bali": document(name=name)})
        enrol(agency, now + days * DAY)
    assert [len(entry.changes) for entry in history(agency, now + 9 * DAY)] == [1, 1]
    if odd is not NO_ENTRIES:  # what cannot be read is not written over
        assert odd.items() <= agency.store.get([path])[path].data.items()
