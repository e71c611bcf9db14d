"""What outgrows a document: split by key or into pieces; equal content is equal bytes."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.store import parts
from functions.store.documents import MAX_BYTES
from functions.store.parts import PART_SIZE, compress, expand, join, pack, split
from functions.store.port import StoreError, Write

Counts = dict[str, list[int]]


def numbers(count, seed=1):
    """Entries as hard to compress as real ones."""
    random = Random(seed)
    return {str(random.randrange(10**18)): random.sample(range(10**9), 40) for _ in range(count)}


def test_a_large_mapping_becomes_parts_under_1_mib_and_comes_back_equal():
    """ "parts `:{n}` from 500 kB on" (DESIGN.md); Firestore's documents end at 1 MiB."""
    entries = numbers(10_000)
    packed = pack(entries)
    assert len(packed) > 2
    assert all(len(part) <= PART_SIZE < MAX_BYTES for part in packed)
    found = [expand(part, Counts) for part in packed]
    assert {name: entry for part in found for name, entry in part.items()} == entries
    assert sum(map(len, found)) == len(entries)


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.lists(st.integers(0, 2**40)), max_size=30),
    st.randoms(),
    st.sampled_from([20, 60, 300, PART_SIZE]),
)
def test_parts_do_not_depend_on_the_order_of_entries(entries, random, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART_SIZE", size)
        names = random.sample(sorted(entries), len(entries))
        packed = pack({name: entries[name] for name in names})
        assert packed == pack(entries)
        assert {n: e for part in packed for n, e in expand(part, Counts).items()} == entries


def test_a_writer_of_a_finer_split_that_dies_at_any_point_loses_nothing(monkeypatch):
    """Written last part first, what an overwritten part held is in the parts behind it."""
    entries = numbers(60)
    monkeypatch.setattr(parts, "PART_SIZE", len(compress(entries)) // 3)
    coarse = pack(entries)
    monkeypatch.setattr(parts, "PART_SIZE", len(compress(entries)) // 12)
    fine = pack(entries)
    assert 1 < len(coarse) < len(fine)
    for written in range(len(fine) + 1):
        stored = dict(enumerate(coarse)) | {
            n: fine[n] for n in range(len(fine) - written, len(fine))
        }
        found = {name for body in stored.values() for name in expand(body, Counts)}
        assert found == set(entries)


def test_an_entry_larger_than_a_part_is_not_split_for_ever(monkeypatch):
    monkeypatch.setattr(parts, "PART_SIZE", 10)
    [only] = pack({"1": [1] * 1000})
    assert expand(only, Counts) == {"1": [1] * 1000}


def test_nothing_is_one_small_part():
    [only] = pack({})
    assert expand(only, Counts) == {}


@pytest.mark.parametrize("size", [0, 1, PART_SIZE, PART_SIZE + 1, 3 * PART_SIZE + 7])
def test_a_body_of_any_size_comes_back(store, size):
    body = Random(size).randbytes(size)
    for n in range(2):
        document, pieces = split(f"books/{n}", body)
        store.write([*pieces, Write(f"books/{n}", document)])
    found = store.get(["books/0", "books/1"])
    assert join(store, found.values()) == [body, body]


def test_a_lost_piece_is_told_and_nothing_is_made_of_the_rest(store):
    document, pieces = split("books/1", bytes(PART_SIZE + 1))
    store.write([pieces[0], Write("books/1", document)])
    with pytest.raises(StoreError, match=r"books/1:.* is gone"):
        join(store, store.get(["books/1"]).values())
