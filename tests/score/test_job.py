"""The score job against both stores; the quoted lines stand in RULES.md or DESIGN.md."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import msgspec
import pytest

from functions.model import Agency, Roster
from functions.score import job
from functions.score import settings as settings_of_score
from functions.score.rules import month_edge
from functions.score.rules.duplicates import duplicates
from functions.score.rules.fold import fold, fold_into
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthDocuments, index_of
from functions.store.port import Conflict, StoreError, Write
from functions.store.sqlite import SqliteStore
from tests.clock import store_clock
from tests.factories import BEGIN, CLOSES, CLOSING, END, MONTH, measured_post, read, x_post
from tests.score.scoring import ROSTER, entries, ministry, october, official, save, score_at

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def versions(agency):
    """Every document of the score job's, with its version."""
    found = {}
    for collection in ("ledgers", "rankings", "cursors", "runs"):
        for stored in agency.store.list(f"{agency.root}/{collection}"):
            found[stored.path] = stored.version
    return found


# Once and again


def test_posts_become_ledgers_and_a_ranking(agency):
    october(agency)
    report = score_at(agency, BEGIN + 20 * DAY)
    assert report.folded == 3
    assert report.months == {MONTH: {"state": "open", "posts": 3, "counted": 3, "written": True}}
    assert official(agency) == [(1, "aceh", 2, 12), (2, "bali", 1, 6), (None, "setjen", 0, None)]
    verdict = entries(agency)["a"].verdict
    assert (verdict.satker, verdict.reason, verdict.measurement.i24) == ("aceh", "counted", 5)


def test_every_run_leaves_the_index_of_its_months_and_makes_good_a_lost_one(agency):
    october(agency)
    for now in (BEGIN + 20 * DAY, END + 2 * DAY, CLOSES):
        score_at(agency, now)
        path = f"{agency.root}/indexes/months"
        assert path in agency.store.get([path])
        assert agency.month_index() == index_of(agency.months())
        agency.store.write([Write(path, mode="delete")])
        score_at(agency, now)
        assert path in agency.store.get([path])
    assert agency.month_index().months[MONTH].state == "final"


@pytest.mark.usefixtures("unheard")
def test_a_run_with_nothing_new_writes_nothing(agency):
    """ "A run with nothing new writes nothing." Its reads are few, and its report says so."""
    october(agency)
    score_at(agency, BEGIN + 20 * DAY)
    before, written = versions(agency), agency.store.meter.writes
    for now in (BEGIN + 20 * DAY, BEGIN + 20 * DAY + HOUR, BEGIN + 25 * DAY):
        report = score_at(agency, now)
        assert (report.folded, report.writes) == (0, 0)
        assert report.months[MONTH]["written"] is False
    assert versions(agency) == before
    assert agency.store.meter.writes == written


def test_before_collection_began_there_is_nothing_to_rank(store):
    agency = AgencyStore(store, Agency())
    report = score_at(agency, BEGIN)
    assert (report.months, report.writes) == ({}, 0)
    assert versions(agency) == {}


def test_a_month_is_ranked_from_its_first_instant_on(agency):
    """Accounts and no posts yet: "0 posts, 0 interactions, ranked"."""
    score_at(agency, BEGIN)
    assert official(agency) == [(1, "aceh", 0, 0), (1, "bali", 0, 0), (None, "setjen", 0, None)]


def test_a_run_keeps_its_report(agency):
    october(agency)
    report = score_at(agency, BEGIN + 20 * DAY)
    [stored] = agency.store.list(f"{agency.root}/runs")
    assert stored.data["months"][MONTH]["posts"] == 3
    assert (stored.data["job"], stored.data["writes"]) == ("score", report.writes)


def test_a_new_post_changes_the_page_of_its_day_and_no_other(agency):
    october(agency)
    score_at(agency, BEGIN + 20 * DAY)
    before = versions(agency)
    save(agency, measured_post(9, account="x:1", post_id="new"))
    report = score_at(agency, BEGIN + 21 * DAY)
    changed = {path for path, version in versions(agency).items() if before.get(path) != version}
    assert report.folded == 1
    assert {p for p in changed if "/ledgers/" in p} == {f"{agency.root}/ledgers/{MONTH}:10"}
    assert official(agency)[0] == (1, "aceh", 3, 21)


@pytest.mark.usefixtures("unheard")
def test_posts_and_verdicts_of_a_day_are_written_together_and_once(agency):
    """Firestore is paid per document: the page, the ranking, the index and the cursor."""
    save(
        agency,
        *(measured_post(n, account="x:1", post_id=f"a{n}") for n in range(5)),
        *(measured_post(n, account="x:3", post_id=f"b{n}") for n in range(5)),
    )
    report = score_at(agency, BEGIN + 20 * DAY)
    assert (report.folded, report.writes) == (10, 4)
    assert all(entry.verdict for entry in entries(agency).values())


@pytest.mark.usefixtures("unheard")
def test_a_ledger_is_read_once_by_a_run(agency, monkeypatch):
    october(agency)
    score_at(agency, BEGIN + 20 * DAY)
    save(agency, measured_post(9, account="x:1", post_id="new"))
    read = agency.store.meter.reads
    list(agency.store.list(f"{agency.root}/ledgers"))
    pages = agency.store.meter.reads - read
    asked = []
    listed = agency.store.list

    def counted(collection, **bounds):
        for stored in listed(collection, **bounds):
            asked.append(stored.path)
            yield stored

    monkeypatch.setattr(agency.store, "list", counted)
    score_at(agency, BEGIN + 21 * DAY)
    assert sum("/ledgers/" in path for path in asked) == pages


def test_a_run_reads_on_where_the_last_one_ended(agency):
    """Stamps of long ago are not read again; young ones are, since writers overlap."""
    stamps = [BEGIN + 3 * HOUR + n * SECOND for n in range(3)]
    given = [measured_post(n, post_id=str(n)) for n in range(3)]
    since = []

    def changed_posts(stamp, broken):
        since.append(stamp)
        return iter(
            [(at, p) for at, p in zip(stamps, given, strict=True) if not stamp or at >= stamp]
        )

    agency.changed_posts = changed_posts
    assert score_at(agency, stamps[-1] + SECOND).folded == 3
    assert score_at(agency, stamps[-1] + DAY).folded == 0
    given.append(measured_post(4, post_id="4"))
    stamps.append(stamps[-1] + HOUR)
    assert score_at(agency, stamps[-1] + job.OVERLAP).folded == 1
    assert score_at(agency, stamps[-1] + DAY).folded == 0
    young = stamps[2] - job.OVERLAP
    assert since == [None, young, young, stamps[3] + job.INSTANT]


def test_a_post_that_somebody_typed_over_costs_itself_and_is_told(agency):
    save(agency, measured_post(1, account="x:1", post_id="1"))
    save(agency, measured_post(2, account="x:1", post_id="2"))
    spoilt = f"{agency.root}/posts/x:1:1"
    agency.store.write([Write(spoilt, {"published_at": "kemarin"}, "merge")])
    report = score_at(agency, BEGIN + 20 * DAY)
    assert report.folded == 1
    assert [problem.partition(" ")[0] for problem in report.problems] == [spoilt]


def test_a_run_that_died_half_way_is_made_good_by_the_next(store):
    class Dying(AgencyStore):
        def save_month(self, record, frame):
            raise StoreError("the store went away")

    dying = ministry(store, kind=Dying)
    october(dying)
    with pytest.raises(StoreError):
        score_at(dying, BEGIN + 20 * DAY)
    agency = AgencyStore(store, Agency())
    score_at(agency, BEGIN + 20 * DAY)
    assert official(agency)[0] == (1, "aceh", 2, 12)
    assert score_at(agency, BEGIN + 20 * DAY).writes == 0


# What an earlier scoring spares


MORNING = BEGIN + 5 * DAY
TEXT = "Penyuluhan hukum serentak di seluruh kelurahan kota ini"


@pytest.fixture
def repeating(tmp_path):
    """Two posts of a text, the earlier removed after its first hours; what was read is settled."""
    store = SqliteStore(tmp_path / "store.db")
    with store_clock(lambda: MORNING + 2 * DAY):
        agency = ministry(store)
        first, second = (
            x_post(read(at + HOUR), post_id=name, published_at=at, text=TEXT)
            for name, at in (("first", MORNING + 2 * HOUR), ("second", MORNING + 5 * HOUR))
        )
        gone = MORNING + 10 * HOUR, MORNING + 11 * HOUR
        save(agency, msgspec.structs.replace(first, absences=gone), second)
        save(agency, *(other_text(n) for n in range(3)))
    yield agency
    store.close()


def other_text(n):
    return x_post(
        read(MORNING + (n + 31) * HOUR, likes=n),
        post_id=f"other-{n}",
        published_at=MORNING + (n + 30) * HOUR,
        text=f"{n}" * 40,
    )


def repeats(agency):
    """What each post repeats that is judged; one of which nothing was read by then is not."""
    found = entries(agency).items()
    return {name: entry.verdict.duplicate_of for name, entry in found if entry.verdict}


def test_a_run_builds_on_the_verdicts_of_the_last(repeating, monkeypatch):
    score_at(repeating, MORNING + 3 * DAY)
    compared = []
    monkeypatch.setattr(
        month_edge,
        "duplicates",
        lambda posts, **how: compared.extend(posts) or duplicates(posts, **how),
    )
    with store_clock(lambda: MORNING + 4 * DAY):
        at = MORNING + 4 * DAY - HOUR
        save(repeating, x_post(read(at), post_id="new", published_at=at, text=TEXT))
        assert score_at(repeating, MORNING + 5 * DAY).folded == 1
    assert [post.post_id for post in compared] == ["new"]
    score_at(repeating, MORNING + 5 * DAY + HOUR)
    assert len(compared) == 1


def test_a_replay_does_not_build_on_later_verdicts(repeating):
    score_at(repeating, MORNING + 3 * DAY)
    assert repeats(repeating)["second"] is None
    score_at(repeating, MORNING + 10 * HOUR + HOUR / 2)
    assert repeats(repeating)["second"] == "first"


def test_nothing_is_built_on_a_replay_that_died(repeating, monkeypatch):
    score_at(repeating, MORNING + 3 * DAY)
    digest = repeating.months()[MONTH].digest
    with monkeypatch.context() as patch:
        patch.delattr(MonthDocuments, "save_month")
        with pytest.raises(AttributeError):
            score_at(repeating, MORNING + 10 * HOUR + HOUR / 2)
    assert repeats(repeating)["second"] == "first"
    score_at(repeating, MORNING + 3 * DAY)
    assert repeats(repeating)["second"] is None
    assert repeating.months()[MONTH].digest == digest


def test_nothing_is_built_on_verdicts_of_other_rules(repeating):
    """Not even where a run that followed them died before it was through."""
    at = MORNING + 2 * DAY
    with store_clock(lambda: at):
        alike = x_post(
            read(MORNING + 7 * HOUR),
            post_id="alike",
            published_at=MORNING + 6 * HOUR,
            text=TEXT + "!!",
        )
        save(repeating, alike)
    score_at(repeating, MORNING + 3 * DAY)
    assert repeats(repeating)["alike"] == "second"
    settings = f"{repeating.root}/settings/formula"
    repeating.store.write([Write(settings, {"duplicate_percent": 100})])
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(MonthDocuments, "save_month")
        with pytest.raises(AttributeError):
            score_at(repeating, MORNING + 3 * DAY + HOUR)
    assert repeats(repeating)["alike"] is None
    repeating.store.write([Write(settings, {"duplicate_percent": 90})])
    score_at(repeating, MORNING + 3 * DAY + 2 * HOUR)
    assert repeats(repeating)["alike"] == "second"
    repeating.store.write([Write(settings, {"duplicate_percent": 100})])
    score_at(repeating, MORNING + 3 * DAY + 3 * HOUR)
    assert repeats(repeating)["alike"] is None


def moving(repeating):
    """A post that a third one repeats turns out to be of a later week."""
    score_at(repeating, MORNING + 3 * DAY)
    at = MORNING + 30 * HOUR
    posts = [
        x_post(read(at + n * HOUR), post_id=name, published_at=at + n * HOUR, text=TEXT)
        for n, name in ((2, "origin"), (20, "same"))
    ]
    with store_clock(lambda: MORNING + 3 * DAY):
        save(repeating, *posts)
    score_at(repeating, MORNING + 4 * DAY)
    assert repeats(repeating)["same"] == "origin"
    with store_clock(lambda: MORNING + 4 * DAY):
        moved = {"post_id": "origin", "published_at": MORNING + 9 * DAY, "text": TEXT}
        save(repeating, x_post(read(MORNING + 10 * DAY), **moved))


def test_a_post_that_turns_out_to_be_of_another_time_is_compared_there(repeating):
    moving(repeating)
    score_at(repeating, MORNING + 12 * DAY)
    assert (repeats(repeating)["same"], repeats(repeating)["origin"]) == (None, None)
    score_at(repeating, MORNING + 12 * DAY + HOUR)
    assert repeating.ledgers(MONTH).formula is not None


@pytest.mark.parametrize("written", [1, 2, 3])
def test_nothing_is_built_on_a_run_that_died_while_a_post_moved(repeating, monkeypatch, written):
    moving(repeating)

    def dying(ledgers):
        writes = list(ledgers.writes(f"{repeating.root}/ledgers"))
        repeating.store.write(writes[:written])
        raise StoreError("the store went away")

    with monkeypatch.context() as patch:
        patch.setattr(repeating, "save_ledgers", dying)
        with pytest.raises(StoreError):
            score_at(repeating, MORNING + 12 * DAY)
    score_at(repeating, MORNING + 12 * DAY)
    assert (repeats(repeating)["same"], repeats(repeating)["origin"]) == (None, None)


def edited():
    """A post takes on another's text by a read that was taken before it was stored."""
    at = MORNING + 31 * HOUR
    return x_post(read(at + 2 * HOUR), post_id="other-1", published_at=at, text="0" * 40)


def test_a_read_that_was_stored_late_is_compared_too(repeating):
    score_at(repeating, MORNING + 3 * DAY)
    with store_clock(lambda: MORNING + 4 * DAY):
        save(repeating, edited())
    score_at(repeating, MORNING + 5 * DAY)
    assert repeats(repeating)["other-1"] == "other-0"


def test_posts_that_were_only_folded_are_compared_when_their_month_is_scored(repeating):
    score_at(repeating, MORNING + 3 * DAY)
    with store_clock(lambda: MORNING + 4 * DAY):
        save(repeating, edited())
    with store_clock(lambda: MORNING + 4 * DAY + HOUR):
        save(repeating, other_text(2))
    # An instant of the month before is replayed: this one only takes in its posts.
    score_at(repeating, BEGIN - DAY)
    score_at(repeating, MORNING + 5 * DAY)
    assert repeats(repeating)["other-1"] == "other-0"


# A month's life


def test_a_month_goes_from_open_to_closing_to_final_at_its_stored_date(agency, monkeypatch):
    """ "the date is fixed and stored when closing starts" """
    october(agency)
    states = {}
    for now in (CLOSING - SECOND, CLOSING, CLOSES - SECOND):
        score_at(agency, now)
        record = agency.months()[MONTH]
        states[now] = (record.ranking.state, record.closes_at)
    assert states == {
        CLOSING - SECOND: ("open", None),
        CLOSING: ("closing", CLOSES),
        CLOSES - SECOND: ("closing", CLOSES),
    }
    # A holiday that is proclaimed afterwards moves nothing.
    monkeypatch.setattr(settings_of_score, "indonesian_holidays", lambda: {date(2026, 11, 4)})
    score_at(agency, CLOSES)
    assert agency.months()[MONTH].ranking.state == "final"
    assert agency.months()[MONTH].closes_at == CLOSES


def test_a_final_month_is_never_touched_again_even_when_its_posts_change(agency):
    """ "A final month is frozen: ranking, evidence and their SHA-256 are written once" """
    [first, *_] = october(agency)
    score_at(agency, CLOSES)
    before, record = versions(agency), agency.months()[MONTH]
    save(agency, msgspec.structs.replace(first, samples=(read(first.mark + HOUR, likes=900),)))
    late = measured_post(900, account="x:3", post_id="late", at=BEGIN + DAY)
    save(agency, late)
    for now in (CLOSES, CLOSES + DAY, BEGIN + 20 * DAY):
        report = score_at(agency, now)
        assert MONTH not in report.months
        assert report.folded == 0
    after = versions(agency)
    frozen = [path for path in before if MONTH in path]
    assert frozen
    assert {path: after[path] for path in frozen} == {path: before[path] for path in frozen}
    assert agency.months()[MONTH] == record
    assert {path for path in after if MONTH in path} == set(frozen)


def test_the_store_itself_refuses_to_write_a_final_month(agency):
    october(agency)
    score_at(agency, CLOSES)
    record = agency.months()[MONTH]
    with pytest.raises(Conflict, match="final"):
        agency.save_month(
            msgspec.structs.replace(record, digest="0" * 64), proof(agency, record).frame
        )
    assert agency.months()[MONTH] == record


def test_an_incomplete_month_is_published_but_never_final(store):
    """ "`incomplete`: published, never final, no base for movement" """
    agency = ministry(store, began=BEGIN + DAY)
    october(agency)
    score_at(agency, CLOSES - SECOND)
    score_at(agency, CLOSES)
    record = agency.months()[MONTH]
    assert (record.ranking.state, record.ranking.incomplete) == ("closing", True)
    assert official(agency)[0] == (1, "aceh", 2, 12)
    # It is scored once after its time has passed, and left alone from then on.
    for now in (CLOSES + HOUR, CLOSES + 400 * DAY):
        assert MONTH not in score_at(agency, now).months
    assert agency.months()[MONTH] == record
    november = agency.months()["2026-11"]
    assert november.previous_digest is None
    assert {row.movement_kind for x in november.ranking.lists for row in x.rows} == {"none"}


def test_a_post_found_after_closing_began_is_not_counted(agency):
    """ "`found_late` (found before closing)" """
    last = END - HOUR
    save(
        agency,
        x_post(read(CLOSING - SECOND), post_id="in time", published_at=last - HOUR),
        x_post(read(CLOSING), post_id="too late", published_at=last),
    )
    score_at(agency, CLOSING + HOUR)
    verdicts = {n: (e.verdict.reason, e.verdict.counted) for n, e in entries(agency).items()}
    assert verdicts == {"in time": ("found_late", True), "too late": ("found_late", False)}
    assert official(agency, ranking="most_active")[0] == (1, "aceh", 1, None)


# Replaying a past instant


def test_a_replay_ignores_what_was_read_or_registered_after_its_now(store):
    """ "Under `--now`, score … ignore samples … and registry versions later than that instant" """
    now = BEGIN + 12 * DAY
    young = x_post(read(now - HOUR, likes=3), post_id="young", published_at=now - 2 * HOUR)
    told, replayed = ministry(store, agency="told"), ministry(store, agency="replayed")
    for agency in (told, replayed):
        october(agency)
        save(agency, young)
    later_read = msgspec.structs.replace(young, samples=(read(young.mark, likes=50),))
    unseen = x_post(read(now + SECOND), post_id="unseen", published_at=now - HOUR)
    save(replayed, later_read, unseen, measured_post(9, post_id="after", at=now + DAY))
    replayed.save_followers([("x", "1", now + SECOND, 5)])
    replayed.save_roster(Roster(as_of=now + SECOND, satker=ROSTER.satker[:1], accounts=()))
    for agency in (told, replayed):
        score_at(agency, now)
    found, expected = replayed.months()[MONTH], told.months()[MONTH]
    assert found.ranking.lists == expected.ranking.lists
    entry = entries(replayed)["young"]
    assert (entry.verdict.reason, entry.verdict.measurement.i24) == ("running", 3)
    assert proof(replayed, found).items == proof(told, expected).items
    assert proof(replayed, found).accounts == proof(told, expected).accounts
    # What had not been read by then is no line of the evidence; the present sees it again.
    score_at(replayed, now + 3 * DAY)
    assert {i.post_id for i in proof(replayed, replayed.months()[MONTH]).items} == {
        *"abc",
        "young",
        "unseen",
        "after",
    }


def test_a_replay_of_the_present_gives_the_same_evidence_again(agency):
    october(agency)
    now = BEGIN + 11 * DAY + HOUR
    score_at(agency, now)
    digest = agency.months()[MONTH].digest
    score_at(agency, now + 10 * DAY)
    score_at(agency, now)
    assert agency.months()[MONTH].digest == digest


# What proves a ranking


def proof(agency, record):
    return agency.evidence_of(record, agency.ledgers(record.ranking.month))


@pytest.mark.parametrize("now", [BEGIN + 10 * DAY + 5 * HOUR, CLOSING, CLOSES, CLOSES + 20 * DAY])
def test_the_publishing_sides_evidence_has_the_records_digest(agency, now):
    """ "The digest of a month is taken over the uncompressed evidence" """
    october(agency)
    save(agency, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    score_at(agency, now)
    records = agency.months()
    assert records
    for record in records.values():
        assert ev.digest(ev.encode(proof(agency, record))) == record.digest


def test_the_evidence_still_has_that_digest_when_the_world_went_on(agency):
    [first, *_] = october(agency)
    now = BEGIN + 11 * DAY + HOUR
    score_at(agency, now)
    record = agency.months()[MONTH]
    agency.save_followers([("x", "1", now + DAY, 77)])
    agency.save_roster(Roster(as_of=now + DAY, satker=ROSTER.satker[:1], accounts=()))
    ledgers = agency.ledgers(MONTH)
    again = msgspec.structs.replace(first, samples=(read(now + HOUR, likes=900),))
    fold_into(ledgers, [again])
    agency.save_ledgers(ledgers)
    assert ev.digest(ev.encode(proof(agency, record))) == record.digest


def test_a_stranger_recomputes_the_ranking_from_the_published_bytes(agency):
    """ "Anyone with the published evidence … recomputes the ranking byte for byte." """
    october(agency)
    save(
        agency,
        x_post(read(END - HOUR, likes=1), post_id="runs", published_at=END - 2 * HOUR),
        x_post(read(BEGIN + HOUR), post_id="gone", published_at=BEGIN, absences=gone()),
        measured_post(8, account="x:3", post_id="d", at=END + DAY),
    )
    for now in (END, CLOSES, CLOSES + 20 * DAY):
        score_at(agency, now)
        for record in agency.months().values():
            published = ev.encode(proof(agency, record))
            evidence = ev.decode(published)
            assert ev.encode(evidence) == published
            recomputed = rank(evidence, judge_month(evidence))
            assert recomputed == record.ranking
            assert msgspec.json.encode(recomputed) == msgspec.json.encode(record.ranking)


def gone() -> tuple[datetime, ...]:
    return BEGIN + 2 * HOUR, BEGIN + 3 * HOUR


def test_each_month_carries_the_digest_of_the_final_one_before(store):
    """ "over the uncompressed evidence and the previous month's digest" """
    agency = ministry(store, began=BEGIN - 20 * DAY)  # September is incomplete, October the first
    october(agency)
    save(agency, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    score_at(agency, CLOSES)
    october_digest = agency.months()[MONTH].digest
    december = datetime(2026, 12, 20, tzinfo=END.tzinfo)
    score_at(agency, december)
    records = agency.months()
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
    assert proof(agency, records["2026-11"]).month.previous_digest == october_digest


def test_a_month_moves_against_the_final_one_before(agency):
    october(agency)
    save(agency, measured_post(1, account="x:3", post_id="d", at=END + DAY))
    score_at(agency, CLOSES)
    lists = agency.months()["2026-11"].ranking.lists
    [active] = [x for x in lists if (x.ranking, x.platform, x.kind) == ("most_active", None, None)]
    assert [(row.satker, row.movement_kind, row.movement) for row in active.rows] == [
        ("bali", "up", 1),
        ("aceh", "down", 1),
        ("setjen", "none", None),
    ]


# Several at once


class Raced(AgencyStore):
    """Somebody else writes the ledgers between their being read and written, so many times."""

    races = 1

    def ledgers(self, month):
        found = super().ledgers(month)
        if self.races and month == MONTH:
            self.races -= 1
            other = AgencyStore(self.store, self.agency, simulation=True)
            theirs = other.ledgers(month)
            at = BEGIN + 10 * DAY
            post = measured_post(1, account="x:1", post_id=f"theirs-{self.races}", at=at)
            theirs.put(fold(None, post))
            other.save_ledgers(theirs)
        return found


def test_ledgers_that_another_instance_wrote_are_read_and_folded_again(store):
    agency = ministry(store, kind=Raced)
    october(agency)
    report = score_at(agency, BEGIN + 20 * DAY)
    assert report.folded == 3
    assert set(entries(agency)) == {*"abc", "theirs-0"}
    assert all(entry.verdict for entry in entries(agency).values())
    assert official(agency)[0] == (1, "aceh", 3, 13)


def test_ledgers_that_are_written_all_the_time_fail_the_run_and_lose_nothing(store):
    agency = ministry(store, kind=Raced)
    october(agency)
    agency.races = 99
    with pytest.raises(Conflict):
        score_at(agency, BEGIN + 20 * DAY)
    theirs = 99 - agency.races
    agency.races = 0
    score_at(agency, BEGIN + 20 * DAY)
    assert official(agency)[0] == (1, "aceh", 2 + theirs, 12 + theirs)


def test_a_month_that_another_instance_ended_meanwhile_is_left_as_it_was_frozen(store):
    class Overtaken(AgencyStore):
        meanwhile = True

        def save_month(self, record, frame):
            if self.meanwhile:
                self.meanwhile = False
                score_at(AgencyStore(self.store, self.agency, simulation=True), CLOSES)
            super().save_month(record, frame)

    agency = ministry(store, kind=Overtaken)
    october(agency)
    report = score_at(agency, CLOSES + HOUR)
    assert report.months.get(MONTH, {"written": False})["written"] is False
    record = agency.months()[MONTH]
    # It was frozen with the evidence of who came first to freeze it.
    assert (record.ranking.state, record.ranking.as_of) == ("final", CLOSES + HOUR)
    assert record.digest == ev.digest(agency.frozen_evidence(MONTH, 1))
    assert official(agency)[0] == (1, "aceh", 2, 12)


def test_two_instances_at_once_leave_what_one_would(store):
    agency = ministry(store)
    october(agency)
    now = BEGIN + 20 * DAY
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda _: score_at(AgencyStore(store, agency.agency, simulation=True), now),
                range(2),
            )
        )
    assert official(agency) == [(1, "aceh", 2, 12), (2, "bali", 1, 6), (None, "setjen", 0, None)]
    assert {name: e.verdict.measurement.i24 for name, e in entries(agency).items()} == {
        "a": 5,
        "b": 7,
        "c": 6,
    }
    assert (
        ev.digest(ev.encode(proof(agency, agency.months()[MONTH]))) == agency.months()[MONTH].digest
    )
    assert score_at(agency, now).writes == 0
