"""TikTok's own ways: tokens that rotate, a 401 that is one account's, an error in every answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    PlatformError,
    Profile,
    Refused,
    TokenDied,
    Transient,
)
from functions.collect.platforms import tiktok
from functions.connect.flow import challenge
from tests.collect.api import HOUR, Api, Asked, answer_with
from tests.platforms.credentials import TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET
from tests.platforms.wire import Response, json_response

PLATFORM = "tiktok"


def refresh(api: Api, token: str, secret: str = TIKTOK_CLIENT_SECRET) -> tiktok.TokenGrant:
    # Signed in as nobody: a refresh speaks for the app.
    api.consents["kemenkum_ntt"] = "act.none"
    return api.run(
        lambda client: tiktok.refresh(client, TIKTOK_CLIENT_KEY, secret, token), "kemenkum_ntt"
    )


# Tokens


def test_a_refresh_gives_a_new_pair_and_kills_the_old_one(api: Api, account: Any) -> None:
    first = refresh(api, "rft.kemenkum_ntt")
    assert first.open_id == account.id
    assert first.expires_in == 7200
    second = refresh(api, first.refresh_token)
    assert second.refresh_token not in ("rft.kemenkum_ntt", first.refresh_token)
    for dead in ("rft.kemenkum_ntt", first.refresh_token):
        with pytest.raises(AccountWrong) as caught:
            refresh(api, dead)
        assert "izin baru" in caught.value.advice


def revoke(api: Api, token: str, secret: str = TIKTOK_CLIENT_SECRET) -> None:
    api.consents["kemenkum_ntt"] = "act.none"
    api.run(lambda client: tiktok.revoke(client, TIKTOK_CLIENT_KEY, secret, token), "kemenkum_ntt")


def test_revoking_kills_every_token_of_the_account(api: Api, account: Any) -> None:
    pair = refresh(api, "rft.kemenkum_ntt")
    revoke(api, pair.access_token)
    with pytest.raises(AccountWrong):
        refresh(api, pair.refresh_token)
    with pytest.raises(PlatformError):
        revoke(api, pair.access_token)


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b'{"log_id": "x"}'])
def test_an_answer_that_says_nothing_is_a_revocation(api: Api, account: Any, body: bytes) -> None:
    api.server.app._answer = lambda request, route: Response(200, body)  # type: ignore[method-assign]
    revoke(api, "act.x")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html></html>", Transient),
        (b'"ok"', Transient),
        (b'{"error": "invalid_request", "error_description": "x"}', Denied),
        (b'{"error": {"code": "access_token_invalid"}}', TokenDied),
        (b'{"error": "invalid_client"}', Refused),
    ],
)
def test_an_answer_that_says_something_else_is_none(
    api: Api, account: Any, body: bytes, error: type[Exception]
) -> None:
    api.server.app._answer = lambda request, route: Response(200, body)  # type: ignore[method-assign]
    with pytest.raises(error):
        revoke(api, "act.x")


def test_a_wrong_client_secret_stops_the_app_and_blames_no_account(api: Api, account: Any) -> None:
    with pytest.raises(Refused):
        refresh(api, "rft.kemenkum_ntt", secret="another")


def test_oauths_401_for_a_wrong_client_is_still_the_operators_matter(now: datetime) -> None:
    body = b'{"error": "invalid_client", "error_description": "Client key is incorrect."}'
    assert isinstance(tiktok.explain(401, {}, body, now), Refused)


def test_both_envelopes_of_an_error_are_understood(now: datetime) -> None:
    nested = b'{"data": {}, "error": {"code": "rate_limit_exceeded", "message": ""}}'
    flat = b'{"error": "invalid_grant", "error_description": "expired"}'
    success = b'{"data": {}, "error": {"code": "ok", "message": ""}}'
    assert isinstance(tiktok.explain(429, {}, nested, now), Limited)
    assert isinstance(tiktok.explain(400, {}, flat, now), AccountWrong)
    assert tiktok.explain(200, {}, success, now) is None
    # An error is an error, whatever the status says.
    assert isinstance(tiktok.explain(200, {}, nested, now), Limited)


def test_a_401_is_one_accounts_matter(api: Api, account: Any, now: datetime) -> None:
    other = api.account("kemenkum_bali")
    api.server.world.set_state(account, "revoked")
    api.consents["kemenkum_ntt"] = "act.dead"
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "izin" in caught.value.advice
    assert api.sweep(other, now - 24 * HOUR).broken == ()


def test_a_dead_access_token_is_no_dead_consent(now: datetime) -> None:
    body = b'{"data": {}, "error": {"code": "access_token_invalid", "message": ""}}'
    assert type(tiktok.explain(401, {}, body, now)) is TokenDied
    assert type(tiktok.explain(400, {}, b'{"error": "invalid_grant"}', now)) is AccountWrong
    assert type(tiktok.explain(401, {}, b"{}", now)) is AccountWrong


def test_of_a_refresh_token_a_dead_one_is_a_dead_consent(api: Api, account: Any) -> None:
    body = {"data": {}, "error": {"code": "access_token_invalid", "message": ""}}
    api.server.app._answer = lambda *_: json_response(401, body)  # type: ignore[method-assign]
    with pytest.raises(AccountWrong) as caught:
        refresh(api, "rft.kemenkum_ntt")
    assert type(caught.value) is AccountWrong


def test_a_pair_that_is_printed_shows_no_token() -> None:
    shown = repr(tiktok.TokenGrant("act.rahasia", 7200, "rft.rahasia", open_id="pemilik"))
    assert "rahasia" not in shown
    assert "pemilik" in shown


@pytest.mark.parametrize("code", ["scope_not_authorized", "scope_permission_missed"])
def test_a_consent_that_is_too_narrow_needs_a_new_one(code: str, now: datetime) -> None:
    body = msgspec.json.encode({"data": {}, "error": {"code": code, "message": ""}})
    found = tiktok.explain(401, {}, body, now)
    assert isinstance(found, AccountWrong)
    assert found.advice == tiktok.ASK_MORE


@pytest.mark.parametrize(("code", "word"), [
    ("access_token_invalid", "tidak berlaku lagi"),
    ("scope_not_authorized", "tidak mencakup"),
])  # fmt: skip
def test_a_consent_that_does_not_serve_is_told_with_its_accounts_name(
    api: Api, account: Any, now: datetime, code: str, word: str
) -> None:
    answer_with(api.server, {"data": {}, "error": {"code": code, "message": ""}}, status=401)
    known = api.profile(account)
    for attempt in (
        lambda client: tiktok.resolve(client, ["kemenkum_ntt"]),
        lambda client: tiktok.recheck(client, [known]),
        lambda client: tiktok.sweep(client, known, since=now - HOUR),
    ):
        with pytest.raises(AccountWrong) as caught:
            api.run(attempt, "kemenkum_ntt")  # type: ignore[arg-type]
        assert f"Izin TikTok @kemenkum_ntt {word}" in caught.value.advice


def test_an_internal_error_is_worth_another_try(now: datetime) -> None:
    body = b'{"data": {}, "error": {"code": "internal_error", "message": ""}}'
    assert isinstance(tiktok.explain(500, {}, body, now), Transient)


def test_a_code_gives_a_pair_once_to_the_request_that_it_was_given_for(
    api: Api, account: Any
) -> None:
    api.consents["kemenkum_ntt"] = "act.none"
    verifier = "v" * 43
    asked = {
        "client_key": TIKTOK_CLIENT_KEY,
        "redirect_uri": "https://izin.example.go.id/callback",
        "code_challenge": challenge(verifier),
        "handle": "kemenkum_ntt",
    }

    def exchange(verifier: str) -> tiktok.TokenGrant:
        page = httpx.get(
            f"{api.server.url}/v2/auth/authorize/", params=asked, verify=False, trust_env=False
        )
        code = httpx.URL(page.headers["location"]).params["code"]
        words = (TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, code, asked["redirect_uri"], verifier)
        return api.run(lambda client: tiktok.exchange(client, *words), "kemenkum_ntt")

    grant = exchange(verifier)
    assert grant.open_id == account.id
    assert "video.list" in grant.scope
    api.consents["kemenkum_ntt"] = grant.access_token
    assert api.run(tiktok.username, "kemenkum_ntt") == "kemenkum_ntt"
    with pytest.raises(AccountWrong):
        exchange("another")


# Accounts


def test_a_consent_of_another_account_names_both(api: Api, account: Any) -> None:
    found = api.resolve("kemenkum_bali", speaking_for="kemenkum_ntt")["kemenkum_bali"]
    assert isinstance(found, AccountWrong)
    assert "@kemenkum_ntt" in found.advice
    assert "@kemenkum_bali" in found.advice


def recheck(api: Api, known: Profile) -> Any:
    """What the consent kept under ``kemenkum_ntt`` says of a known account."""
    return api.run(lambda client: tiktok.recheck(client, [known]), "kemenkum_ntt")[known.account_id]


def test_a_new_username_is_a_new_name_and_not_another_accounts_consent(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.rename(account, "kanwil_ntt", now - HOUR)
    known = Profile(account_id=account.id, handle="kemenkum_ntt")
    assert recheck(api, known).handle == "kanwil_ntt"
    # Of a handle that was never found nobody can say so.
    found = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert isinstance(found, AccountWrong)
    assert "bukan @kemenkum_ntt" in found.advice


def test_a_known_accounts_consent_replaced_by_anothers_names_both(api: Api, account: Any) -> None:
    found = recheck(api, Profile(account_id="-000lain", handle="kemenkum_bali"))
    assert isinstance(found, AccountWrong)
    assert "@kemenkum_ntt" in found.advice
    assert "@kemenkum_bali" in found.advice


def test_the_same_name_with_another_id_is_told_with_that_id(api: Api, account: Any) -> None:
    """Another app gives every account another id; the name's new owner has another one, too."""
    found = recheck(api, Profile(account_id="-000lama", handle="Kemenkum_NTT"))
    assert (found.account_id, found.handle) == (account.id, "kemenkum_ntt")


def test_a_handle_is_compared_without_regard_to_case(api: Api, account: Any) -> None:
    found = api.resolve("Kemenkum_NTT", speaking_for="kemenkum_ntt")["Kemenkum_NTT"]
    assert isinstance(found, Profile)


# Posts


def test_fields_are_asked_in_the_query_even_of_a_post(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    api.sweep(account, now - 24 * HOUR)
    listing = asked[-1]
    assert listing.request.method == "POST"
    assert listing.query["fields"] == tiktok.VIDEO_FIELDS
    assert msgspec.json.decode(listing.request.body) == {"max_count": 20}


def test_pages_are_joined_by_a_cursor_in_milliseconds(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    for n in range(45):
        # Bursts of posts within one second must not fall between two pages.
        api.server.world.add_post(account, now - HOUR - timedelta(seconds=n // 9))
    found = api.sweep(account, now - 24 * HOUR)
    assert {post.post_id for post in found.posts} == {post.id for post in account.feed}
    bodies = [msgspec.json.decode(one.request.body) for one in asked[1:]]
    assert len(bodies) == 3
    assert all(body["cursor"] > 10**12 for body in bodies[1:])


def test_videos_and_photo_posts_are_posts(api: Api, account: Any, now: datetime) -> None:
    video = api.server.world.add_post(account, now - HOUR)
    photo = api.server.world.add_post(account, now - 2 * HOUR, media="photo")
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [video.id, photo.id]


def test_an_address_carries_no_tracking(api: Api, account: Any, now: datetime) -> None:
    post = api.server.world.add_post(account, now - HOUR)
    [found] = api.sweep(account, now - 24 * HOUR).posts
    assert found.url == post.url
    assert "utm" not in found.url


@pytest.mark.parametrize("post_id", [7_300_000_000_000_000_001, "7300000000000000001"])
def test_a_large_id_loses_no_digit(
    api: Api, account: Any, now: datetime, post_id: int | str
) -> None:
    video = {"id": post_id, "create_time": int((now - HOUR).timestamp())}
    answer_with(api.server, {"data": {"videos": [video]}, "error": {"code": "ok"}})
    [found] = api.sweep(account, now - 24 * HOUR).posts
    assert found.post_id == "7300000000000000001"


def test_a_post_that_vanishes_is_missing_from_what_is_covered(
    api: Api, account: Any, now: datetime
) -> None:
    post = api.server.world.add_post(account, now - 3 * HOUR)
    api.server.world.remove(post, now - HOUR)
    found = api.sweep(account, now - 24 * HOUR)
    assert (found.posts, found.covered_since) == ((), now - 24 * HOUR)


@pytest.mark.parametrize("create_time", [10**18, -(10**18)])
def test_an_impossible_time_costs_one_item(
    api: Api, account: Any, now: datetime, create_time: int
) -> None:
    video = {"id": "1", "create_time": create_time}
    answer_with(api.server, {"data": {"videos": [video]}, "error": {"code": "ok"}})
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.broken) == 1


# Formats


@pytest.mark.parametrize(("media", "format"), [("video", "short"), ("photo", "photo")])
def test_whatever_lasts_is_a_short_and_a_photo_post_is_a_photo(
    api: Api, account: Any, now: datetime, media: str, format: str
) -> None:
    api.server.world.add_post(account, now - HOUR, media=media, duration=600)
    [post] = api.sweep(account, now - 24 * HOUR).posts
    assert post.format == format


def test_a_post_that_tells_no_duration_has_no_format() -> None:
    video = tiktok._Video(id="1", create_time=0, share_url="https://www.tiktok.com/@a/video/1")
    assert tiktok.format_of(video) is None
