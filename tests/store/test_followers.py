"""Follower counts of a month: added by several writers, beyond the size of a document."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.bands import followers_on
from functions.score.rules.engagement import followers_at
from functions.score.rules.flags import follower_jumps
from functions.store.followers import serving
from tests.factories import BEGIN, END, MONTH, aged

DAY = timedelta(days=1)


def test_a_follower_count_that_is_told_again_writes_nothing(agency):
    readings = [("x", "1", aged(24), 20), ("x", "2", aged(1), 7)]
    agency.save_followers(readings)
    before = agency.store.meter.writes
    agency.save_followers(readings)
    assert agency.store.meter.writes == before


def test_writers_of_follower_counts_at_once_keep_each_others(agency):
    def add(n):
        agency.save_followers([("x", str(n % 3), aged(n), n)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    found = agency.followers(MONTH, MONTH, END)
    assert found == {f"x:{n}": tuple((aged(at), at) for at in range(n, 12, 3)) for n in range(3)}


def test_followers_of_a_month_outgrow_a_document_without_loss(agency):
    """2,500 accounts of a platform, read every day: more than one document holds."""
    random = Random(1)
    names = [str(random.randrange(10**17)) for _ in range(2500)]
    days = [BEGIN + n * DAY + timedelta(seconds=random.randrange(86_000)) for n in range(31)]
    for chunk in (days[:15], days[15:30], days[30:]):
        agency.save_followers(
            ("x", name, at + timedelta(seconds=random.randrange(60)), random.randrange(10**6))
            for at in chunk
            for name in names
        )
    found = agency.followers(MONTH, MONTH, END)
    assert len(found) == 2500
    assert {len(readings) for readings in found.values()} == {31}
    parts = list(agency.store.list("agencies/kemenkum/followers"))
    assert len(parts) > 1


instants = st.integers(-100, 900).map(lambda hours: BEGIN + timedelta(hours=hours))


@given(
    st.dictionaries(instants, st.integers(0, 90_000)).map(lambda d: tuple(sorted(d.items()))),
    st.integers(0, (END - BEGIN) // timedelta(seconds=1) - 1),
)
def test_a_month_is_given_all_the_counts_that_its_ranking_asks_for(counts, second):
    kept = serving(counts, BEGIN, END)
    published_at = BEGIN + timedelta(seconds=second)
    assert followers_at(kept, published_at) == followers_at(counts, published_at)
    assert followers_on([kept], BEGIN) == followers_on([counts], BEGIN)
    assert follower_jumps("x:1", kept, BEGIN, END) == follower_jumps("x:1", counts, BEGIN, END)


@given(
    st.dictionaries(instants, st.integers(0, 90_000), min_size=1),
    st.dictionaries(instants.filter(lambda at: at >= END), st.integers(0, 90_000)),
)
def test_what_is_read_after_a_month_changes_nothing_in_it(counts, later):
    before = tuple(sorted(counts.items()))
    if min(counts) < END:
        more = tuple(sorted((later | counts).items()))
        assert serving(more, BEGIN, END) == serving(before, BEGIN, END)
