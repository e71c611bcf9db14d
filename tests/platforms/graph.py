"""What Instagram and Facebook share: the Graph API's field syntax, errors and usage headers.

Facts: developers.facebook.com/docs/graph-api (field expansion, rate limiting, error handling).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

import msgspec

from tests.platforms.credentials import MetaGrant
from tests.platforms.limits import Sliding
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import World

_TOKENS = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[.,{}()])")
_VERSION = re.compile(r"v\d+\.\d+")
_ARGUMENT = re.compile(r"([^()]*)\)")


class GraphError(Exception):
    """An answer other than data. Meta sends most of them as 400: the code decides."""

    def __init__(
        self,
        message: str,
        code: int,
        *,
        subcode: int | None = None,
        type: str = "OAuthException",
        status: int = 400,
        transient: bool | None = None,
        title: str | None = None,
        user_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {"message": message, "type": type, "code": code}
        if subcode is not None:
            error["error_subcode"] = subcode
        if transient is not None:
            error["is_transient"] = transient
        if title is not None:
            error["error_user_title"] = title
        if user_message is not None:
            error["error_user_msg"] = user_message
        error["fbtrace_id"] = f"A{crc32(message.encode()):010d}"
        self.payload = {"error": error}

    def response(self) -> Response:
        return json_response(self.status, self.payload)


def unsupported_get(node: str) -> GraphError:
    """The object is missing, or not for us: Meta does not say which."""
    return GraphError(
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation. Please read the Graph API "
        "documentation at https://developers.facebook.com/docs/graph-api",
        100,
        subcode=33,
        type="GraphMethodException",
    )


def invalid_token() -> GraphError:
    return GraphError("Invalid OAuth access token - Cannot parse access token", 190)


@dataclass(frozen=True, slots=True)
class Field:
    """One asked field: `media.limit(25).after(X){id,caption}`."""

    name: str
    key: str
    """The name under which the answer carries it: its own, or the one given by `.as()`."""
    modifiers: dict[str, str]
    fields: tuple[Field, ...]


@lru_cache(maxsize=4096)
def parse_fields(text: str) -> tuple[Field, ...]:
    """Read a `fields=` parameter; GraphError for broken syntax, as the real one has it."""
    fields, position = _fields(text, 0)
    if position != len(text):
        raise _syntax_error("end of string", text, position)
    return fields


def _fields(text: str, position: int) -> tuple[tuple[Field, ...], int]:
    fields = []
    while True:
        one, position = _field(text, position)
        fields.append(one)
        if text[position : position + 1] != ",":
            return tuple(fields), position
        position += 1


def _field(text: str, position: int) -> tuple[Field, int]:
    name, position = _name(text, position)
    modifiers: dict[str, str] = {}
    children: tuple[Field, ...] = ()
    while text[position : position + 1] == ".":
        modifier, position = _name(text, position + 1)
        argument = _ARGUMENT.match(text, position + 1)
        if text[position : position + 1] != "(" or argument is None:
            raise _syntax_error("(", text, position)
        modifiers[modifier] = argument[1]
        position = argument.end()
    if text[position : position + 1] == "{":
        children, position = _fields(text, position + 1)
        if text[position : position + 1] != "}":
            raise _syntax_error("}", text, position)
        position += 1
    return Field(name, modifiers.get("as", name), modifiers, children), position


def _name(text: str, position: int) -> tuple[str, int]:
    token = _TOKENS.match(text, position)
    if token is None or not token[1][0].isidentifier():
        raise _syntax_error("name", text, position)
    return token[1], token.end()


def _syntax_error(expected: str, text: str, position: int) -> GraphError:
    found = text[position : position + 1]
    got = f'"{found}"' if found else "end of string"
    return GraphError(
        f'Syntax error "Expected {expected} at character {position} instead of {got}." '
        f"at character {position}: {text}",
        2500,
    )


@lru_cache(maxsize=1 << 16)
def timestamp(instant: int) -> str:
    """Meta's ISO 8601: UTC as `+0000`, without a colon."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Gate:
    """Checks the access token of a request and tells how much of the hour's calls is used."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = Sliding(3600)

    def token(self, request: Request) -> str:
        return request.query.get("access_token") or request.bearer

    def enter(self, request: Request) -> MetaGrant:
        """What the token may do; GraphError when it may not even come in."""
        token = self.token(request)
        if not token:
            raise GraphError("An access token is required to request this resource.", 104)
        grant = self._world.credentials.meta.get(token)
        if grant is None:
            raise invalid_token()
        proof = request.query.get("appsecret_proof")
        if proof is not None and grant.app_secret is not None and proof != grant.proof(token):
            raise GraphError("Invalid appsecret_proof provided in the API argument", 100)
        return grant

    def count(self, request: Request) -> list[tuple[str, str]]:
        """Count the call; the usage header, which is absent while next to nothing is used.

        A Page's own token has a limit of its own, told in a header of its own.
        """
        token = self.token(request)
        grant = self._world.credentials.meta.get(token)
        page = grant.page if grant else None
        limit = self._world.limits.meta_calls_per_hour
        calls = self._calls.add(token, self._world.limiter_now())
        percent = 100 * calls // limit
        if percent >= 100 and page:
            raise GraphError("(#80001) There have been too many calls to this Page account.", 80001)
        if percent >= 100:
            raise GraphError("(#4) Application request limit reached", 4, transient=True)
        version = self._version(request)
        if percent < 1:
            return version
        usage = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 3}
        if page is None:
            return [*version, ("x-app-usage", msgspec.json.encode(usage).decode())]
        entry = {"type": "pages", **usage, "estimated_time_to_regain_access": 0}
        usages = msgspec.json.encode({page: [entry]}).decode()
        return [*version, ("x-business-use-case-usage", usages)]

    def _version(self, request: Request) -> list[tuple[str, str]]:
        """Which version answers: one that is no more is answered by the oldest that is left."""
        asked = request.path.split("/")[1]
        if not _VERSION.fullmatch(asked):
            return []
        oldest = self._world.quirks.graph_oldest
        left = max(asked, oldest, key=lambda name: [int(part) for part in name[1:].split(".")])
        told = [("facebook-api-version", left)]
        if left != asked:
            words = f"The call has been auto-upgraded to {left} as {asked} has been deprecated."
            told.append(("x-ad-api-version-warning", words))
        return told

    def inspect(self, request: Request) -> dict[str, Any]:
        """`debug_token`: what there is to know of a token."""
        token = request.query.get("input_token", "")
        grant = self._world.credentials.meta.get(token)
        if not token:
            raise GraphError("(#100) The parameter input_token is required", 100)
        if grant is None:
            error = {"code": 190, "message": "Invalid OAuth access token."}
            return {"data": {"is_valid": False, "scopes": [], "error": error}}
        return {
            "data": {
                "app_id": "1000000000000000",
                "type": "PAGE" if grant.page else "SYSTEM_USER",
                "application": "Kiprah",
                "data_access_expires_at": grant.data_until,
                "expires_at": grant.expires_at,
                "is_valid": True,
                "scopes": list(grant.scopes),
                "user_id": "2000000000000000",
            }
        }
