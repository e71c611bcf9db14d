"""``kiprah forget``: a unit's threads, or one comment, are gone for good, and only then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from functions.jobs import turns
from functions.listen.comments.hashes import hasher_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.threads import CommentThread, Followed, Inbox
from functions.tokens.vault import open_vault
from tests.commands.running import THEN, done, kiprah, opened, refused, report

pytestmark = pytest.mark.usefixtures("folder")
ID = "1991000000000000001"
URL = f"https://x.com/warga/status/{ID}"


@pytest.fixture(autouse=True)
def threads(folder: Any, now: datetime) -> None:
    """Two units of which a thread each is kept, and followed."""
    done("registry", "import", "satker.csv", "--now", THEN)
    with opened() as agency:
        for unit, account, id in (("aceh", "x:1", ID), ("bali", "tiktok:2", "7499")):
            platform: Any = account.partition(":")[0]
            name = hash_of(agency, platform, id)
            followed = Followed(id=id, url=URL, asked_at=now, seen_at=now, question=True)
            agency.add_threads(account, {"2026-10-20": {name: CommentThread(asked_at=now)}})
            agency.save_inbox(platform, {account: Inbox(satker=unit, open={name: followed})})


def hash_of(agency: AgencyStore, platform: Any, id: str) -> str:
    vault = open_vault(Settings(store="sqlite:///kiprah.db"))
    return hasher_of(agency, lambda: vault).thread(platform, id)


def kept() -> list[str]:
    with opened() as agency:
        days = [day.account for day in agency.thread_days("2026-10")]
        boxes = agency.inboxes(["x", "tiktok"]).values()
        return sorted(
            [*days, *(one.id for box in boxes for i in box.values() for one in i.open.values())]
        )


def test_a_unit_is_forgotten_whole_and_no_other() -> None:
    told = report("forget", " Aceh ", "--yes")
    assert told == {"job": "forget", "satker": "aceh", "erased": 2}
    assert kept() == ["7499", "tiktok:2"]
    assert report("forget", "aceh", "--yes")["erased"] == 0


def test_a_unit_that_still_agrees_is_told() -> None:
    with opened() as agency:
        typed = {"consents": {"aceh": "W1/2026"}}
        agency.store.write([Write(f"{agency.root}/settings/listening", typed)])
    result = kiprah("forget", "aceh", "--yes")
    assert result.exit_code == 0
    assert "persetujuan aceh masih tertulis di settings/listening" in result.stderr


@pytest.mark.parametrize("form", [URL, f"x:{ID}"])
def test_a_comment_is_forgotten_by_its_address(form: str) -> None:
    assert report("forget", form, "--yes") == {"job": "forget", "platform": "x", "found": True}
    assert kept() == ["7499", "tiktok:2"]
    assert report("forget", form, "--yes")["found"] is False
    with opened() as agency:
        assert agency.forgotten() == {hash_of(agency, "x", ID)}


def test_a_facebook_comment_is_found_by_its_number_alone(now: datetime) -> None:
    with opened() as agency:
        name = hash_of(agency, "facebook", "777_123")
        followed = Followed(
            id="777_123", url="https://www.facebook.com/777", asked_at=now, seen_at=now
        )
        agency.save_inbox("facebook", {"facebook:5": Inbox(satker="aceh", open={name: followed})})
    masked = "https://www.facebook.com/kemenkum/posts/pfbid02AbCdEfGhIjKl?comment_id=123"
    assert report("forget", masked, "--yes")["found"] is True
    with opened() as agency:
        assert name in agency.forgotten(["facebook"])


def test_nothing_is_forgotten_without_being_sure_of_it() -> None:
    assert "add --yes" in refused(2, "forget", "aceh")
    assert "add --yes" in refused(2, "forget", URL)
    assert "maksudnya 'aceh'?" in refused(1, "forget", "acheh", "--yes")
    assert "lc=" in refused(2, "forget", "https://youtu.be/abcdefghijk", "--yes")
    assert len(kept()) == 4


def test_while_comments_are_read_nothing_is_forgotten(now: datetime) -> None:
    with opened() as agency, turns.taken(agency, "listen", now):
        assert "try again when it has ended" in refused(1, "forget", "aceh", "--yes")
    assert len(kept()) == 4


def test_without_the_key_a_comment_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIPRAH_TOKEN_KEY", "a-token-key-that-is-another-one")
    assert "restore KIPRAH_TOKEN_KEY" in refused(1, "forget", URL, "--yes")
    assert len(kept()) == 4
