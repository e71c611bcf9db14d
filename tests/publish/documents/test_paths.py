"""Documents lie beside the pages that they belong to."""

from __future__ import annotations

from functions.publish.documents import paths


def test_a_month_s_documents_lie_in_its_folder() -> None:
    assert paths.summary_path("2026-09") == "2026/09/ringkasan.pdf"
    assert paths.deck_path("2026-09") == "2026/09/paparan.pdf"
    assert paths.approval_path("2026-09") == "2026/09/penetapan.pdf"
    assert paths.preview_path("2026-09") == "2026/09/bagikan.png"


def test_a_unit_s_documents_lie_in_its_month_whatever_its_code() -> None:
    assert paths.report_path("setjen", "2026-09") == "satker/setjen/2026/09/laporan.pdf"
    assert paths.unit_preview_path("a/b", "2026-09") == "satker/a~2fb/2026/09/bagikan.png"


def test_a_revision_s_own_copies_lie_in_its_folder() -> None:
    sheet = paths.approval_path("2026-09")
    assert paths.frozen_path(sheet, 2) == "2026/09/r2/penetapan.pdf"
    assert paths.signed_path("2026-09", 2) == "2026/09/r2/penetapan-bertanda-tangan.pdf"
