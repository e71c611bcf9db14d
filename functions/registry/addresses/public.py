"""The address of a post that may be shown and published.

Platforms give addresses, and a link on an official page must lead to the platform and nowhere else.
An address that is not ``https`` on the platform's own host is replaced by one built from the
post's id.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from functions.model import Platform
from functions.registry.addresses.anatomy import read
from functions.registry.addresses.sites import SITES

LONGEST = 2_000  # characters; no platform's own comes near
# What an address on the web may hold (RFC 3986), so that nothing needs to be known of readers.
_PLAIN = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%\[\]-]+", re.IGNORECASE)
# What platforms give day by day needs no taking apart.
_NAMED = r"(?:v|id|fbid|story_fbid|set|type)=[A-Za-z0-9_.-]*"
_USUAL = {
    platform: re.compile(
        rf"https://(?:www\.)?{re.escape(site.hosts[0])}/[A-Za-z0-9._@/-]*"
        rf"(?:\?{_NAMED}(?:&{_NAMED})*)?"
    )
    for platform, site in SITES.items()
}
_BUILT: dict[str, str] = {
    "instagram": "https://www.instagram.com/media/{}",
    "facebook": "https://www.facebook.com/{}",
    "x": "https://x.com/i/status/{}",
    "tiktok": "https://www.tiktok.com/video/{}",
    "youtube": "https://www.youtube.com/watch?v={}",
}


def public_address(platform: Platform, post_id: str, url: str) -> str:
    """A post's address: ``url`` where it is sound, with ``https``, else one built from the id.

    A sound address leads to the platform itself and redirects nowhere: http or https on one of the
    platform's own hosts, without a user name, a port, white space, or another address inside.
    """
    return own_address(platform, url) or built_address(platform, post_id)


def own_address(platform: Platform, url: str) -> str | None:
    """``url`` with ``https`` where it is sound, as ``public_address`` judges it; else None."""
    if len(url) <= LONGEST:
        if _USUAL[platform].fullmatch(url):
            return url
        if _is_sound(platform, url):
            return "https" + url[url.index("://") :]
    return None


def built_address(platform: str, post_id: str) -> str:
    """The address that a post's id alone makes."""
    return _BUILT[platform].format(quote(post_id, safe="", errors="replace"))


def _is_sound(platform: Platform, url: str) -> bool:
    if not _PLAIN.fullmatch(url):
        return False
    try:
        address = read(url)
    except ValueError:
        return False
    has_port = ":" in url.split("/")[2]
    return (
        address.shows(SITES[platform])
        and not has_port
        and not address.is_wrapper
        and next(address.inside(), None) is None
    )
