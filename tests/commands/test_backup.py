"""A store in a file and back: nothing is lost, and nothing broken is ever put back."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions import log
from functions.commands import backup as module
from functions.commands.backup import BackupError, backup, restore, verify
from functions.model import Agency
from functions.settings import Settings
from functions.store import open_agencies, open_store
from functions.store.agency import AgencyStore
from functions.store.installation import PATH, SCHEMA
from functions.store.migrations import migrate
from functions.store.port import Store, StoreError, Write
from functions.store.sqlite import SqliteStore
from tests.commands.running import kiprah
from tests.store.schemas import lay, rows

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EXPIRED, LATER = NOW - timedelta(days=9), NOW + timedelta(days=99)

Content = dict[str, tuple[Any, datetime | None]]


def content(store: Store) -> Content:
    return {stored.path: (stored.data, stored.expires_at) for stored in store.everything()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cadangan.jsonl.gz"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store to restore into."""
    opened = SqliteStore(tmp_path / "other.db")
    yield opened
    opened.close()


def named_by_code() -> set[str]:
    """Every collection that the sources name, in whatever room."""
    found = {"budgets", "installation"}  # told by roots of their own
    for source in (ROOT / "functions").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        found |= {*re.findall(r"root\}/([a-z]+)", text)}
        found |= {*re.findall(r"root\}/[a-z]+/\{[^}]*\}/([a-z]+)", text)}
    return found


def fill(url: str, *, schema: int | None = SCHEMA) -> Store:
    """A store with documents in every collection that the code uses, and odd ones."""
    lay(url, "schema_0_real")
    store = open_store(url)
    if schema is not None:
        migrate(store, NOW)
    agency = AgencyStore(store, Agency(id="kemenham"), clock=lambda: NOW)
    agency.add_objection("s1", {"post": "x:1", "why": "“é” \u0000 🇮🇩"})
    agency.save_sync_state("x", b"\x00\xff" * 300_000, agency.sync_state("x"))
    agency.save_answers({"bali": {"status": "ok"}})
    agency.add_history("2026-10", "f", [{"at": "2026-10-01T00:00:00Z", "changes": []}])
    root = agency.root
    store.write(
        [
            Write(f"{root}/jobs/score", {"good_at": "2026-10-01T00:00:00Z", "n": 2**63 - 1}),
            Write(f"{root}/odd/a", {"f": 1.0, "$base64": "AAAA", "m": {"$map": 1}, "b": b""}),
            Write(f"{root}/odd/a/deep/b", {"n": None, "l": [1, {"a": []}], "e": {}}),
            Write(f"{root}/diary/2026-10", {"body": b"\x00\xff", "now": {"x": None}}),
            Write(f"{root}/indexes/months", {"body": b"\x78\x9c"}),
            Write(f"{root}/signatures/2026-09:r1", {"by": "Ani", "sealed": True}),
            Write(f"{root}/notices/month:2026-10:r1:bali", {"due": None, "done": []}),
            Write(
                f"{root}/alarms/bali:20261001T000000Z:siaga", {"level": "siaga", "outcome": None}
            ),
            Write(f"{root}/campaigns/k", {"judul": "Layanan", "tagar": ["#A"]}),
            Write(f"{root}/clarifications/k", {"klaim": "“é”"}),
            Write(f"{root}/insights/2026-10", {"body": b"\x78\x9c"}),
            Write(f"{root}/dialog/2026-10", {"body": b"\x78\x9c"}),
            Write(f"{root}/pulse/2026-10-01", {"body": b"\x78\x9c"}),
            Write(f"{root}/forgotten/x", {"hashes": {"0f": "2026-10-01"}}),
            Write(f"{root}/inbox/x", {"parts": 1, "body": b"\x78\x9c"}),
            Write(f"{root}/keys/threads", {"sealed": b"\x00\xff"}),
            Write(f"{root}/threads/x:1:2026-10-01", {"month": "2026-10", "body": b"\x78\x9c"}),
            Write(f"{root}/models/keluhan", {"body": b"{}", "sha256": "0f"}),
            Write(f"{root}/samples/2026-10", {"body": b"\x78\x9c"}),
            Write(f"{root}/texts/2026-10:0f", {"sealed": b"\x00\xff"}),
            Write(f"{root}/populations/2026-10-01", {"body": b"\x78\x9c"}),
            Write(f"{root}/shares/2026-09", {"body": b"\x78\x9c"}),
            Write(f"{root}/topics/2026-W40", {"pieces": ["a", "b"]}),
            Write(f"{root}/volumes/a:0f:2026-10", {"hours": {"0100": 5}}),
            Write(f"{root}/runs/expired", {"n": 1}, expires_at=EXPIRED),
            Write(f"{root}/runs/later", {"n": 1}, expires_at=LATER),
        ]
    )
    return store


def test_what_is_restored_is_what_was_backed_up_in_every_collection_of_the_code(
    store_url: str, file: Path, other: SqliteStore
) -> None:
    store = fill(store_url)
    before = content(store)
    done = backup(store, file, NOW)
    assert done.collections.keys() - {"odd", "deep"} == named_by_code()
    assert done.documents == len(before) == sum(done.collections.values())
    assert restore(other, file, NOW) == done == verify(file)
    assert content(other) == before
    assert before["agencies/kemenham/runs/expired"][1] == EXPIRED
    # An expired document is as gone after as it was before: the next sweep takes it.
    assert other.sweep(NOW, most=10) == 1
    store.close()


@pytest.mark.emulator
def test_a_store_moves_to_the_cloud(
    sqlite_url: str, firestore_url: str, file: Path, tmp_path: Path
) -> None:
    store, cloud = fill(sqlite_url), open_store(firestore_url)
    backup(store, file, NOW)
    restore(cloud, file, NOW)
    assert content(cloud) == content(store)
    again = tmp_path / "again.gz"
    # The same documents are the same lines, whatever store they lie in.
    backup(cloud, again, NOW)
    assert sorted(unpacked_lines(again)[1:-1]) == sorted(unpacked_lines(file)[1:-1])
    store.close()
    cloud.close()


def unpacked_lines(file: Path) -> list[bytes]:
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


def test_the_file_says_what_it_is_and_only_its_owner_reads_it(sqlite_url: str, file: Path) -> None:
    store = fill(sqlite_url)
    done = backup(store, file, NOW)
    first, *documents, last = unpacked_lines(file)
    assert json.loads(first) == {
        "kiprah": "backup",
        "format": 1,
        "schema": SCHEMA,
        "created_at": "2026-11-28T12:00:00Z",
    }
    said = json.loads(last)
    assert said["sha256"] == hashlib.sha256(b"".join([first, *documents])).hexdigest()
    assert said["documents"] == len(documents) == done.documents
    assert said["collections"]["accounts"] == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.glob("*unfinished*")] == []
    store.close()


def test_a_backup_is_of_one_instant_while_jobs_write(
    store: Store, file: Path, other: SqliteStore
) -> None:
    first, last = "agencies/a/cursors/a", "zoo/z"
    store.write(Write(f"agencies/m/posts/{n:04d}", {"text": "x" * 500}) for n in range(900))
    store.write([Write(PATH, {"schema": SCHEMA}), Write(first, {"n": 0}), Write(last, {"n": 0})])
    over = threading.Event()

    def job() -> None:
        n = 0
        while not over.is_set():
            n += 1
            store.write([Write(first, {"n": n}), Write(last, {"n": n})])

    working = threading.Thread(target=job)
    working.start()
    try:
        backup(store, file, NOW)
    finally:
        over.set()
        working.join()
    restore(other, file, NOW)
    found = other.get([first, last])
    assert found[first].data == found[last].data
    assert store.get([last])[last].data["n"] > found[last].data["n"]


def test_memory_does_not_grow_with_the_store(
    sqlite_url: str, file: Path, other: SqliteStore
) -> None:
    store = open_store(sqlite_url)
    store.write([Write(PATH, {"schema": SCHEMA})])
    peaks = []
    for begin, end in ((0, 700), (700, 3500)):
        store.write(
            Write(f"agencies/a/posts/{n:05d}", {"text": "x" * 900}) for n in range(begin, end)
        )
        file.unlink(missing_ok=True)
        tracemalloc.start()
        backup(store, file, NOW)
        if begin:
            restore(other, file, NOW)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 1_000_000
    store.close()


# What is not put back


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    store = fill(f"sqlite:///{folder}/kiprah.db")
    backup(store, folder / "sound.gz", NOW)
    store.close()
    return folder / "sound.gz"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_or_truncated_file_is_refused_and_nothing_is_written(
    sound: Path, file: Path, other: SqliteStore, data: st.DataObject
) -> None:
    whole = sound.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["cut", "bit", "more"]))
    if kind == "cut":
        broken = whole[:at]
    elif kind == "more":
        broken = whole + whole[at:]
    else:
        broken = bytearray(whole)
        broken[at] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(broken)
    # Some bits of gzip's header mean nothing, nor do zeros behind its end: the file is still whole.
    if lines_or_none(file) == unpacked_lines(sound):
        return
    with pytest.raises(BackupError, match=r"is no whole backup .*; take another one") as told:
        restore(other, file, NOW)
    assert "\n" not in str(told.value)
    assert list(other.everything()) == []


def lines_or_none(file: Path) -> list[bytes] | None:
    try:
        return unpacked_lines(file)
    except Exception:
        return None


def remade(file: Path, made: Iterable[bytes]) -> None:
    file.write_bytes(gzip.compress(b"".join(made)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda all: all[:-1],
        lambda all: all[1:],
        lambda all: [all[0], all[-1]],
        lambda all: [*all[:5], *all[6:]],
        lambda all: [*all[:5], all[6], all[5], *all[7:]],
        lambda all: [*all, all[-1]],
        lambda all: [*all[:-1], all[3], all[-1]],
        lambda all: [b'{"a": 1}\n', *all[1:]],
        lambda all: [all[0].replace(b'"format":1', b'"format":2'), *all[1:]],
        lambda all: [*all[:3], b'{"data":{},"path":"a"}\n', *all[3:]],
        lambda all: [*all[:3], b'{"data":{"a":[[1]]},"path":"a/b"}\n', *all[3:]],
        lambda all: [*all[:3], b'{"data":{"changed_at":1},"path":"a/b"}\n', *all[3:]],
        lambda all: [*all[:3], b'{"data":{},"path":"a/b","expires_at":"2026"}\n', *all[3:]],
        lambda all: [*all[:3], b'{"data":{"a":{"$base64":5}},"path":"a/b"}\n', *all[3:]],
        lambda all: [*all[:3], b'{"data":' + b"[" * 5000 + b"\n", *all[3:]],
        lambda all: [b"\n"],
        lambda all: [],
    ],
)
def test_lines_that_are_other_than_they_were_are_refused(
    sound: Path, file: Path, other: SqliteStore, wrong: Any
) -> None:
    remade(file, wrong(unpacked_lines(sound)))
    with pytest.raises(BackupError, match="is no whole backup"):
        restore(other, file, NOW)
    assert list(other.everything()) == []


def test_a_backup_of_a_newer_schema_or_clock_is_refused(
    sqlite_url: str, file: Path, other: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fill(sqlite_url)
    backup(store, file, NOW)
    with pytest.raises(BackupError, match="this computer's clock says 2026-11-28T11:50:00Z: set"):
        restore(other, file, NOW - timedelta(minutes=10))
    monkeypatch.setattr(module, "SCHEMA", SCHEMA - 1)
    with pytest.raises(BackupError, match="made by a newer Kiprah"):
        restore(other, file, NOW)
    assert list(other.everything()) == []
    store.close()


def test_nothing_is_restored_into_a_store_that_holds_anything(sound: Path, store: Store) -> None:
    store.write([Write("agencies/a/satker/b/accounts/c", {"n": 1})])
    with pytest.raises(StoreError, match="the store is not empty; name a new one in KIPRAH_STORE"):
        restore(store, sound, NOW)
    assert len(list(store.everything())) == 1


def test_a_store_that_was_only_opened_is_empty(sound: Path, store_url: str) -> None:
    open_agencies(Settings(store=store_url, simulation=True))[0].store.close()
    store = open_store(store_url)
    restore(store, sound, NOW)
    assert store.get([PATH])[PATH].data == {"schema": SCHEMA}
    store.close()


# Cut short


class Dying(Exception):
    """The machine is gone."""


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_restore_that_was_cut_short_goes_on_and_is_not_used_before(
    sound: Path, store_url: str, tmp_path: Path, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 20)
    store: Any = open_store(store_url)
    write, left = store.write, [calls]

    def dying(writes: Iterable[Write]) -> None:
        if not left[0]:
            raise Dying
        left[0] -= 1
        write(writes)

    store.write = dying
    with pytest.raises(Dying):
        restore(store, sound, NOW)
    store.write = write
    for refused in (
        lambda: open_agencies(Settings(store=store_url)),
        lambda: migrate(store, NOW),
        lambda: backup(store, tmp_path / "half.gz", NOW),
    ):
        with pytest.raises(StoreError, match="half restored"):
            refused()
    another = tmp_path / "another.gz"
    remade(another, relined(unpacked_lines(sound)))
    assert verify(another).documents == verify(sound).documents - 1
    if calls > 1:
        with pytest.raises(StoreError, match="not empty"):
            restore(store, another, NOW)
    done = restore(store, sound, NOW)
    assert len(content(store)) == done.documents
    assert store.get([PATH])[PATH].data == {"schema": SCHEMA}
    store.close()


def relined(made: list[bytes]) -> list[bytes]:
    """A whole backup with a document fewer."""
    first, dropped, *documents, last = made
    said = json.loads(last)
    said["collections"][json.loads(dropped)["path"].split("/")[-2]] -= 1
    said["collections"] = {name: n for name, n in said["collections"].items() if n}
    said["documents"] -= 1
    said["sha256"] = hashlib.sha256(b"".join([first, *documents])).hexdigest()
    return [
        first,
        *documents,
        json.dumps(said, separators=(",", ":"), sort_keys=True).encode() + b"\n",
    ]


def test_a_backup_that_was_cut_short_leaves_no_file(sqlite_url: str, file: Path) -> None:
    store: Any = fill(sqlite_url)

    def breaks() -> Iterator[Any]:
        raise StoreError("gone")
        yield

    everything = store.everything
    store.everything = lambda most=None: everything(most=most) if most else breaks()
    with pytest.raises(StoreError, match="gone"):
        backup(store, file, NOW)
    assert {each.suffix for each in file.parent.iterdir()} <= {".db", ".db-wal", ".db-shm"}
    store.close()


def test_a_store_of_an_older_schema_is_backed_up_before_it_is_migrated(
    store_url: str, file: Path, other: SqliteStore
) -> None:
    store = fill(store_url, schema=None)
    before = content(store)
    assert backup(store, file, NOW).schema == 0
    restore(other, file, NOW)
    assert content(other) == before
    assert migrate(other, NOW).before == 0
    assert migrate(store, NOW).before == 0
    assert content(other) == content(store)
    store.close()


def test_a_newer_or_empty_store_is_not_backed_up(store: Store, file: Path) -> None:
    with pytest.raises(BackupError, match="nothing to back up"):
        backup(store, file, NOW)
    store.write([Write(PATH, {"schema": SCHEMA + 1})])
    with pytest.raises(StoreError, match="newer Kiprah"):
        backup(store, file, NOW)
    assert not file.exists()


# From outside


def test_the_commands_say_what_they_did_and_that_the_key_lies_elsewhere(
    sqlite_url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", "rahasia-kunci-token")
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    lay(sqlite_url, "schema_0_real")
    assert "run kiprah migrate" in kiprah("score").stderr
    report = json.loads(kiprah("migrate", "--json").stdout)
    assert report == {"job": "migrate", "before": 0, "after": 1, "written": 10}
    done = kiprah("backup", str(file), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["documents"] == len(rows("schema_0_real")) + 1
    assert "keep it elsewhere" in done.stderr
    assert b"rahasia" not in gzip.decompress(file.read_bytes())
    again = kiprah("backup", str(file))
    assert (again.exit_code, again.stderr) == (
        1,
        f"kiprah: {file} is there already; name another file\n",
    )
    assert "not empty" in kiprah("restore", str(file)).stderr
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/new.db")
    restored = kiprah("restore", str(file), "--json")
    assert restored.exit_code == 0
    assert json.loads(restored.stdout)["sha256"] == json.loads(done.stdout)["sha256"]
    assert kiprah("restore", str(tmp_path / "none")).stderr.endswith("none is not there\n")
    assert kiprah("score").exit_code == 0
