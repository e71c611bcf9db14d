"""What S3 is told, and what an operator is told when it says no."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.publish.targets import open_objects
from functions.publish.targets.port import ObjectsError
from functions.publish.targets.s3 import S3Objects
from tests.publish.targets.test_port import make_s3_bucket, page


def test_a_browser_is_told_type_and_age(s3_server: str) -> None:
    open_objects(make_s3_bucket()).put(page("index.html"))
    head = boto3.client("s3").head_object(Bucket="situs", Key="kemenkum/index.html")
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["CacheControl"] == "public, max-age=60"


def test_a_bucket_may_be_used_without_a_prefix(s3_server: str) -> None:
    make_s3_bucket()
    objects = open_objects("s3://situs")
    objects.put(page("index.html"))
    assert list(objects.list()) == ["index.html"]


def test_a_prefix_is_a_folder_and_no_beginning_of_a_name(s3_server: str) -> None:
    make_s3_bucket()
    open_objects("s3://situs/kemenkum2").put(page("index.html"))
    assert open_objects("s3://situs/kemenkum").list() == {}


def test_a_store_without_conditional_writes_is_looked_at_first(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = open_objects(make_s3_bucket())
    assert isinstance(objects, S3Objects)
    real = objects._client.put_object

    def simple(**request: Any) -> Any:
        if "IfNoneMatch" in request:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")
        return real(**request)

    monkeypatch.setattr(objects._client, "put_object", simple)
    assert objects.put(page("data/r1/a.json"), if_absent=True)
    assert not objects.put(page("data/r1/a.json", b"dua"), if_absent=True)
    assert objects.get("data/r1/a.json") == b"<p>satu</p>"


def test_a_missing_bucket_is_told_in_one_line(s3_server: str) -> None:
    for act in (
        lambda: open_objects("s3://tidak-ada/x").list(),
        lambda: open_objects("s3://tidak-ada/x").put(page("index.html")),
    ):
        with pytest.raises(ObjectsError, match=r"no such bucket; create it") as told:
            act()
        assert "\n" not in str(told.value)


def test_missing_credentials_are_told(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    boto3.DEFAULT_SESSION = None
    with pytest.raises(ObjectsError, match="no credentials; set AWS_ACCESS_KEY_ID"):
        open_objects("s3://situs/x").list()
    boto3.DEFAULT_SESSION = None


def test_an_unreachable_store_is_told(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ObjectsError, match="s3://situs/x/"):
        open_objects("s3://situs/x").list()
