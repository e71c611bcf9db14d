"""A satker is found by whatever people call it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Satker
from functions.publish.text.search import SAME, plain, search_text

ACEH = Satker(
    id="kanwil-aceh",
    name="Kantor Wilayah Kementerian Hukum Aceh",
    short_name="Kanwil Kemenkum Aceh",
    kind="kanwil",
    province="Aceh",
)
DIY = Satker(
    id="kanwil-diy",
    name="Kantor Wilayah Kementerian Hukum Daerah Istimewa Yogyakarta",
    short_name="Kanwil Kemenkum DIY",
    kind="kanwil",
)
AHU = Satker(
    id="ditjen-ahu",
    name="Direktorat Jenderal Administrasi Hukum Umum",
    short_name="Ditjen AHU",
    kind="unit-utama",
)
DKI = Satker(id="bhp-x", name="Balai Harta Peninggalan Jakarta", kind="upt")
ALL = {unit.id: search_text(unit, []) for unit in (ACEH, DIY, AHU, DKI)}


def found(typed: str) -> list[str]:
    """What the pages' script finds: every word stands somewhere in the text."""
    words = plain(typed).split()
    return [key for key, text in ALL.items() if all(word in text for word in words)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("aceh", ["kanwil-aceh"]),
        ("KANWIL", ["kanwil-aceh", "kanwil-diy"]),
        ("jogja", ["kanwil-diy"]),
        ("Yogyakarta", ["kanwil-diy"]),
        ("diy", ["kanwil-diy"]),
        ("dki", ["bhp-x"]),
        ("dkj", ["bhp-x"]),
        ("dirjen ahu", ["ditjen-ahu"]),
        ("djahu", ["ditjen-ahu"]),
        ("kantor wilayah", ["kanwil-aceh", "kanwil-diy"]),
        ("bhp", ["bhp-x"]),
        ("ntt", []),
    ],
)
def test_people_find_it_by_what_they_call_it(typed: str, expected: list[str]) -> None:
    assert found(typed) == expected


def test_handles_are_found_with_and_without_their_sign() -> None:
    text = search_text(ACEH, ["kemenkum.aceh_", "@Kemenkum.Aceh_", "people/Kanwil-Aceh/61", "Kafé"])
    for typed in ("@kemenkum.aceh_", "kemenkum.aceh_", "KEMENKUM", "kanwil-aceh/61", "@kafe"):
        assert plain(typed) in text


@given(st.text(max_size=30), st.lists(st.text(max_size=15), max_size=3))
def test_whatever_it_is_called_it_is_found_by_it(name: str, handles: list[str]) -> None:
    unit = Satker(id="satu", name=name, kind="")
    text = search_text(unit, handles)
    for told in (name, *handles):
        assert plain(told) in text
    assert "@" not in text


def test_no_short_name_means_two_different_things() -> None:
    short = [word for line in SAME for word in line if len(word) <= 5]
    assert len(short) == len(set(short))
    assert all(word == plain(word) for line in SAME for word in line)
