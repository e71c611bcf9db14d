"""The list of differences of a revision; the quoted lines stand in RULES.md."""

from __future__ import annotations

import msgspec
import pytest

from functions.model import Change
from functions.score.rules.changes import changes
from tests.factories import ranked_list, ranking, row

FIRST = ranked_list(row("aceh", 1), row("bali", 2))


def test_a_revision_that_changes_nothing_lists_nothing():
    assert changes(ranking(FIRST), ranking(FIRST)) == ()


@pytest.mark.parametrize(
    ("facts", "after"),
    [
        ({"rank": 3}, (3, 1, 5)),
        ({"rank": None}, (None, 1, 5)),
        ({"posts": 2}, (2, 2, 5)),
        ({"i24": 6}, (2, 1, 6)),
        ({"i24": None}, (2, 1, None)),  # unmeasured is not 0
    ],
)
def test_every_changed_line_is_listed_with_what_it_was_and_is(facts, after):
    """ "A correction makes revision 2 beside it, with … the list of differences." """
    revised = ranked_list(row("aceh", 1), msgspec.structs.replace(row("bali", 2), **facts))
    [change] = changes(ranking(FIRST), ranking(revised))
    assert change == Change(ranking="most_popular", satker="bali", before=(2, 1, 5), after=after)


def test_0_that_becomes_unmeasured_is_a_difference():
    before, after = ranked_list(row("aceh", 1, i24=0)), ranked_list(row("aceh", 1, i24=None))
    assert [change.after for change in changes(ranking(before), ranking(after))] == [(1, 1, None)]


def test_a_satker_that_comes_or_goes_is_listed():
    """None stands where it was not listed; those that come stand before those that went."""
    revised = ranked_list(row("aceh", 1), row("papua", 2))
    found = changes(ranking(FIRST), ranking(revised))
    assert [(change.satker, change.before, change.after) for change in found] == [
        ("papua", None, (2, 1, 5)),
        ("bali", (2, 1, 5), None),
    ]


@pytest.mark.parametrize(
    "scope", [{"ranking": "most_active"}, {"platform": "x"}, {"kind": "kanwil"}, {"band": 1}]
)
def test_each_list_is_held_against_the_same_list(scope):
    """A list that was not there before is new line by line, and names itself."""
    other = ranked_list(row("aceh", 1), **scope)
    assert changes(ranking(FIRST, other), ranking(other, FIRST)) == ()
    [change] = changes(ranking(FIRST), ranking(FIRST, other))
    named = {"ranking": "most_popular", "platform": None, "kind": None, "band": None, **scope}
    assert {name: getattr(change, name) for name in named} == named
    assert (change.satker, change.before, change.after) == ("aceh", None, (1, 1, 5))
