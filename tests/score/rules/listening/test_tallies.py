"""Counts of threads, against a slow second implementation."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.response import Judged
from functions.score.rules.listening.tallies import kept, marked, tally, tally_of, told
from functions.store.dialog import Figures, ThreadState, UnitDialog
from functions.store.threads import CommentThread
from tests.factories import BEGIN

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LEAST = 20
FINAL = ("answered", "late", "unanswered", "gone", "unmeasured")


@st.composite
def judgements(draw: st.DrawFn, states: tuple[str, ...] = get_args(ThreadState)) -> Judged:
    """A thread of some state, that agrees with itself."""
    state: ThreadState = draw(st.sampled_from(states))  # type: ignore[arg-type]
    at = BEGIN + draw(st.integers(0, 60 * 24 * 30)) * MINUTE
    answered, by_first, text, is_over = None, None, None, True
    if state in ("answered", "late"):
        answered = at + draw(st.integers(0, 9_000)) * timedelta(seconds=37)
        is_over = state == "late" or draw(st.booleans())
        by_first = state == "answered" and draw(st.booleans())
        by_first = draw(st.sampled_from([None, by_first])) if not is_over else by_first
        text = draw(st.sampled_from([None, "a", "b", "c"]))
    elif state in ("unanswered", "open"):
        by_first = False if state == "unanswered" else draw(st.sampled_from([None, False]))
        is_over = state == "unanswered" or draw(st.booleans())
    thread = CommentThread(
        asked_at=at, question=draw(st.booleans()), answered_at=answered, answer=text
    )
    return Judged(thread, state, by_first, is_over)


def slowly(held: list[Judged], least: int) -> Figures:
    """Each figure by going through all threads again; ``canned`` apart."""
    measured = [j for j in held if j.state not in ("gone", "unmeasured")]
    if len(measured) < least:
        return Figures()
    over = [j for j in measured if j.is_over and j.state != "open"]
    known = [j for j in measured if j.by_first is not None]
    times = sorted(
        int((j.thread.answered_at - j.thread.asked_at).total_seconds() // 60)
        for j in over
        if j.thread.answered_at is not None
    )
    found = told([tally(held)], least).threads  # intervals have tests of their own
    shares = []
    for all_of, hits, share in (
        (known, [j for j in known if j.by_first], found.by_first),
        (over, [j for j in over if j.state == "answered"], found.by_last),
    ):
        assert (share is None) == (len(all_of) < least)
        if share is not None:
            assert (share.hits, share.of) == (len(hits), len(all_of))
            assert 0 <= share.lower <= 1000 * share.hits / share.of <= share.upper <= 1000
        shares.append(share)
    assert (found.median is None) == (len(times) < least)
    if found.median is not None:
        middle = (times[(len(times) - 1) // 2] + times[len(times) // 2]) // 2
        assert (found.median.minutes, found.median.of) == (middle, len(times))
        assert found.median.lower in times
        assert found.median.upper in times
        assert found.median.lower <= middle <= found.median.upper
    return Figures(
        n=len(measured),
        by_first=shares[0],
        by_last=shares[1],
        median=found.median,
        unmeasured=sum(j.state == "unmeasured" for j in held),
        open=len(measured) - len(over),
    )


@settings(max_examples=60)
@given(st.lists(judgements(), max_size=90), st.sampled_from((6, LEAST, 40)))
def test_figures_are_those_of_the_second_implementation(held: list[Judged], least: int) -> None:
    questions = [j for j in held if j.thread.question]
    expected = UnitDialog(questions=slowly(questions, least), threads=slowly(held, least))
    assert told([tally(held)], least) == expected


@settings(max_examples=40)
@given(st.lists(judgements(), max_size=90), st.integers(0, 2**32))
def test_days_add_up_in_any_order_and_however_they_are_cut(held: list[Judged], seed: int) -> None:
    days: list[list[Judged]] = [[], [], [], []]
    random = Random(seed)
    for each in held:
        random.choice(days).append(each)
    random.shuffle(days)
    assert told([tally(day) for day in days], 1) == told([tally(held)], 1)


@settings(max_examples=40)
@given(st.lists(judgements(FINAL).filter(lambda each: each.is_over), max_size=60))
def test_a_day_that_is_kept_as_its_counts_tells_the_same(held: list[Judged]) -> None:
    [day] = marked([tally(held)])
    assert day.is_final
    assert told([tally_of(kept(day))], 1) == told([day], 1)


def test_fewer_than_the_least_are_told_nothing_of_whatever_they_are() -> None:
    answered = CommentThread(asked_at=BEGIN, question=True, answered_at=BEGIN, answer="a")
    few = [Judged(answered, "answered", True, True)] * (LEAST - 1)
    gone = [Judged(CommentThread(asked_at=BEGIN, question=True), "gone", None, True)] * 50
    lost = [Judged(CommentThread(asked_at=BEGIN, question=True), "unmeasured", None, True)] * 50
    assert told(marked([tally([*few, *gone, *lost])]), LEAST) == UnitDialog()
    enough = told(marked([tally([*few, *few[:1], *gone, *lost])]), LEAST).questions
    assert (enough.n, enough.unmeasured, enough.canned) == (LEAST, 50, True)


def test_a_median_of_too_few_answers_is_not_told() -> None:
    silent = [Judged(CommentThread(asked_at=BEGIN), "unanswered", False, True)] * LEAST
    answered = CommentThread(asked_at=BEGIN, answered_at=BEGIN + HOUR)
    few = [Judged(answered, "answered", True, True)] * (LEAST - 1)
    found = told([tally([*silent, *few])], LEAST).threads
    assert (found.n, found.median) == (2 * LEAST - 1, None)
    assert found.by_last is not None
    enough = told([tally([*silent, *few, *few[:1]])], LEAST).threads
    assert enough.median is not None
    assert (enough.median.minutes, enough.median.of) == (60, LEAST)


def answers(*instants: datetime, text: str = "a") -> list[Judged]:
    return [
        Judged(CommentThread(asked_at=BEGIN, answered_at=at, answer=text), "answered", True, True)
        for at in instants
    ]


def test_ten_answers_of_one_text_within_a_day_are_canned() -> None:
    ten = [BEGIN + n * 160 * MINUTE for n in range(10)]  # exactly 24 hours from first to last
    assert marked([tally(answers(*ten))])[0].canned
    assert not marked([tally(answers(*ten[:9]))])[0].canned
    assert not marked([tally(answers(*ten[:9], ten[9] + MINUTE))])[0].canned
    assert not marked([tally([*answers(*ten[:5]), *answers(*ten[5:], text="b")])])[0].canned


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from("ab")), max_size=40))
def test_canned_texts_are_found_across_days(told: list[tuple[int, str]]) -> None:
    days = [tally(answers(BEGIN + hours * HOUR, text=text)) for hours, text in told]
    expected = {
        text
        for begin, text in told
        if sum(t == text and begin <= hours <= begin + 24 for hours, t in told) >= 10
    }
    found = [day.canned for day in marked(days)]
    assert found == [text in expected for _, text in told]
