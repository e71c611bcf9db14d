"""A ministry of three units scored through the real job, for every test that needs months."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.collect.reading.witness import remember
from functions.model import Agency, Entry, Post
from functions.score.job import score
from functions.score.run import ScoreReport
from functions.store.agency import AgencyStore
from functions.store.port import Store
from tests.factories import (
    BEGIN,
    END,
    MONTH,
    account,
    agency_store,
    measured_post,
    roster,
    satker,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_BEFORE = BEGIN - 400 * DAY
LONG_AFTER = BEGIN + 3000 * DAY
ROSTER = roster(
    satker("aceh", "Kanwil Aceh"),
    satker("bali", "Kanwil Bali", short_name="Bali"),
    satker("setjen", "Sekretariat Jenderal", "unit-utama"),
    accounts=(
        account("aceh", "instagram:2", since=LONG_BEFORE),
        account("aceh", "x:1", since=LONG_BEFORE),
        account("bali", "x:3", since=LONG_BEFORE),
    ),
    as_of=LONG_BEFORE,
)
ONE_UNIT = roster(
    satker("aceh"), accounts=(account("aceh", "x:1", since=LONG_BEFORE),), as_of=BEGIN - DAY
)


def ministry(
    store: Store,
    *,
    began: datetime = BEGIN,
    agency: str = "kemenkum",
    kind: type[AgencyStore] = AgencyStore,
) -> AgencyStore:
    """A registry, followers, and when collection began: a made-up life, so a simulation."""
    agency = kind(store, Agency(id=agency), simulation=True)
    agency.save_roster(ROSTER)
    agency.save_followers([("x", "1", BEGIN, 1000), ("x", "3", BEGIN, 1), ("x", "3", END, 2000)])
    agency.save_cursor("collect", began_at=began.isoformat())
    return agency


def real_ministry(store: Store) -> AgencyStore:
    """A real store with one post in October, where collecting began with the month."""
    agency = agency_store(store)
    agency.save_roster(ONE_UNIT)
    agency.save_cursor("collect", began_at=BEGIN.isoformat())
    agency.save_posts([measured_post(5, at=BEGIN + 9 * DAY)])
    return agency


def score_at(agency: AgencyStore, now: datetime) -> ScoreReport:
    """Score at ``now``, which is the computer's time as well."""
    return score(agency, now=now, run_id=f"{now:%m%dT%H%M%S}-score", clock=lambda: now)


def score_by(
    agency: AgencyStore,
    now: datetime,
    *,
    clock: datetime = LONG_AFTER,
    read: datetime | None = None,
) -> ScoreReport:
    """Score at ``now`` by a computer's clock, after a collection that ended at ``read``."""
    remember(agency, read, lambda: clock)
    return score(agency, now=now, run_id="run", clock=lambda: clock)


def save(agency: AgencyStore, *posts: Post) -> tuple[Post, ...]:
    """What collecting leaves of posts."""
    agency.save_posts(posts)
    return posts


def october(agency: AgencyStore) -> tuple[Post, ...]:
    """Three posts of two satker in the middle of the month."""
    middle = BEGIN + 10 * DAY
    return save(
        agency,
        measured_post(5, account="x:1", post_id="a", at=middle),
        measured_post(7, account="instagram:2", post_id="b", at=middle + HOUR),
        measured_post(6, account="x:3", post_id="c", at=middle + 2 * HOUR),
    )


def entries(agency: AgencyStore, month: str = MONTH) -> dict[str, Entry]:
    """Every entry of the month's ledgers by post id."""
    return {
        name: e for ledger in agency.ledgers(month).values() for name, e in ledger.entries.items()
    }


def official(
    agency: AgencyStore, month: str = MONTH, ranking: str = "most_popular"
) -> list[tuple[int | None, str, int, int | None]]:
    """An official list as (rank, satker, posts, I24)."""
    [listed] = [
        x
        for x in agency.months()[month].ranking.lists
        if x.ranking == ranking and (x.platform, x.kind, x.band) == (None, None, None)
    ]
    return [(row.rank, row.satker, row.posts, row.i24) for row in listed.rows]
