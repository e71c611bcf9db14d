"""Until when collections have ended by the platforms' own clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.collect.client import Clock
from functions.collect.reading.witness import agreed, remember, united
from functions.store.agency import AgencyStore

AT = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

instants = st.integers(-(10**6), 10**6).map(lambda n: AT + n * MINUTE)


@given(st.lists(instants, min_size=1, max_size=7))
def test_most_hosts_say_that_it_has_passed_and_not_a_second_more(said: list[datetime]) -> None:
    until = agreed({str(n): at for n, at in enumerate(said)})
    assert until is not None
    assert 2 * sum(at >= until for at in said) > len(said)
    later = [at for at in said if at > until]
    assert 2 * len(later) <= len(said)


@given(st.lists(instants, min_size=2, max_size=6), instants)
def test_one_host_that_is_wrong_neither_closes_nor_holds(
    said: list[datetime], odd: datetime
) -> None:
    """As long as there are two that are right."""
    right = {str(n): at for n, at in enumerate(said)}
    until = agreed(right | {"odd": odd})
    assert until is not None
    assert min(said) <= until <= max(said)


def test_nothing_heard_is_nothing_known() -> None:
    assert agreed({}) is None
    assert united([]) == {}


def test_of_one_host_the_earliest_date_counts() -> None:
    clock = Clock()
    for date in (AT, AT + 9999 * MINUTE, AT - MINUTE, None):
        clock.hear("x", date)
    assert clock.heard == {"x": AT - MINUTE}
    assert united([{"x": AT}, {"x": AT - MINUTE, "y": AT}]) == {"x": AT - MINUTE, "y": AT}


def test_under_a_given_now_the_clock_is_its_own_witness() -> None:
    """Stand-ins date their answers as they like."""
    clock = Clock(AT)
    for date in (AT + 9999 * MINUTE, None, AT - 9999 * MINUTE):
        clock.hear("x", date)
    assert AT <= clock.heard["x"] <= clock()


def remembered(agency: AgencyStore, *instants: datetime) -> list[datetime | None]:
    found = []
    for until in instants:
        remember(agency, until, lambda: AT + timedelta(days=9))
        found.append(agency.read_until())
    return found


def test_it_is_written_when_an_hour_of_the_agencys_begins(agency: AgencyStore) -> None:
    """Months close at whole hours: nothing is lost by writing no oftener."""
    ticks = [AT - 16 * MINUTE, AT - MINUTE, AT, AT + 15 * MINUTE, AT + 60 * MINUTE]
    assert remembered(agency, *ticks) == [ticks[0], ticks[0], AT, AT, ticks[4]]
    before = agency.store.meter.writes
    remembered(agency, AT + 70 * MINUTE)
    assert agency.store.meter.writes == before


def test_it_never_goes_back(agency: AgencyStore) -> None:
    assert remembered(agency, AT, AT - timedelta(days=3)) == [AT, AT]
    remember(agency, None)
    assert agency.read_until() == AT


def test_what_a_clock_that_was_wrong_has_left_is_replaced(agency: AgencyStore) -> None:
    agency.save_cursor(
        "collect", read_until="2031-01-01T00:00:00Z", began_at="2026-01-01T00:00:00Z"
    )
    assert remembered(agency, AT) == [AT]
    assert agency.cursor("collect")["began_at"] == "2026-01-01T00:00:00Z"
