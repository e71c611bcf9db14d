"""The account-month book: small enough for a document, and the same bytes for the same content."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Agency, Entry, Measurement, Verdict
from functions.store import ledgers
from functions.store.agency import AgencyStore
from functions.store.documents import MAX_BYTES
from functions.store.ledgers import PART_SIZE, pack, unpack
from tests.score.cases import BEGIN, aged, read, x_post

MONTH = "2026-10"


def entry(post_id, random, samples=8):
    """A post as it stands in a ledger, its numbers as hard to compress as real ones."""
    reads = tuple(
        read(
            BEGIN + timedelta(seconds=n * 10_000 + random.randrange(10_000)),
            likes=random.randrange(100_000),
            comments=random.randrange(10_000),
            shares=random.randrange(10_000),
            views=random.randrange(10_000_000),
        )
        for n in range(samples)
    )
    measurement = Measurement(
        state="interpolated",
        i24=random.randrange(100_000),
        lower=0,
        upper=100_000,
        before=reads[-2],
        after=reads[-1],
    )
    verdict = Verdict(counted=True, reason="counted", satker="aceh", measurement=measurement)
    text = " ".join(f"{random.randrange(16**10):x}" for _ in range(10))
    return Entry(post=x_post(*reads, post_id=post_id, text=text), verdict=verdict)


@pytest.fixture(scope="module")
def huge():
    """An account-month of 5,000 posts, each with 8 samples, a caption and a verdict."""
    random = Random(1)
    names = [str(random.randrange(10**18)) for _ in range(5000)]
    return {name: entry(name, random) for name in names}


@pytest.fixture(scope="module")
def packed(huge):
    return pack(huge)


def test_a_month_of_5000_posts_splits_into_parts_under_1_mib_and_comes_back_equal(huge, packed):
    """ "parts `:{n}` from 500 kB on" (DESIGN.md); Firestore's documents end at 1 MiB."""
    assert len(packed) > 1
    assert all(len(part) <= PART_SIZE < MAX_BYTES for part in packed)
    assert unpack(packed) == huge


def test_the_parts_do_not_depend_on_the_order_of_the_posts(huge, packed):
    names = Random(2).sample(sorted(huge), len(huge))
    assert pack({name: huge[name] for name in names}) == packed


def test_a_huge_ledger_is_stored_and_read_part_by_part(store, huge):
    book = AgencyStore(store, Agency())
    ledger = book.ledger("x:1", MONTH)
    ledger.entries = dict(huge)
    book.save_ledger(ledger)
    assert book.ledger("x:1", MONTH).entries == huge
    assert book.ledgers(MONTH)["x:1"].entries == huge
    assert len(list(store.list(f"{book.root}/ledgers"))) > 1


def test_a_ledger_that_shrinks_leaves_no_part_behind(store, monkeypatch):
    monkeypatch.setattr(ledgers, "PART_SIZE", 2000)
    random = Random(3)
    book = AgencyStore(store, Agency())
    ledger = book.ledger("x:1", MONTH)
    ledger.entries = {str(n): entry(str(n), random) for n in range(40)}
    book.save_ledger(ledger)
    assert len(list(store.list(f"{book.root}/ledgers"))) > 3
    ledger = book.ledger("x:1", MONTH)
    ledger.entries = {"1": ledger.entries["1"]}
    book.save_ledger(ledger)
    [only] = store.list(f"{book.root}/ledgers")
    assert (only.id, only.data["parts"]) == ("x:1:2026-10", 1)
    assert book.ledger("x:1", MONTH).entries.keys() == {"1"}


def test_a_single_post_larger_than_a_part_is_not_split_for_ever(monkeypatch):
    monkeypatch.setattr(ledgers, "PART_SIZE", 10)
    one = {"1": entry("1", Random(4))}
    assert unpack(pack(one)) == one


def test_an_empty_ledger_is_one_small_part():
    assert unpack(pack({})) == {}
    assert len(pack({})) == 1


counts = st.none() | st.integers(0, 2**53)
samples = st.lists(st.integers(0, 300), unique=True, max_size=4).map(sorted)


@st.composite
def entries(draw):
    found = {}
    for name in draw(st.sets(st.text(min_size=1, max_size=8), max_size=6)):
        post = x_post(
            *(read(aged(hours), likes=draw(counts)) for hours in draw(samples)),
            post_id=name,
            text=draw(st.none() | st.text(max_size=20)),
            versions=tuple(draw(st.lists(st.text(max_size=3), max_size=2))),
            absences=tuple(aged(hours) for hours in draw(samples)),
        )
        found[name] = Entry(post=post)
    return found


@given(entries(), st.randoms(), st.sampled_from([60, 300, PART_SIZE]))
def test_what_goes_into_a_ledger_comes_out_whatever_its_parts_and_order(held, random, part_size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledgers, "PART_SIZE", part_size)
        parts = pack(held)
        names = random.sample(sorted(held), len(held))
        assert pack({name: held[name] for name in names}) == parts
    random.shuffle(parts)
    assert unpack(parts) == held
