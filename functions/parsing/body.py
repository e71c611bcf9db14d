"""The body of a request: one JSON object, read within bounds, or a sentence that says what it is.

Whoever knows an entry point's address can send it anything, and a scheduler sends what somebody
typed once: so nothing is read past a limit, and nothing in it is passed over that may have been
meant to count.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from flask import Request

LARGEST = 64 * 1024  # bytes; a trigger's wishes take a hundred
LARGEST_BATCH = 1_000_000  # bytes, the most that Cloud Tasks carries
DEEPEST = 32  # of lists and objects in one another; a batch has nine


# What a scheduler sends: JSON, or bytes that nobody gave a type (Cloud Scheduler's reference of
# HttpTarget, November 2026: a body's type is application/octet-stream unless the job names one).
TYPES = ("application/json", "application/octet-stream")


class BodyError(ValueError):
    """The body cannot be used; one line says why. ``status``: of the answer."""

    status = 400


class BodyTooLargeError(BodyError):
    """It is larger than anything that is taken here."""

    status = 413


class TypeOfBodyError(BodyError):
    """It says of itself that it is no JSON."""

    status = 415


def read(request: Request, takes: Collection[str]) -> Mapping[str, Any]:
    """The body's object, empty without a body; ``takes`` are the names that may stand in it.

    What Content-Length says is only believed as far as the limit.

    Raises:
        BodyTooLargeError, TypeOfBodyError: as they say.
        BodyError: it is no object, or holds another name.
    """
    most = LARGEST_BATCH if "batch" in takes else LARGEST
    content = request.stream.read(most + 1)
    if len(content) > most:
        raise BodyTooLargeError(f"the body is larger than {most:,} bytes; send a smaller one")
    if content and request.mimetype not in ("", *TYPES):
        kind = _plain(request.mimetype)
        raise TypeOfBodyError(f"the body is said to be {kind}; send it as application/json")
    body = parse(content)
    if len(content) > LARGEST and "batch" not in body:
        raise BodyTooLargeError(f"the body is larger than {LARGEST:,} bytes and holds no batch")
    if unknown := [name for name in body if name not in takes]:
        raise BodyError(
            f"{_plain(unknown[0])} is nothing that can be wished for here; "
            f"the body may hold {', '.join(takes)}"
        )
    return body


def parse(content: bytes) -> dict[str, Any]:
    """The object that a body holds, empty when it is blank. Raises BodyError."""
    if not content.strip():
        return {}
    try:
        body = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_not_json
        )
    except BodyError:
        raise
    except RecursionError:
        raise BodyError(_TOO_DEEP) from None
    except ValueError:  # also for a number of more digits than Python reads
        raise BodyError("the body is not JSON; send an object in UTF-8, or nothing") from None
    if not isinstance(body, dict):
        raise BodyError("the body must be a JSON object")
    _check_depth(body)
    return body


_TOO_DEEP = f"the body is nested more than {DEEPEST} deep; send a plain object"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyError(f"{_plain(twice)} stands in the body twice; send it once")
    return found


def _not_json(constant: str) -> NoReturn:
    raise BodyError(f"the body is not JSON: {constant} is no number")


def _check_depth(body: dict[str, Any]) -> None:
    """Level by level, so that nothing that is nested can exhaust the stack."""
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise BodyError(_TOO_DEEP)


def _plain(name: str) -> str:
    """A name from outside, as it can stand in a line."""
    return ascii(name[:40])
