"""One JSON line per event on stdout, as Cloud Run reads them; plain words on a terminal.

Events are names with fields, not prose. Secrets named to ``hide`` are blanked in every line, as a
last guard: nothing should put them there in the first place.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_trace: ContextVar[str | None] = ContextVar("trace", default=None)
_hidden: set[str] = set()
_quiet = False

_QUERY = re.compile(r"\?[^\s\"'>]+")
# A logger's filter sees nothing of what its children say, so each is named.
_HTTPCORE = ("connection", "http11", "http2", "proxy", "socks")
_TELLING = ("httpx", *(f"httpcore.{part}" for part in _HTTPCORE))


class _WithoutQueries(logging.Filter):
    """Takes the query, where keys travel, out of the addresses in a library's own lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(_QUERY.sub("?…", record.getMessage())), ()
        return True


# httpx names full addresses, keys included, at INFO; should somebody want its lines all the same,
# there are none in them.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)
for _logger in _TELLING:
    logging.getLogger(_logger).addFilter(_WithoutQueries())
# Retries are counted in a run's report; stamina would print each of them besides.
logging.getLogger("stamina").setLevel(logging.ERROR)


def hide(secrets: Iterable[str]) -> None:
    """Blank these values in everything that is logged from now on."""
    for secret in secrets:
        if len(secret) >= 4:
            # As it stands, and as it stands inside a JSON string.
            _hidden.update((secret, json.dumps(secret, ensure_ascii=False)[1:-1]))


def clean(text: str) -> str:
    """The text with every hidden value blanked."""
    # The longest first: a secret that is part of another must not leave the rest of it behind.
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def quiet() -> None:
    """Emit nothing below an error: the command line speaks for itself."""
    global _quiet
    _quiet = True


def speak() -> None:
    """Emit every event again."""
    global _quiet
    _quiet = False


def trace(name: str | None) -> None:
    """Tie the events that follow to a request's trace."""
    _trace.set(name)


def info(event: str, **fields: Any) -> None:
    """Something happened as it should."""
    _emit("INFO", event, fields)


def warning(event: str, **fields: Any) -> None:
    """Something needs a look; the work went on."""
    _emit("WARNING", event, fields)


def error(event: str, **fields: Any) -> None:
    """Work failed."""
    _emit("ERROR", event, fields)


def _emit(severity: str, event: str, fields: dict[str, Any]) -> None:
    if _quiet and severity != "ERROR":
        return
    if sys.stdout.isatty():
        words = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        line = f"{datetime.now(UTC):%H:%M:%S} {severity.lower():7} {event} {words}"
    else:
        record = {"severity": severity, "message": event, **fields}
        if trace_name := _trace.get():
            record["logging.googleapis.com/trace"] = trace_name
        line = json.dumps(record, ensure_ascii=False, default=str)
    # Half a character, or one that this terminal does not know, can be written nowhere.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    line = clean(line).encode(encoding, errors="replace").decode(encoding)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
