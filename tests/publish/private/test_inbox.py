"""Open questions are kept for staff while a gate is open, and leave with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import Agency, Platform, Roster, Satker
from functions.publish.private.inbox import keep_inbox
from functions.publish.private.inbox_files import CSV, JSON, PAGE
from functions.publish.private.place import PrivatePlace
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.listening_settings import NAME, Listening
from functions.store.port import Write
from functions.store.threads import Followed, Inbox
from tests.publish.pieces import tree
from tests.publish.world import NOW, UNITS

HOUR = timedelta(hours=1)
FILES = {CSV, JSON, PAGE}


def followed(**facts: Any) -> Followed:
    """A question that was asked 30 hours before it was read."""
    known: dict[str, Any] = {
        "id": "17901",
        "url": "https://www.instagram.com/p/abc/c/17901/",
        "asked_at": NOW - 31 * HOUR,
        "question": True,
        "seen_at": NOW - 20 * HOUR,
        "checked_at": NOW - HOUR,
    }
    return Followed(**known | facts)


def inbox(*open: Followed, satker: str = "kanwil-bali") -> Inbox:
    """An account's inbox."""
    held = {f"{number:016x}": each for number, each in enumerate(open)}
    return Inbox(satker=satker, read_until=NOW - HOUR, open=held)


def listening(*units: str, on: tuple[Platform, ...] = ("instagram", "x")) -> Listening:
    """Settings by which the comments of these units may be read."""
    return Listening(
        dpia="DPIA-1/2026",
        dpo="ppdp@kemenkum.example",
        notice_url="https://kemenkum.example/privasi",
        comments=frozenset(on),
        consents={unit: "ND-7/2026" for unit in units or ("kanwil-bali",)},
    )


def open_comments(agency: AgencyStore, *units: str) -> None:
    """Type those settings."""
    document = {
        "dpia": "DPIA-1/2026",
        "dpo": "ppdp@kemenkum.example",
        "notice_url": "https://kemenkum.example/privasi",
        "comments.instagram": True,
        "comments.x": True,
        "consents": {unit: "ND-7/2026" for unit in units},
    }
    agency.store.write([Write(f"{agency.root}/settings/{NAME}", document)])


class Step:
    """The step, which remembers what the run before noted."""

    def __init__(self, agency: AgencyStore, folder: Path) -> None:
        self.agency = agency
        self.folder = folder
        self.noted: Any = {}

    def __call__(self, wanted: Listening, now: Any = NOW, units: tuple[Satker, ...] = UNITS) -> int:
        settings = Settings(private=f"file://{self.folder}")
        roster = Roster(as_of=NOW, satker=list(units))
        done = keep_inbox(PrivatePlace(self.agency, settings, (), now, wanted, roster), self.noted)
        self.noted = done.noted or self.noted
        return done.put

    def held(self) -> list[dict[str, Any]]:
        """The questions that the files hold."""
        questions: list[dict[str, Any]] = json.loads((self.folder / JSON).read_bytes())["questions"]
        return questions


@pytest.fixture
def step(sqlite_url: str, tmp_path: Path) -> Iterator[Step]:
    store = open_store(sqlite_url)
    yield Step(AgencyStore(store, Agency()), tmp_path / "rahasia")
    store.close()


def reads(step: Step) -> int:
    return step.agency.store.meter.reads


def test_questions_are_kept_as_links_with_their_age_and_nothing_new_costs_a_read_a_platform(
    step: Step,
) -> None:
    step.agency.save_inbox("instagram", {"instagram:1": inbox(followed())})
    assert step(listening()) == 3
    assert set(tree(step.folder)) == FILES
    assert step.held() == [
        {
            "satker": "kanwil-bali",
            "name": "Kanwil Kemenkum Bali",
            "platform": "instagram",
            "asked_at": "2026-10-19T21:00:00Z",
            "asked_local": "20 Oktober 2026 05.00 WITA",
            "read_at": "2026-10-21T03:00:00Z",
            "age_hours": 30,
            "order": 0,
            "url": "https://www.instagram.com/p/abc/c/17901/",
        }
    ]
    before, writes = reads(step), step.agency.store.meter.writes
    assert step(listening()) == 0
    assert reads(step) - before <= 2
    assert step.agency.store.meter.writes == writes


def test_nothing_is_read_or_made_where_no_comment_is_read(step: Step) -> None:
    before = reads(step)
    assert step(Listening()) == 0
    assert reads(step) == before
    assert not step.folder.exists()


@pytest.mark.parametrize(
    "closed",
    [
        Listening(),
        msgspec.structs.replace(listening(), dpia=None),
        listening(on=("youtube",)),
        listening("setjen"),
        msgspec.structs.replace(listening(), consents={}),
    ],
    ids=["all off", "no assessment", "another platform", "withdrawn", "no consents"],
)
def test_a_gate_that_closes_empties_the_files(step: Step, closed: Listening) -> None:
    step.agency.save_inbox("instagram", {"instagram:1": inbox(followed())})
    step(listening())
    assert step(closed) == 3
    assert step.held() == []
    assert b"17901" not in b"".join(tree(step.folder).values())
    assert step(closed) == 0


def test_it_is_not_looked_at_again_once_it_was_emptied(step: Step) -> None:
    step(listening())
    step(Listening())
    before = reads(step)
    for day in (1, 2):
        assert step(Listening(), NOW + timedelta(days=day)) == 0
    assert reads(step) == before


def test_a_lost_file_comes_back_the_next_day(step: Step) -> None:
    step(listening())
    (step.folder / CSV).unlink()
    assert step(listening()) == 0
    assert step(listening(), NOW + timedelta(days=1)) == 1


def test_the_suggested_come_first_then_the_oldest_and_only_what_waits(step: Step) -> None:
    urls = [f"https://www.instagram.com/p/abc/c/{number}/" for number in range(4)]
    ages = [5, 9, 30, 7]
    orders = [2, 0, 1, 0]
    questions = [
        followed(id=str(number), url=urls[number], asked_at=NOW - age * HOUR, order=order)
        for number, (age, order) in enumerate(zip(ages, orders, strict=True))
    ]
    others: tuple[dict[str, Any], ...] = (
        {"question": False},
        {"helped_at": NOW - HOUR},
        {"missed_at": NOW - HOUR},
    )
    open = (*questions, *(followed(id="9", **facts) for facts in others))
    step.agency.save_inbox("instagram", {"instagram:1": inbox(*open)})
    step(listening())
    assert [one["url"][-2] for one in step.held()] == ["1", "3", "2", "0"]


def test_a_unit_that_is_no_longer_registered_is_told_by_its_id(step: Step) -> None:
    step.agency.save_inbox("instagram", {"instagram:1": inbox(followed())})
    step(listening(), units=())
    [told] = step.held()
    assert (told["name"], told["asked_local"]) == ("kanwil-bali", "20 Oktober 2026 04.00 WIB")


ODD = st.text(max_size=40) | st.sampled_from(
    [
        "javascript:alert(1)",
        "https://evil.example/?u=https://www.instagram.com/p/abc/",
        "http://instagram.com:8080/p/abc/",
        "https://user@www.instagram.com/p/abc/",
        "//www.instagram.com/p/abc/",
    ]
)


@settings(max_examples=25)
@given(st.sampled_from(["instagram", "x"]), ODD, ODD)
def test_a_link_leads_to_the_platform_itself_or_there_is_none(
    tmp_path_factory: pytest.TempPathFactory, platform: Platform, url: str, id: str
) -> None:
    folder = tmp_path_factory.mktemp("kotak")
    store = open_store(f"sqlite:///{folder}/k.db")
    step = Step(AgencyStore(store, Agency()), folder / "rahasia")
    odd = followed(id=id, url=url.encode(errors="replace").decode())
    good = followed(id="77", url="https://www.instagram.com/p/good/")
    step.agency.save_inbox(platform, {f"{platform}:1": inbox(odd, good)})
    step(listening())
    urls = [one["url"] for one in step.held()]
    assert len(urls) == 2
    for link in filter(None, urls):
        assert link.startswith(("https://www.instagram.com/", "https://x.com/i/status/"))
    assert set(urls) & {"https://www.instagram.com/p/good/", "https://x.com/i/status/77"}
    store.close()


def test_an_address_on_x_never_names_who_asked(step: Step) -> None:
    asked = followed(id="123", url="https://x.com/warga/status/123")
    step.agency.save_inbox("x", {"x:1": inbox(asked)})
    step(listening())
    assert [one["url"] for one in step.held()] == ["https://x.com/i/status/123"]
    assert b"warga" not in b"".join(tree(step.folder).values())
