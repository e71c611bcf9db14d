"""Every destination keeps the same promises, against a real folder, S3 and Cloud Storage."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from functions.publish.targets import open_objects
from functions.publish.targets.port import Objects, ObjectsError, md5_of
from functions.publish.targets.sites import SubTarget
from tests.publish.pieces import page


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
