"""X API v2: users, timelines, posts by id, and usage.

Facts: xdevplatform/docs (openapi.json, rate-limits.mdx, response-codes-and-errors.mdx,
pagination.mdx, consistency.mdx, edit-posts.mdx, metrics.mdx, pricing.mdx).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tests.platforms import cursors, ids
from tests.platforms.calls import Calls
from tests.platforms.growth import DAY
from tests.platforms.limits import Fixed
from tests.platforms.wire import Request, Response, json_response, names
from tests.platforms.world import Account, Post, World, epoch

if TYPE_CHECKING:
    from tests.platforms.x_comments import XComments

PROBLEMS = "https://api.twitter.com/2/problems/"
MAX_IDS = 100
MIN_RESULTS, MAX_RESULTS, DEFAULT_RESULTS = 5, 100, 10
TEXT_LENGTH = 280

COUNTED_BACK = 7 * DAY
HOUR = 3600
SPANS = {"hour": HOUR, "day": DAY}
LONGEST_QUERY = 512
_QUERY = re.compile(r"from:(?P<name>[A-Za-z0-9_]{1,15}) -is:retweet -is:reply")

USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}")
NUMBER = re.compile(r"[0-9]{1,19}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

POST_FIELDS = names(
    "article attachments author_id community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_tweet_ids entities geo id "
    "in_reply_to_user_id lang media_metadata note_tweet possibly_sensitive public_metrics "
    "referenced_tweets reply_settings scopes source text withheld"
)
USER_FIELDS = names(
    "affiliation created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url "
    "protected public_metrics receives_your_dm subscription subscription_type url username "
    "verified verified_followers_count verified_type withheld"
)
EXPANSIONS = names(
    "attachments.media_keys attachments.poll_ids author_id edit_history_tweet_ids "
    "entities.mentions.username geo.place_id in_reply_to_user_id referenced_tweets.id "
    "referenced_tweets.id.author_id"
)
_SHARED_PARAMETERS = {
    "tweet.fields", "user.fields", "expansions", "media.fields", "poll.fields", "place.fields",
}  # fmt: skip
_TIMELINE_PARAMETERS = _SHARED_PARAMETERS | {
    "max_results", "start_time", "end_time", "since_id", "until_id", "exclude",
    "pagination_token", "id",
}  # fmt: skip
_REFERENCES = {
    "reply": "replied_to", "thread_part": "replied_to", "repost": "retweeted", "quote": "quoted",
}  # fmt: skip

Parameters = dict[str, str]


def mentions(query: str, hour: int) -> int:
    """How many posts of the hour that begins then (seconds since 1970) meet a query: always the
    same number, from 0 to 39."""
    return zlib.crc32(f"{query} {hour // HOUR}".encode()) % 40


class XError(Exception):
    """An answer other than 200."""

    def __init__(
        self, status: int, payload: dict[str, Any], headers: list[tuple[str, str]] | None = None
    ) -> None:
        super().__init__(payload.get("title"))
        self.status = status
        self.payload = payload
        self.headers = headers

    def response(self, headers: list[tuple[str, str]]) -> Response:
        """With the error's own headers, or else those that the route had ready."""
        return json_response(self.status, self.payload, self.headers or headers)


def unauthorized() -> XError:
    return XError(
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
    )


def too_many_requests(headers: list[tuple[str, str]] | None = None) -> XError:
    return XError(
        429,
        {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        },
        headers,
    )


def invalid_request(parameter: str, value: str, message: str) -> XError:
    return XError(
        400,
        {
            "errors": [{"parameters": {parameter: [value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{PROBLEMS}invalid-request",
        },
    )


class X:
    def __init__(self, world: World, calls: Calls) -> None:
        self._world = world
        self._calls = calls
        self._windows = Fixed()
        self._routes: dict[str, Callable[[list[str], Parameters], dict[str, Any]]] = {
            "/2/users": self._users,
            "/2/users/by": self._users_by,
            "/2/users/by/username/:username": self._user_by_name,
            "/2/users/:id": self._user,
            "/2/users/:id/tweets": self._timeline,
            "/2/tweets": self._tweets,
            "/2/tweets/:id": self._tweet,
            "/2/tweets/counts/recent": self._counts,
            "/2/usage/tweets": self._usage,
        }
        self._replies: XComments | None = None

    def show(self, replies: XComments) -> None:
        """Let what others wrote to the accounts be found, which stands in a file of its own."""
        self._replies = replies
        self._routes["/2/tweets/search/recent"] = replies.search

    def answer(self, request: Request, template: str) -> Response:
        headers: list[tuple[str, str]] = []
        try:
            if request.bearer not in self._world.credentials.x:
                raise unauthorized()  # The only answer without rate-limit headers.
            route = self._routes.get(template)
            if route is None or request.method != "GET":
                raise XError(
                    404,
                    {
                        "title": "Not Found",
                        "type": "about:blank",
                        "status": 404,
                        "detail": "Not Found",
                    },
                )
            headers = self._limit(request.bearer, template)
            return json_response(200, route(request.path.split("/"), request.query), headers)
        except XError as error:
            return error.response(headers)

    def _limit(self, token: str, template: str) -> list[tuple[str, str]]:
        limits = self._world.limits
        limit = limits.x_calls[template]
        used, reset = self._windows.add(
            f"{token} {template}", self._world.limiter_now(), limits.x_window_seconds
        )
        headers = rate_headers(limit, max(0, limit - used), reset)
        if used > limit:
            raise too_many_requests(headers)
        return headers

    # Users

    def _users(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS | {"ids"})
        wanted = _list(query, "ids", NUMBER)
        return self._found_users(query, [(one, self._by_id(one)) for one in wanted], "ids", "ids")

    def _user(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS)
        _match("id", path[3], NUMBER)
        found = [(path[3], self._by_id(path[3]))]
        return _single(self._found_users(query, found, "id", "id"))

    def _users_by(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS | {"usernames"})
        wanted = _list(query, "usernames", USERNAME)
        found = [(one, self._world.by_handle("x", one)) for one in wanted]
        return self._found_users(query, found, "usernames", "usernames")

    def _user_by_name(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS)
        _match("username", path[5], USERNAME)
        found = [(path[5], self._world.by_handle("x", path[5]))]
        return _single(self._found_users(query, found, "username", "username"))

    def _found_users(
        self,
        query: Parameters,
        found: list[tuple[str, Account | None]],
        parameter: str,
        plural: str,
    ) -> dict[str, Any]:
        fields = _fields(query, "user.fields", USER_FIELDS)
        data, errors = [], []
        for wanted, account in found:
            problem = self._user_problem(account, wanted, parameter, plural)
            if problem is not None:
                errors.append(problem)
            elif account is not None:
                data.append(self._user_object(account, fields))
        return _envelope(data, errors)

    def _by_id(self, user_id: str) -> Account | None:
        return self._world.account("x", user_id)

    def _user_problem(
        self, account: Account | None, wanted: str, parameter: str, plural: str
    ) -> dict[str, Any] | None:
        state = "unknown" if account is None else account.state(self._world.now)
        if state == "suspended":
            return {
                "value": wanted,
                "detail": f"User has been suspended: [{wanted}].",
                "title": "Forbidden",
                "resource_type": "user",
                "parameter": parameter,
                "resource_id": wanted,
                "type": f"{PROBLEMS}resource-not-found",
            }
        if state == "unknown":
            return {
                "value": wanted,
                "detail": f"Could not find user with {plural}: [{wanted}].",
                "title": "Not Found Error",
                "resource_type": "user",
                "parameter": parameter,
                "resource_id": wanted,
                "type": f"{PROBLEMS}resource-not-found",
            }
        return None

    def _user_object(self, account: Account, fields: frozenset[str]) -> dict[str, Any]:
        now = self._world.now
        self._calls.x_user(account.id, now)
        user: dict[str, Any] = {
            "id": account.id,
            "name": account.title,
            "username": account.handle(now),
        }
        if "created_at" in fields:
            user["created_at"] = rfc3339(account.created)
        if "description" in fields:
            user["description"] = f"Akun resmi {account.title}"
        if "protected" in fields:
            user["protected"] = account.state(now) == "protected"
        if "verified" in fields:
            user["verified"] = False
        if "public_metrics" in fields:
            user["public_metrics"] = {
                "followers_count": account.followers_at(now) or 0,
                "following_count": 60,
                "tweet_count": account.count(now),
                "listed_count": 4,
                "like_count": 120,
            }
        return user

    # Posts

    def _timeline(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _TIMELINE_PARAMETERS)
        _match("id", path[3], NUMBER)
        size = _page_size(query)
        begin, end = _instant(query, "start_time", 0), _instant(query, "end_time", 2**62)
        if end <= begin:
            raise invalid_request(
                "end_time",
                query.get("end_time", ""),
                f"Invalid 'start_time':'{query.get('start_time')}'. 'start_time' must be before "
                "'end_time'.",
            )
        above, below = _bound(query, "since_id", 0), _bound(query, "until_id", 2**63)
        excluded = _excluded(query)
        before = _token(query)
        fields = _fields(query, "tweet.fields", POST_FIELDS)
        account = self._by_id(path[3])
        problem = self._user_problem(account, path[3], "id", "id")
        if problem is not None or account is None:
            return {"errors": [problem]}
        if account.state(self._world.now) == "protected":
            return {"errors": [not_authorized(path[3], "user", "id")]}

        raw: list[Post] = []
        more = False
        for post in account.newest(self._world.now, before):
            if post.published < begin or int(post.id) <= above:
                break
            if post.published >= end or int(post.id) >= below:
                continue
            if len(raw) == size:
                more = True
                break
            raw.append(post)
        # What `exclude` drops is dropped after the page was cut: fewer results than asked, or
        # none, do not mean the end.
        shown = [post for post in raw if not excluded or post.kind not in excluded]
        data = [self._tweet_object(post, self._latest(post), fields) for post in shown]
        meta: dict[str, Any] = {"result_count": len(data)}
        if data:
            meta["newest_id"], meta["oldest_id"] = data[0]["id"], data[-1]["id"]
        if more:
            meta["next_token"] = cursors.encode(raw[-1].key)
        if before is not None and raw:
            meta["previous_token"] = cursors.encode(raw[0].key, salt=1)
        answer = _envelope(data, [], self._includes(query, shown))
        return {**answer, "meta": meta}

    def _tweets(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS | {"ids"})
        return self._found_tweets(query, _list(query, "ids", NUMBER), "ids")

    def _tweet(self, path: list[str], query: Parameters) -> dict[str, Any]:
        _known(query, _SHARED_PARAMETERS)
        _match("id", path[3], NUMBER)
        return _single(self._found_tweets(query, [path[3]], "id"))

    def _found_tweets(self, query: Parameters, wanted: list[str], parameter: str) -> dict[str, Any]:
        fields = _fields(query, "tweet.fields", POST_FIELDS)
        data, errors, shown = [], [], []
        for one in wanted:
            comment = self._world.comments.get("x", one)
            if comment is not None and self._replies is not None:
                problem = self._replies.problem(comment, one, parameter)
                if problem is None:
                    data.append(self._replies.tweet(comment, fields))
                else:
                    errors.append(problem)
                continue
            post = self._world.post("x", one)
            problem = self._tweet_problem(post, one, parameter)
            if problem is not None:
                errors.append(problem)
            elif post is not None:
                data.append(self._tweet_object(post, one, fields))
                shown.append(post)
        return _envelope(data, errors, self._includes(query, shown))

    def _tweet_problem(
        self, post: Post | None, wanted: str, parameter: str
    ) -> dict[str, Any] | None:
        now = self._world.now
        if post is None or not post.visible(now) or wanted not in post.version_ids(now):
            return not_found(wanted, parameter)
        state = post.account.state(now)
        if state == "suspended":
            return {**not_found(wanted, parameter), "title": "Forbidden",
                    "detail": f"User has been suspended: [{post.account.id}]."}  # fmt: skip
        if state == "unknown":
            return not_found(wanted, parameter)
        if state == "protected":
            return not_authorized(wanted, "tweet", parameter)
        return None

    def _latest(self, post: Post) -> str:
        return post.version_ids(self._world.now)[-1] if post.versions else post.id

    def _tweet_object(self, post: Post, version: str, fields: frozenset[str]) -> dict[str, Any]:
        """One version of a post; id, text and the edit history are always there."""
        now = self._world.now
        self._calls.x_post(version, now)
        text = post.text
        if post.kind == "repost":
            text = f"RT @kemenkum: {text}"
        cut = len(text) > TEXT_LENGTH
        tweet: dict[str, Any] = {
            "id": version,
            "text": text[: TEXT_LENGTH - 1] + "…" if cut else text,
            "edit_history_tweet_ids": post.version_ids(now) if post.versions else [post.id],
        }
        if "created_at" in fields:
            published = post.published if version == post.id else ids.snowflake_time(version)
            tweet["created_at"] = rfc3339(published)
        if "public_metrics" in fields:
            tweet["public_metrics"] = self._metrics(post, version)
        if "author_id" in fields:
            tweet["author_id"] = post.account.id
        if "lang" in fields:
            tweet["lang"] = "in"
        if "conversation_id" in fields:
            answered = post.refers_to if post.kind in ("reply", "thread_part") else ""
            tweet["conversation_id"] = post.thread_of or answered or post.id
        if "note_tweet" in fields and cut:
            tweet["note_tweet"] = {"text": text}
        if "attachments" in fields and _media_keys(post):
            tweet["attachments"] = {"media_keys": _media_keys(post)}
        if "entities" in fields and (urls := _urls(post)):
            tweet["entities"] = {"urls": urls}
        if post.refers_to:
            if "referenced_tweets" in fields:
                tweet["referenced_tweets"] = [
                    {"type": _REFERENCES[post.kind], "id": post.refers_to}
                ]
            if "in_reply_to_user_id" in fields and post.kind in ("reply", "thread_part"):
                own = post.kind == "thread_part"
                tweet["in_reply_to_user_id"] = post.account.id if own else "783214"
        return tweet

    def _metrics(self, post: Post, version: str) -> dict[str, int]:
        now = self._world.now
        counters = (
            self._world.version_counters(post, version, now)
            if post.versions
            else self._world.counters(post, now)
        )
        metrics = {
            "retweet_count": counters.shares,
            "reply_count": counters.comments,
            "like_count": counters.likes,
            "quote_count": counters.quotes,
        }
        if self._world.quirks.x_rich_metrics:
            metrics["bookmark_count"] = counters.bookmarks
            metrics["impression_count"] = counters.views
        return metrics

    def _includes(self, query: Parameters, posts: list[Post]) -> dict[str, Any]:
        wanted = _choices(query, "expansions", EXPANSIONS)
        includes: dict[str, Any] = {}
        if "author_id" in wanted:
            fields = _fields(query, "user.fields", USER_FIELDS)
            authors = {post.account.id: post.account for post in posts}
            includes["users"] = [self._user_object(one, fields) for one in authors.values()]
        if "attachments.media_keys" in wanted:
            includes["media"] = [
                {
                    "media_key": key,
                    "type": "video" if post.media == "video" else "photo",
                    "public_metrics": {
                        "view_count": self._world.counters(post, self._world.now).views // 2
                    },
                }
                for post in posts
                for key in _media_keys(post)
            ]
        return {kind: items for kind, items in includes.items() if items}

    def _counts(self, path: list[str], query: Parameters) -> dict[str, Any]:
        """Posts by the UTC day or hour, the first and last one cut; billed by the call.

        Of an account its own posts are counted; for any other query ``mentions`` makes them up.
        """
        _known(query, {"query", "granularity", "start_time", "end_time", "since_id", "until_id"})
        now = self._world.now
        text, granularity = query.get("query", ""), query.get("granularity", "hour")
        if not 0 < len(text) <= LONGEST_QUERY:
            raise invalid_request("query", text, "There were errors processing")
        if granularity not in SPANS:
            raise NotImplementedError("this stand-in counts by the hour and the day")
        begin = _instant(query, "start_time", now - COUNTED_BACK)
        end = _instant(query, "end_time", now - 30)
        if not now - COUNTED_BACK <= begin < end <= now - 10:
            raise invalid_request(
                "start_time", query.get("start_time", ""), "must be within the last seven days"
            )
        self._calls.x_counts += 1
        span = SPANS[granularity]
        pieces = range(begin // span, -(-end // span))
        if asked := _QUERY.fullmatch(text):
            counted = self._posts_by(span, asked["name"], begin, end)
        else:
            hours = range(begin // HOUR, -(-end // HOUR))
            counted = Counter()
            for hour in hours:
                counted[hour * HOUR // span] += mentions(text, hour * HOUR)
        data = [
            {
                "start": rfc3339(max(begin, piece * span)),
                "end": rfc3339(min(end, (piece + 1) * span)),
                "tweet_count": counted[piece],
            }
            for piece in pieces
        ]
        return {"data": data, "meta": {"total_tweet_count": sum(counted.values())}}

    def _posts_by(self, span: int, handle: str, begin: int, end: int) -> Counter[int]:
        """An account's posts by the span that each lies in."""
        account = self._world.by_handle("x", handle)
        now = self._world.now
        posts = [] if account is None or account.state(now) != "ok" else account.newest(now)
        return Counter(
            post.published // span
            for post in posts
            if begin <= post.published < end and post.kind in ("post", "quote")
        )

    def _usage(self, path: list[str], query: Parameters) -> dict[str, Any]:
        return {
            "data": {
                "project_id": "1000000000000000000",
                "project_usage": str(len(self._calls.x_posts)),
                "project_cap": "3000000",
                "cap_reset_day": 1,
            }
        }


def rate_headers(limit: int, remaining: int, reset: int) -> list[tuple[str, str]]:
    return [
        ("x-rate-limit-limit", str(limit)),
        ("x-rate-limit-remaining", str(remaining)),
        ("x-rate-limit-reset", str(reset)),
    ]


def not_found(wanted: str, parameter: str = "ids") -> dict[str, Any]:
    return {
        "value": wanted,
        "detail": f"Could not find tweet with {parameter}: [{wanted}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": wanted,
        "type": f"{PROBLEMS}resource-not-found",
    }


def not_authorized(wanted: str, resource: str, parameter: str) -> dict[str, Any]:
    return {
        "value": wanted,
        "detail": f"Sorry, you are not authorized to see the {resource} with {parameter}: "
        f"[{wanted}].",
        "title": "Authorization Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": wanted,
        "type": f"{PROBLEMS}not-authorized-for-resource",
    }


@lru_cache(maxsize=1 << 16)
def rfc3339(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _envelope(
    data: list[Any], errors: list[Any], includes: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What is empty is left out, not null."""
    parts = {"data": data, "includes": includes, "errors": errors}
    return {name: part for name, part in parts.items() if part}


def _single(envelope: dict[str, Any]) -> dict[str, Any]:
    if "data" in envelope:
        envelope["data"] = envelope["data"][0]
    return envelope


def _media_keys(post: Post) -> list[str]:
    """The keys of what is attached: one, or three of an `album`; a `link` is no attachment."""
    if post.media in ("", "link"):
        return []
    count = 3 if post.media == "album" else 1
    kind = 7 if post.media == "video" else 3
    return [f"{kind}_{int(post.id) - place}" for place in range(count)]


def _urls(post: Post) -> list[dict[str, Any]]:
    """The addresses in a text: of what is attached, of a quoted post, and others."""
    kind = "video" if post.media == "video" else "photo"
    found: list[dict[str, Any]] = [
        {"expanded_url": f"{post.url}/{kind}/1", "display_url": "pic.x.com/a", "media_key": key}
        for key in _media_keys(post)
    ]
    if post.kind == "quote":
        found.append({"expanded_url": f"https://twitter.com/lain/status/{post.refers_to}"})
    if post.media == "link":
        found.append({"expanded_url": "https://www.kemenkum.go.id/berita", "status": 200})
    return [{"start": 0, "end": 23, "url": "https://t.co/a1B2c3D4e5"} | url for url in found]


def _known(query: Parameters, parameters: set[str]) -> None:
    for name, value in query.items():
        if name not in parameters:
            raise invalid_request(
                name,
                value,
                f"The query parameter [{name}] is not one of [{','.join(sorted(parameters))}]",
            )


def _list(query: Parameters, name: str, pattern: re.Pattern[str]) -> list[str]:
    """A comma-separated parameter; one bad value spoils the whole request."""
    value = query.get(name, "")
    values = value.split(",")
    if not value:
        raise invalid_request(name, "", f"The `{name}` query parameter can not be empty")
    if len(values) > MAX_IDS:
        raise invalid_request(
            name,
            value,
            f"The number of values in the `{name}` query parameter list [{len(values)}] is not "
            f"between 1 and {MAX_IDS}",
        )
    for one in values:
        _match(name, one, pattern)
    return list(dict.fromkeys(values))


def _match(name: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise invalid_request(
            name,
            value,
            f"The `{name}` query parameter value [{value}] does not match ^{pattern.pattern}$",
        )


def _choices(query: Parameters, name: str, allowed: frozenset[str]) -> frozenset[str]:
    chosen = frozenset(one for one in query.get(name, "").split(",") if one)
    for one in sorted(chosen - allowed):
        raise invalid_request(
            name, query[name], f"The `{name}` query parameter value [{one}] is not one of "
            f"[{','.join(sorted(allowed))}]",
        )  # fmt: skip
    return chosen


_fields = _choices


def _page_size(query: Parameters) -> int:
    value = query.get("max_results", str(DEFAULT_RESULTS))
    if not value.isdigit() or not MIN_RESULTS <= int(value) <= MAX_RESULTS:
        raise invalid_request(
            "max_results",
            value,
            f"The `max_results` query parameter value [{value}] is not between {MIN_RESULTS} and "
            f"{MAX_RESULTS}",
        )
    return int(value)


def _instant(query: Parameters, name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not _RFC3339.fullmatch(value):
        raise invalid_request(
            name, value, f"The `{name}` query parameter value [{value}] is not a valid date-time"
        )
    return epoch(datetime.fromisoformat(value))


def _bound(query: Parameters, name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    _match(name, value, NUMBER)
    return int(value)


def _excluded(query: Parameters) -> frozenset[str]:
    """The kinds of post that `exclude` drops; parts of one's own thread are replies too."""
    chosen = _choices(query, "exclude", frozenset({"replies", "retweets"}))
    kinds: set[str] = set()
    if "replies" in chosen:
        kinds |= {"reply", "thread_part"}
    if "retweets" in chosen:
        kinds.add("repost")
    return frozenset(kinds)


def _token(query: Parameters) -> cursors.Key | None:
    value = query.get("pagination_token")
    if value is None:
        return None
    try:
        return cursors.decode(value)
    except ValueError:
        raise invalid_request(
            "pagination_token",
            value,
            f"The `pagination_token` query parameter value [{value}] is not valid",
        ) from None
