""" "Folding a post in twice, or in another order, changes nothing." (DESIGN.md)"""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement, Sample, Verdict
from functions.score.rules.fold import fold, fold_into
from functions.store.ledgers import Ledgers
from functions.store.parts import pack
from tests.factories import MONTH, WIB, aged, read, x_post

ages = st.integers(0, 40)
counters = st.none() | st.integers(0, 3)


@st.composite
def states_of_a_post(draw):
    """What the store held of one post at some time: facts may have changed in between."""
    samples = draw(st.dictionaries(ages, st.tuples(counters, counters), max_size=4))
    return x_post(
        *(
            Sample(taken_at=aged(hours), likes=likes, comments=comments)
            for hours, (likes, comments) in sorted(samples.items())
        ),
        post_id=draw(st.sampled_from(["100", "200"])),
        text=draw(st.sampled_from([None, "", "a", "b"])),
        url=draw(st.sampled_from(["https://x.com/old/1", "https://x.com/new/1"])),
        versions=draw(st.sampled_from([(), ("1",), ("1", "2")])),
        absences=tuple(aged(hours) for hours in sorted(draw(st.sets(ages, max_size=3)))),
        format=draw(st.sampled_from([None, "text", "video", "short"])),
    )


def ledger_of(posts):
    entries: dict[str, Entry] = {}
    for post in posts:
        entries[post.post_id] = fold(entries.get(post.post_id), post)
    return entries


def parts_of(post):
    """The post read by read, each with the facts of the whole."""
    alone = [msgspec.structs.replace(post, samples=(s,), absences=()) for s in post.samples]
    alone += [msgspec.structs.replace(post, samples=(), absences=(at,)) for at in post.absences]
    return [*alone, post]


@given(st.lists(states_of_a_post(), max_size=5), st.randoms())
def test_any_order_and_repetition_give_the_same_bytes(posts, random):
    again = [*posts, *random.sample(posts, len(posts) // 2)]
    random.shuffle(again)
    assert pack(ledger_of(again)) == pack(ledger_of(posts))


@given(st.lists(states_of_a_post(), max_size=3), st.randoms())
def test_a_post_folded_in_piece_by_piece_gives_the_same_bytes(posts, random):
    pieces = [piece for post in posts for piece in parts_of(post)]
    random.shuffle(pieces)
    assert pack(ledger_of(pieces)) == pack(ledger_of(posts))


@given(states_of_a_post(), st.lists(states_of_a_post(), max_size=4))
def test_nothing_that_was_read_is_lost(first, others):
    same = [msgspec.structs.replace(post, post_id=first.post_id) for post in others]
    entry = ledger_of([first, *same])[first.post_id]
    taken = [sample.taken_at for sample in entry.post.samples]
    assert taken == sorted({s.taken_at for post in (first, *same) for s in post.samples})
    assert entry.post.absences == tuple(sorted({a for p in (first, *same) for a in p.absences}))


@given(states_of_a_post())
def test_what_brings_nothing_new_gives_back_the_very_entry(post):
    """So that the job can tell that there is nothing to write."""
    entry = fold(None, post)
    assert all(fold(entry, piece) is entry for piece in parts_of(post))


def test_facts_follow_the_latest_read_whenever_it_arrives():
    old = x_post(read(aged(1)), url="https://x.com/old/1", text="lama")
    new = x_post(read(aged(2)), url="https://x.com/new/1", text="baru", versions=("1", "2"))
    for order in ((old, new), (new, old)):
        post = ledger_of(order)["100"].post
        assert (post.url, post.text, post.versions) == (new.url, "baru", ("1", "2"))


def test_a_caption_that_the_latest_read_lacks_is_the_same_in_any_order():
    reads = [
        x_post(read(aged(1)), text="lama"),
        x_post(read(aged(2)), text="baru"),
        x_post(read(aged(3)), text=None),
    ]
    assert len({pack(ledger_of(order))[0] for order in permutations(reads)}) == 1


def test_a_format_that_the_latest_read_does_not_tell_stays():
    reads = [x_post(read(aged(1)), format="video"), x_post(read(aged(2)))]
    assert {e.post.format for o in permutations(reads) for e in ledger_of(o).values()} == {"video"}


@pytest.mark.parametrize(
    "facts",
    [
        {"versions": ("1", "2")},
        {"text": "baru"},
        {"url": "https://x.com/new/1"},
        {"published_at": aged(0, 1)},
    ],
)
def test_of_two_equally_fresh_reads_the_same_fact_stays_in_either_order(facts):
    one = x_post(read(aged(1)), text="lama")
    other = msgspec.structs.replace(one, **facts)
    [first], [second] = (ledger_of(order).values() for order in ([one, other], [other, one]))
    assert first == second


def test_of_two_reads_at_one_instant_the_larger_by_content_stays():
    one, other = x_post(read(aged(1), 5)), x_post(read(aged(1), 9))
    for order in ((one, other), (other, one)):
        assert [s.likes for s in ledger_of(order)["100"].post.samples] == [9]


def test_a_verdict_stays_until_the_month_is_scored_again():
    verdict = Verdict(
        counted=True, reason="counted", satker="aceh", measurement=Measurement(state="unmeasured")
    )
    entry = Entry(post=x_post(read(aged(1))), verdict=verdict)
    assert fold(entry, x_post(read(aged(2)))).verdict == verdict


def test_posts_that_bring_something_new_are_counted_and_written_with_their_day():
    ledgers = Ledgers(MONTH, WIB)
    first = x_post(read(aged(1)), post_id="1")
    second = x_post(read(aged(1)), post_id="2", published_at=aged(48))
    assert fold_into(ledgers, [first, first, second]) == 2
    assert [write.path for write in ledgers.writes("ledgers")] == [
        "ledgers/2026-10:10",
        "ledgers/2026-10:12",
    ]
    assert fold_into(ledgers, [first, second]) == 0
