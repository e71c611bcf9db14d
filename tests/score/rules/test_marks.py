"""What stands beside a post's verdict; the quoted lines stand in RULES.md."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from functions.score.rules.judging import judge_month
from functions.score.rules.marks import with_marks
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from tests.factories import (
    PUBLISHED,
    aged,
    evidence,
    measured_post,
    presence,
    read,
    unit,
    x_post,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
UNITS = [unit("aceh"), unit("bali")]
ACCOUNTS = [presence("aceh", "x:1"), presence("bali", "x:2")]


def marked(given):
    """The marked verdicts by account key and post id."""
    judgement = with_marks(given, judge_month(given))
    return {(post.account, post.post_id): verdict for post, verdict in judgement.posts}


def test_posts_are_held_against_the_months_before():
    accounts = [
        msgspec.structs.replace(presence("aceh", "x:1"), past=((10, 1),) * 20),
    ]
    posts = [
        measured_post(15),
        measured_post(30, post_id="101", at=PUBLISHED + MINUTE),
        measured_post(None, post_id="102", at=PUBLISHED + 2 * MINUTE),
    ]
    found = marked(evidence([unit("aceh")], accounts, posts))
    assert [found["x:1", name].over_usual for name in ("100", "101", "102")] == [15, 30, None]


@pytest.mark.parametrize(("least", "tenths"), [(UNSET, 17), (0, 17), (9, 17), (10, None)])
def test_a_post_is_held_against_what_the_months_rules_call_usual(least, tenths):
    accounts = [msgspec.structs.replace(presence("aceh", "x:1"), past=((9, 1),) * 20)]
    given_evidence = evidence([unit("aceh")], accounts, [measured_post(15)])
    rules = msgspec.structs.replace(given_evidence.month.rules, usual_least=least)
    month = msgspec.structs.replace(given_evidence.month, rules=rules)
    found = marked(msgspec.structs.replace(given_evidence, month=month))
    assert found["x:1", "100"].over_usual == tenths


def test_a_post_that_nobody_reacted_to_is_0_times_what_is_usual():
    accounts = [msgspec.structs.replace(presence("aceh", "x:1"), past=((10, 1),) * 20)]
    found = marked(evidence([unit("aceh")], accounts, [measured_post(0)]))
    assert found["x:1", "100"].over_usual == 0


def test_a_flag_marks_the_posts_that_it_is_about_and_those_of_no_other_account():
    falling = [read(aged(1), likes=100), read(aged(24), likes=50)]
    posts = [x_post(*falling), x_post(post_id="101"), x_post(read(aged(24)), account_id="2")]
    found = marked(evidence(UNITS, ACCOUNTS, posts))
    assert {name: verdict.flags for name, verdict in found.items()} == {
        ("x:1", "100"): ("counter_fall",),
        ("x:1", "101"): (),
        ("x:2", "100"): (),
    }


def test_what_is_about_an_account_marks_no_post():
    readings = ((PUBLISHED, 1000), (PUBLISHED + DAY, 2000))
    accounts = [msgspec.structs.replace(ACCOUNTS[0], followers=readings)]
    posts = [measured_post(1, post_id=f"{n}", at=PUBLISHED + n * DAY / 4) for n in range(6)]
    given = evidence(UNITS, accounts, posts)
    items = tuple(
        msgspec.structs.replace(item, duplicate_of="0", duplicate_percent=95)
        for item in given.items
    )
    given = msgspec.structs.replace(given, items=items)
    codes = {flag.code for flag in judge_month(given).flags}
    assert codes == {"same_text", "follower_jump"}
    assert {verdict.flags for verdict in marked(given).values()} == {()}


def in_time(n):
    """Thirty posts, 12 of which lie within minutes, and some of which have hardly any comments."""
    at = PUBLISHED + n // 12 * 5 * MINUTE
    return x_post(
        read(at + DAY, likes=200 * (n % 7), comments=n % 7 if n < 20 else 0),
        post_id=f"{n:02}",
        published_at=at,
    )


@given(st.permutations(range(30)))
def test_whatever_the_order_of_the_evidence_its_posts_are_judged_in_that_of_their_time(order):
    """Equal times are ordered by post id."""
    posts = [in_time(n) for n in range(30)]
    given_in_order = evidence(UNITS, ACCOUNTS, posts)
    in_order = with_marks(given_in_order, judge_month(given_in_order))
    assert {flag.code for flag in in_order.flags} >= {"burst"}
    assert [post.post_id for post, _ in in_order.posts] == [f"{n:02}" for n in range(30)]
    assert sum(verdict.over_usual is not None for _, verdict in in_order.posts) == 10
    shuffled = evidence(UNITS, ACCOUNTS, [])
    items = tuple(ev.item(posts[n]) for n in order)
    shuffled = msgspec.structs.replace(shuffled, items=items)
    assert with_marks(shuffled, judge_month(shuffled)) == in_order


def test_a_ranking_needs_no_marks():
    given = evidence(UNITS, ACCOUNTS, [in_time(n) for n in range(30)])
    judgement = judge_month(given)
    with_them = with_marks(given, judgement)
    assert with_them != judgement
    assert with_them.flags == judgement.flags
    assert rank(given, with_them) == rank(given, judgement)
