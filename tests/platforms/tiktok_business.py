"""TikTok's Business (Accounts) API: comments below the videos of an account that consented.

Another app and another consent than the Display API's; every answer is a 200, and `code` says what
it means. At most 3 replies come with a comment, and 30 comments with an answer; videos are those of
the consenting account alone.

Facts: the API's v1.3 reference as several public clients and notes quote it
(business/comment/list, …/comment/reply/list, tt_user/oauth2/refresh_token, return codes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from tests.platforms.comments import Comment
from tests.platforms.growth import DAY
from tests.platforms.limits import Sliding
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import Account, Post, World

ACCESS_SECONDS = DAY
REFRESH_SECONDS = 365 * DAY
INLINE_REPLIES = 3
MAX_COUNT, DEFAULT_COUNT = 30, 20
ROOT = "/open_api/v1.3"


class BusinessError(Exception):
    """An error in the envelope that a success has, too."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    def response(self) -> Response:
        return json_response(200, _envelope(self.code, str(self), {}))


def _envelope(code: int, message: str, data: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "20261020120000AABBCC", "data": data}


def business_id(account: Account) -> str:
    """What the account is called in this app's eyes."""
    return f"_biz{account.id[4:]}"


@dataclass(slots=True)
class _Lease:
    account: Account
    expires: int


class TikTokBusiness:
    def __init__(self, world: World) -> None:
        self._world = world
        self._limit = Sliding(60)
        self._access: dict[str, _Lease] = {}
        self._refresh: dict[str, Account] = {}
        self._dead: set[str] = set()
        self._issued = 0

    def answer(self, request: Request, template: str) -> Response:
        try:
            match request.method, template.removeprefix(ROOT):
                case "POST", "/tt_user/oauth2/refresh_token/":
                    data = self._renew(msgspec.json.decode(request.body))
                case "GET", "/business/comment/list/":
                    data = self._list(request)
                case "GET", "/business/comment/reply/list/":
                    data = self._reply_list(request)
                case _:
                    raise BusinessError(40006, "Unsupported path")
        except BusinessError as error:
            return error.response()
        return json_response(200, _envelope(0, "OK", data))

    def whose(self, request: Request) -> Account | None:
        """The account for which a request speaks."""
        lease = self._access.get(request.headers.get("access-token", ""))
        return lease.account if lease else None

    def _renew(self, asked: dict[str, str]) -> dict[str, Any]:
        secret = self._world.credentials.tiktok_business.get(asked.get("client_id", ""))
        if secret is None or secret != asked.get("client_secret"):
            raise BusinessError(40101, "The app id or secret is wrong.")
        token = asked.get("refresh_token", "")
        account = self._refresh.pop(token, None)
        if account is None and token not in self._dead:
            account = self._world.business_tokens.get(token)
        if account is None or account.state(self._world.now) == "revoked":
            raise BusinessError(40107, "Refresh token is invalid.")
        self._dead.add(token)
        access, refresh = self._make("biz"), self._make("bizr")
        self._access[access] = _Lease(account, self._world.now + ACCESS_SECONDS)
        self._refresh[refresh] = account
        return {
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "open_id": business_id(account),
            "scope": "user.info.basic,video.list,comment.list",
            "token_type": "Bearer",
        }

    def _make(self, prefix: str) -> str:
        self._issued += 1
        return f"{prefix}.{sha256(f'{prefix}{self._issued}'.encode()).hexdigest()[:40]}"

    def _enter(self, request: Request) -> tuple[Account, Post]:
        """Whom the token speaks for, and the video that is asked about."""
        lease = self._access.get(request.headers.get("access-token", ""))
        now = self._world.now
        if lease is None or lease.expires <= now or lease.account.state(now) != "ok":
            raise BusinessError(40105, "Access token is incorrect or has been revoked.")
        limit = self._world.limits.tiktok_calls_per_minute
        if self._limit.add(request.path, self._world.limiter_now()) > limit:
            raise BusinessError(40100, "App reaches the QPM limit.")
        if request.query.get("business_id") != business_id(lease.account):
            raise BusinessError(40001, "No permission to operate this business account.")
        post = self._world.post("tiktok", request.query.get("video_id", ""))
        if post is None or post.account is not lease.account or not post.visible(now):
            raise BusinessError(40002, "video_id: not a video of this account.")
        return lease.account, post

    def _list(self, request: Request) -> dict[str, Any]:
        _, post = self._enter(request)
        query = request.query
        below = self._world.comments.below(post, self._world.now)
        if wanted := query.get("comment_ids"):
            ids = msgspec.json.decode(wanted, type=list[str])
            if len(ids) > MAX_COUNT:
                raise BusinessError(40002, "comment_ids: at most 30.")
            below = [comment for comment in below if comment.id in ids]
        else:
            below = [comment for comment in below if comment.parent is None]
        _order(below, query)
        return self._page(below, query, with_replies=query.get("include_replies") == "true")

    def _reply_list(self, request: Request) -> dict[str, Any]:
        _, post = self._enter(request)
        root = self._world.comments.get("tiktok", request.query.get("comment_id", ""))
        now = self._world.now
        if root is None or root.post is not post or not root.visible(now) or root.is_hidden(now):
            raise BusinessError(40002, "comment_id: no comment whose replies can be listed.")
        replies = self._replies(root)
        _order(replies, request.query)
        return self._page(replies, request.query, with_replies=False)

    def _replies(self, root: Comment) -> list[Comment]:
        below = self._world.comments.below(root.post, self._world.now)
        return [comment for comment in below if comment is not root and comment.root is root]

    def _page(
        self, comments: Sequence[Comment], query: dict[str, str], *, with_replies: bool
    ) -> dict[str, Any]:
        start, count = int(query.get("cursor", 0)), int(query.get("max_count", DEFAULT_COUNT))
        if not 1 <= count <= MAX_COUNT:
            raise BusinessError(40002, "max_count: 1 to 30.")
        page = [self._comment(c, with_replies=with_replies) for c in comments[start:][:count]]
        more = start + count < len(comments)
        return {"comments": page, "cursor": start + len(page), "has_more": more}

    def _comment(self, comment: Comment, *, with_replies: bool) -> dict[str, Any]:
        now = self._world.now
        quirks = self._world.quirks
        replies = [] if comment.parent else self._replies(comment)
        item: dict[str, Any] = {
            "comment_id": comment.id,
            "video_id": comment.post.id,
            "create_time": str(comment.at),
            "text": comment.text,
            "likes": 0,
            "replies": len(replies),
            quirks.tiktok_owner_field: comment.author is comment.post.account,
            "status": "HIDDEN" if comment.is_hidden(now) else "PUBLIC",
            "username": comment.name,
            "unique_identifier": comment.author_id,
            "user_id": comment.author_id,
        }
        if comment.parent:
            item["parent_comment_id"] = comment.root.id
        elif with_replies:
            shown = [self._comment(c, with_replies=False) for c in replies[-INLINE_REPLIES:]]
            item["reply_list"] = shown
        return item


def _order(comments: list[Comment], query: dict[str, str]) -> None:
    """By time where that is asked for; else as TikTok likes, which is no order at all."""
    if query.get("sort_field") == "create_time":
        comments.sort(key=lambda c: (c.at, c.id), reverse=query.get("sort_order") == "desc")
    else:
        comments.sort(key=lambda c: c.id[::-1])
