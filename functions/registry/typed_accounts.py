"""A unit's accounts as people write them: a map, a list, or a single text.

- a map: ``{instagram: kemenkum_bali, x: [a, b], tiktok: {handle: c, from: 2026-10-01}}``
- a list: ``["https://www.instagram.com/kemenkum_bali", "x: kemenkum_bali", {facebook: 615…}]``
- a text: one of these, or several between semicolons, commas or lines
- and each platform as a field of its own beside the unit's others

The console knows lists and maps and people mix them up: a map from 0, 1, 2 on is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from functions.model import PLATFORMS, Platform
from functions.parsing.cleaning import clean
from functions.registry.addresses.anatomy import is_address
from functions.registry.addresses.profiles import parse_handle
from functions.registry.fields import Names, account_fields, platform_of
from functions.registry.values import UnreadableValue, is_empty, shown

_BETWEEN = re.compile(r"\s*(?:[;\n\r]+|,(?=\s))\s*")
_NAMED = re.compile(r"\s*([A-Za-z]{1,12})\s*[:=]\s*(?!//)(.*)", re.DOTALL)


class TypedAccount(NamedTuple):
    """One account as it was typed: for which platform, and a name, an address or a map."""

    platform: Platform
    item: Any


class NoPlatform(NamedTuple):
    """What was typed where an account was expected, and names no platform; ``said`` tells why."""

    said: str


def typed_accounts(fields: Mapping[str, Any], names: Names) -> Iterator[TypedAccount | NoPlatform]:
    """Every account of a unit, without what is empty.

    Args:
        fields: the unit's, by our names.
        names: what they are called where they were typed.
    """
    label = names["accounts"]
    given = fields.get("accounts")
    if isinstance(given, Mapping) and not _is_list(given):
        yield from _of_map({} if is_empty(given) else given)
    else:
        for item in _items(given):
            yield from _of_item(item, label)
    for platform in PLATFORMS:
        for item in _items(fields.get(platform)):
            yield TypedAccount(platform, item)


def accounts_of(fields: Mapping[str, Any]) -> dict[Platform, list[Any]]:
    """What was typed for each platform, however it was typed; what names none is left out."""
    found: dict[Platform, list[Any]] = {}
    for typed in typed_accounts(fields, {"accounts": ""}):
        if isinstance(typed, TypedAccount):
            found.setdefault(typed.platform, []).append(typed.item)
    return found


def handle_of(item: Any) -> Any:
    """What was typed as an account's name, by itself or in a map."""
    return account_fields(item).values.get("handle") if isinstance(item, Mapping) else item


def _of_map(given: Mapping[Any, Any]) -> Iterator[TypedAccount | NoPlatform]:
    for name, listed in given.items():
        platform = platform_of(name)
        if platform is None:
            yield NoPlatform(f"platform {shown(name)} tidak dikenal; pilih {', '.join(PLATFORMS)}")
            continue
        for item in _items(listed):
            yield TypedAccount(platform, item)


def _of_item(item: Any, label: str) -> Iterator[TypedAccount | NoPlatform]:
    """What stands for itself in a list: it has to say which platform it is of."""
    if isinstance(item, Mapping):
        yield from _of_detail(item, label)
        return
    if not isinstance(item, str) or isinstance(item, UnreadableValue):
        yield NoPlatform(_unnamed(item, label))
        return
    named = _NAMED.fullmatch(item)
    if named and (platform := platform_of(named[1])) is not None:
        if not is_empty(named[2]):
            yield TypedAccount(platform, named[2].strip())
        return
    platform = _platform_at(item)
    if platform is None:
        yield NoPlatform(_unnamed(item, label))
    else:
        yield TypedAccount(platform, item)


def _of_detail(item: Mapping[Any, Any], label: str) -> Iterator[TypedAccount | NoPlatform]:
    """A map in a list: ``{platform: x, handle: a}``, or ``{x: a}``."""
    fields = account_fields(item).values
    if "platform" in fields:
        platform = platform_of(fields["platform"])
        if platform is None:
            what = shown(fields["platform"])
            yield NoPlatform(f"platform {what} tidak dikenal; pilih {', '.join(PLATFORMS)}")
            return
        rest = {name: value for name, value in item.items() if not _is_platform_field(name)}
        if not is_empty(rest):
            yield TypedAccount(platform, rest)
    elif "handle" in fields and not any(platform_of(name) for name in item):
        found = next(_of_item(fields["handle"], label), None)
        if isinstance(found, TypedAccount) and not isinstance(fields["handle"], Mapping):
            yield TypedAccount(found.platform, item)
        elif found is not None:
            yield NoPlatform(_unnamed(fields["handle"], label))
    else:
        yield from _of_map(item)


def _is_platform_field(name: Any) -> bool:
    return "platform" in account_fields({name: 1}).values


def _platform_at(text: str) -> Platform | None:
    """The platform whose profile an address shows; None for what is no address of one."""
    if not is_address(clean(text)):
        return None
    for platform in PLATFORMS:
        try:
            parse_handle(platform, text)
        except ValueError:
            continue
        return platform
    return None


def _items(listed: Any) -> list[Any]:
    """The single items of what was typed in one place, without what is empty."""
    if isinstance(listed, Mapping) and _is_list(listed):
        listed = list(listed.values())
    items = listed if isinstance(listed, list | tuple) else [listed]
    found: list[Any] = []
    for item in items:
        is_text = isinstance(item, str) and not isinstance(item, UnreadableValue)
        found += _BETWEEN.split(item) if is_text else [item]
    return [item for item in found if not is_empty(item)]


def _is_list(given: Mapping[Any, Any]) -> bool:
    """Whether it is a map in the console's form but counts its items, from 0 or 1 on."""
    return bool(given) and all(isinstance(name, str) and name.isdecimal() for name in given)


def _unnamed(item: Any, label: str) -> str:
    return (
        f"{label} harus berisi platform dan nama akun; {shown(item)} tidak menyebut platform, "
        "tulis misalnya instagram: nama_akun"
    )
