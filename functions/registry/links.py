"""Addresses of posts as people paste them: which post is meant, whatever form its address has.

No request is made. An address names its post by what the platform itself puts into it:

- Instagram: the shortcode. It is the base64 of Instagram's own number of the media, and that is
  another number than the id Business Discovery gives for the same post, so nothing can be computed
  from one to the other: the shortcode is the key.
- Facebook: the number of the story, photo or video, which is unique across Facebook and needs no
  Page beside it; or a ``pfbid…``. Facebook makes those anew from time to time (since 2022-09), so
  the same post is met under several, and one that was pasted may not be the one the API gave.
- X, TikTok, YouTube: the id that their APIs use.

Sentences are in Indonesian: they are shown to whoever pasted the address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from functions.model import Platform
from functions.registry.handles import HOSTS, NAMES

LONGEST_TEXT = 8_000  # characters that are looked through
MOST_ADDRESSES = 50

# Hosts that lead to posts, besides those of profiles: short links, players, pictures, mirrors.
FURTHER_HOSTS: dict[Platform, tuple[str, ...]] = {
    "instagram": ("ddinstagram.com", "kkinstagram.com"),
    "facebook": ("fb.watch",),
    "x": ("t.co", "fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com", "nitter.net"),
    "tiktok": ("tiktokv.com", "vxtiktok.com"),
    "youtube": ("youtube-nocookie.com", "youtubekids.com", "youtube.googleapis.com", "ytimg.com"),
}
PLATFORM_OF: dict[str, Platform] = {
    host: platform
    for table in (HOSTS, FURTHER_HOSTS)
    for platform in table
    for host in table[platform]
}
# Where a code stands for an address that only the platform can tell.
SHORT_HOSTS = frozenset(
    {"fb.watch", "fb.me", "t.co", "pic.x.com", "pic.twitter.com", "vm.tiktok.com", "vt.tiktok.com"}
)

PROFILE = "Ini alamat profil {name}, bukan alamat unggahan; buka unggahannya dan salin alamatnya."
OTHER = (
    "Ini alamat {name}, tetapi bukan alamat sebuah unggahan; buka unggahannya dan salin alamatnya."
)
SHORT = (
    "Tautan pendek {name} tidak memuat nomor unggahan; buka tautannya, "
    "lalu salin alamat lengkap yang tampil di peramban."
)
STORY = "Ini alamat cerita (story) {name}; cerita tidak diukur dan tidak dihitung."
GROUP = "Ini alamat grup Facebook; yang diukur hanya unggahan di Halaman, bukan di grup."
EVENT = "Ini alamat acara Facebook; acara tidak dihitung sebagai unggahan."
ALBUM = "Ini alamat album Facebook; buka unggahannya dan salin alamatnya."
COMMUNITY = "Ini alamat unggahan komunitas YouTube; yang dihitung hanya video dan Shorts."
ARTICLE = (
    "Nomor artikel X bukan nomor unggahannya; "
    "buka unggahan yang memuat artikel itu dan salin alamatnya."
)

_START = re.compile(
    r"(?<![\w.@-])((?:[\w-]+\.)*(?a:{}))\.?(?::[0-9]*)?(?=[/?#\s]|$)".format(
        "|".join(map(re.escape, sorted(PLATFORM_OF)))
    ),
    re.IGNORECASE,
)
_REST = re.compile(r"[^\s<>\"'`]*")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{1,32});")
# What messengers and word processors put around an address and nobody sees.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

# An id ends where a character follows that it cannot hold: trailing punctuation is no part of it.
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{1,64}(?![A-Za-z0-9_-])")
_NUMBER = re.compile(r"[0-9]{1,20}(?![A-Za-z0-9_-])")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}(?![A-Za-z0-9_-])")
_STORY = re.compile(r"(?:([0-9]{1,25})_)?([0-9]{1,25}|pfbid[A-Za-z0-9]{8,200})(?![A-Za-z0-9_-])")
_NAME = re.compile(r"[\w.·-]{1,100}")
_PHOTO_POST = re.compile(r"pcb\.([0-9]{1,25})(?![0-9])")

_PRIVATE_SUFFIX = 28  # Instagram appends so many characters to the shortcode in private sharing
_X_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 29_700_000_000  # smaller X ids were counted, they carry no time


class NotAPost(ValueError):
    """An address of a platform that is not a post's; the message is a sentence for the asker."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The post that an address names.

    ``key`` is the same for every form of the address (but see Facebook's ``pfbid`` above) and is
    what the store indexes. ``post_id`` is the id that the platform's API uses, None where the
    address does not carry it. ``handle`` is the account as the address writes it, without ``@``: a
    name, or the number of a Facebook Page; None where the address names no account.
    """

    platform: Platform
    key: str
    post_id: str | None = None
    handle: str | None = None

    @property
    def is_masked(self) -> bool:
        """Whether the key is a Facebook ``pfbid``, of which a post has several."""
        return self.platform == "facebook" and self.key.startswith("pfbid")


class _Address(NamedTuple):
    """An address taken apart: host in lower case, unquoted words of the path, last of each query
    parameter."""

    host: str
    words: tuple[str, ...]
    query: Mapping[str, str]

    def word(self, place: int) -> str:
        """A word of the path for comparing; empty when the path is shorter."""
        return self.words[place].lower() if place < len(self.words) else ""


def parse_link(text: str) -> Link | None:
    """The post that a pasted text names; None when it holds no address of a platform.

    Anything may stand around the address. Of several posts the first counts. Addresses inside
    another address (redirects, login pages, sharers, embeds, archives) are found too.

    Raises:
        NotAPost: a ValueError whose sentence says what the address is instead.
    """
    refused: NotAPost | None = None
    for reading in _readings(text):
        for address in _addresses(reading):
            platform = _platform(address.host)
            try:
                return _READERS[platform](address)
            except NotAPost as error:
                refused = error  # the innermost address says more than what it is wrapped in
    if refused is not None:
        raise refused
    return None


def link_keys(
    platform: Platform, post_id: str, url: str, versions: Iterable[str] = ()
) -> tuple[str, ...]:
    """Every key under which a collected post may be asked for, the one of its own address first.

    Args:
        post_id: the id the platform's API gave; for Facebook ``{page}_{story}``.
        url: the address the API gave (permalink, permalink_url, share_url), or our own.
        versions: the ids of an edited X post.
    """
    keys = []
    try:
        link = parse_link(url)
    except NotAPost:
        link = None
    if link is not None and link.platform == platform:
        keys.append(link.key)
    if platform == "facebook":
        keys.append(post_id.rpartition("_")[2] or post_id)
    elif platform != "instagram" or not keys:
        keys.append(post_id)
    return tuple(dict.fromkeys([*keys, *versions]))


def link_key(platform: Platform, post_id: str, url: str) -> str:
    """The key of a collected post's own address: what ``parse_link(url)`` gives."""
    return link_keys(platform, post_id, url)[0]


def posted_at(link: Link) -> datetime | None:
    """When an X post was published, which its id tells to the second; None for all others."""
    if link.platform != "x" or link.post_id is None or int(link.post_id) < _FIRST_SNOWFLAKE:
        return None
    seconds = ((int(link.post_id) >> 22) + _X_EPOCH_MS) // 1_000
    return datetime.fromtimestamp(seconds, UTC)


# Finding addresses in a text


def _readings(text: str) -> Iterator[str]:
    """The text, and what it says once its percent-encoding is undone, up to three times over."""
    text = _INVISIBLE.sub("", text[:LONGEST_TEXT])
    for _ in range(4):
        text = _without_escapes(text)
        yield text
        plain = unquote(text)
        if plain == text:
            return
        text = plain


def _without_escapes(text: str) -> str:
    """A text with the escapes of HTML undone, however often they were made, and those of JSON."""
    for _ in range(3):
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text.replace("\\/", "/")


def _addresses(text: str) -> Iterator[_Address]:
    for number, found in enumerate(_START.finditer(text)):
        if number == MOST_ADDRESSES:
            return
        rest = _REST.match(text, found.end())
        yield from _taken_apart(found[1].lower(), rest[0] if rest else "")


def _taken_apart(host: str, rest: str, depth: int = 0) -> Iterator[_Address]:
    """An address, then those on its host that it leads to: ``next=/p/…``, ``#!/a/status/1``."""
    parts = urlsplit(f"https://host{rest}")
    words = tuple(word for word in unquote(parts.path).split("/") if word.strip())
    query = dict(parse_qsl(parts.query, max_num_fields=None))
    yield _Address(host, words, query)
    if depth < 3:
        for inside in (*query.values(), unquote(parts.fragment).removeprefix("!")):
            if inside.startswith("/") and not inside.startswith("//"):
                yield from _taken_apart(host, inside, depth + 1)


def _platform(host: str) -> Platform:
    labels = host.split(".")
    known = (".".join(labels[start:]) for start in range(len(labels)))
    return next(PLATFORM_OF[domain] for domain in known if domain in PLATFORM_OF)


# One reader a platform: the post an address names, or what the address is instead


def _instagram(address: _Address) -> Link:
    words, first, owner = address.words, address.word(0), ""
    if first == "share":
        raise _refusal("instagram", SHORT)
    if first in ("stories", "s"):
        raise _refusal("instagram", STORY)
    if address.word(1) in _INSTAGRAM_POSTS and len(words) > 2:
        owner, first, words = words[0], address.word(1), words[1:]  # /{user}/p/{shortcode}/
    code = _SHORTCODE.match(words[1]) if len(words) > 1 else None
    if code is not None and code[0] not in _INSTAGRAM_PLACES:
        if first in _INSTAGRAM_POSTS:
            key = code[0][:-_PRIVATE_SUFFIX] if len(code[0]) > _PRIVATE_SUFFIX else code[0]
            return Link(platform="instagram", key=key, handle=_handle(owner))
        # What the collector writes where the API gave no permalink.
        if first == "media" and code[0].isdecimal():
            return Link(platform="instagram", key=code[0], post_id=code[0])
    raise _refusal("instagram", PROFILE if _is_name(first, _INSTAGRAM_PAGES) else OTHER)


_INSTAGRAM_POSTS = frozenset({"p", "reel", "reels", "tv"})
_INSTAGRAM_PLACES = frozenset({"audio", "create"})  # /reels/audio/…: no shortcodes
_INSTAGRAM_PAGES = frozenset({"explore", "accounts", "direct", "media", *_INSTAGRAM_POSTS})


def _facebook(address: _Address) -> Link:
    first, query = address.word(0), address.query
    _refuse_facebook(address)
    pair = _STORY.match(address.words[0]) if address.words else None
    if pair is not None and pair[1]:
        return _story(pair, pair[1])
    owner = query.get("id", "")
    if photos := _PHOTO_POST.match(query.get("set", "")):
        return Link(platform="facebook", key=photos[1], handle=_handle(owner))
    for name in ("story_fbid", *_FACEBOOK_PARAMETERS.get(first, ())):
        if found := _STORY.match(query.get(name, "")):
            return _story(found, owner)
    for place, word in enumerate(address.words):
        if word.lower() in _FACEBOOK_POSTS:
            following = address.words[place + 1 : place + 3]
            owner = address.words[place - 1] if place else ""
            if photos := next(filter(None, map(_PHOTO_POST.match, following)), None):
                return Link(platform="facebook", key=photos[1], handle=_handle(owner))
            # Before the number there may be words of the caption, or the album's.
            if numbers := [found for part in following if (found := _STORY.match(part))]:
                return _story(numbers[-1], owner)
    if query.get("set"):
        raise _refusal("facebook", ALBUM)
    is_profile = first in _FACEBOOK_PROFILES or _is_name(first, _FACEBOOK_PAGES)
    raise _refusal("facebook", PROFILE if is_profile else OTHER)


def _refuse_facebook(address: _Address) -> None:
    first = address.word(0)
    for word, sentence in (
        ("share", SHORT),
        ("groups", GROUP),
        ("stories", STORY),
        ("events", EVENT),
    ):
        if first == word:
            raise _refusal("facebook", sentence)
    if _is_short(address.host):
        raise _refusal("facebook", SHORT)


def _story(found: re.Match[str], owner: str) -> Link:
    page, story = found[1], found[2]
    return Link(
        platform="facebook",
        key=story,
        post_id=f"{page}_{story}" if page else None,
        handle=_handle(owner),
    )


_FACEBOOK_POSTS = frozenset({"posts", "videos", "video", "photos", "reel", "reels", "watch"})
# Which parameters name the post, besides story_fbid, by the path's first word.
_FACEBOOK_PARAMETERS = {
    "photo": ("fbid",),
    "photo.php": ("fbid",),
    "watch": ("v",),
    "video.php": ("v",),
    "video": ("v", "video_id"),
    "reel": ("v",),
}
_FACEBOOK_PROFILES = frozenset({"profile.php", "people", "pages", "pg", "p"})
_FACEBOOK_PAGES = frozenset(
    {"hashtag", "search", "marketplace", "login", "sharer", "media", "gaming", "notes", "plugins"}
    | {"dialog", "flx", "ads", "checkpoint", "help", "privacy", "home", *_FACEBOOK_POSTS, "photo"}
)


def _x(address: _Address) -> Link:
    words, first = address.words, address.word(0)
    if _is_short(address.host):
        raise _refusal("x", SHORT)
    if first == "i" and address.word(1) == "article":
        raise _refusal("x", ARTICLE)
    for place, word in enumerate(words[:-1]):
        if word.lower() in _X_POSTS and (found := _NUMBER.match(words[place + 1])):
            owner = words[place - 1] if place and first != "i" else ""
            return _by_id("x", found[0], owner)
    parameter = {"intent": "tweet_id", "embed": "id"}.get(first, "")
    if found := _NUMBER.match(address.query.get(parameter, "")):
        return _by_id("x", found[0])
    raise _refusal("x", PROFILE if _is_name(first, _X_PAGES) else OTHER)


_X_POSTS = frozenset({"status", "statuses", "article"})
_X_PAGES = frozenset(
    {"i", "home", "search", "hashtag", "intent", "explore", "share", "embed", "login", "compose"}
)


def _tiktok(address: _Address) -> Link:
    words, first = address.words, address.word(0)
    if _is_short(address.host) or first == "t":
        raise _refusal("tiktok", SHORT)
    for place, word in enumerate(words[:-1]):
        if word.lower() in _TIKTOK_POSTS and (found := _NUMBER.match(words[place + 1])):
            return _by_id("tiktok", found[0], words[0] if first.startswith("@") else "")
    for parameter in ("item_id", "share_item_id"):
        if found := _NUMBER.match(address.query.get(parameter, "")):
            return _by_id("tiktok", found[0], words[0] if first.startswith("@") else "")
    if first.startswith("@"):
        raise _refusal("tiktok", PROFILE)
    is_code = len(words) == 1 and re.fullmatch(r"Z[A-Za-z0-9]{6,}", words[0])
    raise _refusal("tiktok", SHORT if is_code else OTHER)


_TIKTOK_POSTS = frozenset({"video", "photo", "v", "embed", "v1", "v2", "v3"})


def _youtube(address: _Address) -> Link:
    words, first = address.words, address.word(0)
    named = [address.query.get("v", ""), address.query.get("vi", "")]
    if address.host.endswith("youtu.be"):
        named = [*words[:1], *named]
    elif first in _YOUTUBE_POSTS:
        named = [*words[1:2], *named]
    for text in named:
        found = _VIDEO.match(text)
        if found is not None and found[0] not in _YOUTUBE_PLACES:
            return _by_id("youtube", found[0])
    last = words[-1].lower() if words else ""
    if first == "post" or last in _YOUTUBE_COMMUNITY:
        raise _refusal("youtube", COMMUNITY)
    if first == "clip":
        raise _refusal("youtube", SHORT)
    is_profile = first in ("channel", "c", "user") or _is_name(first, _YOUTUBE_PAGES)
    raise _refusal("youtube", PROFILE if is_profile else OTHER)


_YOUTUBE_POSTS = frozenset(
    {"shorts", "live", "embed", "v", "vi", "vi_webp", "e", "video", "watch", "watch_popup"}
)
_YOUTUBE_PLACES = frozenset({"live_stream", "videoseries"})  # /embed/…: eleven letters, no video
_YOUTUBE_COMMUNITY = frozenset({"community", "posts"})
_YOUTUBE_PAGES = frozenset(
    {"playlist", "results", "feed", "hashtag", "source", "attribution_link", "redirect", "signin"}
    | {"oembed", "gaming", "premium", "music", "t", *_YOUTUBE_POSTS}
)

_READERS: dict[Platform, Callable[[_Address], Link]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "x": _x,
    "tiktok": _tiktok,
    "youtube": _youtube,
}


def _by_id(platform: Platform, post_id: str, owner: str = "") -> Link:
    return Link(platform=platform, key=post_id, post_id=post_id, handle=_handle(owner))


def _handle(owner: str) -> str | None:
    name = owner.removeprefix("@")
    return name if _NAME.fullmatch(name) else None


def _is_short(host: str) -> bool:
    return host.removeprefix("www.") in SHORT_HOSTS


def _is_name(word: str, pages: frozenset[str]) -> bool:
    """Whether a path's first word is an account's name, as far as can be told."""
    return bool(word) and word not in pages and not word.endswith(".php")


def _refusal(platform: Platform, sentence: str) -> NotAPost:
    return NotAPost(sentence.format(name=NAMES[platform]))
