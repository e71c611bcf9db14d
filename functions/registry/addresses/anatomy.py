"""One address taken apart as a browser takes it, and what stands inside it.

A text that a browser would follow to somewhere else than it seems is no address here: one with a
user name or password before the host, with a port, or with letters that only look like the host's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from functions.registry.addresses.sites import PLATFORM_OF, Site

_SCHEME = re.compile(r"https?:[/\\]+|//", re.IGNORECASE)
_BEFORE_QUERY = re.compile(r"\A[^?#]*")
_OTHER_SCHEME = re.compile(r"[^/?#]*://")
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.){1,9}[a-z]{2,63}\.?", re.IGNORECASE | re.ASCII)

# How a text that is nothing but a host ends. Names may hold dots and end in .id or .bali, so only
# what no platform lets a name end in is one.
_DOMAIN = re.compile(
    r"(?:[\w-]+\.)+(?:com|net|org|gov|edu|mil|int|(?:go|co|ac|or|sch|web|my|desa|mil|net|biz)\.id)"
    rf"|(?:[\w-]+\.)*(?:{'|'.join(map(re.escape, sorted(PLATFORM_OF)))})",
    re.IGNORECASE,
)
# With a path behind it any ending will do.
_PLACE = re.compile(
    rf"(?:(?:{_DOMAIN.pattern})[.]?(?::[0-9]*)?|(?:[\w-]+\.)+[a-z]{{2,4}}(?=[/\\][^/\\\s]))[/\\?#]",
    re.IGNORECASE,
)

# Places that only lead on to the address that stands inside: what Google, Facebook, Instagram,
# YouTube and mail programs make of a link.
_WRAPPERS = re.compile(
    r"(?:(?:l|lm)\.(?:facebook|instagram|messenger)\.com|(?:consent|accounts)\.youtube\.com"
    r"|(?:www\.)?google(?:\.com?)?(?:\.[a-z]{2})?(?=/(?:url|amp)(?:[/?]|$))"
    r"|(?:accounts|consent)\.google\.com"
    r"|[a-z0-9-]+\.cdn\.ampproject\.org|[a-z0-9]+\.safelinks\.protection\.outlook\.com)(?:/|$)"
)
_LEADS_ON = frozenset(
    {"next", "u", "url", "q", "href", "continue", "dest", "target", "return", "return_to"}
    | {"redirect_url", "redirect_after_login"}
)
_ACCELERATED = re.compile(r"/(?:amp|[acv])/(?:s/)?(?=[^/]+\.)")  # google.com/amp/s/x.com/…


class Address(NamedTuple):
    """An address: its host in lower case, the unquoted words of its path, the last value of each
    parameter of its query, its fragment."""

    host: str
    words: tuple[str, ...]
    query: Mapping[str, str]
    path: str = ""
    fragment: str = ""

    def word(self, index: int) -> str:
        """A word of the path for comparing; empty when the path is shorter."""
        return self.words[index].lower() if index < len(self.words) else ""

    @property
    def is_wrapper(self) -> bool:
        """Whether it only redirects to an address inside it."""
        return _WRAPPERS.match(self.host + self.path) is not None

    def shows(self, site: Site) -> bool:
        """Whether the platform itself is there, not its help pages or its shop."""
        for host in site.hosts:
            subdomain = self.host.removesuffix(host)
            if subdomain != self.host:
                return not subdomain or bool(re.fullmatch(rf"(?:{site.subdomains})\.", subdomain))
        return False

    def is_of(self, site: Site) -> bool:
        """Whether the host is any of the platform's own."""
        return any(f".{self.host}".endswith(f".{host}") for host in (*site.hosts, *site.short))

    def inside(self) -> Iterator[str]:
        """The addresses that this one may redirect to: ``?next=/name/``, ``#!/name``."""
        if self.is_wrapper and (found := _ACCELERATED.match(self.path)):
            yield self.path[found.end() :]
        leading = [value for name, value in self.query.items() if name.lower() in _LEADS_ON]
        for text in (*leading, self.fragment.removeprefix("!")):
            for _ in range(3):  # as often as it was encoded on its way
                if not re.match(r"https?%|%2f", text, re.IGNORECASE):
                    break
                text = unquote(text)
            if text.startswith("/") and not text.startswith("//"):
                yield f"https://{self.host}{text}"
            elif is_address(text):
                yield text


def is_address(text: str) -> bool:
    """Whether a text was meant as an address of the web, or can be nothing else."""
    if _SCHEME.match(text) or _OTHER_SCHEME.match(text) or text[:4].lower() == "www.":
        return True
    return bool(_DOMAIN.fullmatch(text) or _PLACE.match(text))


def read(text: str) -> Address:
    """The address that a text is.

    ValueError (without a sentence) when a browser finds no address in it, or would go to another
    host than it seems.
    """
    text = text.replace("&amp;", "&")  # as it stands in a page's source
    text = _BEFORE_QUERY.sub(lambda found: found[0].replace("\\", "/"), text, count=1)
    if found := _SCHEME.match(text):
        text = text[found.end() :]
    elif _OTHER_SCHEME.match(text):
        raise ValueError("another scheme than http")
    authority = re.split(r"[/?#]", text, maxsplit=1)[0]
    host, _, port = authority.partition(":")
    if not _HOST.fullmatch(host) or port not in ("", "80", "443"):
        raise ValueError("no plain host")
    return taken_apart(host.lower().removesuffix("."), text[len(authority) :])


def taken_apart(host: str, rest: str) -> Address:
    """An address from its host and what follows on it."""
    parts = urlsplit(f"https://host{rest}")
    return Address(
        host=host,
        words=tuple(filter(None, map(str.strip, unquote(parts.path).split("/")))),
        query=dict(parse_qsl(parts.query, max_num_fields=None)),
        path=parts.path,
        fragment=unquote(parts.fragment),
    )
