"""Months' ledgers and rankings; each test runs against both stores."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Agency, Entry, RankedList, Row
from functions.store import parts
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthIndex, MonthRecord, index_of
from functions.store.parts import compress, split
from functions.store.port import Conflict, Write
from functions.store.sqlite import SqliteStore
from tests.factories import (
    CLOSES,
    END,
    MONTH,
    aged,
    ranked_list,
    ranking,
    read,
    record,
    row,
    x_post,
)
from tests.store.agency.conftest import FRAME, keep


def month_record(month=MONTH, **facts):
    """A month that was ranked at its end."""
    return record(ranking(as_of=END, **{"month": month, **facts}))


# Ledgers


def test_a_month_without_posts_has_no_ledgers(agency):
    assert agency.ledgers(MONTH) == {}


def test_ledgers_come_by_month_and_account(agency):
    keep(agency, x_post(read(aged(1))), x_post(read(aged(1)), platform="tiktok", account_id="-0/1"))
    keep(agency, x_post(read(aged(1)), published_at=END), month="2026-11")
    assert set(agency.ledgers(MONTH)) == {"x:1", "tiktok:-0/1"}
    [november] = agency.ledgers("2026-11").values()
    assert (november.account, november.month) == ("x:1", "2026-11")
    assert november.entries.keys() == {"100"}


def test_who_writes_a_page_second_is_told(agency):
    for n in range(2):
        mine, theirs = agency.ledgers(MONTH), agency.ledgers(MONTH)
        theirs.put(Entry(post=x_post(read(aged(1)), post_id=f"theirs-{n}")))
        agency.save_ledgers(theirs)
        mine.put(Entry(post=x_post(read(aged(1)), post_id=f"mine-{n}")))
        with pytest.raises(Conflict):
            agency.save_ledgers(mine)
    assert agency.ledgers(MONTH)["x:1"].entries.keys() == {"theirs-0", "theirs-1"}


def test_two_writers_of_different_days_do_not_meet(agency):
    mine, theirs = agency.ledgers(MONTH), agency.ledgers(MONTH)
    mine.put(Entry(post=x_post(read(aged(1)), post_id="1")))
    theirs.put(Entry(post=x_post(read(aged(30)), post_id="2", published_at=aged(24))))
    agency.save_ledgers(theirs)
    agency.save_ledgers(mine)
    assert agency.ledgers(MONTH)["x:1"].entries.keys() == {"1", "2"}


# Rankings


def test_months_come_oldest_first_each_with_its_newest_revision(agency):
    first = [month_record("2026-11"), month_record("2026-09"), month_record(MONTH, state="final")]
    for each in (*first, month_record(MONTH, revision=2, state="final")):
        agency.save_month(each, FRAME)
    assert [(m, r.ranking.revision) for m, r in agency.months().items()] == [
        ("2026-09", 1),
        ("2026-10", 2),
        ("2026-11", 1),
    ]


def test_a_months_state_is_that_of_its_newest_revision(agency):
    assert agency.month_state(MONTH) is None
    agency.save_month(month_record(state="final"), FRAME)
    agency.save_month(month_record(revision=2, state="closing"), FRAME)
    agency.save_month(month_record(month="2026-11", state="open"), FRAME)
    assert agency.month_state(MONTH) == "closing"
    assert agency.month_state("2026-11") == "open"
    assert agency.month_state("2026-09") is None


def test_an_open_month_is_replaced_and_a_final_one_is_not(agency):
    """ "A final month is frozen … written once and never again." """
    agency.save_month(month_record(), FRAME)
    agency.save_month(month_record(state="closing"), FRAME)
    frozen = month_record(state="final")
    agency.save_month(frozen, FRAME)
    for again in (month_record(), month_record(state="final", run_id="later")):
        with pytest.raises(Conflict, match="2026-10 is final"):
            agency.save_month(again, FRAME)
    assert agency.months() == {MONTH: frozen}


def test_rankings_of_5000_satker_are_stored_and_replaced(agency):
    def large(state, seed):
        random = Random(seed)
        rows = tuple(
            Row(
                rank=n + 1,
                satker=f"upt-{n}",
                name=f"Unit Pelaksana Teknis {random.randrange(10**9)}",
                posts=random.randrange(1000),
                measured=random.randrange(1000),
                i24=random.randrange(10**6),
                engagement_rate=random.randrange(1000) / 10,
            )
            for n in range(5000)
        )
        # Official, five platforms, and each satker in the list of its kind.
        lists = tuple(RankedList(ranking="most_active", rows=rows) for _ in range(14))
        return msgspec.structs.replace(
            month_record(), ranking=ranking(*lists, as_of=END, state=state)
        )

    def documents():
        return {stored.id for stored in agency.store.list("agencies/kemenkum/rankings")}

    for n, state in enumerate(("open", "closing", "final")):
        given = large(state, n)
        agency.save_month(given, FRAME)
        assert agency.months() == {MONTH: given}
        written = documents()
    # The pieces of the last two, not of all three.
    agency.save_month(month_record("2026-09"), FRAME)
    assert len(written) > 1
    sizes = len(split("x", compress(given))[1])
    assert len(written) <= 1 + 2 * (sizes + 1)


def test_a_reader_still_finds_the_pieces_of_a_ranking_that_is_replaced_meanwhile(
    agency, monkeypatch
):
    monkeypatch.setattr(parts, "PART_SIZE", 50)
    agency.save_month(month_record(run_id="first"), FRAME)
    path = f"agencies/kemenkum/rankings/{MONTH}:r1"
    read_before = agency.store.get([path])[path]
    agency.save_month(month_record(run_id="second"), FRAME)
    [body] = parts.join(agency.store, [read_before])
    assert parts.expand(body, MonthRecord).ranking.run_id == "first"
    assert agency.months()[MONTH].ranking.run_id == "second"


# The index

INDEX = "agencies/kemenkum/indexes/months"


def test_the_index_says_of_every_month_what_its_newest_revision_says(agency):
    assert agency.month_index() == MonthIndex(months={}, units={})
    old = record(
        ranking(ranked_list(row("a", 1)), ranked_list(row("gone", 1)), month="2026-09", as_of=END),
        closes_at=CLOSES,
    )
    new = month_record(state="final", revision=2)
    for each in (old, month_record(state="final"), new):
        agency.save_month(each, FRAME)
    agency.save_month_index(agency.months())
    before = agency.store.meter.reads
    index = agency.month_index()
    assert agency.store.meter.reads == before + 1
    assert [*index.months] == ["2026-09", MONTH]
    assert (index.months["2026-09"].closes_at, index.months["2026-09"].as_of) == (CLOSES, END)
    assert (index.months[MONTH].revision, index.months[MONTH].digest) == (2, new.digest)
    assert {"a", "gone"} <= index.units.keys()


def test_a_store_without_an_index_gives_it_from_its_rankings(agency):
    agency.save_month(month_record(), FRAME)
    found = agency.month_index()
    assert found == index_of(agency.months())
    agency.save_month_index(agency.months())
    assert agency.month_index() == found
    assert list(agency.months_since(MONTH)) == [MONTH]
    assert agency.months_since("2026-11") == {}


def test_an_index_that_is_kept_is_not_written_again(agency):
    agency.save_month_index({})
    assert agency.store.get([INDEX]) == {}
    agency.save_month(month_record(), FRAME)
    agency.save_month_index(agency.months())
    written = agency.store.meter.writes
    agency.save_month_index(agency.months())
    assert agency.store.meter.writes == written
    agency.save_month(month_record(state="closing"), FRAME)
    agency.save_month_index(agency.months())
    assert agency.month_index().months[MONTH].state == "closing"


@pytest.mark.parametrize(
    ("facts", "settled"),
    [
        ({"state": "final"}, True),
        ({"state": "closing"}, False),
        ({"state": "closing", "incomplete": True}, False),
        ({"state": "closing", "incomplete": True, "as_of": CLOSES}, True),
    ],
)
def test_a_month_is_settled_when_scoring_leaves_it_alone(facts, settled):
    held = record(ranking(**{"month": MONTH, "as_of": END, **facts}), closes_at=CLOSES)
    assert index_of({MONTH: held}).months[MONTH].is_settled is settled


ODD = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text(max_size=9), st.binary())
BODIES = st.one_of(
    ODD,
    st.recursive(
        st.one_of(st.none(), st.integers(0, 9), st.text(max_size=9)),
        lambda inner: st.dictionaries(
            st.sampled_from(["months", "units", MONTH, "month", "state", "digest"]), inner
        ),
    ).map(compress),
)


@given(body=BODIES, pieces=st.one_of(ODD, st.just(["gone"])))
def test_an_index_that_cannot_be_read_costs_a_reading_of_the_rankings(
    tmp_path_factory, body, pieces
):
    store = SqliteStore(tmp_path_factory.mktemp("odd") / "kiprah.db")
    agency = AgencyStore(store, Agency())
    agency.save_month(month_record(), FRAME)
    odd = {"body": body, **({"pieces": pieces} if pieces is not None else {})}
    store.write([Write(INDEX, odd)])
    expected = index_of(agency.months())
    assert agency.month_index() == expected
    agency.save_month_index(agency.months())
    reads = store.meter.reads
    assert agency.month_index() == expected
    assert store.meter.reads == reads + 1
    store.close()
