"""What is frozen lies in a second place too, once, and nothing there is ever written again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from google.api_core.exceptions import Forbidden

from functions.__main__ import cli
from functions.commands.audit import audit, source
from functions.model import Agency
from functions.publish import job as module_job
from functions.publish.job import publish, publish_all
from functions.publish.targets import frozen as module
from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.gcs import GcsObjects
from functions.publish.targets.port import Objects, ObjectsError
from functions.publish.targets.s3 import S3Objects
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.sqlite import SqliteStore
from tests.factories import CLOSES, MONTH
from tests.publish.targets.test_port import make_gcs_bucket, make_s3_bucket, page
from tests.publish.world import NOW, World
from tests.score.test_keeping import DAY, Life


@pytest.fixture(params=["folder", "s3", "gcs"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"file://{tmp_path}/beku"
    if request.param == "s3":
        request.getfixturevalue("s3_server")
        return make_s3_bucket()
    return make_gcs_bucket(request.getfixturevalue("gcs_server"))


def publish_beside(
    world: World, site: Path, place: str = "", *, look: bool = False
) -> dict[str, Any]:
    loaded = Settings(site=f"file://{site}", frozen=place)
    return publish_all([world.agency], now=NOW, settings=loaded, run_id="terbit", look=look)


def frozen_in(objects: Objects) -> dict[str, bytes | None]:
    return {path: objects.get(path) for path in objects.list() if module.is_frozen(path)}


def test_each_frozen_file_is_put_once_and_nothing_else(
    world: World, site: Path, place: str
) -> None:
    first = publish_beside(world, site, place)
    kept = open_objects(place)
    assert set(kept.list()) == set(frozen_in(kept))
    assert frozen_in(kept) == frozen_in(FolderObjects(site))
    assert {path.split("/")[1] for path in kept.list()} == {"2026-08", "2026-09"}
    assert first["kept"] == len(kept.list()) > 10
    again = publish_beside(world, site, place)
    assert (again["kept"], again["failed"], again["problems"]) == (0, False, [])


def test_set_later_it_brings_all_earlier_months_along(world: World, site: Path, place: str) -> None:
    assert publish_beside(world, site)["kept"] == 0
    assert publish_beside(world, site, place)["kept"] == len(frozen_in(FolderObjects(site)))
    assert frozen_in(open_objects(place)) == frozen_in(FolderObjects(site))


def test_what_lies_there_and_differs_is_told_and_stays(
    world: World, site: Path, place: str
) -> None:
    path = "data/2026-08/r1/ranking.json"
    kept = open_objects(place)
    kept.put(page(path, b"{}"))
    report = publish_beside(world, site, place)
    assert report["problems"] == [
        f"{path} differs from what KIPRAH_FROZEN keeps, which stays; compare the two"
    ]
    assert kept.get(path) == b"{}"
    assert len(kept.list()) == len(frozen_in(FolderObjects(site)))
    assert not report["failed"]


def test_what_the_site_lost_is_still_there(world: World, site: Path, tmp_path: Path) -> None:
    place = f"file://{tmp_path}/beku"
    publish_beside(world, site, place)
    before = frozen_in(open_objects(place))
    for file in site.rglob("r1/*"):
        file.unlink()
    assert publish_beside(world, site, place, look=True)["problems"] == []
    assert frozen_in(open_objects(place)) == before == frozen_in(FolderObjects(site))


def test_a_run_with_nothing_new_asks_the_second_place_nothing(
    world: World, site: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_beside(world, site, place)

    asked: list[str] = []
    opened = module_job.open_site

    def opens(url: str, *how: Any) -> Any:
        target = opened(url, *how)
        for name in ("list", "get", "put") if url == place else ():
            monkeypatch.setattr(target, name, lambda *_, **__: asked.append("asked"))
        return target

    monkeypatch.setattr(module_job, "open_site", opens)
    report = publish_beside(world, site, place)
    assert (report["kept"], report["listed"], report["problems"], asked) == (0, 0, [], [])


def test_a_lost_copy_is_put_again_at_the_next_look(
    world: World, site: Path, tmp_path: Path
) -> None:
    place = tmp_path / "beku"
    publish_beside(world, site, f"file://{place}")
    before = frozen_in(FolderObjects(place))
    (place / "data/2026-08/r1/ranking.json").unlink()
    (place / "data/2026-09/r1/bukti.sha256").write_bytes(b"other")
    assert publish_beside(world, site, f"file://{place}")["kept"] == 0
    report = publish_beside(world, site, f"file://{place}", look=True)
    assert report["kept"] == 1
    assert report["problems"] == [
        "data/2026-09/r1/bukti.sha256 differs from what KIPRAH_FROZEN keeps, which stays; "
        "compare the two"
    ]
    there = frozen_in(FolderObjects(place))
    assert there == before | {"data/2026-09/r1/bukti.sha256": b"other"}


def test_a_place_that_cannot_be_used_costs_the_copies_alone(
    world: World, site: Path, s3_server: str
) -> None:
    report = publish_beside(world, site, "s3://tidak-ada/beku")
    assert report["failed"]
    [said] = report["problems"]
    assert said.startswith("what is frozen is not kept: ")
    assert "name another one in KIPRAH_FROZEN" in said
    assert (site / "index.html").is_file()


def test_a_simulation_keeps_nothing_that_would_last(world: World, site: Path) -> None:
    world.agency.simulation = True
    place = site.parent / "beku"
    publish_beside(world, site, f"file://{place}")
    assert (site / "index.html").is_file()
    assert not place.exists()


def test_each_agency_has_its_own_part(world: World, site: Path, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "other.db")
    agencies = [AgencyStore(other, Agency(id="satu")), world.agency]
    loaded = Settings(site=f"file://{site}", frozen=f"file://{tmp_path}/beku")
    publish_all(agencies, now=NOW, settings=loaded, run_id="terbit")
    assert {path.name for path in (tmp_path / "beku").iterdir()} == {world.agency.id}
    other.close()


# Where overwriting is refused


def test_a_locked_bucket_of_s3_gets_one_version_of_each_file(
    world: World, site: Path, s3_server: str
) -> None:
    client: Any = boto3.client("s3")
    where = {"LocationConstraint": "ap-southeast-3"}
    client.create_bucket(
        Bucket="beku", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True
    )
    kept = {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}}
    client.put_object_lock_configuration(
        Bucket="beku",
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": kept},
    )
    for _ in range(3):
        report = publish_beside(world, site, "s3://beku")
        assert report["problems"] == []
    versions = client.list_object_versions(Bucket="beku")["Versions"]
    assert len(versions) == len(frozen_in(FolderObjects(site)))
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(
            Bucket="beku", Key=versions[0]["Key"], VersionId=versions[0]["VersionId"]
        )


@pytest.mark.parametrize("code", ["AccessDenied", "RetentionPolicyNotMet", "ObjectLocked"])
def test_a_refusal_to_overwrite_means_that_it_lies_there(
    s3_server: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    objects = open_objects(make_s3_bucket())
    assert isinstance(objects, S3Objects)
    objects.put(page("data/2026-08/r1/a.json"))

    def refuses(**request: Any) -> Any:
        raise ClientError({"Error": {"Code": code}}, "PutObject")

    monkeypatch.setattr(objects._client, "put_object", refuses)
    assert objects.put(page("data/2026-08/r1/a.json", b"dua"), if_absent=True) is False
    for file, if_absent in ((page("new"), True), (page("data/2026-08/r1/a.json"), False)):
        with pytest.raises(ObjectsError):
            objects.put(file, if_absent=if_absent)


def test_so_it_does_in_a_bucket_of_cloud_storage(
    gcs_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.cloud.storage import Blob

    objects = open_objects(make_gcs_bucket(gcs_server), "KIPRAH_FROZEN")
    assert isinstance(objects, GcsObjects)
    objects.put(page("data/2026-08/r1/a.json"))

    def refuses(*_: Any, **__: Any) -> Any:
        raise Forbidden("retentionPolicyNotMet")  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Blob, "upload_from_string", refuses)
    assert objects.put(page("data/2026-08/r1/a.json", b"dua"), if_absent=True) is False
    for file, if_absent in ((page("new"), True), (page("data/2026-08/r1/a.json"), False)):
        with pytest.raises(ObjectsError, match="permission denied"):
            objects.put(file, if_absent=if_absent)


# Proving a month from there


def publish_life(life: Life, tmp_path: Path, place: str) -> None:
    loaded = Settings(site=f"file://{tmp_path}/site", frozen=place)
    site = open_objects(loaded.site)
    publish(life.agency, site, now=life.at, settings=loaded, run_id="terbit")


def test_a_month_is_proved_from_what_is_kept_alone(tmp_path: Path, place: str) -> None:
    life = Life(SqliteStore(tmp_path / "kiprah.db"))
    life.score(CLOSES)
    publish_life(life, tmp_path, place)
    record = life.agency.month(MONTH)
    assert record is not None
    found = audit(source(place), MONTH)
    assert (found.differences, found.months) == ([], {MONTH: record.digest})
    decision = {"action": "exclude", "post": "x:100", "month": MONTH, "by": "Ani", "why": "Uji."}
    life.agency.add_decision("a", {**decision, "at": (CLOSES + DAY).isoformat(), "revise": True})
    life.score(CLOSES + 2 * DAY)
    publish_life(life, tmp_path, place)
    revised = life.agency.month(MONTH)
    assert revised is not None
    assert revised.ranking.revision == 2
    found = audit(source(place), MONTH)
    assert (found.differences, found.months[MONTH]) == ([], revised.digest)
    done = CliRunner().invoke(cli, ["audit", MONTH, "--from", place], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (0, f"{MONTH} {revised.digest} identical\n")
    life.store.close()


def test_a_site_that_lost_a_months_file_is_not_taken_for_such_a_place(tmp_path: Path) -> None:
    life = Life(SqliteStore(tmp_path / "kiprah.db"))
    life.score(CLOSES)
    publish_life(life, tmp_path, f"file://{tmp_path}/beku")
    (tmp_path / "site/data" / MONTH / "ranking.json").unlink()
    found = audit(source(str(tmp_path / "site")), MONTH)
    assert f"{MONTH}: ranking.json is missing" in found.differences
    life.store.close()
