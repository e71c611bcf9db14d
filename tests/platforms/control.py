"""The control side under `/_world/`: what the caller sets and may know, and no platform has.

PUT    /_world/clock   {"now": "2026-10-01T00:00:00Z"}
GET    /_world/clock
GET    /_world/truth   ?at=ISO-8601 (default: the clock)
GET    /_world/calls   what was asked, and what it would have cost
DELETE /_world/calls   count from zero again
POST   /_world/faults  a fault, or a list of them: see `faults.Fault`
GET    /_world/faults  with the number of times each was used
DELETE /_world/faults
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.platforms.calls import Calls
from tests.platforms.faults import Fault, Faults
from tests.platforms.truth import truth
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import World, epoch


class Control:
    def __init__(self, world: World, calls: Calls, faults: Faults) -> None:
        self._world = world
        self._calls = calls
        self._faults = faults

    def answer(self, request: Request) -> Response:
        try:
            return json_response(200, self._handle(request))
        except LookupError:
            return json_response(404, {"error": f"no {request.method} {request.path}"})
        except (ValueError, TypeError, msgspec.MsgspecError) as error:
            return json_response(400, {"error": str(error)})

    def _handle(self, request: Request) -> Any:
        match request.method, request.path:
            case "PUT", "/_world/clock":
                body = msgspec.json.decode(request.body, type=dict[str, str])
                self._world.set_clock(_instant(body.get("now", "")))
                return {"now": self._world.clock}
            case "GET", "/_world/clock":
                return {"now": self._world.clock}
            case "GET", "/_world/truth":
                at = request.query.get("at")
                now = epoch(_instant(at)) if at else self._world.now
                shown_at = datetime.fromtimestamp(now, UTC)
                return {"at": shown_at, "posts": truth(self._world, now)}
            case "GET", "/_world/calls":
                return self._calls.report()
            case "DELETE", "/_world/calls":
                self._calls.reset()
                return {}
            case "POST", "/_world/faults":
                return {"faults": [self._faults.add(fault) for fault in _faults(request.body)]}
            case "GET", "/_world/faults":
                return {"faults": self._faults.report()}
            case "DELETE", "/_world/faults":
                self._faults.clear()
                return {}
        raise LookupError


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("the instant needs a time zone, such as a Z at its end")
    return instant


def _faults(body: bytes) -> list[Fault]:
    if body.lstrip().startswith(b"["):
        return msgspec.json.decode(body, type=list[Fault])
    return [msgspec.json.decode(body, type=Fault)]
