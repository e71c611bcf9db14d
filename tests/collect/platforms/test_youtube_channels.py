"""Channels: by id, by handle, by the old name of a user."""

from __future__ import annotations

from typing import Any

import pytest

from functions.collect.contract import AccountWrong, Profile, Unreadable
from functions.collect.platforms import youtube
from tests.collect.api import Api, Asked, answer_with
from tests.platforms.wire import json_response

PLATFORM = "youtube"


def test_channels_known_by_id_are_read_fifty_a_call(api: Api, asked: list[Asked]) -> None:
    accounts = [api.account(f"kanwil{n}") for n in range(60)]
    found = api.resolve(*(account.id for account in accounts))
    assert all(isinstance(profile, Profile) for profile in found.values())
    assert len(found) == 60
    assert len(asked) == 2


def test_hidden_subscribers_are_unknown_and_others_rounded_as_told(api: Api) -> None:
    api.account("tersembunyi", followers=None)
    api.account("bulat", followers=12_345)
    found: Any = api.resolve("tersembunyi", "bulat")
    assert found["tersembunyi"].followers is None
    assert found["bulat"].followers == 12_300


def test_a_channel_that_cannot_be_understood_is_nobodys_verdict(api: Api) -> None:
    """Neither found nor wrong; the others are found."""
    odd, fine = api.account("aneh"), api.account("wajar")
    api.server.fault("missing_keys", platform="youtube", path="channels", ids=[odd.id], keys=["id"])
    assert list(api.resolve("aneh", "wajar")) == ["wajar"]
    assert list(api.resolve(odd.id, fine.id)) == [fine.id]


def test_one_channels_404_is_that_channels_alone(api: Api) -> None:
    fine = api.account("wajar")
    body = {"error": {"errors": [{"reason": "channelNotFound"}]}}
    honest = api.server.app._answer

    def refusing(request: Any, route: Any) -> Any:
        if request.query.get("forHandle") == "hilang":
            return json_response(404, body)
        return honest(request, route)

    api.server.app._answer = refusing  # type: ignore[method-assign]
    found = api.resolve("hilang", "wajar")
    assert isinstance(found["hilang"], AccountWrong)
    assert found["wajar"] == Profile(
        account_id=fine.id,
        handle="wajar",
        title="wajar",
        followers=1000,
        playlist_id="UU" + fine.id[2:],
        posts=0,
    )


def test_a_users_name_is_no_handle_and_is_asked_for_as_what_it_is(
    api: Api, asked: list[Asked]
) -> None:
    """Else it would be nobody, or whoever has that handle today."""
    stranger, ours = api.account("kemenkumntt"), api.account("user/kemenkumntt")
    found: Any = api.resolve("kemenkumntt", "user/kemenkumntt", "user/tidakada")
    assert found["kemenkumntt"].account_id == stranger.id
    assert found["user/kemenkumntt"].account_id == ours.id
    assert "user/tidakada" in found["user/tidakada"].advice
    forms = [{"forHandle", "forUsername"} & one.query.keys() for one in asked]
    assert forms == [{"forHandle"}, {"forUsername"}, {"forUsername"}]
    assert asked[1].query["forUsername"] == "kemenkumntt"


def test_known_channels_are_read_fifty_a_call_and_the_lost_are_named(
    api: Api, asked: list[Asked]
) -> None:
    accounts = [api.account(f"kanwil{n}") for n in range(60)]
    api.server.world.set_state(accounts[7], "unknown")
    known = [Profile(account_id=one.id, handle=f"kanwil{n}") for n, one in enumerate(accounts)]
    found = api.run(lambda client: youtube.recheck(client, known))
    assert len(found) == 60
    assert len(asked) == 2
    [lost] = [wrong for wrong in found.values() if isinstance(wrong, AccountWrong)]
    assert found[accounts[7].id] is lost
    assert "kanwil7 tidak ada lagi" in lost.advice


def test_a_batch_that_answers_404_is_nobodys_verdict(api: Api, account: Any) -> None:
    answer_with(api.server, {"error": {"errors": [{"reason": "notFound"}]}}, status=404)
    known = Profile(account_id=account.id, handle="kemenkum_ntt")
    with pytest.raises(Unreadable):
        api.run(lambda client: youtube.recheck(client, [known]))
    with pytest.raises(Unreadable):
        api.resolve(account.id)
    with pytest.raises(Unreadable):
        api.details(["abcdefghijk"])


def test_a_number_of_videos_that_is_not_told_is_unknown(api: Api) -> None:
    channel = {"id": "UC" + "a" * 22, "statistics": {"subscriberCount": "10"}}
    answer_with(api.server, {"items": [channel]})
    found: Any = api.resolve("kanal")["kanal"]
    assert found.posts is None
