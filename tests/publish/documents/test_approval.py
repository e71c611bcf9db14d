"""The sheet that approves a final month."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.publish.documents import press
from functions.publish.documents.approval import NotFinalError, approval
from tests.publish.documents.conftest import MakeSource, renamed, text_of
from tests.publish.world import World


def test_a_sheet_holds_both_lists_the_digest_and_room_to_sign(make_source: MakeSource) -> None:
    source = make_source()
    [page] = text_of(press.pdf(approval(source)))
    for ranked in (source.ranking.find("most_popular"), source.ranking.find("most_active")):
        assert all(row.name in page for row in ranked.rows if row.rank)
    assert source.record.digest in page
    assert "1 (yang pertama)" in page
    assert "Ada 2 keputusan admin" in page
    for name in ("Nomor:", "Tempat, tanggal", "Jabatan", "Nama", "NIP", "tanda tangan elektronik"):
        assert name in page


def test_a_revision_s_sheet_says_why_and_whom_it_changed(
    world: World, make_source: MakeSource
) -> None:
    world.revise("2026-09", as_of=datetime(2026, 10, 15, tzinfo=UTC))
    [page] = text_of(press.pdf(approval(make_source())))
    assert "FINAL · revisi 2" in page
    assert "2: Angka platform waktu itu keliru." in page


def test_only_a_final_month_has_a_sheet(make_source: MakeSource) -> None:
    with pytest.raises(NotFinalError):
        approval(make_source("2026-10"))


def test_long_names_leave_room_for_the_signature(make_source: MakeSource) -> None:
    names = dict.fromkeys(("setjen", "kanwil_bali", "kanwil_aceh", "bhp_medan"), "Kantor" * 15)
    source = renamed(make_source(simulation=True, reason="alasan " * 200, revision=2), **names)
    pages = text_of(press.pdf(approval(source)))
    assert len(pages) == 1
    assert "SIMULASI" in pages[0]
