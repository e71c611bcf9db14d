"""Each kind of value of ``settings/listening``, as admins type it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store import listening_fields as kinds
from functions.store.fields import Fields

READERS = {
    "switch": kinds.switch,
    "way": kinds.way,
    "text": kinds.text,
    "address": kinds.address,
    "dollars": kinds.dollars,
    "between": kinds.between(20, 100),
    "days": kinds.days,
    "listed": kinds.listed(2),
    "names": kinds.names(2),
}


def read(kind: str, typed: Any) -> Any:
    return READERS[kind](Fields({"a": typed}, {"a": ()}), "a")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("switch", "tidak", False),
        ("way", "Surel", "mail"),
        ("way", "keduanya", "both"),
        ("way", False, "none"),
        ("text", "  No.  12/2026 ", "No. 12/2026"),
        ("text", "Belum ada", None),
        ("text", 12, "12"),
        ("address", "https://a.example.go.id/privasi", "https://a.example.go.id/privasi"),
        ("dollars", "0,36", Decimal("0.36")),
        ("dollars", 1, Decimal(1)),
        ("dollars", 0.5, Decimal("0.5")),
        ("between", " 30 ", 30),
        ("between", 30.0, 30),
        ("days", [1, "3"], (1, 3)),
        ("listed", ["a", {"b": 1}], ("a", {"b": 1})),
        ("names", [" AHU  Online ", "AHU Online"], ("AHU Online",)),
    ],
)
def test_what_is_right_is_read(kind: str, typed: Any, value: Any) -> None:
    assert read(kind, typed) == value


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("switch", "entah", "bukan ya atau tidak"),
        ("way", "sms", "isi none, webhook, mail atau both"),
        ("way", True, "tidak dikenal"),
        ("text", ["a"], "bukan teks"),
        ("text", "a\udce4", "huruf"),
        ("address", "http://a.example", "bukan alamat https"),
        ("address", "javascript:alert(1)", "bukan alamat https"),
        ("dollars", "nan", "bukan jumlah dolar"),
        ("dollars", "-1", "bukan jumlah dolar"),
        ("dollars", 1e9, "bukan jumlah dolar"),
        ("dollars", True, "bukan jumlah dolar"),
        ("between", 19, "isi 20 sampai 100"),
        ("between", True, "isi 20 sampai 100"),
        ("days", 3, "isi misalnya \\[1, 3\\]"),
        ("days", [3, 1], "terbalik"),
        ("days", [0, 1], "isi 1 sampai 30"),
        ("listed", "a", "pilih tipe array"),
        ("listed", ["a", "b", "c"], "paling banyak 2"),
        ("names", ["a", " "], "bukan nama"),
        ("names", [1], "bukan nama"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(kind: str, typed: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(kind, typed)


@given(st.sampled_from([*READERS]), st.none() | st.just(" "))
def test_nothing_typed_is_nothing(kind: str, typed: str | None) -> None:
    assert read(kind, typed) is None
