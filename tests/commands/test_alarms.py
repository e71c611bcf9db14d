"""``kiprah alarms``: what is listed, and how an alarm is marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions import log, settings
from functions.commands.alarms import mark
from functions.model import iso
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.alarms import read_alarm
from functions.store.port import Conflict, Document, Stored
from tests.commands.running import done, refused, report
from tests.factories import NOW, alarm

DAY = timedelta(days=1)
AT = iso(NOW)
OLD, NEW, OTHER = (
    alarm(at=NOW - 20 * DAY, outcome="keliru"),
    alarm(at=NOW - DAY),
    alarm("setjen", at=NOW - 2 * DAY, name="Setjen", level="lonjakan", share=None),
)


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AgencyStore]:
    """A store in the working folder, with three alarms; one of them is marked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    agency = open_agency(settings.load())
    for each in (OLD, NEW, OTHER):
        agency.add_alarm(each)
    mark(agency, OLD.id, "keliru", "Budi", NOW)
    yield agency
    agency.store.close()


def document(agency: AgencyStore, id: str) -> Document:
    found = agency.alarm(id)
    assert found is not None
    return found[0].data


def test_the_newest_come_first_with_their_numbers_and_the_record(agency: AgencyStore) -> None:
    assert done("alarms", "--now", AT).splitlines() == [
        "Siaga – Kanwil NTT, 19 Oktober 2026 10.00 WIB",
        "  84 komentar dalam 6 jam; biasanya 3,3.",
        "  Peluang sebanyak itu karena kebetulan: paling besar 12 dari sejuta.",
        "  Bagian komentar di antara interaksi 6 jam: paling sedikit 41,2\u00a0%; hari-hari "
        "sebelumnya paling banyak 13\u00a0%, kecuali satu hari.",
        "  Instagram: 80 komentar baru https://www.instagram.com/p/abc/",
        "  Tanda: belum ditandai",
        "  kanwil-ntt:20261019T030000Z:siaga",
        "Lonjakan – Setjen, 18 Oktober 2026 10.00 WIB",
        "  84 komentar dalam 6 jam; biasanya 3,3.",
        "  Peluang sebanyak itu karena kebetulan: paling besar 12 dari sejuta.",
        "  Bagian komentar di antara interaksi tidak dapat dinilai.",
        "  Instagram: 80 komentar baru https://www.instagram.com/p/abc/",
        "  Tanda: belum ditandai",
        "  setjen:20261018T030000Z:lonjakan",
        "lonjakan: belum diketahui; 1 belum ditandai",
        "siaga: 0 dari 1 yang ditandai benar; 1 belum ditandai",
        "Angka ini tidak mengatakan siapa yang benar; bacalah komentarnya di platform.",
    ]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), [NEW.id, OTHER.id]),
        (("--days", "30"), [NEW.id, OTHER.id, OLD.id]),
        (("--satker", "setjen"), [OTHER.id]),
        (("--level", "siaga", "--days", "1"), [NEW.id]),
        (("--satker", "kanwil-bali"), []),
    ],
)
def test_what_is_asked_for_is_listed(
    agency: AgencyStore, words: tuple[str, ...], ids: list[str]
) -> None:
    assert [one["id"] for one in report("alarms", "--now", AT, *words)["alarms"]] == ids


def test_nothing_is_told_where_nothing_was(agency: AgencyStore) -> None:
    said = done("alarms", "--now", AT, "--satker", "kanwil-bali")
    assert said == "Tidak ada siaga dalam 14 hari terakhir.\n"


def test_marking_is_noted_once_and_listed(agency: AgencyStore) -> None:
    words = ("alarms", "mark", NEW.id, "benar", "--by", "Ani ", "--note", "Antrean", "--now", AT)
    first = report(*words)
    assert (first["before"], first["written"]) == (None, True)
    held = document(agency, NEW.id)
    again = report(*words)
    assert (again["before"], again["written"]) == ("benar", False)
    assert document(agency, NEW.id) == held
    said = done("alarms", "--now", AT)
    assert "Tanda: benar – ditandai Ani, 20 Oktober 2026 10.00 WIB: Antrean" in said
    assert "siaga: 1 dari 2 yang ditandai benar" in said


def test_marking_again_replaces_and_says_so(agency: AgencyStore) -> None:
    done("alarms", "mark", NEW.id, "benar", "--by", "Ani", "--now", AT)
    other = report("alarms", "mark", NEW.id, "keliru", "--by", "Budi", "--now", AT)
    assert (other["outcome"], other["before"], other["written"]) == ("keliru", "benar", True)
    found = read_alarm(document(agency, NEW.id))
    assert found is not None
    assert (found.outcome, found.marked_by, found.note) == ("keliru", "Budi", None)


def test_a_mark_keeps_the_alarms_expiry(agency: AgencyStore) -> None:
    before = agency.alarm(NEW.id)
    done("alarms", "mark", NEW.id, "benar", "--by", "Ani", "--now", AT)
    after = agency.alarm(NEW.id)
    assert before is not None
    assert after is not None
    assert before[0].expires_at == after[0].expires_at is not None


def test_a_wrong_id_is_one_line_with_the_nearest(agency: AgencyStore) -> None:
    words = ("benar", "--by", "Ani", "--now", AT)
    near = refused(1, "alarms", "mark", "kanwil-nt:20261019T030000Z:siaga", *words)
    assert near.endswith(f"tidak ada; maksudnya '{NEW.id}'?")
    far = refused(1, "alarms", "mark", "?", *words)
    assert far.endswith("tidak ada; lihat kodenya dengan kiprah alarms")


@pytest.mark.parametrize(
    "words",
    [
        (NEW.id, "mungkin", "--by", "Ani"),
        (NEW.id, "benar", "--by", " "),
        (NEW.id, "benar", "--by", "Ani", "--note", "x" * 501),
        (NEW.id, "benar"),
    ],
)
def test_a_mark_that_cannot_be_meant_is_a_wrong_use(
    agency: AgencyStore, words: tuple[str, ...]
) -> None:
    held = document(agency, NEW.id)
    refused(2, "alarms", "mark", *words)
    assert document(agency, NEW.id) == held


def test_a_mark_typed_by_hand_is_listed_and_a_broken_one_told(agency: AgencyStore) -> None:
    for id, typed in ((NEW.id, {"Hasil": "Benar"}), (OTHER.id, {"outcome": "salah"})):
        found = agency.alarm(id)
        assert found is not None
        agency.amend(found[0], typed)
    said = done("alarms", "--now", AT)
    assert "Tanda: benar – ditandai tanpa nama" in said
    assert "Tanda di dokumennya: outcome 'salah' tidak dikenal; isi benar atau keliru" in said
    # The command mends it where it was typed.
    done("alarms", "mark", NEW.id, "keliru", "--by", "Ani", "--now", AT)
    assert document(agency, NEW.id)["Hasil"] == "keliru"


def test_two_who_mark_at_once_both_come_through(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    amend, tried = agency.amend, []

    def slow(held: Stored, fields: Document) -> None:
        if not tried:
            tried.append(held)
            amend(held, {"outcome": "keliru", "marked_by": "Budi"})
            raise Conflict("somebody was faster")
        amend(held, fields)

    monkeypatch.setattr(agency, "amend", slow)
    made = mark(agency, NEW.id, "benar", "Ani", NOW)
    assert (made.before, made.is_new, made.alarm.outcome) == ("keliru", True, "benar")


def test_one_of_several_agencies_is_chosen(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM")
    assert len(report("alarms", "--now", AT)["alarms"]) == 2
    assert report("alarms", "--now", AT, "--agency", "kemenham")["alarms"] == []
    assert "there is no agency 'bkn'" in refused(2, "alarms", "--agency", "bkn")


def test_json_holds_every_number(agency: AgencyStore) -> None:
    told = report("alarms", "--now", AT)
    assert told["alarms"][0]["posts"][0]["comments"] == 80
    assert told["record"]["siaga"] == {"right": 0, "wrong": 1, "open": 1, "precision": 0.0}
