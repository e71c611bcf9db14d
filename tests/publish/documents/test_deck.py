"""Six pages of 16:9 for the meeting."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from functions.publish.documents import press
from functions.publish.documents.deck import deck
from functions.publish.text import points
from tests.factories import ranking, record
from tests.publish.documents.conftest import MakeSource, renamed, text_of


def test_a_deck_has_six_pages_of_16_to_9_each_with_its_finding(make_source: MakeSource) -> None:
    source = make_source()
    pdf = press.pdf(deck(source))
    for page in PdfReader(io.BytesIO(pdf)).pages:
        assert float(page.mediabox.width) * 9 == pytest.approx(float(page.mediabox.height) * 16)
    pages = text_of(pdf)
    assert len(pages) == 6
    ranking = source.ranking
    assert points.leaders(ranking.find("most_popular")) in pages[0]
    assert points.leaders(ranking.find("most_active")) in pages[1]
    assert " ".join(points.shares(ranking).split()) in pages[2]
    assert points.moves(ranking) in pages[3]
    assert points.coverage(ranking, source.entries) in pages[4]
    assert "Unggahan yang paling banyak ditanggapi" in pages[5]


@pytest.mark.parametrize("state", ["open", "closing", "final"])
def test_every_page_says_how_firm_it_is(make_source: MakeSource, state: str) -> None:
    source = make_source(state=state, closes_at=datetime(2026, 10, 7, 17, tzinfo=UTC))
    mark = "FINAL" if state == "final" else "SEMENTARA"
    assert all(mark in page for page in text_of(press.pdf(deck(source))))


def test_the_days_hold_every_counted_post(make_source: MakeSource) -> None:
    source = make_source()
    made = deck(source)
    assert len(made.days) == 30
    posts = sum(row.posts for row in source.ranking.find("most_active").rows)
    assert sum(int(day.count) for day in made.days) == posts
    assert sum(day.is_weekend for day in made.days) == 8
    assert max(day.measured + day.unmeasured for day in made.days) == pytest.approx(1, abs=0.002)


def test_shares_sum_to_the_whole(make_source: MakeSource) -> None:
    shares = deck(make_source()).shares
    assert sum(each.posts for each in shares) == pytest.approx(1, abs=0.005)
    assert sum(each.i24 for each in shares) == pytest.approx(1, abs=0.005)


def test_long_names_and_an_empty_month_keep_six_pages(make_source: MakeSource) -> None:
    source = make_source()
    names = dict.fromkeys(("setjen", "kanwil_bali", "kanwil_aceh", "bhp_medan"), "Kantor" * 15)
    long = renamed(source, **names)
    assert len(text_of(press.pdf(deck(long)))) == 6
    empty = type(source)(agency=source.agency, record=record(ranking()), records={})
    pages = text_of(press.pdf(deck(empty)))
    assert len(pages) == 6
    assert "Belum ada yang dapat diperingkat." in pages[0]


def test_the_next_dates_are_those_of_the_month_s_state(make_source: MakeSource) -> None:
    assert dict(deck(make_source("2026-10")).dates) == {
        "Bulan berakhir": "31 Oktober 2026 24.00 WIB",
        "Unggahan terakhir terukur, masa sanggah mulai": "2 November 2026 06.00 WIB",
    }
    closing = make_source(state="closing", closes_at=datetime(2026, 10, 7, 17, tzinfo=UTC))
    assert deck(closing).dates[0] == ("Masa sanggah berakhir", "7 Oktober 2026 24.00 WIB")
    assert deck(make_source()).dates[0] == ("Ditetapkan", "8 Oktober 2026")
