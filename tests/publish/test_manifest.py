"""What a site says of itself is believed while nothing speaks against it; else it is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.publish.files import condition_file, freshness
from functions.publish.manifest import ROOT, Made, Manifest, MonthManifest, hold, path_of
from functions.publish.targets import stamp
from functions.publish.targets.port import md5_of
from tests.publish.conftest import Publish
from tests.publish.test_job import Memory
from tests.publish.world import NOW, World

MONTH_MANIFESTS = [path_of(month) for month in ("2026-08", "2026-09", "2026-10")]
LATER = NOW + timedelta(minutes=30)
# What tells how fresh the data are changes beside the rest, and is in no manifest.
FRESH = (freshness.PATH, condition_file.PATH, "status/index.html")


class Asked(Memory):
    """A destination that counts listings and remembers what was got."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = 0
        self.got: list[str] = []

    def list(self, folder: str = "") -> Any:
        self.lists += 1
        return super().list(folder)

    def get(self, path: str) -> bytes | None:
        self.got.append(path)
        return super().get(path)


@pytest.fixture
def memory(run: Publish) -> Asked:
    """A site that was published, of which nothing was asked since."""
    objects = Asked()
    run(objects)
    objects.lists = 0
    objects.got.clear()
    objects.order.clear()
    return objects


def said(memory: Asked) -> Manifest:
    return msgspec.json.decode(memory.files[ROOT], type=Manifest)


def test_the_manifests_name_every_file_of_the_site_once(memory: Asked) -> None:
    own = said(memory)
    named = [*own.files]
    for month in own.months:
        of_month = msgspec.json.decode(memory.files[path_of(month)], type=MonthManifest)
        assert (of_month.month, of_month.whole) == (month, True)
        assert own.months[month] == of_month.summary()
        named += of_month.files
    files = {**own.files}
    for path in MONTH_MANIFESTS:
        files |= msgspec.json.decode(memory.files[path], type=MonthManifest).files
    assert sorted([*named, ROOT, stamp.PATH, *MONTH_MANIFESTS, *FRESH]) == sorted(memory.files)
    for path, made in files.items():
        assert (made.md5, made.size) == (md5_of(memory.files[path]), len(memory.files[path])), path
    assert own.stamp == md5_of(memory.files[stamp.PATH])


def test_nothing_new_reads_three_small_files_alone(run: Publish, memory: Asked) -> None:
    run(memory, now=LATER)
    got = [ROOT, stamp.PATH, condition_file.PATH]
    assert (memory.lists, sorted(memory.got), memory.order) == (0, got, [])


def test_a_change_reads_the_manifests_of_the_months_that_still_change(
    run: Publish, memory: Asked
) -> None:
    run(memory, now=LATER, notice="Pengumuman")
    assert memory.lists == 0
    assert sorted(memory.got) == [path_of("2026-10"), ROOT, stamp.PATH, condition_file.PATH]


def test_after_a_day_the_site_is_listed_once(run: Publish, memory: Asked) -> None:
    run(memory, now=NOW + timedelta(hours=23, minutes=59))
    assert memory.lists == 0
    day = NOW + timedelta(days=1)
    assert run(memory, now=day)["listed"] == len(memory.files)
    assert memory.lists == 1
    run(memory, now=day + timedelta(hours=12))
    assert memory.lists == 1


ODD = st.one_of(
    st.binary(max_size=40),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    ["month", "months", "files", "stamp", "source", "whole", "revision", "2026-08"]
                ),
                inner,
                max_size=4,
            ),
        ),
    ).map(msgspec.json.encode),
    st.just(None),
)


@given(path=st.sampled_from([ROOT, *MONTH_MANIFESTS]), odd=ODD, is_looked_at=st.booleans())
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_manifest_that_is_lost_or_odd_costs_a_listing_and_no_file_is_put_again(
    run: Publish, memory: Asked, path: str, odd: bytes | None, is_looked_at: bool
) -> None:
    whole = dict(memory.files)
    if odd is None:
        del memory.files[path]
    else:
        memory.files[path] = odd
    memory.order.clear()
    # With something else new, so that each month that changes is opened.
    for notice in ("Satu", ""):
        run(memory, now=LATER, notice=notice, look=is_looked_at)
    again = run(memory, now=LATER, look=True)
    assert again["problems"] == []
    frozen = [p for p in memory.order if p.startswith(("2026/08/", "2026/09/", "data/2026-0"))]
    assert {*frozen} <= {*MONTH_MANIFESTS}
    changing = (ROOT, stamp.PATH, *FRESH)
    assert {p: b for p, b in memory.files.items() if p not in changing} == {
        p: b for p, b in whole.items() if p not in changing
    }
    memory.files.update(whole)


def test_a_stamp_that_no_manifest_names_has_the_site_listed(run: Publish, memory: Asked) -> None:
    """So it is after a run that died, and after two at once."""
    other = stamp.Stamp(agency="kemenkum", published_at=NOW + timedelta(minutes=1))
    memory.files[stamp.PATH] = other.encode()
    memory.files["satker/setjen/index.html"] = b"what the other put"
    run(memory, now=LATER)
    assert memory.lists == 1
    assert b"what the other" not in memory.files["satker/setjen/index.html"]
    run(memory, now=LATER)
    assert memory.lists == 1


def test_two_runs_at_once_leave_a_site_that_the_next_one_makes_good(
    run: Publish, world: World
) -> None:
    """The slower one puts old pages over the faster one's, and its manifest behind that."""
    memory = Asked()
    run(memory)
    entered = False
    put = memory.put

    def slower(file: Any, *, if_absent: bool = False) -> bool:
        nonlocal entered
        if not entered and file.path == "satker/setjen/index.html":
            entered = True
            run(memory, now=LATER + timedelta(seconds=5), notice="Dua")
        return put(file, if_absent=if_absent)

    memory.put = slower  # type: ignore[method-assign]
    run(memory, now=LATER, notice="Satu")
    assert entered
    assert {b"Satu", b"Dua"} == {
        word for body in memory.files.values() for word in (b"Satu", b"Dua") if word in body
    }
    memory.lists = 0
    run(memory, now=LATER + timedelta(minutes=30), notice="Dua")
    assert memory.lists == 1
    fresh = Memory()
    run(fresh, now=LATER + timedelta(minutes=30), notice="Dua")
    changing = (ROOT, *MONTH_MANIFESTS)
    for path in fresh.files.keys() - {*changing}:
        assert memory.files[path] == fresh.files[path], path


def test_a_month_is_read_for_what_lies_in_it_and_forgotten_again() -> None:
    memory = Memory()
    files = {
        "data/2026-08/ranking.json": Made("a", 1),
        "data/2026-08/r1/ranking.json": Made("a", 1),
        "data/2026-08/r12/bukti.sha256": Made("b", 2),
        "data/2026-08/rx/bukti.sha256": Made("b", 2),
        "2026/08/index.html": Made("c", 3, "source"),
    }
    own = MonthManifest(month="2026-08", revision=12, digest="d", whole=True, files=files)
    summary = own.summary()
    assert (summary.pages, summary.others) == (1, 4)
    assert summary.data == {"ranking.json": 1}
    assert summary.frozen == {"1": {"ranking.json": 1}, "12": {"bukti.sha256": 2}}
    stamped = b"{}"
    root = Manifest(stamp=md5_of(stamped), months={"2026-08": summary})
    memory.files = {ROOT: root.encode(), path_of("2026-08"): own.encode(), stamp.PATH: stamped}
    held = hold(memory, stamped, look=False)
    assert held.listed is None
    assert held.newest == "2026-08"
    held.open("2026-08")
    assert held.source("2026/08/index.html", "2026-08") == "source"
    assert held.paths("2026-08") == files.keys()
    held.close("2026-08")
    assert held.files("2026-08") == {}
    listed = hold(memory, stamped, look=True)
    assert listed.newest == ""  # not one of the files is there
    assert listed.damaged == {"2026-08"}


def test_manifests_are_the_same_bytes_for_the_same_site(run: Publish) -> None:
    one, two = Memory(), Memory()
    run(one)
    run(two)
    for path in (ROOT, *MONTH_MANIFESTS):
        assert one.files[path] == two.files[path]


def test_a_manifest_is_put_after_everything_that_it_names(memory: Asked, run: Publish) -> None:
    fresh: Callable[[], Memory] = Memory
    objects = fresh()
    run(objects)
    at = {path: number for number, path in enumerate(objects.order)}
    own = said(memory)
    # Last but for what tells how fresh the data are.
    assert objects.order[-4] == ROOT
    assert {*objects.order[-3:]} == {*FRESH}
    assert all(at[path] < at[ROOT] for path in own.files)
    for path in MONTH_MANIFESTS:
        of_month = msgspec.json.decode(objects.files[path], type=MonthManifest)
        assert all(at[named] < at[path] for named in of_month.files)
