"""The deployable: each entry point as the cloud calls it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import functions_framework
import pytest

import main
from functions import log
from functions.model import Agency, Roster, Satker, iso
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World

ROOT = Path(__file__).parents[1]
JOBS = ("collect", "publish", "score")  # connect is for people: tests/connect/test_entrypoint.py


@pytest.fixture
def book(sqlite_url):
    store = open_agency(Settings(store=sqlite_url)).store
    yield AgencyStore(store, Agency())
    store.close()


@pytest.fixture(autouse=True)
def _environment(sqlite_url, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setenv("KIPRAH_SITE", f"file://{tmp_path}/site")
    monkeypatch.setattr(log, "_quiet", False)
    yield
    log.trace(None)


@pytest.fixture(scope="module")
def clients():
    """A test client for each function, made as functions-framework makes it."""
    source = str(ROOT / "main.py")
    return {
        name: functions_framework.create_app(name, source).test_client() for name in main.__all__
    }


def documents(book):
    found = {}
    for collection in ("satker", "rosters", "posts", "ledgers", "rankings", "cursors", "runs"):
        for stored in book.store.list(f"{book.root}/{collection}"):
            found[stored.path] = stored.version
    return found


def ministry(book, now):
    satker = Satker(id="aceh", name="Kanwil Aceh", kind="kanwil")
    book.save_roster(Roster(as_of=now, satker=(satker,)))
    book.save_cursor("collect", began_at=iso(now))


def test_the_functions_are_deployed_under_their_own_names():
    assert main.__all__ == ["collect", "connect", "publish", "score"]
    assert all(getattr(main, name).__name__ == name for name in main.__all__)


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize(
    ("method", "data", "status"),
    [
        ("GET", b"", 405),
        ("POST", b"not json", 400),
        ("POST", b"[1]", 400),
        ("POST", b'{"now": "2026-10-01T00:00:00"}', 400),
    ],
)
def test_a_trigger_that_makes_no_sense_is_refused_and_changes_nothing(
    clients, book, name, method, data, status
):
    answered = clients[name].open("/", method=method, data=data)
    assert answered.status_code == status
    assert list(answered.json) == ["error"]
    assert "\n" not in answered.json["error"]
    assert documents(book) == {}


@pytest.mark.parametrize("name", JOBS)
def test_work_that_fails_is_500_with_one_line(clients, monkeypatch, tmp_path, name):
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/none/kiprah.db")
    answered = clients[name].post("/")
    assert answered.status_code == 500
    assert "KIPRAH_STORE" in answered.json["error"]
    assert "\n" not in answered.json["error"]


def test_a_store_that_cannot_be_read_is_no_fault_of_the_request(clients, book, now):
    ministry(book, now)
    broken = {"month": "2026-10", "revision": 1, "state": "open", "body": b"{}"}
    book.store.write([Write(f"{book.root}/rankings/2026-10:r1", broken)])
    assert clients["score"].post("/").status_code == 500


def test_score_answers_its_report_and_changes_the_store(clients, book, now):
    ministry(book, now)
    before = documents(book)
    # Cloud Scheduler without a body sends no content type either.
    answered = clients["score"].post("/", data=json.dumps({"now": iso(now)}))
    assert answered.status_code == 200
    assert answered.content_type == "application/json; charset=utf-8"
    assert answered.json["job"] == "score"
    assert answered.json["months"]["2026-10"]["written"] is True
    assert set(documents(book)) - set(before) == {
        f"{book.root}/rankings/2026-10:r1",
        f"{book.root}/runs/{answered.json['run_id']}",
    }


def test_the_same_trigger_delivered_twice_is_the_same_run(clients, book, now):
    """ "every job may … be delivered twice … and the result is the same" (DESIGN.md)"""
    ministry(book, now)
    body = json.dumps({"now": iso(now)})
    first = clients["score"].post("/", data=body)
    before = documents(book)
    again = clients["score"].post("/", data=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["run_id"] == first.json["run_id"]
    assert documents(book) == before


def test_an_empty_body_is_enough(clients, book):
    ministry(book, datetime.now(UTC))
    for name in ("score", "publish"):
        answered = clients[name].post("/")
        assert answered.status_code == 200
        assert answered.json["job"] == name


def test_publish_answers_its_report_and_puts_the_site(clients, book, now, tmp_path):
    ministry(book, now)
    clients["score"].post("/", data=json.dumps({"now": iso(now)}))
    later = iso(now + timedelta(minutes=1))
    answered = clients["publish"].post("/", data=json.dumps({"now": later}))
    assert answered.status_code == 200
    assert answered.json["uploaded"] > 0
    assert (tmp_path / "site" / "index.html").is_file()


def test_publish_to_a_place_that_cannot_be_used_is_500(clients, book, now, monkeypatch, tmp_path):
    ministry(book, now)
    (tmp_path / "file").touch()
    monkeypatch.setenv("KIPRAH_SITE", f"file://{tmp_path}/file")
    answered = clients["publish"].post("/")
    assert answered.status_code == 500
    assert "KIPRAH_SITE" in answered.json["problems"][0]


def test_collect_without_a_registry_is_500_and_says_so(clients, book):
    answered = clients["collect"].post("/")
    assert answered.status_code == 500
    assert "registry is empty" in answered.json["problems"][0]
    [run] = book.store.list(f"{book.root}/runs")
    assert run.data["failed"] is True


def test_collect_answers_its_report_and_changes_the_store(clients, book, now, monkeypatch):
    world = World(now=now)
    world.add_post(world.add_account("x", "kemenkum"), now - timedelta(hours=1), level={"likes": 9})
    book.save_satker({"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"x": "kemenkum"}}})
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", X_BEARER_TOKEN)
    with serve(world) as platforms:
        monkeypatch.setenv("KIPRAH_X_URL", platforms.url)
        body = json.dumps({"now": iso(now), "platforms": ["x"]})
        answered = clients["collect"].post("/", data=body)
    assert answered.status_code == 200
    assert answered.json["platforms"]["x"]["posts_found"] == 1
    [post] = book.posts_published(now - timedelta(days=1))
    assert (post.platform, post.published_at) == ("x", now - timedelta(hours=1))


@pytest.mark.parametrize("platforms", ["x", ["myspace"], [["x"]], {"x": 1}, [None]])
def test_collect_refuses_a_platform_that_it_does_not_know(clients, book, platforms):
    answered = clients["collect"].post("/", data=json.dumps({"platforms": platforms}))
    assert answered.status_code == 400
    assert "instagram, facebook, x, tiktok, youtube" in answered.json["error"]
    assert documents(book) == {}


def test_collect_refuses_to_forge_evidence(clients, book, now):
    """ "further than 2 minutes from the clock refuses a platform's official host" (DESIGN.md)"""
    answered = clients["collect"].post("/", data=json.dumps({"now": iso(now)}))
    assert answered.status_code == 500
    assert "forge evidence" in answered.json["error"]
    assert documents(book) == {}


def test_a_cold_start_loads_only_what_its_job_uses():
    """Beyond functions-framework itself (whose Flask brings jinja2) main loads next to nothing."""
    program = (
        "import sys, functions_framework; before = set(sys.modules)\n"
        "import main\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})\n"
        "print(*{name for name in sys.modules if name.startswith(('google.cloud', 'functions.'))})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages, modules = (set(line.split()) for line in done.stdout.splitlines())
    outside = packages - sys.stdlib_module_names - {"functions", "main", "typing_extensions"}
    assert {name for name in outside if not name.startswith("_")} == {"msgspec"}
    assert not any(name.startswith("google.cloud.f") and "firestore" in name for name in modules)
    assert "google.cloud.storage" not in modules
    assert {"functions.collect.job", "functions.publish.render"}.isdisjoint(modules)
    assert {"functions.connect.flow", "functions.connect.vault"}.isdisjoint(modules)
    assert {"functions.score.job", "functions.store.sqlite"}.isdisjoint(modules)
