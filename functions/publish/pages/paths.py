"""Where the site's pages lie. A path that was published once never disappears.

Paths are relative to an agency's site and end with a slash: ``2026/10/``, ``satker/kanwil-ntt/``.
"""

from __future__ import annotations

import hashlib
import re

from functions.model import PLATFORMS, Platform

# What may not be the name of a kind of unit below a month: another list's, a page's number, a
# folder of documents, a file.
_TAKEN = re.compile(
    rf"(?:{'|'.join(PLATFORMS)}|semua|pengikut-\d+|jenis-.*|r?\d+|.*\..*)", re.IGNORECASE
)
ALL = "semua"
FEED = "feed.xml"
_LONGEST = 120  # characters of a segment; a folder takes 255 bytes
EMBEDS = "sematan/"
ISSUES = "isu/"
ACROSS = f"{ISSUES}lintas/"  # no week's name
INSIGHTS = "wawasan/"
VOICE = "suara/"
# Lists in frames, whose names no satker's frame may have; the prefix keeps those apart.
_TAKEN_EMBED = re.compile(r"(?:terpopuler|teraktif|satker-.*)", re.IGNORECASE)


def month_path(month: str) -> str:
    """Where a month's page lies."""
    return f"{month[:4]}/{month[5:7]}/"


def list_path(month: str, scope: str = "", page: int = 1) -> str:
    """Where one list of a month lies: that of all satker, or of a scope's segment."""
    return f"{month_path(month)}{scope or ALL}/{_page(page)}"


def satker_path(satker: str) -> str:
    """Where a satker's page lies."""
    return f"satker/{segment(satker)}/"


def units_path(page: int = 1) -> str:
    """Where the list of all satker lies. No satker's months lie there: they begin with a year."""
    return f"satker/{ALL}/{page}/" if page > 1 else "satker/"


def unit_month_path(satker: str, month: str, page: int = 1) -> str:
    """Where a satker's month lies."""
    return f"{satker_path(satker)}{month_path(month)}{_page(page)}"


def embed_path(satker: str) -> str:
    """Where a satker's page for frames on other sites lies."""
    plain = segment(satker)
    return f"{EMBEDS}satker-{plain}/" if _TAKEN_EMBED.fullmatch(plain) else f"{EMBEDS}{plain}/"


def week_path(week: str) -> str:
    """Where the page of a week's issues lies."""
    return f"{ISSUES}{week}/"


def week_data(week: str) -> str:
    """Where a week's issues lie as data."""
    return f"data/{ISSUES}{week}.json"


def insights_data(month: str) -> str:
    """Where a month's insights lie as data."""
    return f"data/{INSIGHTS}{month}.json"


def shares_data(month: str) -> str:
    """Where a month's shares of labels lie as data."""
    return f"data/{VOICE}{month}.json"


def post_path(platform: Platform, post_id: str) -> str:
    """Where a post's page lies."""
    return f"unggahan/{platform}/{segment(post_id)}/"


def kind_segment(kind: str) -> str:
    """A kind of unit as the segment of its list; never the same as another list's."""
    plain = segment(kind)
    return f"jenis-{plain}" if _TAKEN.fullmatch(plain) else plain


def band_segment(band: int) -> str:
    """A follower band as the segment of its list."""
    return f"pengikut-{band}"


def flag_anchor(satker: str) -> str:
    """Where a month's page tells a satker's flags."""
    return f"penanda-{segment(satker)}"


def post_anchor(platform: Platform, post_id: str) -> str:
    """Where the page of a satker's month tells a post."""
    return f"u-{platform}-{segment(post_id)}"


def segment(text: str) -> str:
    """A registry's code as a path segment; characters that a path could misread become ``~2f``.

    Beyond two digits the number has an end of its own, ``~~3b1~``, so that no two codes share a
    segment. The empty code is ``~``. What is longer than a file's name may be in any target ends in
    a digest of the code.
    """
    safe = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_.") else _escaped(ord(c)) for c in text
    )
    if safe == "index.html":  # the page of the folder above
        return "index~2ehtml"
    if len(safe) > _LONGEST:
        digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
        safe = f"{safe[: _LONGEST - 18]}~~{digest}"
    return f"~2e{safe[1:]}" if safe.startswith(".") else safe or "~"


def _escaped(number: int) -> str:
    return f"~{number:02x}" if number < 0x100 else f"~~{number:x}~"


def _page(number: int) -> str:
    return f"{number}/" if number > 1 else ""
