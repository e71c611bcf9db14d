"""Whatever tests need of the domain, made by hand: posts, units, rosters, evidence, rankings.

Each has defaults that are right for most tests; what a test is about, it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.collect.state import AccountState, LivePost
from functions.model import (
    Account,
    Agency,
    Entry,
    Measurement,
    Platform,
    Post,
    RankedList,
    Ranking,
    Roster,
    Row,
    Sample,
    Satker,
    Verdict,
    iso,
    month_bounds,
)
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import closing_begins, closing_ends
from functions.score.rules.formula import DEFAULT, FORMULA
from functions.score.rules.usual import Measured
from functions.score.rules.window import measure
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.alarms import Alarm, AlarmPost
from functions.store.models import TextModel
from functions.store.port import Store

WIB = ZoneInfo("Asia/Jakarta")
MONTH = "2026-10"
BEGIN, END = month_bounds(MONTH, WIB)
PUBLISHED = datetime(2026, 10, 10, 5, 0, tzinfo=UTC)
MARK = PUBLISHED + timedelta(hours=24)
LATER = PUBLISHED + timedelta(days=5)  # long after the post has been decided
NOW = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)  # as the fixture ``now``
MIDDLE = BEGIN + timedelta(days=10)
CLOSING = closing_begins(MONTH, WIB)
CLOSES = closing_ends(MONTH, WIB, indonesian_holidays())


def aged(hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
    """The instant at which a post of ``PUBLISHED`` has this age."""
    return PUBLISHED + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read(at: datetime, likes: int | None = 0, **counters: int | None) -> Sample:
    """A read in which X's counters that are not named are 0."""
    return Sample(taken_at=at, likes=likes, **{"comments": 0, "shares": 0, **counters})


def x_post(*samples: Sample, **facts: Any) -> Post:
    """A post on X, published at ``PUBLISHED`` unless told otherwise."""
    known: dict[str, Any] = {
        "platform": "x",
        "account_id": "1",
        "post_id": "100",
        "published_at": PUBLISHED,
        "url": "https://x.com/kemenkum/status/100",
        **facts,
    }
    return Post(samples=samples, **known)


def measured_post(
    i24: int | None, *, account: str = "x:1", post_id: str = "100", at: datetime = PUBLISHED
) -> Post:
    """A post whose I24 is read exactly at its mark; None = it was never read near it."""
    platform, _, account_id = account.partition(":")
    age = timedelta(hours=24 if i24 is not None else 2)
    return Post(
        platform=platform,  # type: ignore[arg-type]
        account_id=account_id,
        post_id=post_id,
        published_at=at,
        url=f"https://{platform}.example/{post_id}",
        samples=(read(at + age, likes=i24 or 0),),
    )


def measured(
    i24: int, talk: int | None = 0, *, post_id: str = "100", at: datetime = PUBLISHED
) -> Measured:
    """A post as it is held against others; ``talk`` None: its comments are hidden."""
    likes = i24 - (talk or 0)
    sample = Sample(taken_at=at + timedelta(hours=24), likes=likes, comments=talk, shares=0)
    post = x_post(sample, post_id=post_id, published_at=at)
    return Measured(post=post, measurement=measure(post, sample.taken_at), i24=i24)


def unit(satker: str, kind: str = "kanwil") -> ev.Unit:
    """A satker's line."""
    return ev.Unit(id=satker, name=satker.title(), kind=kind)


def presence(
    satker: str,
    account: str,
    *,
    valid_from: datetime = BEGIN,
    valid_to: datetime | None = None,
    followers: Iterable[tuple[datetime, int]] = (),
) -> ev.Presence:
    """An account's line; registered from the month's first instant on unless told otherwise."""
    platform, _, account_id = account.partition(":")
    named: Platform = platform  # type: ignore[assignment]
    return ev.Presence(
        platform=named,
        handle=f"{satker}{account_id}",
        satker=satker,
        valid_from=valid_from,
        valid_to=valid_to,
        account_id=account_id,
        followers=tuple(followers),
    )


def evidence(
    units: Iterable[ev.Unit],
    accounts: Iterable[ev.Presence],
    posts: Iterable[Post] = (),
    previous: Iterable[ev.Previous] = (),
    *,
    as_of: datetime = LATER,
) -> ev.Evidence:
    """An open month's evidence."""
    month = ev.Month(
        agency="kemenkum",
        name="Kementerian Hukum",
        month=MONTH,
        timezone="Asia/Jakarta",
        formula=FORMULA,
        rules=DEFAULT,
        state="open",
        incomplete=False,
        revision=1,
        as_of=as_of,
        run_id="run",
    )
    return ev.Evidence(
        month=month,
        units=tuple(units),
        accounts=tuple(accounts),
        previous=tuple(previous),
        items=tuple(ev.item(post) for post in posts),
    )


# An agency and its registry


def agency_store(
    store: Store, agency: str = "kemenkum", *, simulation: bool = False
) -> AgencyStore:
    """An agency's part of a store."""
    return AgencyStore(store, Agency(id=agency), simulation=simulation)


def satker(id: str, name: str = "", kind: str = "kanwil", **facts: Any) -> Satker:
    """A unit of the registry, named by its id unless told otherwise."""
    return Satker(id=id, name=name or id.title(), kind=kind, **facts)


def account(
    satker: str,
    key: str = "x",
    handle: str = "",
    *,
    since: datetime = BEGIN,
    until: datetime | None = None,
) -> Account:
    """A unit's account, registered in ``since <= t < until``.

    ``key``: its platform, and its id where that is resolved, as ``x:1``.
    """
    platform, _, account_id = key.partition(":")
    named: Platform = platform  # type: ignore[assignment]
    return Account(
        platform=named,
        handle=handle or f"{satker}_{account_id}",
        satker=satker,
        valid_from=since,
        valid_to=until,
        account_id=account_id or None,
    )


def roster(
    *units: Satker,
    accounts: Iterable[Account] = (),
    former: Iterable[Satker] = (),
    as_of: datetime = BEGIN,
) -> Roster:
    """The registry as it stood from ``as_of`` on."""
    return Roster(as_of=as_of, satker=units, former=tuple(former), accounts=tuple(accounts))


# Verdicts and rankings


def verdict(**facts: Any) -> Verdict:
    """That a post counts for aceh with an I24 of 1, unless told otherwise."""
    known: dict[str, Any] = {
        "counted": True,
        "reason": "counted",
        "satker": "aceh",
        "measurement": Measurement(state="interpolated", i24=1, lower=1, upper=1),
        **facts,
    }
    return Verdict(**known)


def entry(post: Post, **facts: Any) -> Entry:
    """A ledger's line with such a verdict."""
    return Entry(post=post, verdict=verdict(**facts))


def row(satker: str, rank: int | None, posts: int = 1, i24: int | None = 5, **facts: Any) -> Row:
    """A unit's line of a list; all its posts are measured unless told otherwise."""
    known: dict[str, Any] = {"name": satker.upper(), "measured": posts, **facts}
    return Row(satker=satker, rank=rank, posts=posts, i24=i24, **known)


def ranked_list(*rows: Row, **facts: Any) -> RankedList:
    """The official list of Akun Terpopuler, unless told otherwise."""
    known: dict[str, Any] = {"ranking": "most_popular", **facts}
    return RankedList(rows=rows, **known)


def ranking(*lists: RankedList, **facts: Any) -> Ranking:
    """An open month's ranking."""
    known: dict[str, Any] = {
        "agency": "kemenkum",
        "month": MONTH,
        "state": "open",
        "incomplete": False,
        "revision": 1,
        "formula": FORMULA,
        "as_of": LATER,
        "run_id": "run",
        **facts,
    }
    return Ranking(lists=lists, **known)


def record(ranked: Ranking, **facts: Any) -> MonthRecord:
    """A month as the store keeps it; its digest proves nothing."""
    known: dict[str, Any] = {"digest": "0" * 64, **facts}
    return MonthRecord(ranking=ranked, **known)


# Decisions and objections: as they were read, and as an admin types them


def decision(action: ev.Action = "exclude", id: str = "1", **facts: Any) -> ev.Decision:
    """What was decided about the post of ``x_post``."""
    known: dict[str, Any] = {
        "platform": "x",
        "post_id": "100",
        "by": "Ani",
        "at": LATER,
        "why": "salah hitung",
        **facts,
    }
    return ev.Decision(id=id, action=action, **known)


def objection(id: str = "1", **facts: Any) -> ev.Objection:
    """What a unit contests, undecided unless told otherwise."""
    known: dict[str, Any] = {"by": "Budi", "at": LATER, "why": "salah hitung", **facts}
    return ev.Objection(id=id, **known)


def typed_decision(
    post: str = "x:c",
    at: datetime = MIDDLE + timedelta(days=2),
    action: str = "exclude",
    **facts: Any,
) -> dict[str, Any]:
    """The document of a decision; ``post`` as ``x:100``."""
    known = {"action": action, "post": post, "by": "Ani", "why": "Uji coba.", "at": iso(at)}
    return {**known, **facts}


def typed_objection(
    post: str | None = "x:c", at: datetime = CLOSING + timedelta(hours=1), **facts: Any
) -> dict[str, Any]:
    """The document of an objection; fields that are None are left out."""
    known = {"post": post, "by": "Budi", "why": "Salah hitung.", "at": iso(at)}
    return {name: value for name, value in {**known, **facts}.items() if value is not None}


# What collecting remembers


def account_state(handle: str = "kanwil", **facts: Any) -> AccountState:
    """An account whose listing and followers were read at ``NOW``, unless told otherwise."""
    known: dict[str, Any] = {
        "account_id": f"id-{handle}",
        "followers_at": NOW,
        "swept_at": NOW,
        **facts,
    }
    return AccountState(handle=handle, **known)


def live_post(age: timedelta = timedelta(hours=5), **facts: Any) -> LivePost:
    """A post of that age at ``NOW``, kept and last read when it was an hour old."""
    published = NOW - age
    known: dict[str, Any] = {
        "account_id": "id-kanwil",
        "post_id": "1",
        "published_at": published,
        "url": "https://example.org/1",
        "kept": (published + timedelta(hours=1),),
        "read_at": published + timedelta(hours=1),
        **facts,
    }
    return LivePost(**known)


def alarm(satker: str = "kanwil-ntt", at: datetime = NOW, **facts: Any) -> Alarm:
    """A siaga of a unit that was given at the end of its window, with one post."""
    known: dict[str, Any] = {
        "name": "Kanwil NTT",
        "made_at": at,
        "level": "siaga",
        "hours": 6,
        "comments": 84,
        "usual": 3_250,
        "chance": 12,
        "share": 412,
        "usual_share": 130,
        "accounts": ("instagram:17",),
        "posts": (
            AlarmPost(
                platform="instagram",
                account_id="17",
                post_id="9",
                url="https://www.instagram.com/p/abc/",
                comments=80,
            ),
        ),
        **facts,
    }
    return Alarm(satker=satker, at=at, **known)


def text_model(**facts: Any) -> TextModel:
    """A model for complaints that may be used, and finds those who are disappointed."""
    known: dict[str, Any] = {
        "name": "keluhan",
        "texts": 240,
        "positive": 80,
        "f1": 860,
        "f1_lower": 800,
        "f1_upper": 910,
        "usable": True,
        "bias": -50_000,
        "words": (("kecewa", 250_000, 310_000), ("mantap", 230_000, -290_000)),
        "pieces": ((" kec", 250_000, 120_000), ("tap ", 240_000, -110_000)),
        **facts,
    }
    return TextModel(**known)


def statuses(agency: AgencyStore) -> dict[str, str]:
    """What stands beside each satker's document, by id."""
    ids = [stored.id for stored in agency.satker_documents()]
    return {satker: str(answer["status"]) for satker, answer in agency.answers(ids).items()}
