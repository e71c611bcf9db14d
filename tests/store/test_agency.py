"""What the domain keeps under ``agencies/{agency}/``; each test runs against both stores."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from functions.model import (
    PLATFORMS,
    Account,
    Agency,
    Entry,
    Handle,
    RankedList,
    Roster,
    Row,
    Sample,
    Satker,
)
from functions.store import evidence as ev
from functions.store import parts
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.agency.months import MonthRecord
from functions.store.agency.posts import Located
from functions.store.agency.proofs import items
from functions.store.parts import PART_SIZE, compress, split
from functions.store.port import Conflict, StoreError, Write
from tests.factories import (
    BEGIN,
    END,
    MONTH,
    PUBLISHED,
    aged,
    measured_post,
    ranked_list,
    ranking,
    read,
    record,
    row,
    x_post,
)
from tests.factories import evidence as evidence_by_hand

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FRAME = evidence_by_hand([], [])


def month_record(month=MONTH, **facts):
    """A month that was ranked at its end."""
    return record(ranking(as_of=END, **{"month": month, **facts}))


def posts(book):
    return list(book.posts_published(BEGIN))


def test_everything_of_an_agency_lies_under_its_own_path(store):
    """ "Everything of an agency lies under `agencies/{agency}/`" (DESIGN.md)"""
    one, other = AgencyStore(store, Agency(id="kemenkum")), AgencyStore(store, Agency(id="lain"))
    one.save_posts([x_post(read(aged(1)))])
    one.save_satker({"aceh": {"name": "Aceh"}})
    one.save_cursor("collect", began_at="2026-10-01T00:00:00Z")
    assert posts(other) == []
    assert other.satker_documents() == []
    assert other.cursor("collect") == {}
    assert [stored.path for stored in one.satker_documents()] == ["agencies/kemenkum/satker/aceh"]


# Posts


def test_a_post_comes_back_as_it_was_saved(book):
    post = x_post(
        read(aged(1), likes=None, views=9),
        read(aged(2), likes=0),
        text="Halo “é” 🇮🇩",
        versions=("100", "101"),
        absences=(aged(3),),
    )
    book.save_posts([post])
    assert posts(book) == [post]


def test_what_two_writers_read_of_a_post_is_united(book):
    """ "Posts are merged sample by sample … so two writers never undo each other." """
    first = x_post(read(aged(1), likes=1), absences=(aged(4),))
    second = x_post(read(aged(2), likes=2), absences=(aged(5),))
    book.save_posts([second])
    book.save_posts([first])
    book.save_posts([first])
    assert posts(book) == [
        x_post(read(aged(1), likes=1), read(aged(2), likes=2), absences=(aged(4), aged(5)))
    ]


def test_what_a_read_does_not_bring_is_not_wiped(book):
    whole = x_post(
        read(aged(1)), text="Halo", versions=("100", "101"), parts=("102",), absences=(aged(4),)
    )
    book.save_posts([whole])
    book.save_posts([x_post(absences=(aged(5),))])
    [post] = posts(book)
    assert (post.text, post.versions, post.parts) == ("Halo", ("100", "101"), ("102",))
    assert (post.samples, post.absences) == (whole.samples, (aged(4), aged(5)))


def test_a_changed_caption_and_address_replace_the_older_ones(book):
    book.save_posts([x_post(read(aged(1)), text="lama", url="https://x.com/lama/1")])
    book.save_posts([x_post(read(aged(2)), text="baru", url="https://x.com/baru/1")])
    [post] = posts(book)
    assert (post.text, post.url) == ("baru", "https://x.com/baru/1")


def test_ids_may_hold_what_a_path_may_not(book):
    strange = x_post(read(aged(1)), account_id="UC/a:b", post_id="..%2F", platform="youtube")
    book.save_posts([strange])
    assert posts(book) == [strange]


def test_the_same_item_in_two_accounts_is_two_documents(book):
    shared = [x_post(read(aged(1)), platform="instagram", account_id=str(n)) for n in (1, 2)]
    book.save_posts(shared)
    assert {post.account for post in posts(book)} == {"instagram:1", "instagram:2"}


def test_one_post_is_read_by_its_account_and_id(book):
    strange = x_post(read(aged(1)), account_id="UC/a:b", post_id="..%2F", platform="youtube")
    book.save_posts([strange, x_post(read(aged(1)))])
    assert book.post("youtube:UC/a:b", "..%2F") == strange
    assert book.post("youtube:UC/a:b", "other") is None


# Addresses


def test_a_post_is_found_under_each_of_its_keys(book):
    post = x_post(read(aged(1)))
    book.save_urls([(post, ["100", "101"])])
    located = Located(account=post.account, post_id=post.post_id, published_at=PUBLISHED)
    assert book.find_urls("x", ["100"]) == (located,)
    assert book.find_urls("x", ["101", "102", "100"]) == (located,)
    assert book.find_urls("x", ["102"]) == ()
    assert book.find_urls("tiktok", ["100"]) == ()


def test_an_address_of_a_threads_further_post_leads_to_its_first(book):
    post = x_post(read(aged(1)), parts=("101",))
    book.save_urls([(post, ["100", "101"])])
    [first], [further] = book.find_urls("x", ["100"]), book.find_urls("x", ["101"])
    assert (first.post_id, first.is_part) == (post.post_id, False)
    assert (further.post_id, further.is_part) == (post.post_id, True)


@pytest.mark.parametrize(
    ("typed", "summed"), [({}, False), ({"x_threads": "sum"}, True), ({"x_threads": "all"}, False)]
)
def test_threads_are_summed_where_the_settings_say_so(book, typed, summed):
    book.store.write([Write(f"{book.root}/settings/formula", typed)])
    assert book.sums_threads() is summed


def test_an_address_document_says_whose_post_it_is_and_of_which_month(book):
    book.save_urls([(x_post(published_at=END, account_id="7"), ["a/b:c"])])
    [stored] = book.store.list(f"{book.root}/urls")
    assert stored.id == "x:a%2Fb%3Ac"
    assert stored.data == {
        "accounts": {
            "x:7": {"post_id": "100", "published_at": "2026-10-31T17:00:00Z", "month": "2026-11"}
        }
    }


def test_an_item_of_several_accounts_is_found_for_each(book):
    """Whoever writes first, and however often: a collaboration has one shortcode."""
    shared = [x_post(platform="instagram", account_id=str(n)) for n in (1, 2, 3)]
    book.save_urls((post, ["CODE"]) for post in shared[:2])
    writes = book.store.meter.writes
    for _ in range(2):
        book.save_urls([(shared[2], ["CODE"])])
    assert book.store.meter.writes - writes == 2
    found = book.find_urls("instagram", ["CODE"])
    assert [located.account for located in found] == ["instagram:1", "instagram:2", "instagram:3"]


def test_an_address_that_two_feeds_show_at_once_is_one_write(book):
    writes = book.store.meter.writes
    shared = [x_post(platform="instagram", account_id=str(n)) for n in (1, 2)]
    book.save_urls((post, ["CODE"]) for post in shared)
    assert book.store.meter.writes - writes == 1
    assert len(book.find_urls("instagram", ["CODE"])) == 2


def test_posts_are_found_by_when_they_were_published(book):
    book.save_posts(
        [measured_post(1, post_id=str(n), at=PUBLISHED + n * DAY) for n in (3, 1, 2, 0)]
    )
    found = [post.post_id for post in book.posts_published(PUBLISHED + DAY)]
    assert found == ["1", "2", "3"]


def test_changed_posts_come_by_the_stores_own_clock(book):
    book.save_posts([x_post(read(aged(1)), post_id="1")])
    book.save_posts([x_post(read(aged(1)), post_id="2")])
    changes = list(book.changed_posts(None))
    assert [post.post_id for _, post in changes] == ["1", "2"]
    stamp = changes[1][0]
    assert stamp.tzinfo is not None
    assert [post.post_id for _, post in book.changed_posts(stamp)] == ["2"]
    book.save_posts([x_post(read(aged(2)), post_id="1")])
    assert [post.post_id for _, post in book.changed_posts(stamp)] == ["2", "1"]


SPOILT = [
    {"published_at": "2026-10-09T00:00:00"},
    {"published_at": "kemarin"},
    {"published_at": None},
    {"platform": "friendster"},
    {"post_id": 7},
    {"samples": "dua"},
    {"samples": {"2026-10-09T00:00:00Z": 5}},
    {"samples": {"2026-10-09T00:00:00Z": {"likes": "banyak"}}},
    {"samples": {"2026-10-09T00:00:00": {"likes": 5}}},
    {"samples": {"kemarin": {"likes": 5}}},
    {"absences": [1, {}]},
    {"absences": {"2026-10-09T00:00:00": True}},
    {"versions": 5},
    {"text": ["a"]},
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=str)
def test_a_post_that_somebody_typed_over_costs_itself(book, spoilt):
    book.save_posts([x_post(read(aged(1)), post_id=name) for name in ("1", "2", "3")])
    stored = next(s for s in book.store.list(f"{book.root}/posts") if s.id.endswith(":2"))
    kept = {name: value for name, value in stored.data.items() if name not in spoilt}
    book.store.write([Write(stored.path, {**kept, **spoilt})])
    broken = []
    assert [post.post_id for _, post in book.changed_posts(None, broken)] == ["1", "3"]
    assert [line.startswith(f"{stored.path} is no post") for line in broken] == [True]
    assert "2" not in [post.post_id for post in book.posts_published(BEGIN)]
    assert book.post("x:1", "2") is None


def test_an_address_document_that_somebody_typed_over_leads_nowhere(book):
    post = x_post(read(aged(1)), post_id="1")
    book.save_urls([(post, ["1"])])
    [stored] = book.store.list(f"{book.root}/urls")
    book.store.write([Write(stored.path, {"accounts": {"x:9": "apa saja"}}, "merge")])
    assert [one.account for one in book.find_urls("x", ["1"])] == [post.account]


# The registry


def test_satker_documents_are_replaced_one_by_one(book):
    book.save_satker({"aceh": {"name": "Aceh", "parent": None}, "bali": {"name": "Bali"}})
    book.save_satker({"aceh": {"name": "Kanwil Aceh"}})
    assert {stored.id: stored.data for stored in book.satker_documents()} == {
        "aceh": {"name": "Kanwil Aceh"},
        "bali": {"name": "Bali"},
    }


def test_the_roster_of_an_instant_is_the_newest_by_then(book):
    """ "ignore … registry versions later than that instant" """
    rosters = [
        Roster(as_of=PUBLISHED + n * DAY, satker=(Satker(id=f"s{n}", name="S", kind="upt"),))
        for n in range(3)
    ]
    for roster in reversed(rosters):
        book.save_roster(roster)
    assert book.roster(PUBLISHED - SECOND) is None
    assert book.roster(PUBLISHED) == rosters[0]
    assert book.roster(PUBLISHED + DAY - SECOND) == rosters[0]
    assert book.roster(PUBLISHED + DAY) == rosters[1]
    assert book.roster(PUBLISHED + 99 * DAY) == rosters[2]


def test_a_roster_comes_back_as_it_was_saved(book):
    account = Account(
        platform="x", handle="a", satker="aceh", valid_from=BEGIN, valid_to=END, account_id="1"
    )
    unit = Satker(id="aceh", name="Aceh", kind="kanwil", timezone="Asia/Jakarta", parent="pusat")
    roster = Roster(as_of=PUBLISHED, satker=(unit,), accounts=(account,))
    book.save_roster(roster)
    assert book.roster(PUBLISHED) == roster


def test_a_registry_of_5000_satker_is_stored(book):
    """Their 25,000 accounts take 8 MB as JSON; a document may take one."""
    random = Random(1)
    units = tuple(
        Satker(
            id=f"upt-{n}",
            name=f"Unit Pelaksana Teknis {random.randrange(10**9)}",
            kind="upt",
            handles=tuple(Handle(platform=p, handle=f"unit{n}_{p}") for p in PLATFORMS),
        )
        for n in range(5000)
    )
    accounts = tuple(
        Account(
            platform=p,
            handle=f"unit{n}_{p}",
            satker=f"upt-{n}",
            valid_from=BEGIN,
            account_id=str(random.randrange(10**17)),
        )
        for n in range(5000)
        for p in PLATFORMS
    )
    roster = Roster(as_of=PUBLISHED, satker=units, accounts=accounts)
    book.save_roster(roster)
    book.save_roster(Roster(as_of=PUBLISHED + DAY))
    assert book.roster(PUBLISHED) == roster
    assert book.roster(PUBLISHED + DAY).accounts == ()


def test_feedback_stands_beside_what_the_admin_typed_and_is_merged(book):
    book.save_satker({"aceh": {"name": "Aceh"}})
    book.save_feedback([("aceh", "x", "kemenkum", {"status": "ok", "followers": 5})])
    book.save_feedback([("aceh", "x", "kemenkum", {"status": "tidak ada"})])
    assert book.feedback("aceh") == {"x:kemenkum": {"status": "tidak ada", "followers": 5}}
    assert book.feedback("bali") == {}
    [document] = book.satker_documents()
    assert document.data == {"name": "Aceh"}


# Followers


def test_follower_readings_gather_by_account_in_order_of_time(book):
    book.save_followers([("x", "1", aged(24), 20), ("x", "2", aged(1), 7)])
    book.save_followers([("x", "1", aged(1), 10), ("youtube", "1", aged(2), 99)])
    assert book.followers(MONTH, MONTH, END) == {
        "x:1": ((aged(1), 10), (aged(24), 20)),
        "x:2": ((aged(1), 7),),
        "youtube:1": ((aged(2), 99),),
    }


def test_follower_readings_are_those_of_the_months_asked_for_and_known_by_then(book):
    at = [BEGIN - SECOND, BEGIN, END - SECOND, END]
    book.save_followers([("x", "1", moment, n) for n, moment in enumerate(at)])

    def counts(first, last, now=END + DAY):
        return [count for _, count in book.followers(first, last, now).get("x:1", ())]

    assert counts("2026-09", "2026-11") == [0, 1, 2, 3]
    assert counts(MONTH, MONTH) == [1, 2]
    assert counts("2026-09", "2026-11", now=BEGIN) == [0, 1]


# Ledgers


def keep(book, *posts, month=MONTH):
    """Put posts into a month's ledgers, as scoring does."""
    ledgers = book.ledgers(month)
    for post in posts:
        ledgers.put(Entry(post=post))
    book.save_ledgers(ledgers)


def test_a_month_without_posts_has_no_ledgers(book):
    assert book.ledgers(MONTH) == {}


def test_ledgers_come_by_month_and_account(book):
    keep(book, x_post(read(aged(1))), x_post(read(aged(1)), platform="tiktok", account_id="-0/1"))
    keep(book, x_post(read(aged(1)), published_at=END), month="2026-11")
    assert set(book.ledgers(MONTH)) == {"x:1", "tiktok:-0/1"}
    [november] = book.ledgers("2026-11").values()
    assert (november.account, november.month) == ("x:1", "2026-11")
    assert november.entries.keys() == {"100"}


def test_who_writes_a_page_second_is_told(book):
    for n in range(2):
        mine, theirs = book.ledgers(MONTH), book.ledgers(MONTH)
        theirs.put(Entry(post=x_post(read(aged(1)), post_id=f"theirs-{n}")))
        book.save_ledgers(theirs)
        mine.put(Entry(post=x_post(read(aged(1)), post_id=f"mine-{n}")))
        with pytest.raises(Conflict):
            book.save_ledgers(mine)
    assert book.ledgers(MONTH)["x:1"].entries.keys() == {"theirs-0", "theirs-1"}


def test_two_writers_of_different_days_do_not_meet(book):
    mine, theirs = book.ledgers(MONTH), book.ledgers(MONTH)
    mine.put(Entry(post=x_post(read(aged(1)), post_id="1")))
    theirs.put(Entry(post=x_post(read(aged(30)), post_id="2", published_at=aged(24))))
    book.save_ledgers(theirs)
    book.save_ledgers(mine)
    assert book.ledgers(MONTH)["x:1"].entries.keys() == {"1", "2"}


# Months


def test_months_come_oldest_first_each_with_its_newest_revision(book):
    first = [month_record("2026-11"), month_record("2026-09"), month_record(MONTH, state="final")]
    for each in (*first, month_record(MONTH, revision=2, state="final")):
        book.save_month(each, FRAME)
    assert [(m, r.ranking.revision) for m, r in book.months().items()] == [
        ("2026-09", 1),
        ("2026-10", 2),
        ("2026-11", 1),
    ]


def test_a_months_state_is_that_of_its_newest_revision(book):
    assert book.month_state(MONTH) is None
    book.save_month(month_record(state="final"), FRAME)
    book.save_month(month_record(revision=2, state="closing"), FRAME)
    book.save_month(month_record(month="2026-11", state="open"), FRAME)
    assert book.month_state(MONTH) == "closing"
    assert book.month_state("2026-11") == "open"
    assert book.month_state("2026-09") is None


def test_an_open_month_is_replaced_and_a_final_one_is_not(book):
    """ "A final month is frozen … written once and never again." """
    book.save_month(month_record(), FRAME)
    book.save_month(month_record(state="closing"), FRAME)
    frozen = month_record(state="final")
    book.save_month(frozen, FRAME)
    for again in (month_record(), month_record(state="final", run_id="later")):
        with pytest.raises(Conflict, match="2026-10 is final"):
            book.save_month(again, FRAME)
    assert book.months() == {MONTH: frozen}


def test_rankings_of_5000_satker_are_stored_and_replaced(book):
    def large(state, seed):
        random = Random(seed)
        rows = tuple(
            Row(
                rank=n + 1,
                satker=f"upt-{n}",
                name=f"Unit Pelaksana Teknis {random.randrange(10**9)}",
                posts=random.randrange(1000),
                measured=random.randrange(1000),
                i24=random.randrange(10**6),
                engagement_rate=random.randrange(1000) / 10,
            )
            for n in range(5000)
        )
        # Official, five platforms, and each satker in the list of its kind.
        lists = tuple(RankedList(ranking="most_active", rows=rows) for _ in range(14))
        return msgspec.structs.replace(
            month_record(), ranking=ranking(*lists, as_of=END, state=state)
        )

    def documents():
        return {stored.id for stored in book.store.list("agencies/kemenkum/rankings")}

    for n, state in enumerate(("open", "closing", "final")):
        given = large(state, n)
        book.save_month(given, FRAME)
        assert book.months() == {MONTH: given}
        written = documents()
    # The pieces of the last two, not of all three.
    book.save_month(month_record("2026-09"), FRAME)
    assert len(written) > 1
    sizes = len(split("x", compress(given))[1])
    assert len(written) <= 1 + 2 * (sizes + 1)


def test_a_reader_still_finds_the_pieces_of_a_ranking_that_is_replaced_meanwhile(book, monkeypatch):
    monkeypatch.setattr(parts, "PART_SIZE", 50)
    book.save_month(month_record(run_id="first"), FRAME)
    path = f"agencies/kemenkum/rankings/{MONTH}:r1"
    read_before = book.store.get([path])[path]
    book.save_month(month_record(run_id="second"), FRAME)
    [body] = parts.join(book.store, [read_before])
    assert parts.expand(body, MonthRecord).ranking.run_id == "first"
    assert book.months()[MONTH].ranking.run_id == "second"


# Evidence


def header(book, month=MONTH, as_of=END):
    return book.header(
        month,
        formula="1",
        state="open",
        incomplete=False,
        revision=1,
        as_of=as_of,
        run_id="run",
    )


def evidence(book, given):
    frame = book.frame(given, past={})
    found = items(book.ledgers(given.month), given.as_of, {})
    return msgspec.structs.replace(frame, items=found)


def test_evidence_holds_units_accounts_and_posts_each_in_a_fixed_order(book):
    accounts = tuple(
        Account(platform=p, handle=h, satker=s, valid_from=BEGIN, account_id=h)
        for s, p, h in (("bali", "x", "2"), ("aceh", "x", "9"), ("aceh", "tiktok", "5"))
    )
    units = tuple(
        Satker(id=name, name=f"Kantor Wilayah {name}", short_name=short, kind="kanwil")
        for name, short in (("bali", None), ("aceh", "Aceh"))
    )
    book.save_roster(Roster(as_of=BEGIN, satker=units, accounts=accounts))
    book.save_followers([("x", "9", PUBLISHED, 12)])
    names = [(account, post_id) for account in ("x:9", "x:2") for post_id in ("20", "10")]
    keep(book, *(measured_post(1, account=account, post_id=post_id) for account, post_id in names))
    found = evidence(book, header(book))
    assert [(u.id, u.name) for u in found.units] == [
        ("aceh", "Aceh"),
        ("bali", "Kantor Wilayah bali"),
    ]
    assert [(a.satker, a.key) for a in found.accounts] == [
        ("aceh", "tiktok:5"),
        ("aceh", "x:9"),
        ("bali", "x:2"),
    ]
    assert [a.followers for a in found.accounts] == [(), ((PUBLISHED, 12),), ()]
    assert [(i.account_id, i.post_id) for i in found.items] == [
        ("2", "10"),
        ("2", "20"),
        ("9", "10"),
        ("9", "20"),
    ]


def test_evidence_is_what_was_known_at_its_instant(book):
    known = x_post(read(aged(1)), read(aged(5)), absences=(aged(2), aged(6)), post_id="1")
    unseen = x_post(read(aged(5)), post_id="2")
    missed = x_post(absences=(aged(1),), post_id="3")
    keep(book, known, unseen, missed)
    [item] = evidence(book, header(book, as_of=aged(4))).items
    assert (item.post_id, item.samples, item.absences) == ("1", (read(aged(1)),), (aged(2),))


@pytest.mark.parametrize(
    ("facts", "is_base"),
    [
        ({"state": "final"}, True),
        ({"state": "closing"}, False),
        ({"state": "final", "as_of": END + DAY}, True),
        ({"state": "final", "as_of": END + 2 * DAY}, False),
        ({"state": "final", "month": "2026-09"}, False),
    ],
)
def test_movement_is_measured_against_the_month_before_if_it_was_final_by_then(
    book, facts, is_base
):
    """ "Movement is against the previous month's final ranking" """
    listed = ranked_list(row("aceh", 3), ranking="most_active", platform="x")
    given = record(ranking(listed, **{"as_of": END, **facts}))
    book.save_month(given, FRAME)
    before = book.month(given.ranking.month)
    found = book.frame(header(book, "2026-11", as_of=END + DAY), past={}, before=before)
    base = ev.Previous(month=MONTH, ranking="most_active", platform="x", ranks={"aceh": 3})
    assert found.previous == ((base,) if is_base else ())


# The jobs' notes


def test_a_plan_is_replaced_by_who_read_it_last(book):
    nothing = book.sync_state("x")
    assert nothing == StoredState(None, None, ())
    book.save_sync_state("x", b"one", nothing)
    with pytest.raises(Conflict):
        book.save_sync_state("x", b"two", nothing)
    held = book.sync_state("x")
    assert (held.body, held.pieces) == (b"one", ())
    book.save_sync_state("x", b"two", held)
    with pytest.raises(Conflict):
        book.save_sync_state("x", b"three", held)
    assert book.sync_state("x").body == b"two"
    assert book.sync_state("youtube") == nothing


def large(*letters):
    """A note that takes one document for each letter."""
    return b"".join(letter.encode() * PART_SIZE for letter in letters)


def plan_documents(book):
    return {stored.id for stored in book.store.list("agencies/kemenkum/plans")}


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, 0), (PART_SIZE, 0), (PART_SIZE + 1, 2), (2 * PART_SIZE, 2), (3 * PART_SIZE - 1, 3)],
)
def test_a_plan_too_large_for_one_document_is_split(book, size, parts):
    body = bytes(n % 251 for n in range(size))
    book.save_sync_state("x", body, book.sync_state("x"))
    held = book.sync_state("x")
    assert held.body == body
    assert len(held.pieces) == parts
    assert plan_documents(book) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_parts_that_are_alike_are_one(book):
    book.save_sync_state("x", large("a", "b", "a"), book.sync_state("x"))
    held = book.sync_state("x")
    assert held.body == large("a", "b", "a")
    assert len(held.pieces) == 3
    assert len(plan_documents(book)) == 3


def test_a_plan_that_shrinks_and_grows_leaves_no_part_behind(book):
    for body in (large("a", "b", "c"), large("a", "d"), b"small", large("e", "a"), large("f", "g")):
        book.save_sync_state("x", body, book.sync_state("x"))
        held = book.sync_state("x")
        assert held.body == body
        assert plan_documents(book) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_who_wrote_first_keeps_a_split_plan_whole(book):
    """The loser's parts are in nobody's way, whatever both have in common."""
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    one, two = book.sync_state("x"), book.sync_state("x")
    book.save_sync_state("x", large("a", "c"), one)
    with pytest.raises(Conflict):
        book.save_sync_state("x", large("b", "d"), two)
    assert book.sync_state("x").body == large("a", "c")


def test_a_plan_that_lost_a_part_is_none_and_can_be_replaced(book):
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    lost = book.sync_state("x").pieces[1]
    book.store.write([Write(f"agencies/kemenkum/plans/x:{lost}", mode="delete")])
    held = book.sync_state("x")
    assert held.body is None
    assert held.version is not None
    book.save_sync_state("x", b"anew", held)
    assert book.sync_state("x").body == b"anew"
    assert plan_documents(book) == {"x"}


def test_a_plan_that_died_half_way_is_the_old_one(book):
    """The parts come first: the document that names them always names a whole."""
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    write, calls = book.store.write, []

    def dying(writes):
        calls.append(list(writes))
        if len(calls) > 1:
            raise StoreError("the machine is gone")
        write(calls[-1])

    book.store.write = dying
    with pytest.raises(StoreError):
        book.save_sync_state("x", large("c", "d"), book.sync_state("x"))
    book.store.write = write
    assert all(w.path.startswith("agencies/kemenkum/plans/x:") for w in calls[0])
    assert book.sync_state("x").body == large("a", "b")


# Budgets

RUNS = {"one": {"at": "2026-10-20T03:00:00Z", "amounts": {"calls": 5}}}


def test_a_budget_is_reserved_by_who_read_it_last(book):
    assert book.budgets(["meta:1a", "x:2b"]) == {}
    book.reserve({"meta:1a": ({"runs": RUNS}, None)})
    with pytest.raises(Conflict):
        book.reserve({"meta:1a": ({}, None)})
    [(name, held)] = book.budgets(["meta:1a", "x:2b"]).items()
    assert (name, held.data) == ("meta:1a", {"runs": RUNS})
    book.reserve({"meta:1a": ({"runs": {}}, held.version)})
    with pytest.raises(Conflict):
        book.reserve({"meta:1a": ({"runs": RUNS}, held.version)})
    assert book.budgets(["meta:1a"])["meta:1a"].data == {"runs": {}}


def test_what_credentials_spend_is_kept_by_each_agency_for_itself(store):
    one, two = (AgencyStore(store, Agency(id=name)) for name in ("kemenkum", "kemenham"))
    one.reserve({"x:1a": ({"runs": RUNS}, None)})
    assert two.budgets(["x:1a"]) == {}
    two.settle({"x:1a": {"refused": None}})
    assert one.budgets(["x:1a"])["x:1a"].data == {"runs": RUNS}
    assert one.budget_path("x:1a") == "agencies/kemenkum/budgets/x:1a"


def test_budgets_lie_under_their_credentials_name(book):
    book.reserve({"meta:1a": ({}, None), "youtube:feed": ({}, None)})
    listed = [stored.path for stored in book.store.list("agencies/kemenkum/budgets")]
    assert listed == [f"agencies/kemenkum/budgets/{name}" for name in ("meta:1a", "youtube:feed")]


def test_settling_adds_to_what_others_wrote_and_replaces_what_it_names(book):
    wait = {"until": "2026-10-20T04:00:00Z", "message": "later"}
    book.reserve({"meta:1a": ({"runs": RUNS, "waits": {"all": wait}, "usage": None}, None)})
    book.settle(
        {
            "meta:1a": {
                "runs": {
                    "one": {"amounts": {"calls": 4}, "settled": True},
                    "two": {"amounts": {"calls": 9}},
                },
                "usage": {"percent": 9},
            },
            "x:2b": {"runs": RUNS},
        }
    )
    found = book.budgets(["meta:1a", "x:2b"])
    assert found["meta:1a"].data == {
        "runs": {
            "one": {"at": "2026-10-20T03:00:00Z", "amounts": {"calls": 4}, "settled": True},
            "two": {"amounts": {"calls": 9}},
        },
        "waits": {"all": wait},
        "usage": {"percent": 9},
    }
    assert found["x:2b"].data == {"runs": RUNS}


# Outcomes


def test_an_outcome_is_kept_once_until_it_is_taken_in(book):
    assert not book.has_outcome("x", "run/1")
    book.save_outcome("x", "run/1", b"first")
    with pytest.raises(Conflict):
        book.save_outcome("x", "run/1", b"again")
    book.save_outcome("x", "run/2", b"second")
    book.save_outcome("youtube", "run/1", b"other")
    assert book.has_outcome("x", "run/1")
    taken = book.outcomes("x")
    assert {stored.data["body"] for stored in taken} == {b"first", b"second"}
    book.save_outcome("x", "run/3", b"late")  # it came after the plan had looked
    book.forget_outcomes(taken)
    assert [stored.data["body"] for stored in book.outcomes("x")] == [b"late"]
    assert [stored.data["body"] for stored in book.outcomes("youtube")] == [b"other"]
    assert not book.has_outcome("x", "run/1")
    book.forget_outcomes(taken)  # again
    assert len(book.outcomes("x")) == 1


def test_outcomes_of_a_platform_are_none_of_another_whose_name_it_begins(book):
    for platform in ("facebook", "instagram", "tiktok", "x", "youtube"):
        book.save_outcome(platform, "run/1", platform.encode())
        assert [stored.data["body"] for stored in book.outcomes(platform)] == [platform.encode()]


def test_a_cursor_keeps_its_other_values(book):
    assert book.cursor("collect") == {}
    book.save_cursor("collect", began_at="a")
    book.save_cursor("collect", reached="b")
    assert book.cursor("collect") == {"began_at": "a", "reached": "b"}
    assert book.cursor("score") == {}


def test_a_runs_report_is_kept_under_its_name(book):
    book.save_run("20261020T030000Z-score", {"job": "score", "months": {MONTH: {"posts": 1}}})
    [stored] = book.store.list("agencies/kemenkum/runs")
    assert (stored.id, stored.data["months"]) == ("20261020T030000Z-score", {MONTH: {"posts": 1}})


def test_times_that_come_out_are_aware_utc(book):
    book.save_posts([x_post(Sample(taken_at=aged(1)), absences=(aged(2),))])
    [post] = posts(book)
    for at in (post.published_at, post.samples[0].taken_at, post.absences[0]):
        assert isinstance(at, datetime)
        assert at.utcoffset() == timedelta(0)
        assert at == at.astimezone(UTC)
