"""Addresses of single comments, as platforms show them: which comment is meant.

No request is made. Where each platform puts a comment's id (seen in 2026-11):

- YouTube: ``lc`` beside the video's (``watch?v=…&lc=Ug…``); of a reply it is ``Ug….9…``.
- X: a comment is a post, and its address a post's (``/name/status/123``).
- Facebook: ``comment_id``, of a reply ``reply_comment_id`` beside it: a number, or the base64 of
  ``comment:{post}_{number}``. Its API calls the same comment ``{post}_{number}``.
- Instagram: ``/p/CODE/c/123/``, of a reply ``/c/123/r/456/``.
- TikTok: ``share_comment_id`` (or ``comment_id``, ``cid``) beside the video's.

``platform:id`` names a comment, too. Sentences are in Indonesian.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform
from functions.parsing.cleaning import unwrapped
from functions.registry.addresses.anatomy import Address
from functions.registry.addresses.pasted import addresses
from functions.registry.addresses.posts import NotAPost, parse_link
from functions.registry.addresses.sites import SITES

_NUMBER = re.compile(r"[0-9]{1,25}")
_FACEBOOK = re.compile(r"(?:[0-9]{1,25}_)?[0-9]{1,25}")
_YOUTUBE = re.compile(r"[A-Za-z0-9_-]{10,100}(?:\.[A-Za-z0-9_-]{10,100})?")
_NAMED = re.compile(rf"({'|'.join(PLATFORMS)}):([A-Za-z0-9._-]{{1,200}})")
_ACCEPTED: Mapping[Platform, str] = {
    "instagram": "yang berakhir dengan /c/NOMOR/ (menu komentar, salin tautan)",
    "facebook": "yang memuat comment_id= (klik waktu komentarnya)",
    "x": "unggahan itu sendiri, /NAMA/status/NOMOR",
    "tiktok": "yang memuat share_comment_id= (menu komentar, bagikan)",
    "youtube": "yang memuat lc= (klik waktu komentarnya)",
}
NO_ADDRESS = (
    "Tidak ada alamat komentar Instagram, Facebook, X, TikTok, atau YouTube di sini; "
    "salin alamat komentarnya, atau tulis platform dan nomornya, misalnya tiktok:7412345678901234."
)


class NotAComment(ValueError):
    """A text that names no comment; the message is a sentence for the asker."""


class CommentAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The comment that an address names; ``ids``: every form that the platform's id may have."""

    platform: Platform
    ids: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the ids: somebody asked that they be forgotten."""
        return f"CommentAddress({self.platform})"


def comment_at(text: str) -> CommentAddress:
    """The comment that a pasted text names, whatever stands around its address.

    Raises:
        NotAComment: its sentence says which addresses are accepted.
    """
    if named := _NAMED.fullmatch(unwrapped(text)):
        platform = next(each for each in PLATFORMS if each == named[1])
        return CommentAddress(platform=platform, ids=(named[2],))
    met: Platform | None = None
    for address in addresses(text):
        platform = next(each for each in PLATFORMS if address.is_of(SITES[each]))
        met = met or platform
        if ids := _READERS[platform](address, text):
            return CommentAddress(platform=platform, ids=tuple(dict.fromkeys(ids)))
    if met is None:
        raise NotAComment(NO_ADDRESS)
    raise NotAComment(
        f"Ini bukan alamat sebuah komentar {PLATFORM_NAMES[met]}; yang dikenal: alamat "
        f"{_ACCEPTED[met]}."
    )


def _youtube(address: Address, text: str) -> list[str]:
    return _matching(_YOUTUBE, address.query.get("lc", ""))


def _x(address: Address, text: str) -> list[str]:
    try:
        link = parse_link(text)
    except NotAPost:
        return []
    return [link.key] if link is not None and link.platform == "x" else []


def _facebook(address: Address, text: str) -> list[str]:
    query = address.query
    typed = query.get("reply_comment_id") or query.get("comment_id") or ""
    found = _matching(_FACEBOOK, _decoded(typed))
    if not found:
        return []
    number = found[0].rpartition("_")[2]
    try:
        post = parse_link(text)
    except NotAPost:
        post = None
    below = [f"{post.key}_{number}"] if post is not None and not post.is_masked else []
    return [*found, number, *below]


def _instagram(address: Address, text: str) -> list[str]:
    words = address.words
    for sign in ("r", "c"):
        for place, word in enumerate(words[:-1]):
            if word == sign and place >= 2 and _NUMBER.fullmatch(words[place + 1]):
                return [words[place + 1]]
    return []


def _tiktok(address: Address, text: str) -> list[str]:
    named = (address.query.get(name, "") for name in ("share_comment_id", "comment_id", "cid"))
    return [found[0] for typed in named if (found := _matching(_NUMBER, typed))][:1]


_READERS: dict[Platform, Callable[[Address, str], list[str]]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "x": _x,
    "tiktok": _tiktok,
    "youtube": _youtube,
}


def _matching(form: re.Pattern[str], typed: str) -> list[str]:
    return [typed] if form.fullmatch(typed) else []


def _decoded(typed: str) -> str:
    """``123_456`` of the base64 of ``comment:123_456``; everything else as it is."""
    try:
        said = base64.b64decode(typed + "=" * (-len(typed) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return typed
    return said.removeprefix("comment:") if said.startswith("comment:") else typed
