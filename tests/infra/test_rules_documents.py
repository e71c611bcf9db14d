"""What a document has to be like, by the database's rules: whatever the registry and the jobs read
well may be written by an admin, and what is the system's is written by nobody."""

import math
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.commands.contest import NewDecision, Said, contest, decide, reject
from functions.model import PLATFORMS
from functions.notify import switches as notify
from functions.publish import imprint
from functions.publish.imprint import Imprint
from functions.registry.addresses.posts import link_keys
from functions.registry.check import check
from functions.registry.files import load
from functions.registry.units import read_unit
from functions.registry.values import is_empty
from functions.score.cases import APPLIES, DECIDED, FROZEN, UNKNOWN
from functions.score.rules.calendar import amended
from functions.score.rules.formula import DEFAULT, read_rules
from functions.score.settings import NAMES
from functions.store import listening_settings
from functions.store.campaigns import parse_campaign, parse_clarification
from functions.store.decisions import ACTIONS, parse_decision, parse_objection
from functions.store.listening_settings import Listening, read_listening
from tests.factories import (
    CLOSING,
    MIDDLE,
    WIB,
    agency_store,
    measured_post,
    typed_decision,
    typed_objection,
)
from tests.infra.clients import ADMIN, ALLOWED, DENIED, Emulator, asking, token
from tests.registry.typed import broken_documents
from tests.score.scoring import save

pytestmark = pytest.mark.emulator
in_the_emulator = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
few_in_the_emulator = settings(in_the_emulator, max_examples=30)
HOUR = timedelta(hours=1)
EXAMPLE = Path(__file__).parents[2] / "examples" / "satker.csv"
UNIT = {"name": "Kanwil Bali", "kind": "kanwil"}
# What is typed as a mapping, or follows from what is.
MAPPED = {"comments", "consents", "consents_known", "withdrawn", "unclear"}
LISTENED = [field for field in Listening.__struct_fields__ if field not in MAPPED]
ANSWER = {
    "answer": "Sudah benar.",
    "accepted": False,
    "answered_by": "Ani",
    "answered_at": "2026-11-03T09:00:00+07:00",
}
GOOD = {
    "satker": UNIT,
    "decisions": typed_decision(),
    "objections": typed_objection(),
    "settings": {"objection_days": 5},
    "campaigns": {"title": "Setahun", "tags": ["#SetahunBerdampak"], "from": "2026-10-05"},
    "clarifications": {"title": "Biaya", "phrases": "tidak dipungut biaya", "from": "2026-10-05"},
}


@pytest.fixture(scope="module")
def emulator(firestore_emulator):
    with asking(firestore_emulator) as client:
        yield Emulator(client)


def place(kind, id=None):
    """Where nothing is yet: in an agency that is new."""
    agency = f"a{uuid.uuid4().hex[:10]}"
    return f"agencies/{agency}/{kind}/{id or ('formula' if kind == 'settings' else 'bali')}"


def who(path):
    """An admin of the agency in which a document lies."""
    return token(admin=[path.split("/")[1]])


def created(emulator, kind, document, id=None):
    path = place(kind, id)
    return emulator.create(quote(path), document, who(path))


def updated(emulator, kind, before, after):
    """The status of putting ``after`` in the place of what the system left as ``before``."""
    path = place(kind)
    emulator.put(path, before)
    return emulator.update(path, after, who(path))


def deleted(emulator, kind, document):
    path = place(kind)
    emulator.put(path, document)
    return emulator.delete(path, who(path))


# What our own ways of writing write


def test_every_row_of_the_example_may_be_written(emulator):
    table = load(EXAMPLE.read_bytes(), EXAMPLE.name)
    rows, refusals = check(table.rows, {"kemenkum": {}})
    assert not refusals
    assert len(rows) > 40
    for row in rows:
        path = f"agencies/kemenkum/satker/{row.satker}"
        assert emulator.create(path, row.document, ADMIN) == ALLOWED, path


@pytest.fixture
def contested(store, now):
    """An agency with an objection that was granted, one that was rejected, and one by the month."""
    agency = agency_store(store)
    post = measured_post(5, account="x:1", post_id="a", at=MIDDLE)
    save(agency, post)
    agency.save_urls([(post, link_keys("x", "a", "https://x.com/i/status/a"))])
    said = Said("Ani", CLOSING + HOUR, "Unggahan uji coba.", "https://example.go.id/1")
    first = contest(agency, "x:a", said)
    decide(agency, "x:a", said, NewDecision(action="exclude", objection=first))
    decide(agency, "x:a", said, NewDecision(action="set_value", value=0, revise=True))
    second = contest(agency, None, said, month="2026-10")
    reject(agency, second, said)
    contest(agency, None, said, month="2026-11")
    return agency


def test_whatever_the_command_line_writes_may_be_written(emulator, contested):
    decisions, objections = contested.decisions(), contested.objections()
    assert (len(decisions), len(objections)) == (2, 3)
    for kind, documents in (("decisions", decisions), ("objections", objections)):
        for stored in documents:
            assert created(emulator, kind, stored.data, stored.id) == ALLOWED, stored


# What people type


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": 1945, "short_name": 7, "province": None, "parent": ""},
        {"accounts": {}},
        {"accounts": None},
        {"accounts": ""},
        {"accounts": []},
        {"accounts": ["https://x.com/a", {"platform": "instagram", "handle": "b"}]},
        {"accounts": "x: a; instagram: b"},
        {"accounts": {"instagram": "kemenkum_bali", "x": ["a", None], "tiktok": []}},
        {"accounts": {"Instagram": "@a", "twitter": {"handle": "a", "from": "2026-10-01"}}},
        {"accounts": {"facebook": 61573000111222, "youtube": {"handle": "b", "to": None}}},
        {
            "accounts": {
                "x": [{"handle": "a", "from": None, "to": datetime(2027, 1, 1, tzinfo=UTC)}]
            }
        },
        {"active_from": "2026-10-01", "active_to": datetime(2027, 1, 1, tzinfo=UTC)},
        {"notify": "a@example.go.id; b@example.go.id", "website": "bali.example.go.id"},
        {"notify": ["a@example.go.id"], "timezone": "WITA"},
        {"catatan": {"milik": ["sendiri"]}, "urutan": 3},
    ],
)
def test_a_unit_may_be_typed_in_many_ways(emulator, more):
    assert created(emulator, "satker", UNIT | more) == ALLOWED
    assert updated(emulator, "satker", UNIT | {"status": "ok"}, UNIT | more | {"status": "ok"}) == (
        ALLOWED
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"name": ""},
        {"name": "  "},
        {"name": ["Kanwil"]},
        {"name": "x" * 501},
        {"kind": None},
        {"kind": True},
        {"kind": "x" * 201},
        {"short_name": {}},
        {"parent": ["setjen"]},
        {"province": True},
        {"timezone": "x" * 501},
        {"website": "x" * 1001},
        {"active_from": True},
        {"active_to": "2" * 101},
        {"notify": {"a": "b"}},
        {"notify": ["a@example.go.id"] * 21},
        {"accounts": "x" * 4_001},
        {"accounts": ["x: a"] * 51},
        {"accounts": True},
        {"accounts": {f"p{n}": "a" for n in range(21)}},
        *({"accounts": {name: True}} for name in ("twitter", "facebook", *PLATFORMS)),
        {"accounts": {"x": {"handle": "a", "from": True}}},
        {"accounts": {"x": ["a"] * 51}},
        {"accounts": {"x": "a" * 1001}},
        {"accounts": {"instagram": {"handle": ["a"]}}},
        {"accounts": {"youtube": {"handle": "a", "to": True}}},
        {"accounts": {"tiktok": {f"f{n}": 1 for n in range(11)}}},
        {f"f{n}": 1 for n in range(60)},
    ],
)
def test_a_unit_that_is_none_is_refused(emulator, wrong):
    assert created(emulator, "satker", UNIT | wrong) == DENIED
    assert updated(emulator, "satker", UNIT, UNIT | wrong) == DENIED


@pytest.mark.parametrize("field", ["name", "kind"])
def test_a_unit_without_a_name_or_a_kind_is_refused(emulator, field):
    assert created(emulator, "satker", {k: v for k, v in UNIT.items() if k != field}) == DENIED


@pytest.mark.parametrize(
    "id", ["Bali", "kanwil_bali", "-bali", "kanwil bali", "a" * 61, "bali.1", "x:1", "bali\n"]
)
def test_a_new_unit_needs_an_id_of_the_form(emulator, id):
    assert created(emulator, "satker", UNIT, id) == DENIED


def test_a_unit_that_has_another_id_already_may_be_mended(emulator):
    path = "agencies/kemenkum/satker/Kanwil_Bali"
    emulator.put(path, UNIT)
    assert emulator.update(path, UNIT | {"province": "Bali"}, ADMIN) == ALLOWED


def storable(value, depth=0):
    """What the database can hold at all, as a client would send it."""
    if depth > 15:
        return False
    if isinstance(value, dict):
        return "" not in value and all(
            storable(item, depth + 1) for pair in value.items() for item in pair
        )
    if isinstance(value, list):
        return all(storable(item, depth + 1) and not isinstance(item, list) for item in value)
    if isinstance(value, str):
        return not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, datetime):
        return value.tzinfo is not None and 1 < value.year < 9999
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, bytes | date)


@in_the_emulator
@given(drawn=broken_documents())
def test_what_the_registry_reads_is_never_refused(emulator, drawn):
    document = dict(UNIT)
    for field, typed in drawn.items():
        more = document | {field: typed}
        if field == "status" or is_empty(typed):  # a list of nothings is nothing to the registry
            continue
        if storable({field: typed}) and read_unit("aceh", more, WIB).satker:
            document = more
    assert created(emulator, "satker", document) == ALLOWED


# Decisions and objections

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
times = st.sampled_from(
    ["2026-11-03T09:00:00+07:00", "2026-11-03", "20261103", datetime(2026, 11, 3, tzinfo=UTC)]
)
odd = st.none() | st.integers(-5, 10**6) | texts
statements = {
    "by": texts | st.integers(0, 99),
    "why": texts,
    "at": times | odd,
    "post": st.sampled_from(["x:1843", " x:1843 ", "x:"]),
    "url": texts | st.none(),
    "month": st.sampled_from(["2026-10", " 2026-10 ", "2026-13", "", None]),
    "satker": st.just("bali") | odd,
    "link": texts | odd,
}
decisions = st.fixed_dictionaries(
    {"action": st.sampled_from([*ACTIONS, "hapus"])},
    optional=statements
    | {
        "value": st.integers(-1, 10**6) | st.none(),
        "account": texts | odd,
        "objection": texts | odd,
        "revise": st.booleans() | st.none(),
        "catatan": odd,
    },
)
objections = st.fixed_dictionaries(
    {},
    optional=statements
    | {
        "answer": texts | odd,
        "accepted": st.booleans() | st.none(),
        "answered_by": texts | odd,
        "answered_at": times | odd,
    },
)


@in_the_emulator
@given(document=decisions)
def test_a_decision_that_is_understood_is_never_refused(emulator, document):
    document = typed_decision() | document
    try:
        parse_decision("1", document, WIB)
    except ValueError:
        return
    assert created(emulator, "decisions", document) == ALLOWED


@in_the_emulator
@given(document=objections)
def test_an_objection_that_is_understood_is_never_refused(emulator, document):
    document = typed_objection() | document
    try:
        parse_objection("1", document, WIB)
    except ValueError:
        return
    assert created(emulator, "objections", document) == ALLOWED


WITHOUT = [{"by": None}, {"by": " "}, {"why": None}, {"why": "x" * 8001}, {"at": None}, {"at": ""}]
WRONG = [
    *WITHOUT,
    {"at": True},
    {"by": ["Ani"]},
    {"link": True},
    {"satker": {}},
    {"month": "Oktober"},
    {"month": True},
    {"url": ["https://x.com/a/status/1"]},
    {"post": {"x": 1}},
    {"post": {"x": 1}, "url": "https://x.com/a/status/1"},
    {f"f{n}": 1 for n in range(40)},
]


@pytest.mark.parametrize(
    "wrong",
    [
        *WRONG,
        {"action": "hapus"},
        {"action": None},
        {"post": None},
        {"post": "", "url": " "},
        {"action": "reassign"},
        {"action": "set_value"},
        {"action": "set_value", "value": -1},
        {"action": "set_value", "value": "12"},
        {"action": "set_value", "value": 1.5},
        {"account": True},
        {"objection": []},
        {"revise": "ya"},
    ],
)
def test_a_decision_that_is_none_is_refused(emulator, wrong):
    good = GOOD["decisions"]
    assert created(emulator, "decisions", good | wrong) == DENIED
    assert updated(emulator, "decisions", good, good | wrong) == DENIED


@pytest.mark.parametrize(
    "wrong",
    [
        *WRONG,
        {"post": None},
        {"answer": "Benar."},
        {"answer": ["Benar."]},
        {"accepted": "ya"},
        {"answered_by": []},
        {"answered_at": True},
        *({**ANSWER, name: None} for name in ANSWER if name != "answer"),
    ],
)
def test_an_objection_that_is_none_is_refused(emulator, wrong):
    good = GOOD["objections"]
    assert created(emulator, "objections", good | wrong) == DENIED
    assert updated(emulator, "objections", good, good | wrong) == DENIED


def test_an_objection_may_be_to_a_month_and_may_be_answered(emulator):
    about = typed_objection(post=None, month="2026-10")
    assert created(emulator, "objections", about) == ALLOWED
    assert updated(emulator, "objections", about, about | ANSWER) == ALLOWED


@pytest.mark.parametrize("kind", ["decisions", "objections"])
def test_an_id_may_be_free_and_not_endless(emulator, kind):
    assert created(emulator, kind, GOOD[kind], "Surat 12 Nov.") == ALLOWED
    assert created(emulator, kind, GOOD[kind], "a" * 201) == DENIED


# Settings


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("formula", {}),
        ("formula", {"duplicate_percent": 90, "objection_days": 3, "x_counts": False}),
        ("formula", {"band_edges": [1000, 5000], "band_least": 8, "usual_least": 0}),
        ("formula", {"x_threads": "sum", "catatan": "milik sendiri"}),
        ("calendar", {"holidays": ["2026-12-24"], "working_days": "2026-12-26"}),
        ("calendar", {"holidays": datetime(2026, 12, 24, tzinfo=UTC), "working_days": None}),
        ("decisions", {"confirm": True}),
        ("notify", {"account": False, "month": True, "consent": None}),
        ("site", {"office": "Biro Humas", "contact": "humas@kemenkum.go.id", "licence": None}),
        ("listening", {"comments": {"x": "tidak"}, "x_volume": [{"query": "@a"}, "@b"]}),
    ],
)
def test_settings_may_be_typed(emulator, name, document):
    assert created(emulator, "settings", document, name) == ALLOWED


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("formulas", {}),
        ("budgets", {"objection_days": 3}),
        ("formula", {"objection_days": "3"}),
        ("formula", {"duplicate_percent": 90.5}),
        ("formula", {"band_edges": 1000}),
        ("formula", {"band_edges": [1] * 51}),
        ("formula", {"band_least": True}),
        ("formula", {"band_fewest": []}),
        ("formula", {"usual_least": "10"}),
        ("formula", {"x_threads": True}),
        ("formula", {"x_counts": "ya"}),
        ("formula", {f"f{n}": 1 for n in range(21)}),
        ("calendar", {"holidays": {"2026": 1}}),
        ("calendar", {"working_days": True}),
        ("calendar", {"holidays": ["2026-12-24"] * 501}),
        ("calendar", {f"f{n}": 1 for n in range(21)}),
        ("decisions", {"confirm": "ya"}),
        ("decisions", {f"f{n}": 1 for n in range(21)}),
        ("notify", {"month": 1}),
        ("notify", {f"f{n}": 1 for n in range(21)}),
        ("site", {f"f{n}": 1 for n in range(21)}),
        *(("site", {field: True}) for field in Imprint.__struct_fields__),
        ("listening", {f"f{n}": 1 for n in range(61)}),
        ("listening", {"x_volume_status": ["dihitung"]}),
        ("listening", {"x_volume": [{"query": "@a"}] * 51}),
        *(("listening", {field: {"a": 1}}) for field in LISTENED),
        *(("listening", {"comments": {name: 1}}) for name in PLATFORMS),
        ("listening", {"comments": True}),
        ("listening", {"consents": ["kanwil-bali"]}),
        ("listening", {"consents": {f"u{n}": "ND-1" for n in range(2001)}}),
    ],
)
def test_settings_that_are_none_are_refused(emulator, name, document):
    assert created(emulator, "settings", document, name) == DENIED


def test_every_name_of_settings_is_known_and_no_other():
    known = {*NAMES, notify.NAME, imprint.NAME, listening_settings.NAME}
    assert known == {"formula", "calendar", "decisions", "notify", "site", "listening"}


@in_the_emulator
@given(
    document=st.dictionaries(
        st.sampled_from(
            [
                *("duplicate_percent", "objection_days", "band_edges", "band_least"),
                *("band_fewest", "usual_least", "x_threads", "x_counts", "catatan"),
            ]
        ),
        st.integers(-5, 2000)
        | st.booleans()
        | st.sampled_from(["first", "sum", "3"])
        | st.lists(st.integers(1, 9000), max_size=4),
        max_size=5,
    )
)
def test_a_formula_in_which_nothing_is_wrong_is_never_refused(emulator, document):
    if not read_rules(document, DEFAULT)[1]:
        assert created(emulator, "settings", document, "formula") == ALLOWED


@in_the_emulator
@given(
    document=st.dictionaries(
        st.sampled_from(["holidays", "working_days"]),
        st.lists(st.sampled_from(["2026-12-24", "besok"])) | times | st.none() | st.booleans(),
    )
)
def test_a_calendar_in_which_nothing_is_wrong_is_never_refused(emulator, document):
    if not amended(list, document, WIB)[1]:
        assert created(emulator, "settings", document, "calendar") == ALLOWED


few = st.none() | st.booleans() | st.integers(0, 30) | st.sampled_from(["ya", "mail", "1", "0,36"])
listenings = st.dictionaries(
    st.sampled_from(LISTENED),
    few | st.lists(st.integers(1, 3) | st.just("AHU"), max_size=2),
    max_size=6,
)


@few_in_the_emulator
@given(document=listenings, comments=st.dictionaries(st.sampled_from(PLATFORMS), few))
def test_settings_of_listening_in_which_nothing_is_wrong_are_never_refused(
    emulator, document, comments
):
    document = document | {
        "comments": comments,
        "dpia": "1",
        "dpo": "2",
        "notice_url": "https://a.id",
    }
    if not read_listening(document)[1]:
        assert created(emulator, "settings", document, "listening") == ALLOWED


# Campaigns, clarifications and alarms

words = st.sampled_from(["#Setahun", "#a; #b", " ", "tidak dipungut biaya", 7, None, True])
issues = st.fixed_dictionaries(
    {},
    optional={
        "title": texts | odd,
        "tags": words | st.lists(words, max_size=2),
        "phrases": words | st.lists(words, max_size=2),
        "from": times | odd | st.just(20261005),
        "to": times | odd | st.just("2026-12-31"),
        "link": st.sampled_from(["https://kemenkum.go.id/1", "", None, 1]),
        "claim": texts | odd,
        "fact": texts | odd,
        "by": texts | odd,
        "catatan": odd,
    },
)


@few_in_the_emulator
@given(document=issues, kind=st.sampled_from(["campaigns", "clarifications"]))
def test_an_issue_that_is_understood_is_never_refused(emulator, document, kind):
    document = GOOD[kind] | document
    parse = parse_campaign if kind == "campaigns" else parse_clarification
    try:
        parse("1", document, WIB)
    except ValueError:
        return
    assert created(emulator, kind, document) == ALLOWED


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": True},
        {"from": None},
        {"from": True},
        {"to": ["2026-12-31"]},
        {"tags": None, "phrases": ""},
        {"tags": [], "phrases": []},
        {"tags": {"a": 1}},
        {"tags": "x" * 4_001},
        {"link": True},
        {"by": []},
        {f"f{n}": 1 for n in range(40)},
    ],
)
def test_an_issue_that_is_none_is_refused(emulator, wrong):
    for kind in ("campaigns", "clarifications"):
        good = GOOD[kind]
        assert created(emulator, kind, good | wrong) == DENIED
        assert updated(emulator, kind, good, good | wrong) == DENIED


def test_what_a_clarification_says_is_text(emulator):
    for wrong in ({"claim": []}, {"fact": True}, {"phrases": True}, {"phrases": ["a" * 8] * 101}):
        assert created(emulator, "clarifications", GOOD["clarifications"] | wrong) == DENIED, wrong


ALARM = {"satker": "bali", "level": "siaga", "comments": 84, "status": "tanda tercatat"}


@pytest.mark.parametrize(
    ("mark", "answer"),
    [
        ({"outcome": " Keliru", "marked_by": "Ani", "note": "Kuis."}, ALLOWED),
        ({"outcome": None, "marked_at": datetime(2026, 11, 1, tzinfo=UTC)}, ALLOWED),
        ({"outcome": "entah"}, DENIED),
        ({"outcome": True}, DENIED),
        ({"marked_by": ["Ani"]}, DENIED),
        ({"marked_at": True}, DENIED),
        ({"note": "x" * 1001}, DENIED),
        *(({"outcome": "benar", field: 1}, DENIED) for field in (*ALARM, "usual", "hasil", "x")),
    ],
)
def test_of_an_alarm_only_its_mark_is_written(emulator, mark, answer):
    assert updated(emulator, "alarms", ALARM, ALARM | mark) == answer


# What is the system's


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("field", ["status", "changed_at", "expires_at"])
@pytest.mark.parametrize("typed", ["ok", None, 1, datetime(2026, 11, 1, tzinfo=UTC)])
def test_no_client_writes_a_field_of_the_system(emulator, kind, field, typed):
    good = GOOD[kind]
    held = good | {field: "yang lama"}
    assert created(emulator, kind, good | {field: typed}) == DENIED
    assert updated(emulator, kind, good, good | {field: typed}) == DENIED
    assert updated(emulator, kind, held, good | {field: typed}) == DENIED
    assert updated(emulator, kind, held, good) == DENIED
    assert updated(emulator, kind, held, held | {"catatan": "milik sendiri"}) == ALLOWED


FOUND = {"url": "https://x.com/bali/status/1", "post": "x:1", "month": "2026-10"}


@pytest.mark.parametrize("kind", ["decisions", "objections"])
@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"post": None, "month": None}, ALLOWED),
        ({"post": None, "month": None, "url": "https://x.com/bali/status/2"}, ALLOWED),
        ({"month": None}, ALLOWED),
        ({"url": None, "post": "x:2", "month": None}, ALLOWED),
        ({"post": "x:2"}, DENIED),
        ({"month": "2026-09"}, DENIED),
        ({"post": "x:2", "month": "2026-09"}, DENIED),
        ({"post": "x:2", "url": "https://x.com/bali/status/2"}, DENIED),
    ],
)
def test_what_was_found_is_taken_away_and_not_replaced(emulator, kind, change, answer):
    held = GOOD[kind] | FOUND
    assert updated(emulator, kind, held, held | change) == answer


def test_a_month_that_is_the_whole_matter_may_be_mended(emulator):
    held = typed_objection(post=None, month="2026-10")
    assert updated(emulator, "objections", held, held | {"month": "2026-11"}) == ALLOWED


# What a ranking followed from

TAKEN = [APPLIES, f"{APPLIES}; catatan tidak dikenal", DECIDED, f"{DECIDED}; satker tidak ada"]
LEFT = [None, UNKNOWN, FROZEN, "berlaku mulai 2026-12-01T09:00+07:00", "why kosong; isi alasannya"]


@pytest.mark.parametrize("kind", ["decisions", "objections"])
def test_what_was_taken_is_not_deleted(emulator, kind):
    for status in TAKEN:
        assert deleted(emulator, kind, GOOD[kind] | {"status": status}) == DENIED, status
    for status in LEFT:
        assert deleted(emulator, kind, GOOD[kind] | {"status": status}) == ALLOWED, status
    assert deleted(emulator, kind, GOOD[kind]) == ALLOWED


def test_a_unit_and_settings_may_be_deleted(emulator):
    assert deleted(emulator, "satker", UNIT | {"status": "ok"}) == ALLOWED
    assert deleted(emulator, "settings", {"status": APPLIES}) == ALLOWED


@pytest.mark.parametrize("status", TAKEN)
@pytest.mark.parametrize(
    ("kind", "fixed"),
    [
        (
            "decisions",
            {"action": "include", "post": "x:2", "month": "2026-10", "account": "x:9", "by": "Budi"}
            | {"satker": "bali", "value": 7, "objection": "1", "at": "2026-11-04", "url": "x"},
        ),
        (
            "objections",
            {"post": "x:2", "month": "2026-10", "satker": "bali", "by": "Ani", "url": "x"}
            | {"at": "2026-11-04"},
        ),
    ],
)
def test_of_what_was_taken_the_words_may_be_mended(emulator, kind, fixed, status):
    held = GOOD[kind] | {"status": status}
    for field, typed in fixed.items():
        assert updated(emulator, kind, held, held | {field: typed}) == DENIED, field
        if field != "month":  # which is looked up, and typed by nobody beside a post
            assert updated(emulator, kind, GOOD[kind], GOOD[kind] | {field: typed}) == ALLOWED, (
                field
            )
    for field, typed in (("why", "Uji coba, bukan unggahan."), ("link", "x"), ("catatan", 1)):
        assert updated(emulator, kind, held, held | {field: typed}) == ALLOWED, field
    for field in ("Tindakan", "Nilai", "unggahan", "Disetujui oleh"):  # read as well as our names
        assert updated(emulator, kind, held, held | {field: 7}) == DENIED, field


def test_a_final_months_decision_may_ask_for_a_revision(emulator):
    held = GOOD["decisions"] | {"status": FROZEN}
    assert updated(emulator, "decisions", held, held | {"revise": True}) == ALLOWED


def test_an_answer_that_was_taken_stays(emulator):
    held = GOOD["objections"] | ANSWER
    other = {
        "answer": "Salah.",
        "accepted": True,
        "answered_by": "Budi",
        "answered_at": "2026-11-05",
    }
    for field, typed in other.items():
        for status, answer in ((DECIDED, DENIED), (APPLIES, ALLOWED)):
            before = held | {"status": status}
            assert updated(emulator, "objections", before, before | {field: typed}) == answer, field
