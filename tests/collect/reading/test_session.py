"""How a request fails alone: whose fault it is, what is stopped, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import pytest

from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Manner,
    Refused,
    Transient,
    Unreadable,
)
from functions.collect.planning.quota import PRICES
from functions.collect.reading import session as sessions
from functions.collect.reading.session import MOST_SETTLED, RETRY_CONSENT, RETRY_WRONG, Session
from functions.collect.state import AccountState, LivePost, SyncState
from functions.model import DAY
from functions.store.port import StoreError
from functions.tokens.absent import Busy, NoConsent
from functions.tokens.vault import VaultError
from tests.collect.sessions import HOUR, START, session_of, state_of, the_credential

GONE = AccountWrong("x 404", "Akun ini tidak ditemukan.")


async def send(
    session: Session,
    handles: Sequence[str],
    error: Exception | None = None,
    bucket: str = "",
    **how: bool,
) -> bool:
    """A request that fails so, or is answered; whether it was sent."""
    sent = False
    cost = {bucket: 1} if bucket else None
    async with session.attempt(the_credential(session), handles, cost, **how) as may_ask:
        if may_ask:
            sent = True
            await asyncio.sleep(0)
            if error is not None:
                raise error
    return sent


def send_all(session: Session, *requests: tuple[str, Exception | None]) -> list[bool]:
    """Requests about accounts, one after the other; which of them were sent."""

    async def all_of_them() -> list[bool]:
        return [await send(session, [handle], error) for handle, error in requests]

    return asyncio.run(all_of_them())


def wrong(session: Session) -> dict[str, str]:
    """The accounts whose admins are told that they are wrong, and what."""
    return {h: account.wrong for h, account in session.state.accounts.items() if account.wrong}


# Credentials


@pytest.mark.parametrize("error", [Limited("the hour is spent"), Refused("the token is revoked")])
def test_a_limit_or_a_refusal_stops_the_credential_and_blames_no_account(
    error: Limited | Refused,
) -> None:
    session = session_of()
    assert send_all(session, ("a", None), ("b", error), ("c", None)) == [True, True, False]
    credential = the_credential(session)
    assert (credential.serves(""), credential.skipped) == (False, 1)
    assert session.harvest.problems == [f"instagram: {error}"]
    assert session.harvest.counts == {"answers": 1}
    assert wrong(session) == {}


def test_of_several_under_way_together_the_first_tells_the_limit() -> None:
    session = session_of()

    async def together() -> None:
        await asyncio.gather(*(send(session, [h], Limited("spent")) for h in "abc"))

    asyncio.run(together())
    assert session.harvest.problems == ["instagram: spent"]


def test_a_limit_of_one_bucket_leaves_the_others() -> None:
    session = session_of("youtube")

    async def three() -> list[bool]:
        spent = Limited("spent", bucket="stats")
        return [
            await send(session, [], spent, "stats"),
            await send(session, [], None, "stats"),
            await send(session, [], None, "units"),
        ]

    assert asyncio.run(three()) == [True, False, True]


# Who is at fault where that is not said


def test_three_accounts_in_a_row_that_are_denied_alike_accuse_their_credential() -> None:
    session = session_of()
    denied = [(handle, Denied("403 (10)")) for handle in ("a", "b", "c", "d")]
    assert send_all(session, *denied) == [True, True, True, False]
    assert wrong(session) == {}
    assert session.harvest.problems == [
        "instagram: 3 accounts in a row are refused alike (403 (10)); "
        "check this credential and what it may read"
    ]


@pytest.mark.parametrize(
    "between", [None, GONE, Denied("400 (3)")], ids=["answer", "gone", "another reason"]
)
def test_an_answer_or_another_reason_in_between_acquits_the_credential(
    between: Exception | None,
) -> None:
    session = session_of()
    denied = Denied("403 (10)")
    requests = [("a", denied), ("b", denied), ("c", between), ("d", denied), ("e", denied)]
    assert all(send_all(session, *requests))
    assert wrong(session).keys() >= {"a", "b"}
    assert all("Instagram menolak membaca akun ini (403 (10))" in wrong(session)[h] for h in "ab")
    assert wrong(session).keys().isdisjoint({"d", "e"})  # that is still open
    session.conclude()
    assert wrong(session).keys() >= {"a", "b", "d", "e"}
    assert the_credential(session).stops == {}


def test_one_account_asked_three_times_is_no_crowd() -> None:
    session = session_of()
    assert all(send_all(session, *[("a", Denied("403"))] * 4))
    session.conclude()
    assert wrong(session).keys() == {"a"}
    assert the_credential(session).stops == {}


def test_while_a_request_is_under_way_nobody_is_condemned() -> None:
    """It may still be answered, and then it was the accounts themselves."""
    session = session_of()

    async def all_of_them() -> None:
        async with session.attempt(the_credential(session), ["d"]):
            for handle in "abc":
                assert await send(session, [handle], Denied("403"))
            assert the_credential(session).stops == {}

    asyncio.run(all_of_them())
    assert wrong(session).keys() == {"a", "b", "c"}
    assert the_credential(session).stops == {}


def test_a_denial_with_advice_of_its_own_is_the_accounts() -> None:
    session = session_of()
    send_all(session, ("a", Denied("400", advice="Halaman ini dibatasi usia.")))
    assert wrong(session) == {"a": "Halaman ini dibatasi usia."}


def test_what_is_denied_of_several_or_of_a_post_is_told_to_no_admin() -> None:
    session = session_of()

    async def both() -> None:
        await send(session, ["a", "b"], Denied("403"))
        await send(session, ["a"], Denied("403"), of_account=False)

    asyncio.run(both())
    session.conclude()
    assert wrong(session) == {}
    assert session.harvest.problems == ["instagram a b: 403", "instagram a: 403"]
    assert session.harvest.counts["requests_failed"] == 2


# Accounts


def test_an_account_that_is_wrong_is_told_once_and_rests() -> None:
    session = session_of(state=state_of(AccountState(handle="b", wrong=GONE.advice)))
    send_all(session, ("a", GONE), ("a", GONE), ("b", GONE))
    for handle in "ab":
        account = session.account(handle)
        assert account.wrong == GONE.advice
        assert account.checked_at is not None
        assert account.retry_at == account.checked_at + RETRY_WRONG
    assert session.harvest.checked == {"a": None}  # what stands beside "b" says so already
    assert session.harvest.counts == {"accounts_wrong": 3, "answers": 3}


def test_an_account_without_consent_is_looked_at_again_soon() -> None:
    session = session_of("tiktok")
    send_all(session, ("a", NoConsent("a")))
    account = session.account("a")
    assert account.wrong == "Belum ada izin TikTok untuk @a; minta satker memberi izin."
    assert account.checked_at is not None
    assert account.retry_at == account.checked_at + RETRY_CONSENT
    assert session.harvest.counts["answers"] == 0


def test_a_consent_that_another_renews_is_counted_and_no_failure() -> None:
    session = session_of("tiktok")
    send_all(session, ("a", Busy("consents/a")))
    assert session.harvest.counts == {"consents_busy": 1}
    assert (session.harvest.problems, wrong(session)) == ([], {})


@pytest.mark.parametrize(
    "error", [Transient("503"), Unreadable("no JSON"), VaultError("another key")]
)
def test_what_may_go_well_at_the_next_tick_costs_its_request(error: Exception) -> None:
    session = session_of()
    assert all(send_all(session, ("a", error), ("b", None)))
    assert session.harvest.problems == [f"instagram a: {error}"]
    assert session.harvest.counts == {"requests_failed": 1, "answers": 1}
    assert wrong(session) == {}


def test_what_nobody_foresaw_costs_its_request_and_its_words_are_not_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = session_of()
    assert all(send_all(session, ("a", KeyError("rahasia")), ("b", None)))
    assert session.harvest.problems == ["instagram a: unforeseen KeyError"]
    logged = capsys.readouterr().out
    assert "KeyError" in logged
    assert "rahasia" not in logged


def test_once_the_store_fails_nothing_more_is_sent() -> None:
    session = session_of()
    first = StoreError("the disk is full")
    assert send_all(session, ("a", first), ("b", None)) == [True, False]
    assert session.unusable is first
    assert session.harvest.problems == []


# The time of a run


def test_when_the_time_is_over_no_request_is_begun() -> None:
    session = session_of(ends=monotonic() - 1)
    assert send_all(session, ("a", None)) == [False]
    assert the_credential(session).skipped == 1
    assert session.harvest.problems == []


def test_a_request_that_outlasts_the_run_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "GRACE", 0.0)
    session = session_of(ends=monotonic() + 0.05)

    async def endless() -> None:
        async with session.attempt(the_credential(session), ["a"]):
            await asyncio.sleep(60)

    asyncio.run(endless())
    assert session.harvest.problems == ["instagram a: the run's time is over"]
    assert the_credential(session).stops == {}


# What is remembered


def test_what_was_changed_is_a_part_of_the_state() -> None:
    state = state_of(*(AccountState(handle=handle, account_id=f"id-{handle}") for handle in "abc"))
    live = LivePost(account_id="id-a", post_id="1", published_at=START, url="")
    state.posts = {live.key: live}
    session = session_of(state=state)
    assert session.changed == SyncState()
    session.change_account("b", title="B")
    session.change_account("new", account_id="id-new")
    assert session.changed.accounts.keys() == {"b", "new"}
    assert session.changed.posts == {}
    session.change_post(live)
    assert session.changed.posts == {live.key: live}
    assert session.profile("b").account_id == "id-b"
    assert session.profile("nobody").account_id == ""


def test_so_many_settled_ids_are_remembered_and_the_same_again_is_no_change() -> None:
    session = session_of(state=state_of(AccountState(handle="a", settled=("1", "2"))))
    session.settle("a", ["1", "2"])
    assert session.changed == SyncState()
    session.settle("a", [str(n) for n in range(2 * MOST_SETTLED)])
    assert session.account("a").settled == tuple(str(n) for n in range(MOST_SETTLED))


@pytest.mark.parametrize(
    ("age", "found"),
    [(None, USUAL), (DAY - HOUR, Manner(size=5)), (DAY + HOUR, USUAL)],
)
def test_after_a_day_an_account_is_asked_as_usual_once_more(
    age: timedelta | None, found: Manner
) -> None:
    account = AccountState(
        handle="a", manner=Manner(size=5), manner_at=None if age is None else START - age
    )
    assert session_of(state=state_of(account)).manner("a") == found


def test_what_is_billed_by_the_piece_is_charged_to_its_credential() -> None:
    session = session_of("x")
    price = PRICES["x"]
    session.charge(the_credential(session), price.post, 3)
    session.charge(the_credential(session), price.user, 1)
    assert the_credential(session).spent == {"mills": 3 * price.post["mills"] + price.user["mills"]}
    assert session.harvest.spent == {
        "posts": 3 * price.post["mills"],
        "users": price.user["mills"],
    }
