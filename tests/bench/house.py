"""The house in figures: lines, parameters, doors, circles, and the way to a request.

    python -m tests.bench house

The frames are counted while the deployed function reads an X account of the stand-ins: every frame
of ours from the entry point to the one that sends, through all tasks that wait for it.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from types import CoroutineType, FrameType
from typing import Any, NamedTuple

import functions_framework
from rich.console import Console
from rich.table import Table

from functions.collect.client import Connection
from functions.model import PLATFORMS
from functions.store import open_agency
from tests.bench.ministry import environment, register, settings
from tests.platforms.server import serve
from tests.platforms.world import World

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "functions"
DOORS = ("", "collect", "score", "publish")
# Where a platform may be told from another: its adapter, its companion.
OF_PLATFORMS = ("collect/platforms/", "collect/reading/companions/")


class Function(NamedTuple):
    """One function: where it stands, its lines, and its parameters but for ``self`` and ``cls``."""

    name: str
    lines: int
    parameters: int
    is_command: bool


class Chain(NamedTuple):
    """The frames of ours that wait for one request."""

    frames: tuple[str, ...]
    files: int


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    if arguments:
        raise SystemExit(__doc__)
    trees = {path.relative_to(SOURCES).as_posix(): path.read_text() for path in _files()}
    lines = sorted(text.count("\n") for text in trees.values())
    functions = [found for name, text in trees.items() for found in _functions(name, text)]
    lengths = sorted(function.lines for function in functions)
    many = [f for f in functions if f.parameters >= 8 and not f.is_command]
    chains = chains_of_a_tick()
    longest = max(chains, key=lambda chain: len(chain.frames))
    table = Table(title="The house")
    table.add_column("figure")
    table.add_column("now", justify="right")
    table.add_row("lines a file, median / p90 / most", _spread(lines))
    table.add_row("lines a function, median / p90 / most", _spread(lengths))
    table.add_row("functions with 8 parameters or more (command line apart)", str(len(many)))
    for door in DOORS:
        files, rooms = names_at(door)
        table.add_row(f"names at functions/{door}", f"{files} files, {rooms} rooms")
    table.add_row(
        "tests of a platform's name in shared code of collect", str(len(platform_tests(trees)))
    )
    table.add_row(
        "frames from the entry point to a request, fewest / most",
        f"{min(len(chain.frames) for chain in chains)} / {len(longest.frames)}",
    )
    console = Console()
    console.print(table)
    console.print("The longest way: " + " → ".join(longest.frames))
    for function in many:
        console.print(f"{function.name}: {function.parameters} parameters")


def _spread(values: Sequence[int]) -> str:
    return f"{median(values):.0f} / {values[len(values) * 9 // 10]} / {values[-1]}"


def _files() -> list[Path]:
    return sorted(SOURCES.rglob("*.py"))


def _functions(path: str, text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            own = [argument for argument in taken if argument.arg not in ("self", "cls")]
            marks = [ast.unparse(decorator) for decorator in node.decorator_list]
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            is_command = any("command" in mark for mark in marks)
            yield Function(f"{path}:{node.name}", lines, len(own), is_command)


def names_at(door: str) -> tuple[int, int]:
    """How many files and rooms a newcomer sees there, ``__init__`` included."""
    seen = [path for path in (SOURCES / door).iterdir() if path.name != "__pycache__"]
    files = sum(path.suffix == ".py" for path in seen)
    return files, sum(path.is_dir() for path in seen)


def platform_tests(trees: dict[str, str]) -> list[str]:
    """Comparisons with a platform's name in collect, outside of adapters and companions."""
    found = []
    for name, text in trees.items():
        if not name.startswith("collect/") or name.startswith(OF_PLATFORMS):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Compare):
                values = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                if values & {*PLATFORMS}:
                    found.append(f"{name}:{node.lineno}")
    return found


def chains_of_a_tick() -> list[Chain]:
    """The chain of each request of a tick that reads an X account for the second time."""
    now = datetime.now(UTC).replace(microsecond=0)
    world = World(now=now - timedelta(hours=7))
    account = world.add_account("x", "unit0")
    world.add_post(account, now - timedelta(hours=8))
    chains: list[Chain] = []
    with serve(world) as platforms, tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        loaded = settings(platforms.url, at)
        agency = open_agency(loaded)
        register(agency, loaded, 1, platforms=["x"])
        agency.store.close()
        with _environment({**environment(platforms.url, at), "KIPRAH_REPLAYS": "1"}):
            client = functions_framework.create_app("collect", str(ROOT / "main.py")).test_client()
            for hours in (7, 0):
                chains.clear()
                tick = now - timedelta(hours=hours)
                platforms.set_clock(tick)
                with _recording(chains):
                    answer = client.post("/", data=json.dumps({"now": tick.isoformat()}))
                if answer.status_code != 200:
                    raise SystemExit(f"collect answered {answer.status_code}: {answer.text}")
    return chains


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _recording(chains: list[Chain]) -> Iterator[None]:
    send = Connection.send

    async def recorded(self: Connection, *how: Any, **more: Any) -> Any:
        chains.append(_chain())
        return await send(self, *how, **more)

    Connection.send = recorded  # type: ignore[method-assign]
    try:
        yield
    finally:
        Connection.send = send  # type: ignore[method-assign]


def _chain() -> Chain:
    """The frames of ours below the one that sends, and those of the tasks that wait for it."""
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.endswith("asyncio/events.py"):
        frames.append(frame)
        frame = frame.f_back
    frames += _waiting()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    ours = [f for f in frames if f.f_code.co_filename.startswith(str(SOURCES))]
    names = [f"{Path(f.f_code.co_filename).stem}.{f.f_code.co_name}" for f in reversed(ours)]
    return Chain((*names, "client.send"), len({f.f_code.co_filename for f in ours}))


def _waiting() -> Iterator[FrameType]:
    """The frames of the other tasks, innermost first: each waits for what one below it does."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    # They are numbered as they begin: whoever waits began before.
    for task in sorted(
        others, key=lambda task: int(task.get_name().rpartition("-")[2]), reverse=True
    ):
        held: list[FrameType] = []
        coroutine: Any = task.get_coro()
        while isinstance(coroutine, CoroutineType) and coroutine.cr_frame is not None:
            held.append(coroutine.cr_frame)
            coroutine = coroutine.cr_await
        yield from reversed(held)
