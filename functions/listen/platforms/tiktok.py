"""Comments below a TikTok account's own videos: the Business (Accounts) API.

Another app and another consent than the Display API's; each call speaks for the account that gave
it, and asks about one video. A comment comes with three of its replies at most, and those are not
the newest: where there are more, they are listed. The owner's own comments are marked (``owner``;
some clients know it as ``is_owner``); nobody else is told apart, and no name is read. Quirks: every
answer is a 200 whose ``code`` says what it means; a page may be short though there are more; beyond
500 comments of a video the order is another one and comments come twice; replies to a hidden
comment are not listed.

The shape is that of public clients and of notes on the v1.3 reference; see ``UNTRIED``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final

import msgspec

from functions.collect.client import ApiClient, HttpAnswer, every_call
from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    PlatformError,
    Refused,
    TokenDied,
    Transient,
    Unreadable,
)
from functions.collect.platforms.decoding import Count, Id, error_in
from functions.listen.contract import Asked, Comment, Glance
from functions.listen.platforms.glances import Notes, look_at, second_of

NAME: Final = "tiktok"
AT_ONCE = 1
BY_POST = True
UNTRIED = (
    "The Business API's comments, their owner mark, its error codes and the renewal of its tokens "
    "have been seen in public clients and notes alone, and in no sandbox yet."
)
bucket = every_call

PATH = "/open_api/v1.3"
LIST = f"{PATH}/business/comment/list/"
REPLIES = f"{PATH}/business/comment/reply/list/"
RENEWAL = f"{PATH}/tt_user/oauth2/refresh_token/"
SIZE = 30  # the most there are in one answer, and the most ids in one question
MOST_PAGES = 16  # of one video: beyond 500 comments the order is another one
MOST_VIDEOS = 20  # older ones, of which one look asks what became of followed threads

# What a ``code`` means, where it is not the request's fault.
LIMITS = {40100}
APP = {40101}
SCOPES = {40001}
TOKENS = {40102, 40104, 40105}
REFRESH_TOKENS = {40103, 40107}
LIMIT_WINDOW = timedelta(minutes=1)

ASK_AGAIN = (
    "Izin TikTok Business tidak berlaku lagi; minta satker memberi izin baru kepada aplikasi "
    "TikTok Business."
)
ASK_MORE = "Izin TikTok Business tidak mencakup komentar (comment.list); minta izin baru."


class _Envelope(msgspec.Struct):
    code: int


class _Comment(msgspec.Struct):
    comment_id: Id
    create_time: int | str
    text: str | None = None
    owner: bool | None = None
    is_owner: bool | None = None
    status: str | None = None
    replies: Count | None = None
    reply_list: list[msgspec.Raw] | None = msgspec.field(default_factory=list)
    parent_comment_id: Id | None = None

    @property
    def is_own(self) -> bool | None:
        """Whether the owner of the video wrote it; None: it is not said."""
        return self.is_owner if self.owner is None else self.owner


class _Page(msgspec.Struct):
    comments: list[msgspec.Raw]  # without it nothing was said: there is no default
    cursor: int | None = None
    has_more: bool | None = False


class _List(msgspec.Struct):
    data: _Page


class BusinessGrant(
    msgspec.Struct, frozen=True, rename={"refresh_expires_in": "refresh_token_expires_in"}
):
    """A fresh pair of tokens; lifetimes in seconds. ``open_id``: the account's ``business_id``."""

    access_token: str
    expires_in: int
    refresh_token: str = ""
    refresh_expires_in: int = 365 * 86400
    open_id: str = ""

    def __repr__(self) -> str:
        """Without the tokens."""
        return f"BusinessGrant(open_id={self.open_id!r}, expires_in={self.expires_in})"


class _Granted(msgspec.Struct):
    data: BusinessGrant


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What an answer means; its ``code`` decides, whatever its status.

    Every call speaks for one account, so what is not the app's and is not known is that account's,
    or the video's.
    """
    # A success may be long, an error is not.
    told = error_in(body, _Envelope)
    if told is None or (told.code == 0 and status < 400):
        return None
    code = told.code
    label = f"code {code}"
    if code in LIMITS or status == 429:
        return Limited(f"{label}: too many requests", now + LIMIT_WINDOW)
    if code in APP:
        return Refused(f"{label}: check the id and secret of the Business app")
    if code in SCOPES:
        return AccountWrong(f"consent too narrow ({label})", ASK_MORE)
    if code in TOKENS:
        return TokenDied(f"consent refused ({label})", ASK_AGAIN)
    if code in REFRESH_TOKENS or status == 401:
        return AccountWrong(f"consent refused ({label})", ASK_AGAIN)
    if code >= 50_000 or status >= 500:
        return Transient(f"{label}: the platform is unwell")
    return Denied(f"an unexpected refusal ({label})")


async def refresh(client: ApiClient, key: str, secret: str, refresh_token: str) -> BusinessGrant:
    """Exchange a refresh token for a new pair; store the pair before using it.

    The refresh token may be another one afterwards; where none is told, it is the same.
    """
    try:
        answer, _ = await client.post(
            RENEWAL,
            _Granted,
            json={
                "client_id": key,
                "client_secret": secret,
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
            },
        )
    except TokenDied as died:  # of a refresh token: there is nothing left to renew it with
        raise AccountWrong(str(died), died.advice) from None
    if answer.data.refresh_token:
        return answer.data
    return msgspec.structs.replace(answer.data, refresh_token=refresh_token)


class _Look:
    """One account's."""

    def __init__(self, client: ApiClient, asked: Asked) -> None:
        self.client = client
        self.asked = asked
        self.notes = Notes()
        self.open = {pointer.id for pointer in asked.open}

    async def listing(self) -> None:
        """The comments of the latest videos.

        A video that is refused costs itself: it may have been deleted. Where all are, it is the
        consent that cannot be used.
        """
        refused: PlatformError | None = None
        read = 0
        for video in dict.fromkeys(self.asked.posts):
            try:
                await self._video(video)
                read += 1
            except Denied as denied:
                refused = denied
                self.notes.broken.append(str(denied))
            except Unreadable as error:
                self.notes.miss(str(error))
        if refused is not None and not read:
            self.notes.failure = refused

    async def _video(self, video: str) -> None:
        """A video's comments back to the time that is asked for."""
        cursor: int | None = None
        latest: datetime | None = None
        is_ordered = True
        for _ in range(MOST_PAGES):
            more = {} if cursor is None else {"cursor": cursor}
            page, taken_at = await self._ask(LIST, video, include_replies="true", **more)
            for item, begun in list(self._begun(page, video, taken_at)):
                is_ordered &= latest is None or begun.at <= latest
                latest = begun.at
                await self._replies(item, begun, taken_at)
            is_reached = is_ordered and latest is not None and latest < self.asked.since
            if page.has_more is False or is_reached:
                return
            if page.cursor is None or page.cursor == cursor:
                break
            cursor = page.cursor
        self.notes.miss("tiktok comments: not read back to the time that was asked for")

    async def _ask(self, path: str, video: str, **params: str | int) -> tuple[_Page, datetime]:
        answer, taken_at = await self.client.get(
            path,
            _List,
            lost=self.notes.lost,
            business_id=self.client.options.subject,
            video_id=video,
            sort_field="create_time",
            sort_order="desc",
            max_count=SIZE,
            **params,
        )
        return answer.data, taken_at

    def _begun(
        self, page: _Page, video: str, taken_at: datetime
    ) -> Iterator[tuple[_Comment, Comment]]:
        of = partial(_with_comment, video, None, taken_at)
        for item, begun in self.notes.read(page.comments, _Comment, of):
            self.notes.take(begun)
            yield item, begun

    async def _replies(self, item: _Comment, begun: Comment, taken_at: datetime) -> None:
        """Take in a thread's replies; it is whole when all of them were there and understood, and
        say whether the owner wrote them."""
        inline = item.reply_list
        shown = self._answers(inline or (), begun, taken_at)
        if item.is_own is None:
            return
        if inline is not None and item.replies is not None and len(inline) >= item.replies:
            if shown:
                self.notes.whole.add(begun.id)
            return
        # Replies to a hidden comment are not listed.
        if not begun.is_hidden and (begun.id in self.open or begun.at >= self.asked.since):
            await self._all_replies(begun)

    async def _all_replies(self, begun: Comment) -> None:
        cursor: int | None = None
        is_sound = True
        for _ in range(MOST_PAGES):
            more = {} if cursor is None else {"cursor": cursor}
            try:
                page, taken_at = await self._ask(
                    REPLIES, begun.post_id or "", comment_id=begun.id, **more
                )
            except Unreadable as error:
                self.notes.broken.append(str(error))
                return
            is_sound &= self._answers(page.comments, begun, taken_at)
            if page.has_more is False:
                if is_sound:
                    self.notes.whole.add(begun.id)
                return
            if page.cursor is None or page.cursor == cursor:
                return
            cursor = page.cursor

    def _answers(self, items: Sequence[msgspec.Raw], begun: Comment, taken_at: datetime) -> bool:
        """Take in replies; whether each was understood and says whether the owner wrote it."""
        of = partial(_with_comment, begun.post_id or "", begun.id, taken_at)
        read = list(self.notes.read(items, _Comment, of))
        for _, reply in read:
            self.notes.take(reply)
        return len(read) == len(items) and all(item.is_own is not None for item, _ in read)

    async def followed(self) -> None:
        """The threads that are followed and were not among the newest, by their ids."""
        left = [p for p in self.asked.open if p.post_id and p.id not in self.notes.whole]
        of_video = sorted(left, key=lambda pointer: pointer.post_id or "")
        videos = [
            (video, [pointer.id for pointer in pointers][: SIZE - 1])
            for video, pointers in groupby(of_video, lambda pointer: pointer.post_id or "")
        ]
        for video, ids in videos[:MOST_VIDEOS]:
            try:
                await self._by_ids(video, ids)
            except Unreadable as error:
                self.notes.broken.append(str(error))

    async def _by_ids(self, video: str, ids: list[str]) -> None:
        """Some threads of a video; those that do not come are gone, where another one does."""
        known = (c.id for c in self.notes.comments.values() if c.post_id == video and not c.parent)
        proof = next((id for id in known if id not in ids), None)
        wanted = [*ids, proof] if proof else ids
        page, taken_at = await self._ask(
            LIST,
            video,
            comment_ids=msgspec.json.encode(wanted).decode(),
            include_replies="true",
        )
        came: set[str] = set()
        for item, begun in list(self._begun(page, video, taken_at)):
            came.add(begun.id)
            await self._replies(item, begun, taken_at)
        is_sound = len(came) == len(page.comments) and page.has_more is False
        if is_sound and (came or await self._shows_any(video)):
            self.notes.gone.update(set(ids) - came)

    async def _shows_any(self, video: str) -> bool:
        """Whether the video's comments are shown at all."""
        page, _ = await self._ask(LIST, video)
        return bool(page.comments)


async def look(client: ApiClient, asked: Sequence[Asked]) -> Mapping[str, Glance]:
    """The accounts' threads: those begun since below ``posts``, and those followed.

    ``client`` speaks for the account, of which its ``subject`` is the ``business_id``
    (``listen.comments.business`` makes it). One call for a quiet video.

    Raises:
        Limited, Refused: nothing more can be read with this credential.
    """
    found: dict[str, Glance] = {}
    for one in asked:
        looking = _Look(client, one)
        await look_at(looking.notes, looking.listing, looking.followed)
        found[one.account_id] = looking.notes.glance(one.since)
    return found


def price(path: str, params: Mapping[str, str | int]) -> int:
    """A call."""
    return 1


def billed(path: str, answer: HttpAnswer) -> int:
    """A call, whatever came of it."""
    return 1


def _with_comment(
    video: str, parent: str | None, taken_at: datetime, item: _Comment
) -> tuple[_Comment, Comment]:
    comment = Comment(
        id=item.comment_id,
        parent=parent or item.parent_comment_id,
        post_id=video,
        at=_second(item.create_time, taken_at),
        is_own=bool(item.is_own),
        text=item.text or "",
        url=f"https://www.tiktok.com/video/{video}",
        is_hidden=item.status == "HIDDEN",
        replies=item.replies,
    )
    return item, comment


def _second(told: int | str, taken_at: datetime) -> datetime:
    """Seconds since 1970, in digits or as a number; ValueError without repeating them."""
    if isinstance(told, str) and not (told.isascii() and told.isdecimal() and len(told) < 20):
        raise ValueError("no possible time")
    try:
        return second_of(datetime.fromtimestamp(int(told), UTC), taken_at)
    except (ValueError, OverflowError, OSError):
        raise ValueError("no possible time") from None
