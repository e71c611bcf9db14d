"""The restore drill: a simulated ministry is backed up, lost, restored, and proves the same again.

    python -m tests.drill                 in SQLite and in the Firestore emulator
    python -m tests.drill sqlite --units 5 --hours 48

Two backups are taken, one while jobs write and one in peace; each is put into an empty store, where
everything is scored and published anew. What was frozen must come out with the same digests, after
the quiet one every document, and `kiprah audit` must say so of the site.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from functions import log
from functions import settings as all_settings
from functions.model import iso
from functions.settings import Settings
from functions.store import open_agency, open_store
from functions.store.agency import AgencyStore
from tests import tools
from tests.bench.ministry import BEGIN, account_rows, environment, register, run_ticks
from tests.platforms.server import Handle, serve
from tests.platforms.world import World

HOUR = timedelta(hours=1)
CLOSED = BEGIN + timedelta(days=40)  # October is final by then
NOVEMBER = CLOSED - timedelta(days=2)
NOW = iso(CLOSED)
MONTH = "2026-10"

# Runs the command line with such words and this environment; its standard output.
Kiprah = Callable[[Sequence[str], Mapping[str, str]], str]
Say = Callable[[str], None]


class DrillError(Exception):
    """What was restored is not what was lost."""


@dataclass
class Drill:
    """One store's. ``lose`` takes everything away that is in it."""

    url: str
    folder: Path
    kiprah: Kiprah
    lose: Callable[[], None]
    say: Say

    def __post_init__(self) -> None:
        self.site = self.folder / "site"
        self.environment: dict[str, str] = {}

    def run(self, units: int, hours: int) -> None:
        """The whole drill; DrillError when anything comes out otherwise."""
        rows = account_rows(units)
        world = World.generate(7, rows, BEGIN, 45, posts_per_day=2, special_cases=False)
        busy, quiet = self.folder / "busy.jsonl.gz", self.folder / "quiet.jsonl.gz"
        with serve(world) as platforms:
            self.environment = {
                **environment(platforms.url, self.folder),
                "KIPRAH_STORE": self.url,
                "KIPRAH_COLLECT_EVERY": "60",
            }
            with self.opened() as (agency, loaded):
                register(agency, loaded, units)
                self.collect(agency, loaded, platforms, BEGIN, hours)
                self.collect(agency, loaded, platforms, NOVEMBER, 2)
            self.prove()
            with self.working(platforms):
                self.command("backup", str(busy))
            self.prove()
            documents, proof = self.documents(), self.prove()
            self.command("backup", str(quiet))
            self.restore(quiet)
            self.same("every document", documents, self.documents())
            self.same("what is proved", proof, self.prove())
            self.restore(busy)
            self.same("what was frozen", proof[MONTH], self.prove()[MONTH])
            with self.opened() as (agency, loaded):  # and work goes on, with the consents
                self.collect(agency, loaded, platforms, CLOSED + 9 * HOUR, 1)
        self.say(f"{len(documents)} documents, {MONTH} {' '.join(proof[MONTH][:2])}")

    def collect(
        self, agency: AgencyStore, loaded: Settings, platforms: Handle, begin: datetime, hours: int
    ) -> None:
        run_ticks(agency, loaded, platforms, begin, begin + hours * HOUR, every=HOUR)  # type: ignore[arg-type]

    @contextmanager
    def working(self, platforms: Handle) -> Iterator[None]:
        """Collections one after another while something else is done, one at least."""
        over, begun, fallen = threading.Event(), threading.Event(), list[BaseException]()

        def work() -> None:
            try:
                with self.opened() as (agency, loaded):
                    for hour in range(9):
                        self.collect(agency, loaded, platforms, CLOSED + (hour - 9) * HOUR, 1)
                        begun.set()
                        if over.is_set():
                            return
            except BaseException as error:
                fallen.append(error)
            finally:
                begun.set()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            begun.wait()
            yield
        finally:
            over.set()
            thread.join()
        if fallen:
            raise DrillError("a collection beside the backup failed") from fallen[0]

    def restore(self, file: Path) -> None:
        """Lose everything, the site too, and put a backup back."""
        self.lose()
        shutil.rmtree(self.site)
        store = open_store(self.url)
        left = list(store.everything(most=1))
        store.close()
        if left:
            raise DrillError("the store was not lost")
        self.command("restore", str(file))

    def prove(self) -> dict[str, Any]:
        """Score and publish; each month's ranking and digest, and what the audit says."""
        self.command("score", "--now", NOW)
        self.command("publish", "--now", NOW)
        with self.opened() as (agency, _):
            found: dict[str, Any] = {
                month: (record.ranking.state, record.digest)
                for month, record in agency.months().items()
            }
        ranking = (self.site / "data" / MONTH / "r1" / "ranking.json").read_bytes()
        said = self.command("audit", MONTH, "--from", str(self.site))
        if not said.endswith("identical\n"):
            raise DrillError(said)
        return found | {MONTH: (*found[MONTH], ranking, said)}

    def documents(self) -> dict[str, Any]:
        """Every document but what runs say of themselves."""
        store = open_store(self.url)
        found = {
            stored.path: (stored.data, stored.expires_at)
            for stored in store.everything()
            if stored.path.split("/")[2:3] not in (["runs"], ["jobs"])
        }
        store.close()
        return found

    def same(self, what: str, before: object, after: object) -> None:
        if before != after:
            raise DrillError(f"{what} came back otherwise")
        self.say(f"{self.url.partition(':')[0]}: {what}: the same")

    def command(self, *words: str) -> str:
        return self.kiprah(words, self.environment)

    @contextmanager
    def opened(self) -> Iterator[tuple[AgencyStore, Settings]]:
        loaded = all_settings.load(self.environment, dotenv=self.folder / "none")
        agency = open_agency(loaded)
        try:
            yield agency, loaded
        finally:
            agency.store.close()


def in_process(words: Sequence[str], given: Mapping[str, str]) -> str:
    """The command line within this process."""
    from click.testing import CliRunner

    from functions.__main__ import cli

    with patch.dict(os.environ, given):
        done = CliRunner().invoke(cli, [*words], catch_exceptions=False)
    if done.exit_code:
        raise DrillError(f"kiprah {words[0]}: {done.stderr}")
    return done.stdout


def as_process(words: Sequence[str], given: Mapping[str, str]) -> str:
    """The command line as an operator runs it."""
    command = [sys.executable, "-m", "functions", *words]
    done = subprocess.run(
        command, env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DrillError(f"kiprah {words[0]}: {done.stderr}")
    return done.stdout


def sqlite(folder: Path, kiprah: Kiprah, say: Say) -> Drill:
    """In a file of its own."""
    file = folder / "drill.db"

    def lose() -> None:
        for each in folder.glob("drill.db*"):
            each.unlink()

    return Drill(f"sqlite:///{file}", folder, kiprah, lose, say)


def firestore(address: str, project: str, folder: Path, kiprah: Kiprah, say: Say) -> Drill:
    """In a project of the emulator at an address, which FIRESTORE_EMULATOR_HOST must name."""

    def lose() -> None:
        place = f"http://{address}/emulator/v1/projects/{project}/databases/(default)/documents"
        with urllib.request.urlopen(urllib.request.Request(place, method="DELETE")):
            pass

    return Drill(f"firestore://{project}", folder, kiprah, lose, say)


def main() -> None:
    """Carry out the drill and print what it came to; exits with 1 when it fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("stores", nargs="*", metavar="sqlite|firestore")
    parser.add_argument("--units", type=int, default=10)
    parser.add_argument("--hours", type=int, default=60)
    options = parser.parse_args()
    log.quiet()
    for name in options.stores or ("sqlite", "firestore"):
        with tempfile.TemporaryDirectory() as place:
            try:
                _main(name, Path(place), options.units, options.hours)
            except (DrillError, tools.ToolError) as error:
                raise SystemExit(f"drill: {name}: {error}") from error


def _main(name: str, folder: Path, units: int, hours: int) -> None:
    if name == "sqlite":
        sqlite(folder, as_process, _say).run(units, hours)
        return
    with tools.firestore_emulator(tools.java(), tools.firestore_jar()) as address:
        os.environ["FIRESTORE_EMULATOR_HOST"] = address
        firestore(address, "drill", folder, as_process, _say).run(units, hours)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    main()
