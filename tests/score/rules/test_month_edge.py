"""What one month takes over from the other; the quoted lines stand in RULES.md."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement
from functions.score.rules.judging import judge_month
from functions.score.rules.month_edge import LastScoring, find_twins, hand_on
from functions.store.agency.proofs import items
from functions.store.ledgers import Ledgers
from functions.store.tails import Recent, Tail
from tests import factories
from tests.factories import (
    BEGIN,
    END,
    LATER,
    MONTH,
    WIB,
    evidence,
    presence,
    read,
    unit,
    x_post,
)

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "Penyuluhan hukum serentak di seluruh kelurahan kota ini"


def sent(post_id, at, text=TEXT, i24=3, account_id="1", **facts):
    return x_post(
        read(at + DAY, likes=i24),
        post_id=post_id,
        published_at=at,
        text=text,
        account_id=account_id,
        **facts,
    )


def ledgers(*posts):
    found = Ledgers(MONTH, WIB)
    for each in posts:
        found.put(Entry(post=each))
    return found


def twins(*posts, tail=None, **how):
    how = {"as_of": END + 3 * DAY, "begin": BEGIN, **how}
    return find_twins(ledgers(*posts), tail or Tail(), **how)


def handed(*posts, carried=None):
    held = ledgers(*posts)
    given = evidence([unit("aceh")], [presence("aceh", "x:1")], as_of=END + 3 * DAY)
    repeats = find_twins(held, carried or Tail(), as_of=END + 3 * DAY, begin=BEGIN)
    given = msgspec.structs.replace(given, items=items(held, END + 3 * DAY, repeats))
    return hand_on(carried or Tail(), judge_month(given), held, end=END)


# Near-duplicates


def test_the_later_post_of_the_same_account_is_the_duplicate():
    at = BEGIN + DAY
    assert twins(sent("1", at), sent("2", at + HOUR)) == {("x:1", "2"): ("1", 100)}
    assert twins(sent("1", at), sent("2", at + HOUR, account_id="2")) == {}


def test_the_settings_say_from_how_many_percent_on():
    at = BEGIN + DAY
    posts = sent("1", at), sent("2", at + HOUR, text=TEXT + " hari ini")
    assert twins(*posts)
    assert not twins(*posts, least=99)


def test_a_text_is_compared_across_the_months_edge():
    """ "also across a month's edge" """
    recent = Recent(post_id="0", published_at=BEGIN - HOUR, text=TEXT)
    tail = Tail(recent={"x:1": (recent,)})
    assert twins(sent("1", BEGIN + HOUR), tail=tail) == {("x:1", "1"): ("0", 100)}
    fallen = Tail(recent={"x:1": (msgspec.structs.replace(recent, stands=False),)})
    assert twins(sent("1", BEGIN + HOUR), tail=fallen) == {}


def test_a_removed_post_is_no_earlier_post():
    """ "the earliest standing post – not removed" """
    at = BEGIN + DAY
    gone = x_post(
        read(at + MINUTE),
        post_id="1",
        published_at=at,
        text=TEXT,
        absences=(at + HOUR, at + 2 * HOUR),
    )
    assert twins(gone, sent("2", at + HOUR)) == {}
    assert twins(gone, sent("2", at + HOUR), as_of=at + 90 * MINUTE) == {}


def test_what_was_read_later_is_not_known_yet():
    at = BEGIN + DAY
    unread = sent("1", at), sent("2", at + HOUR)
    assert twins(*unread, as_of=at + DAY + MINUTE) == {}


# Texts that are no longer held

DELETED = {"text": None, "absences": (BEGIN + 3 * DAY, BEGIN + 3 * DAY + HOUR)}


def judged(each, repeats=None, percent=91):
    """A post with the verdict of a scoring that still held its text."""
    facts = {"duplicate_of": repeats, "duplicate_percent": percent if repeats else None}
    return factories.entry(each, measurement=Measurement(state="observed"), **facts)


def twins_of(*entries, tail=None, **how):
    held = Ledgers(MONTH, WIB)
    for each in entries:
        held.put(each)
    return find_twins(held, tail or Tail(), as_of=END + 3 * DAY, begin=BEGIN, **how)


def test_what_was_found_of_a_text_that_is_gone_holds():
    at = BEGIN + DAY
    held = (
        judged(sent("1", at, **DELETED)),
        judged(sent("2", at + HOUR), "1"),
        judged(sent("3", at + 2 * HOUR, **DELETED), "1"),
    )
    assert twins_of(*held) == {("x:1", "2"): ("1", 91), ("x:1", "3"): ("1", 91)}
    # From more percent on they were no duplicates either.
    assert twins_of(*held, least=92) == {}


def test_what_repeats_a_text_that_is_gone_is_itself_compared_with_nothing():
    at = BEGIN + DAY
    first, second = judged(sent("1", at, **DELETED)), judged(sent("2", at + 20 * HOUR), "1")
    later = judged(sent("3", at + 30 * HOUR))
    assert twins_of(first, second, later) == {("x:1", "2"): ("1", 91)}


def test_a_post_without_a_text_that_is_still_there_holds_nothing():
    at = BEGIN + DAY
    held = judged(sent("1", at, text=None)), judged(sent("2", at + HOUR), "1")
    assert twins_of(*held) == {}


def test_a_removed_post_holds_nothing_though_its_text_is_gone():
    """ "the earliest standing post – not removed" """
    at = BEGIN + DAY
    gone = {"text": None, "absences": (at + 3 * HOUR, at + 4 * HOUR)}
    first = x_post(read(at + 2 * HOUR), post_id="1", published_at=at, **gone)
    assert twins_of(judged(first, "0"), judged(sent("2", at + HOUR), "1")) == {}


def test_what_repeats_a_handed_text_that_is_gone_holds():
    fallen = Tail(recent={"x:1": (Recent(post_id="0", published_at=BEGIN - HOUR),)})
    assert twins_of(judged(sent("1", BEGIN + HOUR), "0"), tail=fallen) == {("x:1", "1"): ("0", 91)}


# What need not be compared anew


def scored_before(each, repeats=None):
    """An entry of which an earlier scoring said that it repeats a post, or none."""
    return factories.entry(
        each,
        counted=repeats is None,
        reason="duplicate" if repeats else "counted",
        measurement=Measurement(state="running"),
        duplicate_of=repeats,
        duplicate_percent=91 if repeats else None,
    )


def twins_since(last, *held, tail=None):
    found = Ledgers(MONTH, WIB)
    for entry in held:
        found.put(entry)
    as_of = END + 3 * DAY
    return find_twins(found, tail or Tail(), as_of=as_of, begin=BEGIN, last=last)


AT = BEGIN + 5 * DAY
# Verdicts that no comparison would give tell whether there was one.
HELD = (
    scored_before(sent("1", AT)),
    scored_before(sent("2", AT + HOUR, text="Lain"), "0"),
    scored_before(sent("3", AT)),
)
LATEST = AT + HOUR + DAY


def test_where_nothing_changed_the_verdicts_hold():
    assert twins_since(LastScoring(LATEST, ()), *HELD) == {("x:1", "2"): ("0", 91)}


def test_without_verdicts_to_build_on_everything_is_compared():
    assert twins_since(None, *HELD) == {("x:1", "3"): ("1", 100)}


@pytest.mark.parametrize(
    ("last", "held"),
    [
        (LastScoring(LATEST, {("x:1", "1")}), HELD),
        (LastScoring(LATEST - SECOND, ()), HELD),
        (LastScoring(LATEST, ()), (Entry(post=HELD[0].post), *HELD[1:])),
        (
            LastScoring(LATEST, ()),
            (*HELD[:2], scored_before(sent("3", AT, absences=(LATEST + SECOND,)))),
        ),
    ],
    ids=["changed", "read since", "never judged", "missed since"],
)
def test_from_the_first_post_that_changed_on_everything_is_compared(last, held):
    held = (scored_before(sent("0", AT - SECOND), "older"), *held)
    if last.as_of < LATEST:
        # Post 2 alone was read after that: it is compared, post 3 is older.
        assert twins_since(last, *held) == {("x:1", "0"): ("older", 91)}
    else:
        assert twins_since(last, *held) == {
            ("x:1", "0"): ("older", 91),
            ("x:1", "3"): ("1", 100),
        }


def test_an_older_duplicate_does_not_stand_and_an_older_post_that_is_none_does():
    """ "the earliest standing post – not removed, itself not a duplicate" """
    older = [scored_before(sent("1", AT), "0"), scored_before(sent("2", AT + HOUR))]
    new = Entry(post=sent("3", AT + 24 * HOUR))
    assert twins_since(LastScoring(LATEST + DAY, ()), *older, new) == {
        ("x:1", "1"): ("0", 91),
        ("x:1", "3"): ("2", 100),
    }
    assert twins_since(LastScoring(LATEST + DAY, ()), older[0], new) == {("x:1", "1"): ("0", 91)}


def test_accounts_are_compared_each_by_itself():
    other = scored_before(sent("9", AT, account_id="2"), "8")
    found = twins_since(LastScoring(LATEST, {("x:1", "1")}), *HELD, other)
    assert found == {("x:1", "3"): ("1", 100), ("x:2", "9"): ("8", 91)}


def test_what_the_month_before_hands_on_may_change():
    """Only a month's first day sees it, and all that hangs on that day is compared anew."""
    first = (
        scored_before(sent("1", BEGIN + 23 * HOUR)),
        scored_before(sent("2", BEGIN + 40 * HOUR), "1"),
    )
    last = LastScoring(END, ())
    assert twins_since(last, *first) == {("x:1", "2"): ("1", 91)}
    recent = Recent(post_id="0", published_at=BEGIN - HOUR, text=TEXT)
    tail = Tail(recent={"x:1": (recent,)})
    assert twins_since(last, *first, tail=tail) == {("x:1", "1"): ("0", 100)}


# What is handed on


def test_the_last_days_texts_are_handed_on_and_no_others():
    kept = sent("2", END - DAY)
    tail = handed(sent("1", END - DAY - MINUTE, text="Lain sekali"), kept)
    assert tail.recent == {
        "x:1": (Recent(post_id="2", published_at=END - DAY, text=TEXT, stands=True),)
    }


def test_a_duplicate_is_handed_on_without_standing_and_without_its_text():
    tail = handed(sent("1", END - 2 * HOUR), sent("2", END - HOUR))
    assert [(r.post_id, r.stands, r.text) for r in tail.recent["x:1"]] == [
        ("1", True, TEXT),
        ("2", False, None),
    ]


def test_a_removed_post_is_handed_on_without_standing_and_without_its_text():
    """ "the earliest standing post – not removed … also across a month's edge" """
    at = END - 3 * HOUR
    gone = x_post(
        read(at + MINUTE),
        post_id="1",
        published_at=at,
        text=TEXT,
        absences=(at + HOUR, at + 2 * HOUR),
    )
    tail = handed(gone)
    assert [(r.post_id, r.stands, r.text) for r in tail.recent["x:1"]] == [("1", False, None)]


def test_the_last_hundred_values_go_on_across_months():
    carried = Tail(past={"x:1": ((7, 1),) * 99, "x:9": ((5, 0),)})
    tail = handed(
        sent("1", LATER, i24=3), sent("2", LATER + HOUR, i24=4, text="Lain"), carried=carried
    )
    assert tail.past == {
        "x:1": (*((7, 1),) * 98, (3, 0), (4, 0)),
        "x:9": ((5, 0),),
    }


@given(st.lists(st.integers(0, 99), min_size=1, max_size=12))
def test_two_months_find_the_same_twins_as_one(minutes):
    """A text that is judged with the last day handed on is judged as if the month went on."""
    posts = [
        sent(f"{n:02}", END - HOUR + minute * MINUTE, text=TEXT if n % 3 else TEXT + " lagi")
        for n, minute in enumerate(minutes)
    ]
    earlier = [each for each in posts if each.published_at < END]
    later = [each for each in posts if each.published_at >= END]
    as_of = END + 3 * DAY
    whole = find_twins(ledgers(*posts), Tail(), as_of=as_of, begin=BEGIN)
    tail = handed(*earlier)
    apart = find_twins(ledgers(*earlier), Tail(), as_of=as_of, begin=BEGIN)
    apart |= find_twins(ledgers(*later), tail, as_of=as_of, begin=END)
    assert apart == whole
