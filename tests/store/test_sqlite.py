"""What is true of the embedded store alone: its file, its errors, its speed, several processes."""

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import functions.store.sqlite as module
from functions.store import open_store
from functions.store.port import QUERIED, Conflict, StoreError, Write
from functions.store.sqlite import SqliteStore

POST = "agencies/kemenkum/posts/x:1:2"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kiprah.db"


@pytest.fixture
def store(path):
    opened = SqliteStore(path)
    yield opened
    opened.close()


def selected(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# Addresses


def test_three_slashes_lead_to_a_relative_path_and_four_to_an_absolute_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for url in ("sqlite:///kiprah.db", "sqlite:///data/kiprah.db", f"sqlite:///{tmp_path}/a.db"):
        open_store(url).close()
    assert {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*.db")} == {
        "kiprah.db",
        "data/kiprah.db",
        "a.db",
    }


@pytest.mark.parametrize(
    "url",
    [
        "",
        "kiprah.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:/kiprah.db",
        "sqlite://kiprah.db",
        "postgres://a/b",
        "firestore://",
        "firestore:///db",
        "firestore://a/b/c",
    ],
)
def test_what_is_no_address_is_answered_with_the_two_forms(url):
    with pytest.raises(StoreError, match=r"sqlite:///FILE.*firestore://PROJECT/DATABASE"):
        open_store(url)


# The file


def test_an_operator_can_read_the_documents_with_sqlite3(store, path):
    store.write([Write(POST, {"published_at": "2026-10-01", "text": "Halo “é”", "book": b"\x00"})])
    query = "SELECT path, collection, queried, body, version FROM documents"
    [(found, collection, queried, body, version)] = selected(path, query)
    assert (found, collection, queried) == (POST, "agencies/kemenkum/posts", "2026-10-01")
    assert "Halo “é”" in body
    assert json.loads(body)["book"] == {"$base64": "AA=="}
    assert version == 1


def test_documents_survive_closing(path):
    for n in range(3):
        store = SqliteStore(path)
        store.write([Write(POST, {f"n{n}": n}, "merge")])
        store.close()
    store = SqliteStore(path)
    assert store.get([POST])[POST].data == {"n0": 0, "n1": 1, "n2": 2}
    store.close()


def test_closing_leaves_one_file(store, path):
    store.write([Write(POST, {"n": 1})])
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["kiprah.db"]


def test_nobody_but_its_owner_reads_the_file_nor_what_lies_beside_it(path):
    store = SqliteStore(path)
    store.write([Write(POST, {"n": 1})])
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "kiprah.db": 0o600,
        "kiprah.db-wal": 0o600,
        "kiprah.db-shm": 0o600,
    }
    store.close()


def test_a_file_that_others_may_read_is_closed_to_them(store, path):
    store.write([Write(POST, {"n": 1})])
    for file in path.parent.iterdir():
        file.chmod(0o644)
    other = SqliteStore(path)
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert other.get([POST])[POST].data == {"n": 1}
    other.close()


def test_a_file_of_an_earlier_layout_is_indexed_anew(store, path, monkeypatch):
    store.write([Write("agencies/a/budgets/meta", {"day": "2026-10-01"})])
    store.close()
    monkeypatch.setitem(QUERIED, "budgets", "day")
    monkeypatch.setattr(module, "_LAYOUT", module._LAYOUT + 1)
    newer = SqliteStore(path)
    assert [d.id for d in newer.list("agencies/a/budgets", at_least="2026")] == ["meta"]
    newer.close()


def test_a_batch_is_one_transaction(store):
    with pytest.raises(Conflict):
        store.write([Write(POST, {"n": 1}), Write(POST, {"n": 2}, "create")])
    assert store.get([POST]) == {}
    store.write([Write(POST, {"n": 3})])
    assert store.get([POST])[POST].data == {"n": 3}


def test_stamps_never_go_back_with_the_clock(store, monkeypatch):
    posts = "agencies/a/posts"
    store.write([Write(f"{posts}/{n}", {"n": n}) for n in range(3)])
    monkeypatch.setattr("time.time_ns", lambda: 0)
    store.write([Write(f"{posts}/{n}", {"n": n}) for n in range(3, 6)])
    stamps = [document.changed_at for document in store.list(posts)]
    assert stamps == sorted(set(stamps))
    assert [d.id for d in store.list(posts, changed_since=stamps[2])] == ["2", "3", "4", "5"]


def test_a_merge_over_the_limit_is_refused(store):
    half = {"a": "x" * 600_000}
    store.write([Write(POST, half)])
    with pytest.raises(StoreError, match="split it"):
        store.write([Write(POST, {"b": "x" * 600_000}, "merge")])
    assert store.get([POST])[POST].data == half


def test_indexes_serve_every_list(store, path):
    for order in ("path", "queried, path", "changed_at, path"):
        bound = "" if order == "path" else f"AND {order.split(',')[0]} >= 'a'"
        query = f"SELECT path FROM documents WHERE collection = 'a' {bound} ORDER BY {order}"  # noqa: S608
        plan = " ".join(step[3] for step in selected(path, f"EXPLAIN QUERY PLAN {query}"))
        assert "SCAN" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan


# Errors that say what to do


def test_a_missing_folder(tmp_path):
    with pytest.raises(StoreError, match=r"there is no folder .*none; make it"):
        SqliteStore(tmp_path / "none" / "kiprah.db")


def test_a_folder_in_the_files_place(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened; check"):
        SqliteStore(tmp_path)


def test_a_file_of_another_kind(path):
    path.write_text("id,nama\n" * 100)
    with pytest.raises(StoreError, match="no SQLite file; name another one in KIPRAH_STORE"):
        SqliteStore(path)


def test_a_file_that_may_not_be_written(store, path, monkeypatch):
    def read_only(self):
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    monkeypatch.setattr(SqliteStore, "_open", read_only)
    other = SqliteStore(path)
    with pytest.raises(StoreError, match="cannot be written; check its owner and rights"):
        other.write([Write(POST, {"n": 1})])
    other.close()


def test_a_writer_that_never_ends(store, path):
    impatient = SqliteStore(path, patience=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process keeps writing"):
            impatient.write([Write(POST, {"n": 1})])
        assert impatient.get([POST]) == {}
    impatient.write([Write(POST, {"n": 1})])
    impatient.close()


def test_every_error_is_one_line(tmp_path, path):
    path.write_text("no database, but long enough to be looked at " * 10)
    for wrong in (tmp_path, path, tmp_path / "none" / "a.db"):
        with pytest.raises(StoreError) as caught:
            SqliteStore(wrong)
        assert "\n" not in str(caught.value)
        assert str(wrong) in str(caught.value)


# Together and quickly

WRITER = """
import sys
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
for n in range(40):
    store.write([Write("agencies/a/posts/p", {"seen": {f"{sys.argv[2]}-{n}": n}}, "merge")])
store.close()
"""


def test_several_processes_open_one_new_file_and_lose_nothing(path):
    root = Path(module.__file__).parents[2]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)], cwd=root)
        for n in range(4)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0, 0]
    store = SqliteStore(path)
    [post] = store.list("agencies/a/posts")
    assert len(post.data["seen"]) == 160
    assert post.version.startswith("160@")
    store.close()


def test_readers_do_not_wait_for_a_writer(store, path):
    store.write([Write(POST, {"n": 1})])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert store.get([POST])[POST].data == {"n": 1}


def test_threads_share_a_store(store):
    def work(n):
        path = f"agencies/a/posts/{n}"
        store.write([Write(path, {"n": n})])
        return store.get([path])[path].data["n"]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(200))) == list(range(200))
    assert len(list(store.list("agencies/a/posts"))) == 200


def test_a_tick_of_250_small_merges_waits_for_the_disk_once(store, monkeypatch):
    begun = []
    monkeypatch.setattr(
        module, "_transaction", lambda c, real=module._transaction: begun.append(c) or real(c)
    )
    sample = {"likes": 1, "comments": 2, "shares": None, "views": 100}
    store.write(
        Write(f"agencies/a/posts/x:1:{i}", {"samples": {"2026-10-01T00": sample}}, "merge")
        for i in range(250)
    )
    assert len(begun) == 1


# What expires

SWEPT = datetime(2026, 10, 20, tzinfo=UTC)


def test_a_sweep_deletes_what_has_expired_the_oldest_first_and_no_more_than_it_may(store):
    at = {"a": -1, "b": -3, "c": 0, "d": 1, "e": -2}
    store.write(
        Write(f"agencies/a/posts/{name}", {}, expires_at=SWEPT + timedelta(seconds=n))
        for name, n in at.items()
    )
    store.write([Write("agencies/a/posts/never", {})])
    writes = store.meter.writes
    assert store.sweep(SWEPT, most=2) == 2
    assert [d.id for d in store.list("agencies/a/posts")] == ["a", "c", "d", "never"]
    assert store.sweep(SWEPT, most=10) == 2
    assert store.sweep(SWEPT, most=10) == 0
    assert [d.id for d in store.list("agencies/a/posts")] == ["d", "never"]
    assert store.meter.writes == writes


def test_a_sweep_finds_nothing_without_looking_at_every_document(store, path):
    store.write([Write(POST, {"n": 1})])
    query = "SELECT path FROM documents WHERE expires_at <= 'z' ORDER BY expires_at, path LIMIT 9"
    plan = " ".join(step[3] for step in selected(path, f"EXPLAIN QUERY PLAN {query}"))
    assert "by_expiry" in plan


def test_a_file_of_before_anything_expired_gets_the_column(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE documents (path TEXT PRIMARY KEY, collection TEXT NOT NULL, queried TEXT,"
            " body TEXT NOT NULL, changed_at TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID"
        )
        body = json.dumps({"handle": "a", "expires_at": "2026-01-01T00:00:00Z"})
        connection.execute(
            "INSERT INTO documents VALUES (?, 'agencies/a/attempts', NULL, ?, ?, 3)",
            ("agencies/a/attempts/x", body, "2026-10-01T00:00:00.000001Z"),
        )
        connection.execute("PRAGMA user_version = 12345")
        connection.commit()
    store = SqliteStore(path)
    [attempt] = store.list("agencies/a/attempts")
    # The name is the store's by now; what it meant to a document of old is over in minutes.
    assert (attempt.data, attempt.expires_at, attempt.version[:2]) == ({"handle": "a"}, None, "3@")
    store.write([Write(attempt.path, {}, "merge", attempt.version, expires_at=SWEPT)])
    assert store.sweep(SWEPT, most=5) == 1
    store.close()
