"""An address as a code."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from functions.publish.documents.qr import qr


def test_an_address_becomes_a_drawing_of_the_same_bytes() -> None:
    address = "https://kiprah.example.go.id/satker/setjen/2026/09/"
    drawn = qr(address)
    assert drawn == qr(address) != qr(f"{address}x")
    root = ET.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    # 33 modules of version 4, and two white ones around.
    assert (root.get("width"), root.get("height")) == ("37", "37")


def test_a_long_address_still_fits() -> None:
    assert qr("https://example.go.id/" + "a" * 1_500).startswith("<svg")
