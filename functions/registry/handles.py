"""Handles as admins type or paste them: with @, as a profile's address, with stray spaces.

Messages are in Indonesian: they are shown to whoever filled in the list.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from functions.model import Platform

HOSTS: dict[Platform, tuple[str, ...]] = {
    "instagram": ("instagram.com", "instagr.am"),
    "facebook": ("facebook.com", "fb.com", "fb.me"),
    "x": ("x.com", "twitter.com"),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com", "youtu.be"),
}
NAMES: dict[Platform, str] = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "x": "X",
    "tiktok": "TikTok",
    "youtube": "YouTube",
}
# First words of paths that lead to a post, a search or a short link, and never to a profile.
ELSEWHERE: dict[Platform, frozenset[str]] = {
    "instagram": frozenset({"p", "reel", "reels", "tv", "stories", "explore", "share"}),
    "facebook": frozenset(
        {"watch", "share", "groups", "events", "hashtag", "reel", "photo", "photo.php"}
        | {"story.php", "permalink.php", "sharer", "sharer.php", "login"}
    ),
    "x": frozenset({"i", "home", "search", "hashtag", "intent", "explore", "share"}),
    "tiktok": frozenset({"t", "v", "tag", "music", "video", "discover", "search"}),
    "youtube": frozenset({"watch", "shorts", "live", "playlist", "results", "feed", "embed"}),
}
SHORT_LINKS = ("youtu.be", "vt.tiktok.com", "vm.tiktok.com")
FORMS: dict[Platform, tuple[re.Pattern[str], str]] = {
    "instagram": (
        re.compile(r"[A-Za-z0-9._]{1,30}"),
        "huruf, angka, titik dan _, paling panjang 30",
    ),
    "facebook": (re.compile(r"[A-Za-z0-9.\-]{2,75}"), "huruf, angka, titik dan -"),
    "x": (re.compile(r"[A-Za-z0-9_]{1,15}"), "huruf, angka dan _, paling panjang 15"),
    "tiktok": (re.compile(r"[A-Za-z0-9._]{2,24}"), "huruf, angka, titik dan _, paling panjang 24"),
    "youtube": (re.compile(r"[\w.\-·]{2,60}"), "nama tanpa spasi, atau id kanal UC…"),
}


def parse_handle(platform: Platform, text: str) -> str:
    """The bare handle (or a Facebook Page's or YouTube channel's id); ValueError in Indonesian."""
    text = text.strip()
    handle = _from_address(platform, text) if _is_address(text) else text
    if platform == "facebook":
        handle = _page_id(handle)
    handle = handle.strip().strip("/").removeprefix("@")
    form, meaning = FORMS[platform]
    # What would be read as an address the next time cannot be a handle: @www.kemenkum.
    if not form.fullmatch(handle) or _is_address(handle):
        raise ValueError(
            f"{text!r} bukan nama akun {NAMES[platform]} ({meaning}); "
            "isi nama akun atau alamat profilnya"
        )
    return handle


def _is_address(text: str) -> bool:
    return (
        "://" in text
        or text.lower().startswith("www.")
        or bool(re.match(r"[\w-]+(\.[\w-]+)*\.(com|be|am|me)/", text, re.IGNORECASE))
    )


def _from_address(platform: Platform, text: str) -> str:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise ValueError(f"{text!r} bukan alamat; salin alamat profilnya") from None
    if not any(host == known or host.endswith("." + known) for known in HOSTS[platform]):
        raise ValueError(f"{text!r} bukan alamat {NAMES[platform]}; periksa kolomnya")
    path = unquote(parts.path).strip("/")
    if host in SHORT_LINKS or path.split("/")[0].lower() in ELSEWHERE[platform]:
        raise ValueError(
            f"{text!r} bukan alamat profil {NAMES[platform]}; buka profilnya dan salin alamatnya"
        )
    if platform == "facebook":
        profile = parse_qs(parts.query).get("id", [""])[0]
        return profile if path == "profile.php" else path
    if platform == "youtube":
        segments = path.split("/")
        named = segments[0] in ("channel", "c", "user") and len(segments) > 1
        return segments[1] if named else segments[0]
    return path.split("/")[0]


def _page_id(handle: str) -> str:
    """``people/Name/6157…`` and ``pages/Name/6157…`` are Pages known by the number at the end."""
    segments = handle.strip("/").split("/")
    if segments[0] in ("people", "pages", "p", "pg") and len(segments) > 1:
        last = segments[-1]
        number = re.search(r"(\d{5,})$", last)
        return number[1] if number else last
    return segments[0]
