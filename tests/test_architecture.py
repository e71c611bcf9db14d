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

from functions.collect.platforms import adapter
from functions.model import PLATFORMS
from functions.settings import table

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("functions/**/*.py"))

# Below every room: the words, the clock, the settings, the log, and what reads from outside.
SHARED = {"model", "thresholds", "times", "settings", "log", "parsing"}
# What a room may import besides itself; nothing else does. The command line and main.py see all.
ARROWS = {
    "thresholds": set(),
    "model": {"thresholds"},
    "log": set(),
    "parsing": set(),
    "times": {"model"},
    "settings": {"parsing"},
    "store": SHARED,
    "registry": {*SHARED, "store"},
    "jobs": {*SHARED, "store"},
    "tokens": {*SHARED, "store"},
    "notify": {*SHARED, "store"},
    "collect": {*SHARED, "registry", "store", "tokens", "jobs", "notify"},
    "check": {*SHARED, "registry", "store", "jobs", "collect"},
    "listen": {*SHARED, "registry", "store", "tokens", "jobs", "collect"},
    "training": {*SHARED, "registry", "store", "listen"},
    "connect": {*SHARED, "store", "tokens", "jobs", "collect"},
    "score": {*SHARED, "registry", "store", "jobs", "notify"},
    "publish": {*SHARED, "registry", "store", "jobs"},
}
ABOVE_ROOMS = {"__init__", "__main__", "commands"}
# A platform adapter knows the words, the HTTP client, and what it may answer, nothing else of ours.
ADAPTERS = "functions/collect/platforms/*.py"
ADAPTER_SEES = (
    "functions.model",
    "functions.collect.client",
    "functions.collect.contract",
    "functions.collect.platforms.decoding",
    "functions.collect.platforms.walks",
    "functions.collect.platforms.meta",
)
# Whoever listens shares collecting's way to a platform and its credentials, and how answers are
# read, and nothing else of it.
LISTENING = "functions/listen/*.py"
LISTENING_SEES = (
    "functions.collect.client",
    "functions.collect.contract",
    "functions.collect.credentials",
)
# Its adapters read answers as collecting's do.
LISTENING_ADAPTER_SEES = (
    *LISTENING_SEES,
    "functions.collect.platforms.decoding",
    "functions.collect.platforms.meta",
    "functions.collect.platforms.walks",
)
# What the adapters share, and is none itself.
SHARED_BY_ADAPTERS = {"__init__", "decoding", "walks", "meta"}

# Each outside library, and the one place it is used in (a glob for each file that may be it).
HOMES = {
    "google.cloud.firestore": "functions/store/firestore.py",
    "google.cloud.firestore_v1": "functions/store/firestore.py",
    "sqlite3": "functions/store/sqlite.py",
    "httpx": "functions/collect/client.py",
    "stamina": "functions/collect/client.py",
    "jinja2": "functions/publish/render.py",
    "typst": "functions/publish/documents/press.py",
    "segno": "functions/publish/documents/qr.py",
    "google.cloud.storage": "functions/publish/targets/gcs.py",
    "google.cloud.tasks": "functions/jobs/queue.py",
    "google.cloud.tasks_v2": "functions/jobs/queue.py",
    "google.cloud.scheduler": "functions/commands/schedule.py",
    "google.cloud.scheduler_v1": "functions/commands/schedule.py",
    "grpc": "functions/jobs/queue.py functions/commands/schedule.py",
    "boto3": "functions/publish/targets/s3.py",
    "botocore": "functions/publish/targets/s3.py",
    "xlsxwriter": "functions/publish/files/tables.py functions/registry/sheet.py "
    "functions/listen/labels/sheet.py",
    "openpyxl": "functions/registry/workbook.py",
    "sklearn": "functions/training/fitting.py",
    "threadpoolctl": "functions/training/fitting.py",
    "holidays": "functions/score/rules/calendar.py",
    "rapidfuzz": "functions/score/rules/duplicates.py",
    "apprise": "functions/notify/sender.py",
    "cryptography": "functions/tokens/vault.py",
    "functions_framework": "functions/*/entrypoint.py",
    "click": "functions/__main__.py functions/commands/*.py",
    "rich": "functions/__main__.py functions/commands/*.py",
}

# Installed on top, by those who train a model (requirements-train.in).
EXTRA = {"sklearn", "threadpoolctl"}
# What makes a program of bytes, or a model of a format that can hold one.
RUNS_WHAT_IT_READS = {"cloudpickle", "dill", "joblib", "marshal", "onnxruntime", "pickle"}
RUNS_WHAT_IT_READS |= {"shelve", "skops", "torch"}

# Pure: no I/O, no clock. The folder is the rule.
PURE = "functions/score/rules/*.py"
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
    found += [*_listening(path, tree), *_pure(path, tree)]
    return [f"{path}:{line}: {what}" for line, what in found]


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
    allowed = ARROWS[room] | {room}
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
    if not fnmatch(path, ADAPTERS) or Path(path).stem in SHARED_BY_ADAPTERS:
        return
    platform = Path(path).stem.partition("_")[0]  # x_threads.py is X's, too
    for line, name in imports(tree):
        # `from functions.collect import client` says the same as `import functions.collect.client`.
        is_own = name.startswith(f"functions.collect.platforms.{platform}_")
        if _within(name, "functions") and not (
            is_own or any(_within(name, seen) for seen in ADAPTER_SEES)
        ):
            yield line, "a platform adapter sees the client and the model alone"


def _listening(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    if not fnmatch(path, LISTENING):
        return
    is_adapter = fnmatch(path, "functions/listen/platforms/*.py")
    for line, name in imports(tree):
        # Its platform's posts are the same posts.
        own = f"functions.collect.platforms.{Path(path).stem.partition('_')[0]}_posts"
        sees = (*LISTENING_ADAPTER_SEES, own) if is_adapter else LISTENING_SEES
        is_seen = any(_within(name, seen) for seen in sees)
        if _within(name, "functions.collect") and not is_seen:
            yield line, "listening sees collect's client, contract and credentials alone"
        if is_adapter and _within(name, "functions.store"):
            yield line, "a platform adapter sees the client and the model alone"


def _pure(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    if not fnmatch(path, PURE):
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
    assert "scikit-learn" not in pinned, "no function needs it"
    distributions = packages_distributions()
    for path in SOURCES:
        for _, name in imports(ast.parse((ROOT / path).read_text())):
            package = name.split(".")[0]
            if package in sys.stdlib_module_names | {"functions", "google", "tests"} | EXTRA:
                continue
            owners = {_normal(owner) for owner in distributions.get(package, ())}
            assert owners & pinned, f"{path} imports {package}: add it to requirements.in"


def test_nothing_can_run_what_stands_in_a_file():
    """Models and all else that is kept are data; none of these may read them."""
    for path in SOURCES:
        found = {name.split(".")[0] for _, name in imports(ast.parse((ROOT / path).read_text()))}
        assert not found & RUNS_WHAT_IT_READS, path


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-train"])
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
        (
            "functions/score/job.py",
            "from functions.collect import planning",
            "score imports collect",
        ),
        (
            "functions/publish/job.py",
            "import functions.score.rules.ranking",
            "publish imports score",
        ),
        ("functions/publish/job.py", "from functions import score", "publish imports score"),
        ("functions/model.py", "import functions.settings", "model imports settings"),
        (
            "functions/store/port.py",
            "from functions.registry import read",
            "store imports registry",
        ),
        ("functions/tokens/vault.py", "import functions.collect", "tokens imports collect"),
        ("functions/connect/entrypoint.py", "import functions.publish", "imports publish"),
        (
            "functions/registry/check.py",
            "import functions.commands.demo",
            "registry imports commands",
        ),
        ("functions/collect/job.py", "from tests import tools", "collect imports tests"),
        ("functions/cellar/job.py", "", "cellar is no room"),
        ("functions/store/sqlite.py", "from . import port", "absolute"),
        ("functions/store/sqlite.py", "from .port import Store", "absolute"),
        ("functions/score/job.py", "def f():\n    import sqlite3", "2: sqlite3 is used in"),
        ("functions/store/keys.py", "from google.cloud import firestore", "firestore is used in"),
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
            "from functions.collect.platforms import tiktok",
            "adapter",
        ),
        (
            "functions/collect/platforms/x.py",
            "from functions.collect.platforms.youtube_channels import unknown",
            "adapter",
        ),
        ("functions/listen/job.py", "from functions.collect import job", "listening sees"),
        ("functions/listen/job.py", "from functions.score import run", "listen imports score"),
        ("functions/listen/platforms/x.py", "import functions.store.port", "a platform adapter"),
        ("functions/score/rules/window.py", "import time", "pure module imports time"),
        (
            "functions/score/rules/window.py",
            "from pathlib import Path",
            "pure module imports pathlib",
        ),
        ("functions/score/rules/window.py", "datetime.now(UTC)", "pure module calls now()"),
        ("functions/score/rules/window.py", "x = open('a')", "pure module calls open()"),
        ("functions/score/rules/listening/alarm.py", "import random", "module imports random"),
    ],
)
def test_an_offence_is_found(path, source, what):
    [found] = offences(path, source)
    assert what in found
    assert found.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("functions/score/rules/window.py", "from functions.model import Post\nimport datetime"),
        ("functions/score/job.py", "import time\nfrom functions.store import port"),
        ("functions/collect/platforms/x.py", "from functions.collect import client"),
        ("functions/collect/platforms/x.py", "from functions.collect.client import Client"),
        ("functions/collect/platforms/x.py", "from functions.collect.platforms import x_threads"),
        ("functions/collect/platforms/__init__.py", "from functions.collect.platforms import x"),
        ("functions/collect/job.py", "from functions import __version__, settings"),
        ("functions/collect/entrypoint.py", "import functions_framework"),
        ("functions/connect/entrypoint.py", "from functions.connect.tiktok_app import TikTokApp"),
        ("functions/__main__.py", "import click\nfrom functions.collect import job"),
        ("functions/store/firestore.py", "from google.cloud.firestore import Client"),
    ],
)
def test_what_is_allowed_is_no_offence(path, source):
    assert offences(path, source) == []


# What keeps a newcomer from getting lost


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {_module(path): ast.parse((ROOT / path).read_text()) for path in SOURCES}


def _seen(tree: ast.AST) -> set[str]:
    """The modules of ours that one imports, wherever in its text."""
    found = set()
    for _, name in imports(tree):
        parts = name.split(".")
        found |= {".".join(parts[:n]) for n in (len(parts), len(parts) - 1)} & MODULES.keys()
    # `from functions.room import file` imports the file, and its room only on the way.
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)}


def _circle(arrows: dict[str, set[str]]) -> list[str]:
    """One circle of a graph; empty when there is none."""
    done: set[str] = set()

    def walk(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        for following in sorted(arrows.get(node, ())):
            if found := walk(following, [*way, node]):
                return found
        done.add(node)
        return []

    return next((found for node in sorted(arrows) if (found := walk(node, []))), [])


def test_no_module_imports_itself_by_way_of_others():
    assert _circle({name: _seen(tree) - {name} for name, tree in MODULES.items()}) == []
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_no_room_imports_itself_by_way_of_others():
    rooms: dict[str, set[str]] = {}
    for name, tree in MODULES.items():
        if "." in name:
            seen = {other.split(".")[1] for other in _seen(tree) if "." in other}
            rooms.setdefault(name.split(".")[1], set()).update(seen)
    assert _circle({room: seen - {room} for room, seen in rooms.items()}) == []


def test_every_public_type_has_one_home():
    homes: dict[str, list[str]] = {}
    for name, tree in MODULES.items():
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


# Tables of the two platforms that have consents.
OF_CONSENTS = {"functions.tokens.files.PLATFORMS", "functions.tokens.files.NAMES"}


def _tables_of_platforms() -> dict[str, set[str]]:
    """Every table by platform, by its name: the keys that are platforms."""
    found = {}
    for name, tree in MODULES.items():
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                keys = {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
                table = f"{name}.{ast.unparse(target)}"
                if len(keys & {*PLATFORMS}) > 1 and table not in OF_CONSENTS:
                    found[table] = keys & {*PLATFORMS}
    return found


TABLES = _tables_of_platforms()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_platforms_has_all_of_them(table):
    """A sixth platform fails here, by the name of each table that lacks it."""
    assert TABLES[table] == {*PLATFORMS}


def test_tables_of_platforms_are_found():
    assert len(TABLES) > 8


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_all_that_stands_in_no_table(platform):
    assert platform == adapter(platform).NAME
    assert (ROOT / f"tests/platforms/{platform}.py").is_file(), "its stand-in"
    assert f'id="g-{platform}"' in (ROOT / "site_templates/components/sprite.html").read_text()
    assert {f"{platform}_url"} <= {setting.name for setting in table()}, "its address"
