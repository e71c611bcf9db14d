"""What several documents share."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from functions.model import month_bounds
from functions.publish.documents import parts
from tests.factories import ranked_list, row
from tests.publish.documents.conftest import MakeSource


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "open"}, "SEMENTARA"),
        ({"state": "closing"}, "SEMENTARA · masa sanggah"),
        ({"state": "open", "incomplete": True}, "SEMENTARA · bulan tidak lengkap"),
        ({"state": "final", "revision": 2}, "FINAL · revisi 2"),
    ],
)
def test_each_state_is_said_in_capitals(
    make_source: MakeSource, facts: dict[str, object], said: str
) -> None:
    assert parts.mark(make_source(**facts)) == said


def test_a_head_leads_to_the_page_and_a_final_one_carries_the_digest(
    make_source: MakeSource,
) -> None:
    head = parts.head(make_source(), "Laporan", "2026/09/")
    assert head.address == "https://kiprah.example.go.id/2026/09/"
    assert head.code.startswith("<svg")
    assert len(head.digest) == 64
    plain = parts.head(make_source("2026-10", site=""), "Laporan", "2026/10/")
    assert (plain.address, plain.code, plain.digest) == ("", "", "")


def test_only_a_simulation_has_a_banner(make_source: MakeSource) -> None:
    assert parts.head(make_source(), "x", "").banner == ""
    assert parts.head(make_source(simulation=True), "x", "").banner == parts.SIMULATION


def test_every_movement_has_its_sign() -> None:
    assert parts.arrow(row("a", 1, movement_kind="up", movement=11)) == "▲ 11"
    assert parts.arrow(row("a", 1, movement_kind="down", movement=1_200)) == "▼ 1.200"
    signs = [parts.arrow(row("a", 1, movement_kind=k)) for k in ("same", "new", "back", "none")]
    assert signs == ["=", "baru", "kembali", ""]


def test_lines_show_the_ranked_with_what_to_mind() -> None:
    ranked = ranked_list(
        row("a", 1, i24=200, thin=True, largest_share=59.0, flags=("burst",)),
        row("b", 2, i24=50, rank_best=1, rank_worst=3, movement_kind="up", movement=4),
        row("c", None, i24=None),
    )
    first, second = parts.lines(ranked, 10)
    assert (first.name, first.figure, first.part) == ("A", "200", 1.0)
    assert first.marks == (
        "di bawah 90\N{NO-BREAK SPACE}% terukur, 59\N{NO-BREAK SPACE}% dari satu unggahan, "
        "unggahan beruntun"
    )
    assert (second.possible, second.movement, second.part) == ("bisa 1–3", "▲ 4", 0.25)
    assert len(parts.lines(ranked, 1)) == 1


def test_the_largest_posts_lose_their_captions_with_the_month_s_end(
    make_source: MakeSource,
) -> None:
    running, final = make_source("2026-10"), make_source("2026-09")
    assert any(post.text for post in parts.top_posts(running, running.entries, 5))
    assert not any(post.text for post in parts.top_posts(final, final.entries, 5))
    figures = [
        entry.verdict.measurement.i24 or 0
        for entry in final.entries
        if entry.verdict is not None and entry.verdict.counted
    ]
    shown = parts.top_posts(final, final.entries, 5)
    assert [int(p.i24.replace(".", "")) for p in shown] == sorted(figures, reverse=True)[:5]


def test_a_caption_is_one_line_of_text(make_source: MakeSource) -> None:
    source = make_source("2026-10")
    largest = max(source.entries, key=lambda e: (e.verdict and e.verdict.measurement.i24) or 0)
    odd = msgspec.structs.replace(largest.post, text="#read(\n\u202e*x*" + "a" * 500)
    entry = msgspec.structs.replace(largest, post=odd)
    [post] = parts.top_posts(source, (entry,), 1)
    assert post.text.startswith("#read( *x*aaa")
    assert len(post.text) == 100


def test_a_part_is_never_outside_its_whole() -> None:
    assert parts.part(1, 0) == parts.part(-5, 10) == 0.0
    assert parts.part(1, 3) == 0.333


def test_a_month_has_all_its_days(make_source: MakeSource) -> None:
    source = make_source()
    days = parts.days_of(*month_bounds("2026-09", ZoneInfo("Asia/Jakarta")), source)
    assert (len(days), days[0], days[-1]) == (30, "2026-09-01", "2026-09-30")
    assert datetime.fromisoformat(days[0]).month == 9
