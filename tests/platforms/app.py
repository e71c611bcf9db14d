"""All platforms on one port: finds the platform of a request and lets it answer.

Their paths do not collide, except Instagram's and Facebook's, which share a host in real life.
"""

from __future__ import annotations

import re
import traceback
from typing import NamedTuple

from tests.platforms.calls import Calls
from tests.platforms.control import Control
from tests.platforms.facebook import Facebook
from tests.platforms.faults import Faults
from tests.platforms.graph import Gate, GraphError
from tests.platforms.instagram import Instagram
from tests.platforms.tiktok import TikTok
from tests.platforms.tiktok_business import TikTokBusiness
from tests.platforms.wire import Request, Response
from tests.platforms.world import World
from tests.platforms.x import X
from tests.platforms.x_comments import XComments
from tests.platforms.youtube import YouTube
from tests.platforms.youtube_comments import YouTubeComments

_VERSION = re.compile(r"v\d+\.\d+")


class Route(NamedTuple):
    """Where a request belongs; `template` is its path with the names of things in place of ids."""

    platform: str
    template: str
    parts: list[str]


class App:
    """Answers every request; anything unforeseen is kept in `failures` and sent as 500."""

    def __init__(self, world: World, *, latency: float = 0.0) -> None:
        self.world = world
        self.latency = latency
        self.calls = Calls()
        self.failures: list[str] = []
        gate = Gate(world)
        self._instagram = Instagram(world, gate)
        self._facebook = Facebook(world, gate, self.calls)
        self._x = X(world, self.calls)
        self._x.show(XComments(world, self.calls, self._x))
        self._tiktok = TikTok(world, self.calls)
        self._business = TikTokBusiness(world)
        self._youtube = YouTube(world, self.calls)
        comments = YouTubeComments(world)
        self._youtube.also("/youtube/v3/commentThreads", comments.threads)
        self._youtube.also("/youtube/v3/comments", comments.replies)
        self.faults = Faults(world, self._tiktok, self._business)
        self._control = Control(world, self.calls, self.faults)

    def __call__(self, request: Request) -> Response:
        try:
            if request.path.startswith("/_world/"):
                return self._control.answer(request)
            route = self._route(request)
            response = self._answer(request, route)
            self.calls.count(route.platform, f"{request.method} {route.template}", response.status)
            response.delay += self.latency
            return response
        except Exception:
            self.failures.append(f"{request.method} {request.path}\n{traceback.format_exc()}")
            return Response(500, b"the stand-in itself failed", "text/plain")

    def _answer(self, request: Request, route: Route) -> Response:
        fault = self.faults.pick(route.platform, route.template, request)
        if fault is None:
            return self._honest(request, route)
        instead = self.faults.instead(fault, route.platform, request)
        if instead is not None:
            return instead
        return self.faults.distort(fault, route.platform, request, self._honest(request, route))

    def _honest(self, request: Request, route: Route) -> Response:
        match route.platform:
            case "x":
                return self._x.answer(request, route.template)
            case "tiktok" if route.template.startswith("/open_api/"):
                return self._business.answer(request, route.template)
            case "tiktok":
                return self._tiktok.answer(request, route.template)
            case "youtube":
                return self._youtube.answer(request, route.template)
        try:
            if route.platform == "instagram":
                return self._instagram.answer(request, route.parts)
            return self._facebook.answer(request, route.parts)
        except GraphError as error:
            return error.response()

    def _route(self, request: Request) -> Route:
        path = request.path
        parts = path.strip("/").split("/")
        match parts[0]:
            case "2":
                return Route("x", _x_template(parts), parts)
            case "v2" | "open_api":
                return Route("tiktok", path if path.endswith("/") else f"{path}/", parts)
            case "youtube" | "feeds":
                return Route("youtube", path, parts)
        return self._graph_route(request, [part for part in parts if part])

    def _graph_route(self, request: Request, parts: list[str]) -> Route:
        if parts and _VERSION.fullmatch(parts[0]):
            del parts[0]
        if comments := self._instagram_route(request, parts):
            return comments
        if not parts:
            return Route("facebook", "/?ids", parts)
        own = (grant.instagram_user for grant in self.world.credentials.meta.values())
        if len(parts) == 1:
            if "business_discovery" in request.query.get("fields", ""):
                return Route("instagram", "/{user}?business_discovery", parts)
            if parts[0] in own:
                return Route("instagram", "/{user}", parts)
            template = "/debug_token" if parts == ["debug_token"] else "/{node}"
            return Route("facebook", template, parts)
        return Route("facebook", "/{node}/" + "/".join(parts[1:]), parts)

    def _instagram_route(self, request: Request, parts: list[str]) -> Route | None:
        """Where Instagram's comments are asked for with a token that reads no Page; else None."""
        grant = self.world.credentials.meta.get(request.query.get("access_token", ""))
        if grant is None or not grant.instagram_user or grant.pages or grant.page:
            return None
        match parts:
            case []:
                return Route("instagram", "/?ids", parts)
            case [node] if self.world.comments.get("instagram", node):
                return Route("instagram", "/{comment}", parts)
            case [_, "media"]:
                return Route("instagram", "/{user}/media", parts)
            case [_, "comments"]:
                return Route("instagram", "/{media}/comments", parts)
            case [_, "replies"]:
                return Route("instagram", "/{comment}/replies", parts)
        return None


def _x_template(parts: list[str]) -> str:
    named = [":id" if part.isdigit() and place else part for place, part in enumerate(parts)]
    if parts[:4] == ["2", "users", "by", "username"] and len(parts) == 5:
        named[4] = ":username"
    return "/" + "/".join(named)
