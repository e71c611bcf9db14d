"""``kiprah inbox``: what waits for an answer, with a link and without a word of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.store.threads import Followed, Inbox
from tests.commands.running import THEN, done, opened, refused, report

pytestmark = pytest.mark.usefixtures("folder")


def asked(id: str, at: datetime, **facts: object) -> Followed:
    url = f"https://x.com/i/status/{id}"
    known = {"url": url, "asked_at": at, "seen_at": at, "question": True, **facts}
    return Followed(id=id, **known)  # type: ignore[arg-type]


def test_open_questions_are_listed_by_unit_and_order(now: datetime) -> None:
    done("registry", "import", "satker.csv", "--now", THEN)
    assert done("inbox") == "Tidak ada pertanyaan yang menunggu jawaban.\n"
    assert report("inbox", "aceh")["questions"] == []
    hour = timedelta(hours=1)
    with opened() as agency:
        open = {
            "a": asked("1", now - hour, order=2),
            "b": asked("2", now, order=1),
            "c": asked("3", now, question=False),
            "d": asked("4", now - hour, order=1, url="javascript:alert(1)"),
        }
        agency.save_inbox("x", {"x:1": Inbox(satker="bali", open=open)})
        agency.save_inbox("tiktok", {"tiktok:1": Inbox(satker="aceh", open={"e": asked("5", now)})})
    told = report("inbox")["questions"]
    assert [(one["satker"], one["url"].rpartition("/")[2]) for one in told] == [
        ("aceh", "5"),
        ("bali", "4"),
        ("bali", "2"),
        ("bali", "1"),
    ]
    assert told[1] == {
        "satker": "bali",
        "platform": "x",
        "asked_at": "2026-10-20T02:00:00Z",
        "url": "https://x.com/i/status/4",
        "order": 1,
    }
    assert len(report("inbox", "bali")["questions"]) == 3
    lines = done("inbox", "aceh").splitlines()
    assert lines[0].split() == ["Satker", "Platform", "Ditanyakan", "Tautan"]
    assert lines[1].split()[:2] == ["aceh", "TikTok"]
    assert "maksudnya 'bali'?" in refused(1, "inbox", "balli")
