"""Facebook Pages: what they hold, what is refused of them, and asking with their own tokens."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from functions.collect.client import ApiClient
from functions.collect.contract import Sweep
from functions.collect.credentials import appsecret_proof
from functions.collect.platforms import facebook
from tests.collect.api import Api, Asked
from tests.platforms.credentials import FACEBOOK_APP_SECRET
from tests.platforms.graph import GraphError
from tests.platforms.server import Handle
from tests.platforms.world import Post as WorldPost


def listings(asked: list[Asked]) -> list[Asked]:
    return [one for one in asked if "posts" in one.template]


def fill(api: Api, account: Any, now: datetime, posts: int, every: timedelta) -> list[WorldPost]:
    return [api.server.world.add_post(account, now - n * every) for n in range(1, posts + 1)]


def refuse_fields(server: Handle, *names: str, edge: str = "", of: str = "") -> None:
    """The platform refuses these fields, as to apps that may not see them; ``of``: of one Page."""
    honest = server.app._answer

    def refusing(request: Any, route: Any) -> Any:
        fits = edge in route.template and of in request.path
        if fits and any(name in request.query.get("fields", "") for name in names):
            return GraphError("(#100) Tried accessing nonexisting field", 100).response()
        return honest(request, route)

    server.app._answer = refusing  # type: ignore[method-assign]


def as_page(client: ApiClient, token: str, secret: str = FACEBOOK_APP_SECRET) -> ApiClient:
    """A client that speaks with a Page's own token, as the collector makes it."""
    return ApiClient(
        client._connection,
        client.clock,
        facebook.explain,
        options=dataclasses.replace(
            client.options, params={"access_token": token, **appsecret_proof(token, secret)}
        ),
    )


def owner_sweep(api: Api, account: Any, since: datetime, token: str, **options: Any) -> Sweep:
    profile = api.profile(account)
    return api.run(
        lambda client: facebook.sweep(
            client, profile, since=since, own=as_page(client, token), **options
        )
    )


def dead(api: Api, account: Any, token: str) -> None:
    del api.server.world.credentials.meta[token]
