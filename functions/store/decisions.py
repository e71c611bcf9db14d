"""Decisions and objections as admins write them, by command or by hand in the console.

A document is read leniently and fails alone: what is wrong with it is one Indonesian line, and it
changes nothing until it is mended. Whose post it is about stands in ``post`` (``x:123``, what the
data files call platform and post_id) or, typed by hand, in ``url``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform
from functions.parsing.nearest import meant, nearest
from functions.store.evidence import Action, Decision, Objection

ACTIONS: tuple[Action, ...] = get_args(Action)

# What an objection is answered with.
ANSWER = ("answer", "accepted", "answered_by", "answered_at")
_SHARED = ("post", "url", "month", "satker", "by", "at", "why", "link")
_DECISION = (*_SHARED, "action", "account", "value", "objection", "revise")
_OBJECTION = (*_SHARED, *ANSWER)
_OURS = ("status",)  # written beside what was typed, by the jobs

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_YEARS = range(2000, 2200)
# Characters; what is longer is no name, no address and no reason.
_LONGEST = {"why": 4_000, "answer": 4_000, "link": 2_000}
_LONGEST_NAME = 200


def parse_decision(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Decision:
    """A decision from its document; ValueError in Indonesian when it cannot be understood."""
    # A mistyped field may be the one that says how far the decision reaches.
    for name in _strange(document, _DECISION):
        if near := nearest(name, _DECISION):
            raise ValueError(f"{_shown_name(name)} tidak dikenal; maksudnya {near}?")
    action = document.get("action")
    if action not in ACTIONS:
        hint = meant(action, ACTIONS) if isinstance(action, str) else ""
        raise ValueError(
            f"action {_shown(action)} tidak dikenal{hint or '; pilih ' + ', '.join(ACTIONS)}"
        )
    platform, post_id = parse_post(document.get("post"))
    read_month(document)
    satker, value = _text(document, "satker"), document.get("value")
    if action == "reassign" and satker is None:
        raise ValueError("satker kosong; isi kode satuan kerja yang menerima unggahan")
    if action == "set_value" and (
        not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53
    ):
        raise ValueError(
            f"value {_shown(value)} bukan jumlah interaksi; isi bilangan bulat, 0 atau lebih"
        )
    return Decision(
        id=id,
        action=action,
        platform=platform,
        post_id=post_id,
        account_id=_account_id(document, platform),
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
    read_month(document)
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
        if platform == name and post_id and len(post_id) <= _LONGEST_NAME:
            return platform, post_id
    raise ValueError(
        f"post {_shown(given)} bukan kode unggahan; isi misalnya x:1843, atau url unggahannya"
    )


def read_month(document: Mapping[str, Any]) -> str | None:
    """The month that a document names, ``YYYY-MM``; None = none; ValueError in Indonesian."""
    month = _text(document, "month")
    if month is not None and not _MONTH.fullmatch(month):
        raise ValueError(f"month {_shown(month)} bukan bulan; isi misalnya 2026-10")
    return month


def strange_fields(document: Mapping[str, Any], *, of_objection: bool) -> list[str]:
    """What to tell of the fields that nobody reads, in Indonesian, a piece each."""
    known = _OBJECTION if of_objection else _DECISION
    told = []
    for name in _strange(document, known):
        near = nearest(name, known)
        hint = f"; maksudnya {near}?" if near else " dan tidak dibaca"
        told.append(f"{_shown_name(name)} tidak dikenal{hint}")
    return told


def _strange(document: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    return sorted(document.keys() - {*known, *_OURS})


def _account_id(document: Mapping[str, Any], platform: Platform) -> str | None:
    """An account is written as in the data files, ``x:123``, or by its id alone."""
    given = _text(document, "account")
    if given is None:
        return None
    other, found, _ = given.partition(":")
    if found and other in PLATFORMS and other != platform:
        raise ValueError(
            f"account {_shown(given)} bukan akun {platform}; isi misalnya {platform}:178"
        )
    return given.removeprefix(f"{platform}:") or None


def _text(document: Mapping[str, Any], name: str) -> str | None:
    given = document.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise ValueError(f"{name} {_shown(given)} bukan teks; tulis sebagai teks biasa")
    text, longest = str(given).strip(), _LONGEST.get(name, _LONGEST_NAME)
    if len(text) > longest:
        raise ValueError(f"{name} terlalu panjang ({len(text)} huruf); paling banyak {longest}")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{name} memuat huruf yang rusak; ketik ulang")
    return text or None


def _needed(document: Mapping[str, Any], name: str, advice: str) -> str:
    text = _text(document, name)
    if text is None:
        raise ValueError(f"{name} kosong; {advice}")
    return text


def _instant(document: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime:
    given = document.get(name)
    try:
        at = datetime.fromisoformat(str(given or "").strip())
        known = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        known = None
    if known is None or known.year not in _YEARS:
        raise ValueError(
            f"{name} {_shown(given)} bukan waktu; isi misalnya 2026-11-03T09:00:00+07:00"
        )
    return known.replace(microsecond=0)


def _shown(given: Any) -> str:
    """A value as it was typed, short enough for a line."""
    said = repr(given)
    return said if len(said) <= 60 else f"{said[:57]}..."


def _shown_name(name: str) -> str:
    return _shown(name)[1:-1]
