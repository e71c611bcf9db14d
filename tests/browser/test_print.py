"""Pages on paper: how many sheets, what every sheet says, and that nothing is cut or stranded."""

from __future__ import annotations

import io
import re
from collections import defaultdict

import pytest
from playwright.sync_api import Page
from pypdf import PageObject, PdfReader

from tests.browser.conftest import PAGES, Site

pytestmark = pytest.mark.browser

UNIT_MONTH = "satker/kanwil-bali/2026/10/"
# A heading, and the heads of a table, that something must follow on the same sheet.
HEADINGS = (
    "Mengapa peringkat ini",
    "Dari mana interaksinya",
    "Akun",
    "Unggahan",
    "Tiap platform",
    "Kualitas data",
    "Keputusan dan sanggahan",
    "Penanda",
    "Dokumen dan data",
    "Yang setara dengan yang setara",
    "Unggahan yang menonjol",
    "Istilah yang menonjol",
    "Kampanye",
    "Narasi yang sama",
    "Klarifikasi",
    "Cara membacanya",
)
HEAD = re.compile(
    r"(Platform|Akun|Bulan|Terbit|Jenis|Kolom|#) ?.*(Unggahan|Arti|Interaksi|Dihitung).*"
)


def sheets(page: Page, address: str) -> list[list[str]]:
    """The lines of each sheet of a page on A4, from the top down."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    return [_lines(each) for each in PdfReader(io.BytesIO(printed)).pages]


def _lines(sheet: PageObject) -> list[str]:
    placed: defaultdict[int, str] = defaultdict(str)

    def take(text: str, across: list[float], within: list[float], *_: object) -> None:
        # Where a text stands: its own place, in that of the whole sheet.
        height = within[4] * across[1] + within[5] * across[3] + across[5]
        placed[round(height)] += text

    sheet.extract_text(visitor_text=take)
    lines = [placed[height].strip() for height in sorted(placed, reverse=True)]
    return [line for line in lines if line]


@pytest.mark.parametrize(("path", "most"), [("satker/kanwil-bali/", 1), ("2026/10/", 8), ("", 4)])
def test_a_page_takes_few_sheets(
    windows: dict[bool, Page], site: Site, path: str, most: int
) -> None:
    assert 1 <= len(sheets(windows[True], site.url(path))) <= most


def test_the_posts_of_a_units_month_begin_on_its_second_sheet(
    windows: dict[bool, Page], site: Site
) -> None:
    first, *others = sheets(windows[True], site.url(UNIT_MONTH))
    assert "Dari mana interaksinya" in first
    assert "Unggahan" not in first
    assert others
    # The head of the table stands on each of its sheets, with its words and without its buttons.
    for sheet in others:
        assert any(re.match("Terbit.*I24.*biasanya.*Keadaan", line) for line in sheet)
        assert not any("↕" in line for line in sheet)


@pytest.mark.parametrize("path", PAGES)
def test_every_sheet_says_what_it_is_from_and_strands_no_heading(
    windows: dict[bool, Page], site: Site, path: str
) -> None:
    printed = sheets(windows[True], site.url(path))
    for sheet in printed:
        *lines, foot = sheet
        assert foot.startswith("Kiprah Kementerian Hukum · "), foot
        if "2026" in path and path != "2026/":
            state = "(Final|Sementara|Selesai)"
            assert re.search(rf"· .*(Agustus|Oktober) 2026 · {state}\b.* · per ", foot), foot
        assert lines
        assert lines[-1] not in HEADINGS
        assert not HEAD.fullmatch(lines[-1]), lines[-1]
    # Nothing that only a screen can use.
    everything = "\n".join(line for sheet in printed for line in sheet)
    for word in ("Langsung ke isi", "Penanggung jawab", "Data terbuka: bebas", "Urutkan"):
        assert word not in everything


def test_what_is_folded_on_a_screen_is_whole_on_paper(
    windows: dict[bool, Page], site: Site
) -> None:
    printed = sheets(windows[True], site.url("2026/10/"))
    assert any("12 unggahan dalam 60 menit" in line for sheet in printed for line in sheet)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["2026/10/", "data/", "periksa/", "isu/", "wawasan/", "status/"])
def test_paper_is_white_and_its_letters_are_dark(
    windows: dict[bool, Page], site: Site, path: str, scheme: str
) -> None:
    page = windows[True]
    page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(site.url(path))
    pale = page.evaluate(
        """() => {
        const level = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (walker.nextNode()) {
            const at = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !at.checkVisibility()) continue;
            const style = getComputedStyle(at);
            if (Math.max(...level(style.color).slice(0, 3)) > 90) found.push(at.outerHTML);
        }
        return found;
    }"""
    )
    page.emulate_media(media="screen", color_scheme="light")
    assert pale == []
