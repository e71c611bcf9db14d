"""A published site behind a plain web server, and Chromium in front of it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from functions.publish.job import publish
from functions.publish.objects import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from tests.publish.world import NOW, World, ranks_of

Visit = Callable[..., Page]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole site, with a notice on every page."""
    folder = tmp_path_factory.mktemp("browser")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    world = World(store)
    first = world.add_month("2026-08", state="final", as_of=datetime(2026, 9, 8, tzinfo=UTC))
    second = world.add_month("2026-09", state="closing", as_of=datetime(2026, 10, 8, tzinfo=UTC))
    world.add_month("2026-10", posts=60, previous=ranks_of(first) | ranks_of(second))

    def put(now: datetime) -> None:
        publish(
            world.book,
            FolderObjects(folder / "site"),
            now=now,
            settings=Settings(notice="Angka di situs ini simulasi."),
            run_id="browser",
        )

    put(NOW - timedelta(hours=1))
    world.revise("2026-08", as_of=NOW - timedelta(minutes=30))
    put(NOW)
    store.close()
    return folder / "site"


@pytest.fixture(scope="session")
def address(published: Path) -> Iterator[str]:
    """Where the site is served: at the root of a host, where 404.html expects it."""
    handler = functools.partial(_Quiet, directory=str(published))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for a module: its driver runs an event loop, in which no other may start."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Open a page of the site in a fresh window."""
    with ExitStack() as stack:

        def open_page(
            path: str = "",
            *,
            width: int = 1280,
            dark: bool = False,
            javascript: bool = True,
            watch: Callable[[Page], None] = lambda page: None,
        ) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if dark else "light",
                java_script_enabled=javascript,
                locale="id-ID",
                reduced_motion="reduce",
            )
            stack.callback(context.close)
            page = context.new_page()
            watch(page)
            page.goto(address + path)
            return page

        yield open_page
