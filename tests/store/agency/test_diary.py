"""The diary in the store; each test runs against both stores."""

from datetime import UTC, date, datetime

from functions.store.diary import Diary, DiaryDay, PlatformNow, UnreadAccount

AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
TODAY = date(2026, 11, 1)


def test_days_of_two_months_are_read_together(agency):
    agency.note_in_diary(date(2026, 10, 31), {"x": DiaryDay(hours=1, requests=2)}, {})
    agency.note_in_diary(TODAY, {"x": DiaryDay(hours=2)}, {"x": PlatformNow(read_at=AT)})
    agency.note_in_diary(TODAY, {"x": DiaryDay(hours=4, requests=1)}, {})
    told = agency.diary(TODAY, 2)
    assert told.days == {
        "2026-10-31": {"x": DiaryDay(hours=1, requests=2)},
        "2026-11-01": {"x": DiaryDay(hours=6, requests=1)},
    }
    assert told.now == {"x": PlatformNow(read_at=AT)}
    assert told.of(TODAY, "x") == DiaryDay(hours=6, requests=1)
    assert told.of(TODAY, "tiktok") is None
    assert agency.diary(TODAY, 1).days.keys() == {"2026-11-01"}


def test_an_empty_store_knows_nothing(agency):
    assert agency.diary(TODAY, 90) == Diary()


def test_what_is_known_already_is_not_written_again(agency):
    now = {
        "x": PlatformNow(read_at=AT, unread=(UnreadAccount(handle="a", said="Akun tidak ada."),))
    }
    agency.note_in_diary(TODAY, {"x": DiaryDay(hours=2)}, now)
    before = agency.store.meter.writes
    agency.note_in_diary(TODAY, {"x": DiaryDay(hours=2)}, now)
    assert agency.store.meter.writes == before
    assert agency.diary(TODAY, 1).now == now
