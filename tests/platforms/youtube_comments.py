"""YouTube's comments: `commentThreads.list` and `comments.list`, read with an API key.

Facts: developers.google.com/youtube/v3/docs/commentThreads, …/commentThreads/list, …/comments,
…/comments/list. Beside a thread stand five of its replies at most; which, nobody says: the newest,
here, so that an early answer is missing. What the channel hides is not shown at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Any

from tests.platforms import cursors
from tests.platforms.comments import Comment
from tests.platforms.wire import names
from tests.platforms.world import World
from tests.platforms.youtube import MAX_IDS, YouTubeError, _parts, _rfc3339

PARTS = names("id replies snippet")
FILTERS = ("allThreadsRelatedToChannelId", "id", "videoId")
BESIDE = 5
MAX_RESULTS, DEFAULT_RESULTS = 100, 20
_ALONE = ("maxResults", "order", "pageToken", "searchTerms", "moderationStatus")  # without ``id``


def comments_disabled() -> YouTubeError:
    return YouTubeError(
        403,
        "commentsDisabled",
        "The video identified by the <code>videoId</code> parameter has disabled comments.",
        domain="youtube.commentThread",
    )


def not_found(reason: str, what: str) -> YouTubeError:
    return YouTubeError(404, reason, f"{what} cannot be found.", domain="youtube.commentThread")


class YouTubeComments:
    def __init__(self, world: World) -> None:
        self._world = world

    def threads(self, query: dict[str, str]) -> dict[str, Any]:
        """`commentThreads.list` by exactly one filter, the newest thread first."""
        parts = _parts(query, PARTS)
        chosen = [name for name in FILTERS if query.get(name)]
        if len(chosen) != 1:
            raise _bad("invalidFilters", "Specify exactly one filter")
        plain = _is_plain(query)
        if chosen == ["id"]:
            found, following = self._by_id(query), None
        else:
            asked = query[chosen[0]]
            every = self._below(asked) if chosen == ["videoId"] else self._of_channel(asked)
            found, following = _page(every, query)
        return _answer(
            "commentThread", [self._thread(one, parts, plain) for one in found], following
        )

    def replies(self, query: dict[str, str]) -> dict[str, Any]:
        """`comments.list` by `parentId`, the newest reply first."""
        parts = _parts(query, names("id snippet"))
        root = self._world.comments.get("youtube", query.get("parentId", ""))
        if root is None or root.parent is not None or not self._shown(root):
            raise not_found("commentNotFound", "The parent comment")
        found, following = _page(iter(self._answers(root)), query)
        plain = _is_plain(query)
        return _answer("comment", [self._comment(one, parts, plain) for one in found], following)

    # Which threads

    def _of_channel(self, channel: str) -> Iterator[Comment]:
        account = self._world.account("youtube", channel)
        if account is None or account.state(self._world.now) != "ok":
            raise not_found("channelNotFound", "The channel")
        if channel in self._world.quirks.youtube_comments_off:
            raise comments_disabled()
        return filter(self._shown, self._world.comments.threads(account, self._world.now))

    def _below(self, video: str) -> Iterator[Comment]:
        post = self._world.post("youtube", video)
        if post is None or not post.visible(self._world.now):
            raise not_found("videoNotFound", "The video")
        if self._is_off(video):
            raise comments_disabled()
        held = self._world.comments.below(post, self._world.now)
        roots = [one for one in held if one.parent is None and self._shown(one)]
        return reversed(roots)

    def _by_id(self, query: dict[str, str]) -> list[Comment]:
        """The threads that there are; those that are not are left out, or fail the whole call."""
        if beside := [name for name in _ALONE if name in query]:
            raise _bad("invalidFilters", f"{beside[0]} is not supported together with id")
        wanted = list(dict.fromkeys(one for one in query["id"].split(",") if one))
        if len(wanted) > MAX_IDS:
            raise _bad("invalidFilters", f"The request specifies {len(wanted)} ids")
        held = (self._world.comments.get("youtube", one) for one in wanted)
        found = [one for one in held if one and one.parent is None and self._shown(one)]
        if len(found) < len(wanted) and self._world.quirks.youtube_missing_thread_fails:
            raise not_found("commentThreadNotFound", "One or more of the comment threads")
        return found

    def _shown(self, comment: Comment) -> bool:
        now, post = self._world.now, comment.post
        there = post.visible(now) and post.account.state(now) == "ok" and comment.visible(now)
        return there and not comment.is_hidden(now) and not self._is_off(post.id)

    def _is_off(self, video: str) -> bool:
        """Whether comments are turned off, as a counter that is missing tells, too."""
        post = self._world.post("youtube", video)
        off = self._world.quirks.youtube_comments_off
        return video in off or (post is not None and post.hides("comments", self._world.now))

    # As the API gives them

    def _answers(self, root: Comment) -> list[Comment]:
        shown = [one for one in root.answers if self._shown(one)]
        return sorted(shown, key=lambda one: (one.at, one.id), reverse=True)

    def _thread(self, root: Comment, parts: frozenset[str], plain: bool) -> dict[str, Any]:
        answers = self._answers(root)
        thread: dict[str, Any] = {"kind": "youtube#commentThread", "etag": root.id, "id": root.id}
        if "snippet" in parts:
            thread["snippet"] = {
                "channelId": root.post.account.id,
                "videoId": root.post.id,
                "topLevelComment": self._comment(root, frozenset({"snippet"}), plain),
                "canReply": True,
                "totalReplyCount": len(answers),
                "isPublic": True,
            }
        if "replies" in parts and answers:  # without any, there is no such key
            beside = [self._comment(one, frozenset({"snippet"}), plain) for one in answers[:BESIDE]]
            thread["replies"] = {"comments": beside}
        return thread

    def _comment(self, comment: Comment, parts: frozenset[str], plain: bool) -> dict[str, Any]:
        item: dict[str, Any] = {"kind": "youtube#comment", "etag": comment.id, "id": comment.id}
        if "snippet" not in parts:
            return item
        snippet: dict[str, Any] = {
            "channelId": comment.post.account.id,
            "videoId": comment.post.id,
            "textDisplay": comment.text if plain else escape(comment.text, quote=False),
            "textOriginal": comment.text,
            "authorDisplayName": f"@{comment.name}",
            "authorProfileImageUrl": "https://yt3.ggpht.com/a/default",
            "authorChannelUrl": f"http://www.youtube.com/@{comment.name}",
            "authorChannelId": {"value": comment.author_id},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": self._time(comment.at),
            "updatedAt": self._time(comment.at),
        }
        if not comment.author_id:  # whose channel is gone: the name stays, and no channel
            del snippet["authorChannelId"]
            snippet["authorChannelUrl"] = ""
        if comment.parent is not None:
            snippet["parentId"] = comment.root.id
        item["snippet"] = snippet
        return item

    def _time(self, instant: int) -> str:
        return _rfc3339(instant, self._world.quirks.youtube_millis)


def _page(every: Iterator[Comment], query: dict[str, str]) -> tuple[list[Comment], str | None]:
    """A page of what is listed from the newest on, and the token of the next one."""
    size = query.get("maxResults", str(DEFAULT_RESULTS))
    if not size.isdigit() or not 1 <= int(size) <= MAX_RESULTS:
        raise _bad("invalidParameter", f"Invalid value '{size}'", domain="global")
    try:
        before = cursors.decode(query["pageToken"]) if "pageToken" in query else None
    except ValueError:
        raise _bad("invalidPageToken", "The request specifies an invalid page token.") from None
    rest = (one for one in every if before is None or (one.at, one.id) < before)
    found = list(islice(rest, int(size) + 1))
    page = found[: int(size)]
    more = len(found) > len(page)
    return page, cursors.encode((page[-1].at, page[-1].id)) if more else None


def _answer(kind: str, items: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"kind": f"youtube#{kind}ListResponse", "etag": ""}
    if following:
        answer["nextPageToken"] = following
    answer["pageInfo"] = {"totalResults": len(items), "resultsPerPage": len(items)}
    return answer | {"items": items}


def _is_plain(query: dict[str, str]) -> bool:
    return query.get("textFormat", "html") == "plainText"


def _bad(reason: str, message: str, domain: str = "youtube.parameter") -> YouTubeError:
    return YouTubeError(400, reason, message, domain=domain)
