"""Replies and mentions on X, from its stand-in and from odd answers."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.collect.client import HttpAnswer
from functions.collect.contract import PlatformError, Refused
from functions.listen.contract import Asked, Glance, Pointer
from functions.listen.contract import Comment as Told
from functions.listen.platforms import x
from tests.collect.api import HOUR, Api, record, settings_for
from tests.listen.platforms.glances import (
    Answer,
    answer_raw,
    answers,
    keep_answers,
    with_an_odd_place,
)
from tests.platforms import dialog
from tests.platforms.app import App
from tests.platforms.comments import Comment
from tests.platforms.server import serve
from tests.platforms.wire import Response
from tests.platforms.world import Account, World

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[Api]:
    with serve(World(now=NOW)) as server:
        yield Api(settings_for(server.url, "sqlite:///none.db"), "x", server)


@pytest.fixture
def account(api: Api) -> Account:
    account = api.account("kemenkum")
    api.server.world.add_post(account, NOW - 6 * DAY)
    return account


def asked(account: Account, since: datetime, *open_: Comment, due: tuple[Comment, ...] = ()) -> Any:
    return Asked(
        account_id=account.id,
        handle=account.handle(int(NOW.timestamp())),
        since=since,
        open=tuple(Pointer(one.id) for one in (*open_, *due)),
        due=tuple(Pointer(one.id) for one in due),
    )


def look(api: Api, *wanted: Asked) -> dict[str, Glance]:
    return api.run(lambda client: x.look(client, wanted))


def ask(api: Api, account: Account, ago: timedelta, **options: Any) -> Comment:
    return api.server.world.comments.add(
        account.feed[0], NOW - ago, options.pop("text", "Kapan dibuka lagi, min?"), **options
    )


def told_of(api: Api, *accounts: Account) -> dict[str, dict[str, Answer | None]]:
    return {
        account.id: {
            one.id: Answer(one.answered_at, one.answered_by or "") if one.answered_at else None
            for one in dialog.truth_of(api.server.world, account, NOW)
            if one.gone_at is None
        }
        for account in accounts
    }


def test_every_answer_of_all_accounts_is_found_and_no_namesake(api: Api) -> None:
    world = api.server.world
    accounts = [api.account(f"kemenkum_{n}", title="Kemenkum") for n in range(4)]
    begin = NOW - 6 * DAY
    for n, account in enumerate(accounts):
        dialog.plant(world, n, account, begin, NOW - 5 * MINUTE, per_day=8, mark="KENARI")
    seen = record(api.server)
    found = look(api, *(asked(account, begin) for account in accounts))
    true = told_of(api, *accounts)
    assert sum(map(len, true.values())) > 180
    for account in accounts:
        glance = found[account.id]
        assert answers(glance, account, accounts) == true[account.id]
        assert glance.whole == true[account.id].keys()
        assert (glance.covered_since, glance.failure, glance.broken) == (begin, None, ())
        at = {one.id: one.at for one in glance.comments}
        truth = dialog.truth_of(world, account, NOW)
        assert all(at[one.id] == one.asked_at for one in truth if one.gone_at is None)
        assert all(one.url == f"https://x.com/i/status/{one.id}" for one in glance.comments)
    assert "KENARI" not in repr(found)
    pages = [one for one in seen if one.template == x.SEARCH]
    posts = api.server.calls.report()["x"]["post_reads"]
    assert len(pages) >= posts // x.PAGE_SIZE
    assert all(len(one.query["query"]) <= x.LONGEST_QUERY for one in pages)


def test_hour_by_hour_nothing_is_paid_twice_and_nothing_is_missed(api: Api) -> None:
    world = api.server.world
    account, other = api.account("kemenkum"), api.account("ahu")
    dialog.plant(world, 5, account, NOW - 2 * DAY, NOW - HOUR, per_day=30, removed=0)
    held: dict[str, Answer | None] = {}
    spent: list[list[int]] = []
    followed: dict[str, Comment] = {}
    for hours in range(48, -1, -2):
        now = NOW - hours * HOUR
        api.server.set_clock(now)
        since = now - 2 * HOUR - 2 * MINUTE
        spent.append(_bills(api))
        glance = look(api, asked(account, since, *followed.values()))[account.id]
        known = {c.id: c for c in world.comments.all}
        for name, answer in _with_open(glance, account, [other], followed).items():
            held[name] = answer or held.get(name)
            assert name in glance.whole
            if answer and answer.by == "own":
                followed.pop(name, None)
            else:
                followed[name] = known[name]
    assert held == told_of(api, account)[account.id]
    reads = api.server.calls.report()["x"]["post_reads"] * x.MILLS
    assert reads <= sum(map(sum, spent)) <= reads * 1.2


def _with_open(
    glance: Glance, account: Account, others: list[Account], followed: dict[str, Comment]
) -> dict[str, Answer | None]:
    """As if the threads that are followed had been told again."""
    known = [
        Told(id=one.id, at=datetime.fromtimestamp(one.at, UTC), author=one.author_id, url="")
        for one in followed.values()
    ]
    both = msgspec.structs.replace(glance, comments=(*glance.comments, *known))
    return answers(both, account, [account, *others])


def _bills(api: Api) -> list[int]:
    """What each answer costs, from now on; never more than was reserved for it."""
    spent: list[int] = []
    app = api.server.app

    def billing(request: Any, route: Any) -> Response:
        answer = App._answer(app, request, route)
        cost = x.billed(route.template, HttpAnswer(answer.status, {}, answer.body))
        assert cost <= x.price(route.template, request.query) <= x.MILLS * x.PAGE_SIZE
        spent.append(cost)
        return answer

    app._answer = billing  # type: ignore[method-assign]
    return spent


def test_a_quiet_hour_costs_nothing(api: Api, account: Account) -> None:
    open_ = ask(api, account, 2 * DAY)
    spent = _bills(api)
    glance = look(api, asked(account, NOW - HOUR, open_))[account.id]
    assert spent == [0]
    assert glance.whole == {open_.id}
    assert glance.covered_since == NOW - HOUR


def test_a_follow_up_is_no_thread_and_a_part_of_a_thread_is_a_post(
    api: Api, account: Account
) -> None:
    add = api.server.world.comments.add
    part = api.server.world.add_post(
        account, NOW - 3 * DAY, kind="thread_part", refers_to=account.feed[0].id,
        thread_of=account.feed[0].id,
    )  # fmt: skip
    root = ask(api, account, 2 * DAY)
    answer = add(root.post, NOW - DAY, "Besok.", author=account, parent=root)
    thanks = add(root.post, NOW - 5 * MINUTE, "Terima kasih min", parent=answer)
    below = add(part, NOW - 4 * MINUTE, "Ini berlaku kapan ya?")
    spent = _bills(api)
    glance = look(api, asked(account, NOW - HOUR))[account.id]
    begun = {one.id: one.parent for one in glance.comments}
    assert begun == {thanks.id: answer.id, below.id: None}
    assert sum(spent) == x.MILLS * 4, "two were found, and what they answer was asked for"


def test_what_is_due_is_asked_for_and_only_that_is_gone(api: Api, account: Account) -> None:
    quirks = api.server.world.quirks
    kept, removed, locked, withheld, unasked = (ask(api, account, n * DAY) for n in range(1, 6))
    removed.removed = int((NOW - HOUR).timestamp())
    unasked.removed = removed.removed
    quirks.x_locked.add(locked.author_id)
    quirks.x_withheld.add(withheld.id)
    seen = record(api.server)
    due = (kept, removed, locked, withheld)
    glance = look(api, asked(account, NOW - HOUR, unasked, due=due))[account.id]
    assert glance.gone == {removed.id, locked.id, withheld.id}
    assert glance.whole == {kept.id, unasked.id}
    assert [one.template for one in seen] == [x.SEARCH, x.LOOKUP]


@pytest.mark.parametrize("answer", [{}, {"data": []}, {"errors": [{"title": "Not Found Error"}]},
    {"errors": [{"title": "Unavailable", "value": "ID"}]}, {"errors": None}, {"data": 5},
])  # fmt: skip
def test_an_answer_that_proves_nothing_makes_nothing_gone(
    api: Api, account: Account, answer: Any
) -> None:
    due = ask(api, account, DAY)
    answer_raw(api, x.LOOKUP, json.loads(json.dumps(answer).replace("ID", due.id)))
    glance = look(api, asked(account, NOW - HOUR, due=(due,)))[account.id]
    assert glance.gone == frozenset()
    assert glance.covered_since == NOW - HOUR


@pytest.mark.parametrize(
    "fault", ["server_error", "broken_json", "cut", "rate_limited", "spend_cap", "repeat_cursor"]
)
def test_a_page_that_is_lost_covers_nothing(
    api: Api, account: Account, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)
    for minutes in range(1, 50):
        ask(api, account, minutes * MINUTE)
    api.server.fault(fault, path="search/recent", skip=0 if fault == "repeat_cursor" else 1)
    glance = look(api, asked(account, NOW - DAY))[account.id]
    assert len(glance.comments) == x.PAGE_SIZE
    assert (glance.covered_since, glance.whole) == (None, frozenset())
    assert isinstance(glance.failure, PlatformError)


def test_what_search_no_longer_finds_is_not_covered(
    api: Api, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, fresh = ask(api, account, 9 * DAY), ask(api, account, DAY)
    glance = look(api, asked(account, NOW - 10 * DAY, old))[account.id]
    assert glance.covered_since == NOW - x.BACK
    assert glance.whole == {fresh.id}
    monkeypatch.setattr(x, "MAX_PAGES", 1)
    for minutes in range(1, 50):
        ask(api, account, minutes * MINUTE)
    glance = look(api, asked(account, NOW - DAY, fresh))[account.id]
    assert glance.covered_since == NOW - x.PAGE_SIZE * MINUTE + timedelta(seconds=1)
    assert len(glance.whole) == x.PAGE_SIZE - 1


def test_accounts_that_are_behind_cost_the_others_nothing(api: Api) -> None:
    accounts = [api.account(f"kemenkum_wilayah{n}") for n in range(x.AT_ONCE)]
    odd = Asked(account_id="1 OR from:x", handle="kemenkum", since=NOW - HOUR)
    since = {account.id: NOW - HOUR for account in accounts} | {accounts[0].id: NOW - 5 * DAY}
    seen = record(api.server)
    found = look(api, odd, *(asked(account, since[account.id]) for account in accounts))
    assert [one.query["start_time"] for one in seen] == [
        "2026-10-15T03:00:00Z", "2026-10-20T02:00:00Z",
    ]  # fmt: skip
    assert {name: found[name].covered_since for name in since} == since
    assert found[odd.account_id].failure is not None


def test_a_query_holds_as_many_accounts_as_are_asked_for_at_once() -> None:
    longest = [Asked(account_id="1" * 19, handle="a" * 15, since=NOW) for _ in range(x.AT_ONCE)]
    assert len(x._query(longest)) <= x.LONGEST_QUERY
    assert len(x._query(longest * 2)) > x.LONGEST_QUERY


def test_without_money_nothing_is_read(api: Api, account: Account) -> None:
    api.server.fault("credits_depleted")
    with pytest.raises(Refused):
        look(api, asked(account, NOW - DAY))


def test_what_an_answer_costs() -> None:
    def cost(body: bytes, path: str = x.SEARCH, status: int = 200) -> int:
        return x.billed(path, HttpAnswer(status, {}, body))

    assert cost(b'{"data": [{}, {"id": 5}, null]}') == 15
    assert (cost(b'{"meta": {}}'), cost(b"{}", status=429), cost(b"", "/2/users")) == (0, 0, 0)
    assert cost(b'{"data": [{}, ') == cost(b'{"data": 5}') == x.MILLS * x.PAGE_SIZE
    assert x.price(x.LOOKUP, {"ids": "1,2,3"}) == 15
    assert x.price(x.SEARCH, {"max_results": 10}) == 50


@pytest.fixture(scope="module")
def honest() -> Iterator[tuple[Api, Account, dict[str, Any], Glance]]:
    with serve(World(now=NOW)) as server:
        api = Api(settings_for(server.url, "sqlite:///none.db"), "x", server)
        account = api.account("kemenkum")
        server.world.add_post(account, NOW - 6 * DAY)
        for hours in range(1, 4):
            root = ask(api, account, hours * HOUR)
            at = NOW - 9 * hours * MINUTE
            server.world.comments.add(root.post, at, "Senin.", author=account, parent=root)
        payload = keep_answers(api)
        yield api, account, payload, look(api, asked(account, NOW - DAY))[account.id]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_an_odd_post_costs_its_thread_alone(honest: Any, data: st.DataObject) -> None:
    api, account, payload, glance = honest
    posts = list(payload["data"])
    number = data.draw(st.sampled_from(range(len(posts))))
    [struck] = [one for one in glance.comments if one.id == posts[number]["id"]]
    posts[number] = data.draw(with_an_odd_place(posts[number]))
    answer_raw(api, x.SEARCH, {**payload, "data": posts})
    read = look(api, asked(account, NOW - DAY))[account.id]
    of_thread = {struck.id, struck.parent}
    others = {c.id: c for c in glance.comments if of_thread.isdisjoint({c.id, c.parent})}
    assert {c.id: c for c in read.comments if c.id in others} == others
    assert read.whole >= glance.whole - of_thread
    assert (read.covered_since, read.failure, read.gone) == (NOW - DAY, None, frozenset())
    assert all("kata" not in line for line in (*read.broken, repr(read)))


@pytest.mark.parametrize("author", [None, [], "a b", {"id": "1"}])
def test_a_reply_whose_author_cannot_be_understood_may_be_the_answer(
    honest: Any, author: Any
) -> None:
    api, account, payload, glance = honest
    changed = copy.deepcopy(payload)
    reply = next(one for one in changed["data"] if one["author_id"] == account.id)
    reply["author_id"] = author
    answer_raw(api, x.SEARCH, changed)
    read = look(api, asked(account, NOW - DAY))[account.id]
    assert read.whole == glance.whole - {reply["referenced_tweets"][0]["id"]}
    assert reply["id"] not in {one.id for one in read.comments}


@pytest.mark.parametrize("lost", ["meta", "data"])
def test_a_page_that_is_torn_covers_nothing(honest: Any, lost: str) -> None:
    api, account, payload, _ = honest
    for odd in (None, 5, "kata", [5], {"next_token": 5}):
        answer_raw(api, x.SEARCH, {**payload, lost: odd})
        read = look(api, asked(account, NOW - DAY))[account.id]
        if lost == "meta" or not isinstance(odd, list):
            assert (read.covered_since, read.whole) == (None, frozenset())


@pytest.mark.parametrize("fault", ["server_error", "broken_json", "usage_capped"])
def test_a_lookup_that_fails_leaves_what_was_found(
    api: Api, account: Account, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)
    fresh, due = ask(api, account, HOUR), ask(api, account, 2 * DAY, removed_at=NOW - HOUR)
    api.server.fault(fault, path="/2/tweets", skip=1)
    glance = look(api, asked(account, NOW - DAY, due=(due,)))[account.id]
    assert {one.id for one in glance.comments} == {fresh.id}
    assert glance.covered_since == NOW - DAY
    assert glance.gone == frozenset()
    assert isinstance(glance.failure, PlatformError)
