"""Preview images: what they say, and that they stay small."""

from __future__ import annotations

import pytest

from functions.publish.documents import press
from functions.publish.documents.previews import month_preview, unit_preview
from functions.publish.documents.source import Source
from tests.factories import ranking, record
from tests.publish.documents.conftest import MakeSource, renamed


def test_a_month_s_picture_names_the_first_three(make_source: MakeSource) -> None:
    source = make_source()
    made = month_preview(source)
    rows = [row for row in source.ranking.find("most_popular").rows if row.rank][:3]
    assert [line.name for line in made.first] == [row.name for row in rows]
    assert (made.title, made.mark) == ("September 2026", "FINAL · revisi 1")
    assert made.date == "Data per 8 Oktober 2026 07.00 WIB"


def test_a_unit_s_picture_shows_both_ranks(make_source: MakeSource) -> None:
    made = unit_preview(make_source("2026-10", simulation=True), "kanwil-bali")
    assert [figure.title for figure in made.figures] == ["Akun Terpopuler", "Akun Teraktif"]
    assert all(figure.of == "dari 5" for figure in made.figures)
    assert made.mark == "SEMENTARA"
    assert made.banner.startswith("SIMULASI")
    unranked = unit_preview(make_source(), "poltekpin")
    assert [figure.rank for figure in unranked.figures] == ["–", "–"]


@pytest.mark.parametrize("name", ["Kantor" * 15, "Kantor Wilayah " * 7, "漢" * 90, "", "#x <b>"])
def test_any_name_fits_the_picture(make_source: MakeSource, name: str) -> None:
    source = renamed(make_source(simulation=True), setjen=name, kanwil_bali=name)
    for picture in (month_preview(source), unit_preview(source, "setjen")):
        assert len(press.png(picture)) < 120_000


def test_an_empty_month_has_a_picture(make_source: MakeSource) -> None:
    agency = make_source().agency
    empty = Source(agency=agency, record=record(ranking()), records={})
    assert press.png(month_preview(empty)).startswith(b"\x89PNG")
