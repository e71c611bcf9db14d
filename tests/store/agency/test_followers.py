"""Readings of follower counts; each test runs against both stores."""

from datetime import timedelta

from tests.factories import BEGIN, END, MONTH, aged

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_follower_readings_gather_by_account_in_order_of_time(agency):
    agency.save_followers([("x", "1", aged(24), 20), ("x", "2", aged(1), 7)])
    agency.save_followers([("x", "1", aged(1), 10), ("youtube", "1", aged(2), 99)])
    assert agency.followers(MONTH, MONTH, END) == {
        "x:1": ((aged(1), 10), (aged(24), 20)),
        "x:2": ((aged(1), 7),),
        "youtube:1": ((aged(2), 99),),
    }


def test_follower_readings_are_those_of_the_months_asked_for_and_known_by_then(agency):
    at = [BEGIN - SECOND, BEGIN, END - SECOND, END]
    agency.save_followers([("x", "1", moment, n) for n, moment in enumerate(at)])

    def counts(first, last, now=END + DAY):
        return [count for _, count in agency.followers(first, last, now).get("x:1", ())]

    assert counts("2026-09", "2026-11") == [0, 1, 2, 3]
    assert counts(MONTH, MONTH) == [1, 2]
    assert counts("2026-09", "2026-11", now=BEGIN) == [0, 1]
