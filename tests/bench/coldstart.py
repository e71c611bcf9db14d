"""Cold starts: from a process' start to its first answer, beside a function of a few lines.

    python -m tests.bench coldstart
    python -m tests.bench coldstart --rounds 15 --only score publish

Each function runs as the cloud runs it: the process ``functions-framework`` (one gunicorn worker),
told by FUNCTION_TARGET and PORT, in a folder whose sources the build has compiled (Google's
buildpack cmd/python/functions_framework, November 2026). The store is Firestore's emulator; a
ministry in it has been collected, scored and published, so that the first answer is the usual one:
nothing new. Beside them runs a function that imports the same client and reads one document.

The rounds are interleaved and medians told, since this machine may be busy with something else.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import tools
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World
from tests.serving import served

ROOT = Path(__file__).parents[2]
MOST = 1.3  # times the bare function
BARE = "hello"
FUNCTIONS = ("collect", "score", "publish", "connect")
HELLO = """
import functions_framework
from google.cloud import firestore


@functions_framework.http
def hello(request):
    client = firestore.Client(project="kiprah-bench")
    found = client.document("agencies/kemenkum/cursors/collect").get()
    return {"exists": found.exists}
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench coldstart")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=FUNCTIONS, default=FUNCTIONS)
    options = parser.parse_args(arguments)
    with _installation() as (folder, environment):
        names = [BARE, *options.only]
        for name in (*FUNCTIONS, *FUNCTIONS[:3]):  # a second time: then there is nothing new
            first_answer(name, folder, environment)
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(options.rounds):
            for name in names:
                seconds[name].append(first_answer(name, folder, environment))
    sys.stdout.write(f"{table(seconds)}\n")


def table(seconds: Mapping[str, Sequence[float]]) -> str:
    """The medians, and how each compares with the bare function."""
    bare = statistics.median(seconds[BARE])
    lines = ["function   first answer   times the bare one"]
    for name, measured in seconds.items():
        middle = statistics.median(measured)
        verdict = "" if name == BARE else "  ok" if middle <= MOST * bare else f"  over {MOST}"
        lines.append(f"{name:<10} {middle:>10.2f} s   {middle / bare:.2f}{verdict}")
    return "\n".join(lines)


@contextmanager
def _installation() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder as the build leaves it, and the environment of a deployed function."""
    now = datetime.now(UTC).replace(microsecond=0)
    world = World(now=now)
    world.add_post(world.add_account("x", "kemenkum"), now - timedelta(hours=1))
    with (
        tempfile.TemporaryDirectory() as temporary,
        tools.firestore_emulator(tools.java(), tools.firestore_jar()) as emulator,
        serve(world) as platforms,
    ):
        folder = Path(temporary, "workspace")
        shutil.copytree(ROOT / "functions", folder / "functions")
        shutil.copytree(ROOT / "site_templates", folder / "site_templates")
        shutil.copy(ROOT / "main.py", folder)
        (folder / "hello.py").write_text(HELLO)
        compileall.compile_dir(folder, quiet=1)
        # As pip does at each installation; a copied .venv may have lost it.
        compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KIPRAH_")},
            "FIRESTORE_EMULATOR_HOST": emulator,
            "KIPRAH_STORE": "firestore://kiprah-bench",
            "KIPRAH_SITE": f"file://{temporary}/site",
            "KIPRAH_X_BEARER_TOKEN": X_BEARER_TOKEN,
            "KIPRAH_X_URL": platforms.url,
            "KIPRAH_CONNECT_URL": "http://localhost:1",
            "KIPRAH_TIKTOK_CLIENT_KEY": "key",
            "KIPRAH_TIKTOK_CLIENT_SECRET": "secret",
            "KIPRAH_TOKEN_KEY": "x" * 43 + "=",
            "NO_GCE_CHECK": "true",
            "K_SERVICE": "kiprah",
        }
        _enrol(environment)
        yield folder, environment


def _enrol(environment: Mapping[str, str]) -> None:
    program = (
        "from functions import settings; from functions.store import open_agency\n"
        "book = open_agency(settings.load())\n"
        "unit = {'name': 'Kanwil Aceh', 'kind': 'kanwil', 'accounts': {'x': 'kemenkum'}}\n"
        "book.save_satker({'aceh': unit})\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=dict(environment), check=True)


def first_answer(name: str, folder: Path, environment: Mapping[str, str]) -> float:
    """Seconds from a function's start to its first answer, which has to be a good one."""
    own = {**environment, "FUNCTION_SOURCE": "hello.py" if name == BARE else "main.py"}
    began = time.perf_counter()
    with served(name, folder, own) as function:
        answer = function.ask("start?ticket=x") if name == "connect" else function.ask(body=b"{}")
        seconds = time.perf_counter() - began
        said = function.output.read_text()
    wanted = 400 if name == "connect" else 200  # for a ticket that nobody gave
    if answer.status != wanted:
        raise RuntimeError(f"{name} answered {answer.status}: {answer.body[:500]!r} {said[-2000:]}")
    return seconds
