"""Folding: whose thread it is, what answers it, and what is never kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.collect.contract import Transient
from functions.listen.comments.folding import FOLLOWED_FOR, Folded, Subject, fold
from functions.listen.contract import Comment, Glance
from functions.store.threads import CommentThread, Gap, Inbox
from tests.listen.comments.shelf import DAY, HOUR, NOON, Hasher, Shelf

OWN, OTHER = "1001", "1002"
ACCOUNT = f"youtube:{OWN}"
CANARY = "zq7"  # in every text and in every citizen's id
CITIZENS = [f"{CANARY}a", f"{CANARY}b", None]
ASKS = f"Kapan {CANARY} paspor jadi?"
SINCE = NOON - 7 * DAY
HASHER = Hasher()


def subject(at: datetime = NOON, **fields: Any) -> Subject:
    known: dict[str, Any] = {
        "platform": "youtube",
        "account_id": OWN,
        "satker": "bali",
        "others": frozenset({OTHER}),
        "hasher": HASHER,
        "forgotten": frozenset(),
        "since": SINCE,
        "zone": ZoneInfo("Asia/Jakarta"),
    }
    return Subject(at=at, **{**known, **fields})


def comment(id: str, hours: float, author: str | None = CITIZENS[0], **fields: Any) -> Comment:
    """A comment so many hours before noon."""
    url = f"https://youtube.example/{id}"
    known: dict[str, Any] = {"text": ASKS, "url": url, "author": author, **fields}
    return Comment(id=id, at=NOON - timedelta(hours=hours), **known)


def hashed(id: str) -> str:
    return HASHER.thread("youtube", id)


class Kept:
    """An account's threads and inbox, look after look."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.inbox = Inbox(satker="bali")

    def look(self, glance: Glance, about: Subject) -> Folded:
        folded = fold(glance, about, self.inbox, lambda day: self.shelf.threads_of(ACCOUNT, day))
        self.shelf.add_threads(ACCOUNT, folded.days)
        self.inbox = folded.inbox
        return folded

    def saw(self, *comments: Comment, at: datetime = NOON, **fields: Any) -> Folded:
        known: dict[str, Any] = {"covered_since": SINCE, **fields}
        return self.look(Glance(comments=comments, **known), subject(at))

    def thread(self, id: str) -> CommentThread:
        return self.shelf.threads()[hashed(id)]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@st.composite
def comments(draw: st.DrawFn) -> tuple[Comment, ...]:
    """Comments in threads of any depth, some to unknown ones, some in circles, some in future."""
    anybody = [OWN, OWN, OWN, OTHER, OTHER, *CITIZENS]
    hours = [*range(-1, 6), 50, 167, 169]
    found = []
    for number in range(draw(st.integers(4, 12))):
        is_first = number < 2
        author = draw(st.sampled_from(CITIZENS if is_first else anybody))
        known = [*"000000111", str(number - 1), "11", "unknown", None, None]
        found.append(
            comment(
                str(number),
                draw(st.sampled_from([4, 8, 50] if is_first else hours)) + 0.25,
                author,
                parent=None if is_first else draw(st.sampled_from(known)),
                text=draw(st.sampled_from([ASKS, f"{CANARY} ok", "", f"@a {CANARY}?"])),
                is_own=author == OWN and draw(st.booleans()),
                is_hidden=draw(st.booleans()),
            )
        )
    return tuple(found)


@st.composite
def glances(draw: st.DrawFn, gone: bool = True) -> Glance:
    ids = st.frozensets(st.sampled_from("0123456"))
    return Glance(
        comments=draw(comments()),
        covered_since=draw(st.sampled_from([None, SINCE, NOON - 3 * DAY, NOON + DAY])),
        whole=draw(ids),
        gone=draw(ids) if gone else frozenset(),
        failure=draw(st.sampled_from([None, Transient("lost")])),
    )


def expected(told: Iterable[Comment]) -> dict[str, tuple[datetime | None, str | None]]:
    """Each thread's answer, found the slow way."""
    known = {one.id: one for one in told if one.at <= NOON + timedelta(minutes=2)}

    def root(one: Comment, seen: frozenset[str] = frozenset()) -> str | None:
        if one.parent is None:
            return one.id
        above = known.get(one.parent)
        return None if above is None or one.id in seen else root(above, seen | {one.id})

    found: dict[str, tuple[datetime | None, str | None]] = {}
    for id, begun in known.items():
        if begun.parent is None and begun.author not in (OWN, OTHER) and begun.at >= SINCE:
            below = [c for c in known.values() if root(c) == id and c.at >= begun.at]
            own = [(c.at, "own") for c in below if c.author == OWN]
            other = [(c.at, "other") for c in below if c.author == OTHER]
            found[hashed(id)] = min(own, default=min(other, default=(None, None)))
    return found


@settings(max_examples=80)
@given(glances())
def test_every_thread_has_the_answer_that_the_slow_way_finds(glance):
    kept = Kept()
    kept.look(glance, subject())
    found = {n: (t.answered_at, t.answered_by) for n, t in kept.shelf.threads().items()}
    assert found == expected(glance.comments)


@settings(max_examples=60)
@given(glances(), st.randoms())
def test_the_order_of_comments_is_irrelevant(glance, random):
    shuffled = [*glance.comments, *glance.comments[:2]]
    random.shuffle(shuffled)
    other = replace(glance, comments=tuple(shuffled))
    results = [fold(one, subject(), Inbox(satker="bali"), lambda _: {}) for one in (glance, other)]
    assert results[0] == results[1]


@settings(max_examples=60)
@given(glances(), glances())
def test_a_look_folded_twice_changes_nothing_more(first, second):
    kept = Kept()
    times = {one.id: one.at for one in first.comments}  # when a comment was written never changes
    told = tuple(replace(one, at=times.get(one.id, one.at)) for one in second.comments)
    for at, glance in ((NOON - HOUR, first), (NOON, replace(second, comments=told))):
        kept.look(glance, subject(at))
        before, inbox = kept.shelf.threads(), kept.inbox
        again = kept.look(glance, subject(at))
        assert (again.days, again.heard, again.answers, again.gone) == ({}, (), 0, ())
        assert (kept.shelf.threads(), kept.inbox) == (before, inbox)


@settings(max_examples=60)
@given(glances(gone=False), st.data())
def test_what_is_told_in_pieces_comes_to_the_same(glance, data):
    """A reply counts when its thread is known, so threads are told before what answers them."""
    begun = [c for c in glance.comments if c.parent is None]
    below = [c for c in glance.comments if c.parent is not None]
    some = data.draw(st.lists(st.sampled_from(begun or [None]), unique=True)) if begun else []
    at_once, bit_by_bit = Kept(), Kept()
    at_once.look(glance, subject())
    for part in (some, begun, begun + below):
        bit_by_bit.look(replace(glance, comments=tuple(part)), subject())
    both = [
        {name: replace(t, checked_at=None) for name, t in one.shelf.threads().items()}
        for one in (at_once, bit_by_bit)
    ]
    assert both[0] == both[1]
    assert at_once.inbox.open.keys() == bit_by_bit.inbox.open.keys()


@settings(max_examples=60)
@given(glances())
def test_nothing_of_a_text_or_an_author_is_in_what_is_kept(glance):
    folded = fold(glance, subject(), Inbox(satker="bali"), lambda _: {})
    written = msgspec.json.encode([folded.days, folded.inbox]).decode()
    for told in (written, repr(folded), repr(glance)):
        assert CANARY not in told
        assert OTHER not in told


def test_a_namesake_and_nobody_at_all_never_answer(kept):
    """No name reaches the folding: what is left of a namesake is another id, or none."""
    namesake = comment("2", 1, CITIZENS[1], parent="1")
    unsaid = comment("3", 1, None, parent="1")
    kept.saw(comment("1", 2), namesake, unsaid)
    assert kept.thread("1").answered_at is None
    kept.saw(comment("4", 0.5, None, parent="3", is_own=True))
    assert kept.thread("1").answered_at is None  # its way to the thread was not told
    kept.saw(comment("4", 0.5, None, parent="1", is_own=True))
    assert kept.thread("1").answered_at == NOON - HOUR / 2


def test_another_registered_account_answers_until_the_own_does(kept):
    kept.saw(comment("1", 5), comment("2", 4, OTHER, parent="1"))
    assert (kept.thread("1").answered_by, [*kept.inbox.open]) == ("other", [hashed("1")])
    folded = kept.saw(comment("3", 1, OWN, parent="1", text="Sudah siap"), at=NOON + HOUR)
    thread = kept.thread("1")
    assert (thread.answered_by, thread.answered_at) == ("own", NOON - HOUR)
    assert (thread.answer, folded.answers) == (HASHER.words("Sudah siap"), 1)
    assert kept.inbox.open == {}


@pytest.mark.parametrize(("author", "by"), [(OWN, "own"), (OTHER, "other")])
def test_the_earliest_later_comment_is_the_answer(kept, author, by):
    replies = [comment(f"a{hours}", hours, author, parent="1") for hours in (1, 6, 3, 2)]
    kept.saw(comment("1", 5), *replies)
    thread = kept.thread("1")
    assert (thread.answered_by, thread.answered_at) == (by, NOON - 3 * HOUR)


def test_a_reply_reaches_its_thread_through_what_is_followed(kept):
    kept.saw(comment("1", 9))
    folded = kept.saw(comment("3", 1, OWN, parent="2"), comment("2", 2, parent="1"))
    assert (kept.thread("1").answered_at, folded.heard) == (NOON - HOUR, ())


def test_what_a_whole_look_found_unanswered_is_checked(kept):
    kept.saw(comment("1", 5), comment("2", 5), whole=frozenset("1"))
    checked = {f.id: f.checked_at for f in kept.inbox.open.values()}
    assert checked == {"1": NOON, "2": None}
    later = NOON + FOLLOWED_FOR - 5 * HOUR
    kept.saw(at=later - HOUR)
    assert len(kept.inbox.open) == 2
    kept.saw(at=later)
    assert kept.inbox.open == {}
    assert (kept.thread("1").checked_at, kept.thread("2").checked_at) == (NOON, None)


def test_a_thread_is_gone_when_a_second_look_misses_it_too(kept):
    missing = {"gone": frozenset("12")}
    kept.saw(comment("1", 5), comment("2", 4), comment("3", 3, OTHER, parent="2"))
    kept.saw(at=NOON + HOUR, **missing)
    kept.saw(comment("2", 4), at=NOON + 2 * HOUR)
    assert len(kept.inbox.open) == 2
    assert len(kept.saw(at=NOON + 3 * HOUR, **missing).gone) == 1
    assert kept.thread("1").gone_at == NOON + HOUR
    kept.saw(at=NOON + 4 * HOUR, **missing)
    assert (kept.inbox.open, kept.thread("2").gone_at) == ({}, None)  # it was answered
    kept.saw(comment("1", 5), at=NOON + 5 * HOUR)
    assert kept.thread("1").gone_at == NOON + HOUR


def test_what_was_asked_for_itself_and_is_not_missed_is_there(kept):
    """What a whole look proves of answers, it does not prove of the thread."""
    kept.saw(comment("1", 5), comment("2", 5))
    about = subject(NOON + DAY, due=frozenset("1"))
    kept.look(Glance(whole=frozenset("12")), about)
    seen = {one.id: (one.seen_at, one.checked_at) for one in kept.inbox.open.values()}
    assert seen == {"1": (NOON + DAY, NOON + DAY), "2": (NOON, NOON + DAY)}
    kept.look(Glance(failure=Transient("lost")), subject(NOON + 2 * DAY, due=frozenset("1")))
    assert max(one.seen_at for one in kept.inbox.open.values()) == NOON + DAY


def test_a_thread_that_is_shown_is_not_gone_whatever_else_is_said(kept):
    for hours in range(4):
        kept.saw(comment("1", 5), at=NOON + hours * HOUR, gone=frozenset("1"))
    assert len(kept.inbox.open) == 1


def test_hiding_is_noted_and_is_no_answer(kept):
    kept.saw(comment("1", 5))
    kept.saw(comment("1", 5, is_hidden=True), at=NOON + HOUR)
    assert (kept.thread("1").hidden, kept.thread("1").answered_at) == (True, None)


def test_what_must_be_forgotten_is_not_kept(kept):
    kept.saw(comment("1", 5))
    about = subject(forgotten=frozenset({hashed("1"), hashed("2")}))
    folded = kept.look(Glance(comments=(comment("1", 5), comment("2", 4))), about)
    assert (folded.days, folded.heard, kept.inbox.open) == ({}, (), {})


def test_reading_goes_on_where_the_look_before_ended(kept):
    kept.saw()
    assert kept.inbox.read_until == NOON
    kept.saw(at=NOON + HOUR, covered_since=None)
    kept.saw(at=NOON + HOUR, covered_since=NOON + HOUR / 2, failure=Transient("lost"))
    assert (kept.inbox.read_until, kept.inbox.looked_at) == (NOON, NOON + HOUR)
    kept.saw(at=NOON + 2 * HOUR, covered_since=NOON)
    assert (kept.inbox.read_until, kept.inbox.gaps) == (NOON + 2 * HOUR, ())


def test_what_was_answered_by_anybody_registered_is_not_checked(kept):
    kept.saw(comment("1", 5), comment("2", 4, OTHER, parent="1"), whole=frozenset("1"))
    assert [one.checked_at for one in kept.inbox.open.values()] == [None]


def test_what_was_begun_before_reading_was_is_no_thread_of_ours(kept):
    folded = kept.saw(comment("1", 169), comment("2", 1, OWN, parent="1"))
    assert (folded.days, folded.heard, kept.inbox.open) == ({}, (), {})


def test_in_a_gap_nothing_is_called_unanswered(kept):
    kept.saw(at=NOON - 3 * DAY)
    inside, after = comment("1", 36), comment("2", 12)
    kept.saw(inside, after, covered_since=NOON - DAY, whole=frozenset("12"))
    assert kept.inbox.gaps == (Gap(NOON - 3 * DAY, NOON - DAY),)
    checked = {f.id: f.checked_at for f in kept.inbox.open.values()}
    assert checked == {"1": None, "2": NOON}
    kept.saw(at=NOON + 31 * DAY, covered_since=NOON)
    assert kept.inbox.gaps == ()


def test_one_odd_item_costs_a_few_hours_and_no_week_of_looks(kept):
    """It keeps every look that shows it from being whole."""
    kept.saw(at=NOON)
    odd_at, hours = NOON + HOUR / 2, 0
    while kept.inbox.read_until <= odd_at + HOUR:
        hours += 1
        at = NOON + hours * HOUR
        since = kept.inbox.read_until - HOUR
        kept.saw(at=at, covered_since=None if since <= odd_at else since)
        assert at - kept.inbox.read_until <= DAY
    assert hours < 30
    [gap] = kept.inbox.gaps
    assert (gap.begin, gap.end - gap.begin <= 2 * HOUR) == (NOON, True)


def test_a_clock_that_was_wrong_for_a_while_hides_nothing(kept):
    kept.inbox = Inbox(satker="bali", read_until=NOON + 9 * DAY)
    kept.saw(comment("1", 5), covered_since=None, failure=Transient("lost"))
    assert (kept.inbox.read_until, len(kept.inbox.open)) == (None, 1)


def test_an_account_of_another_unit_now_keeps_its_threads(kept):
    kept.saw(comment("1", 5))
    kept.look(Glance(), subject(satker="aceh"))
    assert (kept.inbox.satker, len(kept.inbox.open)) == ("aceh", 1)


def test_a_run_that_died_before_its_inbox_was_kept_is_made_good(kept):
    seen = (comment("1", 5), comment("2", 4, OTHER, parent="1"))
    kept.saw(*seen)
    kept.inbox = Inbox(satker="bali")
    folded = kept.saw(*seen)
    assert ([*kept.inbox.open], folded.heard, folded.answers) == ([hashed("1")], (), 0)


def test_the_inbox_may_be_ordered_by_the_text(kept):
    about = subject(order_of=len)
    kept.look(Glance(comments=(comment("1", 5, text="abc"),)), about)
    assert [f.order for f in kept.inbox.open.values()] == [3]
