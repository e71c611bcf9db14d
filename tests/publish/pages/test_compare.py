"""The page that sets units side by side, as it is without its script."""

from __future__ import annotations

from pathlib import Path

from tests.publish.conftest import Publish
from tests.publish.pieces import text


def test_it_leads_to_the_same_figures_without_a_script(run: Publish, site: Path) -> None:
    run()
    html = (site / "banding/index.html").read_text(encoding="utf-8")
    for path in ("satker/", "2026/10/semua/", "2026/"):
        assert f'href="../{path}"' in html
    assert "memerlukan JavaScript" in text(site / "banding/index.html")
    assert 'data-figures="../data/banding.json"' in html


def test_its_script_is_loaded_on_no_other_page(run: Publish, site: Path) -> None:
    run()
    [script] = site.glob("assets/banding.*.js")
    using = [page for page in site.rglob("*.html") if script.name in page.read_text("utf-8")]
    assert using == [site / "banding/index.html"]
    assert "innerHTML" not in script.read_text(encoding="utf-8")
