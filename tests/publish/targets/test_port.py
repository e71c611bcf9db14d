"""Every destination keeps the same promises, against a real folder, S3 and Cloud Storage."""

from __future__ import annotations

import json
import os
import threading
import urllib.request
from pathlib import Path

import pytest

from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import File, Objects, ObjectsError, md5_of
from functions.publish.targets.sites import SubTarget


def page(path: str, body: bytes = b"<p>satu</p>") -> File:
    return File(path, body, "text/html; charset=utf-8", "public, max-age=60")


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


def test_a_relative_folder_lies_beside_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_objects("file://site").put(page("index.html"))
    assert (tmp_path / "site" / "index.html").read_bytes() == b"<p>satu</p>"


def test_a_path_cannot_leave_the_folder(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "site")
    for path in ("../x", "/etc/x", "a/../../x", ""):
        with pytest.raises(ValueError, match="inside"):
            objects.put(page(path))


def test_a_folder_under_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(ObjectsError, match="KIPRAH_SITE") as told:
        FolderObjects(tmp_path / "site").put(page("a/index.html"))
    assert "\n" not in str(told.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ObjectsError, match="owner and rights"):
        FolderObjects(tmp_path / "site").put(page("index.html"))


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    bodies = [b"a" * 200_000, b"b" * 200_000]
    objects.put(page("index.html", bodies[0]))
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "index.html").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        objects.put(page("index.html", bodies[number % 2]))
    done.set()
    reader.join()
    assert seen <= set(bodies)


def test_an_unfinished_file_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-0123").write_bytes(b"half")
    assert FolderObjects(tmp_path).list() == {}


def test_files_are_readable_for_a_web_server(tmp_path: Path) -> None:
    FolderObjects(tmp_path).put(page("index.html"))
    FolderObjects(tmp_path).put(page("data/a.json"), if_absent=True)
    for path in ("index.html", "data/a.json"):
        assert (tmp_path / path).stat().st_mode & 0o444
