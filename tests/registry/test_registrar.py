"""The registry kept: documents and files in, the registry in force and answers to admins out."""

import copy
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from functions.model import Agency
from functions.registry import files
from functions.registry.doubles import held_twice
from functions.registry.registrar import (
    READ,
    ImportRefused,
    enrol,
    import_rows,
    in_force,
    know,
    plan,
)
from functions.registry.roster import with_account_ids
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError, Write
from tests.registry.one_agency import write
from tests.registry.typed import broken_documents

HEADER = "id,nama,jenis,instagram,facebook\n"
FILE = HEADER + "aceh,Kanwil Aceh,kanwil,aceh,6157\nbali,Kanwil Bali,kanwil,bali,bali.go\n"


def file_rows(text):
    return files.read(text.encode(), "satker.csv")


def imported(agency, text, now, *, say=lambda planned: None):
    return import_rows([agency], file_rows(text), lambda: now, say)["kemenkum"]


def typed_documents(agency):
    return {stored.id: stored.data for stored in agency.satker_documents()}


def statuses(agency):
    return {satker: document.get("status") for satker, document in typed_documents(agency).items()}


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
    assert statuses(agency)["aceh"].startswith("kind 'Kantor' harus")
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
            status = after.pop("status")
            stored.pop("status", None)
            assert after == stored
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
    resolved = msgspec.structs.replace(with_account_ids(roster, ids), as_of=now)
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


# Files


def test_an_import_says_first_what_begins_ends_and_changes(agency, now):
    imported(agency, FILE, now - timedelta(days=9))
    said = []
    before = typed_documents(agency)

    def say(planned):
        assert typed_documents(agency) == before
        said.extend(planned.amendments)

    text = HEADER + "aceh,Kanwil Aceh Baru,kanwil,,6157\nntt,Kanwil NTT,kanwil,ntt,\n"
    result = imported(agency, text, now, say=say)
    assert said == result.amendments
    assert result.lines("begins") == [
        "ntt: satker baru, 'Kanwil NTT'",
        "ntt: akun Instagram ntt mulai diukur sejak 2026-10-20",
    ]
    assert result.lines("ends") == [
        "aceh: akun Instagram aceh berakhir sekarang (2026-10-20 10:00)"
    ]
    assert result.lines("changes") == ["aceh: nama 'Kanwil Aceh' menjadi 'Kanwil Aceh Baru'"]
    assert live(result.enrolled.roster, now) == {
        ("aceh", "facebook", "6157"),
        ("bali", "instagram", "bali"),
        ("bali", "facebook", "bali.go"),
        ("ntt", "instagram", "ntt"),
    }
    assert result.kept == ["bali"]


def test_a_column_that_the_file_lacks_is_left_alone(agency, now):
    imported(agency, FILE, now)
    result = imported(agency, "id,nama,jenis\naceh,Kanwil Aceh,kanwil\n", now)
    assert result.amendments == []
    assert result.changed == set()
    assert len(live(result.enrolled.roster, now)) == 4


def test_importing_twice_changes_nothing(agency, now):
    imported(agency, FILE, now)
    before = [(s.id, s.version) for s in agency.satker_documents()]
    writes = agency.store.meter.writes
    again = imported(agency, FILE, now + timedelta(days=1))
    assert (again.changed, again.amendments) == (set(), [])
    assert [(s.id, s.version) for s in agency.satker_documents()] == before
    assert agency.store.meter.writes == writes


def test_an_export_comes_in_again_without_a_change_whatever_the_admin_typed(agency, now):
    typed = {
        "aceh": {
            "name": " Kanwil\u00a0Aceh",
            "kind": "kanwil",
            "website": "www.aceh.go.id",
            "active_from": "2026-10-01T08:30:00+09:00",
            "accounts": {
                "Instagram": "https://www.instagram.com/aceh/",
                "twitter": [None, {"handle": "@aceh", "from": "2026-09-01"}, ""],
                "facebook": 61573000111222,
                "tiktok": {"handle": None},
            },
            "catatan": {"nomor": [1, 2], "oleh": "admin"},
        },
        "bali": fields_of(accounts=None, active_to=None, province=""),
        "ntt": fields_of(accounts={"x": "nama yang salah"}, kind="Kantor"),
    }
    agency.save_satker(typed)
    before = enrol(agency, now).roster
    stored = typed_documents(agency)
    exported = write({i: d for i, d in stored.items() if i != "ntt"}).decode()
    result = imported(agency, exported, now + timedelta(days=1))
    assert (result.changed, result.amendments) == (set(), [])
    assert typed_documents(agency) == stored
    assert result.enrolled.roster == before
    with pytest.raises(ImportRefused) as refused:
        imported(agency, write(stored).decode(), now)
    assert [p.partition(": ")[0] for p in refused.value.problems] == ["baris 4", "baris 4"]


def test_what_an_admin_keeps_in_a_document_survives_an_import_that_changes_it(agency, now):
    own = {"catatan": "punya admin", "kontak": {"nama": "Wayan", "wa": ["081", "082"]}}
    dated = {"handle": "lama", "from": "2026-01-01", "to": "2026-09-30"}
    agency.save_satker(
        {"aceh": fields_of(accounts={"x": ["aceh"], "twitter": [dated], "youtube": "@a.b"}, **own)}
    )
    imported(agency, "id,nama,jenis,x\naceh,Kanwil Baru,kanwil,lama;baru\n", now)
    assert typed_documents(agency)["aceh"] == {
        **own,
        "name": "Kanwil Baru",
        "kind": "kanwil",
        "accounts": {"x": [dated, "baru"], "twitter": [], "youtube": "@a.b"},
        "status": "ok",
    }


def test_accounts_that_an_admin_broke_are_replaced_by_those_of_the_file(agency, now):
    agency.save_satker({"aceh": fields_of(accounts="x: aceh")})
    imported(agency, "id,nama,jenis,x\naceh,Kanwil,kanwil,aceh\n", now)
    assert typed_documents(agency)["aceh"] == fields_of(accounts={"x": ["aceh"]}, status="ok")


@pytest.mark.parametrize(
    "row",
    [
        "aceh,Kanwil Aceh,kanwil,9999-12-31,",
        "aceh,Kanwil Aceh,kanwil,,WITA",
        "aceh,#REF!,kanwil,,",
        "aceh,Kanwil Aceh,kanwil,2026-13-01,",
    ],
)
def test_an_import_that_fails_has_written_nothing(agency, now, row):
    imported(agency, FILE, now)
    before = [(s.id, s.version) for s in agency.satker_documents()]
    text = f"id,nama,jenis,aktif_sampai,zona_waktu\nbali,Bali,kanwil,,\n{row}\n"
    with pytest.raises(ImportRefused):
        imported(agency, text, now)
    assert [(s.id, s.version) for s in agency.satker_documents()] == before


def test_a_broken_document_that_no_cell_is_about_stops_no_import(agency, now):
    agency.save_satker(
        {"aceh": fields_of(active_to="9999-12-31"), "bali": fields_of(kind="Kantor")}
    )
    result = imported(agency, "id,nama,jenis\naceh,Kanwil Aceh,kanwil\n", now)
    assert typed_documents(agency)["aceh"]["name"] == "Kanwil Aceh"
    assert [problem.partition(" ")[0] for problem in result.enrolled.problems] == ["aceh:", "bali:"]


# At the same time


def test_an_import_starts_again_from_what_another_wrote_meanwhile(agency, now):
    imported(agency, FILE, now)
    meanwhile = iter([{"catatan": "dari konsol"}])

    def say(_):
        for fields in meanwhile:
            [aceh] = [s for s in agency.satker_documents() if s.id == "aceh"]
            agency.edit_satker([(aceh, "aceh", fields)])

    text = HEADER + "aceh,Kanwil Baru,kanwil,baru,\n"
    result = imported(agency, text, now, say=say)
    assert typed_documents(agency)["aceh"]["catatan"] == "dari konsol"
    assert typed_documents(agency)["aceh"]["name"] == "Kanwil Baru"
    assert result.changed == {"aceh"}
    assert len(result.lines("ends")) == 2


def test_a_document_that_changes_for_ever_is_a_conflict(agency, now):
    imported(agency, FILE, now)

    def say(_):
        [aceh] = [s for s in agency.satker_documents() if s.id == "aceh"]
        agency.edit_satker([(aceh, "aceh", {"catatan": aceh.version})])

    with pytest.raises(Conflict):
        imported(agency, HEADER + "aceh,Baru,kanwil,aceh,6157\n", now, say=say)
    assert typed_documents(agency)["aceh"]["name"] == "Kanwil Aceh"


def test_two_imports_at_once_lose_nothing(store_url, now):
    """Each of its own units, and both of some."""

    def run(part):
        store = open_store(store_url)
        try:
            lines = [f"{part}-{n},Satker {n},upt,{part}{n}.a,{part}{n}.b" for n in range(60)]
            lines += [f"bersama-{n},Satker {n},upt,sama{n}.a," for n in range(20)]
            return imported(AgencyStore(store, Agency()), HEADER + "\n".join(lines), now)
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, ("satu", "dua")))
    assert [result.satker for result in results] == [80, 80]
    store = open_store(store_url)
    try:
        agency = AgencyStore(store, Agency())
        roster = agency.roster(now)
        assert len(typed_documents(agency)) == len(roster.satker) == 140
        assert len(live(roster, now)) == len(roster.accounts) == 260
        assert set(statuses(agency).values()) == {"ok"}
        assert enrol(agency, now).roster == roster
    finally:
        store.close()


def test_every_agency_gets_its_own_rows_and_a_shared_account_is_told(store, now):
    agencies = [AgencyStore(store, Agency(id=name)) for name in ("satu", "dua")]
    text = "id,nama,jenis,x,instansi\naceh,Aceh,kanwil,humas,\naceh,Aceh,kanwil,lain,dua\n"
    done = import_rows(agencies, file_rows(text), lambda: now, lambda planned: None)
    assert [own.satker for own in done.values()] == [1, 1]
    rosters = {
        name: with_account_ids(own.enrolled.roster, {("x", "humas"): "1", ("x", "lain"): "1"})
        for name, own in done.items()
    }
    [said] = held_twice(rosters, now)
    assert said.startswith("dua: aceh: x lain juga terdaftar untuk satu: aceh sebagai humas;")


def test_a_plan_writes_nothing(agency, now):
    [planned] = plan([agency], file_rows(FILE), now)
    assert len(planned.changed) == 2
    assert typed_documents(agency) == {}
    assert agency.roster(now) is None
    assert {amendment.satker for amendment in planned.amendments} == {"aceh", "bali"}


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
