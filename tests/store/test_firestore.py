"""What is true of Firestore alone: its limits, its failures, documents made by hand."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

import functions.store.firestore as module
from functions.store.documents import EXPIRY, STAMP
from functions.store.firestore import FirestoreStore
from functions.store.port import Conflict, StoreError, Write
from tests import tools

POST = "agencies/kemenkum/posts/x:1:2"
MIB = 1024 * 1024


@pytest.fixture
def store(firestore_url):
    opened = FirestoreStore(firestore_url.removeprefix("firestore://"))
    yield opened
    opened.close()


@pytest.fixture
def commits(store, monkeypatch):
    """The sizes, in writes and bytes, of the commits sent."""
    sent = []
    commit = store._api.commit

    def counting(request, **kwargs):
        size = sum(write._pb.ByteSize() for write in request["writes"])
        sent.append((len(request["writes"]), size))
        return commit(request=request, **kwargs)

    monkeypatch.setattr(store._api, "commit", counting)
    return sent


# Commits


@pytest.mark.emulator
def test_many_small_writes_are_cut_by_their_number(store, commits):
    store.write(Write(f"agencies/a/posts/{n:04d}", {"n": n}, "merge") for n in range(620))
    assert sorted(number for number, _ in commits) == [120, 250, 250]
    assert commits[-1][0] == 120
    assert len(list(store.list("agencies/a/posts"))) == 620


@pytest.mark.emulator
def test_large_writes_are_cut_below_four_mebibytes(store, commits):
    page = b"x" * (MIB - 500)
    store.write(Write(f"agencies/a/ledgers/{n}", {"book": page}) for n in range(9))
    assert sorted(number for number, _ in commits) == [3, 3, 3]
    assert all(size < 4 * MIB for _, size in commits)
    assert all(d.data["book"] == page for d in store.list("agencies/a/ledgers"))
    assert store.meter.writes == 9


@pytest.mark.emulator
def test_the_last_commit_waits_for_the_others(store, monkeypatch):
    ended = []
    commit = store._commit

    def noting(writes):
        commit(writes)
        ended.append(writes[-1][0].path)

    monkeypatch.setattr(store, "_commit", noting)
    store.write(Write(f"agencies/a/posts/{n:04d}", {"n": n}) for n in range(2100))
    assert ended[-1] == "agencies/a/posts/2099"
    assert len(ended) == 9


@pytest.mark.emulator
def test_writes_with_preconditions_stay_in_order(store, commits):
    store.write(Write(f"agencies/a/posts/{n:04d}", {"n": n}, "create") for n in range(510))
    assert [number for number, _ in commits] == [250, 250, 10]


@pytest.mark.emulator
def test_a_conflict_names_documents_and_leaves_its_commit_undone(store):
    store.write([Write(POST, {"n": 1})])
    with pytest.raises(Conflict, match=POST):
        store.write([Write("agencies/kemenkum/posts/a", {}), Write(POST, {}, "create")])
    assert store.get(["agencies/kemenkum/posts/a"]) == {}


# Documents made by hand in the console


@pytest.mark.emulator
def test_a_document_made_by_hand_is_read_as_json(store):
    by_hand = store._client.document("agencies/kemenkum/satker/kanwil-ntt")
    other = store._client.document("agencies/kemenkum/satker/pusat")
    since = datetime(2026, 10, 1, 7, 0, tzinfo=UTC)
    by_hand.set({"name": "NTT", "from": since, "parent": other, "x": [{"to": since}]})
    stored = store.get([by_hand.path])[by_hand.path]
    assert stored.data == {
        "name": "NTT",
        "from": "2026-10-01T07:00:00Z",
        "parent": "agencies/kemenkum/satker/pusat",
        "x": [{"to": "2026-10-01T07:00:00Z"}],
    }
    assert abs((stored.changed_at - datetime.now(UTC)).total_seconds()) < 60
    store.write([Write(by_hand.path, {"name": "Kanwil NTT"}, "merge", stored.version)])
    assert store.get([by_hand.path])[by_hand.path].data["name"] == "Kanwil NTT"


@pytest.mark.emulator
def test_the_stamp_is_the_servers_and_hidden(store):
    store.write([Write(POST, {"n": 1})])
    raw = store._client.document(POST).get().to_dict()
    assert raw.keys() == {"n", STAMP}
    assert store.get([POST])[POST].data == {"n": 1}
    # A replacement leaves it, too.
    store.write([Write(POST, {"m": 1}, "set", store.get([POST])[POST].version)])
    assert store._client.document(POST).get().to_dict().keys() == {"m", STAMP}


# Failures


@pytest.fixture
def unreachable(monkeypatch):
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{tools.free_port()}")
    opened = FirestoreStore("nowhere", deadline=0.5)
    yield opened
    opened.close()


@pytest.mark.parametrize("verb", ["get", "list", "write", "conditional"])
def test_an_unreachable_database_is_one_line_after_the_deadline(unreachable, verb):
    actions = {
        "get": lambda: unreachable.get([POST]),
        "list": lambda: list(unreachable.list("agencies")),
        "write": lambda: unreachable.write([Write(POST, {})]),
        "conditional": lambda: unreachable.write([Write(POST, {}, "create")]),
    }
    began = datetime.now(UTC)
    with pytest.raises(
        StoreError, match=r"Firestore nowhere/\(default\): .*check the network"
    ) as e:
        actions[verb]()
    assert not isinstance(e.value, Conflict)
    assert "\n" not in str(e.value)
    assert (datetime.now(UTC) - began).total_seconds() < 5
    assert unreachable.meter.reads == unreachable.meter.writes == 0


@pytest.mark.emulator
def test_a_passing_failure_is_tried_again(store, monkeypatch):
    from google.api_core.exceptions import ServiceUnavailable

    failures = [ServiceUnavailable("try again"), ServiceUnavailable("and again")]

    def failing(real):
        def call(*args, **kwargs):
            if failures:
                raise failures.pop()
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(store._api, "commit", failing(store._api.commit))
    store.write([Write(POST, {"n": 1})])
    assert not failures
    assert store.meter.writes == 1


@pytest.mark.parametrize(
    ("name", "words", "advice"),
    [
        ("PermissionDenied", "Missing permissions", "roles/datastore.user"),
        ("NotFound", "The database (default) does not exist", "create it, or correct KIPRAH_STORE"),
        ("ResourceExhausted", "Quota exceeded.", "quota is spent"),
        ("InvalidArgument", "too\nlarge", "its own words (too large)"),
        ("DataLoss", "what", "its own words (what)"),
        ("FailedPrecondition", "Datastore Mode", "Datastore Mode"),
    ],
)
def test_an_error_says_what_to_do(unreachable, monkeypatch, name, words, advice):
    from google.api_core import exceptions

    def refuse(*args, **kwargs):
        raise getattr(exceptions, name)(words)

    monkeypatch.setattr(unreachable._api, "commit", refuse)
    with pytest.raises(StoreError) as caught:
        unreachable.write([Write(POST, {"n": 1})])
    assert not isinstance(caught.value, Conflict)
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_database_is_no_conflict(unreachable, monkeypatch):
    from google.api_core.exceptions import NotFound

    def refuse(*args, **kwargs):
        raise NotFound("The database (default) does not exist for project nowhere")

    monkeypatch.setattr(unreachable._api, "commit", refuse)
    with pytest.raises(StoreError, match="no such database") as caught:
        unreachable.write([Write(POST, {"n": 1}, "create")])
    assert not isinstance(caught.value, Conflict)


def test_without_credentials_it_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    with pytest.raises(StoreError, match="gcloud auth application-default login"):
        FirestoreStore("nowhere")


def test_every_call_has_a_deadline(unreachable, monkeypatch):
    seen = []

    def note(*args, **kwargs):
        seen.append(kwargs.get("timeout"))
        return iter(())

    for name in ("commit", "batch_get_documents", "run_query"):
        monkeypatch.setattr(unreachable._api, name, note)
    unreachable.get([POST])
    list(unreachable.list("agencies"))
    with pytest.raises(AttributeError):
        unreachable.write([Write(POST, {})])
    assert seen == [0.5, 0.5, 0.5]


def test_importing_the_adapter_imports_nothing_of_googles():
    vendors = "('google.api_core', 'google.auth', 'google.cloud.firestore', 'grpc')"
    program = f"import sys, {module.__name__}; print([m for m in {vendors} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.strip() == b"[]"


# What expires


@pytest.mark.emulator
def test_an_expiry_is_a_timestamp_that_a_ttl_policy_understands(store):
    at = datetime(2026, 10, 1, 7, 0, tzinfo=UTC)
    store.write([Write(POST, {"n": 1}, expires_at=at)])
    raw = store._client.document(POST).get().to_dict()
    assert raw.keys() == {"n", STAMP, EXPIRY}
    assert raw[EXPIRY] == at
    assert store.sweep(datetime.now(UTC), most=10) == 0
    assert store.get([POST])[POST].expires_at == at


@pytest.mark.emulator
def test_a_text_in_the_place_of_the_expiry_expires_nothing(store):
    """As attempts of an earlier version have it."""
    store._client.document(POST).set({"n": 1, EXPIRY: "2026-10-01T07:00:00Z"})
    stored = store.get([POST])[POST]
    assert (stored.data, stored.expires_at) == ({"n": 1}, None)
