"""The whole site of a tiny ministry, file by file, against what was agreed on before.

``pytest tests/golden --update-golden`` writes it anew; the difference is then read in the commit.
Of compressed formats and of assets only the path stands here: their bytes may differ with the
version of a compressor, and change with every change of style.
"""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.model import DAY
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from tests.publish.spoken import speak
from tests.publish.world import NOW, UNITS, World, ranks_of

GOLDEN = Path(__file__).parent / "site"
# A kind of page each; other units and platforms differ by their data alone.
KEPT = re.compile(
    r"(index|404)\.html|2026/((08|09|10)/)?index\.html|2026/10/(x|kanwil)/index\.html"
    r"|satker/((kanwil-bali/(2026/(08|10)/)?|poltekpin/))?index\.html"
    r"|(isu|isu/2026-W42|wawasan|dialog|platform/x|metode|data|banding|periksa|sematan|sematan/terpopuler|status/daftar)/index\.html"
    r"|data/2026-10/(ranking\.json|ranking\.csv|unggahan\.json|unggahan\.csv|bukti\.sha256)"
    r"|data/isu/2026-W42\.json|data/(wawasan|dialog)/2026-10\.json"
    r"|data/(2026-08|2026-09)/keputusan\.(json|csv)|feed\.xml"
)
# The name of an asset changes with every change of style; the pages do not.
HASHED = re.compile(rb"assets/([a-z]+)\.[0-9a-f]{10}\.")


@pytest.fixture
def made(tmp_path: Path) -> dict[str, bytes]:
    """The site as it is made now."""
    store = open_store(f"sqlite:///{tmp_path}/kiprah.db")
    world = World(store, (UNITS[0], UNITS[2], UNITS[5]), seed=3)
    world.add_month("2026-08", state="final", posts=6, as_of=datetime(2026, 9, 8, tzinfo=UTC))
    first = world.add_month(
        "2026-09", state="closing", posts=8, as_of=datetime(2026, 10, 3, tzinfo=UTC)
    )
    world.add_month("2026-10", posts=12, previous=ranks_of(first))
    speak(world)
    settings = Settings(site_url="https://kiprah.example", notice="Angka simulasi.")
    objects = FolderObjects(tmp_path / "site")
    publish(world.agency, objects, now=NOW - DAY, settings=settings, run_id="golden")
    world.revise("2026-08", as_of=NOW - timedelta(hours=1))
    publish(world.agency, objects, now=NOW, settings=settings, run_id="golden")
    store.close()
    found = {
        path.relative_to(tmp_path / "site").as_posix(): path.read_bytes()
        for path in sorted((tmp_path / "site").rglob("*"))
        if path.is_file()
    }
    kept = {
        path: HASHED.sub(rb"assets/\1.", body)
        for path, body in found.items()
        if KEPT.fullmatch(path)
    }
    return kept | {"files.txt": _listing(found)}


def test_the_site_is_the_one_agreed_on(made: dict[str, bytes], pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-golden", default=False):
        _write(made)
    agreed = {
        path.relative_to(GOLDEN).as_posix(): path.read_bytes()
        for path in sorted(GOLDEN.rglob("*"))
        if path.is_file()
    }
    assert sorted(made) == sorted(agreed)
    changed = [path for path in made if made[path] != agreed[path]]
    assert not changed, "\n".join(_difference(path, agreed[path], made[path]) for path in changed)


def _listing(found: dict[str, bytes]) -> bytes:
    """Every path, whether its content is kept here or not."""
    names = sorted(HASHED.sub(rb"assets/\1.", path.encode()) for path in found)
    return b"\n".join([*names, b""])


def _write(made: dict[str, bytes]) -> None:
    for old in GOLDEN.rglob("*"):
        if old.is_file():
            old.unlink()
    for path, body in made.items():
        target = GOLDEN / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def _difference(path: str, agreed: bytes, made: bytes) -> str:
    return "\n".join(
        difflib.unified_diff(
            agreed.decode("utf-8-sig").splitlines(),
            made.decode("utf-8-sig").splitlines(),
            f"agreed/{path}",
            f"made/{path}",
            lineterm="",
            n=1,
        )
    )
