"""What a store says of itself, once for all its agencies: one document, read at each opening.

``schema`` is the version of the documents' forms. Only ``kiprah migrate`` brings a store of an
earlier schema to this version's (migrations.py); a store of a later schema was written by a newer
Kiprah and is left alone. ``simulation``: the store takes any ``now`` and so holds what never
happened; it reads no official host, and its pages say what they are. This is decided at the first
use of a new store and never changes; a store with real documents never becomes a simulation.

If the document is missing, the store is new and gets one; or it holds other documents and is older
than this document (schema 0). A document that cannot be understood stops everything, since then
nobody knows what the others mean.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec

from functions.settings import SettingsError
from functions.store.port import Conflict, Store, Stored, StoreError, Write

PATH = "installation/store"
SCHEMA = 1


class Installation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document. ``restoring``: the digest of the backup that is being put into the store."""

    schema: Annotated[int, msgspec.Meta(ge=0)]
    simulation: bool = False
    restoring: str | None = None


def opened(store: Store, *, simulation: bool) -> Installation:
    """What the store is, at its first use or any other.

    ``simulation``: whether it shall be one; a new store becomes it here.

    Raises:
        StoreError: it is of another schema, half restored, or says nothing that is understood.
        SettingsError: it is real, and shall be a simulation.
    """
    held = store.get([PATH]).get(PATH) or _first_use(store, simulation=simulation)
    found = checked(understood(held))
    if simulation and not found.simulation:
        return _become_simulation(store)
    return found


def _first_use(store: Store, *, simulation: bool) -> Stored:
    """The document of a store that has none; makes it if the store is empty."""
    if is_empty(store):
        with suppress(Conflict):  # another first use was faster
            store.write([_created(Installation(schema=SCHEMA, simulation=simulation))])
    held = store.get([PATH]).get(PATH)
    if held is None:
        raise StoreError(_older(0))
    return held


def standing(store: Store) -> tuple[Installation | None, Stored | None]:
    """What the store is, whatever its schema, and the stored document; None: the store is empty.

    StoreError when the document is not understood.
    """
    empty, held = is_empty(store), store.get([PATH]).get(PATH)
    if held is None:
        return (None if empty else Installation(schema=0)), None
    return understood(held), held


def is_empty(store: Store) -> bool:
    """Whether there is no document, apart from the one that the first opening writes."""
    return all(stored.path == PATH for stored in store.everything(most=2))


def understood(held: Stored) -> Installation:
    """The document's content; StoreError when it is none."""
    try:
        return msgspec.convert(held.data, Installation)
    except msgspec.ValidationError as error:
        raise StoreError(
            f"{PATH} is not understood ({error}); restore the store from a backup, or mend it by "
            "hand: schema is a whole number, simulation true or false"
        ) from None


def checked(found: Installation) -> Installation:
    """The installation; StoreError when this version cannot work with the store."""
    if found.restoring is not None:
        raise StoreError(
            "the store is half restored; run kiprah restore again, with the same backup"
        )
    if found.schema < SCHEMA:
        raise StoreError(_older(found.schema))
    return not_newer(found)


def not_newer(found: Installation) -> Installation:
    """The installation; StoreError when a later version of Kiprah wrote it."""
    if found.schema > SCHEMA:
        raise StoreError(
            f"the store was written by a newer Kiprah (schema {found.schema}, this one knows "
            f"{SCHEMA}); deploy that version again, or name another store in KIPRAH_STORE"
        )
    return found


def _older(schema: int) -> str:
    return (
        f"the store was written by an older Kiprah (schema {schema}, this one needs {SCHEMA}); "
        "stop its jobs, take a backup with kiprah backup FILE, then run kiprah migrate"
    )


def _become_simulation(store: Store) -> Installation:
    while True:
        # Looked at again where something is there: another first use may have been faster.
        empty, held = is_empty(store), store.get([PATH])[PATH]
        found = understood(held)
        if found.simulation:
            return found
        if not empty:
            raise SettingsError(
                "KIPRAH_STORE holds real documents, and a real store never becomes a simulation: "
                "name a new KIPRAH_STORE, or leave KIPRAH_SIMULATION out"
            )
        with suppress(Conflict):
            store.write([Write(PATH, {"simulation": True}, "merge", held.version)])


def document(found: Installation) -> dict[str, object]:
    """The document that says it."""
    told: dict[str, object] = msgspec.to_builtins(found)
    return told


def _created(found: Installation) -> Write:
    return Write(PATH, document(found), "create")
