"""What counts and why, rule by rule; the quoted lines stand in RULES.md."""

from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from functions.model import Reason, Sample
from functions.score.rules.closing import closing_begins
from functions.score.rules.counting import COUNTS, holder, judge, shared_items
from tests.factories import BEGIN, LATER, MARK, MONTH, WIB, aged, presence, read, x_post

SECOND = timedelta(seconds=1)
HOLDERS = {"x:1": [presence("aceh", "x:1")]}
CLOSING = closing_begins(MONTH, WIB)


def verdict(post, now=LATER, holders=HOLDERS, shared=False):
    return judge(post, holders.get(post.account, ()), now, CLOSING, shared=shared)


def reason(post, now=LATER):
    return verdict(post, now).reason


def test_true_for_counted_running_hidden_and_found_late_false_for_the_others():
    """ "counted … True for the reasons `counted`, `running`, `hidden`, `found_late`" """
    assert {"counted", "running", "hidden", "found_late"} == COUNTS
    assert set(get_args(Reason)) - COUNTS == {
        "removed",
        "duplicate",
        "thread_part",
        "outside_month",
        "account_not_registered",
        "excluded",
    }


def test_a_measured_post_is_counted_for_the_satker_that_holds_the_account():
    result = verdict(x_post(read(MARK, likes=3)))
    assert (result.counted, result.reason, result.satker) == (True, "counted", "aceh")
    assert result.measurement.i24 == 3
    assert judge(x_post(read(MARK, likes=3)), HOLDERS["x:1"], LATER, CLOSING) == result
    assert not result.shared


def test_a_young_post_counts_as_running():
    result = verdict(x_post(read(aged(1))), aged(2))
    assert (result.counted, result.reason) == (True, "running")


def test_a_post_whose_counters_are_hidden_counts_without_a_value():
    """Hidden stands in Teraktif; "Terpopuler adds `i24` where it is not null"."""
    result = verdict(x_post(Sample(taken_at=MARK)))
    assert (result.counted, result.reason, result.measurement.i24) == (True, "hidden", None)


@pytest.mark.parametrize("hours", [20, 28])
def test_a_read_on_either_side_is_enough_to_know_that_counters_are_hidden(hours):
    result = verdict(x_post(Sample(taken_at=aged(hours))))
    assert (result.counted, result.reason) == (True, "hidden")


def test_a_post_of_which_no_read_was_kept_is_counted_unmeasured():
    result = verdict(x_post())
    assert (result.counted, result.reason, result.measurement.i24) == (True, "counted", None)


def test_a_post_that_was_read_but_never_near_its_mark_is_counted_unmeasured():
    result = verdict(x_post(read(aged(2), likes=9)))
    assert (result.counted, result.reason, result.measurement.state) == (
        True,
        "counted",
        "unmeasured",
    )


@pytest.mark.parametrize(
    ("first", "expected"), [(aged(30), "counted"), (aged(30) + SECOND, "found_late")]
)
def test_found_late_is_a_first_read_when_the_post_was_older_than_30_h(first, expected):
    """ "`found_late`: its first read came when it was older than 30h" """
    assert reason(x_post(read(first, likes=4), read(LATER, likes=5))) == expected
    hidden = "hidden" if expected == "counted" else expected
    assert reason(x_post(Sample(taken_at=first))) == hidden


def test_only_the_first_read_says_whether_a_post_was_found_late():
    """ "its first read came when it was older than 30 h", or before closing, whatever came since"""
    assert reason(x_post(read(aged(2)), read(aged(40)))) == "counted"
    post = x_post(read(CLOSING - SECOND), read(CLOSING + SECOND))
    result = verdict(post, now=CLOSING + timedelta(days=1))
    assert (result.reason, result.counted) == ("found_late", True)


@pytest.mark.parametrize(("found", "counted"), [(CLOSING - SECOND, True), (CLOSING, False)])
def test_found_late_counts_when_it_was_found_before_closing(found, counted):
    """ "`found_late` (found before closing)" """
    result = verdict(x_post(read(found)), now=CLOSING + timedelta(days=1))
    assert (result.reason, result.counted) == ("found_late", counted)


def test_a_removed_post_does_not_count():
    gone = x_post(read(aged(2)), absences=(aged(20), aged(21)))
    result = verdict(gone)
    assert (result.counted, result.reason) == (False, "removed")


def test_a_post_of_an_account_that_nobody_registered_is_not_counted():
    result = verdict(x_post(read(MARK), account_id="2"))
    assert (result.counted, result.reason, result.satker) == (False, "account_not_registered", None)


@pytest.mark.parametrize(
    ("published", "satker"),
    [
        (BEGIN - SECOND, None),
        (BEGIN, "aceh"),
        (aged(0) - SECOND, "aceh"),
        (aged(0), None),
    ],
)
def test_an_account_counts_from_its_from_to_its_to(published, satker):
    """ "an account counts from its `from` … to its `to`"; the end itself is outside."""
    registered = [presence("aceh", "x:1", valid_from=BEGIN, valid_to=aged(0))]
    assert holder(registered, published) == satker


def test_a_post_belongs_to_the_satker_that_holds_the_account_when_it_is_published():
    handed_over = {
        "x:1": [
            presence("bali", "x:1", valid_from=aged(0)),
            presence("aceh", "x:1", valid_to=aged(0)),
        ]
    }
    early = msgspec.structs.replace(x_post(read(MARK)), published_at=aged(0) - SECOND)
    assert verdict(early, holders=handed_over).satker == "aceh"
    assert verdict(x_post(read(MARK)), holders=handed_over).satker == "bali"


def test_an_account_that_two_satker_hold_counts_once_for_the_first_by_id():
    both = [presence("bali", "x:1"), presence("aceh", "x:1")]
    assert holder(both, aged(0)) == holder(reversed(both), aged(0)) == "aceh"


def test_unregistered_wins_over_every_other_reason():
    """Nobody's post is nobody's, whether it runs, was found late or is gone."""
    late = x_post(read(aged(31)), account_id="2")
    assert {reason(late), reason(late, aged(32)), reason(late, aged(1))} == {
        "account_not_registered"
    }


def test_an_item_in_two_accounts_feeds_is_shared():
    """ "An item that the API returns in two registered accounts' feeds … marked `shared`." """
    one = x_post(platform="instagram", account_id="1", post_id="9")
    other = msgspec.structs.replace(one, account_id="2")
    same_id_elsewhere = msgspec.structs.replace(one, platform="x", account_id="3")
    alone = msgspec.structs.replace(one, post_id="8")
    assert shared_items([one, other, same_id_elsewhere, alone]) == {("instagram", "9")}


def test_a_shared_item_counts_for_each_account():
    """ "counts for each of them, in both rankings, marked `shared`" """
    holders = {"x:1": [presence("aceh", "x:1")], "x:2": [presence("bali", "x:2")]}
    found = [
        verdict(x_post(read(MARK), account_id=account), holders=holders, shared=True)
        for account in ("1", "2")
    ]
    assert [(v.satker, v.counted, v.shared) for v in found] == [
        ("aceh", True, True),
        ("bali", True, True),
    ]
