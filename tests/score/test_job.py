"""The score job against both stores; the quoted lines stand in RULES.md or DESIGN.md."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import pytest

from functions.model import Account, Agency, Roster, Satker
from functions.score import job
from functions.score.calendar import indonesian_holidays
from functions.score.fold import fold
from functions.score.job import score
from functions.score.months import closing_begins, closing_ends
from functions.score.ranking import judge_all, rank
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError
from tests.score.cases import BEGIN, END, MONTH, WIB, measured_post, read, x_post

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CLOSING = closing_begins(MONTH, WIB)
CLOSES = closing_ends(MONTH, WIB, indonesian_holidays())
UNITS = (
    Satker(id="aceh", name="Kanwil Aceh", kind="kanwil"),
    Satker(id="bali", name="Kanwil Bali", short_name="Bali", kind="kanwil"),
    Satker(id="setjen", name="Sekretariat Jenderal", kind="unit-utama"),
)


def account(satker, key, begin=BEGIN - 400 * DAY):
    platform, _, account_id = key.partition(":")
    return Account(
        platform=platform,
        handle=f"{satker}_{account_id}",
        satker=satker,
        valid_from=begin,
        account_id=account_id,
    )


ROSTER = Roster(
    as_of=BEGIN - 400 * DAY,
    satker=UNITS,
    accounts=(
        account("aceh", "instagram:2"),
        account("aceh", "x:1"),
        account("bali", "x:3"),
    ),
)


def ministry(store, *, began=BEGIN, agency="kemenkum", kind=AgencyStore):
    """A registry, followers, and when collection began."""
    book = kind(store, Agency(id=agency))
    book.save_roster(ROSTER)
    book.save_followers([("x", "1", BEGIN, 1000), ("x", "3", BEGIN, 1), ("x", "3", END, 2000)])
    book.save_cursor("collect", began_at=began.isoformat())
    return book


@pytest.fixture
def book(store):
    return ministry(store)


def run(book, now):
    return score(book, now=now, run_id=f"{now:%m%dT%H%M%S}-score")


def save(book, *posts):
    book.save_posts(posts)
    return posts


def october(book):
    """Three posts of two satker in the middle of the month."""
    middle = BEGIN + 10 * DAY
    return save(
        book,
        measured_post(5, account="x:1", post_id="a", at=middle),
        measured_post(7, account="instagram:2", post_id="b", at=middle + HOUR),
        measured_post(6, account="x:3", post_id="c", at=middle + 2 * HOUR),
    )


def versions(book):
    """Every document of the score job's, with its version."""
    found = {}
    for collection in ("ledgers", "rankings", "cursors", "runs"):
        for stored in book.store.list(f"{book.root}/{collection}"):
            found[stored.path] = stored.version
    return found


def official(book, month=MONTH, ranking="most_popular"):
    [listed] = [
        x
        for x in book.months()[month].ranking.lists
        if x.ranking == ranking and (x.platform, x.kind) == (None, None)
    ]
    return [(row.rank, row.satker, row.posts, row.i24) for row in listed.rows]


# Once and again


def test_posts_become_ledgers_and_a_ranking(book):
    october(book)
    report = run(book, BEGIN + 20 * DAY)
    assert report.folded == 3
    assert report.months == {MONTH: {"state": "open", "posts": 3, "counted": 3, "written": True}}
    assert official(book) == [(1, "aceh", 2, 12), (2, "bali", 1, 6), (None, "setjen", 0, None)]
    verdict = book.ledger("x:1", MONTH).entries["a"].verdict
    assert (verdict.satker, verdict.reason, verdict.measurement.i24) == ("aceh", "counted", 5)


def test_a_run_with_nothing_new_writes_nothing(book):
    """ "A run with nothing new writes nothing." Its reads are few, and its report says so."""
    october(book)
    run(book, BEGIN + 20 * DAY)
    before, written = versions(book), book.store.meter.writes
    for now in (BEGIN + 20 * DAY, BEGIN + 20 * DAY + HOUR, BEGIN + 25 * DAY):
        report = run(book, now)
        assert (report.folded, report.writes) == (0, 0)
        assert report.months[MONTH]["written"] is False
    assert versions(book) == before
    assert book.store.meter.writes == written


def test_before_collection_began_there_is_nothing_to_rank(store):
    book = AgencyStore(store, Agency())
    report = run(book, BEGIN)
    assert (report.months, report.writes) == ({}, 0)
    assert versions(book) == {}


def test_a_month_is_ranked_from_its_first_instant_on(book):
    """Accounts and no posts yet: "0 posts, 0 interactions, ranked"."""
    run(book, BEGIN)
    assert official(book) == [(1, "aceh", 0, 0), (1, "bali", 0, 0), (None, "setjen", 0, None)]


def test_a_run_keeps_its_report(book):
    october(book)
    report = run(book, BEGIN + 20 * DAY)
    [stored] = book.store.list(f"{book.root}/runs")
    assert stored.data["months"][MONTH]["posts"] == 3
    assert (stored.data["job"], stored.data["writes"]) == ("score", report.writes)


def test_a_new_post_changes_its_own_ledger_and_no_other(book):
    october(book)
    run(book, BEGIN + 20 * DAY)
    before = versions(book)
    save(book, measured_post(9, account="x:1", post_id="new"))
    report = run(book, BEGIN + 21 * DAY)
    changed = {path for path, version in versions(book).items() if before.get(path) != version}
    assert report.folded == 1
    assert {path for path in changed if "/ledgers/" in path} == {f"{book.root}/ledgers/x:1:{MONTH}"}
    assert official(book)[0] == (1, "aceh", 3, 21)


def test_a_run_that_died_half_way_is_made_good_by_the_next(store):
    class Dying(AgencyStore):
        def save_month(self, record):
            raise StoreError("the store went away")

    dying = ministry(store, kind=Dying)
    october(dying)
    with pytest.raises(StoreError):
        run(dying, BEGIN + 20 * DAY)
    book = AgencyStore(store, Agency())
    run(book, BEGIN + 20 * DAY)
    assert official(book)[0] == (1, "aceh", 2, 12)
    assert run(book, BEGIN + 20 * DAY).writes == 0


# A month's life


def test_a_month_goes_from_open_to_closing_to_final_at_its_stored_date(book, monkeypatch):
    """ "the date is fixed and stored when closing starts" """
    october(book)
    states = {}
    for now in (CLOSING - SECOND, CLOSING, CLOSES - SECOND):
        run(book, now)
        record = book.months()[MONTH]
        states[now] = (record.ranking.state, record.closes_at)
    assert states == {
        CLOSING - SECOND: ("open", None),
        CLOSING: ("closing", CLOSES),
        CLOSES - SECOND: ("closing", CLOSES),
    }
    # A holiday that is proclaimed afterwards moves nothing.
    monkeypatch.setattr(job, "indonesian_holidays", lambda: {date(2026, 11, 4)})
    run(book, CLOSES)
    assert book.months()[MONTH].ranking.state == "final"
    assert book.months()[MONTH].closes_at == CLOSES


def test_a_final_month_is_never_touched_again_even_when_its_posts_change(book):
    """ "A final month is frozen: ranking, evidence and their SHA-256 are written once" """
    [first, *_] = october(book)
    run(book, CLOSES)
    before, record = versions(book), book.months()[MONTH]
    save(book, msgspec.structs.replace(first, samples=(read(first.mark + HOUR, likes=900),)))
    late = measured_post(900, account="x:3", post_id="late", at=BEGIN + DAY)
    save(book, late)
    for now in (CLOSES, CLOSES + DAY, BEGIN + 20 * DAY):
        report = run(book, now)
        assert MONTH not in report.months
        assert report.folded == 0
    after = versions(book)
    frozen = [path for path in before if MONTH in path]
    assert frozen
    assert {path: after[path] for path in frozen} == {path: before[path] for path in frozen}
    assert book.months()[MONTH] == record
    assert {path for path in after if MONTH in path} == set(frozen)


def test_the_store_itself_refuses_to_write_a_final_month(book):
    october(book)
    run(book, CLOSES)
    record = book.months()[MONTH]
    with pytest.raises(Conflict, match="final"):
        book.save_month(msgspec.structs.replace(record, digest="0" * 64))
    assert book.months()[MONTH] == record


def test_an_incomplete_month_is_published_but_never_final(store):
    """ "`incomplete`: published, never final, no base for movement" """
    book = ministry(store, began=BEGIN + DAY)
    october(book)
    run(book, CLOSES - SECOND)
    run(book, CLOSES)
    record = book.months()[MONTH]
    assert (record.ranking.state, record.ranking.incomplete) == ("closing", True)
    assert official(book)[0] == (1, "aceh", 2, 12)
    # It is scored once after its time has passed, and left alone from then on.
    for now in (CLOSES + HOUR, CLOSES + 400 * DAY):
        assert MONTH not in run(book, now).months
    assert book.months()[MONTH] == record
    november = book.months()["2026-11"]
    assert november.previous_digest is None
    assert {row.movement_kind for x in november.ranking.lists for row in x.rows} == {"none"}


def test_a_post_found_after_closing_began_is_not_counted(book):
    """ "`found_late` (found before closing)" """
    last = END - HOUR
    save(
        book,
        x_post(read(CLOSING - SECOND), post_id="in time", published_at=last - HOUR),
        x_post(read(CLOSING), post_id="too late", published_at=last),
    )
    run(book, CLOSING + HOUR)
    entries = book.ledger("x:1", MONTH).entries
    verdicts = {name: (e.verdict.reason, e.verdict.counted) for name, e in entries.items()}
    assert verdicts == {"in time": ("found_late", True), "too late": ("found_late", False)}
    assert official(book, ranking="most_active")[0] == (1, "aceh", 1, None)


# Replaying a past instant


def test_a_replay_ignores_what_was_read_or_registered_after_its_now(store):
    """ "Under `--now`, score … ignore samples … and registry versions later than that instant" """
    now = BEGIN + 12 * DAY
    young = x_post(read(now - HOUR, likes=3), post_id="young", published_at=now - 2 * HOUR)
    told, replayed = ministry(store, agency="told"), ministry(store, agency="replayed")
    for book in (told, replayed):
        october(book)
        save(book, young)
    later_read = msgspec.structs.replace(young, samples=(read(young.mark, likes=50),))
    unseen = x_post(read(now + SECOND), post_id="unseen", published_at=now - HOUR)
    save(replayed, later_read, unseen, measured_post(9, post_id="after", at=now + DAY))
    replayed.save_followers([("x", "1", now + SECOND, 5)])
    replayed.save_roster(Roster(as_of=now + SECOND, satker=UNITS[:1], accounts=()))
    for book in (told, replayed):
        run(book, now)
    found, expected = replayed.months()[MONTH], told.months()[MONTH]
    assert found.ranking.lists == expected.ranking.lists
    entry = replayed.ledger("x:1", MONTH).entries["young"]
    assert (entry.verdict.reason, entry.verdict.measurement.i24) == ("running", 3)
    assert proof(replayed, found).items == proof(told, expected).items
    assert proof(replayed, found).accounts == proof(told, expected).accounts
    # What had not been read by then is no line of the evidence; the present sees it again.
    run(replayed, now + 3 * DAY)
    assert {i.post_id for i in proof(replayed, replayed.months()[MONTH]).items} == {
        *"abc",
        "young",
        "unseen",
        "after",
    }


def test_a_replay_of_the_present_gives_the_same_evidence_again(book):
    october(book)
    now = BEGIN + 11 * DAY + HOUR
    run(book, now)
    digest = book.months()[MONTH].digest
    run(book, now + 10 * DAY)
    run(book, now)
    assert book.months()[MONTH].digest == digest


# What proves a ranking


def proof(book, record):
    return book.evidence_of(record, book.ledgers(record.ranking.month))


@pytest.mark.parametrize("now", [BEGIN + 10 * DAY + 5 * HOUR, CLOSING, CLOSES, CLOSES + 20 * DAY])
def test_the_publishing_sides_evidence_has_the_records_digest(book, now):
    """ "The digest of a month is taken over the uncompressed evidence" """
    october(book)
    save(book, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    run(book, now)
    records = book.months()
    assert records
    for record in records.values():
        assert ev.digest(ev.encode(proof(book, record))) == record.digest


def test_the_evidence_still_has_that_digest_when_the_world_went_on(book):
    [first, *_] = october(book)
    now = BEGIN + 11 * DAY + HOUR
    run(book, now)
    record = book.months()[MONTH]
    book.save_followers([("x", "1", now + DAY, 77)])
    book.save_roster(Roster(as_of=now + DAY, satker=UNITS[:1], accounts=()))
    ledger = book.ledger("x:1", MONTH)
    again = msgspec.structs.replace(first, samples=(read(now + HOUR, likes=900),))
    ledger.entries["a"] = fold(ledger.entries["a"], again)
    book.save_ledger(ledger)
    assert ev.digest(ev.encode(proof(book, record))) == record.digest


def test_a_stranger_recomputes_the_ranking_from_the_published_bytes(book):
    """ "Anyone with the published evidence … recomputes the ranking byte for byte." """
    october(book)
    save(
        book,
        x_post(read(END - HOUR, likes=1), post_id="runs", published_at=END - 2 * HOUR),
        x_post(read(BEGIN + HOUR), post_id="gone", published_at=BEGIN, absences=gone()),
        measured_post(8, account="x:3", post_id="d", at=END + DAY),
    )
    for now in (END, CLOSES, CLOSES + 20 * DAY):
        run(book, now)
        for record in book.months().values():
            published = ev.encode(proof(book, record))
            evidence = ev.decode(published)
            assert ev.encode(evidence) == published
            recomputed = rank(evidence, judge_all(evidence))
            assert recomputed == record.ranking
            assert msgspec.json.encode(recomputed) == msgspec.json.encode(record.ranking)


def gone() -> tuple[datetime, ...]:
    return BEGIN + 2 * HOUR, BEGIN + 3 * HOUR


def test_each_month_carries_the_digest_of_the_final_one_before(store):
    """ "over the uncompressed evidence and the previous month's digest" """
    book = ministry(store, began=BEGIN - 20 * DAY)  # September is incomplete, October the first
    october(book)
    save(book, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    run(book, CLOSES)
    october_digest = book.months()[MONTH].digest
    december = datetime(2026, 12, 20, tzinfo=END.tzinfo)
    run(book, december)
    records = book.months()
    assert [records[m].ranking.state for m in sorted(records)] == [
        "closing",
        "final",
        "final",
        "open",
    ]
    assert records["2026-09"].previous_digest is None
    assert records[MONTH].previous_digest is None
    assert records["2026-11"].previous_digest == october_digest
    assert records["2026-12"].previous_digest == records["2026-11"].digest
    assert proof(book, records["2026-11"]).month.previous_digest == october_digest


def test_a_month_moves_against_the_final_one_before(book):
    october(book)
    save(book, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    run(book, CLOSES)
    lists = book.months()["2026-11"].ranking.lists
    [active] = [x for x in lists if (x.ranking, x.platform, x.kind) == ("most_active", None, None)]
    assert [(row.satker, row.movement_kind, row.movement) for row in active.rows] == [
        ("bali", "up", 1),
        ("aceh", "down", 1),
        ("setjen", "none", None),
    ]


# Several at once


class Raced(AgencyStore):
    """Somebody else writes the ledger between its being read and written, so many times."""

    races = 1

    def ledger(self, account, month):
        ledger = super().ledger(account, month)
        if self.races and account == "x:1":
            self.races -= 1
            other = AgencyStore(self.store, self.agency)
            theirs = other.ledger(account, month)
            post = measured_post(1, account=account, post_id=f"theirs-{self.races}")
            theirs.entries[post.post_id] = fold(None, post)
            other.save_ledger(theirs)
        return ledger


def test_a_ledger_that_another_instance_wrote_is_read_and_folded_again(store):
    book = ministry(store, kind=Raced)
    october(book)
    report = run(book, BEGIN + 20 * DAY)
    assert report.folded == 3
    assert set(book.ledger("x:1", MONTH).entries) == {"a", "theirs-0"}
    assert official(book)[0] == (1, "aceh", 3, 13)


def test_a_ledger_that_is_written_all_the_time_fails_the_run_and_loses_nothing(store):
    book = ministry(store, kind=Raced)
    october(book)
    book.races = 99
    with pytest.raises(Conflict):
        run(book, BEGIN + 20 * DAY)
    book.races = 0
    run(book, BEGIN + 20 * DAY)
    assert official(book)[0] == (1, "aceh", 5, 15)


def test_verdicts_that_lose_a_race_are_told_and_left_to_the_next_run(store):
    class Late(AgencyStore):
        fails = True

        def save_ledger(self, ledger):
            if self.fails and any(entry.verdict for entry in ledger.entries.values()):
                raise Conflict("somebody else wrote first")
            super().save_ledger(ledger)

    book = ministry(store, kind=Late)
    october(book)
    report = run(book, BEGIN + 20 * DAY)
    assert len(report.problems) == 3
    assert official(book)[0] == (1, "aceh", 2, 12)
    book.fails = False
    assert run(book, BEGIN + 20 * DAY).problems == []
    assert book.ledger("x:1", MONTH).entries["a"].verdict.counted
