"""The private place: what is put there and when, and that nothing of it is public."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.model import Agency, Roster, iso
from functions.publish.job import publish, publish_all
from functions.publish.private import inbox_files
from functions.publish.private.alarm_files import CSV, JSON, PAGE
from functions.publish.private.place import Done, PrivatePlace
from functions.publish.private.step import keep_private
from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.alarms import Alarm, AlarmPost
from functions.store.dialog import DayTally
from functions.store.listening_settings import Listening
from functions.store.port import Store
from functions.store.threads import CommentThread
from tests.factories import alarm
from tests.publish.pieces import tree
from tests.publish.private.test_inbox import followed, inbox, listening, open_comments
from tests.publish.spoken import dialog_of
from tests.publish.targets.test_port import make_gcs_bucket, make_s3_bucket
from tests.publish.world import NOW, World

DAY = timedelta(days=1)
FILES = {CSV, JSON, PAGE}


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """An agency that has nothing but its alarms."""
    store = open_store(sqlite_url)
    yield AgencyStore(store, Agency())
    store.close()


def keep(agency: AgencyStore, settings: Settings, now: Any, noted: object) -> Done:
    """The step of an agency that reads no comment."""
    place = PrivatePlace(agency, settings, (), now, Listening(), Roster(as_of=NOW))
    return keep_private(place, noted)


class Step:
    """The step as publishing calls it, which remembers what the run before noted."""

    def __init__(self, agency: AgencyStore, place: str) -> None:
        self.agency = agency
        self.settings = Settings(private=place)
        self.noted: Any = None

    def __call__(self, now: Any = NOW) -> int:
        done = keep(self.agency, self.settings, now, self.noted)
        assert done.problems == []
        self.noted = done.noted or self.noted
        return done.put

    def held(self) -> list[str]:
        """The alarms that the files hold."""
        body = open_objects(self.settings.private).get(JSON)
        return [one["id"] for one in json.loads(body or b"")["alarms"]]


@pytest.fixture
def step(agency: AgencyStore, tmp_path: Path) -> Step:
    return Step(agency, f"file://{tmp_path}/rahasia")


def mark(agency: AgencyStore, given: Alarm, **fields: Any) -> None:
    found = agency.alarm(given.id)
    assert found is not None
    agency.amend(found[0], fields)


def test_what_is_new_is_put_and_what_is_not_costs_one_listing(store: Store, tmp_path: Path) -> None:
    agency = AgencyStore(store, Agency())
    step = Step(agency, f"file://{tmp_path}/rahasia")
    assert step() == 3
    assert step() == 0
    given = alarm(at=NOW - DAY)
    agency.add_alarm(given)
    assert step() == 3
    reads, writes = agency.store.meter.reads, agency.store.meter.writes
    assert step() == 0
    assert agency.store.meter.reads - reads <= 1
    assert agency.store.meter.writes == writes
    mark(agency, given, outcome="benar", marked_by="Ani")
    assert step() == 3
    assert step.held() == [given.id]
    assert set(tree(tmp_path / "rahasia")) == FILES


def test_nothing_is_read_or_written_where_no_place_is_named(agency: AgencyStore) -> None:
    agency.add_alarm(alarm())
    reads = agency.store.meter.reads
    assert keep(agency, Settings(), NOW, None).put == 0
    assert agency.store.meter.reads == reads


def test_old_alarms_leave_the_files_and_lost_files_come_back(
    agency: AgencyStore, step: Step, tmp_path: Path
) -> None:
    old, new = alarm(at=NOW - 89 * DAY), alarm("setjen", at=NOW - DAY)
    for each in (old, new):
        agency.add_alarm(each)
    step()
    assert step.held() == [new.id, old.id]
    (tmp_path / "rahasia" / CSV).unlink()
    assert step(NOW + DAY) == 1
    assert step(NOW + 2 * DAY) == 3
    assert step.held() == [new.id]


def test_an_alarm_of_later_than_now_is_not_told(agency: AgencyStore, step: Step) -> None:
    agency.add_alarm(alarm(at=NOW + DAY))
    step()
    assert step.held() == []


def test_a_mark_that_cannot_be_read_is_answered_beside_it(agency: AgencyStore, step: Step) -> None:
    given = alarm(at=NOW - DAY)
    agency.add_alarm(given)
    mark(agency, given, outcome="bener")
    for _ in range(3):
        step()
    found = agency.alarm(given.id)
    assert found is not None
    assert found[0].data["status"] == "outcome 'bener' tidak dikenal; maksudnya 'benar'?"
    writes = agency.store.meter.writes
    assert step() == 0
    assert agency.store.meter.writes == writes


@pytest.mark.parametrize(
    "noted",
    [
        None,
        3,
        {"alarms": 4, "inbox": []},
        {"alarms": {"until": "kemarin"}},
        {"alarms": {"until": iso(NOW), "source": 1}},
    ],
)
def test_odd_notes_are_as_if_there_were_none(
    agency: AgencyStore, step: Step, noted: object
) -> None:
    agency.add_alarm(alarm(at=NOW - DAY))
    step.noted = noted
    assert step() == 3


@pytest.mark.parametrize("kind", ["s3", "gcs"])
def test_the_clouds_get_it_too_and_no_cache_keeps_it(
    agency: AgencyStore, kind: str, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(f"{kind}_server")
    step = Step(agency, make_s3_bucket() if kind == "s3" else make_gcs_bucket(server))
    assert step() == 3
    assert step() == 0
    assert set(open_objects(step.settings.private).list()) == FILES


def test_every_agency_has_its_folder_there(agency: AgencyStore, tmp_path: Path) -> None:
    everybody = [Agency(), Agency(id="kemenham", name="Kementerian HAM")]
    for each in everybody:
        own = AgencyStore(agency.store, each)
        own.add_alarm(alarm(each.id, at=NOW - DAY))
        settings = Settings(private=f"file://{tmp_path}/rahasia")
        place = PrivatePlace(own, settings, everybody, NOW, Listening(), Roster(as_of=NOW))
        assert keep_private(place, None).put == 3
    assert set(tree(tmp_path / "rahasia")) == FILES | {f"kemenham/{path}" for path in FILES}
    assert b"kemenham" not in (tmp_path / "rahasia" / JSON).read_bytes()


# As a step of publishing

INBOX = {inbox_files.CSV, inbox_files.JSON, inbox_files.PAGE}
_CANARY = "kenari"
_PLACE = f"{_CANARY}-tempat"


def canary() -> Alarm:
    """An alarm of which every text can be known again."""
    post = AlarmPost(
        platform="x",
        account_id=f"{_CANARY}-akun",
        post_id=f"{_CANARY}-id",
        url=f"https://x.com/{_CANARY}/status/1",
        comments=54_321,
    )
    return alarm(
        f"{_CANARY}-satker",
        at=NOW - DAY,
        name=f"{_CANARY} nama",
        accounts=(f"x:{_CANARY}-akun",),
        posts=(post,),
        comments=87_654,
    )


def plant(agency: AgencyStore) -> None:
    """Threads that can be known again wherever a text or a name might have slipped in: addresses,
    ids, keys, a unit's and an account's id; and a month that names odd units and accounts."""
    one = followed(
        id=f"{_CANARY}-1",
        post_id=f"{_CANARY}-post",
        url=f"https://www.instagram.com/p/{_CANARY}/c/5/",
    )
    # An author's name stands in such an address: no link may be made of it.
    two = followed(id=f"{_CANARY}-2", url=f"https://x.com/{_CANARY}-warga/status/5")
    held = inbox(one, satker=f"{_CANARY}-satker")
    agency.save_inbox("instagram", {f"instagram:{_CANARY}": held})
    agency.save_inbox("x", {f"x:{_CANARY}": inbox(two, satker="kanwil-bali")})
    thread = CommentThread(asked_at=NOW - DAY, question=True, answer=f"{_CANARY}-jawab")
    agency.add_threads(f"x:{_CANARY}", {"2026-10-20": {f"{_CANARY}-utas": thread}})
    spoken = dialog_of("2026-10")
    odd = {f"{_CANARY} bertanya: kapan?": spoken.units["kanwil-bali"]}
    tally = {f"x:{_CANARY}": {"2026-10-01": DayTally(states={"answered": 2})}}
    agency.save_dialog(msgspec.structs.replace(spoken, units=spoken.units | odd, settled=tally))


def readings(body: bytes) -> Iterator[bytes]:
    """A file's bytes as they are, and unpacked."""
    yield body
    if body.startswith(b"\x1f\x8b"):
        yield gzip.decompress(body)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def told(public: dict[str, bytes]) -> list[tuple[str, str]]:
    """The public files that hold a word of an alarm, its mark, the inbox or the private place."""
    words = (_CANARY, "87654", "87.654", "54321", "54.321", "siaga/", "alarm.csv")
    words += ("kotak/", "pertanyaan.csv", "/c/5/")
    return [
        (path, word)
        for path, body in public.items()
        for read in (path.encode(), *readings(body))
        for word in words
        if word.encode() in read.lower()
    ]


def test_no_public_byte_tells_of_an_alarm_a_mark_the_inbox_or_the_private_place(
    world: World, site: Path, tmp_path: Path
) -> None:
    """Not even where the private place failed, which the run's report tells."""
    blocked = tmp_path / _PLACE
    blocked.write_text("a file, where a folder should be")
    settings = Settings(
        site=f"file://{site}",
        private=f"file://{blocked}",
        site_url="https://peringkat.example.go.id",
    )
    world.agency.add_alarm(canary())
    open_comments(world.agency, "kanwil-bali", f"{_CANARY}-satker")
    plant(world.agency)
    mark(world.agency, canary(), outcome="benar", marked_by=f"{_CANARY} Ani", note=f"{_CANARY}!")

    def run(number: int) -> dict[str, Any]:
        at = NOW + number * timedelta(hours=1)
        return publish_all([world.agency], now=at, settings=settings, run_id=f"terbit-{number}")

    for number in (0, 1):
        failed = run(number)
        assert failed["failed"]
        assert _PLACE in failed["problems"][-1]
    assert told(tree(site)) == []
    blocked.unlink()
    done = run(2)
    assert (done["private"], done["problems"]) == ({"put": 6}, [])
    assert run(3)["private"] == {"put": 0}
    public, private = tree(site), tree(blocked)
    assert {"status/keadaan.json", "sitemap.xml", "feed.xml"} <= set(public)
    assert told(public) == []
    assert set(private) == FILES | INBOX
    assert all(_CANARY.encode() in body for body in private.values())
    shown = json.loads(private[inbox_files.JSON])["questions"]
    assert [one["url"] for one in shown] == [None, f"https://www.instagram.com/p/{_CANARY}/c/5/"]


def test_it_fails_alone(world: World, site: Path, tmp_path: Path) -> None:
    (tmp_path / "buntu").write_text("a file")
    settings = Settings(private=f"file://{tmp_path}/buntu")
    report = publish(world.agency, FolderObjects(site), now=NOW, settings=settings, run_id="terbit")
    assert set(report["published"]) == {"2026-08", "2026-09", "2026-10"}
    [said] = report["problems"]
    assert said.startswith("the private files are not up to date: alarms: ")
    assert "KIPRAH_PRIVATE" in said


def test_each_set_of_files_fails_alone_and_keeps_its_note(
    agency: AgencyStore, tmp_path: Path
) -> None:
    """Here a file lies where the folder of alarms should be, and only there."""
    folder = tmp_path / "rahasia"
    folder.mkdir()
    (folder / "siaga").write_text("a file")
    wanted = listening()
    agency.save_inbox("instagram", {"instagram:17": inbox(followed())})
    place = PrivatePlace(
        agency, Settings(private=f"file://{folder}"), (), NOW, wanted, Roster(as_of=NOW)
    )
    done = keep_private(place, {"alarms": {"until": "lama"}})
    [said] = done.problems
    assert said.startswith("the private files are not up to date: alarms: ")
    assert done.put == 3
    assert set(done.noted) == {"alarms", "inbox"}
    assert done.noted["alarms"] == {"until": "lama"}
    assert {path for path in tree(folder) if path != "siaga"} == INBOX
