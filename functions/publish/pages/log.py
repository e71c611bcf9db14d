"""A month's public log: what admins decided and units contest, in order of time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, Platform
from functions.publish.pages.context import Link
from functions.publish.pages.month_head import undecided
from functions.publish.pages.paths import segment
from functions.publish.pages.posts import PostLink, PostsByItem, post_link, web_address
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Decision, Objection


class LogEntry(msgspec.Struct, frozen=True):
    """A decision or an objection in the month's public log.

    ``status`` is empty for a decision; ``tone`` is open, accepted, rejected or decided.
    ``confirmed``: who agreed to a decision, and when; empty where nobody did.
    """

    anchor: str
    title: str
    tone: str
    status: str
    when: str
    by: str
    why: str
    about: PostLink | None
    detail: str = ""
    link: str | None = None
    answers: Link | None = None
    answer: str = ""
    answered: str = ""
    confirmed: str = ""


def log_entries(m: Material, record: MonthRecord) -> tuple[LogEntry, ...]:
    """The month's decisions and objections, the oldest first."""
    posts = m.named_in(record.ranking.month)
    raised = {objection.id: objection for objection in record.objections}
    entries = [(o.at, o.id, _objection(m, o, record, posts)) for o in record.objections]
    entries += [
        (d.at, d.id, _decision(m, d, raised.get(d.objection or ""), posts))
        for d in record.decisions
    ]
    return tuple(entry for _, _, entry in sorted(entries, key=lambda each: each[:2]))


def _decision(
    m: Material, decision: Decision, answers: Objection | None, posts: PostsByItem
) -> LogEntry:
    return LogEntry(
        anchor=f"keputusan-{segment(decision.id)}",
        title=_title(m, decision),
        tone="decided",
        status="keputusan",
        when=formats.time(decision.at, m.zone),
        by=decision.by,
        why=decision.why,
        about=_about(posts, decision.platform, decision.account_id, decision.post_id, m.zone),
        link=web_address(decision.link),
        answers=Link(f"sanggahan {answers.by}", f"#{_anchor(answers)}") if answers else None,
        confirmed=_confirmed(decision, m.zone),
    )


def _confirmed(decision: Decision, zone: ZoneInfo) -> str:
    by, at = decision.confirmed_by, decision.confirmed_at
    if by is msgspec.UNSET or at is msgspec.UNSET:
        return ""
    return f"{by} · {formats.time(at, zone)}"


def _title(m: Material, decision: Decision) -> str:
    said = words.DECIDED[decision.action]
    if decision.satker is not None:
        return f"{words.DECIDED['reassign']}: {m.names.get(decision.satker, decision.satker)}"
    if decision.value is not None:
        return f"{said}: {formats.number(decision.value)} interaksi"
    return said


def _objection(
    m: Material, objection: Objection, record: MonthRecord, posts: PostsByItem
) -> LogEntry:
    tone, status = _status(objection, record)
    of = m.names.get(objection.satker, objection.satker) if objection.satker else ""
    about = None
    if objection.platform is not None and objection.post_id is not None:
        about = _about(posts, objection.platform, None, objection.post_id, m.zone)
    answered = ""
    if objection.answer is not None and objection.answered_at is not None:
        answered = f"{objection.answered_by}, {formats.time(objection.answered_at, m.zone)}"
    return LogEntry(
        anchor=_anchor(objection),
        title=f"Sanggahan {of}".strip(),
        tone=tone,
        status=status,
        when=formats.time(objection.at, m.zone),
        by=objection.by,
        why=objection.why,
        about=about,
        link=web_address(objection.link),
        answer=objection.answer or "",
        answered=answered,
    )


def _status(objection: Objection, record: MonthRecord) -> tuple[str, str]:
    """How an objection stands, as a tone and in words."""
    if objection.answer is None:
        held = objection in undecided(record)
        return "open", f"belum diputuskan{', menahan penutupan bulan' if held else ''}"
    return ("accepted", "dikabulkan") if objection.accepted else ("rejected", "ditolak")


def _about(
    posts: PostsByItem, platform: Platform, account_id: str | None, post_id: str, zone: ZoneInfo
) -> PostLink:
    """The post that an entry is about; of one account if the entry names it."""
    owner = platform if account_id is None else f"{platform}:{account_id}"
    link = post_link(posts, owner, post_id, zone)
    return PostLink(f"{PLATFORM_NAMES[platform]} {link.label}", link.href)


def _anchor(objection: Objection) -> str:
    return f"sanggahan-{segment(objection.id)}"
