"""Numbers and times as Indonesian readers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal

from functions.publish.text import formats

AT = datetime(2026, 10, 3, 2, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize("value", [0, 7, 999, 1_000, 1_234_567])
def test_whole_numbers_are_babels(value: int) -> None:
    assert formats.number(value) == format_decimal(value, locale="id")


@pytest.mark.parametrize(
    ("value", "told"), [(0.0, "0,0"), (12.5, "12,5"), (1234.5, "1.234,5"), (-0.5, "−0,5")]
)
def test_decimals_have_one_place(value: float, told: str) -> None:
    assert formats.decimal(value) == told


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Jakarta", "3 Oktober 2026 09.11 WIB"),
        ("Asia/Pontianak", "3 Oktober 2026 09.11 WIB"),
        ("Asia/Makassar", "3 Oktober 2026 10.11 WITA"),
        ("Asia/Jayapura", "3 Oktober 2026 11.11 WIT"),
        ("UTC", "3 Oktober 2026 02.11 UTC+0"),
    ],
)
def test_a_time_names_its_zone(zone: str, told: str) -> None:
    assert formats.time(AT, ZoneInfo(zone)) == told


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
@pytest.mark.parametrize("zone", ["Asia/Jayapura", "Pacific/Pago_Pago"])
def test_an_instant_at_the_edge_of_the_calendar_is_written_too(edge: datetime, zone: str) -> None:
    """One that came in before dates were checked; it costs no page."""
    year = str(edge.year)
    told = [write(edge, ZoneInfo(zone)) for write in (formats.date, formats.time, formats.deadline)]
    told += [formats.last_day(edge, ZoneInfo(zone)), formats.time_short(edge, ZoneInfo(zone))]
    assert all(year in words for words in told[:4])
    assert formats.span(edge, edge, ZoneInfo(zone))
    assert formats.clock(edge, ZoneInfo(zone))


def test_midnight_ends_the_day_before() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert (
        formats.deadline(AT.replace(hour=17, minute=0, second=0), zone)
        == "3 Oktober 2026 24.00 WIB"
    )
    assert formats.deadline(AT, zone) == "3 Oktober 2026 09.11 WIB"


def test_dates_are_babels() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    for month in range(1, 13):
        at = AT.replace(month=month)
        assert formats.date(at, zone) == format_date(at, "long", locale="id")


def test_short_times_leave_the_year_out() -> None:
    assert formats.time_short(AT, ZoneInfo("Asia/Makassar")) == "3 Okt 10.11 WITA"


def test_months_have_names() -> None:
    assert formats.month("2026-08") == "Agustus 2026"
    assert formats.month_name("2026-08") == "Agustus"
    assert formats.month_short("2026-08") == "Agu"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 menit"),
        (59, "0 menit"),
        (3_180, "53 menit"),
        (3_600, "1 jam"),
        (85_260, "23 jam 41 menit"),
    ],
)
def test_durations_are_told_to_the_minute(seconds: int, told: str) -> None:
    assert formats.duration(timedelta(seconds=seconds)) == told


def test_a_span_is_told_in_the_unit_that_a_rule_names() -> None:
    assert formats.minutes(timedelta(minutes=60)) == "60 menit"
    assert formats.minutes(timedelta(days=1)) == "1.440 menit"
    assert formats.days(timedelta(days=7)) == "7 hari"


@pytest.mark.parametrize(
    ("count", "told"), [(78, "78 B"), (12_400, "12 kB"), (999_499, "999 kB"), (1_234_567, "1,2 MB")]
)
def test_sizes_are_decimal(count: int, told: str) -> None:
    assert formats.size(count) == told


@pytest.mark.parametrize(("value", "told"), [(333, "33,3"), (350, "35"), (2, "0,2"), (0, "0")])
def test_tenths_are_written_only_where_there_are_any(value: int, told: str) -> None:
    assert formats.tenths(value) == told


def test_a_span_names_a_day_once() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert formats.span(AT, AT + timedelta(minutes=48), zone) == "3 Okt 09.11–09.59 WIB"
    assert formats.span(AT, AT + timedelta(hours=20), zone) == "3 Okt 09.11 – 4 Okt 05.11 WIB"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "baru saja"),
        (0, "baru saja"),
        (42, "42 menit lalu"),
        (60, "1 jam lalu"),
        (47 * 60 + 59, "47 jam lalu"),
        (48 * 60, "2 hari lalu"),
        (2_000 * 24 * 60, "2.000 hari lalu"),
    ],
)
def test_how_long_ago_is_said_in_the_unit_that_tells_most(minutes: int, said: str) -> None:
    now = datetime(2026, 10, 21, tzinfo=UTC)
    assert formats.ago(now - timedelta(minutes=minutes), now) == said


@pytest.mark.parametrize(
    ("mills", "said"),
    [(0, "0,00"), (4, "0,00"), (5, "0,01"), (4_125, "4,13"), (9_999_999, "10.000,00")],
)
def test_money_is_told_to_the_cent(mills: int, said: str) -> None:
    assert formats.dollars(mills) == f"US$\N{NO-BREAK SPACE}{said}"


@pytest.mark.parametrize(
    ("week", "said"),
    [
        ("2026-W41", "5–11 Oktober 2026"),
        ("2026-W40", "28 September – 4 Oktober 2026"),
        ("2026-W53", "28 Desember 2026 – 3 Januari 2027"),
    ],
)
def test_a_week_is_its_days(week: str, said: str) -> None:
    assert formats.week(week) == said


@pytest.mark.parametrize(
    ("value", "said"), [(450, "4,5"), (400, "4"), (329, "3,29"), (-305, "−3,05")]
)
def test_hundredths_are_written_without_trailing_zeros(value: int, said: str) -> None:
    assert formats.hundredths(value) == said


def test_a_change_has_its_sign() -> None:
    space = "\N{NO-BREAK SPACE}"
    assert [formats.signed(n) for n in (34, 0, -12)] == [
        f"+34{space}%",
        f"0{space}%",
        f"−12{space}%",
    ]
