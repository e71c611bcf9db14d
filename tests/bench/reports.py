"""All documents of a final month of the ministry, beside Chromium's print of the units' pages.

    python -m tests.bench.reports [--posts 3000] [--printed 8]

The month is ranked and published by the real jobs; the real job makes its documents into a folder.
Chromium prints so many units' pages as they were published, in one browser that is started before
the clock, as a report would be made without a typesetter. Its seconds for all units are those of
the printed ones in proportion; a page holds more than a report, and says so by its pages. What a
browser would take for summary, slides and images is left out, to its favour.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from rich.console import Console
from rich.table import Table

from functions import log
from functions.model import run_id
from functions.publish.documents.job import documents
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.bench.archive import Archive
from tests.bench.peak import peak
from tests.tools import ToolError, chromium

SECONDS = 30  # bound for a month's documents
SITE = Settings(site_url="https://kiprah.example.go.id")


@dataclass(frozen=True, slots=True)
class Made:
    """Files of one kind: how many, their pages and bytes, and the seconds they took (None: as one).

    ``of``: how many the seconds are for, where they were reckoned from fewer.
    """

    files: int
    pages: int
    bytes: int
    seconds: float | None = None
    of: int | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reports", description=__doc__)
    parser.add_argument("--posts", type=int, default=3_000, help="of the month")
    parser.add_argument("--printed", type=int, default=8, help="pages that Chromium prints")
    options = parser.parse_args(arguments)
    log.quiet()
    with tempfile.TemporaryDirectory() as place:
        site = Path(place) / "site"
        archive = Archive(Path(place) / "kiprah.db")
        archive.add_final_months(1, options.posts)
        agency = archive.agency
        _publish(agency, site)
        all_of_it = _documents(agency, site)
        memory = peak() // 1024
        kinds = {
            "unit reports": _of(site, "satker/**/laporan.pdf"),
            "summary": _of(site, "[0-9]*/*/ringkasan.pdf"),
            "slides": _of(site, "[0-9]*/*/paparan.pdf"),
            "sheet to sign": _of(site, "[0-9]*/*/penetapan.pdf"),
            "preview images": _of(site, "**/bagikan.png"),
        }
        printed = _printed(site, options.printed, kinds["unit reports"].files)
        archive.close()
    console = Console(width=120)
    console.print(_table(all_of_it, kinds, printed))
    console.print(f"Peak memory of making them, with the store open: {memory} MiB")


def _publish(agency: AgencyStore, site: Path) -> None:
    at = max(each.as_of for each in agency.month_index().months.values()) + timedelta(hours=1)
    done = publish(agency, FolderObjects(site), now=at, settings=SITE, run_id=run_id("publish", at))
    agency.note("publish", {"published": done["published"]})


def _documents(agency: AgencyStore, site: Path) -> Made:
    months = agency.month_index().months
    at = max(each.as_of for each in months.values()) + timedelta(hours=2)
    [final] = [name for name, each in months.items() if each.state == "final"]
    target, name = FolderObjects(site), run_id("documents", at)
    begun = perf_counter()
    done = documents(agency, target, now=at, settings=SITE, run_id=name, month=final)
    seconds = perf_counter() - begun
    if done["failed"] or not done["months"]:
        raise RuntimeError(f"the documents were not made: {done['problems'] or done.get('todo')}")
    return Made(done["uploaded"], 0, done["bytes"], seconds)


def _of(site: Path, pattern: str) -> Made:
    bodies = [path.read_bytes() for path in sorted(site.glob(pattern))]
    return Made(len(bodies), sum(map(_pages, bodies)), sum(map(len, bodies)))


def _pages(body: bytes) -> int:
    return len(PdfReader(io.BytesIO(body)).pages) if body.startswith(b"%PDF") else 1


def _printed(site: Path, count: int, units: int) -> Made | None:
    """Some units' pages as Chromium prints them; None without one."""
    try:
        browser_at = chromium()
    except ToolError:
        return None
    pages = sorted(site.glob("satker/*/*/*/index.html")) or sorted(site.glob("satker/*/index.html"))
    chosen = pages[:count]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_at, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(chosen[0].as_uri())  # its first start is nobody's to pay
        begun = perf_counter()
        bodies = []
        for each in chosen:
            page.goto(each.as_uri())
            bodies.append(page.pdf(format="A4"))
        seconds = perf_counter() - begun
        browser.close()
    share = units / len(chosen)
    return Made(
        len(bodies), sum(map(_pages, bodies)), sum(map(len, bodies)), seconds * share, units
    )


def _table(whole: Made, kinds: dict[str, Made], printed: Made | None) -> Table:
    table = Table(title=f"Documents of a final month (bound: {SECONDS} s)")
    for name in ("what", "files", "pages", "kB", "seconds"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, made in kinds.items():
        table.add_row(name, f"{made.files:,}", f"{made.pages:,}", f"{made.bytes / 1e3:,.0f}", "")
    table.add_section()
    pages = sum(made.pages for made in kinds.values())
    seconds = f"{whole.seconds or 0:.1f}"
    table.add_row(
        "all of them, by kiprah documents (with a revision's own copies)",
        f"{whole.files:,}",
        f"{pages:,}",
        f"{whole.bytes / 1e3:,.0f}",
        seconds,
    )
    if printed is not None:
        table.add_row(
            f"units' pages printed by Chromium; seconds reckoned for {printed.of}",
            f"{printed.files:,}",
            f"{printed.pages:,}",
            f"{printed.bytes / 1e3:,.0f}",
            f"{printed.seconds or 0:.1f}",
        )
    return table


if __name__ == "__main__":
    main()
