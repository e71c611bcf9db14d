"""Keyed hashes: by them a comment is known again, and nobody without the key finds it by them.

The key is 32 random bytes, made once for each agency and kept in ``keys/threads``, sealed with the
token key. A key that cannot be opened is told, and never replaced: with another one every thread
would look new, and what was forgotten would come back.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress

from functions.model import PLATFORMS, Platform
from functions.parsing.cleaning import clean
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, Stored
from functions.tokens.vault import Vault, VaultError

KEY_BYTES = 32
DIGITS = 16  # hexadecimal
# A name after the sign, where no letter before it makes an address of mail of it.
_MENTION = re.compile(r"(?<![\w.])[@＠][\w.-]+")


class Hasher:
    """Hashes of one agency, 16 hexadecimal digits each: HMAC-SHA256, cut off."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def thread(self, platform: Platform, id: str) -> str:
        """Of a comment, by the platform's id."""
        return self._hash(f"thread\0{platform}\0{id}")

    def words(self, text: str) -> str | None:
        """Of what a text says, whatever its letters' case, its white space and whom it names; None
        where nothing else is left of it."""
        said = " ".join(_MENTION.sub(" ", clean(text).casefold()).split())
        return self._hash(f"words\0{said}") if said else None

    def _hash(self, said: str) -> str:
        message = said.encode(errors="surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()[:DIGITS]


def hasher_of(agency: AgencyStore, open_vault: Callable[[], Vault]) -> Hasher:
    """The agency's hasher; its key is made where there is none yet.

    Raises:
        VaultError: the stored key cannot be opened, or is gone; one line says what to do.
        SettingsError: there is no token key to open it with.
    """
    stored, vault = agency.thread_key(), open_vault()
    if stored is None:
        _refuse_another(agency)
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        # Another run may make one at the same moment: the one that is stored is everybody's.
        with suppress(Conflict):
            agency.add_thread_key(vault.seal(key))
        stored = agency.thread_key()
    return Hasher(_opened(agency, stored, vault))


def _refuse_another(agency: AgencyStore) -> None:
    """A key that is gone is not made anew while hashes of it are there."""
    if any(agency.inboxes(PLATFORMS).values()) or agency.forgotten():
        raise VaultError(
            f"{agency.root}/keys/threads is gone; restore it from a backup, or delete the threads, "
            "inbox and forgotten beside it to begin anew"
        )


def _opened(agency: AgencyStore, stored: Stored | None, vault: Vault) -> bytes:
    sealed = None if stored is None else stored.data.get("sealed")
    try:
        if isinstance(sealed, bytes):
            key = base64.b64decode(vault.open(sealed), validate=True)
            if len(key) == KEY_BYTES:
                return key
    except (VaultError, ValueError):
        pass
    raise VaultError(
        f"{agency.root}/keys/threads cannot be opened; restore KIPRAH_TOKEN_KEY and that document "
        "as they were. Nothing is read of comments until then"
    )
