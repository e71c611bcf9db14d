"""X's own ways: listings without ends, errors inside a 200, money that runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.collect.contract import AccountWrong, Denied, Limited, Profile, Refused, Unreadable
from functions.collect.platforms import x
from tests.collect.api import HOUR, Api, Asked, answer_with, as_post

PLATFORM = "x"
MINUTE = timedelta(minutes=1)


def test_each_page_of_a_timeline_was_read_at_its_own_time(
    api: Api, account: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x, "PAGE_SIZE", 5)
    for n in range(12):
        api.server.world.add_post(account, now - (n + 1) * MINUTE)
    honest = api.server.app._answer

    def slow(request: Any, route: Any) -> Any:
        response = honest(request, route)
        response.delay = 1.1
        return response

    api.server.app._answer = slow  # type: ignore[method-assign]
    posts = api.sweep(account, now - HOUR).posts
    times = [post.samples[0].taken_at for post in sorted(posts, key=lambda p: p.published_at)]
    assert len(times) == 12
    assert len(set(times)) == 3
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("kind", ["replied_to", "retweeted"])
def test_a_reply_that_slips_into_a_listing_is_left_out(
    api: Api, account: Any, now: datetime, kind: str
) -> None:
    item = {"id": "1", "created_at": "2026-10-20T01:00:00Z", "referenced_tweets": [{"type": kind}]}
    answer_with(api.server, {"data": [item], "meta": {"result_count": 1}})
    assert api.sweep(account, now - 24 * HOUR).posts == ()


def test_no_user_is_read_for_a_listing_or_a_lookup(api: Api, account: Any, now: datetime) -> None:
    """A user read costs twice a post read."""
    api.server.world.add_post(account, now - HOUR)
    found = api.sweep(account, now - 24 * HOUR)
    api.lookup(found.posts)
    assert api.server.calls.x_users == set()


# Listings


def test_no_posts_come_without_a_data_key(api: Api, account: Any, now: datetime) -> None:
    found = api.sweep(account, now - 24 * HOUR)
    assert (found.posts, found.covered_since) == ((), now - 24 * HOUR)


def test_a_short_or_empty_page_with_a_next_token_is_not_the_end(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """Replies are dropped after a page was cut: one page may be all replies."""
    for n in range(1, 131):
        kind = "reply" if n < 125 else "post"
        refers_to = "123" if kind == "reply" else ""
        api.server.world.add_post(account, now - n * MINUTE, kind=kind, refers_to=refers_to)
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.posts) == 6
    assert len(asked) == 2


# Errors inside a 200


def posts(api: Api, account: Any, now: datetime, count: int) -> list[Any]:
    return [api.server.world.add_post(account, now - n * HOUR) for n in range(1, count + 1)]


def test_a_deleted_post_is_absent(api: Api, account: Any, now: datetime) -> None:
    kept, gone = posts(api, account, now, 2)
    api.server.world.remove(gone, now - 5 * MINUTE)
    found = api.lookup([as_post(kept), as_post(gone)])
    assert [post.post_id for post in found.posts] == [kept.id]
    assert set(found.absent) == {gone.id}
    assert now <= found.absent[gone.id] <= now + timedelta(seconds=5)


@pytest.mark.parametrize("how", ["protected", "suspended", "silent"])
def test_a_post_that_is_withheld_is_unknown_not_absent(
    api: Api, account: Any, now: datetime, how: str
) -> None:
    """A suspended or protected author's posts are not deleted; the type alone would say so."""
    one, other = posts(api, account, now, 2)
    api.server.fault("partial", platform="x", ids=[other.id], how=how)
    found = api.lookup([as_post(one), as_post(other)])
    assert [post.post_id for post in found.posts] == [one.id]
    assert found.absent == {}


def test_a_listing_with_partial_errors_keeps_its_posts(
    api: Api, account: Any, now: datetime
) -> None:
    one, other = posts(api, account, now, 2)
    api.server.fault("partial", platform="x", ids=[other.id])
    assert [post.post_id for post in api.sweep(account, now - 24 * HOUR).posts] == [one.id]


def recheck(api: Api, *known: Profile) -> dict[str, Profile | AccountWrong]:
    return api.run(lambda client: x.recheck(client, known))


@pytest.mark.parametrize(("state", "new", "known"), [
    ("suspended", "ditangguhkan", "ditangguhkan"),
    ("protected", "dikunci", "dikunci"),
    ("unknown", "tidak mengenal", "tidak ada lagi"),
])  # fmt: skip
def test_an_accounts_state_is_told_in_its_own_words(
    api: Api, account: Any, now: datetime, state: str, new: str, known: str
) -> None:
    api.server.world.set_state(account, state)
    found = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert isinstance(found, AccountWrong)
    assert new in found.advice
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    rechecked = recheck(api, api.profile(account))[account.id]
    assert isinstance(rechecked, AccountWrong)
    for wrong in (caught.value, rechecked):
        assert known in wrong.advice
        assert "@kemenkum_ntt" in wrong.advice


def test_a_timeline_that_answers_404_is_a_lost_account(
    api: Api, account: Any, now: datetime
) -> None:
    answer_with(api.server, {"title": "Not Found", "status": 404}, status=404)
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "@kemenkum_ntt tidak ada lagi" in caught.value.advice


def test_a_batch_that_answers_404_is_nobodys_verdict(api: Api, account: Any) -> None:
    answer_with(api.server, {"title": "Not Found", "status": 404}, status=404)
    with pytest.raises(Unreadable):
        api.resolve("kemenkum_ntt")
    with pytest.raises(Unreadable):
        recheck(api, api.profile(account))


def test_a_handle_of_digits_is_not_the_account_with_that_id(api: Api, now: datetime) -> None:
    ours = api.account("lama", id="12345")
    other = api.account("12345", id="67890")
    found: Any = api.resolve("12345")["12345"]
    assert found.account_id == other.id
    again: Any = recheck(api, Profile(account_id="12345", handle="lama"))["12345"]
    assert (again.account_id, again.handle) == (ours.id, "lama")


def test_known_accounts_are_read_a_hundred_a_call(api: Api, asked: list[Asked]) -> None:
    known = [Profile(account_id=api.account(f"kanwil{n}").id) for n in range(130)]
    found = recheck(api, *known)
    assert all(isinstance(profile, Profile) for profile in found.values())
    assert list(found) == [one.account_id for one in known]
    assert [(one.template, len(one.query["ids"].split(","))) for one in asked] == [
        ("/2/users", 100),
        ("/2/users", 30),
    ]


def test_an_account_of_which_nothing_is_said_is_nobodys_verdict(api: Api, account: Any) -> None:
    """Neither among the users nor among the errors."""
    answer_with(api.server, {"meta": {}})
    assert recheck(api, api.profile(account)) == {}
    assert api.resolve("kemenkum_ntt") == {}


def test_a_malformed_handle_does_not_fail_its_batch(
    api: Api, account: Any, asked: list[Asked]
) -> None:
    found = api.resolve("kemenkum_ntt", "nama_yang_terlalu_panjang", "tanda-hubung")
    assert isinstance(found["kemenkum_ntt"], Profile)
    wrong = found["nama_yang_terlalu_panjang"]
    assert isinstance(wrong, AccountWrong)
    assert "paling panjang 15" in wrong.advice
    assert isinstance(found["tanda-hubung"], AccountWrong)
    assert asked[0].query["usernames"] == "kemenkum_ntt"


def test_a_handle_is_found_whatever_its_case(api: Api, account: Any) -> None:
    assert isinstance(api.resolve("Kemenkum_NTT")["Kemenkum_NTT"], Profile)


def test_a_user_that_cannot_be_understood_is_nobodys_verdict(api: Api, account: Any) -> None:
    """Neither found nor wrong, and the others of the batch are found."""
    odd = api.account("kemenkum_bali")
    api.server.fault("wrong_types", platform="x", ids=[odd.id], keys=["username"])
    found = api.resolve("kemenkum_ntt", "kemenkum_bali")
    assert list(found) == ["kemenkum_ntt"]


# Money and limits


@pytest.mark.parametrize("kind", ["credits_depleted", "spend_cap", "usage_capped"])
def test_spent_money_waits_for_a_human_not_for_a_window(
    api: Api, account: Any, asked: list[Asked], now: datetime, kind: str
) -> None:
    """402, 403 and 429: the last has a rate limit's status and no rate limit's end."""
    api.server.fault(kind, platform="x")
    with pytest.raises(Refused) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "credits" in str(caught.value)
    assert len(asked) == 1


def test_an_app_without_access_is_refused(api: Api, account: Any, now: datetime) -> None:
    answer_with(api.server, {"title": "Client Forbidden", "type": "about:blank"}, status=403)
    with pytest.raises(Refused):
        api.sweep(account, now - 24 * HOUR)


def test_a_full_window_ends_when_its_header_says(api: Api, account: Any, now: datetime) -> None:
    api.server.world.limits.x_calls["/2/users/:id/tweets"] = 2
    for _ in range(2):
        api.sweep(account, now - 24 * HOUR)
    with pytest.raises(Limited) as caught:
        api.sweep(account, now - 24 * HOUR)
    window = 900
    end = (int(now.timestamp()) // window + 1) * window
    assert caught.value.until == datetime.fromtimestamp(end, UTC)


@pytest.mark.parametrize(("reset", "wait"), [
    ("99999999999", timedelta(days=1)),
    ("1790000000000", 15 * MINUTE),  # in milliseconds, which X never does
    ("9" * 40, 15 * MINUTE),
])  # fmt: skip
def test_no_reset_is_waited_for_longer_than_a_day(
    now: datetime, reset: str, wait: timedelta
) -> None:
    headers = {"x-rate-limit-reset": reset, "x-rate-limit-remaining": "0"}
    found = x.explain(429, headers, b"", now)
    assert isinstance(found, Limited)
    assert found.until == now + wait


def test_a_reset_that_has_passed_is_now(now: datetime) -> None:
    headers = {"x-rate-limit-reset": "1", "x-rate-limit-remaining": "0"}
    found = x.explain(429, headers, b"", now)
    assert isinstance(found, Limited)
    assert found.until == now


def test_a_timeline_without_its_meta_covers_nothing(api: Api, account: Any, now: datetime) -> None:
    item = {"id": "1991000000000000001", "created_at": "2026-10-20T02:00:00.000Z"}
    answer_with(api.server, {"data": [item]})
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [item["id"]]
    assert found.covered_since is None
    assert found.broken


def test_an_unknown_403_is_nobodys_fault_yet(api: Api, account: Any, now: datetime) -> None:
    answer_with(api.server, {"title": "Forbidden", "type": "about:blank"}, status=403)
    with pytest.raises(Denied):
        api.sweep(account, now - 24 * HOUR)
