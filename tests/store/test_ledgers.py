"""A month's ledgers in their pages: what is written, and that whatever goes in comes out."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement, Verdict
from functions.store import parts
from functions.store.documents import MAX_BYTES
from functions.store.ledgers import Ledgers
from functions.store.parts import compress, expand
from functions.store.port import Stored, Write
from tests.factories import BEGIN, MONTH, WIB, aged, read, x_post

DAY = timedelta(days=1)
FOLDER = "agencies/kemenkum/ledgers"


def heavy_entry(post_id, random, samples=8, **facts):
    """A post as it stands in a ledger, its numbers as hard to compress as real ones."""
    reads = tuple(
        read(
            BEGIN + timedelta(seconds=n * 10_000 + random.randrange(10_000)),
            likes=random.randrange(100_000),
            comments=random.randrange(10_000),
            shares=random.randrange(10_000),
            views=random.randrange(10_000_000),
        )
        for n in range(samples)
    )
    measurement = Measurement(
        state="interpolated",
        i24=random.randrange(100_000),
        lower=0,
        upper=100_000,
        before=reads[-2],
        after=reads[-1],
    )
    verdict = Verdict(counted=True, reason="counted", satker="aceh", measurement=measurement)
    text = " ".join(f"{random.randrange(16**10):x}" for _ in range(10))
    return Entry(post=x_post(*reads, post_id=post_id, text=text, **facts), verdict=verdict)


def put(agency, *entries):
    """Add entries to the month's ledgers; returns the ids of what was written."""
    before = page_versions(agency)
    ledgers = agency.ledgers(MONTH)
    for each in entries:
        ledgers.put(each)
    agency.save_ledgers(ledgers)
    after = page_versions(agency)
    return {name for name in after if before.get(name) != after[name]}


def page_versions(agency):
    return {stored.id: stored.version for stored in agency.store.list(FOLDER)}


def held(agency):
    return {
        (account, name): each
        for account, ledger in agency.ledgers(MONTH).items()
        for name, each in ledger.entries.items()
    }


def on_day(n, post_id="1", **facts):
    return Entry(post=x_post(read(aged(1)), post_id=post_id, published_at=BEGIN + n * DAY, **facts))


def test_accounts_share_a_page_for_each_day(agency):
    """A day begins at midnight of the agency's time zone."""
    last = BEGIN + DAY - timedelta(seconds=1)
    written = put(
        agency,
        on_day(0),
        on_day(0, account_id="2", platform="tiktok"),
        on_day(1, post_id="3"),
        Entry(post=x_post(read(aged(1)), post_id="last", published_at=last)),
    )
    assert written == {"2026-10:01", "2026-10:02"}
    pages = {s.id: s.data["day"] for s in agency.store.list(FOLDER)}
    assert pages == {"2026-10:01": "01", "2026-10:02": "02"}
    assert set(held(agency)) == {("x:1", "1"), ("tiktok:2", "1"), ("x:1", "3"), ("x:1", "last")}


def test_only_the_pages_that_changed_are_written(agency):
    put(agency, *(on_day(n, post_id=str(n)) for n in range(5)))
    assert put(agency, on_day(2, post_id="new")) == {"2026-10:03"}
    assert put(agency, on_day(2, post_id="new")) == set()


def test_each_page_says_by_which_formula_its_verdicts_were_made(agency):
    def judged(formula, *entries):
        ledgers = agency.ledgers(MONTH)
        for each in entries:
            ledgers.put(each)
        ledgers.formula = formula
        agency.save_ledgers(ledgers)

    assert agency.ledgers(MONTH).formula is None
    judged("1", on_day(0, post_id="0"), on_day(1))
    assert agency.ledgers(MONTH).formula == "1"
    before = page_versions(agency)
    judged("1")
    assert page_versions(agency) == before
    # Pages that say otherwise are written anew, though what they hold is the same.
    judged("2")
    assert agency.ledgers(MONTH).formula == "2"
    assert all(page_versions(agency)[name] != before[name] for name in before)
    # What changes without being judged takes the word from its own page.
    before = page_versions(agency)
    judged(None, on_day(1, text="lain"))
    assert agency.ledgers(MONTH).formula is None
    assert {name for name in before if page_versions(agency)[name] != before[name]} == {
        "2026-10:02"
    }
    judged("2")
    assert agency.ledgers(MONTH).formula == "2"


def test_what_is_put_in_and_taken_back_is_not_written(agency):
    put(agency, on_day(1))
    ledgers = agency.ledgers(MONTH)
    before = ledgers["x:1"].entries["1"]
    ledgers.put(on_day(1, text="lain"))
    ledgers.put(before)
    assert list(ledgers.writes(FOLDER)) == []


def test_a_post_whose_day_turns_out_to_be_another_moves(agency):
    put(agency, on_day(1), on_day(1, post_id="stays"))
    assert put(agency, on_day(3)) == {"2026-10:02", "2026-10:04"}
    assert {name: e.post.published_at for (_, name), e in held(agency).items()} == {
        "1": BEGIN + 3 * DAY,
        "stays": BEGIN + DAY,
    }
    assert sorted(len(x.entries) for x in agency.ledgers(MONTH).values()) == [2]


def test_a_post_that_a_dead_writer_left_on_two_pages_is_one_again(agency):
    put(agency, on_day(1))
    page = agency.store.get([f"{FOLDER}/2026-10:02"])[f"{FOLDER}/2026-10:02"].data
    moved = {"day": "04", "body": compress({"x:1:1": on_day(3)})}
    agency.store.write([Write(f"{FOLDER}/2026-10:04", page | moved)])
    assert put(agency) == {"2026-10:02"}
    assert [e.post.published_at for e in held(agency).values()] == [BEGIN + 3 * DAY]


def test_a_busy_day_splits_into_parts_under_1_mib_and_comes_back_equal(agency):
    """5,000 posts of a day, each with 8 samples, a caption and a verdict."""
    random = Random(1)
    given = [heavy_entry(str(random.randrange(10**18)), random) for _ in range(5000)]
    written = put(agency, *given)
    assert len(written) > 1
    assert {e.post.post_id: e for e in held(agency).values()} == {e.post.post_id: e for e in given}
    sizes = [len(s.data["body"]) for s in agency.store.list(FOLDER)]
    assert max(sizes) <= parts.PART_SIZE < MAX_BYTES


def test_a_page_that_is_split_anew_leaves_no_part_behind(agency, monkeypatch):
    random = Random(3)
    given = [heavy_entry(str(n), random) for n in range(40)]
    monkeypatch.setattr(parts, "PART_SIZE", 2000)
    put(agency, *given[:20])
    coarse = len(page_versions(agency))
    put(agency, *given[20:])
    assert len(page_versions(agency)) > coarse > 1
    monkeypatch.undo()
    put(agency, heavy_entry("40", random))
    assert set(page_versions(agency)) == {"2026-10:10"}
    assert len(held(agency)) == 41


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_a_finer_split_that_was_cut_short_loses_nothing_and_is_newer(agency, monkeypatch, count):
    random = Random(4)
    given = [heavy_entry(str(n), random) for n in range(40)]
    put(agency, *given)
    ledgers = agency.ledgers(MONTH)
    for each in given:
        ledgers.put(Entry(post=each.post))
    monkeypatch.setattr(parts, "PART_SIZE", 2000)
    writes = list(ledgers.writes(FOLDER))
    assert len(writes) == 8
    agency.store.write(writes[:count])
    found = held(agency)
    assert {name for _, name in found} == {str(n) for n in range(40)}
    rewritten = {name for w in writes[:count] for name in expand(w.data["body"], dict[str, Entry])}
    is_new = {n for n, e in found.items() if e.verdict is None}
    assert len(is_new) == len(rewritten)
    put(agency)
    assert held(agency) == found
    assert {s.data["parts"] for s in agency.store.list(FOLDER)} == {len(page_versions(agency))}
    assert put(agency) == set()


counts = st.none() | st.integers(0, 2**53)
samples = st.lists(st.integers(0, 300), unique=True, max_size=4).map(sorted)


@st.composite
def some_entries(draw):
    found = {}
    names = st.tuples(st.sampled_from(["1", "a:b", "/"]), st.text(min_size=1, max_size=8))
    for account_id, name in draw(st.sets(names, max_size=6)):
        post = x_post(
            *(read(aged(hours), likes=draw(counts)) for hours in draw(samples)),
            account_id=account_id,
            post_id=name,
            published_at=BEGIN + draw(st.integers(0, 30)) * DAY,
            text=draw(st.none() | st.text(max_size=20)),
            versions=tuple(draw(st.lists(st.text(max_size=3), max_size=2))),
            absences=tuple(aged(hours) for hours in draw(samples)),
        )
        found[account_id, name] = Entry(post=post)
    return found


@given(some_entries(), st.randoms(), st.sampled_from([60, 300, 500_000]))
def test_what_goes_in_comes_out_whatever_the_parts_and_the_order(given_entries, random, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART_SIZE", size)
        names = random.sample(sorted(given_entries), len(given_entries))
        one, other = Ledgers(MONTH, WIB), Ledgers(MONTH, WIB)
        for name in names:
            one.put(given_entries[name])
        for name in sorted(names):
            other.put(given_entries[name])
        writes = list(one.writes("ledgers"))
        assert writes == list(other.writes("ledgers"))
        stored = [Stored(w.path, w.data, "1", BEGIN) for w in writes]
        found = Ledgers.read(MONTH, WIB, random.sample(stored, len(stored)))
        assert found == other
        assert list(found.writes("ledgers")) == []


def found(agency, each):
    post = each.post
    before = agency.store.meter.reads
    held = agency.entry(post.account, post.post_id, post.published_at)
    return held, agency.store.meter.reads - before


def test_one_entry_is_read_without_the_month(agency):
    """ "that gets only that day's page" """
    random = Random(1)
    entries = [
        heavy_entry(str(n), random, published_at=BEGIN + n % 30 * DAY, account_id=str(n % 7))
        for n in range(120)
    ]
    put(agency, *entries)
    for each in entries[::10]:
        assert found(agency, each) == (each, 1)


def test_of_a_split_page_one_part_is_read(agency, monkeypatch):
    monkeypatch.setattr(parts, "PART_SIZE", 2_000)
    random = Random(2)
    entries = [heavy_entry(str(n), random) for n in range(40)]
    assert len(put(agency, *entries)) > 4
    for each in entries:
        held, reads = found(agency, each)
        assert held == each
        assert reads <= 2


def test_an_entry_that_is_not_held_is_none(agency):
    put(agency, on_day(3))
    assert found(agency, on_day(3, post_id="2"))[0] is None
    assert found(agency, on_day(4))[0] is None
    assert agency.entry("x:/%:", "a/b:c", BEGIN) is None


def test_an_entry_is_found_whatever_its_ids_hold(agency):
    strange = on_day(3, post_id="..%2F:1", account_id="UC/a:b")
    put(agency, strange)
    assert found(agency, strange)[0] == strange


@pytest.mark.parametrize("before", [500_000, 4_000])
def test_while_a_page_is_split_anew_its_entries_are_found_where_they_were(
    agency, monkeypatch, before
):
    """The finer parts are written last part first, the one that says how many there are at last."""
    random = Random(3)
    entries = [heavy_entry(str(n), random) for n in range(40)]
    monkeypatch.setattr(parts, "PART_SIZE", before)
    assert len(put(agency, *entries[:20])) > (before < 10_000)
    monkeypatch.setattr(parts, "PART_SIZE", 2_000)
    ledgers = agency.ledgers(MONTH)
    for each in entries[20:]:
        ledgers.put(each)
    *early, last = ledgers.writes(FOLDER)
    for write in early:
        agency.store.write([write])
        for each in entries[:20]:
            assert found(agency, each)[0] == each
    agency.store.write([last])
    for each in entries:
        assert found(agency, each)[0] == each
