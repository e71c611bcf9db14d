"""Where a month's documents lie in the site, beside the pages that they belong to."""

from __future__ import annotations

from functions.publish.pages.paths import month_path, unit_month_path


def summary_path(month: str) -> str:
    """The ministry's summary: ``2026/09/ringkasan.pdf``."""
    return f"{month_path(month)}ringkasan.pdf"


def deck_path(month: str) -> str:
    """The slides of the month: ``2026/09/paparan.pdf``."""
    return f"{month_path(month)}paparan.pdf"


def approval_path(month: str) -> str:
    """The sheet to be signed, of a final month's latest revision: ``2026/09/penetapan.pdf``."""
    return f"{month_path(month)}penetapan.pdf"


def preview_path(month: str) -> str:
    """The month's preview image: ``2026/09/bagikan.png``."""
    return f"{month_path(month)}bagikan.png"


def report_path(satker: str, month: str) -> str:
    """A unit's report: ``satker/setjen/2026/09/laporan.pdf``."""
    return f"{unit_month_path(satker, month)}laporan.pdf"


def unit_preview_path(satker: str, month: str) -> str:
    """A unit's preview image: ``satker/setjen/2026/09/bagikan.png``."""
    return f"{unit_month_path(satker, month)}bagikan.png"


def frozen_path(path: str, revision: int) -> str:
    """A revision's own copy, which never changes: ``2026/09/r1/penetapan.pdf``."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/r{revision}/{name}"


def signed_path(month: str, revision: int) -> str:
    """The signed copy of a revision's sheet: ``2026/09/r1/penetapan-bertanda-tangan.pdf``."""
    return f"{month_path(month)}r{revision}/penetapan-bertanda-tangan.pdf"
