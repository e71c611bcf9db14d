"""What every store promises; each test runs against SQLite and against Google's emulator."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.store import open_store
from functions.store.documents import MAX_BYTES, PAGE, merged
from functions.store.port import Conflict, Stored, StoreError, Write

AGENCY = "agencies/kemenkum"
POST = f"{AGENCY}/posts/instagram:17841:179_3"

everything = {
    "text": "Kanwil NTT – “layanan” 🇮🇩 \u0000 \\ \" 'é",
    "none": None,
    "yes": True,
    "zero": 0,
    "count": 2**53 + 1,
    "least": -(2**63),
    "tenth": 0.1,
    "whole": 1.0,
    "empty_text": "",
    "empty_list": [],
    "empty_map": {},
    "list": [1, "two", None, {"in": [{"deep": [3]}]}],
    "map": {"a.b": 1, "c:d-e": {"`f`": {"2026-10-01T00:00:00Z": {"likes": 5}}}, "é\\": {}},
    "big": list(range(2000)),
    "bytes": b"\x00\xff\x1f\x8b",
    "no_bytes": b"",
    "$base64": "AAAA",
}


def content_of(store, path=POST):
    """The document's content, None when there is no document."""
    found = store.get([path])
    return found[path].data if path in found else None


def version(store, path=POST):
    return store.get([path])[path].version


def ids(documents):
    return [document.id for document in documents]


# Reading what was written


def test_a_document_comes_back_as_it_was_written(store):
    before = datetime.now(UTC) - timedelta(seconds=2)
    store.write([Write(POST, everything)])
    stored = store.get([POST])[POST]
    assert stored.data == everything
    assert isinstance(stored.data["whole"], float)
    assert stored.path == POST
    assert stored.id == "instagram:17841:179_3"
    assert before < stored.changed_at < datetime.now(UTC) + timedelta(seconds=2)
    assert type(stored.changed_at) is datetime
    assert stored.changed_at.tzinfo is UTC


def test_a_mapping_that_looks_like_encoded_bytes_stays_a_mapping(store):
    data = {"a": {"$base64": "AAAA"}, "b": {"$map": {"$base64": "AAAA"}}, "c": {"$map": 1}}
    store.write([Write(POST, data)])
    assert content_of(store) == data


def test_only_existing_documents_are_given(store):
    store.write([Write(POST, {"n": 1}), Write(f"{AGENCY}/posts/x:1:2", {"n": 2})])
    assert store.get([f"{AGENCY}/posts/none", POST, POST]).keys() == {POST}
    assert store.get([]) == {}


def test_more_documents_than_fit_in_one_request(store):
    paths = [f"{AGENCY}/posts/{n:04d}" for n in range(PAGE + 5)]
    store.write(Write(path, {"n": n}) for n, path in enumerate(paths))
    assert len(store.get(paths)) == PAGE + 5
    assert [d.data["n"] for d in store.list(f"{AGENCY}/posts")] == list(range(PAGE + 5))


# Modes of writing


def test_set_replaces(store):
    store.write([Write(POST, {"a": 1, "b": {"c": 2}}), Write(POST, {"b": {"d": 3}})])
    assert content_of(store) == {"b": {"d": 3}}


def test_merge_adds_key_by_key(store):
    store.write([Write(POST, {"a": 1, "samples": {"10:00": {"likes": 1, "views": None}}})])
    store.write([Write(POST, {"samples": {"10:15": {"likes": 2}}, "b": [1]}, "merge")])
    store.write([Write(POST, {"samples": {"10:00": {"views": 9}}, "b": [2]}, "merge")])
    assert content_of(store) == {
        "a": 1,
        "b": [2],
        "samples": {"10:00": {"likes": 1, "views": 9}, "10:15": {"likes": 2}},
    }


def test_merge_keeps_names_apart_that_look_like_paths(store):
    store.write([Write(POST, {"a": {"b": {"c": 1}}, "x:1-é": {"n": 1}})])
    store.write([Write(POST, {"a": {"b.c": 2}, "a.b": 3, "x:1-é": {"`": 4}}, "merge")])
    assert content_of(store) == {
        "a": {"b": {"c": 1}, "b.c": 2},
        "a.b": 3,
        "x:1-é": {"n": 1, "`": 4},
    }


def test_merge_creates_what_is_missing(store):
    store.write([Write(POST, {"a": {"b": 1}}, "merge")])
    assert content_of(store) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ({"a": {"b": 1}}, {"a": {}}, {"a": {}}),
        ({"a": {"b": {"c": 1}, "d": 2}}, {"a": {"b": {}}}, {"a": {"b": {}, "d": 2}}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 2}}, {"a": 1}, {"a": 1}),
        ({"a": {"b": 2}}, {"a": None}, {"a": None}),
        ({"a": b"1"}, {"a": b"2"}, {"a": b"2"}),
        ({"a": {"$base64": "AAAA"}}, {"a": {"b": 1}}, {"a": {"$base64": "AAAA", "b": 1}}),
        ({"a": 1}, {}, {"a": 1}),
        ({}, {}, {}),
    ],
)
def test_merge_of_maps_with_other_values(store, old, new, result):
    store.write([Write(POST, old), Write(POST, new, "merge")])
    assert content_of(store) == result


def test_create_wants_the_document_absent(store):
    store.write([Write(POST, {"n": 1}, "create")])
    with pytest.raises(Conflict, match="179_3"):
        store.write([Write(POST, {"n": 2}, "create")])
    assert content_of(store) == {"n": 1}


def test_delete_removes_and_may_come_twice(store):
    store.write([Write(POST, {"n": 1})])
    store.write([Write(POST, mode="delete")])
    store.write([Write(POST, mode="delete")])
    assert content_of(store) is None
    store.write([Write(POST, {"n": 2}, "create")])
    assert content_of(store) == {"n": 2}


def test_a_deleted_document_leaves_the_nested_ones(store):
    nested = f"{AGENCY}/satker/kanwil-ntt/accounts/x:a"
    store.write([Write(f"{AGENCY}/satker/kanwil-ntt", {"n": 1}), Write(nested, {"n": 2})])
    store.write([Write(f"{AGENCY}/satker/kanwil-ntt", mode="delete")])
    assert content_of(store, nested) == {"n": 2}
    assert list(store.list(f"{AGENCY}/satker")) == []


def test_writing_twice_equals_writing_once(store):
    writes = [
        Write(POST, {"samples": {"10:00": {"likes": 1}}}, "merge"),
        Write(f"{AGENCY}/runs/r1", {"started_at": "2026-10-20"}),
        Write(f"{AGENCY}/runs/r0", mode="delete"),
    ]
    store.write(writes)
    once = [d.data for c in ("posts", "runs") for d in store.list(f"{AGENCY}/{c}")]
    store.write(writes)
    assert [d.data for c in ("posts", "runs") for d in store.list(f"{AGENCY}/{c}")] == once


def test_one_document_several_times_in_one_call_is_written_in_order(store):
    store.write(
        [
            Write(POST, {"n": 0}, "create"),
            Write(POST, {"a": {"b": 1}}, "merge"),
            Write(POST, mode="delete"),
            Write(POST, {"n": 1}, "merge"),
            Write(POST, {"m": 2}, "merge"),
        ]
    )
    assert content_of(store) == {"n": 1, "m": 2}


def test_many_writes_of_few_documents_stay_in_order(store):
    writes = [
        Write(f"{AGENCY}/posts/{n % 3}", {"last": n, f"n{n}": n}, "merge") for n in range(900)
    ]
    store.write(writes)
    assert [d.data["last"] for d in store.list(f"{AGENCY}/posts")] == [897, 898, 899]
    assert all(len(d.data) == 301 for d in store.list(f"{AGENCY}/posts"))


# Preconditions


@pytest.mark.parametrize("mode", ["set", "merge", "delete"])
def test_a_write_with_the_version_read_goes_through(store, mode):
    store.write([Write(POST, {"a": 1, "b.c": {"d": 2}})])
    store.write([Write(POST, {} if mode == "delete" else {"e": 3}, mode, version(store))])
    expected = {"set": {"e": 3}, "merge": {"a": 1, "b.c": {"d": 2}, "e": 3}, "delete": None}
    assert content_of(store) == expected[mode]


@pytest.mark.parametrize("mode", ["set", "merge", "delete"])
def test_a_write_with_an_old_version_is_a_conflict(store, mode):
    store.write([Write(POST, {"n": 1})])
    old = version(store)
    store.write([Write(POST, {"n": 2})])
    with pytest.raises(Conflict, match="179_3"):
        store.write([Write(POST, {"n": 3}, mode, old)])
    assert content_of(store) == {"n": 2}


@pytest.mark.parametrize("mode", ["set", "merge", "delete"])
def test_a_version_of_a_deleted_document_is_a_conflict(store, mode):
    store.write([Write(POST, {"n": 1})])
    old = version(store)
    store.write([Write(POST, mode="delete")])
    with pytest.raises(Conflict):
        store.write([Write(POST, {"n": 2}, mode, old)])
    # Nor is one that was made anew the one that was read.
    store.write([Write(POST, {"n": 1}, "create")])
    with pytest.raises(Conflict):
        store.write([Write(POST, {"n": 2}, mode, old)])
    assert content_of(store) == {"n": 1}


def test_the_second_of_two_writers_with_one_version_conflicts(store):
    store.write([Write(POST, {"n": 1})])
    read_by_both = version(store)
    writes = [
        Write(POST, {"n": 2}, "set", read_by_both),
        Write(POST, {"n": 3}, "set", read_by_both),
    ]
    with pytest.raises(Conflict):
        store.write(writes)


def test_every_write_gives_a_new_version(store):
    seen = set()
    for _ in range(5):
        store.write([Write(POST, {"same": 1})])
        seen.add(version(store))
    assert len(seen) == 5


def test_a_list_gives_the_version_that_get_gives(store):
    store.write([Write(POST, {"n": 1})])
    assert [d.version for d in store.list(f"{AGENCY}/posts")] == [version(store)]


# Lists


def test_a_list_holds_one_collection_in_the_order_of_ids(store):
    names = ["b", "a:2", "a", "é", "a:10", "Z", "_"]
    store.write(Write(f"{AGENCY}/posts/{name}", {"n": 1}) for name in names)
    store.write([Write(f"agencies/other/posts/{name}", {"n": 1}) for name in names[:2]])
    store.write([Write(f"{AGENCY}/posts/a/nested/c", {"n": 1}), Write(AGENCY, {"n": 1})])
    assert ids(store.list(f"{AGENCY}/posts")) == sorted(names)
    assert ids(store.list("agencies")) == ["kemenkum"]
    assert ids(store.list(f"{AGENCY}/none")) == []


def test_a_list_is_bounded_and_ordered_by_its_field(store):
    times = {"p1": "2026-10-03", "p2": "2026-10-01", "p3": "2026-10-02", "p0": "2026-10-02"}
    store.write(Write(f"{AGENCY}/posts/{i}", {"published_at": at}) for i, at in times.items())
    # Neither is found by its field: one has none, the other no text in it.
    store.write([Write(f"{AGENCY}/posts/q", {}), Write(f"{AGENCY}/posts/r", {"published_at": 5})])
    posts = f"{AGENCY}/posts"
    assert ids(store.list(posts, at_least="2026-10-02")) == ["p0", "p3", "p1"]
    assert ids(store.list(posts, below="2026-10-02")) == ["p2"]
    assert ids(store.list(posts, at_least="2026-10-01", below="2026-10-03")) == ["p2", "p0", "p3"]
    assert ids(store.list(posts, at_least="2027")) == []
    assert ids(store.list(posts)) == ["p0", "p1", "p2", "p3", "q", "r"]


def test_the_bound_follows_a_change_of_the_field(store):
    store.write([Write(f"{AGENCY}/rankings/a", {"month": "2026-10", "n": 1})])
    store.write([Write(f"{AGENCY}/rankings/a", {"n": 2}, "merge")])
    assert ids(store.list(f"{AGENCY}/rankings", at_least="2026-10", below="2026-11")) == ["a"]
    store.write([Write(f"{AGENCY}/rankings/a", {"month": "2026-09"}, "merge")])
    assert ids(store.list(f"{AGENCY}/rankings", at_least="2026-10", below="2026-11")) == []


def test_changed_since_gives_what_was_written_from_then_on(store):
    posts = f"{AGENCY}/posts"
    for name in ("c", "a", "b"):
        store.write([Write(f"{posts}/{name}", {"n": 1})])
    stamps = {d.id: d.changed_at for d in store.list(posts)}
    assert stamps["c"] <= stamps["a"] <= stamps["b"]
    assert set(ids(store.list(posts, changed_since=stamps["c"]))) == {"a", "b", "c"}
    store.write([Write(f"{posts}/c", {"m": 1}, "merge")])
    changed = list(store.list(posts, changed_since=stamps["a"]))
    assert [d.changed_at for d in changed] == sorted(d.changed_at for d in changed)
    assert ids(changed)[-1] == "c"
    later = changed[-1].changed_at + timedelta(microseconds=1)
    assert list(store.list(posts, changed_since=later)) == []


def test_changed_since_takes_any_time_zone(store):
    store.write([Write(POST, {"n": 1})])
    jakarta = store.get([POST])[POST].changed_at.astimezone()
    assert len(list(store.list(f"{AGENCY}/posts", changed_since=jakarta))) == 1


def test_long_lists_lose_and_repeat_nothing(store):
    count = 2 * PAGE
    store.write(
        Write(f"{AGENCY}/posts/{n:04d}", {"published_at": f"2026-10-{n % 7}"}) for n in range(count)
    )
    posts = f"{AGENCY}/posts"
    bounds: list[Any] = [
        {},
        {"at_least": "2026"},
        {"changed_since": datetime(2026, 1, 1, tzinfo=UTC)},
    ]
    for bound in bounds:
        assert sorted(ids(store.list(posts, **bound))) == [f"{n:04d}" for n in range(count)]


def test_documents_may_be_written_while_they_are_listed(store):
    store.write(Write(f"{AGENCY}/posts/{n}", {"n": n}) for n in range(5))
    for document in store.list(f"{AGENCY}/posts"):
        store.write([Write(document.path, {"seen": True}, "merge", document.version)])
    assert all(d.data["seen"] for d in store.list(f"{AGENCY}/posts"))


def test_a_list_may_be_left_half_read(store):
    store.write(Write(f"{AGENCY}/posts/{n}", {"n": n}) for n in range(5))
    assert next(store.list(f"{AGENCY}/posts")).id == "0"
    store.write([Write(POST, {"n": 1})])


# What no store takes


@pytest.mark.parametrize(
    "path",
    ["posts", "a/b/c", "", "/a", "a/", "a//b/c", "a/.", "a/..", "a/__x__", "a/b/../c"],
)
def test_what_is_no_documents_path(store, path):
    with pytest.raises(ValueError):
        store.write([Write(path, {})])
    with pytest.raises(ValueError):
        store.get([path])


@pytest.mark.parametrize(
    "data",
    [
        {"a": [[1]]},
        {"a": [{"b": [[1]]}]},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": 2**63},
        {"a": {1: 2}},
        {"": 1},
        {"a": {"__x__": 1}},
        {"a": {"b": b"nested"}},
        {"a": datetime(2026, 1, 1, tzinfo=UTC)},
        {"a": {1, 2}},
        {"a": "\ud800"},
        {"changed_at": "2026-10-20"},
    ],
)
def test_values_that_not_every_store_takes(store, data):
    for mode in ("set", "merge", "create"):
        with pytest.raises(ValueError):
            store.write([Write(POST, data, mode)])
    assert content_of(store) is None


def test_a_document_over_its_limit_is_named(store):
    body = b"x" * (MAX_BYTES - 200)
    store.write([Write(POST, {"body": body})])
    assert content_of(store) == {"body": body}
    with pytest.raises(StoreError, match=r"179_3 would take 1,048,6.. bytes.*split it"):
        store.write([Write(POST, {"body": body + b"x" * 200})])


def test_a_refused_write_stops_the_whole_call(store):
    with pytest.raises(ValueError):
        store.write([Write(POST, {"n": 1}), Write(POST, {"a": [[1]]})])
    assert content_of(store) is None


@pytest.mark.parametrize(
    "bounds",
    [{"at_least": "2026", "changed_since": datetime(2026, 1, 1, tzinfo=UTC)}],
)
def test_a_list_has_one_kind_of_bound(store, bounds):
    with pytest.raises(ValueError):
        store.list(f"{AGENCY}/posts", **bounds)


def test_a_collection_without_a_queried_field_has_no_bound(store):
    with pytest.raises(ValueError, match="budgets"):
        store.list(f"{AGENCY}/budgets", at_least="a")


def test_a_created_document_has_no_version(store):
    with pytest.raises(ValueError):
        store.write([Write(POST, {}, "create", "1")])


# Together


def test_merges_from_several_threads_all_arrive(store):
    def merge(n):
        store.write([Write(POST, {"samples": {f"{n:02d}": {"likes": n}}}, "merge")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(merge, range(24)))
    assert content_of(store)["samples"] == {f"{n:02d}": {"likes": n} for n in range(24)}


def test_counting_with_preconditions_loses_nothing(store):
    path = f"{AGENCY}/budgets/meta"
    store.write([Write(path, {"spent": 0})])

    def spend(_):
        while True:
            found = store.get([path])[path]
            try:
                store.write([Write(path, {"spent": found.data["spent"] + 1}, "set", found.version)])
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(spend, range(12)))
    assert content_of(store, path) == {"spent": 12}


def test_only_one_of_many_creates(store):
    together = threading.Barrier(6)

    def create(n):
        together.wait()
        try:
            store.write([Write(f"{AGENCY}/runs/r1", {"by": n}, "create")])
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(create, range(6))) == 1


def test_two_stores_on_one_address_see_each_other(store, store_url):
    other = open_store(store_url)
    store.write([Write(POST, {"n": 1})])
    assert content_of(other) == {"n": 1}
    other.write([Write(POST, {"n": 2}, "set", version(store))])
    assert content_of(store) == {"n": 2}
    other.close()


# What it costs


def test_the_meter_counts_as_firestore_bills(store):
    def cost(action):
        meter = store.meter
        before = meter.reads, meter.writes, meter.deletes
        action()
        after = meter.reads, meter.writes, meter.deletes
        return tuple(now - then for now, then in zip(after, before, strict=True))

    posts = f"{AGENCY}/posts"
    five = [Write(f"{posts}/{n}", {"n": n}, "merge") for n in range(5)]
    assert cost(lambda: store.write(five)) == (0, 5, 0)
    assert cost(lambda: store.write([])) == (0, 0, 0)
    assert cost(lambda: store.write([Write(f"{posts}/0", mode="delete")])) == (0, 0, 1)
    assert cost(lambda: store.get([f"{posts}/0", f"{posts}/1", f"{posts}/1"])) == (2, 0, 0)
    assert cost(lambda: list(store.list(posts))) == (4, 0, 0)
    assert cost(lambda: list(store.list(f"{AGENCY}/none"))) == (1, 0, 0)
    assert cost(lambda: list(store.list(posts, at_least="2026"))) == (1, 0, 0)
    with pytest.raises(Conflict):
        store.write([Write(f"{posts}/1", {}, "create")])
    assert cost(lambda: None) == (0, 0, 0)


# The same documents in every store

names = st.sampled_from(["a", "b", "a.b", "c:d", "é`\\", "10:00", "_", "__x", "$base64", "$map"])
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
maps: st.SearchStrategy[Any] = st.deferred(lambda: st.dictionaries(names, values, max_size=3))
values: st.SearchStrategy[Any] = scalars | maps | st.lists(scalars | maps, max_size=3)
documents = st.dictionaries(names, values | st.binary(max_size=5), max_size=4)
writes = st.builds(
    lambda id, data, mode: Write(f"posts/{id}", {} if mode == "delete" else data, mode),
    st.sampled_from("pq"),
    documents,
    st.sampled_from(["set", "merge", "merge", "merge", "delete"]),
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
@given(st.lists(st.lists(writes, min_size=1, max_size=3), min_size=1, max_size=4))
def test_any_sequence_of_writes_leaves_what_the_words_say(store, calls):
    """Against a dictionary, the plainest store of all: so every adapter agrees with every other."""
    root = f"examples/{uuid.uuid4().hex}"
    expected: dict[str, Any] = {}
    for call in calls:
        store.write([Write(f"{root}/{w.path}", w.data, w.mode) for w in call])
        for write in call:
            id = write.path.rpartition("/")[2]
            if write.mode == "delete":
                expected.pop(id, None)
            elif write.mode == "merge":
                expected[id] = merged(expected.get(id, {}), write.data)
            else:
                expected[id] = write.data
    found = list(store.list(f"{root}/posts"))
    assert {document.id: document.data for document in found} == expected
    assert all(isinstance(document, Stored) for document in found)


# What expires

SOON = datetime(2026, 10, 20, 3, 0, 0, 123456, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def expiry(store, path=POST):
    return store.get([path])[path].expires_at


def test_a_document_says_when_it_expires(store):
    store.write([Write(POST, {"n": 1}, expires_at=SOON), Write(f"{AGENCY}/posts/a", {})])
    assert content_of(store) == {"n": 1}
    assert expiry(store) == SOON
    assert expiry(store).tzinfo is UTC
    assert [d.expires_at for d in store.list(f"{AGENCY}/posts")] == [None, SOON]


def test_an_expiry_may_be_of_any_time_zone(store):
    jakarta = timezone(timedelta(hours=7))
    store.write([Write(POST, {}, expires_at=SOON.astimezone(jakarta))])
    assert expiry(store) == SOON


def test_a_merge_keeps_the_expiry_or_says_another_and_a_set_forgets_it(store):
    store.write([Write(POST, {"n": 1}, "create", expires_at=SOON)])
    store.write([Write(POST, {"m": 2}, "merge")])
    assert (content_of(store), expiry(store)) == ({"n": 1, "m": 2}, SOON)
    later = SOON + timedelta(days=400)
    store.write([Write(POST, {}, "merge", version(store), expires_at=later)])
    assert (content_of(store), expiry(store)) == ({"n": 1, "m": 2}, later)
    store.write([Write(POST, {"n": 3})])
    assert (content_of(store), expiry(store)) == ({"n": 3}, None)


def test_what_has_expired_is_read_like_any_other_until_it_is_deleted(store):
    """Firestore takes up to a day for it, so nobody may count on its being gone, or being there."""
    facts = {"published_at": "2026-10-01"}
    store.write([Write(POST, facts, expires_at=LONG_AGO)])
    posts = f"{AGENCY}/posts"
    assert content_of(store) == facts
    assert ids(store.list(posts)) == ids(store.list(posts, at_least="2026")) == [POST.split("/")[3]]
    assert len(list(store.list(posts, changed_since=LONG_AGO))) == 1
    with pytest.raises(Conflict):
        store.write([Write(POST, {}, "create")])
    store.write([Write(POST, {"more": 1}, "merge", version(store), expires_at=SOON)])
    assert (content_of(store), expiry(store)) == (facts | {"more": 1}, SOON)


def test_an_expiry_needs_its_zone_and_its_name_is_the_stores(store):
    with pytest.raises(ValueError, match="UTC offset"):
        store.write([Write(POST, {}, expires_at=datetime(2026, 1, 1))])  # noqa: DTZ001
    with pytest.raises(ValueError, match="expires_at is written by the store"):
        store.write([Write(POST, {"expires_at": "2026-01-01T00:00:00Z"})])
    assert content_of(store) is None


# Everything


def test_everything_is_every_document_at_any_depth(store):
    paths = {
        "installation/store": None,
        AGENCY: None,
        POST: SOON,
        f"{AGENCY}/satker/kanwil-ntt/accounts/x:a": None,
        "agencies/other/satker/gone/accounts/x:b": None,  # the document above it is missing
        "agencies/other/satker/gone/accounts/x:b/deeper/still": LONG_AGO,
    }
    store.write(
        Write(path, {"at": path, "b": b"\x00"}, expires_at=at) for path, at in paths.items()
    )
    found = list(store.everything())
    assert {d.path: d.expires_at for d in found} == paths
    assert all(d.data == {"at": d.path, "b": b"\x00"} for d in found)
    assert found == [*store.get([d.path for d in found]).values()]
    assert len(list(store.everything(most=2))) == 2


def test_everything_of_an_empty_store_is_nothing(store):
    assert list(store.everything()) == list(store.everything(most=1)) == []


def test_everything_is_as_it_stood_at_one_instant(store):
    count = PAGE + 20
    store.write(Write(f"{AGENCY}/posts/{n:04d}", {"n": 0}) for n in range(count))
    found = []
    for document in store.everything():
        if not found:
            store.write(Write(f"{AGENCY}/posts/{n:04d}", {"n": 1}) for n in range(count + 9))
            store.write([Write(f"{AGENCY}/posts/{count - 1:04d}", mode="delete")])
        found.append(document)
    assert [d.data["n"] for d in found] == [0] * count
    assert [d.id for d in found] == [f"{n:04d}" for n in range(count)]
