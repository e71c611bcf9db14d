"""XML that any reader takes, whatever stands in it."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from functions.publish.files.markup import DECLARATION, around, element


@given(st.text(max_size=20), st.text(max_size=20))
def test_every_text_is_a_text_and_nothing_else(inside: str, value: str) -> None:
    written = DECLARATION + around("a", element("b", inside, c=value), element("b", "x"))
    read = ElementTree.fromstring(written.encode())
    first, second = read
    assert second.text == "x"
    assert len(first) == 0
    assert {*(first.text or "")} <= {*inside, "\n"}
    assert {*first.attrib["c"]} <= {*value, " ", "\n"}


def test_marks_stay_as_they_were_typed() -> None:
    [read] = ElementTree.fromstring(around("a", element("b", '<i> & "x"', c="<\"&'>")))
    assert (read.text, read.attrib["c"]) == ('<i> & "x"', "<\"&'>")


def test_what_no_document_may_hold_is_dropped() -> None:
    assert element("b", "a\x00\x0b\ufffe\ud800z", c="\x00") == '<b c="">az</b>'
