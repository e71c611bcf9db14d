"""One JSON line per event on stdout, as Cloud Run reads them; plain words on a terminal.

Events are names with fields, not prose. Secrets named to ``hide`` are blanked in every line, as a
last guard: nothing should put them there in the first place.

Cloud Logging takes ``severity`` and ``message`` out of a line, and ties it to its request by
``logging.googleapis.com/trace`` (``projects/PROJECT/traces/ID``) and ``…/spanId`` (16 hexadecimal
digits): Cloud Run's page on logging, and the agent's on structured logs, November 2026. Error
Reporting groups what has a traceback in ``stack_trace`` (its page on formatting errors, November
2026). An entry of more than 256 KB is refused or cut, so none is.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

LONGEST = 200_000  # bytes of a line
DEEPEST_TRACE = 40  # frames of a traceback, the innermost


class _Trace(NamedTuple):
    """A request's place in Cloud Trace."""

    name: str
    span: str | None = None
    sampled: bool | None = None


_NOTHING: Mapping[str, Any] = {}
_trace: ContextVar[_Trace | None] = ContextVar("trace", default=None)
_facts: ContextVar[Mapping[str, Any]] = ContextVar("facts", default=_NOTHING)
_project = ""
_FACTS = "__kiprah_facts__"  # what a fault carries of the work that it befell
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
            _hidden.update((secret, _line(secret)[1:-1]))


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


def is_quiet() -> bool:
    """Whether nothing but errors is emitted."""
    return _quiet


def trace(name: str | None, span: str | None = None, sampled: bool | None = None) -> None:
    """Tie the events that follow to a request's trace; None: to none."""
    _trace.set(None if name is None else _Trace(name, span, sampled))


# W3C's ``traceparent`` and Google's own; Cloud Run sends both, of the same trace.
_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_CLOUD = re.compile(r"([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]))?")


def follow(header: Callable[[str], str | None]) -> None:
    """Tie the events that follow to the trace of a request; what is no trace is none.

    ``header``: the request's header of a name, None for one that it has not.
    """
    if found := _PARENT.fullmatch(header("traceparent") or ""):
        trace(found[1], found[2], bool(int(found[3], 16) & 1))
    elif found := _CLOUD.fullmatch(header("X-Cloud-Trace-Context") or ""):
        span = int(found[2] or 0)  # decimal there, hexadecimal in an entry
        is_span = 0 < span < 2**64
        trace(found[1], f"{span:016x}" if is_span else None, found[3] == "1" if found[3] else None)
    else:
        trace(None)


def belongs_to(project: str) -> None:
    """Name traces by this Google Cloud project, unless GOOGLE_CLOUD_PROJECT names one.

    A function of the second generation is not told its project; asking the metadata server would
    cost each cold start a call.
    """
    global _project
    _project = project


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Put these fields into every event inside: a run's id, its job, its agency.

    What is raised inside takes them along, for whoever tells of it (``facts_of``).
    """
    known = {**_facts.get(), **facts}
    token = _facts.set(known)
    try:
        yield
    except Exception as fault:
        if not facts_of(fault):
            setattr(fault, _FACTS, known)
        raise
    finally:
        _facts.reset(token)


def facts_of(fault: BaseException) -> dict[str, Any]:
    """What was known of the work in which something was raised."""
    return dict(getattr(fault, _FACTS, {}))


def info(event: str, **fields: Any) -> None:
    """Something happened as it should."""
    _emit("INFO", event, fields)


def warning(event: str, **fields: Any) -> None:
    """Something needs a look; the work went on."""
    _emit("WARNING", event, fields)


def error(event: str, **fields: Any) -> None:
    """Work failed."""
    _emit("ERROR", event, fields)


def crash(event: str, fault: BaseException, *, told: bool = True, **fields: Any) -> None:
    """Work fell over unforeseen: an error with its traceback.

    ``told``: with what the exceptions say; False where that may hold what nobody should read.
    """
    kind = type(fault).__name__
    if told:
        frames = traceback.format_exception(fault, limit=-DEEPEST_TRACE)
        words = f"{kind}: {fault}"
    else:
        inner = traceback.extract_tb(fault.__traceback__, limit=-DEEPEST_TRACE)
        places = [f'  File "{f.filename}", line {f.lineno}, in {f.name}\n' for f in inner]
        frames, words = ["Traceback (most recent call last):\n", *places, kind], kind
    told_of = {**facts_of(fault), "error": words, **fields}
    _emit("ERROR", event, {**told_of, "stack_trace": "".join(frames)})


def _emit(severity: str, event: str, fields: dict[str, Any]) -> None:
    if _quiet and severity != "ERROR":
        return
    fields = {**_facts.get(), **fields}
    line = _words if sys.stdout.isatty() else _record
    # Half a character, or one that this terminal does not know, can be written nowhere.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = clean(line(severity, event, fields)).encode(encoding, errors="replace").decode(encoding)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _words(severity: str, event: str, fields: Mapping[str, Any]) -> str:
    shown = {name: value for name, value in fields.items() if value not in (None, "")}
    words = " ".join(f"{name}={value}" for name, value in shown.items())
    line = f"{datetime.now(UTC):%H:%M:%S} {severity.lower():7} {event} {words}"
    return "".join(c if c.isprintable() else " " for c in line)


def _record(severity: str, event: str, fields: Mapping[str, Any]) -> str:
    record = {"severity": severity, "message": event, **fields, **_traced()}
    line = _line(record)
    if not _is_long(line):
        return line
    for name in sorted(fields, key=lambda name: len(_line(fields[name])), reverse=True):
        record[name] = f"left out: {len(_line(record[name])):,} characters"
        line = _line(record)
        if not _is_long(line):
            break
    return line


def _is_long(line: str) -> bool:
    return len(line.encode(errors="replace")) > LONGEST


def _traced() -> dict[str, Any]:
    found = _trace.get()
    if found is None:
        return {}
    project = os.environ.get("GOOGLE_CLOUD_PROJECT") or _project
    record: dict[str, Any] = {
        "logging.googleapis.com/trace": f"projects/{project}/traces/{found.name}"
        if project
        else found.name
    }
    if found.span is not None:
        record["logging.googleapis.com/spanId"] = found.span
    if found.sampled is not None:
        record["logging.googleapis.com/trace_sampled"] = found.sampled
    return record


# What ends a line for some reader, beyond what JSON escapes.
_ENDS = {ord(c): f"\\u{ord(c):04x}" for c in "\x7f\x85\u2028\u2029"}


def _line(value: Any) -> str:
    """JSON in one line, whatever it holds: an event is never lost for a field of it."""
    try:
        line = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except Exception:
        line = json.dumps(_plain(value), ensure_ascii=False)
    return line.translate(_ENDS)


def _plain(value: Any, depth: int = 16) -> Any:
    """A value as JSON has it: names as text, what is no number or lies too deep as text."""
    if isinstance(value, Mapping) and depth:
        return {str(name): _plain(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple) and depth:
        return [_plain(inner, depth - 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    try:
        return str(value)[:LONGEST]
    except Exception as error:  # a text of its own making that falls over
        return f"{type(value).__name__} that cannot be told ({type(error).__name__})"
