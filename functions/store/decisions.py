"""Decisions and objections as admins write them, by command or by hand in the console.

A document is read leniently and fails alone: what is wrong with it is one Indonesian line, and it
changes nothing until it is mended. Whose post it is about stands in ``post`` (``x:123``, what the
data files call platform and post_id) or, typed by hand, in ``url``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform
from functions.store.evidence import Action, Decision, Objection

ACTIONS: tuple[Action, ...] = get_args(Action)


def parse_decision(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Decision:
    """A decision from its document; ValueError in Indonesian when it cannot be understood."""
    action = document.get("action")
    if action not in ACTIONS:
        raise ValueError(f"action {action!r} tidak dikenal; pilih {', '.join(ACTIONS)}")
    platform, post_id = parse_post(document.get("post"))
    satker, value = _text(document, "satker"), document.get("value")
    if action == "reassign" and satker is None:
        raise ValueError("satker kosong; isi kode satuan kerja yang menerima unggahan")
    if action == "set_value" and (
        not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53
    ):
        raise ValueError(f"value {value!r} bukan jumlah interaksi; isi bilangan bulat")
    return Decision(
        id=id,
        action=action,
        platform=platform,
        post_id=post_id,
        account_id=_account_id(document.get("account"), platform),
        by=_needed(document, "by", "isi nama yang memutuskan"),
        at=_instant(document, "at", zone),
        why=_needed(document, "why", "isi alasannya"),
        link=_text(document, "link"),
        satker=satker if action == "reassign" else None,
        value=value if action == "set_value" else None,
        objection=_text(document, "objection"),
    )


def parse_objection(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Objection:
    """An objection from its document; ValueError in Indonesian when it cannot be understood.

    It is decided once ``answer``, ``answered_by`` and ``answered_at`` are there.
    """
    given = document.get("post")
    platform, post_id = parse_post(given) if given else (None, None)
    answer = _text(document, "answer")
    accepted = document.get("accepted")
    if answer and not isinstance(accepted, bool):
        raise ValueError("accepted harus true (dikabulkan) atau false (ditolak)")
    return Objection(
        id=id,
        platform=platform,
        post_id=post_id,
        satker=_text(document, "satker"),
        by=_needed(document, "by", "isi nama yang menyanggah"),
        at=_instant(document, "at", zone),
        why=_needed(document, "why", "isi alasannya"),
        link=_text(document, "link"),
        accepted=accepted if answer else None,
        answer=answer,
        answered_by=_needed(document, "answered_by", "isi nama yang memutuskan")
        if answer
        else None,
        answered_at=_instant(document, "answered_at", zone) if answer else None,
    )


def parse_post(given: Any) -> tuple[Platform, str]:
    """Platform and post id from ``x:123``; ValueError in Indonesian."""
    name, _, post_id = str(given or "").strip().partition(":")
    for platform in PLATFORMS:
        if platform == name and post_id:
            return platform, post_id
    raise ValueError(
        f"post {given!r} bukan kode unggahan; isi misalnya x:1843, atau url unggahannya"
    )


def _account_id(given: Any, platform: Platform) -> str | None:
    """An account is written as in the data files, ``x:123``, or by its id alone."""
    return str(given).strip().removeprefix(f"{platform}:") or None if given else None


def _text(document: Mapping[str, Any], name: str) -> str | None:
    given = document.get(name)
    return str(given).strip() or None if given is not None else None


def _needed(document: Mapping[str, Any], name: str, advice: str) -> str:
    text = _text(document, name)
    if text is None:
        raise ValueError(f"{name} kosong; {advice}")
    return text


def _instant(document: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime:
    given = document.get(name)
    try:
        at = datetime.fromisoformat(str(given or "").strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{name} {given!r} bukan waktu; isi misalnya 2026-11-03T09:00:00+07:00"
        ) from None
