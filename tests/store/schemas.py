"""Stores as earlier versions of Kiprah wrote them, for both adapters."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from functions.store import bodies, open_store
from functions.store.documents import STAMP

_FILES = Path(__file__).parent / "stores"


def rows(name: str) -> dict[str, dict[str, Any]]:
    """The documents of a stored store, by path."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((_FILES / f"{name}.sql").read_text(encoding="utf-8"))
        listed = connection.execute("SELECT path, body FROM documents").fetchall()
    return {path: bodies.decode(body) for path, body in listed}


def lay(url: str, name: str) -> None:
    """Let the store at an address, empty before, be as that version left it."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript((_FILES / f"{name}.sql").read_text(encoding="utf-8"))
        return
    from google.cloud.firestore import SERVER_TIMESTAMP

    store: Any = open_store(url)
    batch = store._client.batch()
    for path, data in rows(name).items():
        batch.set(store._client.document(path), {**data, STAMP: SERVER_TIMESTAMP})
    batch.commit()
    store.close()
