"""The registry kept: documents and files in, the registry in force and answers to admins out."""

import copy
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from functions.model import Agency
from functions.registry.registrar import (
    READ,
    enrol,
    in_force,
    know,
)
from functions.registry.roster import with_account_ids
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from tests.factories import statuses
from tests.registry.typed import broken_documents


def typed_documents(agency):
    return {stored.id: stored.data for stored in agency.satker_documents()}


def fields_of(**facts):
    return {"name": "Kanwil", "kind": "kanwil", **facts}


def live(roster, now):
    return {(a.satker, a.platform, a.handle) for a in roster.accounts if a.holds(now)}


# Answers beside what was typed


def test_every_document_is_answered_beside_what_was_typed(agency, now):
    agency.save_satker(
        {
            "aceh": fields_of(accounts={"x": "aceh"}, catatan="punya admin"),
            "bali": fields_of(active_to="9999-12-31"),
            "ntt": fields_of(timezone="WITA"),
        }
    )
    enrol(agency, now)
    assert statuses(agency) == {
        "aceh": "ok",
        "bali": "active_to '9999-12-31' di luar tahun 2000–2100; kosongkan bila tidak ada "
        "batasnya. Satker ini belum ikut diukur.",
        "ntt": "timezone 'WITA' tidak dikenal; maksudnya Asia/Makassar? "
        "Satker ini belum ikut diukur.",
    }
    assert typed_documents(agency)["aceh"]["catatan"] == "punya admin"


def test_an_answer_is_new_when_what_was_typed_is_and_else_nothing_is_written(agency, now):
    agency.save_satker({"aceh": fields_of(accounts={"x": "aceh"}), "bali": fields_of()})
    first = enrol(agency, now).roster
    writes = agency.store.meter.writes
    assert enrol(agency, now + timedelta(minutes=15)).roster == first
    assert agency.store.meter.writes == writes
    agency.save_satker({"aceh": {**typed_documents(agency)["aceh"], "kind": "Kantor"}})
    enrolled = enrol(agency, now + timedelta(minutes=30))
    assert statuses(agency)["aceh"].startswith("kind 'Kantor' tidak dikenal")
    assert statuses(agency)["aceh"].endswith("Isi sebelumnya tetap berlaku.")
    assert live(enrolled.roster, now) == {("aceh", "x", "aceh")}
    agency.save_satker({"aceh": {**typed_documents(agency)["aceh"], "kind": "kanwil"}})
    enrol(agency, now + timedelta(minutes=45))
    assert statuses(agency) == {"aceh": "ok", "bali": "ok"}


def test_an_answer_never_undoes_what_an_admin_writes_at_the_same_time(agency, now, monkeypatch):
    agency.save_satker({"aceh": fields_of(kind="Kantor")})
    read = agency.satker_documents()
    monkeypatch.setattr(agency, "satker_documents", lambda: read)
    agency.save_satker({"aceh": fields_of(kind="kanwil", catatan="baru")})
    enrol(agency, now)
    monkeypatch.undo()
    assert typed_documents(agency)["aceh"] == fields_of(kind="kanwil", catatan="baru")


def test_a_parent_that_is_not_there_is_told_and_costs_nothing_else(agency, now):
    agency.save_satker(
        {"aceh": fields_of(parent="pusta", accounts={"x": "a"}), "pusat": fields_of()}
    )
    roster = enrol(agency, now).roster
    assert statuses(agency)["aceh"] == ("parent 'pusta' tidak ada dalam daftar; maksudnya pusat?")
    assert [(s.id, s.parent) for s in roster.satker] == [("aceh", None), ("pusat", None)]


def test_the_ids_of_documents_are_checked_as_those_of_files_are(agency, now):
    agency.save_satker({"Aceh": fields_of(), "aceh": fields_of(), "a": fields_of()})
    agency.store.write([Write(f"{agency.root}/satker/a: b", fields_of())])
    enrol(agency, now)
    told = statuses(agency)
    assert told["aceh"] == told["a"] == "ok"
    assert told["Aceh"].startswith("id 'Aceh' harus huruf kecil")
    assert "dokumen aceh sudah ada; pindahkan isinya ke sana lalu hapus dokumen ini" in told["Aceh"]
    assert told["a: b"].startswith("id 'a: b' harus huruf kecil")


# One document costs no other


GOOD = {
    "bali": fields_of(name="Kanwil Bali", accounts={"x": "bali", "instagram": ["b1", "b2"]}),
    "ntt": fields_of(name="Kanwil NTT", accounts={"facebook": 6157, "tiktok": None}),
}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_documents())
def test_whatever_one_document_holds_its_neighbours_are_as_without_it(
    tmp_path_factory, now, document
):
    path = tmp_path_factory.mktemp("store") / "kiprah.db"
    store = open_store(f"sqlite:///{path}")
    try:
        agency = AgencyStore(store, Agency())
        agency.save_satker(GOOD)
        alone = enrol(agency, now).roster
        with suppress(ValueError, StoreError, RecursionError):  # what no store takes
            agency.save_satker({"aceh": document})
        stored = copy.deepcopy(typed_documents(agency).get("aceh"))
        enrolled = enrol(agency, now + timedelta(minutes=15))
        neighbours = [s for s in enrolled.roster.satker if s.id != "aceh"]
        assert neighbours == [*alone.satker]
        assert [a for a in enrolled.roster.accounts if a.satker != "aceh"] == [*alone.accounts]
        if stored is not None:
            after = typed_documents(agency)["aceh"]
            assert after == stored
            status = statuses(agency)["aceh"]
            is_there = any(s.id == "aceh" for s in enrolled.roster.satker)
            assert is_there or status != "ok"
            assert all(p.startswith(("aceh: ", "bali: ", "ntt: ")) for p in enrolled.problems)
    finally:
        store.close()


@pytest.mark.parametrize(
    "broken",
    [
        {"active_to": "9999-12-31"},
        {"active_from": "0001-01-01T00:00:00+14:00"},
        {"timezone": "WITA"},
        {"account": {"x": "a"}},
        {"accounts": {"x": {"handle": "a", "to": "9999-12-31T23:59:59Z"}}},
        {"accounts": {"facebook": 1.5e15}},
        {"name": "x" * 100_000},
        {"short_name": {"a": {"b": ["c", {"d": None}]}}},
    ],
)
def test_a_broken_document_leaves_the_last_good_one_in_force(agency, now, broken):
    agency.save_satker({**GOOD, "aceh": fields_of(accounts={"x": "aceh"})})
    before = enrol(agency, now).roster
    agency.save_satker({"aceh": fields_of(accounts={"x": "aceh"}) | broken})
    enrolled = enrol(agency, now + timedelta(minutes=15))
    assert enrolled.roster.satker == before.satker
    assert enrolled.roster.accounts == before.accounts
    assert statuses(agency)["bali"] == "ok"
    assert statuses(agency)["aceh"].endswith("Isi sebelumnya tetap berlaku.")


# One account in two hands


def test_what_stands_beside_an_account_is_kept_whatever_its_name_is_made_of(agency, now):
    """A YouTube user's name of before 2014 has a slash, which no document's id may have."""
    youtube = {"youtube": "user/kemenkumbali"}
    agency.save_satker({name: fields_of(accounts=youtube) for name in ("bali", "denpasar")})
    agency.save_feedback([("bali", "youtube", "user/kemenkumbali", {"status": "Kanal tertutup."})])
    enrol(agency, now)
    said = agency.feedback("bali")["youtube:user/kemenkumbali"]["status"]
    assert said.startswith("Kanal tertutup. youtube user/kemenkumbali juga terdaftar")


def test_two_names_of_one_account_are_told_beside_both_once_the_ids_are_known(agency, now):
    agency.save_satker(
        {
            "bali": fields_of(accounts={"facebook": "kemenkumbali"}),
            "denpasar": fields_of(accounts={"facebook": 105000000000001}),
        }
    )
    roster, problems = enrol(agency, now)
    assert problems == []
    agency.save_feedback([("bali", "facebook", "kemenkumbali", {"status": "ok", "followers": 5})])
    ids = {("facebook", name): "105000000000001" for name in ("kemenkumbali", "105000000000001")}
    resolved = msgspec.structs.replace(with_account_ids(roster, ids, now), as_of=now)
    told = know(agency, roster, resolved, now)
    end = "unggahannya dihitung untuk bali; biarkan akun ini di satu satker saja"
    bali = f"facebook kemenkumbali juga terdaftar untuk denpasar sebagai 105000000000001; {end}"
    other = f"facebook 105000000000001 juga terdaftar untuk bali sebagai kemenkumbali; {end}"
    assert told == [f"bali: {bali}", f"denpasar: {other}"]
    assert statuses(agency) == {"bali": f"{bali}.", "denpasar": f"{other}."}
    assert agency.feedback("bali")["facebook:kemenkumbali"]["status"] == f"{bali}."
    assert agency.feedback("bali")["facebook:kemenkumbali"]["followers"] == 5
    assert agency.feedback("denpasar")["facebook:105000000000001"]["status"] == f"{other}."
    # It is told at every run, written once, and gone when one of them gives it up.
    writes = agency.store.meter.writes
    assert enrol(agency, now).problems == told
    assert agency.store.meter.writes == writes
    agency.save_satker({"denpasar": {**typed_documents(agency)["denpasar"], "accounts": {}}})
    later = now + timedelta(hours=1)
    assert enrol(agency, later).problems == []
    assert statuses(agency) == {"bali": "ok", "denpasar": "ok"}
    assert agency.feedback("bali")["facebook:kemenkumbali"]["status"] == "ok"
    assert agency.feedback("denpasar") == {}


def test_a_corrected_spelling_takes_its_complaint_along(agency, now):
    agency.save_satker({"aceh": fields_of(accounts={"x": "kemenkum_aech", "tiktok": "aceh"})})
    enrol(agency, now)
    agency.save_feedback(
        [
            ("aceh", "x", "kemenkum_aech", {"status": "X tidak mengenal @kemenkum_aech."}),
            ("aceh", "tiktok", "aceh", {"status": "ok"}),
        ]
    )
    agency.save_satker({"aceh": fields_of(accounts={"x": "kemenkum_aceh", "tiktok": "aceh"})})
    enrol(agency, now + timedelta(hours=1))
    assert list(agency.feedback("aceh")) == ["tiktok:aceh"]


# How often the documents are read


HOUR, TICK = timedelta(hours=1), timedelta(minutes=15)


def test_the_documents_are_read_once_an_hour_where_every_reading_is_paid_for(agency, now):
    agency.save_satker({f"unit-{n}": fields_of(accounts={"x": f"unit{n}"}) for n in range(30)})
    reads = []
    for n in range(9):
        before = agency.store.meter.reads
        # Calls come some seconds early and late.
        in_force(agency, now + n * TICK + timedelta(seconds=(-1) ** n * 20), HOUR, TICK)
        reads.append(agency.store.meter.reads - before)
    assert [count > 30 for count in reads] == [n % 4 == 0 for n in range(9)]
    assert max(count for count in reads if count <= 30) <= 3


def test_in_between_the_registry_and_what_is_wrong_with_it_are_as_they_were_read(agency, now):
    agency.save_satker(
        {"aceh": fields_of(accounts={"x": "aceh"}), "bali": fields_of(kind="Kantor")}
    )
    first = in_force(agency, now, HOUR, TICK)
    assert first.problems
    agency.save_satker({"bali": fields_of(accounts={"x": "bali"})})
    assert in_force(agency, now + TICK, HOUR, TICK) == first
    last = in_force(agency, now + HOUR, HOUR, TICK)
    assert live(last.roster, now + HOUR) == {("aceh", "x", "aceh"), ("bali", "x", "bali")}
    assert not last.problems


@pytest.mark.parametrize("wrong", [7, None, "soon", "2999-01-01T00:00:00Z", "2026-10-20T00:00:00"])
def test_where_it_is_not_known_when_they_were_read_they_are_read(agency, now, wrong):
    in_force(agency, now, HOUR, TICK)
    agency.save_cursor(READ, read_at=wrong)
    agency.save_satker({"bali": fields_of(accounts={"x": "bali"})})
    assert in_force(agency, now + TICK, HOUR, TICK).roster.satker


def test_with_every_tick_they_are_read_and_nothing_is_noted(agency, now):
    in_force(agency, now, TICK, TICK)
    agency.save_satker({"bali": fields_of(accounts={"x": "bali"})})
    assert in_force(agency, now + TICK, TICK, TICK).roster.satker
    assert agency.cursor(READ) == {}
