"""A file's rows imported: what is said first, what is written, and what stays as it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from functions.model import Agency
from functions.registry import files
from functions.registry.doubles import held_twice
from functions.registry.importing import ImportRefused, import_rows, plan
from functions.registry.registrar import enrol
from functions.registry.roster import with_account_ids
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Conflict
from tests.factories import statuses
from tests.registry.one_agency import write

HEADER = "id,nama,jenis,instagram,facebook\n"
FILE = HEADER + "aceh,Kanwil Aceh,kanwil,aceh,6157\nbali,Kanwil Bali,kanwil,bali,bali.go\n"


def file_rows(text):
    return files.read(text.encode(), "satker.csv")


def imported(agency, text, now, *, say=lambda planned: None):
    done, _ = import_rows([agency], file_rows(text), lambda: now, say)
    return done["kemenkum"]


def typed_documents(agency):
    return {stored.id: stored.data for stored in agency.satker_documents()}


def fields_of(**facts):
    return {"name": "Kanwil", "kind": "kanwil", **facts}


def live(roster, now):
    return {(a.satker, a.platform, a.handle) for a in roster.accounts if a.holds(now)}


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
    assert [(r.row, r.column) for r in refused.value.refusals] == [(4, "jenis"), (4, "x")]


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
    }


def test_accounts_that_an_admin_broke_are_replaced_by_those_of_the_file(agency, now):
    agency.save_satker({"aceh": fields_of(accounts=12)})
    imported(agency, "id,nama,jenis,x\naceh,Kanwil,kanwil,aceh\n", now)
    assert typed_documents(agency)["aceh"] == fields_of(accounts={"x": ["aceh"]})


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
    done, _ = import_rows(agencies, file_rows(text), lambda: now, lambda planned: None)
    assert [own.satker for own in done.values()] == [1, 1]
    rosters = {
        name: with_account_ids(own.enrolled.roster, {("x", "humas"): "1", ("x", "lain"): "1"}, now)
        for name, own in done.items()
    }
    [said] = held_twice(rosters, now)
    assert said.startswith("dua: aceh: x lain juga terdaftar untuk satu: aceh sebagai humas;")


def test_a_partial_import_leaves_the_units_of_refused_rows_as_they_are(agency, now):
    imported(agency, FILE, now)
    before = typed_documents(agency)
    text = HEADER + "aceh,,kanwil,,\nbali,Kanwil Bali Baru,kanwil,bali,bali.go\n"
    with pytest.raises(ImportRefused):
        imported(agency, text, now)
    done, refusals = import_rows(
        [agency], file_rows(text), lambda: now, lambda planned: None, partial=True
    )
    assert [(r.row, r.column) for r in refusals] == [(2, "nama")]
    own = done["kemenkum"]
    assert (own.satker, own.changed, own.kept) == (1, {"bali"}, [])
    assert [a.happens for a in own.amendments] == ["changes"]
    assert typed_documents(agency)["aceh"] == before["aceh"]
    assert len(live(own.enrolled.roster, now)) == 4


def test_a_partial_import_of_nothing_good_writes_nothing(agency, now):
    imported(agency, FILE, now)
    before = [(s.id, s.version) for s in agency.satker_documents()]
    _, refusals = import_rows(
        [agency],
        file_rows(HEADER + "aceh,,kanwil,,\naceh,Aceh,kanwil,,\n"),
        lambda: now,
        lambda planned: None,
        partial=True,
    )
    assert len(refusals) == 3
    assert [(s.id, s.version) for s in agency.satker_documents()] == before


def test_a_plan_writes_nothing(agency, now):
    [planned], refusals = plan([agency], file_rows(FILE), now)
    assert refusals == []
    assert len(planned.changed) == 2
    assert typed_documents(agency) == {}
    assert agency.roster(now) is None
    assert {amendment.satker for amendment in planned.amendments} == {"aceh", "bali"}
