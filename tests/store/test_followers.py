"""Follower counts of a month: added by several writers, beyond the size of a document."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest

from functions.model import Agency, iso
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.score.cases import BEGIN, END, MONTH, aged

DAY = timedelta(days=1)


@pytest.fixture
def book(store):
    return AgencyStore(store, Agency())


def test_a_follower_count_that_is_told_again_writes_nothing(book):
    readings = [("x", "1", aged(24), 20), ("x", "2", aged(1), 7)]
    book.save_followers(readings)
    before = book.store.meter.writes
    book.save_followers(readings)
    assert book.store.meter.writes == before


def test_writers_of_follower_counts_at_once_keep_each_others(book):
    def add(n):
        book.save_followers([("x", str(n % 3), aged(n), n)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    found = book.followers(MONTH, MONTH, END)
    assert found == {f"x:{n}": tuple((aged(at), at) for at in range(n, 12, 3)) for n in range(3)}


def test_followers_of_a_month_outgrow_a_document_without_loss(book):
    """2,500 accounts of a platform, read every day: more than a document of the first layout."""
    random = Random(1)
    names = [str(random.randrange(10**17)) for _ in range(2500)]
    days = [BEGIN + n * DAY + timedelta(seconds=random.randrange(86_000)) for n in range(31)]
    for chunk in (days[:15], days[15:30], days[30:]):
        book.save_followers(
            ("x", name, at + timedelta(seconds=random.randrange(60)), random.randrange(10**6))
            for at in chunk
            for name in names
        )
    found = book.followers(MONTH, MONTH, END)
    assert len(found) == 2500
    assert {len(readings) for readings in found.values()} == {31}
    parts = list(book.store.list("agencies/kemenkum/followers"))
    assert len(parts) > 1


def test_followers_of_the_first_layout_are_read_and_added_to(book):
    old = {"1": {iso(aged(1)): 10}}
    document = {"month": MONTH, "platform": "x", "accounts": old}
    book.store.write([Write(f"agencies/kemenkum/followers/x:{MONTH}", document)])
    assert book.followers(MONTH, MONTH, END) == {"x:1": ((aged(1), 10),)}
    book.save_followers([("x", "1", aged(24), 20)])
    assert book.followers(MONTH, MONTH, END) == {"x:1": ((aged(1), 10), (aged(24), 20))}
