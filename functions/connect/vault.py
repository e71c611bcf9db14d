"""Encryption of what must not be read from the store: consents."""

from __future__ import annotations

import base64
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from functions.settings import Settings, SettingsError

SQLITE = "sqlite:///"


class VaultError(Exception):
    """Something sealed cannot be opened with the present key."""


class StaleError(VaultError):
    """Something sealed for a time is opened after it."""


class Vault:
    """Seals and opens small secrets with one key (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        from cryptography.fernet import Fernet

        self._fernet = Fernet(_fernet_key(key))

    def seal(self, secret: str) -> bytes:
        """The secret, encrypted; never the same bytes twice."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret; ``VaultError`` when another key sealed it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except (InvalidToken, UnicodeDecodeError):  # a key may differ in its encrypting half alone
            raise VaultError(
                "a stored consent was sealed with another key; restore KIPRAH_TOKEN_KEY "
                "or import the consents again"
            ) from None

    def seal_at(self, words: str, now: datetime) -> str:
        """Words that can be opened for a limited time, as text that fits an address."""
        return self._fernet.encrypt_at_time(words.encode(), int(now.timestamp())).decode()

    def open_within(self, sealed: str, lifetime: timedelta, now: datetime) -> str:
        """What ``seal_at`` sealed; ``StaleError`` when it is too old, ``VaultError`` otherwise."""
        from cryptography.fernet import InvalidToken

        token, at = sealed.encode(errors="replace"), int(now.timestamp())
        seconds = int(lifetime.total_seconds())
        try:
            age = at - self._fernet.extract_timestamp(token)
            if age >= seconds:
                raise StaleError("it is too old")
            return self._fernet.decrypt_at_time(token, seconds, at).decode()
        except (InvalidToken, UnicodeDecodeError):
            raise VaultError("it was not sealed with this key, or changed since") from None


def open_vault(settings: Settings) -> Vault:
    """The vault of an installation.

    With ``KIPRAH_TOKEN_KEY`` that is its key; without it, a key file beside the SQLite store is
    made on first use, readable by its owner alone. ``SettingsError`` with Firestore and no key.
    """
    if settings.token_key:
        return Vault(settings.token_key)
    if not settings.store.startswith(SQLITE):
        raise SettingsError("KIPRAH_TOKEN_KEY is required with Firestore; set it to a secret value")
    return Vault(_key_file(Path(settings.store.removeprefix(SQLITE)).with_suffix(".key")))


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


def _key_file(path: Path) -> str:
    from cryptography.fernet import Fernet

    try:
        if not path.exists():
            _make_key_file(path, Fernet.generate_key() + b"\n")
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"the key file {path} cannot be used ({error.strerror}); set KIPRAH_TOKEN_KEY"
        ) from None
    try:
        Fernet(key)
    except ValueError:
        raise SettingsError(
            f"the key file {path} holds no key; restore it, or remove it and import the "
            "consents again"
        ) from None
    return key.decode()


def _make_key_file(path: Path, content: bytes) -> None:
    """Put a new key in place whole, so that nobody ever reads half of it; the first one stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.link(name, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        Path(name).unlink()
