"""Every destination keeps the same promises, against a real folder, S3 and Cloud Storage."""

from __future__ import annotations

import json
import posixpath
import re
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.model import Roster
from functions.publish.job import publish
from functions.publish.targets import open_objects
from functions.publish.targets.port import File, Listed, Objects, ObjectsError, md5_of
from functions.publish.targets.sites import SubTarget
from functions.settings import Settings
from functions.store import open_store
from tests.publish.pieces import page
from tests.publish.world import NOW, UNITS, World


def make_s3_bucket() -> str:
    import boto3

    boto3.client("s3").create_bucket(
        Bucket="situs", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"}
    )
    return "s3://situs/kemenkum"


def make_gcs_bucket(address: str) -> str:
    request = urllib.request.Request(
        f"{address}/storage/v1/b?project=-",
        data=json.dumps({"name": "situs"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request):
        return "gs://situs/kemenkum"


@pytest.fixture(params=["folder", "s3", "gcs"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"file://{tmp_path}/site"
    if request.param == "s3":
        request.getfixturevalue("s3_server")
        return make_s3_bucket()
    return make_gcs_bucket(request.getfixturevalue("gcs_server"))


@pytest.fixture
def objects(url: str) -> Objects:
    return open_objects(url)


def test_lists_nothing_before_the_first_file(objects: Objects) -> None:
    assert objects.list() == {}
    assert objects.get("index.html") is None


def test_gives_back_what_was_put_and_tells_its_digest(objects: Objects) -> None:
    assert objects.put(page("satker/kanwil-bali/index.html"))
    listed = objects.list()
    assert list(listed) == ["satker/kanwil-bali/index.html"]
    assert listed["satker/kanwil-bali/index.html"].md5 == md5_of(b"<p>satu</p>")
    assert listed["satker/kanwil-bali/index.html"].size == 11
    assert objects.get("satker/kanwil-bali/index.html") == b"<p>satu</p>"


def test_replaces_a_file(objects: Objects) -> None:
    objects.put(page("index.html"))
    assert objects.put(page("index.html", b"dua"))
    assert objects.get("index.html") == b"dua"


def test_leaves_a_file_alone_that_was_to_be_absent(objects: Objects) -> None:
    assert objects.put(page("data/r1/a.json"), if_absent=True)
    assert not objects.put(page("data/r1/a.json", b"dua"), if_absent=True)
    assert objects.get("data/r1/a.json") == b"<p>satu</p>"


def test_keeps_names_as_they_are(objects: Objects) -> None:
    for path in ("satker/a~2fb/index.html", "data/2026-10/bukti.jsonl.gz", "404.html"):
        objects.put(page(path))
    assert sorted(objects.list()) == [
        "404.html",
        "data/2026-10/bukti.jsonl.gz",
        "satker/a~2fb/index.html",
    ]


def test_another_opening_sees_the_same(url: str) -> None:
    open_objects(url).put(page("index.html"))
    assert list(open_objects(url).list()) == ["index.html"]


def test_a_part_is_a_destination_of_its_own(objects: Objects) -> None:
    """Neither agency's files are the other's, although one's lie inside the other's place."""
    root, inner = SubTarget(objects, without=["kemenham/"]), SubTarget(objects, "kemenham/")
    assert (root.list(), inner.list(), inner.get("index.html")) == ({}, {}, None)
    assert root.put(page("index.html"))
    assert inner.put(page("index.html", b"dua"))
    assert root.put(page("kemenham2/a.html"))
    assert inner.put(page("data/r1/a.json"), if_absent=True)
    assert not inner.put(page("data/r1/a.json", b"dua"), if_absent=True)
    assert sorted(root.list()) == ["index.html", "kemenham2/a.html"]
    assert sorted(inner.list()) == ["data/r1/a.json", "index.html"]
    assert list(inner.list("data/")) == ["data/r1/a.json"]
    assert (root.get("index.html"), inner.get("index.html")) == (b"<p>satu</p>", b"dua")
    assert objects.get("kemenham/index.html") == b"dua"
    assert root.parallel == inner.parallel == objects.parallel


@pytest.mark.parametrize(
    "url", ["", "site", "file://", "ftp://host/site", "s3://", "gs:///prefix", "http://x/y"]
)
def test_refuses_what_names_no_destination(url: str) -> None:
    with pytest.raises(ObjectsError, match=r"file://FOLDER"):
        open_objects(url)


# A site that is put into it, interrupted anywhere

EARLIER = datetime(2026, 10, 3, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


class Breaking:
    """A destination whose line goes dead at a put, and stays dead."""

    def __init__(self, whole: Objects, after: int) -> None:
        self._whole = whole
        self._left = after
        self._guard = threading.Lock()
        self.parallel = whole.parallel

    def list(self, folder: str = "") -> dict[str, Listed]:
        return self._whole.list(folder)

    def get(self, path: str) -> bytes | None:
        return self._whole.get(path)

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        with self._guard:
            self._left -= 1
            if self._left < 0:
                raise ObjectsError("the line went dead")
        return self._whole.put(file, if_absent=if_absent)


@pytest.fixture
def two_states(tmp_path: Path) -> Iterator[tuple[World, World]]:
    """A small ministry, and the same one later: a month final, another begun, a unit entered."""
    worlds = []
    for name in ("before", "after"):
        world = World(open_store(f"sqlite:///{tmp_path}/{name}.db"), UNITS[:2], seed=5)
        august = datetime(2026, 9, 8, tzinfo=UTC)
        world.add_month("2026-08", state="final", posts=4, as_of=august)
        closing = world.add_month("2026-09", state="closing", posts=5, as_of=EARLIER)
        worlds.append(world)
    final = msgspec.structs.replace(closing.ranking, state="final", as_of=NOW - timedelta(days=9))
    world.save(msgspec.structs.replace(closing, ranking=final))
    world.units = UNITS[:3]
    world.agency.save_roster(Roster(as_of=EARLIER, satker=world.units, accounts=world.accounts))
    world.add_month("2026-10", posts=6)
    yield worlds[0], worlds[1]
    for world in worlds:
        world.agency.store.close()


def put_site(world: World, objects: Objects, now: datetime) -> dict[str, Any]:
    return publish(world.agency, objects, now=now, settings=Settings(), run_id="run")


def contents(objects: Objects) -> dict[str, bytes]:
    return {path: objects.get(path) or b"" for path in objects.list()}


def lost_links(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """What readers who begin at the front page come upon that is not there: page and target."""
    todo, seen, lost = ["index.html"], {"index.html"}, []
    while todo:
        at = todo.pop()
        if at not in files:
            continue
        for link in re.findall(rb'(?:href|src)="([^"#?:]+)["#?]', files[at]):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(at), link.decode()))
            if link.endswith((b"/", b".")):
                target = posixpath.normpath(f"{target}/index.html")
            if target not in files:
                lost.append((at, target))
            elif target.endswith(".html") and target not in seen:
                seen.add(target)
                todo.append(target)
    return lost if "index.html" in files else []


def place_of(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The beginning of addresses of destinations of a kind."""
    if kind == "folder":
        return f"file://{tmp_path}/sites"
    if kind == "s3":
        request.getfixturevalue("s3_server")
        return make_s3_bucket()
    return make_gcs_bucket(request.getfixturevalue("gcs_server"))


def settled(files: dict[str, bytes]) -> dict[str, bytes | None]:
    """The files, but of the two that say when anything was put last only that they are there."""
    when = {"status/index.html", "status/keadaan.json"}
    return {path: None if path in when else body for path, body in files.items()}


@pytest.mark.parametrize(
    ("kind", "every"), [("folder", 11), ("s3", None), ("gcs", None)], ids=["folder", "s3", "gcs"]
)
@pytest.mark.parametrize("is_update", [False, True], ids=["first", "update"])
def test_interrupted_at_any_put_a_site_is_whole_and_the_next_run_completes_it(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    two_states: tuple[World, World],
    kind: str,
    every: int | None,
    is_update: bool,
) -> None:
    """Cut off at every eleventh put (in the clouds in the middle), and then published again."""
    place, (before, after) = place_of(kind, request, tmp_path), two_states
    whole = open_objects(f"{place}/whole")
    if is_update:
        put_site(before, whole, EARLIER)
    earlier = contents(whole)
    puts = put_site(after, whole, LATER)["objects"]
    expected = contents(whole)
    assert puts > 40
    for number in range(0, puts, every) if every else [puts // 2]:
        objects = open_objects(f"{place}/{number}")
        for path, body in earlier.items():
            objects.put(page(path, body))
        with pytest.raises(ObjectsError, match="dead"):
            put_site(after, Breaking(objects, number), LATER)
        assert lost_links(contents(objects)) == []
        report = put_site(after, objects, LATER)
        assert (report["postponed"], report["problems"]) == (0, [])
        assert settled(contents(objects)) == settled(expected)
        assert put_site(after, objects, LATER)["objects"] == 0
    assert lost_links(expected) == []
