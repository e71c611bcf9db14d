"""The deployable: each entry point as the cloud calls it."""

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import functions_framework
import pytest

import main
from functions import log
from functions.listen.counts.queries import code_of
from functions.model import Agency, iso
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.factories import roster, satker
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World

ROOT = Path(__file__).parents[1]
JOBS = (
    "collect",
    "documents",
    "listen",
    "publish",
    "score",
)  # connect is for people: tests/connect/test_entrypoint.py


@pytest.fixture
def agency_book(sqlite_url):
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


def versions_by_path(agency):
    found = {}
    for collection in ("satker", "rosters", "posts", "ledgers", "rankings", "cursors", "runs"):
        for stored in agency.store.list(f"{agency.root}/{collection}"):
            found[stored.path] = stored.version
    return found


def registered(agency, now):
    agency.save_roster(roster(satker("aceh", "Kanwil Aceh"), as_of=now))
    agency.save_cursor("collect", began_at=iso(now))


def test_the_functions_are_deployed_under_their_own_names():
    events, jobs = (
        ["check_contest", "check_satker"],
        ["collect", "connect", "documents", "listen", "publish", "score"],
    )
    assert main.__all__ == [*events, *jobs]
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
    clients, agency_book, name, method, data, status
):
    answered = clients[name].open("/", method=method, data=data)
    assert answered.status_code == status
    assert list(answered.json) == ["error"]
    assert "\n" not in answered.json["error"]
    assert versions_by_path(agency_book) == {}


@pytest.mark.parametrize("name", JOBS)
def test_work_that_fails_is_500_with_one_line(clients, monkeypatch, tmp_path, name):
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/none/kiprah.db")
    answered = clients[name].post("/")
    assert answered.status_code == 500
    assert "KIPRAH_STORE" in answered.json["error"]
    assert "\n" not in answered.json["error"]


def test_a_store_that_cannot_be_read_is_no_fault_of_the_request(clients, agency_book, now):
    registered(agency_book, now)
    broken = {"month": "2026-10", "revision": 1, "state": "open", "body": b"{}"}
    agency_book.store.write([Write(f"{agency_book.root}/rankings/2026-10:r1", broken)])
    assert clients["score"].post("/").status_code == 500


def test_score_answers_its_report_and_changes_the_store(clients, agency_book, now):
    registered(agency_book, now)
    before = versions_by_path(agency_book)
    # Cloud Scheduler without a body sends no content type either.
    answered = clients["score"].post("/", data=json.dumps({"now": iso(now)}))
    assert answered.status_code == 200
    assert answered.content_type == "application/json; charset=utf-8"
    assert answered.json["job"] == "score"
    assert answered.json["months"]["2026-10"]["written"] is True
    assert set(versions_by_path(agency_book)) - set(before) == {
        f"{agency_book.root}/rankings/2026-10:r1",
        f"{agency_book.root}/runs/{answered.json['run_id']}",
    }


def test_the_same_trigger_delivered_twice_is_the_same_run(clients, agency_book, now):
    """ "every job may … be delivered twice … and the result is the same" (DESIGN.md)"""
    registered(agency_book, now)
    body = json.dumps({"now": iso(now)})
    first = clients["score"].post("/", data=body)
    before = versions_by_path(agency_book)
    again = clients["score"].post("/", data=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["run_id"] == first.json["run_id"]
    assert versions_by_path(agency_book) == before


def test_an_empty_body_is_enough(clients, agency_book):
    registered(agency_book, datetime.now(UTC))
    for name in ("score", "publish"):
        answered = clients[name].post("/")
        assert answered.status_code == 200
        assert answered.json["job"] == name


def test_publish_answers_its_report_and_puts_the_site(clients, agency_book, now, tmp_path):
    registered(agency_book, now)
    clients["score"].post("/", data=json.dumps({"now": iso(now)}))
    later = iso(now + timedelta(minutes=1))
    answered = clients["publish"].post("/", data=json.dumps({"now": later}))
    assert answered.status_code == 200
    assert answered.json["uploaded"] > 0
    assert (tmp_path / "site" / "index.html").is_file()


def test_publish_to_a_place_that_cannot_be_used_is_500(
    clients, agency_book, now, monkeypatch, tmp_path
):
    registered(agency_book, now)
    (tmp_path / "file").touch()
    monkeypatch.setenv("KIPRAH_SITE", f"file://{tmp_path}/file")
    answered = clients["publish"].post("/")
    assert answered.status_code == 500
    assert "KIPRAH_SITE" in answered.json["problems"][0]


@pytest.mark.parametrize("name", [name for name in JOBS if name != "listen"])
def test_a_fresh_deployment_is_200_and_says_what_to_do(clients, agency_book, name):
    """ "answers 200 and says what to do, not 500 every quarter of an hour" """
    answered = clients[name].post("/")
    assert (answered.status_code, answered.json["failed"]) == (200, False)
    assert answered.json["todo"] == "the registry is empty; run: kiprah registry import FILE"


def test_a_deployment_without_credentials_is_200_and_says_which_to_give(clients, agency_book):
    agency_book.save_satker(
        {"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"x": "a", "instagram": "b"}}}
    )
    answered = clients["collect"].post("/")
    assert (answered.status_code, answered.json["failed"]) == (200, False)
    assert answered.json["todo"] == (
        "no platform has credentials; set KIPRAH_INSTAGRAM_TOKEN and KIPRAH_INSTAGRAM_USER_ID, "
        "or KIPRAH_X_BEARER_TOKEN"
    )
    for name in ("score", "publish"):
        assert "kiprah collect" in clients[name].post("/").json["todo"]


def test_listening_is_off_until_somebody_wants_it(clients, agency_book):
    answered = clients["listen"].post("/")
    assert (answered.status_code, answered.json["failed"]) == (200, False)
    assert answered.json["done"].startswith("off")
    assert (answered.json["writes"], answered.json["calls"]) == (0, 0)


def test_listen_counts_what_is_confirmed_and_answers_its_report(
    clients, agency_book, now, monkeypatch
):
    registered(agency_book, now)
    query = {"name": "a", "query": '"Kanwil Aceh"', "by": "Ani", "confirmed_by": "Budi"}
    query["code"] = code_of(query["query"])
    typed = {"x_volume": [query], "x_listen_dollars_per_day": 1}
    agency_book.store.write([Write(f"{agency_book.root}/settings/listening", typed)])
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", X_BEARER_TOKEN)
    with serve(World(now=now)) as platforms:
        monkeypatch.setenv("KIPRAH_X_URL", platforms.url)
        body = json.dumps({"now": iso(now)})
        answered, again = (clients["listen"].post("/", data=body) for _ in range(2))
        assert platforms.app.calls.x_counts == 1
    assert (answered.status_code, again.status_code) == (200, 200)
    assert (answered.json["job"], answered.json["dollars"]) == ("listen", 0.005)
    assert answered.json["queries"]["a"]["hours"] > 160
    assert (again.json["calls"], again.json["queries"]["a"]) == (0, {"state": "counted"})


def test_an_agency_that_waits_for_its_registry_fails_no_other(
    clients, agency_book, now, monkeypatch, world_of_x
):
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Hukum; kemenham=HAM")
    with world_of_x as body:
        answered = clients["collect"].post("/", data=body)
    assert (answered.status_code, answered.json["failed"]) == (200, False)
    assert answered.json["todo"].startswith("kemenham: the registry is empty")
    assert answered.json["agencies"]["kemenkum"]["platforms"]["x"]["posts_found"] == 1


def test_every_line_of_a_run_names_the_run_its_job_and_its_agency(
    clients, agency_book, now, monkeypatch, capsys
):
    registered(agency_book, now)
    monkeypatch.setattr("functions.score.job._changes", fails)
    headers = {"X-Cloud-Trace-Context": f"{'ab' * 16}/1"}
    clients["score"].post("/", data=json.dumps({"now": iso(now)}), headers=headers)
    told, crashed = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["message"], crashed["message"]) == ("score.odd", "trigger.crashed")
    for line in (told, crashed):
        assert (line["job"], line["agency"]) == ("score", "kemenkum")
        assert line["run_id"] == "20261020T030000Z-score"
    assert "in fails" in crashed["stack_trace"]
    assert {line["logging.googleapis.com/spanId"] for line in (told, crashed)} == {f"{1:016x}"}


def fails(*_):
    log.warning("score.odd")
    raise RuntimeError("a bug")


@pytest.fixture
def world_of_x(agency_book, now, monkeypatch):
    """A platform with one post of one registered account; a trigger's body while it is served."""
    world = World(now=now)
    world.add_post(world.add_account("x", "kemenkum"), now - timedelta(hours=1), level={"likes": 9})
    agency_book.save_satker(
        {"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"x": "kemenkum"}}}
    )
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", X_BEARER_TOKEN)

    @contextmanager
    def served():
        with serve(world) as platforms:
            monkeypatch.setenv("KIPRAH_X_URL", platforms.url)
            yield json.dumps({"now": iso(now), "platforms": ["x"]})

    return served()


def test_collect_answers_its_report_and_changes_the_store(clients, agency_book, now, world_of_x):
    with world_of_x as body:
        answered = clients["collect"].post("/", data=body)
    assert answered.status_code == 200
    assert answered.json["platforms"]["x"]["posts_found"] == 1
    [post] = agency_book.posts_published(now - timedelta(days=1))
    assert (post.platform, post.published_at) == ("x", now - timedelta(hours=1))


def test_a_further_agency_alone_is_published_in_its_own_folder(
    clients, agency_book, now, monkeypatch, tmp_path
):
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Hukum; kemenham=HAM")
    other = AgencyStore(agency_book.store, Agency(id="kemenham", name="HAM"))
    for one in (agency_book, other):
        registered(one, now)
    body = json.dumps({"now": iso(now), "agency": "kemenham"})
    for name in ("score", "publish"):
        answered = clients[name].post("/", data=body)
        assert (answered.status_code, answered.json["job"]) == (200, name)
    assert (tmp_path / "site" / "kemenham" / "index.html").is_file()
    assert not (tmp_path / "site" / "index.html").exists()
    assert agency_book.months() == {}


@pytest.mark.parametrize("platforms", ["x", ["myspace"], [["x"]], {"x": 1}, [None]])
def test_collect_refuses_a_platform_that_it_does_not_know(clients, agency_book, platforms):
    answered = clients["collect"].post("/", data=json.dumps({"platforms": platforms}))
    assert answered.status_code == 400
    assert "instagram, facebook, x, tiktok, youtube" in answered.json["error"]
    assert versions_by_path(agency_book) == {}


def test_collect_refuses_to_forge_evidence(clients, agency_book, now):
    """ "further than 2 minutes from the clock refuses a platform's official host" (DESIGN.md)"""
    answered = clients["collect"].post("/", data=json.dumps({"now": iso(now)}))
    assert answered.status_code == 500
    assert "forge evidence" in answered.json["error"]
    assert versions_by_path(agency_book) == {}


def test_a_cold_start_loads_only_what_its_job_uses():
    """Beyond functions-framework itself (whose Flask brings jinja2) main loads next to nothing."""
    program = (
        "import sys, functions_framework; before = set(sys.modules)\n"
        "import main\n"
        "new = {name for name, module in sys.modules.items() if module and name not in before}\n"
        "print(*{name.split('.')[0] for name in new})\n"
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
    assert {"functions.connect.flow", "functions.tokens.vault"}.isdisjoint(modules)
    assert {"functions.score.job", "functions.store.sqlite"}.isdisjoint(modules)


# What takes long to load, and who may load it at its first answer. Flask brings jinja2 to all.
HEAVY = (
    *("httpx", "stamina", "tenacity", "rich", "pygments", "cryptography", "google.cloud.tasks_v2"),
    *("google.cloud.storage", "google.cloud.firestore", "google.cloud.scheduler", "boto3"),
    *("xlsxwriter", "holidays", "rapidfuzz", "sqlite3"),
)
MAY_LOAD = {
    "collect": {"httpx", "stamina", "tenacity", "sqlite3"},
    "connect": {"httpx", "stamina", "tenacity", "cryptography", "sqlite3"},
    "listen": {"sqlite3"},
    "publish": {"xlsxwriter", "sqlite3"},
    "score": {"holidays", "rapidfuzz", "sqlite3"},
}


@pytest.mark.parametrize("name", MAY_LOAD)
def test_a_first_answer_loads_what_its_job_uses_and_no_other_jobs(
    agency_book, now, name, monkeypatch
):
    """httpx brings neither rich nor pygments along, although both are installed."""
    registered(agency_book, now)
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://connect.example.go.id")
    monkeypatch.setenv("KIPRAH_TIKTOK_CLIENT_KEY", "key")
    monkeypatch.setenv("KIPRAH_TIKTOK_CLIENT_SECRET", "secret-of-an-app")
    asked = "get('/start?ticket=x')" if name == "connect" else "post('/')"
    program = (
        "import sys, functions_framework\n"
        f"app = functions_framework.create_app({name!r}, {str(ROOT / 'main.py')!r})\n"
        f"print(app.test_client().{asked}.status_code, file=sys.stderr)\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    status, loaded = done.stderr.splitlines()
    assert status == ("400" if name == "connect" else "200"), done.stdout
    assert set(loaded.split()) <= MAY_LOAD[name]
    assert set(loaded.split()) & MAY_LOAD[name], "it has done its work"
