"""Decisions and objections as admins write them, by command or by hand in the console.

A document is read leniently (``fields.py``) and fails alone: what is wrong with it is one
Indonesian line, and it changes nothing until it is mended. Whose post it is about stands in
``post`` (``x:123``, what the data files call platform and post_id) or, typed by hand, in ``url``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform
from functions.parsing.cleaning import clean
from functions.parsing.field_names import folded
from functions.parsing.nearest import meant
from functions.store.evidence import Action, Decision, Objection
from functions.store.fields import LONGEST_NAME, Fields, Names, shown

ACTIONS: tuple[Action, ...] = get_args(Action)

# What an objection is answered with, and what a decision is confirmed with.
ANSWER = ("answer", "accepted", "answered_by", "answered_at")
_SHARED: Names = {
    "post": ("unggahan", "kode unggahan"),
    "url": ("alamat", "alamat unggahan"),
    "month": ("bulan",),
    "satker": ("satuan kerja",),
    "by": ("oleh",),
    "at": ("waktu", "tanggal"),
    "why": ("alasan",),
    "link": ("tautan",),
}
DECISION_NAMES: Names = {
    **_SHARED,
    "action": ("tindakan",),
    "account": ("akun",),
    "value": ("nilai",),
    "objection": ("sanggahan",),
    "revise": ("revisi",),
    "confirmed_by": ("disetujui oleh",),
    "confirmed_at": ("disetujui pada", "waktu persetujuan"),
}
OBJECTION_NAMES: Names = {
    **_SHARED,
    "answer": ("jawaban",),
    "accepted": ("dikabulkan",),
    "answered_by": ("dijawab oleh",),
    "answered_at": ("dijawab pada", "waktu jawaban"),
}
_ACTION_WORDS: Mapping[str, Action] = {
    **{action: action for action in ACTIONS},
    "keluarkan": "exclude",
    "masukkan": "include",
    "pindahkan": "reassign",
    "tetapkan": "set_value",
    "tetapkan_nilai": "set_value",
}

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_LONGEST = 4_000  # characters of a reason or an answer
_LONGEST_LINK = 2_000


class Confirmation(NamedTuple):
    """That a second person agrees to a decision: who, and when (UTC)."""

    by: str
    at: datetime


def parse_decision(id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Decision:
    """A decision from its document, without its confirmation.

    ValueError in Indonesian when it cannot be understood.
    """
    fields = Fields(document, DECISION_NAMES)
    # A mistyped field may be the one that says how far the decision reaches.
    for name, near in fields.strange():
        if near:
            raise ValueError(f"{name} tidak dikenal; maksudnya {near}?")
    action = _action(fields)
    platform, post_id = _post(fields)
    _month(fields)
    satker = fields.text("satker")
    if action == "reassign" and satker is None:
        raise ValueError(
            f"{fields.label('satker')} kosong; isi kode satuan kerja yang menerima unggahan"
        )
    fields.yes_or_no("revise")
    return Decision(
        id=id,
        action=action,
        platform=platform,
        post_id=post_id,
        account_id=_account_id(fields, platform),
        by=fields.needed("by", "isi nama yang memutuskan"),
        at=fields.instant("at", zone),
        why=fields.needed("why", "isi alasannya", _LONGEST),
        link=fields.text("link", _LONGEST_LINK),
        satker=satker if action == "reassign" else None,
        value=fields.whole("value") if action == "set_value" else None,
        objection=fields.text("objection"),
    )


def parse_confirmation(
    document: Mapping[str, Any], decision: Decision, zone: ZoneInfo
) -> Confirmation | None:
    """Who confirmed a decision, and when; None while nobody did.

    ValueError in Indonesian when that cannot be understood, or whoever decided confirms it too.
    """
    fields = Fields(document, DECISION_NAMES)
    by = fields.text("confirmed_by")
    if by is None and fields.get("confirmed_at") is None:
        return None
    by = fields.needed("confirmed_by", "isi nama orang kedua yang menyetujui")
    at = fields.instant("confirmed_at", zone)
    if is_same_person(by, decision.by):
        raise ValueError(
            f"{fields.label('confirmed_by')} sama dengan {fields.label('by')}; "
            "yang menyetujui harus orang lain"
        )
    # By days: whoever types a day alone means no hour of it.
    if at.astimezone(zone).date() < decision.at.astimezone(zone).date():
        raise ValueError(
            f"{fields.label('confirmed_at')} lebih awal daripada {fields.label('at')}; "
            "isi waktu persetujuannya"
        )
    return Confirmation(by, at)


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their letters' case and their spaces."""
    return _as_compared(one) == _as_compared(other)


def asks_revision(document: Mapping[str, Any]) -> bool:
    """Whether a decision asks for a revision of its final month; ValueError in Indonesian."""
    return bool(Fields(document, DECISION_NAMES).yes_or_no("revise"))


def parse_objection(
    id: str, document: Mapping[str, Any], zone: ZoneInfo, *, answered: bool = True
) -> Objection:
    """An objection from its document; ValueError in Indonesian when it cannot be understood.

    It is decided once ``answer``, ``answered_by`` and ``answered_at`` are there. ``answered``:
    whether to read its answer.
    """
    fields = Fields(document, OBJECTION_NAMES)
    fields = fields if answered else fields.without(ANSWER)
    given = fields.get("post")
    platform, post_id = _post(fields) if given else (None, None)
    _month(fields)
    answer = fields.text("answer", _LONGEST)
    accepted = _accepted(fields) if answer else None
    return Objection(
        id=id,
        platform=platform,
        post_id=post_id,
        satker=fields.text("satker"),
        by=fields.needed("by", "isi nama yang menyanggah"),
        at=fields.instant("at", zone),
        why=fields.needed("why", "isi alasannya", _LONGEST),
        link=fields.text("link", _LONGEST_LINK),
        accepted=accepted,
        answer=answer,
        answered_by=fields.needed("answered_by", "isi nama yang memutuskan") if answer else None,
        answered_at=fields.instant("answered_at", zone) if answer else None,
    )


def parse_post(given: Any, name: str = "post") -> tuple[Platform, str]:
    """Platform and post id from ``x:123``; ValueError in Indonesian, which names the field."""
    code, _, post_id = str(given or "").strip().partition(":")
    for platform in PLATFORMS:
        if platform == clean(code).casefold() and post_id and len(post_id) <= LONGEST_NAME:
            return platform, post_id
    raise ValueError(
        f"{name} {shown(given)} bukan kode unggahan; isi misalnya x:1843, atau url unggahannya"
    )


def read_month(document: Mapping[str, Any]) -> str | None:
    """The month that a document names, ``YYYY-MM``; None = none; ValueError in Indonesian."""
    return _month(Fields(document, _SHARED))


def is_answered(document: Mapping[str, Any]) -> bool:
    """Whether something was typed as the answer to an objection."""
    return Fields(document, OBJECTION_NAMES).get("answer") is not None


def strange_fields(document: Mapping[str, Any], *, of_objection: bool) -> list[str]:
    """What to tell of the fields that nobody reads, in Indonesian, a piece each."""
    names = OBJECTION_NAMES if of_objection else DECISION_NAMES
    told = []
    for name, near in Fields(document, names).strange():
        hint = f"; maksudnya {near}?" if near else " dan tidak dibaca"
        told.append(f"{name} tidak dikenal{hint}")
    return told


def _action(fields: Fields) -> Action:
    given = fields.get("action")
    said = folded(given) if isinstance(given, str) else ""
    for word, action in _ACTION_WORDS.items():
        if folded(word) == said:
            return action
    hint = meant(given, _ACTION_WORDS) if isinstance(given, str) else ""
    raise ValueError(
        f"{fields.label('action')} {shown(given)} tidak dikenal"
        f"{hint or '; pilih ' + ', '.join(ACTIONS)}"
    )


def _post(fields: Fields) -> tuple[Platform, str]:
    return parse_post(fields.get("post"), fields.label("post"))


def _month(fields: Fields) -> str | None:
    month = fields.text("month")
    if month is not None and not _MONTH.fullmatch(clean(month)):
        raise ValueError(
            f"{fields.label('month')} {shown(month)} bukan bulan; isi misalnya 2026-10"
        )
    return None if month is None else clean(month)


def _accepted(fields: Fields) -> bool:
    try:
        accepted = fields.yes_or_no("accepted")
    except ValueError:
        accepted = None
    if accepted is None:
        raise ValueError(f"{fields.label('accepted')} harus true (dikabulkan) atau false (ditolak)")
    return accepted


def _account_id(fields: Fields, platform: Platform) -> str | None:
    """An account is written as in the data files, ``x:123``, or by its id alone."""
    given = fields.text("account")
    if given is None:
        return None
    other, found, _ = given.partition(":")
    if found and other in PLATFORMS and other != platform:
        raise ValueError(
            f"{fields.label('account')} {shown(given)} bukan akun {platform}; "
            f"isi misalnya {platform}:178"
        )
    return given.removeprefix(f"{platform}:") or None


def _as_compared(name: str) -> str:
    return " ".join(clean(name).casefold().split())
