"""From the platforms to a unit's page: every question's state is the world's, whatever breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import stamina

from functions.listen.comments.hashes import hasher_of
from functions.score.listening.dialog import note
from functions.score.rules.listening.response import due, judge
from functions.score.run import Run, ScoreReport
from functions.tokens.vault import open_vault
from tests.listen.comments.ministry import BEGIN, READ, Ministry
from tests.listen.comments.shelf import DAY, HOUR
from tests.platforms import dialog
from tests.platforms.dialog import ThreadTruth
from tests.platforms.faults import Fault
from tests.platforms.server import serve
from tests.platforms.world import World

WIB = ZoneInfo("Asia/Jakarta")
END = BEGIN + 8 * DAY
EVERY = 6 * HOUR
# They tell no author but the account itself (Facebook: where the Page gave no token of its own).
OWN_ALONE = ("facebook", "tiktok")
BREAKS = ("server_error", "cut", "broken_json", "empty_body", "html", "rate_limited", "partial")


@pytest.fixture
def ministry(sqlite_url: str) -> Iterator[Ministry]:
    with serve(World(now=BEGIN)) as server, stamina.set_testing(True, attempts=2):
        ministry = Ministry(sqlite_url, server)
        ministry.type(x_listen_dollars_per_day=500)
        for (unit, platform), account in ministry.accounts.items():
            ministry.post(account, BEGIN - DAY)
            if unit == "aceh":
                seed = len(platform)
                dialog.plant(
                    ministry.world, seed, account, BEGIN, BEGIN + 2 * DAY, per_day=25, hidden=0
                )
                ask_and_answer_late(ministry.world, account)
        yield ministry
        ministry.agency.store.close()


def ask_and_answer_late(world: World, account: Any) -> None:
    asked_at = BEGIN + 5 * HOUR
    asked = world.comments.add(account.feed[0], asked_at, dialog.QUESTIONS[0])
    world.comments.add(
        account.feed[0], asked_at + 5 * DAY, dialog.ANSWERS[0], author=account, parent=asked
    )


def last_due(asked_at: datetime) -> datetime:
    """24.00 of the third working day after the day asked; October has no holiday."""
    day, left = asked_at.astimezone(WIB).date(), 3
    while left:
        day += timedelta(days=1)
        left -= day.isoweekday() <= 5
    midnight = datetime(day.year, day.month, day.day, tzinfo=WIB)
    return midnight + timedelta(days=1)


def true_state(truth: ThreadTruth) -> str:
    last = last_due(truth.asked_at)
    is_gone_first = truth.gone_at is not None and (
        truth.answered_at is None or truth.gone_at < truth.answered_at
    )
    if truth.answered_at is not None and not is_gone_first:
        return "answered" if truth.answered_at <= last else "late"
    return "gone" if is_gone_first and truth.gone_at < last else "unanswered"


def states(ministry: Ministry) -> dict[tuple[str, str], str]:
    """What is found, by platform and the thread's hash."""
    agency = ministry.agency
    inboxes = agency.inboxes(READ)
    found = {}
    for day in agency.thread_days("2026-10"):
        platform = day.account.partition(":")[0]
        for name, thread in day.threads.items():
            followed = inboxes[platform].get(day.account)  # type: ignore[index]
            seen = None if followed is None else followed.open.get(name)
            reads = (thread.checked_at, None if seen is None else seen.checked_at)
            dues = due(thread.asked_at, (1, 3), WIB, ())
            found[platform, name] = judge(thread, reads, dues, END).state
    return found


@pytest.mark.parametrize("is_faulty", [False, True], ids=["calm", "faulty"])
def test_a_question_has_the_state_that_it_has_in_the_world(
    ministry: Ministry, is_faulty: bool
) -> None:
    random, at = Random(7), BEGIN
    while at <= END:
        ministry.server.app.faults.clear()
        # The last day is calm: what broke before is made up for.
        if is_faulty and at < END - DAY and random.random() < 0.5:
            fault = {"platform": random.choice(READ), "times": random.randint(1, 6)}
            ministry.server.app.faults.add(Fault.make(random.choice(BREAKS), **fault))
        ministry.run(at)
        at += EVERY
    hasher = hasher_of(ministry.agency, lambda: open_vault(ministry.settings))
    found, wrong, expected = states(ministry), [], Counter[str]()
    for platform in READ:
        account = ministry.accounts["aceh", platform]
        for truth in dialog.truth_of(ministry.world, account, END):
            if platform in OWN_ALONE and truth.answered_by == "other":
                continue
            state = found.get((platform, hasher.thread(platform, truth.id)))
            expected[true_state(truth)] += truth.question
            if state is None:
                is_brief = truth.gone_at is not None and truth.gone_at - truth.asked_at < DAY
                assert is_brief, truth  # gone before anybody looked
            elif truth.question and state != true_state(truth):
                wrong.append((platform, state, truth))
            assert state != "unanswered" or true_state(truth) not in ("answered", "late"), truth
    total = sum(expected.values())
    assert total > 100
    assert min(expected[state] for state in ("answered", "late", "unanswered", "gone")) > 0
    assert len(wrong) <= 0.01 * total, wrong
    check_figures(ministry)


def check_figures(ministry: Ministry) -> None:
    """The unit's figures count those states."""
    run = Run(ministry.agency, END, ScoreReport("run", END), {}, END)
    note(run)
    assert run.report.problems == []
    told = ministry.agency.dialog("2026-10")
    assert told is not None
    figures = told.units["aceh"].threads
    counted = Counter(states(ministry).values())
    assert figures.n == counted["answered"] + counted["late"] + counted["unanswered"]
    assert figures.by_last is not None
    assert (figures.by_last.hits, figures.by_last.of) == (counted["answered"], figures.n)
    assert figures.median is not None
    assert figures.median.of == counted["answered"] + counted["late"]
    assert told.units.keys() == {"aceh"}
