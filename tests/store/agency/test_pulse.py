"""The pulse in the store; each test runs against both stores."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from functions.model import DAY
from functions.store.port import Write
from functions.store.pulse import HOUR, HOURS, AccountPulse, Pulse

TODAY = date(2026, 10, 20)
MIDNIGHT = datetime(2026, 10, 20, tzinfo=UTC)
ALL = 2**HOURS - 1


def grown(comments, hour=3, known=ALL, post="p"):
    """So many comments in an hour."""
    counts = tuple(comments if n == hour else 0 for n in range(HOURS))
    return AccountPulse(known=known, comments=counts, posts={post: counts})


def test_what_grew_is_added_day_by_day_and_told_across_days(agency):
    agency.note_pulse([{TODAY: {"x:1": grown(2)}}, {TODAY: {"tiktok:1": grown(5, hour=0)}}])
    agency.note_pulse([{TODAY - DAY: {"x:1": grown(3, hour=23)}, TODAY: {"x:1": grown(4)}}])
    told = agency.pulse(MIDNIGHT - HOUR, MIDNIGHT + 4 * HOUR)
    assert told.comments("x:1") == [3, 0, 0, 0, 6, 0]
    assert told.comments("tiktok:1") == [None, 5, 0, 0, 0, 0]
    assert told.posts("x:1", MIDNIGHT, MIDNIGHT + 4 * HOUR) == {"p": 6}
    assert told.accounts == {"x:1", "tiktok:1"}


def test_an_empty_store_knows_nothing(agency):
    assert agency.pulse(MIDNIGHT, MIDNIGHT) == Pulse(first=MIDNIGHT, last=MIDNIGHT)


def test_only_days_on_which_something_grew_are_written(agency):
    agency.note_pulse([{TODAY: {"x:1": grown(2)}, TODAY - DAY: {"x:1": grown(2)}}])
    before = agency.store.meter.writes
    agency.note_pulse([])
    agency.note_pulse([{TODAY: {"x:1": AccountPulse(known=1)}}])
    assert agency.store.meter.writes == before
    agency.note_pulse([{TODAY: {"x:1": grown(1)}, TODAY - DAY: {"x:1": AccountPulse(known=1)}}])
    assert agency.store.meter.writes == before + 1


def test_writers_at_once_keep_each_others(agency):
    def note(n):
        agency.note_pulse([{TODAY: {f"x:{n % 3}": grown(1 + n)}}])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, range(12)))
    told = agency.pulse(MIDNIGHT + 3 * HOUR, MIDNIGHT + 3 * HOUR)
    assert [told.comments(f"x:{n}") for n in range(3)] == [[22], [26], [30]]


def test_a_day_expires_thirty_days_after_its_beginning_however_late_it_is_written(agency):
    agency.note_pulse([{TODAY: {"x:1": grown(1)}}])
    agency.note_pulse([{TODAY: {"x:1": grown(1)}}])
    [stored] = agency.store.list(f"{agency.root}/pulse")
    assert stored.expires_at == MIDNIGHT + 30 * DAY
    agency.simulation = True
    agency.note_pulse([{TODAY + DAY: {"x:1": grown(1)}}])
    assert [each.expires_at for each in agency.store.list(f"{agency.root}/pulse")][1] is None


def test_a_large_agencys_day_lies_in_parts_and_loses_nothing(agency):
    """Ids that cannot be compressed: more than a document holds."""
    accounts = {
        f"x:{hashlib.sha256(str(n).encode()).hexdigest()}": grown(
            1, post=hashlib.sha512(str(n).encode()).hexdigest()
        )
        for n in range(6000)
    }
    agency.note_pulse([{TODAY: accounts}])
    assert len(list(agency.store.list(f"{agency.root}/pulse"))) == 2
    [*names] = accounts
    agency.note_pulse([{TODAY: {names[0]: grown(4), names[-1]: grown(2)}}])
    told = agency.pulse(MIDNIGHT + 3 * HOUR, MIDNIGHT + 3 * HOUR)
    assert told.accounts == accounts.keys()
    assert sum(told.comments(name)[0] for name in names) == 6000 + 6


@pytest.mark.parametrize("odd", [["x"], "9999", None, 0, -3, 2.5, True, 2**40, {"a": 1}])
@pytest.mark.parametrize("field", ["parts", "body"])
def test_a_day_whose_document_is_odd_costs_no_other(agency, field, odd):
    agency.note_pulse([{TODAY: {"x:1": grown(2)}, TODAY - DAY: {"x:1": grown(3, hour=23)}}])
    agency.store.write([Write(f"{agency.root}/pulse/{TODAY}", {field: odd}, "merge")])
    told = agency.pulse(MIDNIGHT - HOUR, MIDNIGHT + 3 * HOUR)
    assert told.comments("x:1")[0] == 3
    agency.note_pulse([{TODAY: {"x:1": grown(4)}}])
    assert agency.pulse(MIDNIGHT, MIDNIGHT + 3 * HOUR).comments("x:1")[-1] in (4, 6)
