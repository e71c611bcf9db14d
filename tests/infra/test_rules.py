"""The database's rules in Google's emulator, asked over REST as an app's client asks: who may do
what, and where. What a document has to be like, test_rules_documents.py says."""

import functools
import re

import pytest

from tests.factories import typed_decision, typed_objection
from tests.infra.clients import ADMIN, ALLOWED, DENIED, OWNER, RULES, Emulator, asking, token
from tests.infra.reading import Terraform

pytestmark = pytest.mark.emulator

ROOT = "agencies/kemenkum"
UNIT = {"name": "Kanwil Bali", "kind": "kanwil"}
# What admins write, each with a document that may be written: so nothing but who asks decides.
TYPED = {
    "satker": UNIT,
    "decisions": typed_decision(),
    "objections": typed_objection(),
    "settings": {},
    "campaigns": {"title": "Setahun", "tags": "#SetahunBerdampak", "from": "2026-10-05"},
    "clarifications": {"title": "Biaya", "phrases": ["tidak dipungut biaya"], "from": "2026-10-05"},
}
MARK = {"outcome": "benar", "marked_by": "Ani"}  # what an admin writes into an alarm
READ = {"satker/bali/accounts", "satker/bali/status"}
# Those of the system, and one that nobody has thought of.
OWNED = {
    "agencies",
    "somewhere",
    "satker/bali/elsewhere",
    "decisions/1/notes",
    "settings/formula/x",
}
VERBS = ("get", "list", "create", "update", "delete")

ADMINS = {
    "an admin of one agency": token(admin="kemenkum"),
    "an admin of several": token(admin=["kemenham", "kemenkum"]),
    "an admin by two claims": token(admin=True, agency="kemenkum"),
    "an admin signed in with Google": token("google.com", admin=["kemenkum"]),
}
STRANGERS = {
    "somebody not signed in": None,
    "an account without a claim": token(),
    "an admin of no agency": token(admin=True),
    "an admin of none": token(admin=[]),
    "one whose claim is taken away": token(admin=False, agency="kemenkum"),
    "another agency's admin": token(admin=["kemenham"]),
    "another agency's name": token(admin="kemenham"),
    "another's, by two claims": token(admin=True, agency="kemenham"),
    "one with a list beside": token(admin=True, agency=["kemenkum"]),
    "one with an agency alone": token(agency="kemenkum"),
    "one with a name that begins so": token(admin="kemenkum-bali"),
    "one with part of the name": token(admin="kemen"),
    "one with another case": token(admin="Kemenkum"),
    "one with every agency": token(admin="*"),
    "one with a number": token(admin=1, agency="kemenkum"),
    "one with a word": token(admin="true", agency="kemenkum"),
    "one with a map": token(admin={"kemenkum": True}),
    "one with another word": token(role="admin", agency="kemenkum"),
    "one without a name": token("anonymous", admin=["kemenkum"]),
    "one from nowhere": token(None, admin=["kemenkum"]),
    "one whose token is too old": token(admin=["kemenkum"], exp=1_790_000_001),
    "one whose address is not proven": token(verified=False, admin=["kemenkum"]),
}
# What is no token at all is refused before any rule is asked.
BROKEN = {"a token cut short": ADMIN[:-20], "words that are no token": "Bearer kemenkum"}


@functools.cache
def collections():
    """Every collection below an agency, by the list from which the database's indexes are made."""
    named = Terraform().locals["collections"]
    return sorted(set(re.findall(r'"([a-z_]+)"', named)) - {"accounts", "installation"})


def paths():
    """A document in each place, with the verbs that an admin has there."""
    known = {name: f"{ROOT}/{name}" for name in collections()}
    places = {place: f"{ROOT}/{place}" for place in [*READ, *OWNED]}
    places |= known | {"agencies": "agencies", "somewhere": "somewhere"}
    places |= {"installation": "installation"}
    for name, place in places.items():
        document = {"satker": "bali", "settings": "formula", "agencies": "kemenkum"}.get(
            name, "one"
        )
        yield name, f"{place}/{document}"


def may(name, verb):
    of_alarms = ("get", "list", "update") if name == "alarms" else ()
    return name in TYPED or verb in of_alarms or (name in READ and verb in ("get", "list"))


@pytest.fixture(scope="module")
def client(firestore_emulator):
    with asking(firestore_emulator) as client:
        yield client


def filled(client, rules=RULES):
    """A project with a document in each place."""
    emulator = Emulator(client, rules)
    emulator.fill({path: TYPED.get(name, UNIT) for name, path in paths()})
    return emulator


def asked(emulator, verb, path, document, caller):
    """The status of one verb on a document that is there, or on another to be made beside it."""
    if verb == "create":
        beside = "calendar" if path.endswith("formula") else path.rpartition("/")[2] + "-2"
        return emulator.create(f"{path.rpartition('/')[0]}/{beside}", document, caller)
    if verb == "update":
        more = MARK if "/alarms/" in path else {"catatan": "milik sendiri"}
        return emulator.update(path, document | more, caller)
    return getattr(emulator, verb)(path, caller)


def surprises(emulator, callers, *, admins, everywhere=False):
    """Whoever, on whatever, is answered otherwise than ``may`` says; found one by one.

    ``everywhere``: also where an admin has nothing, and so nobody.
    """
    for who in callers.values():
        for name, path in paths():
            if not everywhere and not any(may(name, verb) for verb in VERBS):
                continue
            for verb in VERBS:
                answer = asked(emulator, verb, path, TYPED.get(name, UNIT), who)
                if answer != (ALLOWED if admins and may(name, verb) else DENIED):
                    yield name, verb, answer


@pytest.fixture(scope="module")
def untouched(client):
    """One project for all who may change nothing."""
    return filled(client)


@pytest.fixture
def emulator(client):
    return filled(client)


def test_the_list_of_collections_is_whole():
    assert {*TYPED} < {*collections()}
    assert len(collections()) > 20


@pytest.mark.parametrize("who", ADMINS)
def test_an_admin_reads_and_writes_what_admins_type_and_nothing_else(emulator, who):
    assert [*surprises(emulator, {who: ADMINS[who]}, admins=True, everywhere=True)] == []


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_gets_anything(untouched, who):
    everywhere = STRANGERS[who] is None
    callers = {who: STRANGERS[who]}
    assert [*surprises(untouched, callers, admins=False, everywhere=everywhere)] == []


@pytest.mark.parametrize("who", BROKEN)
def test_a_broken_token_gets_nothing(untouched, who):
    for name, path in paths():
        for verb in VERBS:
            answer = asked(untouched, verb, path, TYPED.get(name, UNIT), BROKEN[who])
            assert answer in (400, 401, 403), (name, verb)


def test_an_admin_of_two_agencies_has_both_and_no_third(emulator):
    both = ADMINS["an admin of several"]
    for agency, answer in (("kemenkum", ALLOWED), ("kemenham", ALLOWED), ("kemenag", DENIED)):
        path = f"agencies/{agency}/satker/aceh"
        emulator.put(path, UNIT)
        for verb in VERBS:
            assert asked(emulator, verb, path, UNIT, both) == answer, (agency, verb)


@pytest.mark.parametrize("name", ["accounts", "satker", "decisions", "consents"])
def test_no_admin_looks_across_agencies(untouched, name):
    query = {"structuredQuery": {"from": [{"collectionId": name, "allDescendants": True}]}}
    assert untouched.send("POST", f"{untouched.documents}:runQuery", query, ADMIN) == DENIED


def test_an_admin_may_ask_for_what_is_not_there(untouched):
    assert untouched.get(f"{ROOT}/decisions/none", ADMIN) == 404
    assert untouched.get(f"{ROOT}/consents/none", ADMIN) == DENIED


def test_whoever_comes_with_a_role_passes_by_the_rules(emulator):
    for name, path in paths():
        for verb in VERBS:
            assert asked(emulator, verb, path, {}, OWNER) == ALLOWED, (name, verb)


STATEMENTS = [found.span(1) for found in re.finditer(r"allow [a-z, ]+: if ([^;]+);", RULES)]


def test_every_allowance_is_known():
    assert len(STATEMENTS) == RULES.count("allow ") == 24


@pytest.mark.parametrize("number", range(24))
def test_a_looser_allowance_would_be_noticed(client, number):
    begin, end = STATEMENTS[number]
    loose = filled(client, f"{RULES[:begin]}true{RULES[end:]}")
    who = {"somebody": token()}
    assert next(surprises(loose, who, admins=False), None), RULES[begin:end]


@pytest.mark.parametrize(
    ("tight", "loose", "who"),
    [
        ("admin is string && admin == agency", "admin is string", "another agency's name"),
        ("admin is list && agency in admin", "admin is list", "another agency's admin"),
        (
            "request.auth.token.get('agency', null) == agency)",
            "true)",
            "an admin of no agency",
        ),
        ("!= 'anonymous'", "!= null", "one without a name"),
        (
            "request.auth.token.get('email_verified', false) == true",
            "true",
            "one whose address is not proven",
        ),
        (
            "request.time.toMillis() / 1000 < request.auth.token.get('exp', 4102444800)",
            "true",
            "one whose token is too old",
        ),
    ],
)
def test_a_looser_claim_would_be_noticed(client, tight, loose, who):
    assert RULES.count(tight) == 1
    spoilt = filled(client, RULES.replace(tight, loose))
    assert next(surprises(spoilt, {who: STRANGERS[who]}, admins=False), None)
