"""Accounts in every form in which people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.registry.fields import DOCUMENT, fields_of
from functions.registry.typed_accounts import NoPlatform, accounts_of, handle_of, typed_accounts
from functions.registry.units import read_unit
from tests.factories import WIB
from tests.registry.typed import anything


def read(accounts, **fields):
    unit = read_unit("bali", {"nama": "Bali", "jenis": "kanwil", "akun": accounts, **fields}, WIB)
    assert unit.problems == ()
    return [(handle.platform, handle.handle) for handle in unit.satker.handles]


def refused(accounts):
    return read_unit("bali", {"nama": "Bali", "jenis": "kanwil", "akun": accounts}, WIB).problems


TWO = [("instagram", "kemenkum_bali"), ("x", "KemenkumBali")]


@pytest.mark.parametrize(
    "accounts",
    [
        {"instagram": "kemenkum_bali", "x": "KemenkumBali"},
        {"Instagram": ["@kemenkum_bali"], "Twitter": {"0": "https://x.com/KemenkumBali"}},
        {"instagram": {"handle": "kemenkum_bali"}, "x": [{"Akun": "KemenkumBali"}]},
        ["https://www.instagram.com/kemenkum_bali/", "https://x.com/KemenkumBali"],
        ["instagram: kemenkum_bali", "X = @KemenkumBali"],
        [{"platform": "Instagram", "handle": "kemenkum_bali"}, {"x": "KemenkumBali"}],
        [{"handle": "instagram.com/kemenkum_bali"}, {"platform": "X", "nama_akun": "KemenkumBali"}],
        {"0": "instagram: kemenkum_bali", "1": "x: KemenkumBali"},
        "instagram: kemenkum_bali; x: KemenkumBali",
        "https://www.instagram.com/kemenkum_bali/\nhttps://x.com/KemenkumBali",
        "instagram: kemenkum_bali, x: https://x.com/KemenkumBali",
    ],
)
def test_accounts_are_a_map_a_list_or_a_text(accounts):
    assert read(accounts) == TWO


def test_a_platform_may_stand_beside_the_other_fields():
    assert read(None, Instagram="kemenkum_bali", X=["KemenkumBali", ""]) == TWO
    assert read({"x": "KemenkumBali"}, instagram="kemenkum_bali") == TWO[::-1]


def test_several_names_of_one_platform_stand_in_one_text():
    assert read({"x": "satu; dua\n@tiga, empat"}) == [
        ("x", name) for name in ("satu", "dua", "tiga", "empat")
    ]


def test_the_dates_of_an_account_are_typed_in_either_language():
    [handle] = read_unit(
        "bali",
        {"nama": "Bali", "jenis": "kanwil", "x": {"akun": "a", "Dari": "2026-10-02"}},
        WIB,
    ).satker.handles
    assert handle.valid_from.isoformat() == "2026-10-01T17:00:00+00:00"


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ("kemenkum_bali", "akun harus berisi platform dan nama akun; 'kemenkum_bali' tidak"),
        (["https://example.go.id/a"], "akun harus berisi platform"),
        ([{"handle": "kemenkum_bali"}], "akun harus berisi platform"),
        ([{"platform": "telegram", "handle": "a"}], "platform 'telegram' tidak dikenal"),
        ([True], "akun harus berisi platform"),
        ([["x: a"]], "akun harus berisi platform"),
        ({"x": {"from": "2026-10-01"}}, "accounts.x: handle kosong"),
    ],
)
def test_an_account_without_its_platform_is_told(accounts, words):
    [problem] = refused(accounts)
    assert problem.startswith(words)


def test_what_was_typed_is_found_by_platform():
    def found(accounts):
        return accounts_of(fields_of({"accounts": accounts}).values)

    assert found({"twitter": "a", "X": ["b", None], "telegram": "c"}) == {"x": ["a", "b"]}
    assert found("x: a") == {"x": ["a"]}
    assert found(None) == found("a") == {}
    assert handle_of({"Akun": "a"}) == handle_of("a") == "a"


@given(anything)
def test_whatever_was_typed_is_an_account_or_a_sentence(accounts):
    for typed in typed_accounts({"accounts": accounts}, DOCUMENT):
        if isinstance(typed, NoPlatform):
            assert typed.said.startswith(("accounts ", "platform "))
        else:
            assert typed.platform in PLATFORMS
            assert typed.item is not None


@given(st.dictionaries(st.sampled_from(PLATFORMS), st.from_regex(r"[a-z]{4,12}", fullmatch=True)))
def test_every_form_of_the_same_accounts_is_read_the_same(accounts):
    expected = [*accounts.items()]
    as_list = [f"{platform}: {handle}" for platform, handle in accounts.items()]
    counted = {str(number): item for number, item in enumerate(as_list)}
    for form in (accounts, as_list, counted, "; ".join(as_list)):
        assert read(form) == expected
