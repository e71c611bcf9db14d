"""The cadence file: what the scheduler is told is what the loop does."""

import pytest

from functions.settings import Settings
from functions.settings.cadence import CADENCES


def minutes_of(schedule):
    """The minutes of the hour that a cron expression names."""
    field, *rest = schedule.split()
    assert rest == ["*"] * 4
    if field.startswith("*/"):
        return list(range(0, 60, int(field[2:])))
    return [int(minute) for minute in field.split(",")]


@pytest.mark.parametrize("job", CADENCES)
def test_the_cron_expression_and_the_minutes_between_two_runs_say_the_same(job):
    cadence = CADENCES[job]
    minutes = minutes_of(cadence.schedule)
    following = [*minutes[1:], minutes[0] + 60]
    apart = {later - sooner for sooner, later in zip(minutes, following, strict=True)}
    assert apart == {cadence.every}


@pytest.mark.parametrize("job", CADENCES)
def test_a_run_is_over_before_the_next_one_begins(job):
    assert CADENCES[job].timeout < CADENCES[job].every * 60


def test_the_loop_runs_at_the_same_cadence():
    settings = Settings()
    assert settings.collect_every == CADENCES["collect"].every
    assert settings.score_every == CADENCES["score"].every == CADENCES["publish"].every
