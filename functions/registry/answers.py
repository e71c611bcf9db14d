"""The answers to admins: how each document was understood, in a sub-collection beside it.

An admin's document is written by its admins alone. ``status`` says ``ok`` or what is wrong and what
to do; ``understood`` says what is in force, so that a slip is seen that no check can find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, PLATFORMS, Handle, Roster, Satker, iso
from functions.registry.changes import first_day, last_day
from functions.registry.doubles import beside, doubled, sentences
from functions.registry.remarks import remarks, remarks_on
from functions.registry.units import as_text, read_unit
from functions.registry.values import KINDS
from functions.store.agency import AgencyStore
from functions.store.parts import compress, digest
from functions.store.port import Stored

OK = "ok"
KEPT = "Isi sebelumnya tetap berlaku"
LEFT_OUT = "Satker ini belum ikut diukur"
LONGEST = 2_000  # characters of an answer
ANSWERED = "answers"  # the cursor that tells what was answered last
CLOCK = "checked_at"
TO = "document"  # which form of the document was answered

Answer = dict[str, Any]


def answer(
    agency: AgencyStore,
    documents: Iterable[Stored],
    roster: Roster,
    now: datetime,
) -> None:
    """Write beside each document how it was understood, where the document or that is new."""
    said = remarks(roster, now, agency.zone)
    fingerprint = digest(compress([roster.source, roster.problems, said]))
    if agency.cursor(ANSWERED).get("digest") == fingerprint:
        return
    answers = _answers(agency, documents, roster, said)
    held = agency.answers(answers)
    new = {
        satker: {**told, CLOCK: iso(now)}
        for satker, told in answers.items()
        if _without_clock(held.get(satker, {})) != told
    }
    agency.save_answers(new)
    _tell_doubles(agency, [s for s in new if s in held or new[s]["status"] != OK], roster, now)
    agency.save_cursor(ANSWERED, digest=fingerprint)


def is_answered(answer: Mapping[str, Any], document: Mapping[str, Any] | None) -> bool:
    """Whether an answer is to this document as it stands; None: it is gone."""
    wanted = None if document is None else _fingerprint(document)
    return bool(answer) and answer.get(TO) == wanted


def understood(unit: Satker, zone: ZoneInfo) -> str:
    """A unit as it is in force, in an Indonesian line; ``zone``: the agency's."""
    kind = unit.kind if unit.kind in KINDS else f"jenis lain: {unit.kind}"
    facts = [
        f"singkatan {unit.short_name}" if unit.short_name else "",
        f"provinsi {unit.province}" if unit.province else "",
        f"induk {unit.parent}" if unit.parent else "",
        f"zona {unit.timezone}",
        f"sejak {first_day(unit.valid_from, zone)}" if unit.valid_from else "",
        f"sampai {last_day(unit.valid_to, zone)}" if unit.valid_to else "",
    ]
    # A map that was typed comes back in the store's own order.
    handles = sorted(unit.handles, key=lambda h: (PLATFORMS.index(h.platform), h.handle))
    accounts = [_account(handle, unit, zone) for handle in handles]
    listed = f"{len(accounts)} akun: {'; '.join(accounts)}." if accounts else "Belum ada akun."
    return f"{unit.name} ({kind}), {', '.join(filter(None, facts))}. {listed}"


def _account(handle: Handle, unit: Satker, zone: ZoneInfo) -> str:
    """An account with the dates that are its own."""
    words = f"{PLATFORM_NAMES[handle.platform]} {handle.handle}"
    if handle.valid_from and handle.valid_from != unit.valid_from:
        words += f" sejak {first_day(handle.valid_from, zone)}"
    if handle.valid_to and handle.valid_to != unit.valid_to:
        words += f" sampai {last_day(handle.valid_to, zone)}"
    return words


def _answers(
    agency: AgencyStore, documents: Iterable[Stored], roster: Roster, remarked: Sequence[str]
) -> dict[str, Answer]:
    """The answer to every document, and to units whose document is gone, by satker id.

    ``remarked``: the remarks on the roster.
    """
    found = {stored.id: stored for stored in documents}
    in_force = {unit.id: unit for unit in roster.satker}
    gone = {unit.id for unit in (*roster.satker, *roster.former) if unit.removed}
    broken = remarks_on(roster.problems, found)
    others = remarks_on(remarked, found.keys() | gone)
    answers: dict[str, Answer] = {}
    for satker in sorted(found.keys() | gone):
        said = [*broken.get(satker, []), *others[satker]]
        stored = found.get(satker)
        if stored is None and not said:  # its month is over
            continue
        if stored and broken[satker] and read_unit(satker, stored.data, agency.zone).satker is None:
            said.append(KEPT if satker in in_force else LEFT_OUT)
        unit = in_force.get(satker)
        answers[satker] = {
            "status": _short(sentences(said)) or OK,
            TO: None if stored is None else _fingerprint(stored.data),
            "understood": _short(understood(unit, agency.zone)) if unit else None,
        }
    return answers


def _fingerprint(document: Mapping[str, Any]) -> str:
    return digest(as_text(document).encode())


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _without_clock(held: Mapping[str, Any]) -> Answer:
    return {name: value for name, value in held.items() if name != CLOCK}


def _tell_doubles(
    agency: AgencyStore, satker: Sequence[str], roster: Roster, now: datetime
) -> None:
    """Write beside these units' accounts who else holds them, or remove what was written."""
    twice = doubled(roster.accounts, now) if satker else {}
    for satker_id in satker:
        known = agency.feedback(satker_id)
        names = {(a.platform, a.handle) for a in roster.accounts if a.satker == satker_id}
        told = []
        for platform, handle in sorted(names):
            earlier = known.get(f"{platform}:{handle}", {})
            found = beside(earlier, twice.get((satker_id, platform, handle), []))
            if any(earlier.get(name) != value for name, value in found.items()):
                told.append((satker_id, platform, handle, found))
        agency.save_feedback(told)
