"""What admins write by hand, read leniently and alone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from functions.store.decisions import (
    asks_revision,
    parse_confirmation,
    parse_decision,
    parse_objection,
    parse_post,
    strange_fields,
)
from functions.store.evidence import Decision, Objection

WIB = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
DECISION = {
    "action": "exclude",
    "post": "x:1843",
    "by": "Ani",
    "at": "2026-11-03T09:00:00+07:00",
    "why": "Unggahan uji coba.",
}
OBJECTION = {"post": "x:1843", "by": "Budi", "at": "2026-11-03T09:00", "why": "Salah hitung."}


def parsed_decision(**changes):
    return parse_decision("k1", {**DECISION, **changes}, WIB)


def parsed_objection(**changes):
    return parse_objection("s1", {**OBJECTION, **changes}, WIB)


def test_a_decision_is_read():
    assert parsed_decision(link="https://kemenkum.go.id/surat/1") == Decision(
        id="k1",
        action="exclude",
        platform="x",
        post_id="1843",
        by="Ani",
        at=AT,
        why="Unggahan uji coba.",
        link="https://kemenkum.go.id/surat/1",
    )


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-03T09:00:00.999",
        " 2026-11-03T09:00 ",
        "2026-11-03T09:00",
        "2026-11-03 09:00:00",
        AT,
        "2026-11-03T02:00:00Z",
    ],
)
def test_a_time_without_an_offset_is_the_agencys(at):
    assert parsed_decision(at=at).at == AT


def test_a_time_that_the_console_holds_without_an_offset_is_the_agencys_too():
    assert parsed_decision(at=datetime(2026, 11, 3, 9, 0, 0, 999)).at == AT  # noqa: DTZ001 (on purpose)


def test_what_belongs_to_another_action_is_left_out():
    assert parsed_decision(satker="bali", value=3).satker is None
    assert parsed_decision(satker="bali", value=3).value is None
    assert parsed_decision(action="reassign", satker="bali").satker == "bali"
    assert parsed_decision(action="set_value", value=0).value == 0


@pytest.mark.parametrize("value", [0, 2**53 - 1])
def test_a_value_is_as_large_as_every_reader_of_json_can_hold(value):
    assert parsed_decision(action="set_value", value=value).value == value


def test_a_decision_names_the_objection_that_it_answers():
    assert parsed_decision(objection=" s1 ").objection == "s1"
    assert parsed_decision(objection=" ").objection is None
    assert parsed_decision(link="").link is None


@pytest.mark.parametrize("account", ["x:", " ", ""])
def test_an_account_that_is_not_named_is_any(account):
    assert parsed_decision(account=account).account_id is None


@pytest.mark.parametrize("account", ["x:9", "9", " x:9 ", 9])
def test_an_account_is_named_with_its_platform_or_without(account):
    assert parsed_decision(account=account).account_id == "9"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"action": "hapus"}, "action 'hapus' tidak dikenal"),
        ({"action": None}, "pilih exclude, include"),
        ({"post": "1843"}, "post '1843' bukan kode unggahan"),
        ({"post": None}, "atau url"),
        ({"post": "x:"}, "post 'x:' bukan kode unggahan"),
        ({"post": "threads:1843"}, "bukan kode unggahan"),
        ({"at": "0001-01-01T00:00:00+07:00"}, "bukan waktu"),
        ({"action": "reassign", "satker": " "}, "satker kosong"),
        ({"action": "set_value", "value": 2**53}, "bukan jumlah interaksi"),
        ({"by": " "}, "by kosong"),
        ({"why": None}, "why kosong"),
        ({"at": "kemarin"}, "at 'kemarin' bukan waktu"),
        ({"at": None}, "at None bukan waktu"),
        ({"action": "reassign"}, "satker kosong"),
        ({"action": "set_value"}, "bukan jumlah interaksi"),
        ({"action": "set_value", "value": -1}, "bukan jumlah interaksi"),
        ({"action": "set_value", "value": "1.200"}, "value '1.200' bukan jumlah interaksi"),
        ({"action": "set_value", "value": 1.5}, "bukan jumlah interaksi"),
        ({"revise": "mungkin"}, "revise 'mungkin' bukan ya atau tidak"),
        ({"Alasan": "Lain."}, "why dan Alasan berisi hal yang berbeda"),
        ({"Tindakn": "keluarkan"}, "Tindakn tidak dikenal; maksudnya tindakan?"),
        ({"action": "set_value", "value": True}, "bukan jumlah interaksi"),
    ],
)
def test_a_broken_decision_says_what_to_mend(changes, told):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        parsed_decision(**changes)
    assert told in str(refusal.value)


def test_an_objection_is_undecided_until_it_is_answered():
    assert parsed_objection() == Objection(
        id="s1", platform="x", post_id="1843", by="Budi", at=AT, why="Salah hitung."
    )
    answered = parsed_objection(
        answer="Sudah diperiksa.", answered_by="Ani", answered_at=AT, accepted=False
    )
    assert (answered.accepted, answered.answer, answered.answered_at) == (
        False,
        "Sudah diperiksa.",
        AT,
    )


def test_an_objection_says_who_contests_and_where():
    told = parsed_objection(satker="bali", link="https://kemenkum.go.id/surat/2")
    assert (told.satker, told.link) == ("bali", "https://kemenkum.go.id/surat/2")


def test_without_an_answer_nothing_is_accepted_or_answered():
    told = parsed_objection(accepted=True, answer=" ", answered_by="Ani", answered_at=AT)
    assert told == parsed_objection()


def test_an_objection_may_be_to_a_month_as_a_whole():
    assert parsed_objection(post=None).platform is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"answer": "Ya.", "answered_by": "Ani", "answered_at": AT}, "accepted"),
        ({"answer": "Ya.", "accepted": True, "answered_at": AT}, "answered_by kosong"),
        ({"answer": "Ya.", "accepted": True, "answered_by": "Ani"}, "answered_at None"),
        ({"by": None}, "by kosong"),
    ],
)
def test_a_broken_objection_says_what_to_mend(changes, told):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        parsed_objection(**changes)
    assert told in str(refusal.value)


def test_a_posts_code_may_hold_colons():
    assert parse_post(" facebook:12_34:5 ") == ("facebook", "12_34:5")


# As a person types in a console


def test_a_decision_may_be_typed_in_indonesian():
    typed = {
        "Tindakan": "Tetapkan Nilai",
        "Unggahan": "X:1843",
        "Oleh": "Ani",
        "WAKTU": datetime(2026, 11, 3, 2, 0, tzinfo=UTC),
        "Alasan": "Unggahan uji coba.",
        "Tautan": "https://kemenkum.go.id/surat/1",
        "Bulan": " 2026-10 ",
        "Nilai": "120",
        "Revisi": "ya",
        "status": "berlaku",
        "Catatan": "rapat",
    }
    assert parse_decision("k1", typed, WIB) == parsed_decision(
        action="set_value", value=120, link="https://kemenkum.go.id/surat/1"
    )
    assert asks_revision(typed) is True
    assert strange_fields(typed, of_objection=False) == ["Catatan tidak dikenal dan tidak dibaca"]


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("keluarkan", "exclude"),
        ("MASUKKAN", "include"),
        (" pindahkan ", "reassign"),
        ("tetapkan", "set_value"),
        ("Exclude", "exclude"),
        ("set value", "set_value"),
    ],
)
def test_an_action_is_told_in_either_language(word, action):
    assert parsed_decision(action=word, satker="bali", value=1).action == action


def test_an_answer_may_be_typed_in_indonesian():
    typed = {
        "Jawaban": "Benar.",
        "Dikabulkan": "Ya",
        "Dijawab oleh": "Ani",
        "Waktu jawaban": "2026-11-03",
    }
    told = parsed_objection(**typed)
    assert (told.accepted, told.answer, told.answered_by) == (True, "Benar.", "Ani")
    assert told.answered_at == datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


def test_a_sentence_names_the_field_as_it_was_typed():
    typed = {**OBJECTION, "Jawaban": "Benar.", "Dikabulkan": "entah"}
    with pytest.raises(ValueError, match="Dikabulkan harus true"):
        parse_objection("s1", typed, WIB)


# A second person


def confirmation(**changes):
    document = {**DECISION, "confirmed_by": "Budi", "confirmed_at": "2026-11-03T10:00", **changes}
    return parse_confirmation(document, parse_decision("k1", document, WIB), WIB)


def test_who_confirms_is_read_with_the_time():
    assert confirmation() == ("Budi", datetime(2026, 11, 3, 3, 0, tzinfo=UTC))
    assert confirmation(confirmed_by=None, confirmed_at="") is None
    # A day alone is no hour of it: not earlier than the decision of the same day.
    assert confirmation(confirmed_at="2026-11-03").at == datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"confirmed_by": " aNI "},
            "confirmed_by sama dengan by; yang menyetujui harus",
        ),
        ({"confirmed_by": None}, "confirmed_by kosong"),
        ({"confirmed_at": None}, "confirmed_at None bukan waktu"),
        ({"confirmed_at": "2026-11-02"}, "confirmed_at lebih awal daripada at"),
        ({"confirmed_by": "", "Disetujui Oleh": "ani"}, "Disetujui Oleh sama dengan by"),
    ],
)
def test_a_broken_confirmation_says_what_to_mend(changes, told):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        confirmation(**changes)
    assert told in str(refusal.value)
