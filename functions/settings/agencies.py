"""The agencies of one installation as KIPRAH_AGENCIES names them, and their KIPRAH_SHARES."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from functions.settings import forms, kinds
from functions.settings.forms import SettingsError, quoted

_LONGEST_NAME = 100
_MOST = 1_000
# In bytes, of what names every agency; whoever has more is told why they must be fewer.
_MOST_BYTES = {"KIPRAH_AGENCIES": 28_000, "KIPRAH_SHARES": 2_000}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# A further agency's id is the folder of its site, and of its files for staff: no path of a site,
# and no folder of those files, may be called like it.
_RESERVED = re.compile(
    r"404|assets|banding|bukti|data|dialog|feed|index|instansi|isu|kotak|metode|periksa|peta"
    r"|platform|robots|satker|sematan|siaga|sitemap|status|suara|unggahan|wawasan|[0-9]{4}"
)


class NamedAgency(NamedTuple):
    """One agency of KIPRAH_AGENCIES; ``timezone`` is KIPRAH_TIMEZONE unless it names its own."""

    id: str
    name: str
    timezone: str


def named(agencies: str, timezone: str) -> tuple[NamedAgency, ...]:
    """What KIPRAH_AGENCIES names, in its order. Raises SettingsError."""
    entries = (entry.strip() for entry in agencies.split(";"))
    return tuple(_named(entry, timezone) for entry in entries if entry)


def weights(shares: str, agencies: Sequence[NamedAgency]) -> dict[str, int]:
    """What KIPRAH_SHARES gives, by the agency's id. Raises SettingsError."""
    known = {agency.id for agency in agencies}
    found: dict[str, int] = {}
    for entry in filter(None, map(str.strip, shares.split(";"))):
        agency, weight = _weight(entry)
        if agency not in known or agency in found:
            said = "is there twice" if agency in found else "is none of KIPRAH_AGENCIES"
            raise SettingsError(f"KIPRAH_SHARES: {quoted(agency)} {said}; name each agency once")
        found[agency] = weight
    return found


def check(agencies: str, shares: str, timezone: str) -> None:
    """SettingsError unless both can be used.

    An agency's id is a path in the store and, from the second on, the folder of its site.
    """
    found = named(agencies, timezone)
    if len(found) > _MOST:
        raise SettingsError(f"KIPRAH_AGENCIES names more than {_MOST:,} agencies")
    seen: set[str] = set()
    for agency in found:
        if said := _fault(agency, seen):
            raise SettingsError(f"KIPRAH_AGENCIES: {said}")
        seen.add(agency.id)
    _check_size("KIPRAH_AGENCIES", agencies)
    _check_size("KIPRAH_SHARES", shares)
    weights(shares, found)


def _named(entry: str, timezone: str) -> NamedAgency:
    name, equals, words = entry.partition("=")
    words, at, zone = words.partition("@")
    if not (equals and words.strip() and name.strip() and bool(at) == bool(zone.strip())):
        raise SettingsError(
            f"KIPRAH_AGENCIES: {quoted(entry)} must be ID=NAME or ID=NAME@ZONE, "
            "such as kemenham=Kementerian HAM@Asia/Makassar; separate agencies by ;"
        )
    return NamedAgency(name.strip(), words.strip(), zone.strip() or timezone)


def _weight(entry: str) -> tuple[str, int]:
    agency, _, weight = (part.strip() for part in entry.partition("="))
    if not re.fullmatch(r"[1-9][0-9]{0,3}", weight):
        raise SettingsError(
            f"KIPRAH_SHARES: {quoted(entry)} must be ID=WEIGHT, a whole number from 1 to 9999, "
            "such as kemenkum=3; separate agencies by ;"
        )
    return agency, int(weight)


def _fault(agency: NamedAgency, seen: set[str]) -> str | None:
    the_id = f"the id {quoted(agency.id)}"
    if not _ID.fullmatch(agency.id):
        return (
            f"{the_id} must be at most 40 lower case letters, digits and hyphens, and not begin "
            "with a hyphen"
        )
    if _RESERVED.fullmatch(agency.id):
        return f"{the_id} is a path of every site; take another"
    if agency.id in seen:
        return f"{the_id} is there twice; give each its own"
    if len(agency.name) > _LONGEST_NAME:
        return f"the name of {agency.id} must have at most {_LONGEST_NAME} characters"
    if forms.fault(kinds.Zone, agency.timezone):
        zone = quoted(agency.timezone)
        return f"{zone} of {agency.id} is no time zone; write for example Asia/Makassar"
    return None


def _check_size(env: str, value: str) -> None:
    """All variables of a function have 32 KiB together ("Environment variables" of Cloud Run's
    documentation, November 2026): these two may take up what the others leave."""
    size = len(value.encode())
    if size > _MOST_BYTES[env]:
        raise SettingsError(
            f"{env} takes {size:,} bytes and may take {_MOST_BYTES[env]:,}, since a function's "
            "environment holds 32 KiB: shorten the agencies' ids and names"
        )
