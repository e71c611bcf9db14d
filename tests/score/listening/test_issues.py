"""A week's issues: when they are looked at, of what they are made, and what they never hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from functions.model import Agency, Entry, Measurement, Post
from functions.score.listening.issues import EVERY, note
from functions.score.run import Run, ScoreReport
from functions.store.agency import AgencyStore
from functions.store.issues import Issues
from functions.store.ledgers import Ledgers
from functions.store.port import Store, Write
from tests.factories import WIB, account, entry, ranking, record, roster, satker, x_post

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONDAY = datetime(2026, 10, 5, tzinfo=WIB)  # of 2026-W41
UNITS = ("aceh", "bali", "ntt", "papua", "riau", "setjen")
TEXT = "Pos bantuan hukum kini hadir bagi warga di setiap desa"
UNMEASURED = Measurement(state="unmeasured")


def posted(unit: str, at: datetime, text: str | None = TEXT, **facts: Any) -> Entry:
    """A unit's counted post; an hour's posts of a unit need different ``id``."""
    known = {name: facts.pop(name) for name in ("samples", "absences") if name in facts}
    post = Post(
        platform="x",
        account_id=unit,
        post_id=facts.pop("id", f"{at:%Y%m%d%H%M}"),
        published_at=at,
        url=f"https://x.com/{unit}/status/1",
        text=text,
        **known,
    )
    return entry(post, **{"satker": unit, **facts})


def ministry(store: Store, entries: Iterable[Entry], **facts: Any) -> AgencyStore:
    """An agency whose posts are scored, in a simulation."""
    agency = AgencyStore(store, Agency(**facts), simulation=True)
    agency.save_roster(
        roster(
            *(satker(unit, f"Kanwil {unit.title()}") for unit in UNITS),
            accounts=[account(unit, f"x:{unit}", f"kemenkum_{unit}") for unit in UNITS],
            as_of=MONDAY - 400 * DAY,
        )
    )
    put(agency, entries)
    return agency


def put(agency: AgencyStore, entries: Iterable[Entry]) -> None:
    by_month: dict[str, list[Entry]] = {}
    for each in entries:
        month = each.post.published_at.astimezone(agency.zone).strftime("%Y-%m")
        by_month.setdefault(month, []).append(each)
    for month, held in by_month.items():
        ledgers: Ledgers = agency.ledgers(month)
        for each in held:
            ledgers.put(each)
        agency.save_ledgers(ledgers)


def look(agency: AgencyStore, now: datetime, digest: str = "1") -> list[str]:
    """What a run does at ``now`` whose months have this digest; returns the problems it tells."""
    months = {
        month: record(ranking(month=month), digest=digest) for month in ("2026-10", "2027-01")
    }
    run = Run(agency, now, ScoreReport("run", now), months, now)
    note(run)
    return run.report.problems


def issues(agency: AgencyStore, week: str = "2026-W41") -> Issues:
    found = agency.issues(week)
    assert found is not None
    return found


def test_a_week_is_of_the_agencys_clock(store: Store) -> None:
    edges = [MONDAY - HOUR / 60, MONDAY, MONDAY + WEEK - HOUR / 60, MONDAY + WEEK]
    agency = ministry(store, [posted("aceh", at) for at in edges])
    look(agency, MONDAY + WEEK + HOUR)
    look(agency, MONDAY + 10 * DAY)
    found = {week: issues(agency, week) for week in ("2026-W40", "2026-W41", "2026-W42")}
    assert [each.posts for each in found.values()] == [1, 2, 1]
    assert [each.before for each in found.values()] == [0, 1, 3]
    assert [each.is_over for each in found.values()] == [True, True, False]


def test_a_year_of_53_weeks_goes_on(store: Store) -> None:
    monday = datetime(2026, 12, 28, tzinfo=WIB)
    at = [monday, monday + 6 * DAY + 23 * HOUR, monday + WEEK]
    agency = ministry(store, [posted("aceh", each) for each in at])
    look(agency, monday + WEEK + DAY)
    assert issues(agency, "2026-W53").posts == 2
    assert issues(agency, "2027-W01").posts == 1


def test_a_narrative_names_who_carried_it(store: Store) -> None:
    carried = [posted(unit, MONDAY + n * HOUR) for n, unit in enumerate(("riau", "aceh", "ntt"))]
    unmeasured = posted("bali", MONDAY + 9 * HOUR, measurement=UNMEASURED)
    agency = ministry(
        store, [*carried, unmeasured, posted("papua", MONDAY, "Hal lain sama sekali")]
    )
    assert look(agency, MONDAY + DAY) == []
    [found] = issues(agency).narratives
    assert found.units == ("riau", "aceh", "ntt", "bali")
    assert (found.i24, found.measured, len(found.posts)) == (3, 3, 4)
    assert found.posts[0].url == "https://x.com/riau/status/1"
    assert set(found.words) <= set(TEXT.lower().split())
    assert (issues(agency).posts, issues(agency).units) == (5, 5)


def test_only_what_counts_and_still_stands_is_shown(store: Store) -> None:
    gone = [MONDAY + 2 * HOUR]
    held = [
        posted("aceh", MONDAY),
        posted("bali", MONDAY),
        posted("ntt", MONDAY, counted=False, reason="excluded"),
        posted("papua", MONDAY, absences=gone, samples=()),
        posted("riau", MONDAY, counted=False, reason="removed"),
        Entry(post=x_post(published_at=MONDAY, text=TEXT)),
        posted("setjen", MONDAY, None),
    ]
    agency = ministry(store, held)
    look(agency, MONDAY + DAY)
    found = issues(agency)
    assert (found.posts, found.units, found.narratives) == (3, 3, ())


def test_terms_are_held_against_the_weeks_before(store: Store) -> None:
    def life(week: int, text: str) -> list[Entry]:
        at = MONDAY - week * WEEK
        return [
            posted(unit, at + n * HOUR, f"{text} {chr(97 + n) * 4}{unit} Kanwil Bali")
            for n in range(20)
            for unit in UNITS
        ]

    agency = ministry(store, [*life(0, "kekayaan intelektual"), *life(1, "layanan")])
    look(agency, MONDAY + DAY)
    assert issues(agency).terms == ()  # one week before is too little
    put(agency, life(2, "layanan"))
    look(agency, MONDAY + 2 * DAY, digest="2")
    [found] = issues(agency).terms
    assert (found.term, found.posts, found.units, found.before) == (
        "kekayaan intelektual",
        120,
        6,
        0,
    )
    # Of a platform that has lost texts since, every word would look new.
    agency.save_cursor("score", texts={"2026-09": ["x", "youtube"]})
    look(agency, MONDAY + 3 * DAY, digest="3")
    assert issues(agency).terms == ()
    assert issues(agency).posts == 240 // 2


def typed(agency: AgencyStore, kind: str, id: str, **document: Any) -> None:
    agency.store.write([Write(f"{agency.root}/{kind}/{id}", document)])


CAMPAIGN = {"judul": "Setahun", "tagar": "#SetahunBerdampak", "dari": "2026-10-06"}


def test_campaigns_and_clarifications_are_told(store: Store) -> None:
    tagged = [
        posted(unit, MONDAY + DAY + n * DAY, "#setahunberdampak")
        for n, unit in enumerate(("bali", "aceh", "bali"))
    ]
    agency = ministry(store, tagged)
    typed(agency, "campaigns", "a", **CAMPAIGN)
    typed(agency, "campaigns", "b", **{**CAMPAIGN, "dari": "2026-11-01"})
    typed(agency, "campaigns", "c", **{**CAMPAIGN, "sampai": "2026-10-06"})
    typed(agency, "clarifications", "d", **CAMPAIGN, fakta="Biaya tetap.")
    typed(agency, "clarifications", "e", **CAMPAIGN, tautan="javascript:alert(1)")
    [problem] = look(agency, MONDAY + 5 * DAY)
    assert problem.startswith("clarifications/e: tautan")
    found = issues(agency)
    assert [(each.id, each.posts) for each in found.campaigns] == [("a", 3), ("c", 1)]
    [clarified] = found.clarifications
    assert (clarified.within_24, clarified.within_48, len(clarified.units)) == (1, 2, 2)
    assert clarified.fact == "Biaya tetap."
    assert {each.data["status"] for each in agency.campaigns()} == {"berlaku"}


def test_a_clarification_older_than_what_is_held_is_not_counted_anew(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY)])
    typed(agency, "clarifications", "d", **{**CAMPAIGN, "dari": "2026-01-01"})
    look(agency, MONDAY + DAY)
    [found] = issues(agency).clarifications
    assert (found.within_24, found.posts) == (None, 0)


def writes(agency: AgencyStore, now: datetime, digest: str = "1") -> float:
    before = agency.store.meter.writes
    look(agency, now, digest)
    return agency.store.meter.writes - before


def test_a_look_with_nothing_new_writes_nothing(store: Store) -> None:
    now = MONDAY + 3 * DAY
    agency = ministry(store, [posted("aceh", MONDAY)])
    typed(agency, "campaigns", "a", **CAMPAIGN)
    assert writes(agency, now)
    assert writes(agency, now) == writes(agency, now + 2 * EVERY) == 0


def test_the_running_week_is_looked_at_every_six_hours(store: Store) -> None:
    now = MONDAY + 3 * DAY
    agency = ministry(store, [posted("aceh", MONDAY)])
    look(agency, now)
    put(agency, [posted("bali", MONDAY)])
    assert writes(agency, now + EVERY - HOUR, "2") == 0
    assert writes(agency, now + EVERY, "2")
    assert issues(agency).posts == 2


def test_what_an_admin_typed_is_looked_at_at_once(store: Store) -> None:
    now = MONDAY + 3 * DAY
    agency = ministry(store, [posted("aceh", MONDAY + 2 * DAY, "#SetahunBerdampak")])
    look(agency, now)
    typed(agency, "campaigns", "a", **CAMPAIGN)
    look(agency, now + HOUR)
    [found] = issues(agency).campaigns
    assert found.posts == 1


def test_a_week_is_looked_at_for_the_last_time_two_days_after_its_end(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY)])
    look(agency, MONDAY + WEEK + 2 * DAY - HOUR)
    assert not issues(agency).is_over
    put(agency, [posted("bali", MONDAY)])
    look(agency, MONDAY + WEEK + 2 * DAY, "2")
    assert (issues(agency).is_over, issues(agency).posts) == (True, 2)
    put(agency, [posted("ntt", MONDAY)])
    look(agency, MONDAY + WEEK + 3 * DAY, "3")
    assert issues(agency).posts == 2


def test_weeks_that_ended_while_nobody_scored_are_made_good(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY + n * WEEK) for n in range(4)])
    look(agency, MONDAY + DAY)
    look(agency, MONDAY + 3 * WEEK + 3 * DAY, "2")
    ended = [issues(agency, f"2026-W{n}").is_over for n in (41, 42, 43, 44)]
    assert ended == [True, True, True, False]


def test_a_replay_leaves_what_a_later_look_found(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY)])
    look(agency, MONDAY + 3 * DAY)
    put(agency, [posted("bali", MONDAY)])
    assert writes(agency, MONDAY + DAY, "2") == 0


def test_an_odd_cursor_is_as_if_there_were_none(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY)])
    agency.save_cursor("listening", issues_at="kemarin", issues_of=3, issues_over="2026-W99")
    assert look(agency, MONDAY + DAY) == []
    assert issues(agency).posts == 1


def test_nothing_is_noted_before_the_first_ranking(store: Store) -> None:
    agency = ministry(store, [posted("aceh", MONDAY)])
    before = store.meter.writes
    note(Run(agency, MONDAY + DAY, ScoreReport("run", MONDAY), {}, MONDAY))
    assert store.meter.writes == before


def test_no_text_is_kept_but_single_words(store: Store) -> None:
    secret = "Rahasia kata demi kata tertulis disini oleh seorang penulis"
    agency = ministry(store, [posted(unit, MONDAY, secret) for unit in UNITS])
    look(agency, MONDAY + DAY)
    [found] = issues(agency).narratives
    assert all(" " not in word for word in found.words)
    assert "kata demi" not in str(issues(agency))
