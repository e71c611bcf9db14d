"""``kiprah migrate``: a store of an earlier schema brought to this version's."""

from __future__ import annotations

from dataclasses import asdict

import click

from functions.commands.shell import (
    json_option,
    load_settings,
    tell,
    tells_errors,
)
from functions.times import present


@click.command()
@json_option
@tells_errors
def migrate(as_json: bool) -> None:
    """Bring a store that an older Kiprah wrote to what this one needs. Stop its jobs first.

    It may be run again at any time, also after it was cut short.
    """
    from functions.store import open_store
    from functions.store.migrations import migrate as carry_out

    store = open_store(load_settings().store)
    try:
        done = carry_out(store, present())
    finally:
        store.close()
    words = f"Skema {done.before} → {done.after}, {done.written} dokumen ditulis."
    tell({"job": "migrate", **asdict(done)}, as_json, words)
