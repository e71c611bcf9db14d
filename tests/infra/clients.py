"""A client of an app, before Google's emulator with its rules engine: tokens, verbs, values.

The emulator takes unsigned tokens for signed ones; what comes with a role, like the functions and
the console, it knows as "Bearer owner".
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

RULES = (Path(__file__).parents[2] / "infra" / "firestore.rules").read_text()
OWNER = "Bearer owner"
ALLOWED, DENIED = 200, 403
ISSUED, FAR = 1_790_000_000, 4_000_000_000


def token(provider: str | None = "password", *, verified: bool = True, **claims: Any) -> str:
    """An identity as Firebase's sign-in would give it, unsigned. ``provider`` None: it has none."""
    body: dict[str, Any] = {"sub": "ani", "user_id": "ani", "iat": ISSUED, "exp": FAR}
    body |= {"email": "ani@kemenkum.go.id", "email_verified": verified}
    if provider is not None:
        body["firebase"] = {"sign_in_provider": provider, "identities": {}}

    def part(facts: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")

    return f"Bearer {part({'alg': 'none', 'typ': 'JWT'})}.{part({**body, **claims})}."


ADMIN = token(admin=["kemenkum"])


def value(given: Any) -> dict[str, Any]:
    """A value as the REST side writes it."""
    if given is None:
        return {"nullValue": None}
    if isinstance(given, bool):
        return {"booleanValue": given}
    if isinstance(given, int):
        return {"integerValue": str(given)}
    if isinstance(given, float):
        return {"doubleValue": given}
    if isinstance(given, datetime):
        return {"timestampValue": given.astimezone(UTC).isoformat().replace("+00:00", "Z")}
    if isinstance(given, Mapping):
        return {"mapValue": {"fields": fields(given)}}
    if isinstance(given, list):
        return {"arrayValue": {"values": [value(item) for item in given]}}
    return {"stringValue": given}


def fields(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value(given) for name, given in document.items()}


@contextmanager
def asking(address: str) -> Iterator[httpx.Client]:
    """The connection that all projects of the emulator share."""
    with httpx.Client(base_url=f"http://{address}", timeout=30, trust_env=False) as client:
        yield client


class Emulator:
    """One project of the emulator, under rules. Each verb returns the answer's status."""

    def __init__(self, client: httpx.Client, rules: str = RULES) -> None:
        self.client = client
        self.project = f"rules-{uuid.uuid4().hex[:12]}"
        self.documents = f"/v1/projects/{self.project}/databases/(default)/documents"
        content = {"rules": {"files": [{"name": "firestore.rules", "content": rules}]}}
        path = f"/emulator/v1/projects/{self.project}:securityRules"
        assert self.send("PUT", path, content) == ALLOWED, "the rules do not compile"

    def send(self, method: str, path: str, content: Any = None, caller: str | None = None) -> int:
        """``caller``: the header that says who asks; None: nobody says."""
        headers = {} if caller is None else {"Authorization": caller}
        return self.client.request(method, path, json=content, headers=headers).status_code

    def put(self, path: str, document: Mapping[str, Any]) -> None:
        """Set a document up, as whoever has a role."""
        assert self.update(path, document, OWNER) == ALLOWED, path

    def fill(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Set many documents up at once."""
        root = self.documents.removeprefix("/v1/")
        writes = [
            {"update": {"name": f"{root}/{path}", "fields": fields(document)}}
            for path, document in documents.items()
        ]
        answer = self.send("POST", f"{self.documents}:commit", {"writes": writes}, OWNER)
        assert answer == ALLOWED

    def get(self, path: str, caller: str | None) -> int:
        return self.send("GET", f"{self.documents}/{path}", caller=caller)

    def list(self, path: str, caller: str | None) -> int:
        """The collection in which a document lies."""
        return self.get(path.rpartition("/")[0], caller)

    def create(self, path: str, document: Mapping[str, Any], caller: str | None) -> int:
        folder, _, name = path.rpartition("/")
        content = {"fields": fields(document)}
        return self.send("POST", f"{self.documents}/{folder}?documentId={name}", content, caller)

    def update(self, path: str, document: Mapping[str, Any], caller: str | None) -> int:
        """Put a whole document in the place of the one that is there."""
        content = {"fields": fields(document)}
        return self.send("PATCH", f"{self.documents}/{path}", content, caller)

    def delete(self, path: str, caller: str | None) -> int:
        return self.send("DELETE", f"{self.documents}/{path}", caller=caller)
