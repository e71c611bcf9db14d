"""Whose an account was on a day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from functions.score.listening.units import holder_of, zones_of
from tests.factories import BEGIN, account, roster, satker

DAY = timedelta(days=1)
NOON = BEGIN + DAY / 2


def test_an_account_is_its_units_at_the_days_end_else_at_its_beginning() -> None:
    first = msgspec.structs.replace(account("aceh", "x:1", since=BEGIN - DAY), valid_to=NOON)
    second = account("bali", "x:1", since=NOON)
    given_up = msgspec.structs.replace(account("aceh", "x:2", since=BEGIN - DAY), valid_to=NOON)
    of = holder_of(roster(accounts=(first, second, given_up)))
    assert of("x:1", BEGIN - DAY, BEGIN) == "aceh"
    assert of("x:1", BEGIN, BEGIN + DAY) == "bali"
    assert of("x:2", BEGIN, BEGIN + DAY) == "aceh"
    assert of("x:2", BEGIN + DAY, BEGIN + 2 * DAY) is None
    assert of("x:3", BEGIN, BEGIN + DAY) is None


def test_an_account_that_is_not_resolved_or_not_there_is_nobodys() -> None:
    unresolved = msgspec.structs.replace(account("aceh", "x:1", since=BEGIN), account_id=None)
    assert holder_of(roster(accounts=(unresolved,)))("x:None", BEGIN, BEGIN + DAY) is None
    assert holder_of(None)("x:1", BEGIN, BEGIN + DAY) is None


def test_a_zone_is_also_known_of_a_unit_that_is_no_more() -> None:
    former = satker("papua", timezone="Asia/Jayapura")
    found = zones_of(msgspec.structs.replace(roster(satker("aceh")), former=(former,)))
    assert found == {"aceh": ZoneInfo("Asia/Jakarta"), "papua": ZoneInfo("Asia/Jayapura")}
    assert zones_of(None) == {}
