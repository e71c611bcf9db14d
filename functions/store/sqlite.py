"""The embedded store: one SQLite file, for a laptop or a single server.

Bodies are JSON text, so that an operator can read them with ``sqlite3``. The file may be used by
several processes and threads at once; a writer waits for the one before it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from functions.store.bodies import decode, encode
from functions.store.documents import (
    EXPIRY,
    MAX_BYTES,
    PAGE,
    check,
    check_path,
    check_size,
    merged,
    queried_field,
)
from functions.store.port import (
    QUERIED,
    Conflict,
    Document,
    Meter,
    Stored,
    StoreError,
    Write,
)

# Seconds a writer waits for the one before it. A batch takes milliseconds.
_PATIENCE = 20.0
_PRIVATE = 0o600

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    path TEXT PRIMARY KEY,
    collection TEXT NOT NULL,
    queried TEXT,             -- the value of the collection's one queried field
    body TEXT NOT NULL,       -- JSON; bytes as {"$base64": "…"}
    changed_at TEXT NOT NULL, -- UTC with microseconds
    version INTEGER NOT NULL, -- times written
    expires_at TEXT           -- UTC with microseconds, from when on it may be swept
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_path ON documents (collection, path);
CREATE INDEX IF NOT EXISTS by_queried ON documents (collection, queried);
CREATE INDEX IF NOT EXISTS by_change ON documents (collection, changed_at);
CREATE INDEX IF NOT EXISTS by_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;
"""
# Kept in the file's header: when it differs, the tables are made and `queried` is filled anew.
_LAYOUT = zlib.crc32(f"{_SCHEMA}{sorted(QUERIED.items())}".encode()) >> 1

_UPSERT = """
INSERT INTO documents (path, collection, queried, body, changed_at, version, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET
    queried = excluded.queried, body = excluded.body, changed_at = excluded.changed_at,
    version = excluded.version, expires_at = excluded.expires_at
"""
_COLUMNS = "path, body, changed_at, version, expires_at"
_EXPIRED = "SELECT path FROM documents WHERE expires_at <= ? ORDER BY expires_at, path LIMIT ?"
_SWEEP = f"DELETE FROM documents WHERE path IN ({_EXPIRED})"  # noqa: S608

Record = tuple[str, str, str, int, str | None]


class SqliteStore:
    """Documents in the SQLite file at ``path``, made when it is not there; its folder must be."""

    remote = False

    def __init__(self, path: str | Path, *, patience: float = _PATIENCE) -> None:
        """``patience``: seconds to wait for another writer before giving up."""
        self.meter = Meter()
        self._path = Path(path)
        self._patience = patience
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if not self._path.parent.is_dir():
            raise StoreError(
                f"cannot open {self._path}: there is no folder {self._path.parent}; "
                "make it, or name another file in KIPRAH_STORE"
            )
        _keep_private(self._path)
        with self._connection() as connection:
            _prepare(connection)

    def get(self, paths: Sequence[str]) -> dict[str, Stored]:
        wanted = list(dict.fromkeys(paths))
        for path in wanted:
            check_path(path)
        found: dict[str, Stored] = {}
        with self._connection() as connection:
            for start in range(0, len(wanted), PAGE):
                page = wanted[start : start + PAGE]
                marks = ",".join("?" * len(page))
                query = f"SELECT {_COLUMNS} FROM documents WHERE path IN ({marks})"  # noqa: S608
                found |= {row[0]: _stored(row) for row in connection.execute(query, page)}
        self._count(reads=len(wanted))
        return found

    def list(
        self,
        collection: str,
        *,
        at_least: str | None = None,
        below: str | None = None,
        changed_since: datetime | None = None,
        newest: int | None = None,
    ) -> Iterator[Stored]:
        query, values = _query(collection, at_least, below, changed_since, newest)
        return self._pages(query, values)

    def everything(self, *, most: int | None = None) -> Iterator[Stored]:
        # One statement reads one snapshot, whatever is written meanwhile.
        limit = "" if most is None else f" LIMIT {most:d}"
        return self._pages(f"SELECT {_COLUMNS} FROM documents ORDER BY path{limit}", ())  # noqa: S608

    def sweep(self, until: datetime, *, most: int) -> int:
        at = _instant_text(until)
        with self._connection() as connection:
            # Look first: deleting waits for other writers, and mostly there is nothing to delete.
            if connection.execute(_EXPIRED, (at, 1)).fetchone() is None:
                return 0
            with _transaction(connection):
                return connection.execute(_SWEEP, (at, most)).rowcount

    def write(self, writes: Iterable[Write]) -> None:
        todo = list(writes)
        for write in todo:
            check(write)
        if not todo:
            return
        with self._connection() as connection, _transaction(connection):
            clock = _Clock(connection)
            for write in todo:
                _apply(connection, write, clock)
        self._count(writes=todo)

    def close(self) -> None:
        with self._guard:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _pages(self, query: str, values: Sequence[str]) -> Iterator[Stored]:
        with self._connection() as connection:
            rows = connection.execute(query, values)
            while True:
                page = rows.fetchmany(PAGE)
                # As Firestore bills: a query that finds nothing costs one read.
                self._count(reads=len(page) or 1)
                yield from map(_stored, page)
                if len(page) < PAGE:
                    return

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one caller at a time; given back for the next one, whatever thread."""
        try:
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            connection = connection or self._open()
            try:
                yield connection
            finally:
                with self._guard:
                    self._idle.append(connection)
        except sqlite3.Error as error:
            raise StoreError(_explain(self._path, error)) from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _count(self, *, reads: int = 0, writes: Sequence[Write] = ()) -> None:
        deletes = sum(write.mode == "delete" for write in writes)
        with self._guard:
            self.meter.reads += reads
            self.meter.writes += len(writes) - deletes
            self.meter.deletes += deletes


class _Clock:
    """Stamps that never go back, nor repeat in a collection, when the machine's clock does."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._latest: dict[str, int] = {}

    def stamp(self, collection: str) -> str:
        latest = self._latest.get(collection) or self._stored(collection)
        now = max(time.time_ns() // 1000, latest + 1)
        self._latest[collection] = now
        return _stamp_text(now)

    def _stored(self, collection: str) -> int:
        query = "SELECT max(changed_at) FROM documents WHERE collection = ?"
        (latest,) = self._connection.execute(query, (collection,)).fetchone()
        return 0 if latest is None else _microseconds(datetime.fromisoformat(latest))


def _keep_private(path: Path) -> None:
    """Let only its owner read the file; the files that SQLite puts beside it get the same rights.

    Sealed consents and the whole registry lie in it. A file that another user owns is left as it
    is. If the file cannot be made, SQLite explains why.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    for suffix in ("", "-wal", "-shm", "-journal"):
        file = path.with_name(path.name + suffix)
        with suppress(OSError):
            found = file.stat()
            is_ours = found.st_uid == os.getuid() and stat.S_ISREG(found.st_mode)
            if is_ours and stat.S_IMODE(found.st_mode) & ~_PRIVATE:
                file.chmod(_PRIVATE)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, unless this file has them in this layout."""
    if connection.execute("PRAGMA user_version").fetchone() == (_LAYOUT,):
        return
    _turn_on_wal(connection)
    with _transaction(connection):
        _add_expiry(connection)
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
        for path, collection, body in connection.execute(
            "SELECT path, collection, body FROM documents"
        ).fetchall():
            queried = _queried(collection, decode(body))
            connection.execute("UPDATE documents SET queried = ? WHERE path = ?", (queried, path))
        connection.execute(f"PRAGMA user_version = {_LAYOUT}")


def _add_expiry(connection: sqlite3.Connection) -> None:
    """Give a table of an earlier layout the one column that it has not."""
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(documents)")]
    if columns and EXPIRY not in columns:
        connection.execute(f"ALTER TABLE documents ADD COLUMN {EXPIRY} TEXT")


def _turn_on_wal(connection: sqlite3.Connection, tries: int = 50) -> None:
    """Readers beside a writer. SQLite does not wait its busy time for this one, so we do."""
    for left in reversed(range(tries)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. IMMEDIATE: a caller that reads in order to write waits before it reads."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back by itself when the disk is full, for one.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, write: Write, clock: _Clock) -> None:
    query = f"SELECT {_COLUMNS} FROM documents WHERE path = ?"  # noqa: S608
    row = connection.execute(query, (write.path,)).fetchone()
    _expect(write, row)
    if write.mode == "delete":
        connection.execute("DELETE FROM documents WHERE path = ?", (write.path,))
        return
    data = write.data
    expires_at = None if write.expires_at is None else _instant_text(write.expires_at)
    if write.mode == "merge" and row is not None:
        data = merged(_data(row[1]), write.data)
        expires_at = expires_at or row[4]
    body = encode(data)
    # Counting takes longer than the rest; a number takes Firestore 8 bytes, and JSON at least 2.
    if write.mode == "merge" and len(body) > MAX_BYTES // 8:
        check_size(write.path, data, expires=expires_at is not None)
    collection = write.path.rpartition("/")[0]
    connection.execute(
        _UPSERT,
        (
            write.path,
            collection,
            _queried(collection, data),
            body,
            clock.stamp(collection),
            1 if row is None else row[3] + 1,
            expires_at,
        ),
    )


def _expect(write: Write, row: Record | None) -> None:
    if write.mode == "create" and row is not None:
        raise Conflict(f"{write.path} exists already")
    if write.version is not None and (row is None or _version(row) != write.version):
        raise Conflict(f"{write.path} has been {'changed' if row else 'deleted'} since it was read")


def _query(
    collection: str,
    at_least: str | None,
    below: str | None,
    changed_since: datetime | None,
    newest: int | None,
) -> tuple[str, Sequence[str]]:
    bounds, values, order = ["collection = ?"], [collection], "path"
    if at_least is not None or below is not None:
        if changed_since is not None:
            raise ValueError("a list is bounded by its field or by its changes, not by both")
        queried_field(collection)
        order = "queried, path"
    if at_least is not None:
        bounds.append("queried >= ?")
        values.append(at_least)
    if below is not None:
        bounds.append("queried < ?")
        values.append(below)
    if changed_since is not None:
        bounds.append("changed_at >= ?")
        values.append(_instant_text(changed_since))
        order = "changed_at, path"
    where = " AND ".join(bounds)
    if newest is not None:
        queried_field(collection)
        order = f"queried DESC, path DESC LIMIT {newest:d}"
    query = f"SELECT {_COLUMNS} FROM documents WHERE {where} ORDER BY {order}"  # noqa: S608
    return query, values


def _queried(collection: str, data: Document) -> str | None:
    value = data.get(QUERIED.get(collection.rpartition("/")[2], ""))
    return value if isinstance(value, str) else None


def _stored(row: Record) -> Stored:
    path, body, changed_at, _, expires_at = row
    expiry = None if expires_at is None else datetime.fromisoformat(expires_at)
    return Stored(path, _data(body), _version(row), datetime.fromisoformat(changed_at), expiry)


def _data(body: str) -> Document:
    data = decode(body)
    data.pop(EXPIRY, None)  # the store's own name, which documents once used for words of theirs
    return data


def _version(row: Record) -> str:
    # The stamp tells a document from an earlier one that was deleted and written as often.
    return f"{row[3]}@{row[2]}"


def _microseconds(at: datetime) -> int:
    """Microseconds since 1970, exactly (a float of seconds would lose the last ones)."""
    return int(at.replace(microsecond=0).timestamp()) * 1_000_000 + at.microsecond


def _instant_text(at: datetime) -> str:
    return _stamp_text(_microseconds(at))


def _stamp_text(microseconds: int) -> str:
    """A fixed width, so that text sorts as time does."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:06d}Z"


def _explain(path: Path, error: sqlite3.Error) -> str:
    """What went wrong with the file, and what to do about it, in one line."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    said = {
        sqlite3.SQLITE_BUSY: "another process keeps writing to it; stop that one, or wait for it",
        sqlite3.SQLITE_LOCKED: "another process keeps writing to it; stop that one, or wait for it",
        sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; check its folder's owner and rights",
        sqlite3.SQLITE_READONLY: "the file cannot be written; check its owner and rights",
        sqlite3.SQLITE_PERM: "the file cannot be written; check its owner and rights",
        sqlite3.SQLITE_NOTADB: "this is no SQLite file; name another one in KIPRAH_STORE",
        sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
        sqlite3.SQLITE_FULL: "the disk is full; make room",
        sqlite3.SQLITE_IOERR: "the disk reports an error; check it",
    }.get(code, "see SQLite's words")
    return f"cannot use the store {path}: {said} ({error})"
