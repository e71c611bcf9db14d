"""What groups and forms of posts are called, and the values of the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.text.listening import format_name, group_name, listening_limits
from functions.store.insights import GroupKind


@pytest.mark.parametrize(
    ("kind", "group", "said"),
    [
        ("format", "reel", "Reel"),
        ("format", "hologram", "hologram"),
        ("hour", "6", "pukul 06–09"),
        ("hour", "21", "pukul 21–24"),
        ("hour", "24", "24"),
        ("hour", "pagi", "pagi"),
        ("weekday", "1", "hari Senin"),
        ("weekday", "7", "hari Minggu"),
        ("weekday", "8", "8"),
        ("weekday", "٣", "٣"),
        ("tag", "merek", "#merek"),
        ("tag", "#merek", "#merek"),
        ("campaign", "setahun", "setahun"),
    ],
)
def test_a_group_is_named_in_words(kind: GroupKind, group: str, said: str) -> None:
    assert group_name(kind, group) == said


@given(st.sampled_from(["format", "hour", "weekday", "tag", "campaign"]), st.text())
def test_every_group_has_a_name(kind: GroupKind, group: str) -> None:
    assert group_name(kind, group) or not group


def test_a_form_that_was_not_told_is_said_to_be_so() -> None:
    assert format_name(None) == "tidak disebut platform"


def test_the_limits_are_those_of_the_rules() -> None:
    limits = listening_limits()
    assert (limits.term_z, limits.term_units, limits.term_most) == ("4,5", "5", "20")
    assert limits.narrative_share == "35\N{NO-BREAK SPACE}%"
    assert (limits.clarified_soon, limits.clarified_later) == ("24 jam", "48 jam")
    assert (limits.effect_posts, limits.effect_hours) == ("30", "3 jam")
