"""TikTok's Display API: every call acts for the account whose owner gave consent.

Facts: developers.tiktok.com/doc (tiktok-api-v2-get-user-info, …-video-list, …-video-query,
…-rate-limit, …-error-handling, oauth-user-access-token-management, oauth-error-handling).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tests.platforms.calls import Calls
from tests.platforms.growth import DAY, Counters
from tests.platforms.limits import Sliding
from tests.platforms.wire import Request, Response, form, json_response
from tests.platforms.world import Account, Post, World

MAX_COUNT, DEFAULT_COUNT = 20, 10
MAX_IDS = 20
REFRESH_SECONDS = 180 * DAY
SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list"
_UTM = "?utm_campaign=tt4d_open_api&utm_source="


class TikTokError(Exception):
    """An error in the envelope of the `/v2/user` and `/v2/video` endpoints."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> Response:
        return json_response(self.status, {"data": {}, "error": _error(self.code, str(self))})


class OAuthError(Exception):
    """A flat error of the token endpoints."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error

    def response(self) -> Response:
        payload = {"error": self.error, "error_description": str(self), "log_id": _LOG_ID}
        return json_response(400, payload)


def access_token_invalid() -> TikTokError:
    return TikTokError(
        401,
        "access_token_invalid",
        "The access token is invalid or not found in the request.",
    )


def rate_limit_exceeded() -> TikTokError:
    return TikTokError(
        429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later."
    )


@dataclass(slots=True)
class _Code:
    """What a code of the consent page is bound to."""

    account: Account
    redirect_uri: str
    challenge: str

    def fits(self, asked: dict[str, str]) -> bool:
        digest = sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        same = asked.get("redirect_uri", "") == self.redirect_uri
        return same and (not self.challenge or challenge == self.challenge)


@dataclass(slots=True)
class _Lease:
    """A token, whom it speaks for, and until when."""

    account: Account
    expires: int


class TikTok:
    def __init__(self, world: World, calls: Calls) -> None:
        self._world = world
        self._calls = calls
        self._limit = Sliding(60)
        self._access: dict[str, _Lease] = {}
        self._refresh: dict[str, _Lease] = {}
        self._dead: set[str] = set()
        self._codes: dict[str, _Code] = {}
        self._issued = 0

    def answer(self, request: Request, template: str) -> Response:
        try:
            match request.method, template:
                case "POST", "/v2/oauth/token/":
                    return json_response(200, self._token(form(request.body.decode())))
                case "POST", "/v2/oauth/revoke/":
                    return self._revoke(form(request.body.decode()))
                case "GET", "/v2/auth/authorize/":
                    return self._authorize(request.query)
                case "GET", "/v2/user/info/":
                    data = self._user_info(request)
                case "POST", "/v2/video/list/":
                    data = self._video_list(request)
                case "POST", "/v2/video/query/":
                    data = self._video_query(request)
                case _:
                    raise TikTokError(404, "invalid_params", "Unsupported path")
        except (TikTokError, OAuthError) as error:
            return error.response()
        return json_response(200, {"data": data, "error": _error("ok", "")})

    # Consent and tokens

    def _authorize(self, query: dict[str, str]) -> Response:
        """The consent page, where the owner (here: the parameter `handle`) says yes at once."""
        if query.get("client_key") not in self._world.credentials.tiktok:
            return Response(400, b"<html>client_key</html>", "text/html; charset=utf-8")
        back, state = query.get("redirect_uri", ""), query.get("state", "")
        account = self._world.by_handle("tiktok", query.get("handle", ""))
        if account is None:
            answer = {"error": "access_denied", "state": state}
        else:
            code = self._make("code")
            self._codes[code] = _Code(account, back, query.get("code_challenge", ""))
            answer = {"code": code, "scopes": SCOPES, "state": state}
        joint = "&" if "?" in back else "?"
        return Response(
            302, content_type="text/html", headers=[("location", back + joint + urlencode(answer))]
        )

    def _token(self, asked: dict[str, str]) -> dict[str, Any]:
        """Exchange a code or a refresh token; the refresh token that was used dies."""
        self._check_client(asked)
        match asked.get("grant_type"):
            case "client_credentials":
                if not self._world.quirks.tiktok_client_tokens:
                    raise OAuthError("unauthorized_client", "The app may not use this grant type.")
                return {
                    "access_token": self._make("clt"),
                    "expires_in": 7200,
                    "token_type": "Bearer",
                }
            case "refresh_token":
                account = self._spend(asked.get("refresh_token", ""))
            case "authorization_code":
                code = self._codes.pop(asked.get("code", ""), None)
                if code is None or not code.fits(asked):
                    raise OAuthError("invalid_grant", "Authorization code is expired.")
                account = code.account
            case _:
                raise OAuthError("unsupported_grant_type", "The grant type is not supported.")
        self._calls.tiktok_refreshes += 1
        now = self._world.now
        lifetime = self._world.quirks.tiktok_access_seconds
        access, refresh = self._make("act"), self._make("rft")
        self._access[access] = _Lease(account, now + lifetime)
        self._refresh[refresh] = _Lease(account, now + REFRESH_SECONDS)
        return {
            "access_token": access,
            "expires_in": lifetime,
            "open_id": account.id,
            "refresh_expires_in": REFRESH_SECONDS,
            "refresh_token": refresh,
            "scope": SCOPES,
            "token_type": "Bearer",
        }

    def _check_client(self, asked: dict[str, str]) -> None:
        secret = self._world.credentials.tiktok.get(asked.get("client_key", ""))
        if secret is None or secret != asked.get("client_secret"):
            raise OAuthError("invalid_client", "Client key or secret is incorrect.")

    def _spend(self, token: str) -> Account:
        lease = self._refresh.pop(token, None)
        account = lease.account if lease else None
        if lease is None and token not in self._dead:
            account = self._world.refresh_tokens.get(token)
        expired = lease is not None and lease.expires <= self._world.now
        if account is None or expired or account.state(self._world.now) == "revoked":
            raise OAuthError("invalid_grant", "Refresh token is invalid or expired.")
        self._dead.add(token)
        return account

    def _revoke(self, asked: dict[str, str]) -> Response:
        """The app gives a consent back: every token of the account dies."""
        self._check_client(asked)
        lease = self._access.get(asked.get("token", ""))
        if lease is None:
            raise OAuthError("invalid_request", "The token is invalid.")
        self.forget(lease.account)
        return json_response(200, {})

    def forget(self, account: Account) -> None:
        """Kill all tokens of an account."""
        for leases in (self._access, self._refresh):
            for token in [one for one, lease in leases.items() if lease.account is account]:
                del leases[token]
        self._dead |= {
            token for token, owner in self._world.refresh_tokens.items() if owner is account
        }

    def _make(self, prefix: str) -> str:
        """A token that nobody guesses and that is the same in every run."""
        self._issued += 1
        return f"{prefix}.{sha256(f'{prefix}{self._issued}'.encode()).hexdigest()[:40]}"

    def whose(self, request: Request) -> Account | None:
        """The account for which a request speaks, valid or not."""
        lease = self._access.get(request.bearer)
        if lease is None and request.path == "/v2/oauth/token/":
            token = form(request.body.decode()).get("refresh_token", "")
            lease = self._refresh.get(token)
            if lease is None:
                return self._world.refresh_tokens.get(token)
        return lease.account if lease else None

    def _enter(self, request: Request) -> Account:
        lease = self._access.get(request.bearer)
        now = self._world.now
        if lease is None or lease.expires <= now or lease.account.state(now) != "ok":
            raise access_token_invalid()
        limit = self._world.limits.tiktok_calls_per_minute
        if self._limit.add(request.path, self._world.limiter_now()) > limit:
            raise rate_limit_exceeded()
        return lease.account

    # What the owner's token shows

    def _user_info(self, request: Request) -> dict[str, Any]:
        account = self._enter(request)
        fields = _fields(request, _USER_FIELDS)
        now = self._world.now
        return {"user": {name: _USER_FIELDS[name](account, now) for name in fields}}

    def _video_list(self, request: Request) -> dict[str, Any]:
        account = self._enter(request)
        fields = _fields(request, _VIDEO_FIELDS)
        body = _body(request)
        count = body.get("max_count", DEFAULT_COUNT)
        if type(count) is not int or not 1 <= count <= MAX_COUNT:
            raise TikTokError(400, "invalid_params", f"The max_count must be 1 to {MAX_COUNT}")
        cursor = body.get("cursor", 0)
        if type(cursor) is not int or cursor < 0:
            raise TikTokError(400, "invalid_params", "The cursor is not a valid integer")
        listed = islice(self._before(account, cursor), count + 1)
        videos = list(listed)
        page = videos[:count]
        return {
            "videos": [self._video(post, fields) for post in page],
            "cursor": _milliseconds(page[-1]) if page else cursor,
            "has_more": len(videos) > count,
        }

    def _before(self, account: Account, cursor: int) -> Any:
        """Videos posted before an instant in milliseconds; zero means now."""
        above = (cursor // 1000 + 1, "") if cursor else None
        for post in account.newest(self._world.now, above):
            if cursor and _milliseconds(post) >= cursor:
                continue
            if post.media != "photo" or self._world.quirks.tiktok_lists_photos:
                yield post

    def _video_query(self, request: Request) -> dict[str, Any]:
        """By id; ids of others, and of videos that are gone, are missing without a word."""
        account = self._enter(request)
        fields = _fields(request, _VIDEO_FIELDS)
        wanted = _body(request).get("filters", {}).get("video_ids")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MAX_IDS:
            raise TikTokError(
                400, "invalid_params", f"The number of video_ids must be 1 to {MAX_IDS}"
            )
        posts = [self._world.post("tiktok", str(one)) for one in wanted]
        videos = [
            self._video(post, fields)
            for post in posts
            if post and post.account is account and post.visible(self._world.now)
        ]
        return {"videos": videos}

    def _video(self, post: Post, fields: list[str]) -> dict[str, Any]:
        counters = self._world.counters(post, self._world.now)
        return {name: _VIDEO_FIELDS[name](post, counters) for name in fields}


_LOG_ID = "20261001000000AABBCCDDEEFF00112233"


def _error(code: str, message: str) -> dict[str, str]:
    """The error object, which a success carries too, with the code `ok`."""
    return {"code": code, "message": message, "log_id": _LOG_ID}


def _milliseconds(post: Post) -> int:
    """The instant of a cursor; the id's lower half tells posts of one second apart."""
    return post.order * 1000 + (int(post.id) % 2**32 * 1000 >> 32)


def _fields(request: Request, known: dict[str, Any]) -> list[str]:
    """`fields` of the query; in the body, where it is often put by mistake, it counts nothing."""
    names = [one.strip() for one in request.query.get("fields", "").split(",") if one.strip()]
    if not names:
        raise TikTokError(400, "invalid_params", "The fields parameter is required")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise TikTokError(400, "invalid_params", f"Invalid fields: {','.join(unknown)}")
    return names


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        body = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        body = None
    if not isinstance(body, dict):
        raise TikTokError(400, "invalid_params", "The request body is not a JSON object")
    return body


_USER_FIELDS: dict[str, Callable[[Account, int], Any]] = {
    "open_id": lambda account, now: account.id,
    "union_id": lambda account, now: "u" + account.id,
    "avatar_url": lambda account, now: f"https://p16.tiktokcdn.com/{quote(account.id)}.jpeg",
    "display_name": lambda account, now: account.title,
    "username": lambda account, now: account.handle(now),
    "bio_description": lambda account, now: f"Akun resmi {account.title}",
    "profile_deep_link": lambda account, now: f"https://vm.tiktok.com/{quote(account.id)}",
    "is_verified": lambda account, now: False,
    "follower_count": lambda account, now: account.followers_at(now) or 0,
    "following_count": lambda account, now: 12,
    "likes_count": lambda account, now: 10 * len(account.feed),
    "video_count": lambda account, now: account.count(now),
}

_VIDEO_FIELDS: dict[str, Callable[[Post, Counters], Any]] = {
    "id": lambda post, counters: post.id,
    "create_time": lambda post, counters: post.published,
    "cover_image_url": lambda post, counters: f"https://p16.tiktokcdn.com/{post.id}.jpeg",
    "share_url": lambda post, counters: post.url + _UTM + "tiktok-client-key",
    "title": lambda post, counters: post.title,
    "video_description": lambda post, counters: post.text,
    "duration": lambda post, counters: 0 if post.media == "photo" else post.duration,
    "height": lambda post, counters: 1024,
    "width": lambda post, counters: 576,
    "embed_link": lambda post, counters: f"https://www.tiktok.com/player/v1/{post.id}",
    "embed_html": lambda post, counters: f"<blockquote cite='{post.url}'></blockquote>",
    "like_count": lambda post, counters: counters.likes,
    "comment_count": lambda post, counters: counters.comments,
    "share_count": lambda post, counters: counters.shares,
    "view_count": lambda post, counters: counters.views,
}
