"""The headers that the load balancer adds: every kind of page works under them, and they bite."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import PAGES
from tests.infra.reading import Terraform

HEADERS = Terraform().locals["security_headers"]
pytestmark = pytest.mark.browser


class _Guarded(SimpleHTTPRequestHandler):
    def end_headers(self):
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def guarded(published):
    """The address of the site, served with the headers."""
    handler = functools.partial(_Guarded, directory=str(published))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


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
    for path in PAGES:
        tab.goto(guarded + path)
        assert tab.evaluate("getComputedStyle(document.body).fontFamily") != ""
        assert tab.evaluate("document.styleSheets.length") == 1
    assert said == []


def test_the_script_and_the_drawings_work_under_the_policy(tab, guarded):
    said = complaints_of(tab)
    tab.goto(f"{guarded}satker/")
    tab.fill("#cari", "bali")
    assert "satuan kerja cocok" in tab.inner_text("[role=status]")
    assert said == []


def test_what_is_not_the_sites_own_is_refused(tab, guarded):
    said = complaints_of(tab)
    tab.goto(guarded)
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
    assert len([line for line in said if "Content Security Policy" in line]) == 2


def test_every_header_is_one_line_that_a_load_balancer_takes():
    # Name and value of a custom header: RFC 7230's tokens, and no line breaks.
    for name, value in HEADERS.items():
        assert name.replace("-", "").isalnum()
        assert value == value.strip()
        assert value.isprintable()
        assert value.isascii()
