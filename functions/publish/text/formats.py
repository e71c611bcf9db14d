"""How numbers and times are written for Indonesian readers: ``1.234,5`` and ``09.11 WIB``.

Month names and separators are Babel's, for the locale ``id``; they are looked up once, since a site
holds tens of thousands of times and Babel's own formatting would take longer than all the rest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import date as calendar_day
from functools import lru_cache
from zoneinfo import ZoneInfo

_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
_HOUR = timedelta(hours=1)
_SPACE = "\N{NO-BREAK SPACE}"
# Whatever the zone, these are days of the calendar.
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


@lru_cache(1)
def _locale() -> tuple[dict[int, str], dict[int, str], str, str]:
    """Month names long and short, the grouping separator and the decimal one."""
    from babel import Locale
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale("id")
    months = locale.months["format"]
    return (
        dict(months["wide"]),
        dict(months["abbreviated"]),
        get_group_symbol(locale),
        get_decimal_symbol(locale),
    )


def number(value: int) -> str:
    """A whole number with grouped thousands: ``1.234``."""
    _, _, group, _ = _locale()
    return f"{value:,}".replace(",", group).replace("-", "−")


def decimal(value: float) -> str:
    """One decimal: ``1.234,5``."""
    _, _, group, point = _locale()
    whole, _, rest = f"{value:,.1f}".partition(".")
    return f"{whole.replace(',', group)}{point}{rest}".replace("-", "−")


def tenths(value: int) -> str:
    """Whole tenths as a number: 333 as ``33,3`` and 350 as ``35``."""
    return decimal(value / 10) if value % 10 else number(value // 10)


def hundredths(value: int) -> str:
    """Whole hundredths as a number without trailing zeros: 450 as ``4,5`` and 329 as ``3,29``."""
    if value % 10 == 0:
        return tenths(value // 10)
    _, _, group, point = _locale()
    whole, _, rest = f"{value / 100:,.2f}".partition(".")
    return f"{whole.replace(',', group)}{point}{rest}".replace("-", "−")


def share(part: int | None, whole: int | None) -> int | None:
    """A part of a whole in tenths of a percent, rounded half up; None where either is unknown."""
    if part is None or not whole:
        return None
    return (2_000 * part + whole) // (2 * whole)


def percent(value: int) -> str:
    """A share in tenths of a percent; the number and its sign stay on one line."""
    return f"{tenths(value)}\N{NO-BREAK SPACE}%"


def size(count: int) -> str:
    """A file's size in decimal units: ``940 B``, ``12 kB``, ``1,2 MB``."""
    if count < 1_000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{number(round(count / 1_000))} kB"
    return f"{decimal(count / 1_000_000)} MB"


def month(text: str) -> str:
    """``2026-10`` as ``Oktober 2026``."""
    wide, _, _, _ = _locale()
    return f"{wide[int(text[5:7])]} {text[:4]}"


def month_name(text: str) -> str:
    """``2026-10`` as ``Oktober``."""
    return _locale()[0][int(text[5:7])]


def month_short(text: str) -> str:
    """``2026-10`` as ``Okt``."""
    return _locale()[1][int(text[5:7])]


def date(at: datetime, zone: ZoneInfo) -> str:
    """``3 Oktober 2026``."""
    local = _local(at, zone)
    return f"{local.day} {_locale()[0][local.month]} {local.year}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """``09.11 WIB``."""
    local = _local(at, zone)
    return f"{local:%H.%M} {_zone_label(local)}"


def time(at: datetime, zone: ZoneInfo) -> str:
    """``3 Oktober 2026 09.11 WIB``."""
    return f"{date(at, zone)} {clock(at, zone)}"


def deadline(at: datetime, zone: ZoneInfo) -> str:
    """A period's end; midnight belongs to the day that it ends: ``6 November 2026 24.00 WIB``."""
    local = _local(at, zone)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return time(at, zone)
    return f"{last_day(at, zone)} 24.00 {_zone_label(local)}"


def time_short(at: datetime, zone: ZoneInfo) -> str:
    """``3 Okt 09.11 WIB``, where the year is clear from around it."""
    local = _local(at, zone)
    return f"{local.day} {_locale()[1][local.month]} {local:%H.%M} {_zone_label(local)}"


def day_short(at: datetime, zone: ZoneInfo) -> str:
    """``3 Okt``."""
    local = _local(at, zone)
    return f"{local.day} {_locale()[1][local.month]}"


def day(of: calendar_day) -> str:
    """A day of the calendar: ``3 Oktober 2026``."""
    return f"{of.day} {_locale()[0][of.month]} {of.year}"


def days_between(first: calendar_day, last: calendar_day) -> str:
    """``5–11 Oktober 2026``; month and year stand twice where they differ."""
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    if first.month != last.month:
        return f"{first.day} {_locale()[0][first.month]} – {day(last)}"
    return f"{first.day}–{day(last)}" if first != last else day(last)


def week(text: str) -> str:
    """The days of a week: ``2026-W41`` as ``5–11 Oktober 2026``."""
    year, number = int(text[:4]), int(text[6:])
    first, last = (calendar_day.fromisocalendar(year, number, at) for at in (1, 7))
    return days_between(first, last)


def signed(value: int) -> str:
    """A change in percent with its sign: ``+34\N{NO-BREAK SPACE}%``, ``−12\N{NO-BREAK SPACE}%``."""
    sign = "+" if value > 0 else ""
    return f"{sign}{number(value)}\N{NO-BREAK SPACE}%"


def span(begin: datetime, end: datetime, zone: ZoneInfo) -> str:
    """``3 Okt 09.10–09.58 WIB``; both days where they differ."""
    first, last = _local(begin, zone), _local(end, zone)
    if first.date() != last.date():
        return f"{first.day} {_locale()[1][first.month]} {first:%H.%M} – {time_short(end, zone)}"
    return f"{first.day} {_locale()[1][first.month]} {first:%H.%M}–{last:%H.%M} {_zone_label(last)}"


def duration(span: timedelta) -> str:
    """``23 jam 41 menit``, to the minute below."""
    hours, rest = divmod(int(span.total_seconds()), 3_600)
    minutes = rest // 60
    words = [f"{number(hours)} jam"] if hours else []
    words += [f"{minutes} menit"] if minutes or not hours else []
    return " ".join(words)


def ago(at: datetime, now: datetime) -> str:
    """How long ago: ``42 menit lalu``, ``5 jam lalu``, and from two days on ``3 hari lalu``."""
    minutes = int((now - at).total_seconds()) // 60
    if minutes < 1:
        return "baru saja"
    if minutes < 60:
        return f"{minutes} menit lalu"
    hours = minutes // 60
    return f"{hours} jam lalu" if hours < 48 else f"{number(hours // 24)} hari lalu"


def dollars(mills: int) -> str:
    """Thousandths of a US dollar, to the cent, half up: ``US$ 4,12``."""
    cents = (mills + 5) // 10
    _, _, _, point = _locale()
    return f"US${_SPACE}{number(cents // 100)}{point}{cents % 100:02}"


def minutes(span: timedelta) -> str:
    """``60 menit``: a span of whole minutes, however many hours it has."""
    return f"{number(span // timedelta(minutes=1))} menit"


def days(span: timedelta) -> str:
    """``7 hari``: a span of whole days."""
    return f"{number(span // timedelta(days=1))} hari"


def last_day(end: datetime, zone: ZoneInfo) -> str:
    """The last day before an end: ``3 Oktober 2026``."""
    return date(max(end, _FIRST) - timedelta(seconds=1), zone)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant in a zone, moved to at least a day inside the calendar's ends."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return min(max(at, _FIRST), _LAST).astimezone(zone)


def _zone_label(local: datetime) -> str:
    hours = (local.utcoffset() or timedelta()) // _HOUR
    return _ZONES.get(hours, f"UTC{hours:+d}")
