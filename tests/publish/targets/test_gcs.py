"""What Cloud Storage is told, and what an operator is told when it says no."""

from __future__ import annotations

import json
import urllib.request

import pytest

from functions.publish.targets import open_objects
from functions.publish.targets.port import ObjectsError
from tests.publish.targets.test_port import make_gcs_bucket, page


def test_a_browser_is_told_type_and_age(gcs_server: str) -> None:
    open_objects(make_gcs_bucket(gcs_server)).put(page("index.html"))
    address = f"{gcs_server}/storage/v1/b/situs/o/kemenkum%2Findex.html"
    with urllib.request.urlopen(address) as answer:
        told = json.load(answer)
    assert told["contentType"] == "text/html; charset=utf-8"
    assert told["cacheControl"] == "public, max-age=60"


def test_a_missing_bucket_is_told_in_one_line(gcs_server: str) -> None:
    for act in (
        lambda: open_objects("gs://tidak-ada/x").list(),
        lambda: open_objects("gs://tidak-ada/x").put(page("index.html")),
    ):
        with pytest.raises(ObjectsError, match=r"no such bucket; create it") as told:
            act()
        assert "\n" not in str(told.value)


def test_missing_credentials_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path_factory.mktemp("gcloud")))
    with pytest.raises(ObjectsError, match="no credentials; run `gcloud auth"):
        open_objects("gs://situs/x").list()
