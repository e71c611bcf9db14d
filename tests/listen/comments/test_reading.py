"""Reading one platform: in turn, within permission, time and money, and each failure alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.client import ApiClient, Clock, HttpAnswer
from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    Refused,
    Transient,
    Unreadable,
)
from functions.jobs.deadline import NEVER, Deadline
from functions.listen.allowance import SpentError, name_of
from functions.listen.comments.keeping import Keeping
from functions.listen.comments.reading import Means, read_platform
from functions.listen.contract import Asked, Comment, Glance
from functions.listen.report import CommentsReport
from functions.model import PLATFORMS, Account, Platform
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import Vault
from tests.collect.api import TOKEN_KEY, settings_for
from tests.factories import account, agency_store, roster, satker
from tests.listen.comments.shelf import DAY, HOUR, NOON, Hasher, Shelf
from tests.listen.comments.test_gate import allowed

CANARY = "zq7"
NOWHERE = "http://127.0.0.1:1"
IDS = ("1", "2", "3")
MANY = [str(n) for n in range(10, 30)]


class Script:
    """An adapter that answers what it was told to; it asks once where that is to be paid for."""

    AT_ONCE = 1
    BY_POST = False
    UNTRIED = ""

    def __init__(self) -> None:
        self.asked: list[Sequence[Asked]] = []
        self.answers: dict[str, Glance | Exception] = {}
        self.at_once = self.most_at_once = 0
        self.does_ask = False
        self.usage: int | None = None

    async def look(self, client: ApiClient, asked: Sequence[Asked]) -> Mapping[str, Glance]:
        self.asked.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        client.tally.usage = self.usage
        if self.does_ask:
            await client.raw("/a")
        found = {}
        for one in asked:
            answer = self.answers.get(one.account_id, Glance(covered_since=one.since))
            if isinstance(answer, Exception):
                raise answer
            found[one.account_id] = answer
        return found

    def price(self, path: str, params: Any) -> int:
        return 5

    def billed(self, path: str, answer: HttpAnswer) -> int:
        return 5

    @property
    def ids(self) -> list[str]:
        return [one.account_id for asked in self.asked for one in asked]


class Bench:
    """An agency of which three accounts may be read, and its store of threads in memory."""

    def __init__(self, agency: AgencyStore, store: str) -> None:
        self.agency = agency
        self.settings = settings_for(NOWHERE, store)
        self.shelf = Shelf()
        self.script = Script()
        self.listening = allowed("aceh", comments=PLATFORMS)
        self.deadline = NEVER
        self.keeping: dict[str, Any] = {}
        self.consents = Consents(agency, lambda: Vault(TOKEN_KEY))
        self.opened = 0
        self.ids: Sequence[str] = IDS

    def adapter(self, platform: Platform) -> Script:
        self.opened += 1
        return self.script

    def accounts(self, platform: Platform) -> list[Account]:
        return [account("aceh", f"{platform}:{id}", since=NOON - 9 * DAY) for id in self.ids]

    def run(self, now: datetime = NOON, platform: Platform = "youtube") -> CommentsReport:
        registered = [*self.accounts(platform), account("bali", f"{platform}:9", since=NOON - DAY)]
        means = Means(
            agency=self.agency,
            settings=self.settings,
            listening=self.listening,
            roster=roster(satker("aceh"), satker("bali"), accounts=registered),
            consents=self.consents,
            adapter=self.adapter,
            keeping=lambda: Keeping(
                threads=self.shelf, hasher=Hasher(), forgotten=frozenset(), **self.keeping
            ),
            now=now,
            clock=Clock(now),
            deadline=self.deadline,
        )
        self.script.asked.clear()
        return asyncio.run(read_platform(platform, means))


@pytest.fixture
def bench(sqlite_url: str) -> Iterator[Bench]:
    store = open_store(sqlite_url)
    yield Bench(agency_store(store), sqlite_url)
    store.close()


def asks(id: str = "c1", author: str | None = f"{CANARY}u", **fields: Any) -> Comment:
    known: dict[str, Any] = {"url": f"https://youtube.example/{id}", "at": NOON - HOUR, **fields}
    return Comment(id=id, author=author, text=f"Kapan {CANARY} paspor jadi?", **known)


def saw(*comments: Comment, **fields: Any) -> Glance:
    return Glance(comments=comments, covered_since=NOON - 8 * DAY, **fields)


@pytest.mark.parametrize(
    "listening", [allowed("aceh", lacks=["dpo"]), allowed("riau"), allowed("bali")]
)
def test_nobody_is_asked_before_the_gate_is_open_for_him(bench, listening):
    bench.listening = listening
    report = bench.run()
    is_of_bali = listening.agreed("bali")
    assert (bench.script.ids, report.accounts) == ((["9"], 1) if is_of_bali else ([], 0))
    assert bool(report.todo) is not is_of_bali
    assert bench.opened == is_of_bali


def test_credentials_that_are_missing_are_named(bench):
    bench.settings = msgspec.structs.replace(bench.settings, youtube_api_key=())
    assert "KIPRAH_YOUTUBE_API_KEY" in bench.run().todo
    assert bench.opened == 0


def test_accounts_without_a_consent_that_they_need_are_skipped_and_said_once(bench):
    report = bench.run(platform="tiktok")
    assert (report.accounts, bench.script.asked, report.failed) == (0, [], False)
    assert report.problems == ["tiktok: 3 accounts did not consent to their comments being read"]


def test_an_account_is_read_once_an_hour_and_from_where_it_was_left(bench):
    bench.script.answers["1"] = saw(asks())
    first = bench.run()
    assert (first.accounts, first.threads, first.problems) == (3, 1, [])
    writes = bench.shelf.writes
    assert bench.run(NOON + HOUR / 2).accounts == 0
    assert (bench.script.ids, bench.shelf.writes) == ([], writes)
    later = bench.run(NOON + HOUR)
    assert (later.accounts, later.threads) == (3, 0)
    [asked] = [one for [one] in bench.script.asked if one.account_id == "1"]
    assert timedelta() <= asked.since - (NOON - HOUR) < timedelta(minutes=1)
    assert [pointer.id for pointer in asked.open] == ["c1"]


def test_answers_and_what_is_gone_are_counted(bench):
    answer = Comment(id="a1", parent="c1", at=NOON, author="1", text="Besok", url="u")
    bench.script.answers["1"] = saw(asks(), asks("c2"))
    bench.run()
    bench.script.answers["1"] = Glance(comments=(answer,), gone=frozenset({"c2"}))
    assert bench.run(NOON + HOUR).answers == 1
    assert bench.run(NOON + 2 * HOUR).gone == 1
    assert {t.answered_by for t in bench.shelf.threads().values()} == {"own", None}


def test_who_was_not_read_for_the_longest_time_comes_first(bench):
    """Where time is short everybody has his turn."""
    over = iter([0.0, 2.0, 2.0] * 3)
    bench.deadline = Deadline(1.0, clock=lambda: next(over))
    read = []
    for hour in range(3):
        assert bench.run(NOON + hour * HOUR).left == 2
        read += bench.script.ids
    assert sorted(read) == [*IDS]


@pytest.mark.parametrize(
    "error",
    [
        AccountWrong("/a: 404 gone", "Periksa akunnya."),
        Unreadable("/a: odd"),
        Denied("/a: 403"),
        Transient("/a: no answer"),
        ValueError(f"{CANARY} a text in a message"),
        KeyError(CANARY),
    ],
)
@pytest.mark.parametrize("is_raised", [True, False])
def test_an_accounts_failure_costs_it_alone(bench, error, is_raised):
    if is_raised or isinstance(error, ValueError | KeyError):
        bench.script.answers["2"] = error
    else:
        bench.script.answers["2"] = Glance(failure=error)
    bench.script.answers["3"] = saw(asks())
    report = bench.run()
    assert (report.accounts, report.threads, report.failed) == (2, 1, False)
    [problem] = report.problems
    assert problem.startswith("youtube:2: ")
    assert CANARY not in problem
    assert bench.run(NOON + HOUR / 4).accounts == 0  # it waits for its hour as well


@pytest.mark.parametrize("is_raised", [True, False])
@pytest.mark.parametrize(
    "error", [Limited("/a: 429 later"), Refused("/a: 401 no"), SpentError("all")]
)
def test_a_credentials_failure_is_told_once_and_ends_its_work(bench, error, is_raised):
    bench.script.answers = dict.fromkeys(IDS, error if is_raised else Glance(failure=error))
    report = bench.run()
    assert report.problems == [f"youtube: {error}"]
    assert report.failed is isinstance(error, Refused)
    bench.script.answers = {}
    assert bench.run(NOON + HOUR).accounts == 3


def test_another_credential_serves_its_own_accounts(bench):
    bench.settings = msgspec.structs.replace(bench.settings, youtube_api_key=("k1", "k2"))
    bench.script.answers["1"] = Refused("/a: 401 no")
    report = bench.run()
    assert (report.accounts, report.failed) == (2, False)


def test_a_pages_own_token_that_is_refused_costs_the_page_alone(bench):
    bench.consents.add([ConsentRow("aceh", "facebook", "aceh_2", "page-token")], NOON)
    bench.script.answers["2"] = Refused("/a: 401 its token")
    report = bench.run(platform="facebook")
    assert (report.accounts, report.failed) == (2, False)
    assert report.problems == ["facebook:2: /a: 401 its token"]


def test_most_of_a_limit_is_left_to_the_ranking(bench):
    bench.script.usage = 75
    bench.ids = MANY
    report = bench.run(platform="facebook")
    assert report.accounts <= 4  # what had begun
    assert report.problems == ["facebook: 75 % of its limit is used already"]


def test_several_accounts_are_asked_for_at_once_where_the_platform_allows_it(bench):
    bench.script.AT_ONCE = 2
    bench.listening = allowed("aceh", comments=["x"], x_listen_dollars_per_day=1)
    assert bench.run(platform="x").accounts == 3
    assert [len(asked) for asked in bench.script.asked] == [2, 1]
    bench.script.answers["1"] = Unreadable("/a: odd")
    report = bench.run(NOON + HOUR, "x")
    assert report.problems == ["x:1: /a: odd", "x:2: /a: odd"]


def test_a_few_accounts_are_looked_at_at_once(bench):
    bench.ids = MANY
    assert bench.run().accounts == 20
    assert bench.script.most_at_once == 4


def test_no_attempt_is_made_that_the_money_does_not_reach_for(bench):
    bench.script.does_ask = True
    bench.listening = allowed("aceh", comments=["x"], x_listen_dollars_per_day=1)
    bench.agency.reserve({name_of("x"): ({"day": "2026-10-20", "mills": 990}, None)})
    report = bench.run(platform="x")
    assert (report.calls, report.cost, report.unit) == (2, 10, "mills")
    assert report.problems[-1].startswith("x: x_listen_dollars_per_day is used up until 00:00 UTC")
    assert report.left == 3
    assert bench.run(NOON + HOUR, "x").left == 3
    assert bench.agency.budgets([name_of("x")])[name_of("x")].data["mills"] == 1000


def test_without_money_nobody_is_asked_and_it_is_said(bench):
    report = bench.run(platform="x")
    assert (bench.script.asked, report.problems) == ([], [])
    assert report.todo.startswith("nothing may be spent; x_listen_dollars_per_day")


def test_what_is_read_post_by_post_is_told_the_latest_posts(bench):
    bench.script.BY_POST = True
    bench.run()
    assert [one.posts for [one] in bench.script.asked] == [()] * 3


def test_a_unit_that_is_not_read_any_more_is_followed_no_longer_than_three_weeks(bench):
    bench.script.answers["1"] = saw(asks(), whole=frozenset({"c1"}))
    bench.run()
    bench.listening = allowed("bali")
    bench.run(NOON + 20 * DAY)
    assert bench.shelf.kept["youtube"]["youtube:1"].open
    bench.run(NOON + 21 * DAY)
    assert not bench.shelf.kept["youtube"]["youtube:1"].open
    [thread] = bench.shelf.threads().values()
    assert NOON <= thread.checked_at < NOON + HOUR


def test_listeners_and_the_models_order_hear_each_new_text_once(bench):
    heard: list[Any] = []

    def deaf(text: Any) -> None:
        raise ValueError(text.text)

    bench.keeping = {"listeners": [deaf, heard.append], "order_of": lambda text: 1 // 0}
    bench.script.answers["1"] = saw(asks(), asks("c2"))
    report = bench.run()
    bench.run(NOON + HOUR)
    assert [(one.account, one.question, CANARY in one.text) for one in heard] == [
        ("youtube:1", True, True)
    ] * 2
    assert len(report.problems) == 2
    assert CANARY not in f"{report.problems}{heard}"


@settings(max_examples=25)
@given(
    st.sampled_from(["threads_of", "add_threads", "save_inbox", "hasher", "look", "listener"]),
    st.sampled_from([ValueError, KeyError, UnicodeEncodeError, StoreError]),
    st.text(min_size=1, max_size=20),
)
def test_a_crash_in_the_middle_tells_nothing_and_is_made_good(tmp_path_factory, where, kind, text):
    """Whatever breaks, and whatever its message holds."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('crash')}/kiprah.db")
    bench = Bench(agency_store(store), "sqlite:///unused.db")
    secret = f"{CANARY}{text}"
    error = kind("utf-8", secret, 0, 1, secret) if kind is UnicodeEncodeError else kind(secret)
    named = {"text": f"Kapan {secret} jadi?", "author": f"{CANARY}u"}
    bench.script.answers["1"] = saw(asks(), msgspec.structs.replace(asks("c2"), **named))

    def broken(*_: Any) -> Any:
        raise error

    if where in ("hasher", "listener"):
        bench.keeping["listeners"] = [broken]
    elif where == "look":
        bench.script.answers["2"] = error
    else:
        setattr(bench.shelf, where, broken)
    told = ""
    with suppress(StoreError, kind):  # what the store itself says is raised as it is
        told = json.dumps(msgspec.to_builtins(bench.run()))
    kept = msgspec.json.encode([list(bench.shelf.days.items()), bench.shelf.kept]).decode()
    assert CANARY not in told + kept
    bench.shelf.__dict__.pop(where, None)
    bench.keeping, bench.script.answers["2"] = {}, Glance()
    bench.run(NOON + HOUR)
    store.close()
    assert len(bench.shelf.threads()) == 2
    assert len(bench.shelf.kept["youtube"]["youtube:1"].open) == 2
