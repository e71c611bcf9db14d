"""What the typesetter is given stays text, and the same model gives the same bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
import pytest
from pypdf import PdfReader

from functions.publish.documents import press
from functions.publish.documents.previews import Preview, month_preview, unit_preview
from functions.publish.documents.summary import summary
from functions.publish.documents.unit_report import unit_report
from tests.publish.documents.conftest import MakeSource, text_of


def test_the_same_model_gives_the_same_bytes(make_source: MakeSource) -> None:
    source = make_source()
    first = press.pdf(unit_report(source, "setjen")), press.png(unit_preview(source, "setjen"))
    press.pdf(summary(source))  # another document in between
    again = press.pdf(unit_report(source, "setjen")), press.png(unit_preview(source, "setjen"))
    assert first == again


def test_a_file_is_dated_by_its_ranking_and_not_by_the_clock(make_source: MakeSource) -> None:
    pdf = press.pdf(unit_report(make_source(), "setjen"))
    facts = PdfReader(io.BytesIO(pdf)).metadata
    assert facts is not None
    assert facts.title == "Laporan Setjen, September 2026"
    assert facts.creation_date == datetime(2026, 10, 8, tzinfo=UTC)


def test_only_the_repository_s_fonts_and_the_typesetter_s_are_used(
    make_source: MakeSource,
) -> None:
    pdf = press.pdf(unit_report(make_source(), "kanwil-bali"))
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([A-Za-z-]+)", pdf))
    assert {name.split(b"-")[0] for name in fonts} <= {b"Inter", b"DejaVuSansMono"}
    assert b"Inter-Regular" in fonts


def test_an_image_has_the_size_that_sites_show(make_source: MakeSource) -> None:
    body = press.png(month_preview(make_source()))
    width, height = int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")
    assert (width, height) == (1_200, 630)
    assert len(body) < 100_000


def test_letters_of_unknown_scripts_are_framed(make_source: MakeSource) -> None:
    report = unit_report(make_source(), "setjen")
    odd = msgspec.structs.replace(report, name="Kanwil 漢字 กข 🏛", full_name="")
    [page] = text_of(press.pdf(odd))
    assert "Kanwil □□ □□ □" in page


class _Broken(msgspec.Struct, frozen=True):
    template: ClassVar[str] = "preview.typ"
    as_of: datetime = datetime(2026, 10, 1, tzinfo=UTC)


def test_what_cannot_be_set_says_which_template() -> None:
    with pytest.raises(press.DocumentError, match=r"^preview\.typ cannot be set: "):
        press.png(_Broken())


def test_an_image_of_several_pages_is_refused(make_source: MakeSource) -> None:
    preview = month_preview(make_source())
    line = preview.first[0]
    crowded: Preview = msgspec.structs.replace(preview, first=(line,) * 20)
    with pytest.raises(press.DocumentError, match=r"fills [2-9] pages, not one image"):
        press.png(crowded)


def test_the_typesetter_is_loaded_when_a_document_is_made_and_not_before() -> None:
    program = (
        "import sys, main, functions.publish.documents.job\n"
        "print([name for name in ('typst', 'segno') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
