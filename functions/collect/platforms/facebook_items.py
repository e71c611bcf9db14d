"""What Facebook lists of a Page, and which of it is an upload.

What an item is its attachments tell: a changed cover photo is an ``added_photos`` like any other,
and a ``shared_story`` is a repost or a link to the unit's own website.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Count, Id, Url, plausible
from functions.model import Post, PostFormat, Sample

BASIC = (
    "id,created_time,permalink_url,message,status_type,shares,"
    "reactions.summary(total_count).limit(0),"
    "comments.filter(stream).summary(total_count).limit(0)"
)
FIELDS = f"{BASIC},attachments{{type,media_type,url,unshimmed_url}}"
# Where the address of an attachment is not offered, its type still tells a changed photo.
TYPES = f"{BASIC},attachments{{type}}"
# What a Page does that is no post of its own.
NO_POSTS = {
    "created_event",
    "created_group",
    "tagged_in_photo",
    "approved_friend",
    "app_created_story",
}
NO_ATTACHMENTS = {"profile_media", "cover_photo", "event", "life_event"}
SURE = {"added_video"}  # no change of a photo looks like this
SHARE = "shared_story"  # of a post, or of a link
OWN_HOSTS = ("facebook.com", "fb.com", "fb.me", "fb.watch", "fb.gg")
# What attachments are, by a word in their ``media_type`` or ``type``, as in ``video_inline``.
KINDS: dict[str, PostFormat] = {
    "live_video": "live",
    "album": "album",
    "video": "video",
    "photo": "photo",
    "link": "link",
    "share": "link",
}
SHIM = "/l.php"  # stands in for an address outside of Facebook


class _Summary(msgspec.Struct):
    total_count: Count | None = None


class _Counted(msgspec.Struct):
    summary: _Summary = msgspec.field(default_factory=_Summary)


class _Shares(msgspec.Struct):
    count: Count | None = None


class _Attachment(msgspec.Struct):
    type: str | None = None
    media_type: str | None = None
    url: str | None = None
    unshimmed_url: str | None = None


class _Attachments(msgspec.Struct):
    data: list[_Attachment] | None = None


class PageItem(msgspec.Struct):
    id: Id
    created_time: str
    permalink_url: Url | None = None
    message: str | msgspec.UnsetType | None = None  # UNSET: it has one
    status_type: str | None = None
    shares: _Shares | None = msgspec.field(default_factory=lambda: _Shares(count=0))
    reactions: _Counted = msgspec.field(default_factory=_Counted)
    comments: _Counted = msgspec.field(default_factory=_Counted)
    attachments: _Attachments | None = msgspec.field(default_factory=lambda: _Attachments(data=[]))


def parse(item: PageItem, account_id: str, taken_at: datetime) -> Post:
    """One listed item as a post with one sample; reactions of all types are its likes."""
    return Post(
        platform="facebook",
        account_id=account_id,
        post_id=item.id,
        published_at=plausible(meta.parse_time(item.created_time), taken_at),
        url=item.permalink_url or f"https://www.facebook.com/{item.id}",
        text=item.message or None,
        samples=(
            Sample(
                taken_at=taken_at,
                likes=item.reactions.summary.total_count,
                comments=item.comments.summary.total_count,
                shares=item.shares.count if item.shares else None,
            ),
        ),
        format=format_of(item),
    )


def format_of(item: PageItem) -> PostFormat | None:
    """What an item is: by ``status_type``, by its attachments' ``media_type`` and ``type``.

    A ``shared_story`` leads to something else, whatever that is. Reels come as videos; their
    addresses begin with ``/reel/``. Without attachments it is a text, unless they are unknown.
    Source: the Page post and story attachment references of the Graph API, v26.0.
    """
    if item.status_type == SHARE:
        return "link"
    attached = item.attachments.data if item.attachments else None
    if not attached:
        if item.status_type == "added_video":
            return _video(item)
        return None if attached is None or item.status_type == "added_photos" else "text"
    kinds = [_kind_of(one) for one in attached]
    if kinds[0] == "video":
        return _video(item)
    return "album" if set(kinds) == {"photo"} and len(kinds) > 1 else kinds[0]


def _video(item: PageItem) -> PostFormat:
    attached = (item.attachments.data if item.attachments else None) or ()
    addresses = (item.permalink_url, *(one.url for one in attached))
    return "short" if any("/reel/" in (address or "") for address in addresses) else "video"


def _kind_of(attachment: _Attachment) -> PostFormat | None:
    """An attachment's format; None for one of no known kind."""
    told = f"{attachment.media_type or ''} {attachment.type or ''}"
    return next((format for word, format in KINDS.items() if word in told), None)


def is_upload(item: PageItem) -> bool | None:
    """Whether it is an upload of the Page; None when the item does not tell."""
    if item.status_type in NO_POSTS:
        return False
    has_text = item.message is msgspec.UNSET or bool((item.message or "").strip())
    attached = item.attachments.data if item.attachments else None
    if attached is None:
        return (
            True if item.status_type in SURE or (item.status_type == SHARE and has_text) else None
        )
    if any(a.type in NO_ATTACHMENTS for a in attached):
        return False
    if item.status_type != SHARE or has_text:
        return True
    leads_outside = [_leads_outside(a) for a in attached]
    if any(leads_outside):
        return True
    return None if None in leads_outside else False


def _leads_outside(attachment: _Attachment) -> bool | None:
    """Whether it is a link to an address outside of Facebook; None when it has no address."""
    address = attachment.unshimmed_url or attachment.url
    try:
        place = urlsplit(address or "")
        host = (place.hostname or "").lower()
        if _is_facebooks(host) and place.path == SHIM:
            [address] = parse_qs(place.query).get("u", [""])[:1]
            host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return None
    return not _is_facebooks(host) if host else None


def _is_facebooks(host: str) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in OWN_HOSTS)
