"""From a file's rows to satker documents, with every problem of every row in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform, iso, parse_time
from functions.registry.handles import NAMES, parse_handle

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")

Document = dict[str, Any]


def check(
    rows: Sequence[tuple[int, Mapping[str, str]]], held: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Document], list[str]]:
    """Documents by satker id, and what is wrong, one Indonesian line each.

    Args:
        rows: line number and cells of each row.
        held: the documents there are already. A handle's own ``from`` and ``to`` are kept from
            them, since a file has no place for them.
    """
    documents: dict[str, Document] = {}
    problems: list[str] = []
    owners: dict[tuple[Platform, str], str] = {}
    for number, row in rows:
        found: list[str] = []
        satker_id = row.get("id", "")
        document = _document(row, held.get(satker_id, {}), found)
        if not ID.fullmatch(satker_id):
            found.append(f"id {satker_id!r} harus huruf kecil, angka dan tanda hubung")
        elif satker_id in documents:
            found.append(f"id {satker_id!r} sudah dipakai di baris lain")
        for platform in PLATFORMS:
            for handle in _handles(row, platform, found):
                owner = owners.setdefault((platform, handle.casefold()), satker_id)
                if owner != satker_id:
                    found.append(f"{NAMES[platform]} {handle} sudah terdaftar untuk {owner}")
        documents.setdefault(satker_id, document)
        problems += [f"baris {number}: {problem}" for problem in found]
    for number, row in rows:
        parent = row.get("induk", "")
        if parent and parent not in documents and parent not in held:
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
