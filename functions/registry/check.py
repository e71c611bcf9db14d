"""From a file's rows to satker documents, with every problem of every row in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform, iso, parse_time
from functions.registry.addresses.profiles import parse_handle
from functions.registry.addresses.sites import NAMES

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")

Document = dict[str, Any]


def check(
    rows: Sequence[tuple[int, Mapping[str, str]]], held: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Document], list[str]]:
    """Documents by satker id, and what is wrong, one Indonesian line each.

    Args:
        rows: line number and cells of each row; the column ``instansi`` is not looked at.
        held: the documents there are already. A handle's own ``from`` and ``to`` are kept from
            them, since a file has no place for them.
    """
    documents, problems = check_agencies(
        [(n, {**row, "instansi": ""}) for n, row in rows], {"": held}
    )
    return documents[""], problems


def check_agencies(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    held: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> tuple[dict[str, dict[str, Document]], list[str]]:
    """As ``check``, for rows of several agencies: documents by agency and satker id.

    Args:
        rows: the column ``instansi`` says whose a row is; empty: the first one's.
        held: the documents there are already, of every agency in their order.
    """
    first = next(iter(held))
    documents: dict[str, dict[str, Document]] = {agency: {} for agency in held}
    problems: list[str] = []
    owners: dict[tuple[Platform, str], tuple[str, str]] = {}
    for number, row in rows:
        found: list[str] = []
        agency, satker_id = row.get("instansi", "") or first, row.get("id", "")
        if agency not in held:
            found.append(f"instansi {agency!r} tidak dikenal; pilih {', '.join(held)}")
        known = documents.get(agency, {})
        document = _document(row, held.get(agency, {}).get(satker_id, {}), found)
        if not ID.fullmatch(satker_id):
            found.append(f"id {satker_id!r} harus huruf kecil, angka dan tanda hubung")
        elif satker_id in known:
            found.append(f"id {satker_id!r} sudah dipakai di baris lain")
        for platform in PLATFORMS:
            for handle in _handles(row, platform, found):
                us = (agency, satker_id)
                owner = owners.setdefault((platform, handle.casefold()), us)
                if owner != us:
                    whose = owner[1] if owner[0] == agency else f"{owner[1]} ({owner[0]})"
                    found.append(f"{NAMES[platform]} {handle} sudah terdaftar untuk {whose}")
        known.setdefault(satker_id, document)
        problems += [f"baris {number}: {problem}" for problem in found]
    for number, row in rows:
        agency, parent = row.get("instansi", "") or first, row.get("induk", "")
        if agency in held and parent and parent not in {*documents[agency], *held[agency]}:
            problems.append(f"baris {number}: induk {parent!r} tidak ada dalam daftar")
    return documents, problems


def _document(row: Mapping[str, str], held: Mapping[str, Any], problems: list[str]) -> Document:
    if "" in row:
        problems.append("ada isi di luar kolom; periksa pemisah atau tanda kutip")
    if not row.get("nama"):
        problems.append("nama kosong")
    if not KIND.fullmatch(row.get("jenis", "")):
        problems.append(
            f"jenis {row.get('jenis', '')!r} harus misalnya unit-utama, kanwil atau upt"
        )
    document: Document = {
        "name": row.get("nama", ""),
        "short_name": row.get("singkatan") or None,
        "kind": row.get("jenis", ""),
        "province": row.get("provinsi") or None,
        "timezone": _timezone(row.get("zona_waktu", ""), problems),
        "website": row.get("website") or None,
        "parent": row.get("induk") or None,
        "active_from": _date("aktif_dari", row, problems),
        "active_to": _date("aktif_sampai", row, problems),
        "accounts": {
            platform: [_kept(held, platform, handle) for handle in _handles(row, platform, [])]
            for platform in PLATFORMS
            if row.get(platform)
        },
    }
    begin, end = document["active_from"], document["active_to"]
    if begin and end and end < begin:
        problems.append("aktif_sampai lebih awal daripada aktif_dari")
    return document


def _handles(row: Mapping[str, str], platform: Platform, problems: list[str]) -> list[str]:
    handles = []
    for part in row.get(platform, "").split(";"):
        if part.strip():
            try:
                handles.append(parse_handle(platform, part))
            except ValueError as error:
                problems.append(f"kolom {platform}: {error}")
    return list(dict.fromkeys(handles))


def _kept(held: Mapping[str, Any], platform: Platform, handle: str) -> Any:
    """The handle, with the validity that an admin gave it earlier."""
    accounts = held.get("accounts")
    earlier = (accounts.get(platform) if isinstance(accounts, Mapping) else None) or []
    for given in earlier if isinstance(earlier, list) else [earlier]:
        if (
            isinstance(given, Mapping)
            and str(given.get("handle", "")).casefold() == handle.casefold()
        ):
            return dict(given)
    return handle


def _timezone(name: str, problems: list[str]) -> str:
    name = name or "Asia/Jakarta"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        problems.append(f"zona_waktu {name!r} tidak dikenal; misalnya Asia/Jakarta, Asia/Makassar")
    return name


def _date(column: str, row: Mapping[str, str], problems: list[str]) -> str | None:
    """A date, or an instant as an export writes one that was picked in the console."""
    given = row.get(column, "")
    if not given:
        return None
    try:
        if len(given) > len("2026-10-01"):
            return iso(parse_time(given))
        return date.fromisoformat(given).isoformat()
    except ValueError:
        problems.append(f"{column} {given!r} bukan tanggal; tulis misalnya 2026-10-01")
        return None
