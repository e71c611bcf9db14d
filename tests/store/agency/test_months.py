"""Months' ledgers and rankings; each test runs against both stores."""

from random import Random

import msgspec
import pytest

from functions.model import Entry, RankedList, Row
from functions.store import parts
from functions.store.agency.months import MonthRecord
from functions.store.parts import compress, split
from functions.store.port import Conflict
from tests.factories import END, MONTH, aged, ranking, read, record, x_post
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
