"""The thresholds that are the same for every agency; the quoted lines stand in RULES.md."""

from datetime import timedelta

from functions import thresholds as at

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_a_post_is_measured_at_24_hours_by_reads_around_it():
    """ "`published_at` + 24 h exactly"; "aged 18 h to 30 h"; "within ±5 min of the mark"; "a
    bracket no wider than 2 h"; "at least 15 min apart" """
    assert at.MARK == 24 * HOUR
    assert (at.EARLIEST_USABLE, at.LATEST_USABLE) == (18 * HOUR, 30 * HOUR)
    assert (at.OBSERVED_WITHIN, at.INTERPOLATED_WITHIN) == (5 * MINUTE, 2 * HOUR)
    assert at.ABSENCES_APART == 15 * MINUTE
    assert at.SETTLED == at.LATEST_USABLE
    assert at.END_UNTOLD == 6 * HOUR


def test_texts_are_compared_with_those_of_a_day():
    """ "at most 24 h older"; "under 20 characters never" """
    assert (at.COMPARED_WITHIN, at.SHORTEST_COMPARED) == (24 * HOUR, 20)


def test_figures_beside_the_ranking_have_these_values():
    """ "under 90 %"; "per 1,000 followers"; "the first within 7 days after"; "last ≤ 100";
    "floor(n/4) at each end"; "from 20 earlier posts on" """
    assert (90, 1_000, timedelta(days=7)) == (at.THIN_PERCENT, at.RATE_PER, at.FOLLOWERS_WITHIN)
    assert (at.USUAL_MOST, at.USUAL_FEWEST, at.USUAL_DROPPED) == (100, 20, 4)


def test_flags_are_raised_from_these_values_on():
    """ "10 or more posts of one account within 60 min"; "5 or more near-duplicates … at least
    30 %"; "more than 20 % and more than 20"; "I24 ≥ 200 with less than 0.5 % …, at least 2 %";
    "more than 20 % and more than 500" """
    assert (at.BURST_POSTS, at.BURST_WITHIN) == (10, 60 * MINUTE)
    assert (at.SAME_LEAST, at.SAME_PERCENT) == (5, 30)
    assert (at.FALL_PERCENT, at.FALL_ABOVE) == (20, 20)
    assert (at.LIKES_I24, at.LIKES_PERMILLE, at.LIKES_USUAL_PERCENT) == (200, 5, 2)
    assert (at.JUMP_PERCENT, at.JUMP_ABOVE) == (20, 500)


def test_issues_and_insights_follow_these_values():
    """ "against the 8 before"; "words of ≥ 3 letters"; "prior 500"; "z ≥ 4.5 with ≥ 5 units, at
    most 20"; "word triples ≥ 0.35"; "from 3 units on"; "within 24/48 h"; "n ≥ 30 posts"; "≥ 5
    units" """
    assert (at.TERM_WEEKS, at.TERM_LETTERS, at.TERM_PRIOR) == (8, 3, 500)
    assert (at.TERM_Z, at.TERM_UNITS, at.TERM_MOST) == (450, 5, 20)
    assert (at.NARRATIVE_WORDS, at.NARRATIVE_PERCENT, at.NARRATIVE_UNITS) == (3, 35, 3)
    assert (at.CLARIFIED_SOON, at.CLARIFIED_LATER) == (24 * HOUR, 48 * HOUR)
    assert (at.EFFECT_POSTS, at.EFFECT_UNITS, at.EFFECT_PERCENT) == (30, 5, 90)
    assert at.EFFECT_HOURS == 3 * HOUR
