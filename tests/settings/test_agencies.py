"""The agencies of one installation, and their shares."""

from pathlib import Path

import pytest

from functions.settings import load
from tests.settings.conftest import NOWHERE, loaded, refusal


def test_an_agency_takes_the_installations_time_zone_unless_it_names_its_own():
    given = " kemenkum = Kementerian Hukum ;kemenham=Kementerian HAM@Asia/Makassar; "
    found = loaded(agencies=given, timezone="Asia/Jayapura").named_agencies()
    assert found == (
        ("kemenkum", "Kementerian Hukum", "Asia/Jayapura"),
        ("kemenham", "Kementerian HAM", "Asia/Makassar"),
    )


def test_no_agency_needs_to_be_named():
    assert loaded().named_agencies() == ()


@pytest.mark.parametrize(
    ("agencies", "said"),
    [
        ("kemenkum", "'kemenkum' must be ID=NAME"),
        ("kemenkum=", "must be ID=NAME"),
        ("=Kementerian Hukum", "must be ID=NAME"),
        ("kemenkum=@Asia/Jakarta", "must be ID=NAME"),
        ("kemenkum=Kementerian Hukum@", "must be ID=NAME"),
        ("Kemenkum=Kementerian Hukum", "lower case"),
        ("ke/men=Kementerian Hukum", "lower case"),
        ("-kemenkum=Kementerian Hukum", "hyphen"),
        (f"{'k' * 41}=Kementerian Hukum", "at most 40"),
        ("a=A; data=B", "'data' is a path of every site"),
        ("satker=A", "path of every site"),
        ("a=A; 2026=B", "'2026' is a path of every site"),
        ("a=A; b=B; a=C", "'a' is there twice"),
        ("a=A@Mars/Olympus", "'Mars/Olympus' of a is no time zone"),
        (f"a={'n' * 101}", "at most 100"),
    ],
)
def test_agencies_that_cannot_be_used_are_one_line(agencies, said):
    told = refusal({"KIPRAH_AGENCIES": agencies})
    assert told.startswith("KIPRAH_AGENCIES")
    assert said in told
    assert len(told) < 250


def test_no_agency_may_be_called_like_a_path_of_the_site():
    root = Path(__file__).parents[1] / "golden" / "site"
    paths = {line.split("/")[0] for line in (root / "files.txt").read_text().splitlines()}
    words = {path.split()[0] for path in paths if path.strip() and "." not in path}
    assert len(words) > 5
    for word in words:
        refusal({"KIPRAH_AGENCIES": f"a=A; {word}=B"})


def test_a_thousand_agencies_may_be_named_and_no_more():
    names = [f"a{n}=Dinas {n}" for n in range(1_001)]
    assert len(load({"KIPRAH_AGENCIES": ";".join(names[:-1])}, NOWHERE).named_agencies()) == 1_000
    assert "names more than 1,000 agencies" in refusal({"KIPRAH_AGENCIES": ";".join(names)})


def test_agencies_fit_a_functions_environment():
    """ "the total number of bytes used by environment variable names and values for an individual
    function is limited to 32 KiB" """
    fits = ";".join(f"a{n}={'n' * 40}" for n in range(600))
    assert len(load({"KIPRAH_AGENCIES": fits}, NOWHERE).named_agencies()) == 600
    told = refusal({"KIPRAH_AGENCIES": ";".join(f"a{n}={'é' * 40}" for n in range(600))})
    assert "may take 28,000" in told
    assert "32 KiB" in told
    assert "\n" not in told


# Shares

SHARED = {"KIPRAH_AGENCIES": "a=A; b=B; c=C"}


def test_weights_are_of_agencies_that_there_are():
    assert load({**SHARED, "KIPRAH_SHARES": " a = 3 ;c=1; "}, NOWHERE).weights() == {"a": 3, "c": 1}
    assert load(SHARED, NOWHERE).weights() == {}


@pytest.mark.parametrize(
    "shares",
    ["a", "a=", "a=0", "a=-1", "a=1.5", "a=10000", "a=x", "=2", "d=2", "a=1;a=2", "a=1,b=2"],
)
def test_what_is_no_weight_is_told(shares):
    told = refusal({**SHARED, "KIPRAH_SHARES": shares})
    assert told.startswith("KIPRAH_SHARES")
    assert "\n" not in told
