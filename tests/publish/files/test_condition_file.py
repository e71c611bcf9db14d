"""How the measuring stands, as data."""

from __future__ import annotations

import json
from pathlib import Path

from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
from tests.publish.conftest import Publish
from tests.publish.world import NOW, World


def test_it_says_what_the_page_says(run: Publish, site: Path, world: World) -> None:
    account = next(a for a in world.accounts if a.platform == "tiktok")
    unread = (UnreadAccount(handle=account.handle, said="Izinnya berakhir."),)
    world.agency.note_in_diary(
        NOW.date(),
        {"tiktok": DiaryDay(hours=1, requests=4, mills=0)},
        {"tiktok": PlatformNow(read_at=NOW, unread=unread)},
    )
    run()
    told = json.loads((site / "status/keadaan.json").read_bytes())
    [tiktok] = [each for each in told["platforms"] if each["platform"] == "tiktok"]
    assert (tiktok["read_at"], tiktok["requests"], len(tiktok["days"])) == (
        "2026-10-21T04:00:00Z",
        4,
        90,
    )
    assert {
        "satker": account.satker,
        "platform": "tiktok",
        "handle": account.handle,
        "kind": "unread",
        "said": "Izinnya berakhir.",
        "count": 0,
        "of": 0,
        "since": None,
        "days": 0,
    } in told["unread"]
    assert [job["job"] for job in told["jobs"]] == ["collect", "score"]
    assert told["changed_at"] == "2026-10-21T04:00:00Z"
