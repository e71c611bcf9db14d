"""Commands as people and schedulers run them: in this process, or in one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from functions.__main__ import cli
from functions.model import Agency
from functions.store import open_store
from functions.store.agency import AgencyStore

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "satker.csv"
REGISTRY = """id,nama,jenis,x,tiktok
aceh,Kanwil Aceh,kanwil,@kemenkum_aceh,
bali,Kanwil Bali,kanwil,,https://www.tiktok.com/@kemenkum.bali
"""
CONSENTS = "satker,platform,handle,refresh_token\nbali,tiktok,kemenkum.bali,rft.rahasia\n"
THEN = "2026-10-01T00:00:00+07:00"


def kiprah(*words: object) -> Result:
    """Run a command in this process; a traceback is nobody's error message."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(*words: object) -> str:
    """What a command says that ends well and complains of nothing."""
    result = kiprah(*words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def report(*words: object) -> Any:
    """What such a command reports with ``--json``."""
    return json.loads(done(*words, "--json"))


def refused(status: int, *words: object) -> str:
    """What a command that exits with this status says in its one line."""
    result = kiprah(*words)
    assert (result.exit_code, result.stdout) == (status, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("kiprah: ")
    return line


def process(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "functions", *map(str, words)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, **options
    )


@contextmanager
def opened(address: str = "sqlite:///kiprah.db") -> Iterator[AgencyStore]:
    """The store of the working folder, opened for a look."""
    store = open_store(address)
    try:
        yield AgencyStore(store, Agency())
    finally:
        store.close()


def documents() -> tuple[dict[str, Any], list[str], list[str]]:
    """What the working folder's store holds: units, when rosters begin, the consents' versions."""
    with opened() as agency:
        found = {one.id: one.data for one in agency.satker_documents()}
        rosters = [one.data["as_of"] for one in agency.store.list(f"{agency.root}/rosters")]
        consents = [one.version for one in agency.store.list(f"{agency.root}/consents")]
    return found, rosters, consents
