"""The arrows of the house: who may import whom, and where each outside library lives.

Read from the source, so that an import inside a function counts like one at the top.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("functions/**/*.py"))

SHARED = {"model", "times", "cadence", "deadline", "settings", "log", "cleaning", "nearest"}
# What a room may import besides itself. The command line and main.py see every room.
ARROWS = {
    "model": set(),
    "times": {"model"},
    "intake": set(),
    "forms": set(),
    "tables": set(),
    "dotenv": {"intake"},
    "cadence": set(),
    "deadline": {"cadence"},  # until when a run begins new work
    "settings": {"cadence", "dotenv", "forms"},
    "log": set(),
    "cleaning": set(),
    "nearest": set(),
    "registry": {*SHARED, "tables"},
    "store": {*SHARED},
    "connect": {*SHARED, "store", "tables", "trigger"},
    "body": set(),
    "trigger": {*SHARED, "body", "store"},  # what the entry points share
    "turns": {*SHARED, "store"},  # one run of a job at a time
    "tally": {*SHARED, "store"},  # what a run cost
    "agencies": {*SHARED, "store", "tally", "turns"},  # what the jobs share
    "queue": {*SHARED},
    "fanout": {*SHARED, "queue", "store", "trigger"},  # a job for many agencies handed out
    "addresses": {*SHARED, "registry", "store"},  # a post by its address, wherever one is asked for
    "registrar": {*SHARED, "registry", "store"},  # who keeps the registry, by files and by day
    "collect": {
        *SHARED,
        "registry",
        "registrar",
        "connect",
        "store",
        "trigger",
        "agencies",
        "tally",
        "turns",
        "queue",
        "fanout",
    },
    "score": {*SHARED, "store", "tally", "trigger", "agencies", "addresses", "fanout"},
    "publish": {*SHARED, "store", "tally", "trigger", "agencies", "fanout"},
}
# What single files may import besides: where a room's work and what serves it are put together.
WIDER = {
    "functions/connect/entrypoint.py": {"collect"},
    # Which addresses may be shown is decided once, where addresses are understood.
    "functions/publish/posts.py": {"registry"},
    "functions/publish/data.py": {"registry"},
}
# The command line's own files.
ABOVE_ROOMS = {"__init__", "__main__", "audit", "backup", "contest", "demo", "doctor", "loop"}
ABOVE_ROOMS |= {"finding", "health", "live", "published", "schedule", "scheduled", "spending"}
ABOVE_ROOMS |= {"vitals", "why"}
# A platform adapter knows the words, the HTTP client, and what it may answer, nothing else of ours.
ADAPTERS = "functions/collect/platforms/*.py"
ADAPTER_SEES = (
    "functions.model",
    "functions.collect.client",
    "functions.collect.answers",
    "functions.collect.decoding",
    "functions.collect.walks",
    "functions.collect.graph",
)

# Each outside library, and the one place it is used in (a glob for each file that may be it).
HOMES = {
    "google.cloud.firestore": "functions/store/firestore.py",
    "google.cloud.firestore_v1": "functions/store/firestore.py",
    "sqlite3": "functions/store/sqlite.py",
    "httpx": "functions/collect/client.py",
    "stamina": "functions/collect/client.py",
    "jinja2": "functions/publish/render.py",
    "google.cloud.storage": "functions/publish/gcs.py",
    "google.cloud.tasks": "functions/queue.py",
    "google.cloud.tasks_v2": "functions/queue.py",
    "google.cloud.scheduler": "functions/schedule.py",
    "google.cloud.scheduler_v1": "functions/schedule.py",
    "grpc": "functions/queue.py functions/schedule.py",
    "boto3": "functions/publish/s3.py",
    "botocore": "functions/publish/s3.py",
    "xlsxwriter": "functions/publish/tables.py",
    "holidays": "functions/score/calendar.py",
    "rapidfuzz": "functions/score/duplicates.py",
    "cryptography": "functions/connect/vault.py",
    "functions_framework": "functions/*/entrypoint.py",
    "click": "functions/__main__.py functions/demo.py",
    "rich": "functions/__main__.py functions/demo.py",
}

# Score computes from what it is given: these of its files may touch the world, no others.
SCORE_OUTSIDE = {"__init__", "entrypoint", "job", "keeping", "revising", "run", "scoring"}
# Modules that reach a file, a network, another process, the clock or chance.
WORLD = {
    "asyncio",
    "http",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}
WORLD_CALLS = {"open", "print", "input", "now", "utcnow", "today"}


class Import(NamedTuple):
    line: int
    name: str


def imports(tree: ast.AST) -> Iterator[Import]:
    """Every module a source imports, and what it takes from it, as dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            dot = "" if origin.endswith(".") else "."
            yield from (Import(node.lineno, f"{origin}{dot}{a.name}") for a in node.names)


def calls(tree: ast.AST) -> Iterator[Import]:
    """The last name of everything that is called: ``now`` of ``datetime.now()``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            yield Import(node.lineno, name or "")


def offences(path: str, source: str) -> list[str]:
    """What in one file goes against the house, as ``path:line: what``."""
    tree = ast.parse(source)
    found = [*_relative(tree), *_arrows(path, tree), *_homes(path, tree), *_adapter(path, tree)]
    return [f"{path}:{line}: {what}" for line, what in [*found, *_pure(path, tree)]]


def _relative(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for line, name in imports(tree):
        if name.startswith("."):
            yield line, "imports are absolute"


def _arrows(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    room = _room(path)
    if room in ABOVE_ROOMS:
        return
    if room not in ARROWS:
        yield 1, f"{room} is no room of the house"
        return
    allowed = ARROWS[room] | WIDER.get(path, set()) | {room}
    for line, name in imports(tree):
        parts = name.split(".")
        if parts[0] in ("main", "tests"):
            yield line, f"{room} imports {parts[0]}"
        if parts[0] == "functions" and len(parts) > 1:
            other = parts[1]
            # A name of the package itself, its version for one, is nobody's room.
            if other in ARROWS.keys() | ABOVE_ROOMS and other not in allowed:
                yield line, f"{room} imports {other}"


def _homes(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for line, name in imports(tree):
        for library, home in HOMES.items():
            if _within(name, library) and not any(fnmatch(path, file) for file in home.split()):
                yield line, f"{library} is used in {home} alone"


def _adapter(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    if not fnmatch(path, ADAPTERS) or path.endswith("/__init__.py"):
        return
    for line, name in imports(tree):
        # `from functions.collect import client` says the same as `import functions.collect.client`.
        if _within(name, "functions") and not any(_within(name, seen) for seen in ADAPTER_SEES):
            yield line, "a platform adapter sees the client and the model alone"


def _pure(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    if _room(path) != "score" or Path(path).stem in SCORE_OUTSIDE:
        return
    for line, name in imports(tree):
        if name.split(".")[0] in WORLD or _within(name, "functions.log"):
            yield line, f"a pure module imports {name}"
    for line, name in calls(tree):
        if name in WORLD_CALLS:
            yield line, f"a pure module calls {name}()"


def _room(path: str) -> str:
    return path.split("/")[1].removesuffix(".py")


def _within(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


@pytest.mark.parametrize("path", SOURCES)
def test_the_house_keeps_its_arrows(path):
    assert offences(path, (ROOT / path).read_text()) == []


def test_main_only_hands_on_the_entry_points():
    body = ast.parse((ROOT / "main.py").read_text()).body
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    assert all(isinstance(statement, allowed) for statement in body)
    for _, name in imports(ast.Module(body, [])):
        assert fnmatch(name, "functions.*.entrypoint.*") or name == "__future__.annotations"


def test_everything_imported_is_installed_by_requirements_txt():
    pinned = {_normal(line) for line in _lines("requirements.txt") if "==" in line}
    distributions = packages_distributions()
    for path in SOURCES:
        for _, name in imports(ast.parse((ROOT / path).read_text())):
            package = name.split(".")[0]
            if package in sys.stdlib_module_names | {"functions", "google", "tests"}:
                continue
            owners = {_normal(owner) for owner in distributions.get(package, ())}
            assert owners & pinned, f"{path} imports {package}: add it to requirements.in"


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name):
    pinned = {_normal(line) for line in _lines(f"{name}.txt") if "==" in line}
    wanted = {_normal(line) for line in _lines(f"{name}.in") if line[0].isalpha()}
    assert wanted <= pinned
    text = (ROOT / f"{name}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert text.count("==") <= text.count("--hash=sha256:")


def _lines(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line]


def _normal(requirement: str) -> str:
    """A distribution's name alone, as package indexes compare it."""
    return re.split(r"[\[=;\s]", requirement.strip())[0].lower().replace("_", "-")


@pytest.mark.parametrize(
    ("path", "source", "what"),
    [
        ("functions/score/job.py", "from functions.collect import plan", "score imports collect"),
        ("functions/publish/job.py", "import functions.score.ranking", "publish imports score"),
        ("functions/publish/job.py", "from functions import score", "publish imports score"),
        ("functions/model.py", "import functions.settings", "model imports settings"),
        (
            "functions/store/port.py",
            "from functions.registry import read",
            "store imports registry",
        ),
        ("functions/connect/flow.py", "import functions.collect", "connect imports collect"),
        ("functions/connect/entrypoint.py", "import functions.publish", "imports publish"),
        ("functions/registry/check.py", "import functions.demo", "registry imports demo"),
        ("functions/collect/job.py", "from tests import tools", "collect imports tests"),
        ("functions/cellar/job.py", "", "cellar is no room"),
        ("functions/store/sqlite.py", "from . import port", "absolute"),
        ("functions/store/sqlite.py", "from .port import Store", "absolute"),
        ("functions/score/job.py", "def f():\n    import sqlite3", "2: sqlite3 is used in"),
        ("functions/store/agency.py", "from google.cloud import firestore", "firestore is used in"),
        ("functions/store/firestore.py", "from google.cloud import storage", "storage is used in"),
        ("functions/collect/job.py", "import httpx", "httpx is used in"),
        ("functions/collect/job.py", "from google.cloud import tasks_v2", "tasks_v2 is used in"),
        ("functions/collect/job.py", "import google.cloud.tasks", "tasks is used in"),
        ("functions/publish/job.py", "from rich import print", "rich is used in"),
        ("functions/collect/job.py", "import functions_framework", "functions_framework is used"),
        ("functions/collect/platforms/x.py", "import functions.store", "a platform adapter"),
        (
            "functions/collect/platforms/x.py",
            "from functions import settings",
            "a platform adapter",
        ),
        (
            "functions/collect/platforms/x.py",
            "from functions.collect.platforms import x",
            "adapter",
        ),
        ("functions/score/window.py", "import time", "pure module imports time"),
        ("functions/score/window.py", "from pathlib import Path", "pure module imports pathlib"),
        ("functions/score/window.py", "datetime.now(UTC)", "pure module calls now()"),
        ("functions/score/window.py", "x = open('a')", "pure module calls open()"),
    ],
)
def test_an_offence_is_found(path, source, what):
    [found] = offences(path, source)
    assert what in found
    assert found.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("functions/score/window.py", "from functions.model import Post\nimport datetime"),
        ("functions/score/job.py", "import time\nfrom functions.store import port"),
        ("functions/collect/platforms/x.py", "from functions.collect import client"),
        ("functions/collect/platforms/x.py", "from functions.collect.client import Client"),
        ("functions/collect/platforms/__init__.py", "from functions.collect.platforms import x"),
        ("functions/collect/job.py", "from functions import __version__, settings"),
        ("functions/collect/entrypoint.py", "import functions_framework"),
        ("functions/connect/entrypoint.py", "from functions.collect.consent import TikTokApp"),
        ("functions/__main__.py", "import click\nfrom functions.collect import job"),
        ("functions/store/firestore.py", "from google.cloud.firestore import Client"),
    ],
)
def test_what_is_allowed_is_no_offence(path, source):
    assert offences(path, source) == []
