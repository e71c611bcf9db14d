"""What KIPRAH_NOTIFY holds: a mail server to write to units from, and webhooks.

Addresses are in Apprise's form. Of its many services only mail and JSON webhooks are taken, and of
their options only those that say who writes, and where: none of them runs a program, writes a file
or leaves certificates unchecked.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

MAIL = ("mailto", "mailtos")
HOOKS = ("json", "jsons")
MOST_HOOKS = 5
_BETWEEN = re.compile(rf"[\s,]+(?=(?:{'|'.join((*MAIL, *HOOKS))})://)", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_OPTIONS = frozenset({"from", "name", "smtp", "mode", "user", "pass", "reply"})
_MODES = frozenset({"starttls", "ssl", "insecure"})
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_HEADER = re.compile(r"(\+|%2[Bb])[A-Za-z0-9-]+=.*")


class Targets(NamedTuple):
    """Where notices go: the mail server's address (None: no mail), and those of webhooks."""

    mail: str | None
    hooks: tuple[str, ...]


def targets(given: str) -> Targets:
    """What a setting names; ``is_usable`` holds for it."""
    found = _split(given)
    mail = next((each for each in found if _scheme(each) in MAIL), None)
    return Targets(mail, tuple(each for each in found if _scheme(each) in HOOKS))


def is_usable(given: str) -> bool:
    """At most one mail server and some webhooks, each of the form that we know."""
    found = _split(given)
    mails = [each for each in found if _scheme(each) in MAIL]
    if len(mails) > 1 or len(found) - len(mails) > MOST_HOOKS:
        return False
    return all(_is_mail(each) if each in mails else _is_hook(each) for each in found)


def secrets(given: str) -> tuple[str, ...]:
    """Everything in a setting that nobody may see, beside the setting as a whole."""
    found: list[str] = []
    for each in _split(given):
        parts = _parts(each)
        if parts is None:
            continue
        values = [option.partition("=")[2] for option in parts.query.split("&")]
        hidden = [each, parts.password or "", *(v for v in values if not _is_plain(v))]
        found += [form for value in hidden for form in (value, unquote(value), value.strip("/"))]
    return tuple(dict.fromkeys(value for value in found if value))


def _split(given: str) -> list[str]:
    return [each.strip(" ,") for each in _BETWEEN.split(given.strip()) if each.strip(" ,")]


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()


def _is_plain(value: str) -> bool:
    """Whether an option's value is well known: a mode, or a mail address that stands in mails."""
    return value in _MODES or bool(_ADDRESS.search(unquote(value)))


def _parts(address: str) -> SplitResult | None:
    """An address with a host, in plain letters; None when it is none."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        host = host if parts.port is None else host.rpartition(":")[0]
    except ValueError:
        return None
    # What is written as %0A would end a header and begin another.
    is_one_line = address.isascii() and all(c.isprintable() for c in (*address, *unquote(address)))
    is_whole = bool(_HOST.fullmatch(host)) and not parts.fragment and " " not in address
    return parts if is_one_line and is_whole else None


def _is_mail(address: str) -> bool:
    parts = _parts(address)
    if parts is None or parts.path.strip("/"):
        return False
    options: dict[str, str] = {}
    for option in filter(None, parts.query.split("&")):
        name, _, value = option.partition("=")
        if name in options:
            return False
        options[name] = unquote(value.replace("+", " "))
    if not options.keys() <= _OPTIONS or options.get("mode", "ssl") not in _MODES:
        return False
    # Who writes: an address of its own, or the user of the server.
    sender = options.get("from", "")
    is_named = bool(_ADDRESS.search(sender)) if sender else bool(parts.username)
    return is_named and bool(_ADDRESS.search(options.get("reply", "a@b.c")))


def _is_hook(address: str) -> bool:
    """A webhook, with headers (``+Name=value``) as its only options."""
    parts = _parts(address)
    if parts is None or _scheme(address) not in HOOKS:
        return False
    return all(_HEADER.fullmatch(option) for option in filter(None, parts.query.split("&")))
