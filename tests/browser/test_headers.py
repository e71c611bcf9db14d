"""The headers that the load balancer adds: every kind of page works under them, and they bite."""

import pytest

from tests.browser.conftest import PAGES, Quiet, served
from tests.infra.reading import Terraform

HEADERS = Terraform().locals["security_headers"]
pytestmark = pytest.mark.browser


class _Guarded(Quiet):
    def end_headers(self):
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()


@pytest.fixture(scope="module")
def guarded(published):
    """The site, served with the headers."""
    with served(published, _Guarded) as site:
        yield site


@pytest.fixture
def tab(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def complaints_of(page):
    """What the page's console says from now on, as it comes."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_no_page_breaks_the_policy(tab, guarded):
    said = complaints_of(tab)
    # The page on frames shows some, which other headers allow: test_embeds.py.
    for path in (each for each in PAGES if each != "sematan/"):
        tab.goto(guarded.url(path))
        assert tab.evaluate("getComputedStyle(document.body).fontFamily") != ""
        assert tab.evaluate("document.styleSheets.length") == 1
    assert said == []


def test_the_script_and_the_drawings_work_under_the_policy(tab, guarded):
    said = complaints_of(tab)
    tab.goto(guarded.url("satker/"))
    tab.fill("#cari", "bali")
    assert "satuan kerja cocok" in tab.inner_text("[role=status]")
    assert said == []


def test_what_is_not_the_sites_own_is_refused(tab, guarded):
    said = complaints_of(tab)
    tab.goto(guarded.address)
    tab.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.intruder = true";
            document.body.append(script);
            const style = document.createElement("style");
            style.textContent = "body { display: none }";
            document.body.append(style);
        }"""
    )
    assert tab.evaluate("window.intruder") is None
    assert tab.evaluate("getComputedStyle(document.body).display") != "none"
    # By the header, and by the page's own policy, which holds where no header comes.
    assert len([line for line in said if "Content Security Policy" in line]) == 4


def test_every_header_is_one_line_that_a_load_balancer_takes():
    # Name and value of a custom header: RFC 7230's tokens, and no line breaks.
    for name, value in HEADERS.items():
        assert name.replace("-", "").isalnum()
        assert value == value.strip()
        assert value.isprintable()
        assert value.isascii()
