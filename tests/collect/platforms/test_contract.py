"""What every platform's adapter promises, over HTTP against the stand-ins."""

from __future__ import annotations

import copy
import inspect
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from functions.collect.client import ApiClient
from functions.collect.contract import (
    AccountWrong,
    Limited,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    Transient,
    Unreadable,
)
from functions.model import PLATFORMS, Platform, Sample
from tests.collect.api import HOUR, WRONG_CREDENTIALS, Api, Asked, answer_with, expected

READ = {"likes": 41, "comments": 7, "shares": 5, "quotes": 2, "views": 900}
ATTEMPTS = 3
# A listing by id alone has its counters in the details.
LISTING = {
    "instagram": "business_discovery",
    "facebook": "/posts",
    "x": "/2/users/:id/tweets",
    "tiktok": "/v2/video/list/",
    "youtube": "/youtube/v3/playlistItems",
}
LISTING_OF = {
    **LISTING,
    "instagram": "/{user}?business_discovery",
    "facebook": "/{node}/posts",
}
COUNTED_AT = {**LISTING, "youtube": "/youtube/v3/videos"}
SECRETS = (
    "instagram-token",
    "facebook-token",
    "facebook-app-secret",
    "x-bearer-token",
    "tiktok-client-key",
    "tiktok-client-secret",
    "youtube-api-key",
    "stolen-token",
    "rft.",
    "act.",
)


def names_a_secret(words: str) -> bool:
    """Whether a secret begins anywhere; a traceback names contract.py, which ends in ``act.py``."""
    return any(re.search(rf"\b{re.escape(secret)}", words) for secret in SECRETS)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return request.param


@pytest.fixture
def account(api: Api, now: datetime) -> Any:
    """An account with three posts, the first of which has exact counters."""
    made = api.account(title="Kanwil NTT", followers=4300)
    for age in (2, 5, 9):
        api.server.world.add_post(
            made,
            now - age * HOUR,
            media="REELS" if api.platform == "instagram" else "",
            steps=[(now - HOUR, READ)],
            text=f"Penyuluhan ke-{age}",
            title=f"Penyuluhan ke-{age}",
        )
    return made


def failure(api: Api, account: Any, since: datetime) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        api.read(account, since)
    return caught.value


def said(error: BaseException) -> str:
    """All that an error could bring into a log: itself and its traceback's last words."""
    words = "".join(traceback.format_exception_only(error))
    return words + repr(error) + str(error.args) + repr(error.__cause__)


# Words


WORDS = {
    "NAME": str,
    "PAGE_SIZE": int,
    "MAX_PAGES": int,
    "LOOKUP_SIZE": int,
    "DEPTH": int,
    "LISTING_TELLS": bool,
    "RESOLVE_SIZE": int,
    "RECHECK_SIZE": int,
    "FOLLOWERS_EVERY": timedelta,
}


@pytest.mark.parametrize("name", [*PLATFORMS, "youtube_feed"])
def test_every_adapter_has_the_same_words(name: str) -> None:
    module = import_module(f"functions.collect.platforms.{name}")
    assert {word: type(getattr(module, word)) for word in WORDS} == WORDS
    assert name.removesuffix("_feed") == module.NAME
    assert inspect.signature(module.sweep).parameters["depth"].default == 1
    assert list(inspect.signature(module.resolve).parameters)[:2] == ["client", "handles"]
    assert list(inspect.signature(module.recheck).parameters)[:2] == ["client", "known"]


# Accounts


def test_a_handle_resolves_to_its_durable_id_title_and_followers(api: Api, account: Any) -> None:
    [found] = api.resolve("kemenkum_ntt").values()
    assert isinstance(found, Profile)
    # YouTube tells three digits; that is enough for this figure.
    # Instagram's names are its handles.
    title = "kemenkum_ntt" if api.platform == "instagram" else "Kanwil NTT"
    assert (found.account_id, found.title, found.followers) == (account.id, title, 4300)


def recheck(api: Api, *known: Profile) -> dict[str, Profile | AccountWrong]:
    return api.run(lambda client: api.module.recheck(client, known), known[0].handle or "")


def test_an_account_known_before_is_found_again_under_its_id(api: Api, account: Any) -> None:
    [(key, found)] = recheck(api, api.profile(account)).items()
    assert isinstance(found, Profile)
    assert (key, found.account_id, found.followers) == (account.id, account.id, 4300)


def test_a_renamed_account_is_found_again_and_tells_its_new_name(
    api: Api, account: Any, now: datetime
) -> None:
    known = api.profile(account)
    api.server.world.rename(account, "kanwil_baru", now - HOUR)
    found = recheck(api, known)[account.id]
    if api.platform == "instagram":  # Its only key is the name that it has no more.
        assert isinstance(found, AccountWrong)
        assert "namanya diganti" in found.advice
        return
    assert isinstance(found, Profile)
    assert (found.account_id, found.handle) == (account.id, "kanwil_baru")


def test_a_known_account_that_is_lost_is_told_so_by_its_name(
    api: Api, account: Any, now: datetime
) -> None:
    if api.platform == "tiktok":
        return  # Whom a consent speaks for is always there; a consent that ended is not this.
    known = api.profile(account)
    unknown = api.resolve("tidak_ada")["tidak_ada"]
    api.server.world.set_state(account, "personal" if api.platform == "instagram" else "unknown")
    found = recheck(api, known)[account.id]
    assert isinstance(found, AccountWrong)
    assert isinstance(unknown, AccountWrong)
    assert found.advice != unknown.advice.replace("tidak_ada", "kemenkum_ntt")
    assert "lagi" in found.advice
    assert found.advice.endswith(".")
    if api.platform != "facebook":  # Its sentence stands beside the name.
        assert "kemenkum_ntt" in found.advice


def test_how_many_posts_an_account_has_is_told_where_it_costs_nothing(
    api: Api, account: Any
) -> None:
    empty = api.account("kosong")
    told = {"facebook": (None, None)}.get(api.platform, (3, 0))
    full: Any = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    none: Any = api.resolve("kosong")["kosong"]
    assert (full.posts, none.posts) == told
    assert (none.account_id, none.handle) == (empty.id, "kosong")


def test_a_deep_look_shows_what_a_plain_one_shows(api: Api, account: Any, now: datetime) -> None:
    """Where it shows more, a platform's own test says what."""
    profile = api.profile(account)

    async def both(client: ApiClient) -> list[Sweep]:
        depths = (1, max(2, api.module.DEPTH))
        since = now - 24 * HOUR
        return [await api.module.sweep(client, profile, since=since, depth=d) for d in depths]

    plain, deep = api.run(both, "kemenkum_ntt")
    assert (deep.posts, deep.unread) == (plain.posts, plain.unread)
    assert len(plain.posts) + len(plain.unread) == 3


def test_an_unknown_handle_is_one_accounts_fault_told_in_indonesian(api: Api) -> None:
    api.account()
    found = api.resolve("tidak_ada", speaking_for="kemenkum_ntt")["tidak_ada"]
    assert isinstance(found, AccountWrong)
    assert "tidak_ada" in found.advice
    assert any(word in found.advice for word in ("periksa", "Periksa", "perbaiki"))
    assert found.advice.endswith(".")


def test_one_unknown_handle_does_not_take_the_others_with_it(api: Api, account: Any) -> None:
    found = api.resolve("kemenkum_ntt", "tidak_ada")
    assert isinstance(found["tidak_ada"], AccountWrong)
    assert isinstance(found["kemenkum_ntt"], Profile)


# Posts


def test_a_listing_gives_every_post_with_what_the_world_knows_of_it(
    api: Api, account: Any, now: datetime
) -> None:
    found = api.read(account, now - 24 * HOUR)
    assert set(found.posts) == {post.id for post in account.feed}
    assert found.broken == ()
    for post in account.feed:
        read = found.posts[post.id]
        assert (read.platform, read.account_id) == (api.platform, account.id)
        assert read.published_at == datetime.fromtimestamp(post.published, UTC)
        assert read.published_at.utcoffset() == timedelta(0)
        assert read.text == post.text
        assert read.versions == ()
        [sample] = read.samples
        assert sample == expected(api.platform, sample.taken_at, **READ)


def test_a_posts_address_is_the_public_one(api: Api, account: Any, now: datetime) -> None:
    for post_id, read in api.read(account, now - 24 * HOUR).posts.items():
        world_post = api.server.world.post(api.platform, post_id)
        assert world_post is not None
        assert read.url == world_post.url


def test_counters_that_nobody_touched_are_zero_not_unknown(api: Api, now: datetime) -> None:
    """Facebook leaves absent what is 0; the sample says 0 all the same."""
    account = api.account()
    media = "REELS" if api.platform == "instagram" else ""
    post = api.server.world.add_post(account, now - HOUR, media=media)
    [sample] = api.read(account, now - 24 * HOUR).posts[post.id].samples
    nothing = {"likes": 0, "comments": 0, "shares": 0, "views": 0}
    assert sample == expected(api.platform, sample.taken_at, **nothing)


def test_hidden_counters_are_unknown_not_zero(api: Api, now: datetime) -> None:
    if api.platform not in ("instagram", "youtube"):
        return  # The others have no such thing.
    account = api.account()
    posts = {
        hidden: api.server.world.add_post(
            account, now - 2 * HOUR, steps=[(now - HOUR, READ)], hidden=hidden, id=None
        )
        for hidden in (("likes",), ("comments",), ("likes", "comments"))
    }
    found = api.read(account, now - 24 * HOUR).posts
    for hidden, post in posts.items():
        [sample] = found[post.id].samples
        assert sample.likes == (None if "likes" in hidden else 41)
        assert sample.comments == (None if "comments" in hidden else 7)


# Lists of people and their words, which an answer holds unless it is limited to none of them.
PEOPLE = re.compile(r"(?<![\w.])(?:comments|reactions|likes|sharedposts)\b(?![^,{]*\.limit\(0\))")


def test_comments_and_who_wrote_them_are_never_asked_for(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """ "Comment texts and commenters are never read." (RULES.md)"""
    found = api.read(account, now - 24 * HOUR)
    if api.module.LOOKUP_SIZE:
        api.lookup(found.posts.values())
    assert asked
    for one in asked:
        assert "comment" not in one.request.path.lower()
        for name, value in one.query.items():
            assert not PEOPLE.search(value), f"{name}={value}"


def test_an_account_without_posts_is_an_empty_listing(api: Api, now: datetime) -> None:
    assert api.read(api.account(), now - 24 * HOUR).posts == {}


def test_taken_at_is_the_present_of_the_run_in_whole_seconds(
    api: Api, account: Any, now: datetime
) -> None:
    for read in api.read(account, now - 24 * HOUR).posts.values():
        [sample] = read.samples
        assert now <= sample.taken_at <= now + timedelta(seconds=5)
        assert sample.taken_at.microsecond == 0


# Paging


def long_feed(api: Api, now: datetime, count: int) -> Any:
    account = api.account()
    for n in range(count):
        api.server.world.add_post(account, now - (n + 1) * timedelta(minutes=10))
    return account


def test_a_listing_is_read_to_its_end(api: Api, now: datetime) -> None:
    account = long_feed(api, now, 2 * api.module.PAGE_SIZE + 5)
    found = api.read(account, now - 90 * 24 * HOUR)
    assert set(found.posts) == {post.id for post in account.feed}


def test_a_listing_is_read_no_further_than_it_has_to(
    api: Api, asked: list[Asked], now: datetime
) -> None:
    account = long_feed(api, now, 2 * api.module.PAGE_SIZE + 5)
    api.sweep(account, now - 2 * HOUR)
    listings = [one for one in asked if LISTING[api.platform] in one.template]
    # YouTube's uploads are in no order, so one page more is looked at.
    assert len(listings) <= (2 if api.platform == "youtube" else 1)


def test_what_a_listing_claims_to_cover_it_covers(api: Api, now: datetime) -> None:
    account = long_feed(api, now, 2 * api.module.PAGE_SIZE + 5)
    for since in (now - 3 * HOUR, now - 6 * HOUR, now - 90 * 24 * HOUR):
        found = api.sweep(account, since)
        # These never say so: uploads can be missing for hours, and without a Page's own token
        # Facebook shows a selection.
        if api.platform in ("youtube", "facebook"):
            assert found.covered_since is None
            continue
        assert found.covered_since is not None
        assert found.covered_since <= max(since, datetime.fromtimestamp(account.created, UTC))
        listed = {post.post_id for post in found.posts}
        public = {
            post.id
            for post in account.feed
            if datetime.fromtimestamp(post.published, UTC) >= found.covered_since
        }
        assert public <= listed


def test_an_item_that_cannot_be_read_leaves_nothing_covered(
    api: Api, account: Any, now: datetime
) -> None:
    """It might have been any post: none may be called absent."""
    key = "videoId" if api.platform == "youtube" else "id"
    api.server.fault("missing_keys", platform=api.platform, ids=[account.feed[0].id], keys=[key])
    found = api.sweep(account, now - 24 * HOUR)
    assert found.covered_since is None


@pytest.mark.parametrize("kind", ["repeat_cursor", "endless_pages"])
def test_a_listing_without_end_ends(
    api: Api, account: Any, asked: list[Asked], now: datetime, kind: str
) -> None:
    api.server.fault(kind, platform=api.platform)
    try:
        found = api.sweep(account, now - 24 * HOUR)
    except Unreadable:
        found = Sweep()
    assert found.covered_since is None
    assert len(asked) <= api.module.MAX_PAGES + 3


# Refusals


def test_a_wrong_credential_is_refused_and_nobody_elses_fault(
    api: Api, account: Any, now: datetime
) -> None:
    api.settings = replace(api.settings, **WRONG_CREDENTIALS[api.platform])
    with pytest.raises(Refused):
        api.resolve("kemenkum_ntt")
    assert isinstance(failure(api, account, now - 24 * HOUR), Refused)


LIMITS: list[tuple[Platform, dict[str, Any], timedelta]] = [
    ("instagram", {"code": 4}, timedelta(minutes=15)),
    ("instagram", {"code": 17}, timedelta(minutes=15)),
    ("instagram", {"code": 80002, "reset_in": 1500}, timedelta(minutes=25)),
    ("facebook", {"code": 4, "reset_headers": False}, timedelta(minutes=15)),
    ("facebook", {"code": 80001, "reset_in": 3000}, timedelta(minutes=50)),
    ("facebook", {"code": 613}, timedelta(minutes=15)),
    ("x", {"reset_in": 840}, timedelta(minutes=14)),
    ("x", {"reset_headers": False}, timedelta(minutes=15)),
    ("x", {"remaining": 12}, timedelta(seconds=30)),
    ("tiktok", {}, timedelta(minutes=1)),
    ("youtube", {}, timedelta(minutes=1)),
    ("youtube", {"status": 429}, timedelta(minutes=1)),
]


@pytest.mark.parametrize(("platform", "options", "wait"), LIMITS)
def test_a_limit_says_until_when(
    api: Api, account: Any, now: datetime, options: dict[str, Any], wait: timedelta
) -> None:
    path = LISTING[api.platform]
    api.server.fault("rate_limited", platform=api.platform, path=path, **options)
    error = failure(api, account, now - 24 * HOUR)
    assert isinstance(error, Limited)
    assert error.until is not None
    assert timedelta(0) <= error.until - (now + wait) <= timedelta(seconds=5)


def test_a_limit_is_not_tried_again(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    path = LISTING[api.platform]
    api.server.fault("rate_limited", platform=api.platform, path=path)
    failure(api, account, now - 24 * HOUR)
    assert sum(path in one.template for one in asked) == 1


UNWELL = [
    ("server_error", {}),
    ("server_error", {"status": 502}),
    ("html", {}),
    ("html", {"status": 503}),
    ("refuse", {}),
    ("cut", {}),
]


@pytest.mark.parametrize(("kind", "options"), UNWELL)
def test_an_unwell_platform_is_tried_again_and_then_left_for_the_next_tick(
    api: Api,
    account: Any,
    asked: list[Asked],
    now: datetime,
    kind: str,
    options: dict[str, Any],
) -> None:
    path = LISTING[api.platform]
    api.server.fault(kind, platform=api.platform, path=path, **options)
    assert isinstance(failure(api, account, now - 24 * HOUR), Transient)
    assert sum(path in one.template for one in asked) == ATTEMPTS


@pytest.mark.parametrize(("kind", "options"), UNWELL)
def test_a_platform_that_recovers_at_once_costs_nothing(
    api: Api, account: Any, now: datetime, kind: str, options: dict[str, Any]
) -> None:
    path = LISTING[api.platform]
    api.server.fault(kind, platform=api.platform, path=path, times=2, **options)
    assert len(api.read(account, now - 24 * HOUR).posts) == 3


# Payloads that make no sense


def test_one_broken_item_costs_one_item(api: Api, account: Any, now: datetime) -> None:
    victim = account.feed[1].id
    place = COUNTED_AT[api.platform]
    api.server.fault("missing_keys", platform=api.platform, path=place, ids=[victim])
    found = api.read(account, now - 24 * HOUR)
    assert set(found.posts) == {post.id for post in account.feed} - {victim}
    assert len(found.broken) == 1
    assert api.platform in found.broken[0]


def test_counters_that_are_none_cost_their_counters(api: Api, account: Any, now: datetime) -> None:
    victim = account.feed[1].id
    place = COUNTED_AT[api.platform]
    api.server.fault("wrong_types", platform=api.platform, path=place, ids=[victim])
    found = api.read(account, now - 24 * HOUR)
    assert set(found.posts) == {post.id for post in account.feed}
    [sample] = found.posts[victim].samples
    assert sample == Sample(taken_at=sample.taken_at)
    assert found.broken == ()
    assert found.lost
    assert all(api.platform in message for message in found.lost)


@pytest.mark.parametrize("kind", ["broken_json", "empty_body"])
def test_a_broken_body_costs_one_request(api: Api, account: Any, now: datetime, kind: str) -> None:
    api.server.fault(kind, platform=api.platform, path=LISTING[api.platform])
    failure(api, account, now - 24 * HOUR)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload, the root left out."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in pairs:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


def broken_at(payload: Any, path: tuple[Any, ...], instead: Any) -> Any:
    """A copy with something else in one place; without that place when it is ``...``."""
    broken = copy.deepcopy(payload)
    holder = broken
    for key in path[:-1]:
        holder = holder[key]
    if instead is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = instead
    return broken


def test_a_payload_broken_anywhere_raises_nothing_unforeseen(api: Api, now: datetime) -> None:
    """Each place in turn holds something else, or is gone: a result or a named error follows."""
    account = api.account()
    api.server.world.add_post(account, now - HOUR, steps=[(now - HOUR, READ)])
    payloads: dict[str, Any] = {}
    honest = api.server.app._answer

    def learn(request: Any, route: Any) -> Any:
        response = honest(request, route)
        payloads.setdefault(route.template, msgspec.json.decode(response.body))
        return response

    api.server.app._answer = learn  # type: ignore[method-assign]
    api.read(account, now - 24 * HOUR)
    api.resolve("kemenkum_ntt")
    recheck(api, api.profile(account))
    payloads.pop("/v2/oauth/token/", None)
    assert payloads

    profile = api.profile(account)
    current: dict[str, Any] = {}

    def tell(request: Any, route: Any) -> Any:
        response = honest(request, route)
        if route.template in current:
            response.body = msgspec.json.encode(current[route.template])
        return response

    api.server.app._answer = tell  # type: ignore[method-assign]

    errors: list[str] = []

    async def try_all(client: ApiClient) -> int:
        tried = 0
        for template, payload in payloads.items():
            for path in places(payload):
                for instead in (..., None, {}, [], "kata", -1):
                    current.clear()
                    current[template] = broken_at(payload, path, instead)
                    tried += 1
                    try:
                        if template == LISTING_OF[api.platform]:
                            await api.module.sweep(client, profile, since=now - 24 * HOUR)
                        elif template == "/youtube/v3/videos":
                            await api.module.details(client, [account.feed[0].id])
                        elif template == "/2/users":
                            await api.module.recheck(client, [profile])
                        else:
                            await api.module.resolve(client, ["kemenkum_ntt"])
                    except PlatformError as error:
                        errors.append(said(error))
        return tried

    assert api.run(try_all, "kemenkum_ntt") > 50
    assert not any(names_a_secret(words) for words in errors)


@pytest.mark.parametrize("payload", [{}, [], {"data": []}, {"error": {"code": 2}}])
def test_an_answer_without_a_listing_proves_no_absence(
    api: Api, account: Any, now: datetime, payload: Any
) -> None:
    answer_with(api.server, payload)
    try:
        found = api.sweep(account, now - 24 * HOUR)
    except PlatformError:
        return
    if (api.platform, payload) == ("facebook", {"data": []}):
        return  # This one is how Facebook says that there are no posts.
    assert found.covered_since is None


# Secrets


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rate_limited", {}),
        ("server_error", {}),
        ("html", {}),
        ("html", {"status": 403}),
        ("refuse", {}),
        ("cut", {}),
        ("broken_json", {}),
        ("empty_body", {}),
        ("wrong_types", {"keys": ["data", "items", "id", "videos", "media"]}),
        ("repeat_cursor", {}),
        ("token_expired", {}),
        ("token_revoked", {}),
        ("meta_error", {"code": 190}),
        ("meta_error", {"code": 10}),
        ("meta_error", {"code": 100}),
        ("meta_error", {"code": 100, "subcode": 33}),
        ("meta_error", {"code": 1}),
        ("meta_error", {"code": 3}),
    ],
)
def test_no_error_names_a_secret(
    api: Api, account: Any, now: datetime, kind: str, options: dict[str, Any]
) -> None:
    if kind == "meta_error" and api.platform not in ("instagram", "facebook"):
        return
    api.server.fault(kind, platform=api.platform, **options)
    for attempt in (
        lambda: api.read(account, now - 24 * HOUR),
        lambda: api.resolve("kemenkum_ntt"),
        lambda: recheck(api, api.profile(account)),
    ):
        try:
            found = attempt()
        except PlatformError as error:
            words = said(error)
        else:
            words = repr(found)
        assert not names_a_secret(words)
