"""A new key for what is sealed: every stored secret is opened and sealed again with it.

Meanwhile there are two keys, ``KIPRAH_TOKEN_KEY=NEW,OLD`` or two lines of the key file: the first
seals, both open. So the order in which processes learn of the new key does not matter, and this may
die half-way or run again: a secret that the new key opens is left alone. A document is written only
if it is still as it was read (a precondition); if a collection renews its tokens at the same
moment, the document is read again.

Links to consents are sealed too, are stored nowhere, and are valid for seven days: keep the old key
that long after the last stored secret has stopped needing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.connect import ticket
from functions.model import iso
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, Stored
from functions.tokens import keyfile
from functions.tokens.vault import SQLITE, Vault, VaultError, held_vault, key_file

# Where sealed secrets lie, below an agency: collection and fields.
SEALED = {
    "consents": ("refresh", "access"),
    "attempts": ("refresh", "access", "verifier"),
    "keys": ("sealed",),
}
TRIES = 10  # at a document that others write at the same moment


@dataclass(slots=True)
class Resealed:
    """What became of the stored secrets.

    ``current``: secrets that the new key opens; ``resealed``: those of them that were just sealed
    with it; ``older``: secrets that still need an older key; ``unreadable``: documents with a
    secret that no key opens.
    """

    current: int = 0
    resealed: int = 0
    older: int = 0
    unreadable: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All that some key opens."""
        return self.current + self.older


def counted(agencies: Sequence[AgencyStore], vault: Vault) -> Resealed:
    """How many stored secrets need which key; nothing is written."""
    count = Resealed()
    for stored in _sealed(agencies):
        _look(stored, vault, count)
    return count


def reseal(agencies: Sequence[AgencyStore], vault: Vault) -> Resealed:
    """Seal everything with the key that seals; what no key opens stays as it is and is named."""
    count = Resealed()
    for stored in _sealed(agencies):
        agency = next(agency for agency in agencies if stored.path.startswith(f"{agency.root}/"))
        _reseal(agency, stored, vault, count)
    return count


def _sealed(agencies: Sequence[AgencyStore]) -> Iterator[Stored]:
    for agency in agencies:
        # Each whole first: it is written to while it is gone through.
        yield from agency.consents()
        yield from agency.attempts()
        yield from agency.keys()


def _secrets(stored: Stored) -> dict[str, bytes]:
    fields = SEALED[stored.path.split("/")[-2]]
    return {name: stored.data[name] for name in fields if isinstance(stored.data.get(name), bytes)}


def _look(stored: Stored, vault: Vault, count: Resealed) -> dict[str, bytes]:
    """Count a document's secrets; returns those that an older key sealed."""
    older: dict[str, bytes] = {}
    for name, sealed in _secrets(stored).items():
        try:
            if vault.is_current(sealed):
                count.current += 1
            else:
                older[name] = sealed
        except VaultError:
            if stored.path not in count.unreadable:
                count.unreadable.append(stored.path)
    count.older += len(older)
    return older


def _reseal(agency: AgencyStore, stored: Stored, vault: Vault, count: Resealed) -> None:
    held: Stored | None = stored
    for _ in range(TRIES):
        if held is None:
            return  # withdrawn, or finished
        seen = Resealed()
        anew = {name: vault.seal(vault.open(s)) for name, s in _look(held, vault, seen).items()}
        try:
            if anew:
                agency.amend(held, anew)
        except Conflict:
            held = agency.reread(held)
            continue
        count.current += seen.current + len(anew)
        count.resealed += len(anew)
        count.unreadable += seen.unreadable
        return
    count.older += 1  # others kept writing it; the next run finds it again


# The command


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run came to: the count, and where the keys stand, in words."""

    count: Resealed
    said: str

    def report(self) -> dict[str, Any]:
        """For people and machines; what no key opens is a problem each."""
        return {
            "job": "connect rekey",
            "resealed": self.count.resealed,
            "current": self.count.current,
            "older": self.count.older,
            "unreadable": self.count.unreadable,
            "problems": [
                f"{path}: no key opens it; {_advice(path)}" for path in self.count.unreadable
            ],
            "failed": bool(self.count.unreadable or self.count.older),
        }


def _advice(path: str) -> str:
    if "/keys/" in path:
        return "restore the key that was in KIPRAH_TOKEN_KEY"
    return "import or ask for that consent again"


def rekey(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    now: datetime,
    *,
    new_key: bool = False,
    drop_old: bool = False,
) -> Rotation:
    """Seal everything with the newest key.

    Args:
        new_key: make that key first, in the key file; one that is being changed to goes on.
        drop_old: take the older keys out of the key file at once, where nothing needs them.

    Raises:
        ValueError: the file's options, and the key is not in a file.
        SettingsError: the key cannot be used.
    """
    in_file = not settings.token_key
    if (new_key or drop_old) and not in_file:
        raise ValueError(
            "the key is in KIPRAH_TOKEN_KEY: set it to NEW,OLD, run kiprah connect rekey, and take "
            "OLD out when it is no longer needed"
        )
    vault = held_vault(settings)
    if vault is None:
        return Rotation(Resealed(), "there is no key yet, and nothing that is sealed")
    if new_key:
        keyfile.begin(key_file(settings), now + ticket.LIFETIME)
        vault = held_vault(settings) or vault
    count = reseal(agencies, vault)
    if in_file and not count.older:
        keyfile.drop(key_file(settings), None if drop_old else now)
    return Rotation(count, words(settings, count))


def is_rotating(settings: Settings) -> bool:
    """Whether there is more than one key; SettingsError when the key file cannot be used."""
    if settings.token_key:
        return len(settings.token_keys()) > 1
    is_there = settings.store.startswith(SQLITE) and key_file(settings).exists()
    return is_there and len(keyfile.read(key_file(settings))) > 1


def words(settings: Settings, count: Resealed) -> str:
    """Where the keys stand, and what to do about the older ones."""
    if settings.token_key:
        keys = len([key for key in settings.token_keys() if key != settings.token_key])
        untils: list[datetime] = []
    else:
        lines = keyfile.read(key_file(settings))
        keys, untils = len(lines), [line.until for line in lines if line.until]
    if count.older:
        return (
            f"{count.older} of {count.total} stored secrets still need an older key; "
            "run: kiprah connect rekey"
        )
    if keys < 2:
        return f"one key; all {count.total} stored secrets are sealed with it"
    if settings.token_key:
        return (
            f"{keys} keys, and none of {count.total} stored secrets needs an older one: take it "
            f"out of KIPRAH_TOKEN_KEY, {ticket.LIFETIME.days} days after the new one was set, when "
            "links that were made with it have ended"
        )
    return (
        f"{keys} keys, and none of {count.total} stored secrets needs an older one: kiprah connect "
        f"rekey takes it out from {iso(max(untils))} on, when links that were "
        "made with it have ended"
    )
