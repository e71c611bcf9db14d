"""A month's page leads to the months beside it and to its own files."""

from __future__ import annotations

from pathlib import Path

from tests.publish.conftest import Publish
from tests.publish.pieces import text


def test_a_month_leads_to_the_one_before_and_the_one_after(run: Publish, site: Path) -> None:
    run()
    html = (site / "2026/09/index.html").read_text(encoding="utf-8")
    assert 'href="../../2026/08/"' in html
    assert 'href="../../2026/10/"' in html
    assert 'href="../../2026/"' in html
    assert 'href="../../data/2026-09/unggahan.csv"' in html


def test_the_first_and_the_last_month_have_a_neighbour_on_one_side(
    run: Publish, site: Path
) -> None:
    run()
    first, last = (
        (site / path).read_text(encoding="utf-8")
        for path in ("2026/08/index.html", "2026/10/index.html")
    )
    assert 'href="../../2026/09/"' in first
    assert 'href="../../2026/07/"' not in first
    assert 'href="../../2026/09/"' in last
    assert 'href="../../2026/11/"' not in last
    assert "Oktober 2026" in text(site / "2026/10/index.html")
