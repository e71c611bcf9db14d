"""The archive on a bare machine: unpacked elsewhere, with what requirements.txt names and no more,
each function a process of its own that is called over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import venv
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import main
from functions.listen.report import OFF
from functions.settings import Settings
from functions.store import open_agency
from infra import archive
from tests.serving import Served, served

ROOT = Path(__file__).parents[1]
EMPTY = "the registry is empty; run: kiprah registry import FILE"
# Each job's word where nothing is set up yet.
JOBS = dict.fromkeys(("collect", "documents", "publish", "score"), EMPTY) | {"listen": OFF}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the archive holds, unpacked."""
    folder = tmp_path_factory.mktemp("workspace")
    packed = tmp_path_factory.mktemp("archive") / "kiprah.zip"
    archive.write(packed)
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def python(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment that holds the archive's requirements and nothing else.

    Their files are links to those that are installed here, each of the version that is named: so
    nothing has to be fetched, and what is missing in requirements.txt is missing there.
    """
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "lib" / version / "site-packages"
    for line in (workspace / "requirements.txt").read_text().splitlines():
        if "==" not in line:
            continue
        wanted = Requirement(line.rstrip(" \\"))
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        found = distribution(wanted.name)
        assert wanted.specifier.contains(found.version), f"{wanted}: {found.version} is installed"
        for file in found.files or ():
            if ".." not in file.parts:
                link = packages / file
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(found.locate_file(file))
    return str(place / "bin" / "python")


def environment(place: Path, **more: str) -> dict[str, str]:
    """A deployed function's: nothing of this machine's but where its programs lie."""
    return {
        "PATH": os.environ["PATH"],
        "K_SERVICE": "kiprah-test",
        "NO_GCE_CHECK": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KIPRAH_STORE": f"sqlite:///{place}/kiprah.db",
        "KIPRAH_SITE": f"file://{place}/site",
        "KIPRAH_CONNECT_URL": "https://connect.example.go.id",
        "KIPRAH_TIKTOK_CLIENT_KEY": "key",
        "KIPRAH_TIKTOK_CLIENT_SECRET": "secret-of-the-app",
        **more,
    }


@pytest.fixture(scope="module")
def functions(
    workspace: Path, python: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Served]]:
    """Every entry point of main.py, each on its port."""
    place = tmp_path_factory.mktemp("place")
    with ExitStack() as stack:
        begun = [served(name, workspace, environment(place), python) for name in main.__all__]
        with ThreadPoolExecutor(len(begun)) as pool:
            started = [*pool.map(stack.enter_context, begun)]
        yield dict(zip(main.__all__, started, strict=True))


def test_the_environment_holds_what_requirements_txt_names_and_no_more(python: str) -> None:
    program = (
        "import functions_framework, google.cloud.firestore, msgspec\n"
        "import importlib.util as u\n"
        "print(*[n for n in ('pytest', 'hypothesis', 'moto', 'mypy', 'pip') if u.find_spec(n)])"
    )
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", JOBS)
def test_each_job_answers_a_trigger_with_its_report(
    functions: dict[str, Served], name: str
) -> None:
    answer = functions[name].ask(body=b"{}")
    assert answer.status == 200, answer.body
    report = answer.json
    assert (report["job"], report["failed"]) == (name, False)
    assert report.get("todo", report.get("done")) == JOBS[name]
    [line] = [e for e in functions[name].lines if e["message"] == f"{name}.finished"]
    assert (line["severity"], line["run_id"]) == ("INFO", report["run_id"])


def test_connect_answers_with_its_page(functions: dict[str, Served]) -> None:
    answer = functions["connect"].ask("start?ticket=none")
    assert answer.status == 400
    assert b"Tautan ini tidak dikenali" in answer.body
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 405),
        ({"body": b"{}", "kind": "text/plain"}, 415),
        ({"body": b"{", "kind": "application/octet-stream"}, 400),
        ({"body": b'{"agency": "kemenlu"}'}, 404),
        ({"body": b'{"now": "2026-10-01T00:00:00Z"}'}, 403),
        ({"body": b" " * 70_000}, 413),
    ],
)
def test_what_is_not_theirs_is_refused_in_one_line(
    functions: dict[str, Served], name: str, asked: dict[str, object], status: int
) -> None:
    answer = functions[name].ask(**asked)  # type: ignore[arg-type]
    assert answer.status == status, answer.body
    [said] = answer.json.values()
    assert len(str(said).splitlines()) == 1


# Two instances of one job


class Slow(BaseHTTPRequestHandler):
    """A platform that answers once it may."""

    may_answer: threading.Event
    asked: threading.Semaphore

    def do_GET(self) -> None:
        self.asked.release()
        self.may_answer.wait(60)
        self.send_response(401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[ThreadingHTTPServer]:
    Slow.may_answer, Slow.asked = threading.Event(), threading.Semaphore(0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server
    Slow.may_answer.set()
    server.shutdown()
    server.server_close()


def test_of_two_instances_one_works_and_a_killed_ones_turn_is_free(
    store_url: str, platform: ThreadingHTTPServer, tmp_path: Path
) -> None:
    agency = open_agency(Settings(store=store_url))
    agency.save_satker({"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"x": "kemenkum"}}})
    own = environment(
        tmp_path,
        KIPRAH_STORE=store_url,
        KIPRAH_X_BEARER_TOKEN="token-of-x",
        KIPRAH_X_URL=f"http://127.0.0.1:{platform.server_port}",
        FIRESTORE_EMULATOR_HOST=os.environ.get("FIRESTORE_EMULATOR_HOST", ""),
    )
    with ExitStack() as stack:
        begun = [served("collect", ROOT, own) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(stack.enter_context, begun)
        threads = [_post(first)]
        assert Slow.asked.acquire(timeout=60), "the first is at work"
        answer = second.ask(body=b"{}")
        assert answer.status == 200
        assert "has been at work since" in str(answer.json["skipped"])
        first.kill()
        threads.append(_post(second))
        assert Slow.asked.acquire(timeout=60), "the second is at work"
        Slow.may_answer.set()
        for thread in threads:
            thread.join(60)
    [held] = agency.store.list(f"{agency.root}/jobs")
    assert held.data["until"] == "1970-01-01T00:00:00Z"
    assert "401" in held.data["said"]
    agency.store.close()


def _post(function: Served) -> threading.Thread:
    def post() -> None:
        with suppress(OSError):  # it was killed
            function.ask(body=b"{}")

    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    return thread
