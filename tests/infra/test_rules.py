"""The database's rules, in Google's emulator: no client of an app reads or writes anything.

Asked over REST, as such a client asks. The emulator takes unsigned tokens for signed ones; what
comes with a role, like the functions and the console, it knows as "Bearer owner".
"""

import base64
import json
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

RULES = (Path(__file__).parents[2] / "infra" / "firestore.rules").read_text()
pytestmark = pytest.mark.emulator

PATHS = [
    "agencies/kemenkum/satker/kanwil-bali",
    "agencies/kemenkum/consents/kanwil-bali",
    "agencies/kemenkum/posts/x:1:2",
    "anything/else",
]


def token(**claims):
    """An identity as Firebase's sign-in would give it, unsigned."""
    body = {"sub": "ani", "user_id": "ani", "iat": 1_790_000_000, "exp": 4_000_000_000, **claims}

    def part(facts):
        return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")

    return f"Bearer {part({'alg': 'none', 'typ': 'JWT'})}.{part(body)}."


ADMIN = token(admin=True, role="admin", email="ani@kemenkum.go.id", email_verified=True)
CALLERS = {"a stranger": None, "somebody signed in": token(), "one who claims to be admin": ADMIN}


class Emulator:
    """One project of the emulator, under rules."""

    def __init__(self, address, rules):
        self.root = f"http://{address}"
        self.project = f"rules-{uuid.uuid4().hex[:12]}"
        content = {"rules": {"files": [{"name": "firestore.rules", "content": rules}]}}
        path = f"/emulator/v1/projects/{self.project}:securityRules"
        assert self.send("PUT", path, content) == 200

    def send(self, method, path, content=None, caller=None):
        """The answer's status."""
        request = urllib.request.Request(self.root + path, method=method)
        if content is not None:
            request.data = json.dumps(content).encode()
            request.add_header("Content-Type", "application/json")
        if caller is not None:
            request.add_header("Authorization", caller)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, verb, path, caller):
        """The status of one verb of the documents' REST side."""
        documents = f"/v1/projects/{self.project}/databases/(default)/documents"
        fields = {"fields": {"name": {"stringValue": "typed"}}}
        folder, _, name = path.rpartition("/")
        if verb == "list":
            return self.send("GET", f"{documents}/{folder}", caller=caller)
        if verb == "create":
            return self.send("POST", f"{documents}/{folder}?documentId={name}2", fields, caller)
        methods = {"read": "GET", "write": "PATCH", "delete": "DELETE"}
        content = fields if verb == "write" else None
        return self.send(methods[verb], f"{documents}/{path}", content, caller)


@pytest.fixture
def emulator(firestore_emulator):
    found = Emulator(firestore_emulator, RULES)
    for path in PATHS:
        assert found.ask("write", path, "Bearer owner") == 200
    return found


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("verb", ["read", "list", "create", "write", "delete"])
def test_no_client_of_an_app_gets_anything(emulator, caller, verb):
    for path in PATHS:
        assert emulator.ask(verb, path, CALLERS[caller]) == 403, path


def test_whoever_comes_with_a_role_passes_by_the_rules(emulator):
    for verb in ("read", "list", "create", "write", "delete"):
        for path in PATHS:
            assert emulator.ask(verb, path, "Bearer owner") == 200, (verb, path)


def test_a_looser_rule_would_be_noticed(firestore_emulator):
    for_admins = RULES.replace("if false", "if request.auth.token.admin == true")
    loose = Emulator(firestore_emulator, for_admins)
    assert loose.ask("write", PATHS[0], ADMIN) == 200
    assert loose.ask("write", PATHS[0], token()) == 403
