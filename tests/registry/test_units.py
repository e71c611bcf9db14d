"""One unit from its fields: all problems at once, whatever stands in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.registry.fields import DOCUMENT, FILE
from functions.registry.units import adrift, read_unit
from tests.factories import WIB
from tests.registry.typed import broken_documents, nested


def read_fields(**fields):
    return read_unit("aceh", {"name": "Kanwil Aceh", "kind": "kanwil", **fields}, WIB)


def problems_of(**fields):
    return list(read_fields(**fields).problems)


def handles(accounts):
    unit = read_fields(accounts=accounts)
    assert unit.problems == ()
    return [(handle.platform, handle.handle) for handle in unit.satker.handles]


def test_a_units_facts_are_read_without_what_is_around_them():
    unit = read_fields(
        name=" Kanwil\u00a0Aceh ",
        kind="kanwil ",
        short_name="",
        province="'Aceh",
        timezone=None,
        parent="pusat",
        website="aceh.example.go.id",
        catatan={"punya": "admin"},
        status="apa saja",
    ).satker
    assert (unit.name, unit.kind, unit.short_name) == ("Kanwil Aceh", "kanwil", None)
    assert (unit.province, unit.timezone, unit.parent) == ("Aceh", "Asia/Jakarta", "pusat")
    assert (unit.website, unit.label) == ("https://aceh.example.go.id", "Kanwil Aceh")
    assert unit.handles == ()


def test_every_problem_is_told_at_once_in_the_names_of_the_door():
    fields = {
        "name": None,
        "kind": "Kantor Pusat",
        "timezone": "WITA",
        "active_to": "9999-12-31",
        "accounts": {"x": "nama yang salah"},
    }
    for names, expected in (
        (DOCUMENT, ["name", "kind", "timezone", "active_to", "accounts.x:"]),
        (FILE, ["nama", "jenis", "zona_waktu", "aktif_sampai", "kolom x:"]),
    ):
        problems = read_unit("aceh", fields, WIB, names).problems
        assert [problem.split()[0] if ":" not in problem else problem for problem in problems][
            :4
        ] == expected[:4]
        assert problems[4].startswith(expected[4])
        assert [p.split("'")[0].strip() for p in problems][:4] == [
            f"{expected[0]} kosong; isi nama satuan kerja",
            *expected[1:4],
        ]


@pytest.mark.parametrize(
    ("satker", "hint"),
    [("Aceh", "; maksudnya aceh?"), ("kanwil_aceh", "; maksudnya kanwil-aceh?"), ("a/b", "")],
)
def test_an_id_that_is_none_is_told_with_the_one_that_was_meant(satker, hint):
    [problem] = read_unit(satker, {"name": "A", "kind": "kanwil"}, WIB).problems
    assert problem == f"id {satker!r} harus huruf kecil, angka dan tanda hubung{hint}"


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("account", "accounts"),
        ("Nama_", None),
        ("namaa", "nama"),
        ("zona waktuu", "zona_waktu"),
        ("aktif_sampe", "aktif_sampai"),
        ("instagramm", "instagram"),
        ("short-nam", "short_name"),
    ],
)
def test_a_misspelt_field_is_told_with_the_one_that_was_meant(field, meant):
    found = problems_of(**{field: "Kanwil Aceh"})
    assert found == ([] if meant is None else [f"{field} tidak dikenal; maksudnya {meant}?"])


@pytest.mark.parametrize("field", ["catatan", "kode", "email", "pic", "province_code", "note"])
def test_a_field_of_the_admins_own_is_none_of_our_business(field):
    assert problems_of(**{field: object()}) == []


@pytest.mark.parametrize(
    "nothing", [None, "", " ", {}, {"handle": None}, {"handle": "", "to": None}]
)
def test_empty_is_no_account_at_every_place(nothing):
    for accounts in (nothing, {"x": nothing}, {"x": [nothing]}):
        assert handles(accounts) == []
    assert handles({"x": [nothing, "a"], "tiktok": nothing}) == [("x", "a")]


def test_a_platform_may_be_written_in_any_case_or_by_its_former_name():
    assert handles({"Instagram": "a", "twitter": "b", " X": "c"}) == [
        ("instagram", "a"),
        ("x", "b"),
        ("x", "c"),
    ]


def test_a_page_id_may_be_a_number_as_long_as_it_is_whole():
    assert handles({"facebook": 61573000111222}) == [("facebook", "61573000111222")]
    for broken in (1.5e15, 2**53, 1528028210776480.0, 3.5, True):
        [problem] = problems_of(accounts={"facebook": broken})
        assert problem.startswith("accounts.facebook: ")


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ("kemenkum", "accounts harus berisi platform dan nama akun"),
        (["kemenkum"], "accounts harus berisi platform dan nama akun"),
        (5, "accounts harus berisi platform dan nama akun"),
        ({"telegram": "a"}, "platform 'telegram' tidak dikenal; pilih instagram"),
        ({"x": [["a"]]}, "accounts.x: harus teks, bukan daftar"),
        ({"x": {"handle": {"handle": "a"}}}, "accounts.x: harus teks, bukan peta"),
        ({"x": {"from": "2026-10-01"}}, "accounts.x: handle kosong; isi nama akun X"),
        (
            {"x": {"handle": "a", "form": "2026-10-01"}},
            "accounts.x: form tidak dikenal; maksudnya from?",
        ),
        ({"x": {"handle": "a", "to": "besok"}}, "accounts.x: to 'besok' bukan tanggal"),
        ({"x": {"handle": "a", "to": "9999-12-31"}}, "accounts.x: to '9999-12-31' di luar tahun"),
        (
            {"x": {"handle": "a", "from": "2026-10-02", "to": "2026-10-01"}},
            "accounts.x: to akun 'a' lebih awal daripada from-nya",
        ),
        ({"x": ["a", {"handle": "A", "to": "2026-12-31"}]}, "accounts.x: 'A' tertulis dua kali"),
    ],
)
def test_accounts_that_cannot_be_understood_are_told_with_their_place(accounts, words):
    [problem] = problems_of(accounts=accounts)
    assert problem.startswith(words)


@pytest.mark.parametrize(
    "fields",
    [
        {"Nama": "Kanwil Aceh", "JENIS": "Kanwil", "Zona Waktu": "Asia/Jakarta", "induk": "pusat"},
        {"NAME": "Kanwil Aceh", "kind": "Kantor Wilayah", "timeZone": None, "Parent": "pusat"},
        {"nama": "Kanwil Aceh", "name": "", "jenis": "KANWIL", "kind": "KANWIL", "induk": " pusat"},
    ],
)
def test_fields_are_named_in_either_language_and_any_case(fields):
    unit, problems = read_unit("aceh", fields, WIB)
    assert problems == ()
    assert (unit.name, unit.kind, unit.timezone, unit.parent) == (
        "Kanwil Aceh",
        "kanwil",
        "Asia/Jakarta",
        "pusat",
    )


def test_a_problem_is_told_in_the_name_that_was_typed():
    fields = {"Nama Satker": "x", "Nama": None, "Aktif Sampai": "besok", "jenis": "kanwl"}
    assert list(read_unit("aceh", fields, WIB).problems) == [
        "Nama kosong; isi nama satuan kerja",
        "jenis 'kanwl' tidak dikenal; maksudnya kanwil?",
        "Aktif Sampai 'besok' bukan tanggal; tulis misalnya 2026-10-01",
    ]


def test_a_field_that_is_there_in_both_languages_must_say_one_thing():
    assert problems_of(nama="Kanwil Bali") == ["name dan nama dua-duanya terisi; hapus salah satu"]
    assert problems_of(nama="Kanwil Aceh") == problems_of(nama=None) == []


def test_one_handle_twice_in_a_list_is_one_account():
    assert handles({"x": ["a", "@A", "https://x.com/a"]}) == [("x", "a")]


def test_an_end_before_its_beginning_is_told():
    assert problems_of(active_from="2026-10-02", active_to="2026-10-01") == [
        "active_to lebih awal daripada active_from"
    ]
    assert problems_of(active_from="2026-10-01", active_to="2026-10-01") == []
    [problem] = problems_of(
        active_to="2026-10-01", accounts={"x": {"handle": "a", "from": "2026-11-01"}}
    )
    assert problem == "accounts.x: masa akun 'a' di luar masa aktif satkernya"


def test_whatever_one_field_provokes_is_told_with_its_name():
    class Odd(int):
        def __float__(self):
            raise OverflowError

    [problem] = problems_of(short_name=Odd(3))
    assert problem == "short_name tidak dapat dibaca (OverflowError); hapus lalu tulis ulang"


def test_a_document_that_is_nested_too_deeply_is_told():
    assert problems_of(province=nested(5_000)) == ["province harus teks, bukan peta"]


@settings(max_examples=100)
@given(broken_documents())
def test_a_unit_is_read_or_refused_in_sentences_and_never_a_crash(document):
    unit = read_unit("aceh", document, WIB)
    assert (unit.satker is None) == bool(unit.problems)
    for problem in unit.problems:
        assert problem.strip()
        assert len(problem) < 700
        assert "\n" not in problem
        problem.encode()
    if unit.satker:
        for handle in unit.satker.handles:
            for at in (handle.valid_from, handle.valid_to):
                assert at is None or datetime(1999, 12, 1, tzinfo=UTC) < at < datetime(
                    2101, 2, 1, tzinfo=UTC
                )


def test_a_parent_that_is_none_is_told():
    parents = {"a": None, "b": "a", "c": "c", "d": "lain", "e": "f", "f": "e", "g": "e"}
    assert adrift(parents) == {
        "c": "parent 'c' adalah satker ini sendiri; kosongkan",
        "d": "parent 'lain' tidak ada dalam daftar",
        "e": "parent 'f' berputar kembali ke satker ini sendiri",
        "f": "parent 'e' berputar kembali ke satker ini sendiri",
    }
    assert adrift({"pusat": None, "a": "pusta"}, FILE) == {
        "a": "induk 'pusta' tidak ada dalam daftar; maksudnya pusat?"
    }


@given(st.dictionaries(st.sampled_from("abcdefg"), st.none() | st.sampled_from("abcdefgh")))
def test_a_circle_is_told_of_those_in_it_and_of_no_other(parents):
    def returns(unit):
        above, seen = parents[unit], set()
        while above is not None and above != unit and above not in seen:
            seen.add(above)
            above = parents.get(above)
        return above == unit

    wrong = {i for i, parent in parents.items() if parent is not None and parent not in parents}
    assert adrift(parents).keys() == wrong | {i for i in parents if returns(i)}


def test_for_many_parents_that_are_none_only_some_are_sought():
    parents = {f"satker-{n}": f"satker {n}" for n in range(200)}
    said = adrift(parents)
    assert len(said) == 200
    assert 0 < sum("maksudnya" in words for words in said.values()) <= 50
