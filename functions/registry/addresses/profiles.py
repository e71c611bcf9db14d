"""Accounts as admins type or paste them: names, ids, and addresses of profiles.

An address gives the account that a browser would show, or is refused with a sentence that says
what to do: a wrong guess would measure a stranger, and nobody would notice. The sentences are in
Indonesian, for the person who filled in the list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress

from functions.model import PLATFORM_NAMES, Platform
from functions.parsing.cleaning import unwrapped
from functions.registry.addresses.anatomy import Address, is_address, read, taken_apart
from functions.registry.addresses.sites import SITES

LONGEST = 4_000  # characters of an address, with all that trackers hang on it
_TOLD = 120  # characters of it that a sentence repeats
_DEEPEST = 4  # addresses inside one another

_WHAT_TO_DO = "isi nama akun atau alamat profilnya"
NO_NAME = "{text} bukan nama akun {name} ({meaning}); " + _WHAT_TO_DO
OWN_WORD = "{text} adalah kata milik {name} sendiri, bukan nama akun; " + _WHAT_TO_DO
MAIL = "{text} adalah alamat surel, bukan nama akun {name}; " + _WHAT_TO_DO
PHONE = "{text} adalah nomor telepon, bukan nama akun {name}; " + _WHAT_TO_DO
SEVERAL = "{text} memuat lebih dari satu isian; " + _WHAT_TO_DO + ", dipisahkan dengan titik koma"
BROKEN = "{text} bukan alamat yang dapat dibuka; salin alamat profilnya dari peramban"
OTHER_SITE = "{text} bukan alamat {name}; periksa kolomnya"
NO_PROFILE = "{text} bukan alamat profil {name}; buka profilnya dan salin alamatnya"
SHORT = (
    "{text} bukan alamat profil {name} melainkan tautan pendek; buka tautannya, "
    "lalu salin alamat lengkap yang tampil di peramban"
)
NO_NUMBER = (
    "{text} bukan alamat profil {name} yang memuat nama atau nomor Halamannya; "
    "buka Halamannya dan salin alamatnya"
)
CUSTOM = (
    "{text} memakai nama khusus, yang tidak dapat dicari lewat YouTube; buka kanalnya dan salin "
    "alamat yang diawali @ atau /channel/UC…"
)
NO_CHANNEL = "{text} tidak memuat id kanal YouTube (UC dan 22 huruf atau angka); salin alamatnya"

_MAIL = re.compile(r"(?:mailto:)?[^@\s]+@[^@\s]+\.\w+", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?[0-9][0-9\s().-]{6,}")
_SEPARATED = re.compile(r"[,;|\n\r]+\s*|\s+(?:dan|&|/)\s+|\s+")
_NUMBER = re.compile(r"[1-9][0-9]{4,19}")
# Facebook puts a Page's number behind its name where the Page has no name of its own, whose names
# hold no hyphens. Numbers of Pages have ten digits and more; a year or a date is part of a name.
_NUMBERED = re.compile(r".*-([1-9][0-9]{8,19})")
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_TIKTOK_CODE = re.compile(r"Z[A-Za-z0-9]{6,}")


class _NoAccount(ValueError):
    """No account is named; the sentence has places for the text, the platform's name and what its
    accounts' names are made of."""


def parse_handle(platform: Platform, text: str) -> str:
    """The account that a text names, in the one way in which it is stored, shown and asked for.

    That is its name without ``@``; the number of a Facebook Page or the id of a YouTube channel
    (``UC…``) where the address has these; and ``user/NAME`` for a YouTube user's name of before
    2014, which YouTube keeps apart from handles. Upper and lower case stay as they were written.
    The address of a post that has its owner's name in front (``x.com/NAME/status/1``) gives the
    owner. What this gives, it gives again of its own result.

    Raises:
        ValueError: no account is named; one Indonesian line says why and what to do.
    """
    site, given = SITES[platform], unwrapped(text[: 2 * LONGEST])
    try:
        if len(given) > LONGEST:
            raise _NoAccount(NO_NAME)
        named = _of_address(platform, given) if is_address(given) else _typed(platform, given)
        return _checked(platform, named)
    except _NoAccount as refused:
        told = repr(given if len(given) <= _TOLD else f"{given[:_TOLD]}…")
        sentence = str(refused).format(
            text=told, name=PLATFORM_NAMES[platform], meaning=site.meaning
        )
        raise ValueError(sentence) from None


def page_number(name: str) -> str:
    """A Facebook Page's number from ``Name-With-Hyphens-105612345678901``; any other name as is."""
    found = _NUMBERED.fullmatch(name)
    return found[1] if found else name


# What was typed


def _typed(platform: Platform, text: str) -> str:
    """The name in a text that is no address, but may be the part of one behind the host."""
    if _MAIL.fullmatch(text):
        raise _NoAccount(MAIL)
    if "#" in text or ("?" in text and not re.search(r"\?\w+=", text)):
        raise _NoAccount(NO_NAME)
    _refuse_several(text)
    site = SITES[platform]
    try:
        address = taken_apart(site.hosts[0], "/" + text.lstrip("/"))
    except ValueError:
        raise _NoAccount(NO_NAME) from None
    if len(address.words) == 1 and not address.query:
        return address.words[0]
    first, second = address.word(0), address.word(1)
    if first in site.pages or first.startswith("@") or second in site.tabs or address.query:
        return _account(platform, address)
    raise _NoAccount(SEVERAL if second else NO_NAME)


def _refuse_several(text: str) -> None:
    """Refuse a text with two names: the second begins like one, or something is between them."""
    parts = [part for part in _SEPARATED.split(text) if part]
    follow = any(part.startswith("@") or is_address(part) for part in parts[1:])
    if len(parts) > 1 and (follow or re.search(r"[,;|\n\r]", text)):
        raise _NoAccount(SEVERAL)


# Addresses


def _of_address(platform: Platform, text: str, depth: int = 0) -> str:
    if re.search(r"\s(?:@|https?:|www\.)", text, re.IGNORECASE):
        raise _NoAccount(SEVERAL)
    try:
        address = read(text)
    except ValueError:
        raise _NoAccount(BROKEN) from None
    site = SITES[platform]
    is_page = address.is_of(site) and (not address.words or address.word(0) in site.pages)
    if (address.is_wrapper or is_page) and depth < _DEEPEST:
        for inside in address.inside():
            with suppress(_NoAccount):
                return _checked(platform, _of_address(platform, inside, depth + 1))
    if not address.is_of(site):
        raise _NoAccount(OTHER_SITE)
    if address.host.removeprefix("www.") in site.short:
        raise _NoAccount(SHORT)
    if not address.shows(site):
        raise _NoAccount(NO_PROFILE)
    return _account(platform, address)


def _account(platform: Platform, address: Address) -> str:
    """The account that a browser shows at an address of the platform."""
    return _READERS[platform](address)


def _instagram(address: Address) -> str:
    if address.word(0) == "_u" and len(address.words) > 1:  # opens the app, else the profile
        return address.words[1]
    return _first("instagram", address)


def _facebook(address: Address) -> str:
    words, first = address.words, address.word(0)
    if first == "profile.php":
        return _number([address.query.get("id", "")])
    if first == "pages" and address.word(1) == "category":
        # /pages/category/Kind/Name-1056…; a Page that has a name of its own stands there under it.
        listed = page_number("".join(words[3:4]))
        return listed if listed and "-" not in listed else _number([])
    if first in ("pages", "people"):
        # /pages/Name/1056…, /pages/Name-1056…, /people/Name/6157…
        return _number([page_number(word) for word in (*words[2:3], *words[1:2])])
    if first == "p":
        return _number([page_number(word) for word in words[1:2]])
    if first == "pg" and len(words) > 1:
        return page_number(words[1])
    return page_number(_first("facebook", address))


def _number(words: list[str]) -> str:
    """The first number among words; a name beside it is decoration, not the Page's own name."""
    for word in words:
        if _NUMBER.fullmatch(word):
            return word
    raise _NoAccount(NO_NUMBER)


def _x(address: Address) -> str:
    is_card = address.word(0) == "intent" and address.word(1) in ("user", "follow")
    return (is_card and address.query.get("screen_name")) or _first("x", address)


def _tiktok(address: Address) -> str:
    words = address.words
    if len(words) > 1 and words[1].startswith("@") and re.fullmatch(r"[A-Za-z-]{2,7}", words[0]):
        return words[1]  # /id-ID/@name
    if words and _TIKTOK_CODE.fullmatch(words[0]):
        raise _NoAccount(SHORT)
    return _first("tiktok", address)


def _youtube(address: Address) -> str:
    words, first, second = address.words, address.word(0), address.words[1:2]
    if first.startswith("@"):
        if _CHANNEL.fullmatch(words[0][1:]):  # a handle that would be taken for a channel's id
            raise _NoAccount(NO_PROFILE)
        return words[0]
    if first == "channel" and second:
        if not _CHANNEL.fullmatch(second[0]):
            raise _NoAccount(NO_CHANNEL)
        return second[0]
    if first == "user" and second:
        return f"user/{second[0]}"
    for page, parameter in (("profile", "user"), ("subscription_center", "add_user")):
        if first == page and (name := address.query.get(parameter)):
            return f"user/{name}"
    if first == "c" and second:
        raise _NoAccount(CUSTOM)
    _first("youtube", address)
    raise _NoAccount(CUSTOM)


_READERS: dict[Platform, Callable[[Address], str]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "x": _x,
    "tiktok": _tiktok,
    "youtube": _youtube,
}


def _first(platform: Platform, address: Address) -> str:
    """The first word of an address' path, where an account's name stands."""
    if not address.words or address.word(0) in SITES[platform].pages:
        raise _NoAccount(NO_PROFILE)
    return address.words[0]


# Whatever it came from


def _checked(platform: Platform, named: str) -> str:
    """A name as it is stored; refused where the platform gives none like it."""
    site, name = SITES[platform], named.removeprefix("@")
    if platform == "facebook":
        name = page_number(name)
    if platform == "youtube" and named.startswith("@") and _CHANNEL.fullmatch(name):
        raise _NoAccount(NO_PROFILE)
    if _is_phone(platform, name):
        raise _NoAccount(PHONE)
    if name.casefold() in site.pages or name.casefold().endswith((".php", ".html")):
        raise _NoAccount(OWN_WORD)
    # What would be read as an address the next time cannot be a name: @www.kemenkum.
    if not site.name_form.fullmatch(_without_marks(name)) or is_address(name):
        raise _NoAccount(NO_NAME)
    return name


def _is_phone(platform: Platform, name: str) -> bool:
    if not _PHONE.fullmatch(name):
        return False
    is_number = name.isdecimal() and platform == "facebook" and not name.startswith("0")
    begins = name.startswith(("0", "+", "62", "(")) or not name.isdecimal()
    return begins and not is_number


def _without_marks(name: str) -> str:
    """A name without the marks that stand above and below letters, as in Javanese script."""
    if name.isascii():
        return name
    return "".join(sign for sign in name if not unicodedata.category(sign).startswith("M"))
