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

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from functions.model import PLATFORM_NAMES, Platform
from functions.registry.addresses.anatomy import Address
from functions.registry.addresses.pasted import addresses
from functions.registry.addresses.profiles import page_number
from functions.registry.addresses.sites import PLATFORM_OF, SHORT_HOSTS, SITES

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

# An id ends where a character follows that it cannot hold: trailing punctuation is no part of it.
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{1,64}(?![A-Za-z0-9_-])")
_NUMBER = re.compile(r"[0-9]{1,20}(?![A-Za-z0-9_-])")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}(?![A-Za-z0-9_-])")
_STORY = re.compile(r"(?:([0-9]{1,25})_)?([0-9]{1,25}|pfbid[A-Za-z0-9]{8,200})(?![A-Za-z0-9_-])")
# hari-bakti-2026-320666585359581: a caption's own numbers are shorter than a story's.
_CAPTIONED = re.compile(r".*-(?=[0-9]{9,25}(?![A-Za-z0-9_-])|pfbid[A-Za-z0-9]{8})")
_NAME = re.compile(r"[\w.·-]{1,100}")
_PHOTO_POST = re.compile(r"pcb\.([0-9]{1,25})(?![0-9])")

_PRIVATE_SUFFIX = 28  # Instagram appends so many characters to the shortcode in private sharing
_X_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 29_700_000_000  # smaller X ids were counted, they carry no time


class NotAPost(ValueError):
    """An address of a platform that is not a post's; the message is a sentence for the asker."""


class PostAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The post that an address names.

    ``key``: what the store indexes; the same for every form of the address (but see Facebook's
    ``pfbid`` above). ``post_id``: the id that the platform's API uses; None where the address does
    not carry it. ``handle``: the account as the address writes it, without ``@``: a name, or the
    number of a Facebook Page; None where the address names no account.
    """

    platform: Platform
    key: str
    post_id: str | None = None
    handle: str | None = None

    @property
    def is_masked(self) -> bool:
        """Whether the key is a Facebook ``pfbid``, of which a post has several."""
        return self.platform == "facebook" and self.key.startswith("pfbid")


def parse_link(text: str) -> PostAddress | None:
    """The post that a pasted text names; None when it holds no address of a platform.

    Anything may stand around the address. Of several posts the first counts. Addresses inside
    another address (redirects, login pages, sharers, embeds, archives) are found too.

    Raises:
        NotAPost: a ValueError whose sentence says what the address is instead.
    """
    refused: NotAPost | None = None
    for address in addresses(text):
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


def posted_at(link: PostAddress) -> datetime | None:
    """When an X post was published, which its id tells to the second; None for all others."""
    if link.platform != "x" or link.post_id is None or int(link.post_id) < _FIRST_SNOWFLAKE:
        return None
    seconds = ((int(link.post_id) >> 22) + _X_EPOCH_MS) // 1_000
    return datetime.fromtimestamp(seconds, UTC)


def _platform(host: str) -> Platform:
    labels = host.split(".")
    known = (".".join(labels[start:]) for start in range(len(labels)))
    return next(PLATFORM_OF[domain] for domain in known if domain in PLATFORM_OF)


# One reader a platform: the post an address names, or what the address is instead


def _instagram(address: Address) -> PostAddress:
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
            return PostAddress(platform="instagram", key=key, handle=_handle(owner))
        # What the collector writes where the API gave no permalink.
        if first == "media" and code[0].isdecimal():
            return PostAddress(platform="instagram", key=code[0], post_id=code[0])
    raise _refusal("instagram", PROFILE if _is_name("instagram", first) else OTHER)


_INSTAGRAM_POSTS = frozenset({"p", "reel", "reels", "tv"})
_INSTAGRAM_PLACES = frozenset({"audio", "create"})  # /reels/audio/…: no shortcodes


def _facebook(address: Address) -> PostAddress:
    first, query = address.word(0), address.query
    _refuse_facebook(address)
    pair = _STORY.match(address.words[0]) if address.words else None
    if pair is not None and pair[1]:
        return _story(pair, pair[1])
    owner = query.get("id", "")
    if photos := next(filter(None, (_PHOTO_POST.match(query.get(n, "")) for n in _SETS)), None):
        return PostAddress(platform="facebook", key=photos[1], handle=_page(owner))
    for name in (*_FACEBOOK_ANYWHERE, *_FACEBOOK_PARAMETERS.get(first, ())):
        if found := _STORY.match(query.get(name, "")):
            return _story(found, owner)
    for index, word in enumerate(address.words):
        if word.lower() in _FACEBOOK_POSTS:
            following = address.words[index + 1 : index + 3]
            owner = address.words[index - 1] if index else ""
            if photos := next(filter(None, map(_PHOTO_POST.match, following)), None):
                return PostAddress(platform="facebook", key=photos[1], handle=_page(owner))
            # Before the number there may be words of the caption, or the album's.
            if numbers := [found for part in following if (found := _story_in(part))]:
                return _story(numbers[-1], owner)
    if any(query.get(name) for name in _SETS):
        raise _refusal("facebook", ALBUM)
    is_profile = first in _FACEBOOK_PROFILES or _is_name("facebook", first)
    raise _refusal("facebook", PROFILE if is_profile else OTHER)


def _refuse_facebook(address: Address) -> None:
    first = address.word(0)
    is_short = first == "share" or _is_short(address.host)
    in_group = first == "groups" or address.query.get("set", "").startswith(("gm.", "g."))
    for applies, sentence in (
        (is_short, SHORT),
        (in_group, GROUP),
        (first == "stories", STORY),
        (first == "events", EVENT),
    ):
        if applies:
            raise _refusal("facebook", sentence)


def _story_in(word: str) -> re.Match[str] | None:
    """The story that a word of a path is, or names behind words of its caption."""
    if found := _STORY.match(word):
        return found
    behind = _CAPTIONED.match(word)
    return _STORY.match(word, behind.end()) if behind else None


def _story(found: re.Match[str], owner: str) -> PostAddress:
    page, story = found[1], found[2]
    return PostAddress(
        platform="facebook",
        key=story,
        post_id=f"{page}_{story}" if page else None,
        handle=_page(owner),
    )


def _page(owner: str) -> str | None:
    """A Page as an address names it: by its number also where that stands behind its name."""
    return _handle(page_number(owner))


_FACEBOOK_POSTS = frozenset(
    {"posts", "videos", "video", "photo", "photos", "reel", "reels", "watch", "permalink"}
)
# Sets of photos: one that begins with pcb. is all the photos of one post.
_SETS = ("set", "photoset_token")
# Which parameters name the post: on any page, and by the path's first word.
_FACEBOOK_ANYWHERE = ("story_fbid", "multi_permalinks", "ft_ent_identifier")
_FACEBOOK_PARAMETERS = {
    "photo": ("fbid",),
    "photo.php": ("fbid", "v"),
    "photos": ("photo", "fbid"),
    "watch": ("v",),
    "video.php": ("v",),
    "video": ("v", "video_id"),
    "videos": ("v",),
    "live": ("v",),
    "reel": ("v",),
}
_FACEBOOK_PROFILES = frozenset({"profile.php", "people", "pages", "pg", "p"})


def _x(address: Address) -> PostAddress:
    words, first = address.words, address.word(0)
    if _is_short(address.host):
        raise _refusal("x", SHORT)
    if first == "i" and address.word(1) == "article":
        raise _refusal("x", ARTICLE)
    for index, word in enumerate(words[:-1]):
        if word.lower() in _X_POSTS and (found := _NUMBER.match(words[index + 1])):
            owner = words[index - 1] if index and first != "i" else ""
            return _by_id("x", found[0], owner)
    parameter = {"intent": "tweet_id", "embed": "id"}.get(first, "")
    if found := _NUMBER.match(address.query.get(parameter, "")):
        return _by_id("x", found[0])
    raise _refusal("x", PROFILE if _is_name("x", first) else OTHER)


_X_POSTS = frozenset({"status", "statuses", "article"})


def _tiktok(address: Address) -> PostAddress:
    words, first = address.words, address.word(0)
    if _is_short(address.host) or first == "t":
        raise _refusal("tiktok", SHORT)
    for index, word in enumerate(words[:-1]):
        if word.lower() in _TIKTOK_POSTS and (found := _NUMBER.match(words[index + 1])):
            return _by_id("tiktok", found[0], words[0] if first.startswith("@") else "")
    for parameter in ("item_id", "share_item_id"):
        if found := _NUMBER.match(address.query.get(parameter, "")):
            return _by_id("tiktok", found[0], words[0] if first.startswith("@") else "")
    if first.startswith("@"):
        raise _refusal("tiktok", PROFILE)
    is_code = len(words) == 1 and re.fullmatch(r"Z[A-Za-z0-9]{6,}", words[0])
    raise _refusal("tiktok", SHORT if is_code else OTHER)


_TIKTOK_POSTS = frozenset({"video", "photo", "v", "embed", "v1", "v2", "v3"})


def _youtube(address: Address) -> PostAddress:
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
    is_profile = first in ("channel", "c", "user") or _is_name("youtube", first)
    raise _refusal("youtube", PROFILE if is_profile else OTHER)


_YOUTUBE_POSTS = frozenset(
    {"shorts", "live", "embed", "v", "vi", "vi_webp", "e", "video", "watch", "watch_popup"}
)
_YOUTUBE_PLACES = frozenset({"live_stream", "videoseries"})  # /embed/…: eleven letters, no video
_YOUTUBE_COMMUNITY = frozenset({"community", "posts"})

_READERS: dict[Platform, Callable[[Address], PostAddress]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "x": _x,
    "tiktok": _tiktok,
    "youtube": _youtube,
}


def _by_id(platform: Platform, post_id: str, owner: str = "") -> PostAddress:
    return PostAddress(platform=platform, key=post_id, post_id=post_id, handle=_handle(owner))


def _handle(owner: str) -> str | None:
    name = owner.removeprefix("@")
    return name if _NAME.fullmatch(name) else None


def _is_short(host: str) -> bool:
    return host.removeprefix("www.") in SHORT_HOSTS


def _is_name(platform: Platform, word: str) -> bool:
    """Whether a path's first word may be an account's name."""
    return bool(word) and word not in SITES[platform].pages and not word.endswith(".php")


def _refusal(platform: Platform, sentence: str) -> NotAPost:
    return NotAPost(sentence.format(name=PLATFORM_NAMES[platform]))
