"""Encryption of what must not be read from the store: consents, and keys of our own."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from functions.settings import Settings, SettingsError
from functions.tokens import keyfile

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

SQLITE = "sqlite:///"


class VaultError(Exception):
    """Something sealed cannot be opened with the present key."""


class StaleError(VaultError):
    """Something sealed for a time is opened after it."""


class Vault:
    """Seals and opens small secrets (Fernet: AES-128-CBC with HMAC-SHA256).

    Args:
        key: seals, and opens.
        older: open what they sealed, while a key is rotated.
    """

    def __init__(self, key: str, *older: str) -> None:
        self._keys = (key, *older)
        self._made: dict[int, Fernet] = {}

    def seal(self, secret: str) -> bytes:
        """The secret, encrypted; never the same bytes twice."""
        return self._fernet(0).encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret; ``VaultError`` when another key sealed it."""
        return self._opened(sealed)[0]

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key that seals opens it; ``VaultError`` when none does."""
        return self._opened(sealed)[1] == 0

    def seal_at(self, words: str, now: datetime) -> str:
        """Words that can be opened for a limited time, as text that fits an address."""
        return self._fernet(0).encrypt_at_time(words.encode(), int(now.timestamp())).decode()

    def dated(self, sealed: str, lifetime: timedelta, now: datetime) -> tuple[str, datetime]:
        """What ``seal_at`` sealed, and when.

        Raises:
            StaleError: it was sealed longer ago than ``lifetime``.
            VaultError: no key of ours sealed it, or it was changed.
        """
        from cryptography.fernet import InvalidToken

        token, at = sealed.encode(errors="replace"), int(now.timestamp())
        seconds = int(lifetime.total_seconds())
        for number in range(len(self._keys)):
            fernet = self._fernet(number)
            try:
                sealed_at = fernet.extract_timestamp(token)
                if at - sealed_at >= seconds:
                    raise StaleError("it is too old")
                words = fernet.decrypt_at_time(token, seconds, at).decode()
                return words, datetime.fromtimestamp(sealed_at, UTC)
            except (InvalidToken, UnicodeDecodeError):
                continue
        raise VaultError("it was not sealed with this key, or changed since")

    def _opened(self, sealed: bytes) -> tuple[str, int]:
        """The secret, and which key sealed it."""
        from cryptography.fernet import InvalidToken

        for number in range(len(self._keys)):
            try:
                return self._fernet(number).decrypt(sealed).decode(), number
            except (InvalidToken, UnicodeDecodeError):
                continue  # a key may differ in its encrypting half alone
        raise VaultError(
            "a stored consent was sealed with another key; restore KIPRAH_TOKEN_KEY "
            "or import the consents again"
        )

    def _fernet(self, number: int) -> Fernet:
        """Made when it is needed: to derive a key from other words takes its time, on purpose."""
        from cryptography.fernet import Fernet

        if number not in self._made:
            self._made[number] = Fernet(_fernet_key(self._keys[number]))
        return self._made[number]


def open_vault(settings: Settings) -> Vault:
    """The vault of an installation.

    With ``KIPRAH_TOKEN_KEY`` that is its key; without it, a key file beside the SQLite store is
    made on first use, readable by its owner alone. ``SettingsError`` with Firestore and no key.
    """
    if keys := settings.token_keys():
        return Vault(*keys)
    return Vault(*(line.key for line in keyfile.made(key_file(settings))))


def held_vault(settings: Settings) -> Vault | None:
    """As ``open_vault``, with nothing made: None when nothing can have been sealed yet."""
    if settings.token_key or key_file(settings).exists():
        return open_vault(settings)
    return None


def key_file(settings: Settings) -> Path:
    """Where the key file of an SQLite store lies; ``SettingsError`` with another store."""
    if not settings.store.startswith(SQLITE):
        raise SettingsError("KIPRAH_TOKEN_KEY is required with Firestore; set it to a secret value")
    return Path(settings.store.removeprefix(SQLITE)).with_suffix(".key")


def _fernet_key(key: str) -> bytes:
    """The key itself when it is Fernet's own form, else one derived from it by scrypt."""
    try:
        if len(base64.urlsafe_b64decode(key)) == 32:
            return key.encode()
    except ValueError:
        pass
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    derived = Scrypt(salt=b"kiprah consents", length=32, n=2**14, r=8, p=1).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
