"""What is kept of collecting day by day: ``diary/{YYYY-MM}`` and ``diary/now`` (store/diary.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

import msgspec

from functions.model import Platform
from functions.store import diary
from functions.store.agency.root import AgencyDocuments
from functions.store.diary import Diary, DiaryDay, PlatformNow
from functions.store.port import Document, Stored, Write, until_written


class DiaryDocuments(AgencyDocuments):
    """An agency's diary of collecting."""

    def diary(self, last: date, days: int) -> Diary:
        """What is known of so many days up to ``last``, and how each platform stands."""
        first = last - timedelta(days=days - 1)
        months = {f"{first + timedelta(days=n):%Y-%m}" for n in range(days)}
        held = self.store.get([self._diary_path(name) for name in ("now", *sorted(months))])
        now = held.pop(self._diary_path("now"), None)
        return Diary(
            now=diary.read_now(now.data) if now else {},
            days={
                day: told
                for stored in held.values()
                for day, told in diary.read_days(stored.data).items()
                if first.isoformat() <= day <= last.isoformat()
            },
        )

    def note_in_diary(
        self, day: date, entries: Mapping[Platform, DiaryDay], now: Mapping[Platform, PlatformNow]
    ) -> None:
        """Add what a run did on a day, and how the platforms that it knows of stand since."""
        until_written(partial(self._note, day, entries, now))

    def _note(
        self, day: date, entries: Mapping[Platform, DiaryDay], now: Mapping[Platform, PlatformNow]
    ) -> None:
        paths = self._diary_path(f"{day:%Y-%m}"), self._diary_path("now")
        held = self.store.get(paths)
        month, latest = (held[path].data if path in held else {} for path in paths)
        standing = diary.standing(diary.read_now(latest), now)
        documents = (
            diary.added(diary.read_days(month), day.isoformat(), entries),
            {"platforms": msgspec.json.decode(msgspec.json.encode(standing))},
        )
        self.store.write(
            _write(path, document, held.get(path))
            for path, document in zip(paths, documents, strict=True)
            if path not in held or held[path].data != document
        )

    def _diary_path(self, name: str) -> str:
        return f"{self.root}/diary/{name}"


def _write(path: str, document: Document, held: Stored | None) -> Write:
    if held is None:
        return Write(path, document, "create")
    return Write(path, document, "set", held.version)
