"""A function as the cloud runs it: the process functions-framework, on a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests import tools

PATIENCE = 60.0  # seconds until it listens


class Answer(NamedTuple):
    """What a function answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


class Served(NamedTuple):
    """A function that listens."""

    address: str
    process: subprocess.Popen[bytes]
    output: Path

    def ask(
        self,
        path: str = "",
        body: bytes | None = None,
        *,
        method: str | None = None,
        kind: str = "application/json",
    ) -> Answer:
        """Its answer, whatever the status; a body makes it a POST."""
        headers = {} if body is None else {"Content-Type": kind}
        address = f"{self.address}/{path}"
        asked = urllib.request.Request(address, body, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), dict(error.headers))

    def kill(self) -> None:
        """End it, its workers as well, as a machine that is switched off would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while _is_alive(self.process.pid):  # a worker takes a moment to end
            time.sleep(0.01)

    @property
    def lines(self) -> list[dict[str, object]]:
        """The events that it has logged."""
        return [json.loads(line) for line in self.output.read_text().splitlines()]


def _is_alive(group: int) -> bool:
    """Whether a process of the group still runs; one that nobody has waited for does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, pgrp, *_ = stat.read_text().rpartition(")")[2].split()
            if int(pgrp) == group and state not in "ZX":
                return True
    return False


@contextmanager
def served(
    name: str, folder: Path, environment: Mapping[str, str], python: str = sys.executable
) -> Iterator[Served]:
    """The function ``name`` of the main.py in ``folder``, until the end.

    Google's buildpack (cmd/python/functions_framework, November 2026) starts the program
    ``functions-framework`` and tells it what to serve by FUNCTION_TARGET and PORT.
    """
    port = tools.free_port()
    own = {**environment, "FUNCTION_TARGET": name, "PORT": str(port), "HOST": "127.0.0.1"}
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(
            [python, "-m", "functions_framework"],
            cwd=folder,
            env=own,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        found = Served(f"http://127.0.0.1:{port}", process, Path(output.name))
        try:
            _wait(found, port)
            yield found
        finally:
            found.kill()


def _wait(found: Served, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and found.process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RuntimeError(f"it does not listen: {found.output.read_text()[-2000:]}")
