"""How fast pages are rendered: 1,000 platform pages with 60 rows each, beside Hugo.

    python -m tests.bench rendering [--pages 1000] [--rows 60]

Each page is the site's own, with its head, foot and both lists, of other numbers. Hugo makes the
same lists by a template of its own with the same markup, without the rest of the page, from content
files that hold the rows. Both keep what they make in memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from functions.model import Agency, RankedList, Ranking, Roster, Row
from functions.publish.pages.context import Context, Page
from functions.publish.pages.platform import platform_page
from functions.publish.render import assets, render
from functions.publish.site import Material
from functions.store.agency.months import MonthRecord, index_of

MONTH, NOW = "2026-10", datetime(2026, 10, 20, tzinfo=UTC)
BOUND = 3.0  # seconds for 1,000 pages of 60 rows on two cores
# The ranking component's markup (site_templates/components/ranking.html), in Hugo's language.
LAYOUT = """<!doctype html><html lang="id"><head><title>{{ .Title }}</title></head><body>
{{ range .Params.lists }}<table class="ranking"><caption class="sr">{{ .caption }}</caption>
<thead class="sr"><tr><th scope="col">Peringkat</th><th scope="col">Satuan kerja</th>\
<th scope="col">{{ .unit }}</th><th scope="col">Dasar</th>\
<th scope="col">Perubahan</th></tr></thead>
<tbody>
{{ range .rows }}<tr><td class="pos">{{ .rank }}</td><th scope="row">\
<a href="{{ .href }}"><bdi>{{ .name }}</bdi></a></th>\
<td class="fig">{{ lang.FormatNumber 0 .figure }}<sup aria-hidden="true">s</sup></td>\
<td class="base"><svg class="bar" viewBox="0 0 1000 10">\
<rect width="{{ .bar }}" height="10"/></svg>\
{{ lang.FormatNumber 0 .measured }} dari {{ lang.FormatNumber 0 .posts }} terukur</td>\
<td class="moved"><span class="move move-{{ .movement }}"><span aria-hidden="true">▲ {{ .places }}\
</span><span class="sr">{{ .words }}</span></span></td></tr>
{{ end }}</tbody></table>{{ end }}</body></html>
"""


def pages_of(count: int, rows: int) -> dict[str, Page]:
    """So many platform pages, with so many rows in their two lists together."""
    return {f"{n}/index.html": _page(n, rows) for n in range(count)}


def _page(seed: int, rows: int) -> Page:
    random = Random(seed)
    half = [rows // 2, rows - rows // 2]
    lists = []
    for size, name in zip(half, ("most_popular", "most_active"), strict=True):
        figures = sorted((random.randrange(1, 90_000) for _ in range(size)), reverse=True)
        lists += [
            RankedList(ranking=name, platform=platform, rows=_rows(figures, random))  # type: ignore[arg-type]
            for platform in (None, "instagram")
        ]
    ranking = Ranking(
        agency="kemenkum",
        month=MONTH,
        state="open",
        incomplete=False,
        revision=1,
        formula="1",
        as_of=NOW,
        run_id="bench",
        lists=tuple(lists),
    )
    records = {MONTH: MonthRecord(ranking=ranking, digest="")}
    material = Material(
        agency=Agency(),
        now=NOW,
        roster=Roster(as_of=NOW),
        index=index_of(records).months,
        records=records,
        ledgers={},
        pending=frozenset(),
        files={},
        assets=assets()[0],
    )
    return platform_page(Context(material, "platform/instagram/"), "instagram")


def _rows(figures: Sequence[int], random: Random) -> tuple[Row, ...]:
    return tuple(
        Row(
            rank=place,
            satker=f"satker-{place:02}",
            name=f"Kantor Wilayah Kementerian Hukum {place:02}",
            posts=figure % 90 + 1,
            measured=figure % 90,
            i24=figure,
            engagement_rate=random.randrange(300) / 10,
            movement_kind="up",
            movement=random.randrange(1, 9),
        )
        for place, figure in enumerate(figures, 1)
    )


class Spent(NamedTuple):
    """Seconds by the clock on the wall, and of processors."""

    seconds: float
    of_processors: float


def ours(pages: Mapping[str, Page]) -> Spent:
    """What our rendering takes; templates are compiled before, as in a running process."""
    first = next(iter(pages))
    render({first: pages[first]})
    began, spent = perf_counter(), process_time()
    made = render(pages)
    found = Spent(perf_counter() - began, process_time() - spent)
    if len(made) != len(pages):
        raise RuntimeError("not every page was rendered")
    return found


def hugos(hugo: str, folder: Path, count: int, rows: int) -> Spent:
    """What Hugo takes to build the same lists, by its own process from beginning to end."""
    (folder / "layouts").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / "hugo.toml").write_text('disableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n')
    for name in ("single.html", "home.html", "section.html", "page.html"):
        (folder / "layouts" / name).write_text(LAYOUT)
    for n in range(count):
        (folder / "content" / f"p{n}.md").write_text(json.dumps(_hugo_page(n, rows)) + "\n")
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [hugo, "--renderToMemory", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(seconds, spent)


def _hugo_page(seed: int, rows: int) -> dict[str, object]:
    page = _page(seed, rows)
    return {
        "title": page.shell.title,
        "lists": [
            {
                "caption": board.caption,
                "unit": board.unit,
                "rows": [
                    {
                        "rank": row.rank,
                        "href": row.href,
                        "name": row.name,
                        "movement": row.movement,
                        "places": row.places,
                        "words": row.movement_words,
                        "bar": 500,
                        "measured": row.measured,
                        "posts": row.posts,
                        "figure": row.figure,
                    }
                    for row in board.rows
                ],
            }
            for board in page.boards  # type: ignore[attr-defined]
        ],
    }


def find_hugo() -> str | None:
    """Hugo's program, beside this Python or installed; None where it is not."""
    return shutil.which("hugo", path=Path(sys.executable).parent) or shutil.which("hugo")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench rendering", description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=60)
    options = parser.parse_args(arguments)
    table = Table(title=f"{options.pages:,} pages of {options.rows} rows")
    for heading in ("with", "s", "of processors", "pages a second"):
        table.add_column(heading, justify="right")
    spent = {"Kiprah, whole pages": ours(pages_of(options.pages, options.rows))}
    console, hugo = Console(), find_hugo()
    if hugo is None:
        console.print("Hugo is left out: it is not here (make bench installs it).")
    else:
        with tempfile.TemporaryDirectory() as folder:
            spent["Hugo, the lists"] = hugos(hugo, Path(folder), options.pages, options.rows)
    for name, found in spent.items():
        speed = f"{options.pages / found.seconds:,.0f}"
        table.add_row(name, f"{found.seconds:.2f}", f"{found.of_processors:.2f}", speed)
    console.print(table)
    console.print(f"bound: {BOUND:.0f} s for 1,000 pages of 60 rows on two cores")


if __name__ == "__main__":
    main()
