"""What is wrong in an answer costs its own place: the text, the number, the field, the item."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.platforms import decoding
from functions.collect.platforms.decoding import DEEPEST, MOST_VALUES, Count, Id, decode, each


class Inner(msgspec.Struct):
    count: Count | None = None


class Item(msgspec.Struct):
    id: Id
    text: str | None = None
    said: str | msgspec.UnsetType | None = None
    inner: Inner = msgspec.field(default_factory=Inner)
    shares: Inner | None = msgspec.field(default_factory=lambda: Inner(count=0))
    names: list[Id] = []
    known: list[Id] | None = []


class Page(msgspec.Struct):
    data: list[msgspec.Raw]
    after: str | None = None


def read(body: bytes, type: Any = Item) -> tuple[Any, list[str]]:
    lost: list[str] = []
    return decode(body, type, lost, named="item"), lost


# Texts


@pytest.mark.parametrize(("written", "read_as"), [
    (rb"\ud83d", "\ufffd"),
    (rb"\ude00", "\ufffd"),
    (rb"a \ud83d b", "a \ufffd b"),
    (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
    (rb"\ud83d\ude00", "\U0001f600"),
    (rb"\\ud83d", r"\ud83d"),
    (rb"\\\ud83d", "\\\ufffd"),
    (b"\xff\xfe", "\ufffd\ufffd"),
    (b"\xed\xa0\xbd", "\ufffd\ufffd\ufffd"),
    (rb"\u0000", "\ufffd"),
    (rb"\\u0000", r"\u0000"),
    (b"\n\x01", "\n\x01"),
    (rb"\x41", "\ufffdx41"),
    (rb"\u12", "\ufffd12"),
    (rb"\'", "\ufffd'"),
    (rb"\"", '"'),
])  # fmt: skip
def test_what_no_text_can_be_costs_a_character(written: bytes, read_as: str) -> None:
    found, lost = read(b'{"id": "1", "text": "' + written + b'"}')
    assert (found.text, lost) == (read_as, [])
    page, _ = read(b'{"data": [{"id": "1", "text": "' + written + b'"}, {"id": "2"}]}', Page)
    assert [item.text for item in each(page.data, Item, lambda i: i, named="x", broken=[], lost=[])]


def test_a_byte_order_mark_is_none_of_it() -> None:
    assert read(b'\xef\xbb\xbf{"id": "1"}')[0].id == "1"


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"id": "1"', b"<html>", b'{"id": "1"} x', b"[" * 9999]
)
def test_what_is_no_json_stays_none(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(body)


# Fields


LOST: list[tuple[str, Any, str, Any]] = [
    ("text", 5, "text", None),
    ("text", {}, "text", None),
    ("said", 5, "said", msgspec.UNSET),
    ("inner", {"count": "x"}, "inner.count", Inner()),
    ("inner", "x", "inner", Inner()),
    ("shares", None, "", None),
    ("shares", 3, "shares", None),
    ("shares", {"count": 1.5}, "shares.count", Inner()),
    ("shares", {"count": -1}, "shares.count", Inner()),
    ("shares", {"count": 2**53}, "shares.count", Inner()),
    ("shares", {"count": True}, "shares.count", Inner()),
    ("shares", {"count": "12"}, "", Inner(12)),
    ("shares", {"count": "9" * 30}, "shares.count", Inner()),
    ("names", ["a", {}, "b"], "names", ["a", "b"]),
    ("names", "a", "names", []),
    ("known", ["a", {}], "known", None),
    ("known", ["a", 7], "", ["a", "7"]),
    ("id", 1991, "", "1991"),
]


@pytest.mark.parametrize(("name", "value", "place", "becomes"), LOST)
def test_a_field_that_is_wrong_costs_that_field(
    name: str, value: Any, place: str, becomes: Any
) -> None:
    found, lost = read(msgspec.json.encode({"id": "1", name: value}))
    assert getattr(found, name) == becomes
    assert [message.split(": ")[1] for message in lost] == ([place] if place else [])


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5_000])
def test_a_number_that_is_none_is_unknown_and_said_so(number: str) -> None:
    found, lost = read(f'{{"id": "1", "shares": {{"count": {number}}}}}'.encode())
    assert found.shares == Inner()
    assert lost


@pytest.mark.parametrize("bad", ["", "a b", "a\nb", "\ufffd", "a" * 201, None, {}, 1.5, True])
def test_a_wrong_id_costs_its_item_and_no_neighbour(bad: Any) -> None:
    page, _ = read(msgspec.json.encode({"data": [{"id": bad}, {"id": "2"}, 7]}), Page)
    broken: list[str] = []
    items = [*each(page.data, Item, lambda i: i.id, named="x item", broken=broken, lost=[])]
    assert (items, len(broken)) == (["2"], 2)


@pytest.mark.parametrize("wrong", [{"data": "x"}, {"data": {}}, {}, [], 5])
def test_items_that_are_no_list_are_not_no_items(wrong: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(msgspec.json.encode(wrong), Page)


def test_a_broken_cursor_leaves_the_page() -> None:
    page, lost = read(b'{"data": [{"id": "1"}], "after": {}}', Page)
    assert (len(page.data), page.after, len(lost)) == (1, None, 1)


# Bounds


@pytest.mark.parametrize("within", [b'"id": "1", "x": ', b'"id": "1", "inner": '])
def test_what_is_nested_without_end_is_cut_off(within: bytes) -> None:
    deep = b'{"a":[' * 20_000 + b"]}" * 20_000
    page, _ = read(b'{"data": [{' + within + deep + b'}, {"id": "2"}]}', Page)
    items = [*each(page.data, Item, lambda i: i.id, named="x", broken=[], lost=[])]
    assert items == ["1", "2"]


def test_more_values_than_any_answer_has_are_not_read() -> None:
    with pytest.raises(msgspec.DecodeError):
        read(b'{"data": [' + b"0," * (MOST_VALUES + 1) + b"0]}", Page)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
))  # fmt: skip
def test_mending_changes_nothing_that_is_sound(value: Any) -> None:
    written = json.dumps(value).encode()  # with escapes, NaN and all
    try:
        sound = msgspec.json.decode(written)
    except (msgspec.DecodeError, UnicodeDecodeError):
        sound = None
    mended = decoding._mended(written, [], "x")
    if sound is not None and "\\u0000" not in written.decode():
        assert mended == sound
    msgspec.json.encode(mended).decode()


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8n ', max_size=200).map(str.encode))
def test_no_bytes_raise_anything_unforeseen(body: bytes) -> None:
    with suppress(msgspec.DecodeError):
        read(body)


def test_the_depth_is_counted_outside_of_texts() -> None:
    brackets = "[{" * DEEPEST
    assert (
        read(f'{{"id": "1", "text": "{brackets}\\ud83d"}}'.encode())[0].text == f"{brackets}\ufffd"
    )
