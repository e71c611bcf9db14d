"""A real store as an operator drives it: the past can be replayed, the future cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import flask
import pytest

import main
from functions import log
from functions.__main__ import cli
from functions.model import PLATFORMS, iso, month_bounds, month_of
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import closing_begins, closing_ends
from functions.settings import Settings
from functions.store import open_agency
from functions.times import present
from tests.collect.ministry import FIRST_TOKEN, handle_of, rows
from tests.commands.running import kiprah
from tests.factories import WIB
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.world import World

ROOT = Path(__file__).parents[1]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = ("kanwil-ntt", "kanwil-bali")
# The newest month whose time for objections is over by the computer's clock.
MONTH = month_of(month_bounds(month_of(present() - 45 * DAY, WIB), WIB)[0], WIB)
BEGIN, END = month_bounds(MONTH, WIB)
CLOSING = closing_begins(MONTH, WIB)
CLOSES = closing_ends(MONTH, WIB, indonesian_holidays())


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder with a registry, consents and a key; its store is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    head = ",".join(["id", "nama", "jenis", *PLATFORMS])
    lines = [",".join([unit, unit.upper(), "kanwil", *[handle_of(unit)] * 5]) for unit in UNITS]
    (tmp_path / "satker.csv").write_text("\n".join([head, *lines]) + "\n")
    consents = [f"{unit},tiktok,{handle_of(unit)},{FIRST_TOKEN}{unit}" for unit in UNITS]
    head = "satker,platform,handle,refresh_token"
    (tmp_path / "izin.csv").write_text("\n".join([head, *consents]) + "\n")
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    world = World.generate(5, rows(UNITS), BEGIN, 3, posts_per_day=2)
    with serve(world) as handle:
        for platform in PLATFORMS:
            monkeypatch.setenv(f"KIPRAH_{platform.upper()}_URL", handle.url)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield handle


def report(*words: Any) -> Any:
    result = kiprah(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*words: Any, status: int = 2) -> str:
    result = kiprah(*words)
    assert (result.exit_code, result.stdout) == (status, ""), result.stderr
    [line] = result.stderr.splitlines()
    return str(line)


def at(now: datetime) -> list[str]:
    return ["--now", iso(now)]


def documents() -> dict[str, str]:
    agency = open_agency(Settings())
    found = {
        stored.path: stored.version
        for name in ("satker", "rosters", "cursors", "consents", "rankings", "runs", "decisions")
        for stored in agency.store.list(f"{agency.root}/{name}")
    }
    agency.store.close()
    return found


# The past


def test_a_past_month_closes_and_is_frozen_as_it_was_collected(
    server: Handle, installation: Path
) -> None:
    report("registry", "import", "satker.csv", *at(BEGIN))
    report("connect", "import", "izin.csv", *at(BEGIN))

    def collect(*instants: datetime) -> None:
        for now in instants:
            server.set_clock(now)
            assert report("collect", *at(now))["problems"] == []

    def scored(now: datetime) -> tuple[str, list[str]]:
        said = report("score", *at(now))
        return said["months"][MONTH]["state"], said["problems"]

    collect(*(BEGIN + n * HOUR for n in (0, 12, 23, 24, 25, 48)))
    assert scored(BEGIN + 49 * HOUR) == ("open", [])
    # Nothing was read after the month: not even today closes it, and each look says why.
    state, [why] = scored(CLOSES + DAY)
    assert (state, f"no collection has ended since {iso(CLOSING)}" in why) == ("open", True)
    told = kiprah("doctor").stdout
    assert f"!!  {MONTH}: stays open: no collection has ended since {iso(CLOSING)}" in told
    collect(CLOSING - HOUR)
    assert scored(CLOSES + DAY)[0] == "open"
    collect(CLOSING + HOUR / 12)
    assert scored(CLOSING + HOUR) == ("closing", [])
    assert scored(CLOSES + DAY)[0] == "closing"
    collect(CLOSES + HOUR)
    report("score", *at(CLOSES + 2 * HOUR))
    report("publish", *at(CLOSES + 2 * HOUR))
    ranking = json.loads((installation / f"site/data/{MONTH}/r1/ranking.json").read_text())
    assert (ranking["state"], ranking["incomplete"]) == ("final", False)
    assert kiprah("audit", MONTH).stdout.endswith(" identical\n")
    assert f"{MONTH}: stays" not in kiprah("doctor").stdout


# The future


def doors() -> list[list[str]]:
    """Every command that takes a now, with what else it needs."""
    needs = {
        "registry import": ["satker.csv"],
        "connect import": ["izin.csv"],
        "connect link": ["kanwil-bali"],
        "connect withdraw": ["kanwil-bali"],
        "why": ["https://x.com/i/status/1"],
        "decide": ["x:1", "--action", "exclude", "--by", "Ani", "--why", "Uji."],
        "signed": ["2026-09", "satker.csv", "--by", "Ani", "--office", "Biro"],
        "confirm": ["k1", "--by", "Budi"],
        "object": ["x:1", "--by", "Ani", "--why", "Uji."],
        "forget": ["kanwil-bali", "--yes"],
        "labels sheet": ["2026-10", "--labeller", "Ani"],
        "labels read": ["lembar.xlsx", "--labeller", "Ani"],
        "model put": ["model.json"],
        "alarms mark": ["kanwil-bali:20261012T140000Z:siaga", "benar", "--by", "Ani"],
    }

    def walk(group: click.Group, before: list[str]) -> Iterator[list[str]]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            words = [*before, name]
            if isinstance(command, click.Group):
                yield from walk(command, words)
            elif any(parameter.name == "now" for parameter in command.params):
                yield [*words, *needs.get(" ".join(words), [])]

    return list(walk(cli, []))


def test_every_command_that_writes_is_a_door() -> None:
    named = {" ".join(words[:2] if words[0] in ("registry", "connect") else words[:1])
             for words in doors()}  # fmt: skip
    assert named >= {"registry import", "connect import", "collect", "score", "publish"}
    assert named >= {"decide", "confirm", "object", "why", "connect link", "connect withdraw"}


@pytest.mark.parametrize("words", doors(), ids=" ".join)
@pytest.mark.parametrize(
    "ahead",
    [lambda: present() + HOUR, lambda: datetime(2099, 1, 1, tzinfo=UTC)],
    ids=["hour", "73"],
)
def test_no_command_of_a_real_store_takes_a_now_that_is_to_come(
    monkeypatch: pytest.MonkeyPatch, words: list[str], ahead: Callable[[], datetime]
) -> None:
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example")
    kiprah("registry", "import", "satker.csv")
    before = documents()
    assert before
    said = refused(*words, *at(ahead()))
    assert "is ahead of this computer's clock" in said
    assert "KIPRAH_SIMULATION=1 with a new KIPRAH_STORE" in said
    assert documents() == before
    assert not Path("site").exists()


@pytest.mark.parametrize("words", doors(), ids=" ".join)
def test_no_command_takes_a_year_beyond_reckoning(words: list[str]) -> None:
    for year in ("9999-12-31T23:59:59Z", "0001-01-02T00:00:00Z"):
        assert "outside the years 2000 to 2099" in refused(*words, "--now", year)


@pytest.mark.parametrize("name", ["collect", "score", "publish"])
@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2099-01-01T00:00:00Z", "is ahead of this computer's clock"),
        ("9999-12-31T23:59:59Z", "outside the years 2000 to 2099"),
    ],
)
def test_no_function_takes_it_either(name: str, now: str, words: str) -> None:
    kiprah("registry", "import", "satker.csv")
    before = documents()
    entry = getattr(main, name)
    with flask.Flask(__name__).test_request_context("/", method="POST", json={"now": now}):
        body, status, _ = entry(flask.request)
    error = json.loads(body)["error"]
    assert (status, words in error, "\n" in error) == (400, True, False)
    assert documents() == before


# Simulations


def test_a_simulation_takes_any_now_and_says_what_it_is(
    server: Handle, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    future = datetime(2090, 5, 1, 1, tzinfo=UTC)
    report("registry", "import", "satker.csv", *at(future))
    monkeypatch.delenv("KIPRAH_SIMULATION")  # it is one for good
    server.set_clock(future)
    for job in ("collect", "score", "publish"):
        assert report(job, *at(future))["simulation"] is True
    pages = list((installation / "site").rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        assert "Simulasi: angka" in page.read_text(encoding="utf-8"), page
    assert "kiprah.db: a simulation" in kiprah("doctor").stdout


def test_a_simulation_reads_no_official_host_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", "rahasia")
    kiprah("registry", "import", "satker.csv")
    for words in ([], at(present()), at(present() - 40 * DAY), at(present() + 400 * DAY)):
        assert "this store is a simulation" in refused("collect", *words)


def test_a_real_store_never_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kiprah("registry", "import", "satker.csv")
    before = documents()
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example")
    for words in doors():
        assert "never becomes a simulation" in refused(*words)
    monkeypatch.delenv("KIPRAH_SIMULATION")
    assert documents() == before


def test_a_setting_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIPRAH_SIMULATION", "yes")
    assert "KIPRAH_SIMULATION must be 1" in refused("score")


def test_the_loop_keeps_to_it_as_well(installation: Path) -> None:
    """As a process, whose jobs fail and which goes on."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "KIPRAH_SIMULATION": "1",
        "KIPRAH_X_BEARER_TOKEN": "rahasia",
    }
    kiprah("registry", "import", "satker.csv")
    done = subprocess.run(
        [sys.executable, "-m", "functions", "run"],
        cwd=installation,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "never becomes a simulation" in done.stderr
