"""The page as its readers use it: from the site, from a folder, by keyboard, with odd files."""

from __future__ import annotations

import functools
import json
import tempfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from functions.store import evidence as ev
from tests.browser.conftest import started
from tests.infra.reading import Terraform
from tests.periksa.months import month
from tests.periksa.program import publish, write
from tests.test_truth import Step, World

HEADERS = Terraform().locals["security_headers"]
pytestmark = pytest.mark.browser


class _Guarded(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """October and November of a small ministry, final, and December: made by the jobs."""
    folder = tmp_path_factory.mktemp("periksa")
    with tempfile.TemporaryDirectory() as store, World(Path(store)) as world:
        everybody = tuple((number, 3) for number in range(4))
        for _ in range(4):
            world.take(Step(hours=24 * 15, edits=(), posts=everybody, publishes=True))
        for path, body in world.objects.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The site behind the headers of the load balancer."""
    handler = functools.partial(_Guarded, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with started(chromium) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window that has nothing to complain about."""
    context = browser.new_context(locale="id-ID", reduced_motion="reduce")
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert [line for line in said if "404" not in line] == []


def verdict(page: Page) -> str:
    """What the page says in the end."""
    page.wait_for_selector("[data-running]", state="hidden")
    return page.inner_text("[data-status]")


def check_files(page: Page, **files: Path) -> str:
    for field, path in files.items():
        page.set_input_files(f"[data-{field}]", path)
    page.click("[data-from-files] button")
    return verdict(page)


def test_a_month_of_the_site_is_checked_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}periksa/?bulan=2026-11")
    assert page.input_value("#bulan") == "../data/2026-11/"
    page.focus("#bulan")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    assert verdict(page) == "Selesai: Sama · November 2026."
    told = page.inner_text("[data-result]")
    assert told.count("cocok") == 3  # digest, ranking, chain
    page.click("[data-result] summary")
    assert page.locator("[data-result] tbody tr").count() >= 4
    assert page.get_attribute("[data-status]", "role") == "status"


def test_the_result_is_accessible(page: Page, address: str) -> None:
    page.goto(f"{address}periksa/")
    page.click("[data-from-site] button")
    verdict(page)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true })")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_a_folder_of_the_site_is_checked_with_files_that_the_reader_picks(
    page: Page, site: Path
) -> None:
    page.goto((site / "periksa/index.html").as_uri())
    assert page.is_visible("[data-from-folder]")
    assert not page.is_visible("[data-from-site]")
    told = check_files(
        page,
        evidence=site / "data/2026-11/bukti.jsonl.gz",
        ranking=site / "data/2026-11/ranking.json",
        digest=site / "data/2026-11/bukti.sha256",
        earlier=site / "data/2026-10/bukti.jsonl.gz",
    )
    assert told == "Selesai: Sama · November 2026."
    assert page.inner_text("[data-result]").count("cocok") == 3


def test_files_that_are_dropped_find_their_fields(page: Page, site: Path) -> None:
    page.goto((site / "periksa/index.html").as_uri())
    page.evaluate(
        """(names) => {
            const held = new DataTransfer();
            for (const name of names) held.items.add(new File(["x"], name));
            const event = new DragEvent("drop", { dataTransfer: held, cancelable: true });
            document.querySelector("[data-from-files]").dispatchEvent(event);
        }""",
        ["bukti (1).jsonl.gz", "ranking.json", "bukti.sha256", "foto.png"],
    )
    assert page.inner_text("[data-status]") == "Tidak dikenal dari namanya: foto.png."
    for field in ("evidence", "ranking", "digest"):
        count = f"() => document.querySelector('[data-{field}]').files.length"
        assert page.evaluate(count) == 1


def test_random_months_are_ranked_alike_in_a_browser(
    page: Page, site: Path, tmp_path: Path
) -> None:
    page.goto((site / "periksa/index.html").as_uri())
    for seed in range(3, 9):
        case = publish(tmp_path / str(seed), month(seed))
        page.fill("[data-digest-text]", case["digest"])
        told = check_files(page, evidence=case["evidence"], ranking=case["ranking"])
        assert told.startswith("Selesai: Sama"), (seed, page.inner_text("[data-result]"))


def test_a_ranking_that_does_not_follow_is_named_row_by_row(
    page: Page, address: str, site: Path
) -> None:
    path = site / "data/2026-10/ranking.json"
    before = path.read_bytes()
    ranking = json.loads(before)
    row = ranking["lists"][1]["rows"][0]
    was, row["i24"] = row["i24"], row["i24"] + 1
    path.write_text(json.dumps(ranking))
    try:
        page.goto(f"{address}periksa/?bulan=2026-10")
        page.click("[data-from-site] button")
        assert verdict(page) == "Selesai: Tidak sama · Oktober 2026."
    finally:
        path.write_bytes(before)
    [told] = page.locator(".differences li").all_inner_texts()
    assert (
        told.split()
        == (
            f"{row['satker']} Akun Terpopuler, semua platform i24: terbit {was + 1}, "
            f"dihitung ulang {was}"
        ).split()
    )


def test_hostile_names_stay_text(page: Page, site: Path, tmp_path: Path) -> None:
    made = month(5)
    name = '<img src=x onerror="window.taken = 1">\u202e'
    unit = ev.Unit(id=name, name=name, kind=name)
    case = publish(tmp_path, ev.Evidence(month=made.month, units=(unit,)))
    wrong = json.loads(case["ranking"].read_bytes())
    wrong["lists"][0]["rows"][0]["name"] = name + name
    write(tmp_path, case["evidence"].read_bytes(), json.dumps(wrong).encode())
    page.goto((site / "periksa/index.html").as_uri())
    assert "Tidak sama" in check_files(
        page, evidence=case["evidence"], ranking=tmp_path / "ranking.json"
    )
    page.click("[data-result] summary")
    assert name in (page.text_content("[data-result]") or "")
    assert page.locator("[data-result] img").count() == 0
    assert page.evaluate("() => window.taken") is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Berkas ini kosong."),
        (b"\x1f\x8b" + b"bukti" * 20, "rusak atau terpotong"),
        (b"<html>\n", "bukan bukti"),
    ],
)
def test_an_odd_file_is_told(
    page: Page, site: Path, tmp_path: Path, body: bytes, sentence: str
) -> None:
    page.goto((site / "periksa/index.html").as_uri())
    path = tmp_path / "bukti.jsonl.gz"
    path.write_bytes(body)
    assert "Tidak dapat diperiksa" in check_files(page, evidence=path)
    assert sentence in page.inner_text("[data-result]")


def test_without_a_file_or_a_connection_it_is_said_what_to_do(
    page: Page, address: str, site: Path
) -> None:
    page.goto(f"{address}periksa/")
    page.click("#dari-berkas")
    page.click("[data-from-files] button")
    assert verdict(page) == "Pilihlah dulu berkas buktinya (bukti.jsonl.gz)."
    page.route("**/bukti.sha256", lambda route: route.fulfill(status=404))
    page.click("[data-from-site] button")
    assert verdict(page) == "bukti.sha256 bulan itu tidak ada di situs ini."


def test_a_check_can_be_called_off(page: Page, site: Path, tmp_path: Path) -> None:
    """Reading 200 MB takes a second or two, in which the page stays at the reader's service."""
    path = tmp_path / "bukti.jsonl"
    line = b'{"type":"objection"}' + b" " * 1000 + b"\n"
    path.write_bytes(line * 200_000)
    page.goto((site / "periksa/index.html").as_uri())
    page.set_input_files("[data-evidence]", path)
    page.click("[data-from-files] button")
    page.click("[data-stop]")
    assert verdict(page) == "Pemeriksaan dihentikan."
    assert not page.is_visible("[data-outcome]")
