"""What a site holds is not replaced by what is older, empty, or of another kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Agency
from functions.publish.job import publish
from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.stamp import PATH, OutdatedError, Stamp, check
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from tests.publish.conftest import Publish
from tests.publish.targets.test_port import make_gcs_bucket, make_s3_bucket
from tests.publish.test_job import Memory, tree
from tests.publish.world import NOW, World

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LATER = NOW + 10 * DAY


def told(site: Path) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode((site / PATH).read_bytes())
    return found


def test_a_site_says_as_of_when_it_was_published(run: Publish, site: Path) -> None:
    run()
    assert told(site) == {"agency": "kemenkum", "published_at": "2026-10-21T04:00:00Z"}
    run(now=NOW + DAY)  # nothing changed, so nothing was put
    assert told(site)["published_at"] == "2026-10-21T04:00:00Z"
    run(now=NOW + DAY, notice="Pengumuman")
    assert told(site)["published_at"] == "2026-10-22T04:00:00Z"


@pytest.mark.parametrize(
    "older", [NOW - SECOND, NOW - 3 * DAY, datetime(2020, 1, 1, tzinfo=UTC)], ids=str
)
def test_what_is_older_than_what_is_published_is_refused_and_nothing_is_put(
    run: Publish, site: Path, older: datetime
) -> None:
    run()
    before = tree(site)
    with pytest.raises(OutdatedError, match=r"is older than what is published \(2026-10-21T04"):
        run(now=older)
    assert tree(site) == before


def test_the_past_is_replayed_into_another_folder(run: Publish, site: Path, tmp_path: Path) -> None:
    run()
    report = run(FolderObjects(tmp_path / "lain"), now=datetime(2026, 10, 9, tzinfo=UTC))
    assert report["months"] == ["2026-08", "2026-09"]
    # There, too, time goes on from where it is.
    assert run(FolderObjects(tmp_path / "lain"))["uploaded"] > 0


@pytest.mark.parametrize("make", ["s3", "gs"])
def test_it_is_the_same_in_the_clouds(
    run: Publish, make: str, request: pytest.FixtureRequest
) -> None:
    if make == "s3":
        request.getfixturevalue("s3_server")
        url = make_s3_bucket()
    else:
        url = make_gcs_bucket(request.getfixturevalue("gcs_server"))
    run(open_objects(url))
    with pytest.raises(OutdatedError, match="older"):
        run(open_objects(url), now=NOW - DAY)


def test_a_site_of_before_the_stamp_is_known_by_its_newest_month(run: Publish, site: Path) -> None:
    run()
    (site / PATH).unlink()
    with pytest.raises(OutdatedError, match="older"):
        run(now=datetime(2026, 10, 9, tzinfo=UTC))
    run(now=NOW + SECOND, notice="Pengumuman")
    assert told(site)["published_at"] == "2026-10-21T04:00:01Z"


@pytest.mark.parametrize("odd", [b"", b"{", b"[]", b'{"agency": 1}', b'{"published_at": "soon"}'])
def test_a_stamp_that_cannot_be_read_is_none(run: Publish, site: Path, odd: bytes) -> None:
    run()
    (site / PATH).write_bytes(odd)
    run(now=NOW + SECOND, notice="Pengumuman")
    assert told(site)["published_at"] == "2026-10-21T04:00:01Z"


@pytest.mark.parametrize("has_stamp", [True, False])
def test_an_empty_store_does_not_take_a_site_away(
    run: Publish, site: Path, tmp_path: Path, has_stamp: bool
) -> None:
    run()
    if not has_stamp:
        (site / PATH).unlink()
    before = tree(site)
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(OutdatedError, match="shows 2026-10, of which this store knows nothing"):
        publish(
            AgencyStore(store, Agency()),
            FolderObjects(site),
            now=LATER,
            settings=Settings(),
            run_id="run",
        )
    store.close()
    assert tree(site) == before


@pytest.mark.parametrize("kinds", [(False, True), (True, False)], ids=["over-real", "over-made-up"])
def test_a_simulation_and_what_is_real_never_share_a_site(
    run: Publish, world: World, site: Path, kinds: tuple[bool, bool]
) -> None:
    world.agency.simulation = kinds[0]
    run()
    before = tree(site)
    world.agency.simulation = kinds[1]
    with pytest.raises(OutdatedError, match="name another folder or bucket in KIPRAH_SITE"):
        run(now=LATER)
    assert tree(site) == before


def test_a_month_ranked_after_now_stays_as_readers_see_it(
    run: Publish, world: World, site: Path
) -> None:
    """A scoring beside this run must not take the running month off the front page."""
    run()
    record = world.agency.months()["2026-10"]
    ranking = msgspec.structs.replace(record.ranking, as_of=NOW + 5 * SECOND)
    world.save(msgspec.structs.replace(record, ranking=ranking))
    before = tree(site)
    report = run(now=NOW + SECOND, notice="Pengumuman")
    assert report["left"] == ["2026-10"]
    after = tree(site)
    for path in ("index.html", "2026/10/index.html", "data/2026-10/ranking.json"):
        assert after[path] == before[path]
    assert after["metode/index.html"] != before["metode/index.html"]


def test_a_run_that_dies_has_left_its_stamp(run: Publish) -> None:
    memory = Memory(fails_at=lambda path: path == "satker/kanwil-bali/index.html")
    with pytest.raises(OSError, match="dead"):
        run(memory)
    with pytest.raises(OutdatedError):
        run(memory, now=NOW - SECOND)
    memory.fails_at = lambda path: False
    run(memory)
    assert "index.html" in memory.files


@given(
    published=st.integers(-500, 500),
    now=st.integers(-500, 500),
    clock=st.integers(-500, 500),
    simulation=st.booleans(),
)
def test_time_goes_on_at_every_site(published: int, now: int, clock: int, simulation: bool) -> None:
    """But for what was published by a computer whose clock ran ahead."""
    memory = Memory()
    old = Stamp(agency="a", published_at=NOW + published * DAY, simulation=simulation)
    new = Stamp(agency="a", published_at=NOW + now * DAY, simulation=simulation)
    ran_ahead = published > clock and not simulation
    if now < published and not ran_ahead:
        with pytest.raises(OutdatedError):
            check(memory, old.encode(), "", new, (), NOW + clock * DAY)
    else:
        check(memory, old.encode(), "", new, (), NOW + clock * DAY)
