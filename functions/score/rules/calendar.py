"""Working days in Indonesia: Monday to Friday without national holidays and cuti bersama."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from functions.parsing.nearest import meant

SATURDAY = 5

Holidays = Callable[[], Container[date]]


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
    """The holidays with the agency's corrections: days added, and days that are worked after all.

    ``holidays`` is called only when a day is looked up: most runs look up none, and loading the
    holidays takes a while.
    """

    def __init__(self, holidays: Holidays, added: Iterable[date], removed: Iterable[date]) -> None:
        self._holidays = holidays
        self._added = frozenset(added)
        self._removed = frozenset(removed)

    def __contains__(self, day: object) -> bool:
        if day in self._added:
            return True
        return day not in self._removed and day in self._holidays()


def amended(
    holidays: Holidays, document: Mapping[str, Any], zone: ZoneInfo
) -> tuple[Container[date], list[str]]:
    """The holidays with ``settings/calendar`` over them, and what is wrong with it, in Indonesian.

    ``holidays`` and ``working_days`` are lists of dates, typed or picked in the console (then the
    day is that of the zone); what is no date is left out.
    """
    problems: list[str] = []
    days = {name: _dates(name, document.get(name), zone, problems) for name in _LISTS}
    for name in sorted(document.keys() - {*_LISTS}):
        hint = meant(name, _LISTS) or f"; ada {' dan '.join(_LISTS)}"
        problems.append(f"{name[:60]} tidak dikenal{hint}")
    problems += [
        f"{day} ada di holidays dan di working_days; yang berlaku: hari libur"
        for day in sorted({*days["holidays"]} & {*days["working_days"]})
    ]
    return Amended(holidays, days["holidays"], days["working_days"]), problems


_LISTS = ("holidays", "working_days")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _dates(name: str, given: Any, zone: ZoneInfo, problems: list[str]) -> list[date]:
    found = []
    for item in given if isinstance(given, list) else [] if given is None else [given]:
        day = _date(item, zone)
        if day is None:
            said = repr(item)
            problems.append(
                f"{name} {said if len(said) <= 60 else said[:57] + '...'} bukan tanggal; "
                "isi misalnya 2026-12-24"
            )
        else:
            found.append(day)
    return found


def _date(given: Any, zone: ZoneInfo) -> date | None:
    """The day that was typed, or the local day of an instant; None when it is neither."""
    try:
        at = datetime.fromisoformat(str(given).strip())
        if isinstance(given, datetime) or at.tzinfo is not None:
            return at.astimezone(zone).date() if at.tzinfo else at.date()
        return at.date() if _DATE.match(str(given).strip()) else None
    except (ValueError, OverflowError):
        return None


@lru_cache
def indonesian_holidays() -> Container[date]:
    """National holidays and cuti bersama, from the ``holidays`` library, any year."""
    from holidays import country_holidays

    return country_holidays("ID", categories=("public", "government"))
