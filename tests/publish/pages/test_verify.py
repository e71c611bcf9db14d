"""The page on which a reader checks a month names every month, where it lies, and the other way."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from functions.publish import render
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.test_job import rescore
from tests.publish.world import NOW, World

OPTION = re.compile(
    r'<option value="(.*?)" data-name="(.*?)" data-month="(.*?)" data-before="(.*?)" '
    r'data-revised="(.*?)">(.*?)</option>'
)


def options(site: Path) -> list[tuple[str, ...]]:
    """What each month offers: folder, name, month, folders before, folder revised, label."""
    html = (site / "periksa/index.html").read_text(encoding="utf-8")
    return [tuple(unescape(each) for each in found) for found in OPTION.findall(html)]


def test_every_month_is_offered_with_where_it_and_the_month_before_lie(
    run: Publish, site: Path
) -> None:
    run()
    assert [offered[:5] for offered in options(site)] == [
        ("../data/2026-10/", "2026-10", "2026-10", "../data/2026-09/", ""),
        ("../data/2026-09/", "2026-09", "2026-09", "../data/2026-08/", ""),
        ("../data/2026-08/", "2026-08", "2026-08", "", ""),
    ]
    labels = [offered[5] for offered in options(site)]
    assert [re.sub(r"[\d,]+ kB", "n kB", label) for label in labels] == [
        "Oktober 2026 (sementara; n kB)",
        "September 2026 (final; n kB)",
        "Agustus 2026 (final; n kB)",
    ]
    for folder, *_ in options(site):
        for name in ("bukti.jsonl.gz", "bukti.sha256", "ranking.json"):
            assert (site / "periksa" / folder / name).is_file()


def test_a_revised_month_is_offered_with_each_of_its_revisions(
    run: Publish, site: Path, world: World
) -> None:
    run(now=NOW - timedelta(hours=2))
    world.revise("2026-08", as_of=NOW - timedelta(hours=1))
    run()
    found = {offered[1]: offered for offered in options(site)}
    assert list(found) == ["2026-10", "2026-09", "2026-08", "2026-08-r1"]
    assert found["2026-08"][4] == "../data/2026-08/r1/"
    assert found["2026-08-r1"][0] == "../data/2026-08/r1/"
    assert found["2026-08-r1"][5] == "Agustus 2026 (revisi 1, sudah diganti)"
    # September was ranked when the first revision was the newest.
    assert found["2026-09"][3] == "../data/2026-08/ ../data/2026-08/r1/"
    assert (site / "data/2026-08/r1/bukti.jsonl.gz").is_file()


def test_the_command_line_is_told_with_the_answer_that_is_expected(
    run: Publish, site: Path, world: World
) -> None:
    run(site_url="https://kiprah.example/")
    told = text(site / "periksa/index.html")
    digest = world.agency.months()["2026-09"].digest
    assert "kiprah audit 2026-09 --from https://kiprah.example/" in told
    assert f"2026-09 {digest} identical" in told


def test_without_a_public_address_the_command_line_has_a_place_for_it(
    run: Publish, site: Path
) -> None:
    run()
    assert "--from ALAMAT-SITUS-INI" in text(site / "periksa/index.html")


def test_a_month_that_is_being_scored_is_not_offered(
    run: Publish, site: Path, world: World
) -> None:
    run()
    rescore(world)
    run(look=True)
    assert [offered[1] for offered in options(site)] == ["2026-09", "2026-08"]


def test_the_page_is_linked_from_the_data_page_each_month_and_the_method_page(
    run: Publish, site: Path
) -> None:
    run()
    data = (site / "data/index.html").read_text(encoding="utf-8")
    for month in ("2026-10", "2026-09", "2026-08"):
        assert f'href="../periksa/?bulan={month}"' in data
    assert 'href="../periksa/"' in data
    assert 'href="../periksa/"' in (site / "metode/index.html").read_text(encoding="utf-8")


def test_the_script_is_small_and_on_no_other_page(run: Publish, site: Path) -> None:
    run()
    _, files = render.assets()
    [(path, body)] = [(p, b) for p, b in files.items() if p.startswith("assets/periksa.")]
    assert len(gzip.compress(body, 9)) <= 20_000
    loading = [page for page in site.rglob("*.html") if path in page.read_text(encoding="utf-8")]
    assert loading == [site / "periksa/index.html"]


@pytest.mark.parametrize("words", ["innerHTML", "outerHTML", "insertAdjacent", "document.write"])
def test_what_a_file_says_stays_text(words: str) -> None:
    assert words not in (render.TEMPLATES / "assets/periksa.js").read_text(encoding="utf-8")
