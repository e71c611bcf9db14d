"""The agency's settings as admins type them: what they say, and what is told beside each.

Pure: no I/O, no clock. Every scoring reads ``settings/formula``, ``settings/calendar`` and
``settings/decisions``. Each document's own ``status`` says that it applies, or what is wrong with
it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.score.cases import APPLIES
from functions.score.rules.calendar import amended, indonesian_holidays
from functions.score.rules.closing import closing_ends
from functions.score.rules.formula import completed, read_rules
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Rules
from functions.store.fields import Fields, Names
from functions.store.port import Stored

NAMES = ("formula", "calendar", "decisions")
# Written by scoring, not by admins: what became of a document, and of ``decisions`` whether a
# second person is asked for, which is the last good value where another is broken.
_STATUS = "status"
_IN_FORCE = "in_force"
_CONFIRM: Names = {"confirm": ("persetujuan", "persetujuan orang kedua", "wajib disetujui")}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the settings say. ``wrong``: what is wrong with each, by name, in Indonesian.

    ``confirms``: a decision counts only once a second person has confirmed it.
    """

    rules: Rules
    holidays: Container[date]
    confirms: bool
    wrong: Mapping[str, list[str]]
    typed: Mapping[str, Stored]
    zone: ZoneInfo

    @property
    def problems(self) -> list[str]:
        """What is wrong, for the run's report."""
        return [f"settings/{name}: {said}" for name in NAMES for said in self.wrong[name]]

    def told(
        self, months: Mapping[str, MonthRecord], now: datetime
    ) -> Iterator[tuple[Stored, Mapping[str, Any]]]:
        """What to write beside each document; ``months`` are those that were ranked."""
        heard = [month for month, record in months.items() if _is_heard(record, now)]
        for name, stored in self.typed.items():
            said = self.wrong[name] or [APPLIES]
            waits = [month for month in heard if self._waits(name, month, months[month])]
            if waits:
                said = [
                    *said,
                    f"Masa sanggah {', '.join(waits)} tetap memakai yang lama; perubahannya "
                    "berlaku mulai bulan berikutnya.",
                ]
            told: dict[str, Any] = {_STATUS: _joined(said)}
            yield stored, told | ({_IN_FORCE: self.confirms} if name == "decisions" else {})

    def _waits(self, name: str, month: str, record: MonthRecord) -> bool:
        """Whether some month that is hearing objections keeps other settings than these."""
        rules = completed(record.rules or self.rules)
        if name == "decisions":
            return False
        if name == "formula":
            return rules != self.rules
        ends = closing_ends(month, self.zone, self.holidays, rules.objection_days)
        return ends != record.closes_at


def read_settings(typed: Mapping[str, Stored], held: Rules, zone: ZoneInfo) -> Agreed:
    """The settings from their documents, by name; ``held`` are the last good rules."""
    documents = {name: _typed_in(typed.get(name)) for name in NAMES}
    rules, wrong_rules = read_rules(documents["formula"], held)
    holidays, wrong_days = amended(indonesian_holidays, documents["calendar"], zone)
    asked = typed.get("decisions")
    confirms, wrong_confirm = read_confirm({} if asked is None else asked.data)
    wrong = {"formula": wrong_rules, "calendar": wrong_days, "decisions": wrong_confirm}
    return Agreed(rules, holidays, confirms, wrong, typed, zone)


def read_confirm(document: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Whether ``settings/decisions`` asks for a second person, and what is wrong with it.

    Off where nothing was typed; where it cannot be understood, what was in force before.
    """
    fields = Fields({k: v for k, v in document.items() if k != _IN_FORCE}, _CONFIRM)
    wrong = []
    for name, near in fields.strange():
        wrong.append(
            f"{name} tidak dikenal" + (f"; maksudnya {near}?" if near else "; ada confirm")
        )
    try:
        return bool(fields.yes_or_no("confirm")), wrong
    except ValueError as error:
        held = document.get(_IN_FORCE) is True
        return held, [*wrong, f"{error}. Yang berlaku tetap {'true' if held else 'false'}."]


def _typed_in(stored: Stored | None) -> Mapping[str, Any]:
    data = {} if stored is None else stored.data
    return {name: value for name, value in data.items() if name != _STATUS}


def _is_heard(record: MonthRecord, now: datetime) -> bool:
    """Whether the month is hearing objections; an incomplete month stops when its time is over."""
    if record.ranking.state != "closing" or record.closes_at is None:
        return False
    return not record.ranking.incomplete or now < record.closes_at


def _joined(said: list[str]) -> str:
    """Sentences, one behind the other; a single word stays one."""
    if len(said) == 1 and said[0] == APPLIES:
        return APPLIES
    return " ".join(each if each.endswith((".", "?")) else f"{each}." for each in said)
