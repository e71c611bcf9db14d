"""A ministry's month on one or two A4."""

from __future__ import annotations

import msgspec

from functions.publish.documents import press
from functions.publish.documents.summary import summary
from functions.publish.text.points import points
from tests.factories import decision, ranking, record
from tests.publish.documents.conftest import MakeSource, renamed, text_of


def test_a_summary_tells_points_lists_quality_and_log(make_source: MakeSource) -> None:
    source = make_source()
    pages = text_of(press.pdf(summary(source)))
    text = " ".join(pages)
    assert len(pages) == 1
    for point in points(source.record, source.previous, source.entries, source.zone):
        assert " ".join(point.split()) in text
    assert "Kualitas data" in text
    assert "Dikeluarkan: unggahan" in text
    assert "FINAL · revisi 1" in text
    assert source.record.digest in text


def test_the_states_of_all_platforms_sum_to_the_posts(make_source: MakeSource) -> None:
    source = make_source()
    made = summary(source)
    *platforms, total = made.quality
    assert "Semua" in total.label
    for column in range(len(made.states)):
        figures = [int(row.figures[column]) for row in platforms]
        assert sum(figures) == int(total.figures[column])
    counted = sum(int(figure) for figure in total.figures)
    assert counted == sum(row.posts for row in source.ranking.find("most_active").rows)


def test_every_page_of_a_provisional_month_says_so(make_source: MakeSource) -> None:
    many = tuple(decision(id=f"d{n}", why="sangat panjang " * 30) for n in range(60))
    source = make_source("2026-10", decisions=many, simulation=True)
    long = renamed(source, setjen="Kantor" * 15, kanwil_bali="Wilayah " * 12)
    pages = text_of(press.pdf(summary(long)))
    assert 1 <= len(pages) <= 2
    assert all("SEMENTARA" in page and "SIMULASI" in page for page in pages)
    assert "Dan 55 keputusan dan sanggahan lain" in " ".join(pages)


def test_a_month_without_anything_has_a_summary(make_source: MakeSource) -> None:
    source = make_source()
    empty = msgspec.structs.replace(record(ranking(state="open")), changes=())
    bare = type(source)(agency=source.agency, record=empty, records={})
    [page] = text_of(press.pdf(summary(bare)))
    assert "Belum ada unggahan yang dihitung." in page
