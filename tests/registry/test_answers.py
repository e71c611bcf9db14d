"""The answers beside the documents: whether it took, and how it was understood."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.registry.answers import answer, is_answered, understood
from functions.registry.registrar import enrol
from functions.store.port import Write
from tests.factories import WIB, statuses
from tests.registry.typed import anything

DAY = timedelta(days=1)


def document(**facts):
    return {"nama": "Kanwil Bali", "jenis": "Kanwil", **facts}


def test_an_admin_reads_how_a_document_was_understood(agency, now):
    typed = document(induk="pusat", akun="x: a; instagram: b", zona_waktu="Asia/Makassar")
    agency.save_satker({"bali": typed, "pusat": document(jenis="balai", singkatan="Pusat")})
    enrol(agency, now)
    answers = agency.answers(["bali", "pusat"])
    assert answers["bali"] == {
        "status": "ok",
        "understood": "Kanwil Bali (kanwil), induk pusat, zona Asia/Makassar, sejak 2026-10-20. "
        "2 akun: Instagram b; X a.",
        "checked_at": "2026-10-20T03:00:00Z",
        "document": answers["bali"]["document"],
    }
    assert is_answered(answers["bali"], typed)
    assert not is_answered(answers["bali"], {**typed, "catatan": 1})
    assert answers["pusat"]["understood"] == (
        "Kanwil Bali (jenis lain: balai), singkatan Pusat, zona Asia/Jakarta, sejak 2026-10-20. "
        "Belum ada akun."
    )
    assert {stored.id: stored.data for stored in agency.satker_documents()}["bali"] == typed


def test_the_dates_of_an_account_are_told_where_they_are_its_own(agency, now):
    akun = {"x": {"handle": "a", "from": "2026-10-01", "to": "2026-12-31"}, "tiktok": "bali"}
    agency.save_satker({"bali": document(accounts=akun, active_to="2027-01-31")})
    [unit] = enrol(agency, now).roster.satker
    assert understood(unit, WIB).endswith(
        "sejak 2026-10-20, sampai 2027-01-31. 2 akun: X a sejak 2026-10-01 sampai 2026-12-31; "
        "TikTok bali."
    )


def test_a_document_that_was_changed_is_answered_though_the_answer_is_the_same(agency, now):
    agency.save_satker({"aceh": document(), "bali": document()})
    enrol(agency, now)
    agency.save_satker({"bali": document(catatan="milik admin")})
    enrol(agency, now + DAY)
    assert agency.answers(["aceh"])["aceh"]["checked_at"] == "2026-10-20T03:00:00Z"
    assert agency.answers(["bali"])["bali"]["checked_at"] == "2026-10-21T03:00:00Z"


@given(st.dictionaries(st.text(max_size=6), anything, max_size=4))
def test_an_answer_is_to_the_document_as_it_stands(typed):
    assert not is_answered({}, typed)
    assert not is_answered({"document": None}, typed)
    assert is_answered({"document": None}, None)


def test_a_document_that_is_gone_is_answered_where_it_was(agency, now):
    agency.save_satker({"aceh": document(), "bali": document()})
    enrol(agency, now)
    agency.store.write([Write(f"{agency.root}/satker/bali", mode="delete")])
    enrol(agency, now + DAY)
    assert agency.answers(["bali"])["bali"]["status"].startswith("dokumennya sudah tidak ada")
    assert statuses(agency) == {"aceh": "ok"}


def test_an_answer_that_somebody_removed_comes_back_with_the_next_change(agency, now):
    agency.save_satker({"bali": document()})
    roster = enrol(agency, now).roster
    agency.store.write([Write(f"{agency.root}/satker/bali/status/document", mode="delete")])
    answer(agency, agency.satker_documents(), roster, now + DAY)
    assert agency.answers(["bali"]) == {}
    agency.save_satker({"bali": document(singkatan="B")})
    enrol(agency, now + DAY)
    assert statuses(agency) == {"bali": "ok"}


def test_a_very_long_answer_is_cut(agency, now):
    many = {"x": [f"nama yang salah {n}" for n in range(500)]}
    agency.save_satker({"bali": document(accounts=many)})
    enrol(agency, now)
    status = agency.answers(["bali"])["bali"]["status"]
    assert len(status) == 2_000
    assert status.endswith("…")
