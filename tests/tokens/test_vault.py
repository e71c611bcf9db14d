"""Sealing: one key, kept where only its owner reads it, and no way around it."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace

from functions.settings import Settings, SettingsError, load
from functions.tokens.vault import Vault, VaultError, open_vault

SECRET = "rft.rahasia-sekali"
NOWHERE = Path("/dev/null")

KEYS = [
    "kunci",
    "a",
    "kalimat panjang dengan spasi, tanda baca; dan é ü €",
    "日本語",
    "0" * 44,
    "A" * 43,
    "A" * 43 + "=",
    base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "-" * 400,
]


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    return load({"KIPRAH_STORE": f"sqlite:///{tmp_path}/kiprah.db"}, NOWHERE)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "kiprah.key"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_any_form_seals_and_opens(key: str) -> None:
    sealed = Vault(key).seal(SECRET)
    assert Vault(key).open(sealed) == SECRET
    assert SECRET.encode() not in sealed


@pytest.mark.parametrize("key", KEYS)
def test_no_other_key_opens_it(key: str) -> None:
    sealed = Vault(key).seal(SECRET)
    with pytest.raises(VaultError, match="KIPRAH_TOKEN_KEY") as caught:
        Vault("x" + key).open(sealed)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_that_differs_in_its_encrypting_half_alone_opens_nothing_either() -> None:
    """The signing half accepts it; what comes out is noise, now and then well padded."""
    keys = [base64.urlsafe_b64encode(b"s" * 16 + bytes([n] * 16)).decode() for n in (1, 2)]
    mine, other = (Vault(key) for key in keys)
    now = datetime(2026, 10, 20, tzinfo=UTC)
    for _ in range(1500):  # one in 256 is well padded
        with pytest.raises(VaultError):
            other.open(mine.seal(SECRET))
    for _ in range(1500):
        with pytest.raises(VaultError):
            other.dated(mine.seal_at(SECRET, now), timedelta(hours=1), now)


def test_a_key_of_fernets_own_form_is_used_as_it_is() -> None:
    key = Fernet.generate_key()
    assert Fernet(key).decrypt(Vault(key.decode()).seal(SECRET)).decode() == SECRET


@pytest.mark.parametrize("broken", [b"", b"gAAAAA", b"\0" * 200, SECRET.encode()])
def test_what_was_never_sealed_cannot_be_opened(broken: bytes) -> None:
    with pytest.raises(VaultError):
        Vault("kunci").open(broken)


def test_the_same_secret_is_never_the_same_bytes() -> None:
    vault = Vault("kunci")
    assert vault.seal(SECRET) != vault.seal(SECRET)


# The key file


def test_a_key_file_is_made_beside_the_store_for_its_owner_alone(
    loaded: Settings, key_file: Path
) -> None:
    old = os.umask(0)
    try:
        sealed = open_vault(loaded).seal(SECRET)
    finally:
        os.umask(old)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert Fernet(key_file.read_bytes().strip()).decrypt(sealed).decode() == SECRET
    assert [file.name for file in key_file.parent.iterdir()] == ["kiprah.key"]


def test_the_key_file_is_made_once(loaded: Settings, key_file: Path) -> None:
    sealed = open_vault(loaded).seal(SECRET)
    first = key_file.read_bytes()
    assert open_vault(loaded).open(sealed) == SECRET
    assert key_file.read_bytes() == first


def test_many_who_come_first_at_once_hold_the_same_key(loaded: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        vaults = list(pool.map(lambda _: open_vault(loaded), range(64)))
    sealed = vaults[0].seal(SECRET)
    assert {vault.open(sealed) for vault in vaults} == {SECRET}


@pytest.mark.parametrize("content", ["", "\n", "half a k", "A" * 43])
def test_a_damaged_key_file_is_never_taken_for_a_key(
    loaded: Settings, key_file: Path, content: str
) -> None:
    """An empty one, as a crash may leave it, would seal with a key that anybody knows."""
    key_file.write_text(content)
    with pytest.raises(SettingsError, match="holds no key"):
        open_vault(loaded)
    assert key_file.read_text() == content


def test_a_key_file_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    missing = load({"KIPRAH_STORE": f"sqlite:///{tmp_path}/none/kiprah.db"}, NOWHERE)
    with pytest.raises(SettingsError, match="set KIPRAH_TOKEN_KEY"):
        open_vault(missing)


def test_a_set_key_needs_no_file(loaded: Settings, key_file: Path) -> None:
    open_vault(replace(loaded, token_key="kunci")).seal(SECRET)
    assert not key_file.exists()


def test_firestore_without_a_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cloud = load({"KIPRAH_STORE": "firestore://project/db"}, NOWHERE)
    with pytest.raises(SettingsError, match="KIPRAH_TOKEN_KEY is required"):
        open_vault(cloud)
    assert list(tmp_path.iterdir()) == []
    sealed = open_vault(replace(cloud, token_key="kunci")).seal(SECRET)
    assert Vault("kunci").open(sealed) == SECRET
