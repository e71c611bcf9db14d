"""A month's insights, made from the ledgers of a real scoring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from functions.model import Agency, Platform
from functions.score.listening.insights import note
from functions.score.run import Run, ScoreReport
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.insights import Insights
from functions.store.port import Store, Write
from functions.store.tails import Tail
from tests.factories import BEGIN, CLOSING, MONTH, account, measured_post, roster, satker
from tests.score.scoring import score_at

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATE = BEGIN + 14 * DAY
UNITS = tuple(f"kanwil-{n}" for n in range(6))


def ministry(store: Any, platform: Platform = "instagram") -> AgencyStore:
    """Six units that post a photo and a reel a day for ten days; a reel gets thrice as much."""
    agency = AgencyStore(store, Agency(), simulation=True)
    keys = {unit: f"{platform}:{n}" for n, unit in enumerate(UNITS)}
    agency.save_roster(
        roster(
            *(satker(unit, timezone="Asia/Jayapura") for unit in UNITS),
            accounts=[account(unit, key) for unit, key in keys.items()],
        )
    )
    agency.save_cursor("collect", began_at=BEGIN.isoformat())
    agency.save_tail("2026-09", Tail(past={key: ((100, 0),) * 30 for key in keys.values()}))
    agency.save_posts(
        msgspec.structs.replace(
            measured_post(
                (300 if name == "short" else 100) + 7 * ((day + n) % 3),
                account=key,
                post_id=f"{day}{name}",
                at=BEGIN + day * DAY + hour * HOUR,
            ),
            format=name,
            text="Layanan #Pengayoman",
        )
        for n, key in enumerate(keys.values())
        for day in range(10)
        for name, hour in (("photo", 2), ("short", 5))
    )
    return agency


def run_at(agency: AgencyStore, now: datetime) -> Run:
    return Run(agency, now, ScoreReport("run", now), agency.months(), now)


def noted(agency: AgencyStore, now: datetime = LATE) -> Insights | None:
    """The month's insights after a scoring and a look at them."""
    score_at(agency, now)
    run = run_at(agency, now)
    note(run)
    assert run.report.problems == []
    return agency.insights(MONTH)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """Of one kind alone: insights are kept as they are in any."""
    with closing(open_store(sqlite_url)) as opened:
        yield opened


@pytest.fixture
def agency(store) -> AgencyStore:
    return ministry(store)


def test_what_goes_with_more_interactions_is_named(agency):
    found = noted(agency)
    assert (found.month, found.posts, found.is_over) == (MONTH, 120, False)
    told = {(each.kind, each.group): each for each in found.effects}
    short = told["format", "short"]
    assert (short.posts, short.units) == (60, 6)
    assert 150 < short.low <= short.percent <= short.high < 250
    # At 02:00 and at 05:00 in Jakarta it is 04:00 and 07:00 in Jayapura.
    assert told["hour", "6"].percent > 0 > told["hour", "3"].percent
    assert not any(kind == "tag" for kind, _ in told)  # all posts have it


def test_formats_are_counted_with_their_interactions(agency):
    agency.save_posts([measured_post(None, account="instagram:0", post_id="bare", at=BEGIN + DAY)])
    told = [(each.format, each.posts, each.i24) for each in noted(agency).formats]
    photos, shorts = (60 * each + 20 * 7 * 3 for each in (100, 300))
    assert told == [("photo", 60, photos), ("short", 60, shorts), (None, 1, None)]


def test_youtube_is_only_counted_until_its_amendment_is_accepted(store):
    agency = ministry(store, "youtube")
    found = noted(agency)
    assert (found.posts, found.looked, found.effects) == (0, (), ())
    assert sum(each.posts for each in found.formats) == 120
    store.write([Write(f"{agency.root}/settings/listening", {"youtube_amendment": "YT-1"})])
    assert noted(agency, LATE + DAY).posts == 120


@pytest.mark.parametrize("typed", [None, "", "  ", True, "belum", ["YT-1"], {"a": 1}])
def test_an_amendment_that_is_no_reference_is_none(store, typed):
    agency = ministry(store, "youtube")
    store.write([Write(f"{agency.root}/settings/listening", {"youtube_amendment": typed})])
    assert noted(agency).posts == 0


def test_a_day_is_looked_at_once_and_what_has_not_changed_never_again(agency):
    assert noted(agency).as_of == LATE
    agency.save_posts([measured_post(5, account="instagram:1", post_id="new", at=LATE - 2 * DAY)])
    assert noted(agency, LATE + HOUR).as_of == LATE
    assert noted(agency, LATE + DAY).as_of == LATE + DAY
    version = agency.store.get([f"{agency.root}/cursors/listening"])
    note(run_at(agency, LATE + 3 * DAY))
    assert agency.store.get([f"{agency.root}/cursors/listening"]) == version
    assert agency.insights(MONTH).as_of == LATE + DAY


def test_a_month_is_looked_at_a_last_time_when_its_last_post_is_measured(agency):
    noted(agency)
    assert not noted(agency, CLOSING - HOUR).is_over
    over = noted(agency, CLOSING + DAY)
    assert over.is_over
    agency.save_posts([measured_post(5, account="instagram:1", post_id="late", at=LATE)])
    assert noted(agency, CLOSING + 2 * DAY) == over


def test_a_run_that_dies_before_it_notes_its_day_finds_the_same_again(agency):
    first = noted(agency)
    agency.store.write([Write(f"{agency.root}/cursors/listening", mode="delete")])
    index = agency.listening_index()
    note(run_at(agency, LATE + HOUR))
    assert (agency.insights(MONTH), agency.listening_index()) == (first, index)


def test_nothing_is_made_of_an_agency_that_has_no_month(store):
    agency = AgencyStore(store, Agency(), simulation=True)
    note(run_at(agency, LATE))
    assert agency.store.get([f"{agency.root}/cursors/listening"]) == {}
