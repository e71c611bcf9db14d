"""Scripted faults: everything that goes wrong between a collector and a platform.

A fault says what goes wrong (`kind`), where (`platform`, `path`, `account`) and how often
(`skip`, `times`, `probability`). Of several that fit, the one added first is used.

Instead of an answer (the platform does nothing):

- `rate_limited`  429, or what the platform has in its place; `reset_in`, `reset_headers`,
                  `retry_after`, `remaining` (X: above 0 when a second limiter refuses)
- `server_error`  5xx in the platform's own shape; `status`
- `html`          an HTML page; `status` (default 200)
- `refuse`        the connection is closed without a byte
- `token_expired`, `token_revoked`
- `credits_depleted`, `spend_cap`, `usage_capped`  X has no money left: 402, 403, 429
- `quota_exceeded`  YouTube's daily quota: 403
- `key_refused`   YouTube: the key is at fault, 403, for the reason that `how` names
- `meta_error`    Meta's `code` and `subcode`; `status`
- `dead_id`       Facebook: an `ids=` call that asks for any of `ids` fails as a whole

After the platform did its work (so a token that was refreshed is refreshed):

- `hang`, `slow`  the answer comes after `seconds`
- `cut`           the connection is closed in the middle of the body
- `broken_json`, `empty_body`
- `wrong_types`   the counters, or `keys`, hold something else
- `missing_keys`  the ids, or `keys`, are gone
- `zeros`         the counters are 0
- `repeat_cursor` every page leads to the same place again, by the same cursor
- `endless_pages` the same, by ever new cursors
- `partial`       items are missing; X tells of them as `how` says: `not_found`, `protected`,
                  `suspended`, or `silent`

The last kinds touch only the items named by `ids`, or all (`partial`: every second).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec

from tests.platforms import cursors, youtube
from tests.platforms.graph import GraphError, unsupported_get
from tests.platforms.tiktok import (
    OAuthError,
    TikTok,
    TikTokError,
    access_token_invalid,
    rate_limit_exceeded,
)
from tests.platforms.tiktok_business import BusinessError, TikTokBusiness
from tests.platforms.wire import Request, Response, names
from tests.platforms.world import World
from tests.platforms.x import (
    PROBLEMS,
    XError,
    not_authorized,
    not_found,
    rate_headers,
    too_many_requests,
    unauthorized,
)

COUNTER_KEYS = names(
    "like_count comments_count view_count comment_count share_count retweet_count reply_count "
    "quote_count bookmark_count impression_count total_count count likeCount commentCount "
    "viewCount"
)

META_MESSAGES = {
    1: "Please reduce the amount of data you're asking for, then retry your request",
    2: "An unexpected error has occurred. Please retry your request later.",
    4: "(#4) Application request limit reached",
    10: "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public "
    "Content Access' feature.",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    190: "Error validating access token: The session is invalid.",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    80001: "(#80001) There have been too many calls to this Page account. Wait a bit and try "
    "again.",
    80002: "(#80002) There have been too many calls to this Instagram account. Wait a bit and try "
    "again.",
}
_YOUTUBE_PAGES = frozenset(
    f"youtube#{kind}ListResponse" for kind in ("playlistItem", "commentThread", "comment")
)
_META_LIMITS = frozenset({4, 17, 32, 613, 80001, 80002})


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    kind: str
    platform: str = ""
    """Empty: any."""
    path: str = ""
    """A part of the path, ids replaced by their names: `/2/users/:id/tweets`. Empty: any."""
    account: str = ""
    """A handle or an id: requests for this account only."""
    times: int | None = None
    """How often at most; None: until the faults are cleared."""
    skip: int = 0
    """How many fitting requests are answered honestly first."""
    probability: float = 1.0
    status: int | None = None
    seconds: float = 30.0
    reset_in: int = 900
    reset_headers: bool = True
    remaining: int = 0
    retry_after: int | None = None
    code: int = 4
    subcode: int | None = None
    ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    how: str = "not_found"
    used: int = 0

    @classmethod
    def make(cls, kind: str, **options: object) -> Fault:
        """A checked fault: a misspelt option is an error."""
        return msgspec.convert({"kind": kind, **options}, cls)


class Faults:
    def __init__(self, world: World, tiktok: TikTok, business: TikTokBusiness) -> None:
        self._world = world
        self._tiktok = tiktok
        self._business = business
        self._faults: list[Fault] = []
        self._rng = Random("faults")

    def add(self, fault: Fault) -> Fault:
        if fault.kind not in _INSTEAD and fault.kind not in _AFTER:
            raise ValueError(f"no such fault: {fault.kind}")
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()
        self._rng = Random("faults")

    def report(self) -> list[Fault]:
        return self._faults

    def pick(self, platform: str, path: str, request: Request) -> Fault | None:
        """The fault that this request meets, if any."""
        for fault in self._faults:
            if fault.times == 0 or not self._fits(fault, platform, path, request):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.probability < 1.0 and self._rng.random() >= fault.probability:
                continue
            fault.used += 1
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def _fits(self, fault: Fault, platform: str, path: str, request: Request) -> bool:
        if fault.platform not in ("", platform) or fault.path not in path:
            return False
        if fault.kind == "dead_id":
            return not set(fault.ids).isdisjoint(request.query.get("ids", "").split(","))
        return not fault.account or self._concerns(fault.account, platform, request)

    def _concerns(self, wanted: str, platform: str, request: Request) -> bool:
        account = self._world.account(platform, wanted) or self._world.by_handle(platform, wanted)
        if platform == "tiktok":
            spoken = self._tiktok.whose(request) or self._business.whose(request)
            return account is not None and spoken is account
        names = {wanted}
        if account is not None:
            names |= {account.id, account.handle(self._world.now), "UU" + account.id[2:]}
        words = set(_words(unquote(request.target)))
        return not names.isdisjoint(words)

    # Carrying out

    def instead(self, fault: Fault, platform: str, request: Request) -> Response | None:
        make = _INSTEAD.get(fault.kind)
        if make is None:
            return None
        response = make(fault, platform, request, self._world.limiter_now())
        if fault.retry_after is not None:
            response.headers.append(("retry-after", str(fault.retry_after)))
        return response

    def distort(self, fault: Fault, platform: str, request: Request, honest: Response) -> Response:
        return _AFTER[fault.kind](fault, platform, request, honest)


def _words(text: str) -> Iterator[str]:
    """The names and ids in an address."""
    word = ""
    for character in text + "/":
        if character.isalnum() or character in "_.-":
            word += character
        else:
            yield word
            word = ""


def _is_business(request: Request) -> bool:
    return request.path.startswith("/open_api/")


# Instead of an answer


def _rate_limited(fault: Fault, platform: str, request: Request, now: int) -> Response:
    if platform in ("instagram", "facebook"):
        return _meta_error(fault, platform, request, now)
    if platform == "x":
        if not fault.reset_headers:
            return too_many_requests().response([])
        headers = rate_headers(900, fault.remaining, now + fault.reset_in)
        return too_many_requests().response(headers)
    if _is_business(request):
        return BusinessError(40100, "App reaches the QPM limit.").response()
    if platform == "tiktok":
        return rate_limit_exceeded().response()
    return youtube.YouTubeError(
        fault.status or 403,
        "rateLimitExceeded",
        "The request cannot be completed because you have exceeded your rate limit.",
        domain="usageLimits",
        state="RESOURCE_EXHAUSTED" if fault.status == 429 else None,
    ).response()


def _meta_error(fault: Fault, platform: str, request: Request, now: int) -> Response:
    """Limits come as 403 typed OAuthException, which is not a matter of permission."""
    code = fault.code
    limited = code in _META_LIMITS
    status = fault.status or (500 if code in (1, 2) else 403 if code in (4, 10) else 400)
    response = GraphError(
        META_MESSAGES.get(code, f"(#{code}) An unknown error occurred"),
        code,
        subcode=fault.subcode,
        status=status,
        transient=True if limited or code in (1, 2) else None,
    ).response()
    if limited and fault.reset_headers:
        if code in (32, 80001, 80002):
            kind = "instagram" if code == 80002 else "pages"
            usage: Any = {
                "100000000000001": [
                    {
                        "type": kind,
                        "call_count": 100,
                        "total_cputime": 20,
                        "total_time": 25,
                        "estimated_time_to_regain_access": max(1, fault.reset_in // 60),
                    }
                ]
            }
            name = "x-business-use-case-usage"
        else:
            usage = {"call_count": 100, "total_cputime": 20, "total_time": 25}
            name = "x-app-usage"
        response.headers.append((name, msgspec.json.encode(usage).decode()))
    return response


def _server_error(fault: Fault, platform: str, request: Request, now: int) -> Response:
    if platform in ("instagram", "facebook"):
        return GraphError(
            META_MESSAGES[2], 2, status=fault.status or 500, transient=True
        ).response()
    if platform == "x":
        status = fault.status or 503
        text = "Service Unavailable"
        return XError(
            status, {"title": text, "detail": text, "type": "about:blank", "status": status}
        ).response([])
    if _is_business(request):
        return BusinessError(50000, "System error.").response()
    if platform == "tiktok":
        return TikTokError(
            fault.status or 500, "internal_error", "Server internal error"
        ).response()
    return youtube.YouTubeError(
        fault.status or 503, "backendError", "Backend Error", domain="global"
    ).response()


def _token_bad(fault: Fault, platform: str, request: Request, now: int) -> Response:
    expired = fault.kind == "token_expired"
    if platform in ("instagram", "facebook"):
        told = (
            "Session has expired on Thursday, 01-Oct-26 00:00:00 PDT."
            if expired
            else "The session has been invalidated because the user changed their password or "
            "Facebook has changed the session for security reasons."
        )
        return GraphError(
            f"Error validating access token: {told}", 190, subcode=463 if expired else 460
        ).response()
    if platform == "x":
        return unauthorized().response([])
    if _is_business(request):
        code = 40107 if "oauth2" in request.path else 40102 if expired else 40105
        return BusinessError(code, "The token is expired or incorrect.").response()
    if platform == "tiktok":
        if request.path.startswith("/v2/oauth/"):
            return OAuthError("invalid_grant", "Refresh token is invalid or expired.").response()
        return access_token_invalid().response()
    return youtube.key_invalid().response()


def _credits_depleted(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return XError(
        402,
        {
            "account_id": "1000000000000000000",
            "title": "CreditsDepleted",
            "detail": "Your enrolled account does not have any credits to fulfill this request.",
            "type": f"{PROBLEMS}credits",
        },
    ).response([])


def _spend_cap(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return XError(
        403,
        {
            "account_id": "1000000000000000000",
            "title": "SpendCapReached",
            "detail": "Your enrolled account has reached its billing cycle spend cap.",
            "reset_date": "2026-11-01",
            "type": f"{PROBLEMS}credits",
        },
    ).response([])


def _usage_capped(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return XError(
        429,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": f"{PROBLEMS}usage-capped",
            "period": "Monthly",
            "scope": "Product",
        },
    ).response([])


def _quota_exceeded(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return youtube.quota_exceeded().response()


def _key_refused(fault: Fault, platform: str, request: Request, now: int) -> Response:
    words = "Requests from referer <empty> are blocked."
    return youtube.YouTubeError(403, fault.how, words, domain="usageLimits").response()


def _html(fault: Fault, platform: str, request: Request, now: int) -> Response:
    page = b"<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>"
    return Response(fault.status or 200, page, "text/html; charset=utf-8")


def _refuse(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return Response(200, cut=-1)


def _dead_id(fault: Fault, platform: str, request: Request, now: int) -> Response:
    return unsupported_get(fault.ids[0]).response()


# After the platform did its work


def _late(fault: Fault, platform: str, request: Request, honest: Response) -> Response:
    honest.delay = fault.seconds
    return honest


def _cut(fault: Fault, platform: str, request: Request, honest: Response) -> Response:
    honest.cut = len(honest.body) // 2
    return honest


def _broken_json(fault: Fault, platform: str, request: Request, honest: Response) -> Response:
    honest.body = honest.body[: len(honest.body) // 2]
    return honest


def _empty_body(fault: Fault, platform: str, request: Request, honest: Response) -> Response:
    honest.body = b""
    return honest


def _altering(
    alter: Callable[[Fault, str, Request, Any], None],
) -> Callable[[Fault, str, Request, Response], Response]:
    """A distortion of the decoded payload; what is no JSON object stays as it is."""

    def distort(fault: Fault, platform: str, request: Request, honest: Response) -> Response:
        if honest.status == 200 and honest.body.startswith(b"{"):
            payload = msgspec.json.decode(honest.body)
            alter(fault, platform, request, payload)
            honest.body = msgspec.json.encode(payload)
        return honest

    return distort


def _wrong_types(fault: Fault, platform: str, request: Request, payload: Any) -> None:
    for holder, key in _places(payload, fault, COUNTER_KEYS):
        holder[key] = {"nilai": str(holder[key])}


def _missing_keys(fault: Fault, platform: str, request: Request, payload: Any) -> None:
    for holder, key in _places(payload, fault, frozenset({"id", "videoId"})):
        del holder[key]


def _zeros(fault: Fault, platform: str, request: Request, payload: Any) -> None:
    for holder, key in _places(payload, fault, COUNTER_KEYS):
        holder[key] = "0" if isinstance(holder[key], str) else 0


def _places(payload: Any, fault: Fault, keys: frozenset[str]) -> list[tuple[dict[str, Any], str]]:
    """Where the keys in question stand within the items in question."""
    wanted = frozenset(fault.keys) or keys
    return [
        (holder, key)
        for item in _items(payload)
        if not fault.ids or item.get("id") in fault.ids
        for holder in _objects(item)
        for key in list(holder)
        if key in wanted
    ]


def _items(payload: Any) -> list[dict[str, Any]]:
    """The posts of an answer, wherever the platform puts them."""
    return [item for parent in _lists(payload) for item in _values(parent)]


def _lists(payload: Any) -> list[Any]:
    """The containers of posts: lists, or an object by id for Facebook's `ids=`."""
    discovered = payload.get("business_discovery", {}).get("media", {}).get("data")
    data = payload.get("data")
    if isinstance(data, dict):
        data = data.get("videos", data.get("comments", data.get("user") and [data["user"]]))
    found = [discovered, data, payload.get("items")]
    if all("_" in key for key in payload):
        found.append(payload)
    return [one for one in found if isinstance(one, list | dict)]


def _values(parent: Any) -> list[dict[str, Any]]:
    values = parent.values() if isinstance(parent, dict) else parent
    return [one for one in values if isinstance(one, dict)]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """An object and everything within it."""
    if isinstance(value, dict):
        yield value
        for child in list(value.values()):
            yield from _objects(child)
    elif isinstance(value, list):
        for child in value:
            yield from _objects(child)


def _cursor_loop(fault: Fault, platform: str, request: Request, payload: Any) -> None:
    salt = fault.used if fault.kind == "endless_pages" else 0
    start_over = cursors.encode(cursors.BEGINNING, salt)
    match platform:
        case "instagram":
            media = payload.get("business_discovery", {}).get("media")
            if media is not None:
                media.setdefault("paging", {}).setdefault("cursors", {})["after"] = start_over
            elif isinstance(payload.get("data"), list):  # the owner's own media, or comments
                _start_over(request, payload, start_over)
        case "facebook":
            if isinstance(payload.get("data"), list):
                _start_over(request, payload, start_over)
        case "x":
            if "meta" in payload:
                payload["meta"]["next_token"] = start_over
        case "youtube":
            if payload.get("kind") in _YOUTUBE_PAGES:
                payload["nextPageToken"] = start_over
        case "tiktok":
            data = payload.get("data", {})
            if "videos" in data:
                data["has_more"] = True
                data["cursor"] = 10**13 + salt  # A far future: the newest videos again.
            if "comments" in data:
                data |= {"has_more": True, "cursor": 0}


def _start_over(request: Request, payload: Any, cursor: str) -> None:
    """The Graph API's next page is the first again."""
    query = urlencode({**request.query, "after": cursor})
    host = request.headers.get("host", "")
    paging = payload.setdefault("paging", {})
    paging["next"] = f"http://{host}{request.path}?{query}"
    paging["cursors"] = {"after": cursor}


def _named(item: dict[str, Any]) -> Any:
    """What tells an item apart: Facebook gives a comment's id only in its address."""
    return item.get("id") or item.get("permalink_url")


def _partial(fault: Fault, platform: str, request: Request, payload: Any) -> None:
    for parent in _lists(payload):
        lost = [
            _named(item)
            for place, item in enumerate(_values(parent))
            if (item.get("id") in fault.ids if fault.ids else place % 2)
        ]
        if isinstance(parent, dict):
            for one in lost:
                del parent[one]
        else:
            parent[:] = [item for item in parent if _named(item) not in lost]
        if platform == "x" and fault.how != "silent":
            payload.setdefault("errors", []).extend(_x_problem(one, fault.how) for one in lost)
        if "summary" in payload:
            summary = payload["summary"]
            summary["failedVideoIds"] += lost
            summary["failedVideoCount"] += len(lost)
            summary["succeededVideoCount"] -= len(lost)
    if platform == "x" and payload.get("data") == []:
        del payload["data"]


def _x_problem(post_id: str, how: str) -> dict[str, Any]:
    if how == "protected":
        return not_authorized(post_id, "tweet", "ids")
    problem = not_found(post_id)
    if how == "suspended":
        problem |= {"title": "Forbidden", "detail": f"User has been suspended: [{post_id}]."}
    return problem


_INSTEAD: dict[str, Callable[[Fault, str, Request, int], Response]] = {
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "key_refused": _key_refused,
    "html": _html,
    "refuse": _refuse,
    "token_expired": _token_bad,
    "token_revoked": _token_bad,
    "credits_depleted": _credits_depleted,
    "spend_cap": _spend_cap,
    "usage_capped": _usage_capped,
    "quota_exceeded": _quota_exceeded,
    "meta_error": _meta_error,
    "dead_id": _dead_id,
}

_AFTER: dict[str, Callable[[Fault, str, Request, Response], Response]] = {
    "hang": _late,
    "slow": _late,
    "cut": _cut,
    "broken_json": _broken_json,
    "empty_body": _empty_body,
    "wrong_types": _altering(_wrong_types),
    "missing_keys": _altering(_missing_keys),
    "zeros": _altering(_zeros),
    "repeat_cursor": _altering(_cursor_loop),
    "endless_pages": _altering(_cursor_loop),
    "partial": _altering(_partial),
}
