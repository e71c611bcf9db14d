"""A whole store in one file, every agency with all its documents, and back from it.

The file is gzip over lines of canonical JSON. The first line gives the version of this form, the
schema of the documents, and the instant at which they were like this. Then follows a line for each
document. The last line gives the number of documents by the name of their collection, and the
SHA-256 of all lines before. The file holds expiries, but not what a store stamps itself
(``changed_at``, versions), and no key: stored consents are in it as the store has them, sealed.

One line at a time is held, however large the store.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import click
import msgspec

from functions.commands.shell import (
    fail,
    json_option,
    load_settings,
    progress_bar,
    tell,
    tells_errors,
)
from functions.model import iso
from functions.store.bodies import unwrapped, wrapped
from functions.store.documents import check
from functions.store.installation import (
    PATH,
    SCHEMA,
    Installation,
    document,
    is_empty,
    not_newer,
    standing,
)
from functions.store.port import Store, Stored, StoreError, Write
from functions.times import CLOCKS_AGREE, present

FORMAT = 1
LONGEST_LINE = 16 * 1024 * 1024  # bytes; a document of 1 MiB takes a few times that as JSON
_AT_ONCE = 250  # documents that one call writes
_AT_ONCE_BYTES = 4 * 1024 * 1024
_BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    ValueError,
    TypeError,
    msgspec.MsgspecError,
    RecursionError,
)

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
# Told how many documents are done.
Progress = Callable[[int], None]


class BackupError(Exception):
    """The file cannot be written, or is no whole backup; one line says why and what to do."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line."""

    kiprah: str
    format: int
    schema: Annotated[int, msgspec.Meta(ge=0)]
    created_at: _Instant


class BackupLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document's line; ``data`` as ``bodies.wrapped`` makes it."""

    path: str
    data: dict[str, Any]
    expires_at: _Instant | None = None


class Footer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last line. ``sha256``: hex, over the bytes of all lines before it."""

    documents: int
    collections: dict[str, int]
    sha256: str


@dataclass(slots=True)
class Summary:
    """What a backup holds."""

    schema: int
    created_at: datetime
    documents: int
    collections: dict[str, int]
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema": self.schema,
            "created_at": iso(self.created_at),
            "documents": self.documents,
            "collections": self.collections,
            "sha256": self.sha256,
        }


@dataclass(slots=True)
class _Tally:
    """Counts the lines that were written or read, for the footer."""

    digest: Any = field(default_factory=hashlib.sha256)
    collections: Counter[str] = field(default_factory=Counter)

    def take(self, line: bytes, path: str = "") -> None:
        self.digest.update(line)
        if path:
            self.collections[path.split("/")[-2]] += 1

    def footer(self) -> Footer:
        return Footer(
            documents=self.collections.total(),
            collections=dict(sorted(self.collections.items())),
            sha256=self.digest.hexdigest(),
        )


# Writing


def backup(store: Store, file: Path, now: datetime, tell: Progress = lambda count: None) -> Summary:
    """Write every document of a store to a new file, whole or not at all; jobs may run meanwhile.

    Raises:
        BackupError: there is such a file, it cannot be written, or the store is empty.
        StoreError: the store cannot be used, or a newer Kiprah wrote it.
    """
    found, _ = standing(store)
    if found is None:
        raise BackupError("the store is empty: there is nothing to back up")
    if not_newer(found).restoring is not None:
        raise StoreError("the store is half restored; run kiprah restore again, then this")
    if file.exists():
        raise BackupError(f"{file} is there already; name another file")
    header = Header(kiprah="backup", format=FORMAT, schema=found.schema, created_at=now)
    tally = _Tally()
    with _new_file(file) as out:
        for line, path in _lines(header, store):
            out.write(line)
            tally.take(line, path)
            tell(tally.collections.total())
        footer = tally.footer()
        out.write(_encoded(footer))
    return _summary(header, footer)


def _lines(header: Header, store: Store) -> Iterator[tuple[bytes, str]]:
    yield _encoded(header), ""
    for stored in store.everything():
        if stored.path == PATH and stored.data.get("schema") != header.schema:
            raise StoreError("the store was migrated meanwhile; run kiprah backup again")
        yield _encoded(_line(stored)), stored.path


def _line(stored: Stored) -> BackupLine:
    return BackupLine(path=stored.path, data=wrapped(stored.data), expires_at=stored.expires_at)


def _encoded(line: Header | BackupLine | Footer) -> bytes:
    return msgspec.json.encode(line, order="sorted") + b"\n"


@contextmanager
def _new_file(file: Path) -> Iterator[gzip.GzipFile]:
    """A compressed file that gets its name when it is whole; its owner alone may read it."""
    unfinished = file.with_name(f".unfinished-{secrets.token_hex(8)}")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as plain:
                with gzip.GzipFile("", "wb", 6, plain, mtime=0) as out:
                    yield out
                plain.flush()
                os.fsync(plain.fileno())
            unfinished.rename(file)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BackupError(
            f"{file} cannot be written: {error.strerror or error}; choose another place"
        ) from error


# Reading


def verify(file: Path) -> Summary:
    """What a backup holds, read to its end; BackupError when it is no whole backup."""
    tally, header, footer = _Tally(), None, None
    try:
        with gzip.open(file, "rb") as opened:
            while line := opened.readline(LONGEST_LINE):
                if header is None:
                    header = _header(line)
                    tally.take(line)
                elif footer is not None:
                    raise ValueError("something follows its end")
                elif line.startswith(b'{"collections":'):
                    footer = msgspec.json.decode(line, type=Footer)
                else:
                    write = _write(line)
                    check(write)
                    tally.take(line, write.path)
    except FileNotFoundError:
        raise BackupError(f"{file} is not there") from None
    except (*_BROKEN, StoreError) as error:
        raise _damaged(file, error) from None
    if header is None or footer is None:
        raise _damaged(file, "its end is missing")
    if footer != tally.footer():
        raise _damaged(file, "its digest or its counts do not fit")
    return _summary(header, footer)


def _header(line: bytes) -> Header:
    header = msgspec.json.decode(line, type=Header)
    if header.kiprah != "backup" or header.format != FORMAT:
        raise ValueError(f"it is no backup of form {FORMAT}")
    return header


def _write(line: bytes) -> Write:
    held = msgspec.json.decode(line, type=BackupLine)
    return Write(held.path, unwrapped(held.data), expires_at=held.expires_at)


def _damaged(file: Path, why: object) -> BackupError:
    said = "".join(c if c.isprintable() else " " for c in str(why))[:200]
    return BackupError(f"{file} is no whole backup ({said}); take another one")


def _summary(header: Header, footer: Footer) -> Summary:
    return Summary(
        header.schema, header.created_at, footer.documents, footer.collections, footer.sha256
    )


# Restoring


def restore(
    store: Store,
    file: Path,
    now: datetime,
    tell: Callable[[int, int], None] = lambda count, of: None,
) -> Summary:
    """Put a backup into an empty store; after an interruption, run it again with the same file.

    The store cannot be used until everything is there. ``tell`` gets the number of documents that
    are done, and the number of all.

    Raises:
        BackupError: the file is no whole backup, or is newer than this version or this clock.
        StoreError: the store is not empty, or cannot be used.
    """
    summary = verify(file)
    if summary.schema > SCHEMA:
        raise BackupError(
            f"{file} was made by a newer Kiprah (schema {summary.schema}, this one knows {SCHEMA});"
            " restore it with that version"
        )
    if summary.created_at > now + CLOCKS_AGREE:
        # Scoring goes on after the newest stamp it has read, and restoring makes new stamps.
        raise BackupError(
            f"{file} is of {iso(summary.created_at)}, and this computer's clock says {iso(now)}: "
            "set the clock"
        )
    found, _ = standing(store)
    if (found is None or found.restoring != summary.sha256) and not is_empty(store):
        raise StoreError("the store is not empty; name a new one in KIPRAH_STORE to restore into")
    begun = Installation(schema=summary.schema, restoring=summary.sha256)
    store.write([Write(PATH, document(begun))])
    last, done = Write(PATH, mode="delete"), 0
    for writes in _batches(file):
        last = next((write for write in writes if write.path == PATH), last)
        store.write(write for write in writes if write.path != PATH)
        done += len(writes)
        tell(done, summary.documents)
    store.write([last])
    return summary


def _batches(file: Path) -> Iterator[list[Write]]:
    """The documents of a backup that was verified, some at a time."""
    writes: list[Write] = []
    size = 0
    with gzip.open(file, "rb") as opened:
        opened.readline(LONGEST_LINE)
        for line in opened:
            if line.startswith(b'{"collections":'):
                break
            writes.append(_write(line))
            size += len(line)
            if len(writes) == _AT_ONCE or size > _AT_ONCE_BYTES:
                yield writes
                writes, size = [], 0
    yield writes


KEY_ELSEWHERE = (
    "the token key (KIPRAH_TOKEN_KEY, or the key file beside the store) is not in the backup; keep "
    "it elsewhere: without it the stored consents are lost"
)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@tells_errors
def backup_store(file: Path, as_json: bool) -> None:
    """Write every document of the store to FILE, while jobs run. FILE must not be there yet.

    The key of stored consents (KIPRAH_TOKEN_KEY, or the key file beside the store) is not in it.
    """
    from functions.store import open_store

    store = open_store(load_settings().store)
    try:
        with progress_bar("Cadangan") as progress:
            done = backup(store, file, present(), lambda n: progress(0, f"{n} dokumen"))
    except BackupError as error:
        fail(str(error))
    finally:
        store.close()
    tell(
        {"job": "backup", "file": str(file), **done.as_dict()},
        as_json,
        f"{done.documents} dokumen, sidik jari {done.sha256}.",
    )
    click.echo(f"kiprah: {KEY_ELSEWHERE}", err=True)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@tells_errors
def restore_store(file: Path, as_json: bool) -> None:
    """Put the backup FILE into an empty store. Cut short, it goes on when it is run again."""
    from functions.store import open_store

    store = open_store(load_settings().store)
    try:
        with progress_bar("Pemulihan") as progress:
            done = restore(
                store, file, present(), lambda n, of: progress(n / max(of, 1), f"{n} dokumen")
            )
    except BackupError as error:
        fail(str(error))
    finally:
        store.close()
    tell({"job": "restore", **done.as_dict()}, as_json, f"{done.documents} dokumen dipulihkan.")
    click.echo(f"kiprah: {KEY_ELSEWHERE}", err=True)
