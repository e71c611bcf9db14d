"""Working days in Indonesia: Monday to Friday without national holidays and cuti bersama."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

SATURDAY = 5


def after_working_days(
    start: datetime, count: int, zone: ZoneInfo, holidays: Container[date]
) -> datetime:
    """The end (24:00 local time, given in UTC) of the ``count``-th full working day after a day.

    That day is the local day of ``start``; it does not count itself.
    """
    day = start.astimezone(zone).date()
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in holidays
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


class Amended(Container[date]):
    """Holidays as the agency knows them: some added, some that turned out to be working days."""

    def __init__(
        self, holidays: Container[date], added: Iterable[date], removed: Iterable[date]
    ) -> None:
        self._holidays = holidays
        self._added = frozenset(added)
        self._removed = frozenset(removed)

    def __contains__(self, day: object) -> bool:
        if day in self._added:
            return True
        return day in self._holidays and day not in self._removed


def amended(
    holidays: Container[date], document: Mapping[str, Any]
) -> tuple[Container[date], list[str]]:
    """The holidays with ``settings/calendar`` over them, and what is wrong with it, in Indonesian.

    ``holidays`` and ``working_days`` are lists of dates; what is no date is left out.
    """
    problems: list[str] = []
    days = {name: _dates(name, document.get(name), problems) for name in _LISTS}
    unknown = sorted(document.keys() - {*_LISTS})
    problems += [f"settings/calendar: {name} tidak dikenal; ada {_NAMED}" for name in unknown]
    return Amended(holidays, days["holidays"], days["working_days"]), problems


_LISTS = ("holidays", "working_days")
_NAMED = " dan ".join(_LISTS)


def _dates(name: str, given: Any, problems: list[str]) -> list[date]:
    found = []
    for item in given if isinstance(given, list) else [] if given is None else [given]:
        try:
            found.append(date.fromisoformat(str(item)[:10]))
        except ValueError:
            problems.append(
                f"settings/calendar: {name} {item!r} bukan tanggal; isi misalnya 2026-12-24"
            )
    return found


@lru_cache
def indonesian_holidays() -> Container[date]:
    """National holidays and cuti bersama, from the ``holidays`` library, any year."""
    from holidays import country_holidays

    return country_holidays("ID", categories=("public", "government"))
