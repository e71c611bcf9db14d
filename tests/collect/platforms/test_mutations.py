"""Whatever stands in one place of an answer costs that place: its neighbours never notice.

Real answers of the stand-ins are changed in one place, served over HTTP, and read by the adapters.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.collect.client import ApiClient
from functions.collect.contract import Lookup, PlatformError, Sweep
from functions.model import COUNTERS, PLATFORMS, Platform, Post
from tests.collect.api import HOUR, Api, as_post
from tests.platforms.faults import _items
from tests.platforms.wire import Response
from tests.platforms.world import Account

READ = {"likes": 41, "comments": 7, "shares": 5, "quotes": 2, "views": 900}
DEEP = "nested without end"
GONE = object()

# What may stand where something else should; a template says of which request.
ODD: list[Any] = [
    GONE, None, "", "kata", "\ud83d", "a\x00b", "\ude00 x", 0, -1, 7, 1.5, 2**53, 2**70, 10**4000,
    float("nan"), float("inf"), True, [], {}, [None], [{}], {"a": 1}, "12", "-4", "1e3", DEEP,
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2026-10-20T01:00:00", "a" * 30_000,
    "javascript:alert(1)", {"total_count": {}}, [["x"]], {"data": "x"}, {"data": [{"type": 5}]},
]  # fmt: skip
ODDITIES = st.sampled_from(ODD)

# Every answer that carries posts, and how it is read.
CASES: list[tuple[Platform, str, str]] = [
    ("instagram", "/{user}?business_discovery", "sweep"),
    ("facebook", "/{node}/posts", "sweep"),
    ("x", "/2/users/:id/tweets", "sweep"),
    ("x", "/2/tweets", "lookup"),
    ("tiktok", "/v2/video/list/", "sweep"),
    ("youtube", "/youtube/v3/playlistItems", "sweep"),
    ("youtube", "/youtube/v3/videos", "details"),
    ("youtube", "/youtube/v3/videos:batchGetStats", "lookup"),
]
QUICK = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return request.param


class Scene:
    """One account with three posts, and one kind of answer about them that can be spoiled."""

    def __init__(self, api: Api, template: str, how: str, now: datetime) -> None:
        self.api, self.template, self.how, self.since = api, template, how, now - 24 * HOUR
        self.account: Account = api.account()
        for age in (2, 5, 9):
            api.server.world.add_post(
                self.account,
                now - age * HOUR,
                media="REELS" if api.platform == "instagram" else "",
                steps=[(now - HOUR, READ)],
                text=f"Penyuluhan ke-{age}",
                title=f"Penyuluhan ke-{age}",
            )
        self.body: bytes | None = None
        honest = api.server.app._answer
        heard: list[bytes] = []

        def answer(request: Any, route: Any) -> Response:
            response = honest(request, route)
            if route.template == template:
                heard.append(response.body)
                response.body = response.body if self.body is None else self.body
            return response

        api.server.app._answer = answer  # type: ignore[method-assign]
        self.whole = self.read()
        self.payload = msgspec.json.decode(heard[0])

    def read(self) -> Sweep | Lookup:
        """What the adapter makes of the answer."""
        api, posts = self.api, [as_post(post) for post in self.account.feed]

        async def ask(client: ApiClient) -> Any:
            if self.how == "sweep":
                profile = api.profile(self.account)
                return await api.module.sweep(client, profile, since=self.since)
            if self.how == "details":
                return await api.module.details(client, [post.post_id for post in posts])
            return await api.module.lookup(client, posts)

        handle = self.account.handle(api.server.world.now)
        found: Sweep | Lookup = api.run(ask, handle)
        return found

    def serve(self, payload: Any) -> None:
        text = json.dumps(payload).replace(f'"{DEEP}"', '{"a":[' * 3_000 + "]}" * 3_000)
        self.body = text.encode()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload, the root left out."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in pairs:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


def put(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    """What stood there before."""
    for key in path[:-1]:
        payload = payload[key]
    before = payload[path[-1]]
    if value is GONE:
        del payload[path[-1]]
    else:
        payload[path[-1]] = value
    return before


def seen(found: Sweep | Lookup) -> dict[str, Any]:
    """The posts by id, whenever they were read; ids that were merely listed as well."""
    posts = {post.post_id: timeless(post) for post in found.posts}
    unread = found.unread if isinstance(found, Sweep) else ()
    return {**dict.fromkeys(unread), **posts}


def timeless(post: Post) -> Post:
    [sample] = post.samples
    at = post.published_at
    return msgspec.structs.replace(post, samples=(msgspec.structs.replace(sample, taken_at=at),))


@pytest.mark.parametrize(("platform", "template", "how"), CASES)
@given(data=st.data())
@QUICK
def test_an_odd_value_in_an_item_costs_that_item_at_most(
    api: Api, now: datetime, template: str, how: str, data: st.DataObject
) -> None:
    scene = _scene(api, template, how, now)
    payload = copy.deepcopy(scene.payload)
    items = _items(payload)
    number = data.draw(st.integers(0, len(items) - 1))
    path = data.draw(st.sampled_from(sorted(places(items[number]), key=str)))
    value = data.draw(ODDITIES)
    victim = _name(items[number])
    before = put(items[number], path, value)
    scene.serve(payload)
    found = scene.read()
    whole, after = seen(scene.whole), seen(found)
    for name in whole.keys() - {victim}:
        assert after[name] == whole[name], (path, value)
    assert found.failure is None
    said = bool(found.broken or found.lost)
    if victim not in after:  # under another id that may be one, or gone and said so
        assert said or len(after) == len(whole) or value is GONE or how != "sweep", (path, value)
        return
    if not isinstance(after[victim], Post):
        return
    old, new = whole[victim].samples[0], after[victim].samples[0]
    for counter in COUNTERS:
        was, now_is = getattr(old, counter), getattr(new, counter)
        if was != now_is:
            is_zero_by_right = value in (0, GONE) or before == 0
            assert now_is is None or now_is > 0 or is_zero_by_right, (path, value)
            # An object without the counter says that it is hidden.
            is_hidden = value in (None, GONE, DEEP) or isinstance(value, dict)
            assert now_is is not None or said or is_hidden, (path, value)
    for text in (after[victim].text or "", after[victim].post_id, after[victim].url):
        text.encode()
        assert "\x00" not in text


@pytest.mark.parametrize(("platform", "template", "how"), CASES)
@given(data=st.data())
@QUICK
def test_an_odd_envelope_spoils_no_item_and_proves_nothing(
    api: Api, now: datetime, template: str, how: str, data: st.DataObject
) -> None:
    scene = _scene(api, template, how, now)
    payload = copy.deepcopy(scene.payload)
    inside = [path for path in places(payload) if not _within_items(payload, path)]
    path = data.draw(st.sampled_from(sorted(inside, key=str)))
    value = data.draw(ODDITIES)
    put(payload, path, value)
    scene.serve(payload)
    try:
        found = scene.read()
    except PlatformError as error:
        str(error).encode()
        return
    whole, after = seen(scene.whole), seen(found)
    lost = whole.keys() - after.keys()
    if not template.endswith("Stats"):  # whose gaps the details fill, and they tell more
        assert all(after[name] == whole[name] for name in after.keys() & whole.keys())
    if lost:
        absent = found.absent if isinstance(found, Lookup) else {}
        assert not lost & absent.keys() or value is GONE or value == [], (path, value)
        covers = isinstance(found, Sweep) and found.covered_since is not None
        # An empty list is how a platform says that there is nothing.
        assert not covers or value in (GONE, None, []), (path, value)


@pytest.mark.parametrize(("platform", "template", "how"), CASES)
@pytest.mark.parametrize("spoil", [
    lambda body: body[: len(body) // 2],
    lambda body: body + body,
    lambda body: b"<!DOCTYPE html><html>Sorry</html>",
    lambda body: b"[" * 100_000,
    lambda body: b"",
    lambda body: b"null",
    lambda body: b'"' + b'\\"' * 100_000,
    lambda body: b'{"error": {"code": 190, "message": "no"}}',
    lambda body: b'{"error": "' + b"x" * 100_000 + b'"}',
])  # fmt: skip
def test_what_is_no_answer_is_a_failure_with_a_name(
    api: Api, now: datetime, template: str, how: str, spoil: Any
) -> None:
    scene = _scene(api, template, how, now)
    scene.body = spoil(json.dumps(scene.payload).encode())
    try:
        found = scene.read()
    except PlatformError as error:
        str(error).encode()
        return
    # The statistics of videos alone are made up for, by their details.
    is_made_up_for = template.endswith("Stats")
    assert seen(found).keys() == (seen(scene.whole).keys() if is_made_up_for else set())
    assert isinstance(found, Lookup) or found.covered_since is None


_scenes: dict[int, Scene] = {}


def _scene(api: Api, template: str, how: str, now: datetime) -> Scene:
    """The same scene for all examples of a test, honest once more."""
    if id(api) not in _scenes:
        _scenes.clear()
        _scenes[id(api)] = Scene(api, template, how, now)
    scene = _scenes[id(api)]
    scene.body = None
    return scene


def _name(item: dict[str, Any]) -> str:
    name: str = item.get("contentDetails", {}).get("videoId") or item["id"]
    return name


def _within_items(payload: Any, path: tuple[Any, ...]) -> bool:
    items = {id(item) for item in _items(payload)}
    value = payload
    for key in path[:-1]:
        value = value[key]
        if id(value) in items:
            return True
    return id(value[path[-1]]) in items
