"""Publishing as a whole: what is put, in which order, how often, and what is left alone."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.model import Entry
from functions.publish import months
from functions.publish.job import publish
from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import File, Listed, Objects, md5_of
from functions.settings import Settings
from functions.store import evidence as ev
from tests.publish.conftest import Publish
from tests.publish.pieces import tree
from tests.publish.targets.test_port import make_gcs_bucket, make_s3_bucket
from tests.publish.world import NOW, World


class Memory:
    """A destination that remembers in which order files arrived."""

    parallel = 4

    def __init__(self, *, fails_at: Callable[[str], bool] = lambda path: False) -> None:
        self.files: dict[str, bytes] = {}
        self.order: list[str] = []
        self.told: dict[str, File] = {}
        self.fails_at = fails_at

    def list(self, folder: str = "") -> dict[str, Listed]:
        return {
            path: Listed(md5_of(body), len(body))
            for path, body in self.files.items()
            if path.startswith(folder)
        }

    def get(self, path: str) -> bytes | None:
        return self.files.get(path)

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        if self.fails_at(file.path):
            raise OSError("the line went dead")
        if if_absent and file.path in self.files:
            return False
        self.files[file.path] = file.body
        self.told[file.path] = file
        self.order.append(file.path)
        return True


def rescore(world: World, month: str = "2026-10") -> None:
    """Leave the month as a scoring run leaves it half-way: new samples, the old ranking."""
    ledgers = world.agency.ledgers(month)
    _, entry = min(next(iter(ledgers.values())).entries.items())
    later = msgspec.structs.replace(
        entry.post.samples[-1], taken_at=entry.post.samples[-1].taken_at + timedelta(seconds=1)
    )
    post = msgspec.structs.replace(entry.post, samples=(*entry.post.samples, later))
    ledgers.put(Entry(post=post, verdict=entry.verdict))
    world.agency.save_ledgers(ledgers)


def test_a_site_has_every_page_and_file(run: Publish, site: Path, world: World) -> None:
    report = run()
    found = tree(site)
    for path in (
        "index.html",
        "404.html",
        "2026/index.html",
        "2026/09/index.html",
        "satker/index.html",
        "platform/x/index.html",
        "metode/index.html",
        "data/index.html",
        *(f"satker/{unit.id}/index.html" for unit in world.units),
        *(
            f"data/2026-10/{name}"
            for name in ("ranking.json", "ranking.csv", "ranking.xlsx", "unggahan.json")
        ),
        *(f"data/2026-10/{name}" for name in ("unggahan.csv", "unggahan.xlsx", "bukti.jsonl.gz")),
        *(f"data/2026-10/{name}" for name in ("bukti.sha256", "keputusan.json", "keputusan.csv")),
        "data/2026-09/r1/ranking.json",
    ):
        assert path in found
    assert not [path for path in found if path.startswith("data/2026-10/r1/")]
    # The status page and its files are put first and last.
    assert report["uploaded"] == len(found) + 3
    assert report["bytes"] > sum(map(len, found.values()))
    assert report["months"] == ["2026-08", "2026-09", "2026-10"]
    assert report["problems"] == report["left"] == []


def test_publishing_twice_puts_nothing(run: Publish) -> None:
    first = run()
    second = run(now=NOW + timedelta(minutes=30))
    assert second["uploaded"] == second["bytes"] == 0
    assert second["pages"] == first["pages"]


def test_a_run_is_kept_when_it_put_something(run: Publish, world: World) -> None:
    first = run()
    run(now=NOW + timedelta(minutes=30))
    kept = list(world.agency.store.list(f"{world.agency.root}/runs"))
    assert [stored.data["uploaded"] for stored in kept] == [first["uploaded"]]


def test_the_clouds_get_nothing_the_second_time_either(run: Publish, s3_server: str) -> None:
    objects = open_objects(make_s3_bucket())
    assert run(objects)["uploaded"] > 40
    assert run(objects)["uploaded"] == 0


def test_cloud_storage_holds_what_a_folder_holds(run: Publish, site: Path, gcs_server: str) -> None:
    objects = open_objects(make_gcs_bucket(gcs_server))
    run(objects)
    run()
    listed = objects.list()
    assert {path: each.md5 for path, each in listed.items()} == {
        path: md5_of(body) for path, body in tree(site).items()
    }
    assert run(objects)["uploaded"] == 0


def test_the_same_store_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish(
            world.agency,
            FolderObjects(tmp_path / name),
            now=NOW,
            settings=Settings(),
            run_id=name,
        )
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_assets_and_data_go_first_and_index_pages_last(run: Publish) -> None:
    memory = Memory()
    run(memory)

    def is_page(path: str) -> bool:
        return path.endswith(".html")

    at = {path: number for number, path in enumerate(memory.order)}
    # Last of all what names the others, and what tells how the measuring stands.
    last_of_all = [
        "data/berkas.json",
        "data/segar.json",
        "status/index.html",
        "status/keadaan.json",
    ]
    assert memory.order[-4:] == last_of_all
    for path in last_of_all:
        del at[path]
    frozen = [path for path in at if "2026/08/" in path or "2026/09/" in path]
    for month in ("2026-08", "2026-09", "2026-10"):
        # A month's files, then its pages, then its manifest.
        own = f"data/{month}/"
        pages = [
            n
            for path, n in at.items()
            if path.startswith("satker/") and month.replace("-", "/") in path and is_page(path)
        ]
        data = [n for path, n in at.items() if path.startswith(own) and "berkas" not in path]
        assert max(data) < min(pages) <= max(pages) < at.pop(f"data/{month}/berkas.json")
    for path in frozen:
        del at[path]

    def last(*beginnings: str) -> int:
        return max(number for path, number in at.items() if path.startswith(beginnings))

    inner = [p for p in at if p.startswith(("satker/", "platform/", "metode/")) and is_page(p)]
    inner.remove("satker/index.html")
    lists = ["satker/index.html", "2026/index.html", "2026/10/index.html"]
    # The page about the data is a page; the files are what goes first.
    files = [n for path, n in at.items() if path.startswith("data/") and not path.endswith(".html")]
    assert max(last("assets/"), *files) < min(at[path] for path in inner)
    assert max(at[path] for path in inner) < min(at[path] for path in lists)
    assert memory.order[-5] == "data/2026-10/berkas.json"
    assert max(at, key=at.__getitem__) == "index.html"


def test_a_run_that_dies_leaves_the_front_page_as_it_was_and_is_made_good(
    run: Publish, world: World
) -> None:
    memory = Memory(fails_at=lambda path: path == "satker/kanwil-bali/index.html")
    with pytest.raises(OSError, match="dead"):
        run(memory)
    assert "index.html" not in memory.files
    assert "satker/index.html" not in memory.files
    memory.fails_at = lambda path: False
    run(memory)
    assert "index.html" in memory.files
    assert run(memory)["uploaded"] == 0


def test_readers_are_told_how_long_a_file_stays(run: Publish) -> None:
    memory = Memory()
    run(memory)
    for path, file in memory.told.items():
        is_fixed = path.startswith("assets/") or "/r1/" in path
        assert ("immutable" in file.cache_control) == is_fixed, path
    assert memory.told["index.html"].content_type == "text/html; charset=utf-8"
    assert memory.told["data/2026-10/bukti.jsonl.gz"].content_type == "application/gzip"


def test_only_what_changed_is_put(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    memory.order.clear()
    run(memory, notice="Pengumuman")
    pages = [path for path in memory.order if path.endswith(".html")]
    assert pages
    # Each frozen page stays as it was made; beside pages, only what says what the site holds.
    assert not [path for path in pages if "2026/08/" in path or "2026/09/" in path]
    assert {*memory.order} - {*pages} == {"data/berkas.json", "data/2026-10/berkas.json"}


def test_a_month_being_scored_stays_as_it_was_published(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    before = dict(memory.files)
    rescore(world)
    memory.order.clear()
    report = run(memory, notice="Pengumuman")
    assert report["left"] == ["2026-10"]
    assert "2026-10 is being scored" in report["problems"][0]
    for path in memory.files:
        if path.startswith(("data/2026-10/", "2026/", "satker/", "platform/")) and path != (
            "2026/index.html"
        ):
            assert memory.files[path] == before[path], path
    assert memory.files["index.html"] == before["index.html"]
    assert memory.files["metode/index.html"] != before["metode/index.html"]
    # The page about the data still tells of the month, with what lies there.
    assert b"Oktober 2026" in memory.files["data/index.html"]


def test_a_month_never_published_and_being_scored_is_not_mentioned(
    run: Publish, world: World, site: Path
) -> None:
    rescore(world)
    report = run()
    assert report["left"] == ["2026-10"]
    assert report["months"] == ["2026-08", "2026-09"]
    found = tree(site)
    assert "2026/10/index.html" not in found
    assert not [path for path, body in found.items() if b"2026/10/" in body]


def test_it_is_published_once_the_scoring_is_done(run: Publish, world: World, site: Path) -> None:
    rescore(world)
    run()
    world.save(world.agency.months()["2026-10"])
    assert run()["left"] == []
    assert "2026/10/index.html" in tree(site)


def test_a_final_month_is_frozen_once(run: Publish) -> None:
    memory = Memory()
    run(memory)
    for name in ("ranking.json", "unggahan.csv", "bukti.jsonl.gz"):
        assert memory.files[f"data/2026-09/r1/{name}"] == memory.files[f"data/2026-09/{name}"]


def test_a_frozen_file_that_differs_is_reported_and_kept(run: Publish) -> None:
    memory = Memory()
    run(memory)
    memory.files["data/2026-09/r1/ranking.json"] = b"{}"
    report = run(memory, look=True)
    assert memory.files["data/2026-09/r1/ranking.json"] == b"{}"
    assert report["problems"] == [
        "data/2026-09/r1/ranking.json is frozen and differs from what the store holds"
    ]


def test_a_frozen_month_is_not_proved_again(run: Publish, world: World) -> None:
    """Its posts are still on pages; its evidence and its files are not made a second time."""
    memory = Memory()
    run(memory)
    asked: list[str] = []

    def frozen_evidence(month: str, revision: int) -> bytes | None:
        asked.append(month)
        return None

    world.agency.frozen_evidence = frozen_evidence  # type: ignore[method-assign]
    before = dict(memory.files)
    assert run(memory)["uploaded"] == 0
    assert asked == []
    del memory.files["data/2026-09/ranking.csv"]
    run(memory, look=True)
    assert asked == ["2026-09"]
    assert memory.files == before


def test_a_frozen_log_that_cannot_be_read_is_made_good(run: Publish) -> None:
    memory = Memory()
    run(memory)
    whole = dict(memory.files)
    for place in ("data/2026-08", "data/2026-08/r1"):
        memory.files[f"{place}/keputusan.json"] = b"{"
    report = run(memory, look=True)
    assert memory.files["data/2026-08/keputusan.json"] == whole["data/2026-08/keputusan.json"]
    assert memory.files["2026/08/index.html"] == whole["2026/08/index.html"]
    assert report["problems"] == [
        "data/2026-08/r1/keputusan.json is frozen and differs from what the store holds"
    ]


def test_a_lost_file_of_a_final_month_is_put_back(run: Publish) -> None:
    memory = Memory()
    run(memory)
    del memory.files["data/2026-08/unggahan.json"], memory.files["data/2026-08/r1/bukti.sha256"]
    assert run(memory)["uploaded"] == 0
    # And the site's manifest before and after.
    assert run(memory, look=True)["uploaded"] == 2 + 2


def test_a_month_that_an_earlier_version_froze_stays_as_it_was_frozen(
    run: Publish, world: World
) -> None:
    """It has no log as XLSX; what is frozen is not added to."""
    memory = Memory()
    run(memory)
    # It made no manifests either.
    for path in [path for path in memory.files if path.endswith("/berkas.json")]:
        del memory.files[path]
    for place in ("data/2026-08", "data/2026-08/r1"):
        del memory.files[f"{place}/keputusan.xlsx"]
    before = {path: body for path, body in memory.files.items() if path.startswith("data/2026-08/")}
    assert run(memory)["problems"] == []
    after = {path: body for path, body in memory.files.items() if path.startswith("data/2026-08/")}
    del after["data/2026-08/berkas.json"]
    assert after == before
    assert "data/2026-09/keputusan.xlsx" in memory.files["2026/09/index.html"].decode()
    assert "data/2026-08/keputusan.xlsx" not in memory.files["2026/08/index.html"].decode()


def test_a_second_revision_lies_beside_the_first(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    first = memory.files["data/2026-09/r1/ranking.json"]
    record = world.agency.months()["2026-09"]
    ranking = msgspec.structs.replace(record.ranking, revision=2)
    world.save(msgspec.structs.replace(record, ranking=ranking))
    assert run(memory)["problems"] == []
    assert memory.files["data/2026-09/r1/ranking.json"] == first
    assert json.loads(memory.files["data/2026-09/r2/ranking.json"])["revision"] == 2
    assert json.loads(memory.files["data/2026-09/ranking.json"])["revision"] == 2


def test_what_was_ranked_later_is_not_told_yet(run: Publish, site: Path) -> None:
    report = run(now=datetime(2026, 10, 9, tzinfo=UTC))
    assert report["months"] == ["2026-08", "2026-09"]
    assert b"September" in (site / "index.html").read_bytes()


def test_a_store_without_months_gives_a_site_that_says_so(
    world: World, run: Publish, site: Path
) -> None:
    report = run(now=datetime(2026, 8, 1, 1, tzinfo=UTC))
    assert report["months"] == []
    assert "Belum ada data" in (site / "index.html").read_text(encoding="utf-8")
    assert "satker/setjen/index.html" in tree(site)


def test_nothing_is_ever_deleted(run: Publish, site: Path) -> None:
    site.mkdir()
    (site / "lama.html").write_text("dulu")
    run()
    assert (site / "lama.html").read_text() == "dulu"


def test_the_evidence_proves_the_digest(run: Publish, site: Path, world: World) -> None:
    run()
    for month, record in world.agency.months().items():
        plain = gzip.decompress((site / f"data/{month}/bukti.jsonl.gz").read_bytes())
        digest = hashlib.sha256(plain).hexdigest()
        assert digest == record.digest == ev.digest(plain)
        said = (site / f"data/{month}/bukti.sha256").read_text()
        assert said == f"{digest}  bukti.jsonl\n"


def test_a_secret_never_reaches_a_page(run: Publish, site: Path) -> None:
    run(token_key="sangat-rahasia-0123")
    assert not [path for path, body in tree(site).items() if b"sangat-rahasia" in body]


def test_memory_is_a_destination() -> None:
    destination: Objects = Memory()
    assert destination.list() == {}


# What need not be made again


def test_files_of_a_month_that_is_as_it_was_are_not_made_again(
    run: Publish, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(months, "month_files", None)
    again = run()
    assert (again["uploaded"], again["left"]) == (0, [])


@pytest.mark.parametrize("name", ["ranking.xlsx", "unggahan.csv", "bukti.jsonl.gz"])
@pytest.mark.parametrize("how", ["changed", "lost"])
def test_a_file_that_is_not_as_it_was_made_is_made_again(
    run: Publish, site: Path, name: str, how: str
) -> None:
    run()
    file = site / "data" / "2026-10" / name
    whole = file.read_bytes()
    if how == "lost":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    # Within a day it is found; at once when somebody asks.
    assert run()["uploaded"] == 0
    # It is put, between two puts of the site's manifest.
    assert run(look=True)["uploaded"] == 1 + 2
    assert file.read_bytes() == whole


ODD = st.one_of(
    st.none(),
    st.integers(-9, 9),
    st.text(max_size=9),
    st.lists(st.integers(0, 3), max_size=2),
    st.sampled_from(["2026-10-21T04:00:00Z", "2999-01-01T00:00:00+00:00", "2026-10-20"]),
)


@given(noted=st.dictionaries(st.sampled_from(["left", "looked_at", "kept", "months"]), ODD))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_noted_the_site_is_right(
    run: Publish, site: Path, world: World, noted: dict[str, object]
) -> None:
    run()
    before = tree(site)
    world.agency.save_cursor("publish", **noted)
    assert run()["uploaded"] == 0
    assert tree(site) == before
