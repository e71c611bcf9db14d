"""``python -m tests.pictures.command INSTANT WORDS…``: a command, as if it were run at an instant.

``typed`` does so on a terminal of its own, with the width of a picture.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from functions import times

ROOT = Path(__file__).parents[2]
WIDTH = 108  # characters of a line in a picture
_STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")  # bold and colours


def typed(
    folder: Path, at: datetime, line: str, environment: Mapping[str, str] | None = None
) -> list[str]:
    """What a terminal shows when ``line`` (``kiprah doctor``) is typed in a folder at an instant.

    Args:
        environment: the settings; no other ``KIPRAH…`` of this machine is seen.
    """
    program, *words = line.split()
    assert program == "kiprah", line
    here = {name: value for name, value in os.environ.items() if not name.startswith("KIPRAH")}
    here |= {"PYTHONPATH": str(ROOT), "COLUMNS": str(WIDTH), "TERM": "xterm", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "tests.pictures.command", at.isoformat(), *words]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**here, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        shown = _STYLE.sub("", _read(ours).decode())
    return shown.replace("\r\n", "\n").rstrip("\n").split("\n")


def _read(terminal: int) -> bytes:
    """Everything that is written until the last writer has gone."""
    said = b""
    try:
        while part := os.read(terminal, 65536):
            said += part
    except OSError:  # Linux tells an end so
        pass
    os.close(terminal)
    return said


@contextmanager
def standing(now: datetime) -> Iterator[None]:
    """The clocks of the platforms' client and of the store, standing still."""
    from functions.collect.client import Clock
    from tests.clock import store_clock

    with patch.object(Clock, "__call__", lambda _: now), store_clock(lambda: now):
        yield


def main() -> None:
    at, *words = sys.argv[1:]
    now = datetime.fromisoformat(at)
    # Before anything else is imported, so that everybody takes this clock.
    with patch.object(times, "present", lambda: now), standing(now):
        from functions.commands import cli

        cli(words)


if __name__ == "__main__":
    main()
