"""A published site behind a plain web server, and Chromium in front of it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from functions.model import PLATFORMS
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
from tests.publish.spoken import speak
from tests.publish.world import NOW, World, ranks_of
from tests.tools import ToolError, one_line

Visit = Callable[..., Page]

# One of each kind of page; a pattern means the first that fits.
PAGES = [
    "",
    "2026/",
    "2026/08/",
    "2026/10/",
    "2026/10/semua/",
    "404.html",
    "banding/",
    "data/",
    "isu/",
    "isu/2026-W42/",
    "metode/",
    "periksa/",
    "platform/x/",
    "satker/",
    "satker/kanwil-bali/",
    "satker/kanwil-bali/2026/08/",
    "satker/kanwil-bali/2026/10/",
    "satker/poltekpin/",
    "sematan/",
    "status/",
    "status/daftar/",
    "unggahan/*/*/",
    "wawasan/",
    "dialog/",
    "suara/",
]
READ_AT = NOW - timedelta(minutes=7)


class Site(NamedTuple):
    """A published site: its folder, and the address that serves it."""

    folder: Path
    address: str

    def url(self, page: str) -> str:
        """The address of a page, or of the first that fits a pattern."""
        return self.address + self.path(page)

    def path(self, page: str) -> str:
        """Where a page lies, or the first that fits a pattern."""
        if "*" not in page:
            return page
        return f"{sorted(self.folder.glob(page))[0].relative_to(self.folder).as_posix()}/"


class Quiet(SimpleHTTPRequestHandler):
    """A plain web server that logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """A browser that goes on to the next page waits for no answer."""
        with suppress(BrokenPipeError, ConnectionResetError):
            super().copyfile(source, outputfile)


def publish_months(world: World, folder: Path, *, notice: str) -> Path:
    """Three months of a world, the first of them revised; gives the folder of the whole site."""
    first = world.add_month("2026-08", state="final", as_of=datetime(2026, 9, 8, tzinfo=UTC))
    second = world.add_month("2026-09", state="closing", as_of=datetime(2026, 10, 8, tzinfo=UTC))
    world.add_month("2026-10", posts=60, previous=ranks_of(first) | ranks_of(second))
    note_days(world)
    speak(world)

    def put(now: datetime) -> None:
        publish(
            world.agency,
            FolderObjects(folder / "site"),
            now=now,
            settings=Settings(notice=notice),
            run_id="browser",
        )

    put(NOW - timedelta(hours=1))
    world.revise("2026-08", as_of=NOW - timedelta(minutes=30))
    put(NOW)
    return folder / "site"


def note_days(world: World) -> None:
    """Days of collecting: whole ones, one with a gap, one without a read, and an unread account."""
    account = world.accounts[0]
    unread = UnreadAccount(handle=account.handle, said="Akun tidak ditemukan; perbaiki namanya.")
    now = PlatformNow(read_at=READ_AT, unread=(unread,))
    for back, hours in ((9, 2**24 - 1), (8, 0b111), (6, 2**24 - 1), (0, 2**11 - 1)):
        day = DiaryDay(hours=hours, requests=96, failed=2, mills=4_120, quota=41)
        noted = {platform: day for platform in PLATFORMS}
        world.agency.note_in_diary((NOW - timedelta(days=back)).date(), noted, {"x": now})


@contextmanager
def served(folder: Path, server_of: type[SimpleHTTPRequestHandler] = Quiet) -> Iterator[Site]:
    """A site at the root of a host, where 404.html expects it."""
    handler = functools.partial(server_of, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield Site(folder, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def started(chromium: Path, environment: dict[str, str] | None = None) -> Iterator[Browser]:
    """A browser.

    Raises:
        ToolError: it does not start.
    """
    with sync_playwright() as driver:
        try:
            opened = driver.chromium.launch(
                executable_path=str(chromium), args=["--no-sandbox"], env=environment
            )
        except Error as error:
            raise ToolError(f"Chromium does not start: {one_line(error)}") from error
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole site, with a notice on every page."""
    folder = tmp_path_factory.mktemp("browser")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    site = publish_months(World(store), folder, notice="Angka di situs ini simulasi.")
    store.close()
    return site


@pytest.fixture(scope="session")
def site(published: Path) -> Iterator[Site]:
    """The site, served."""
    with served(published) as whole:
        yield whole


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for a module: its driver runs an event loop, in which no other may start."""
    with started(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[dict[bool, Page]]:
    """A window with JavaScript and one without, for what needs no fresh one: opening a window takes
    longer than loading a page into it."""
    contexts = {
        javascript: browser.new_context(
            java_script_enabled=javascript, locale="id-ID", reduced_motion="reduce"
        )
        for javascript in (True, False)
    }
    yield {javascript: context.new_page() for javascript, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open a page of the site in a fresh window."""
    with ExitStack() as stack:

        def open_page(path: str = "", *, watch: Callable[[Page], None] = lambda page: None) -> Page:
            context = browser.new_context(
                viewport={"width": 1280, "height": 800}, locale="id-ID", reduced_motion="reduce"
            )
            stack.callback(context.close)
            page = context.new_page()
            watch(page)
            page.goto(site.url(path))
            return page

        yield open_page
