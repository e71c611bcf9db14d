"""What a file or a site is made from is the same while nothing of it changed, and not otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from functions.model import Agency, Roster
from functions.publish import render as rendering
from functions.publish import sources
from functions.publish.imprint import Imprint
from functions.settings import Settings
from functions.store.agency.months import MonthIndex
from tests.publish.conftest import Publish
from tests.publish.world import NOW, World


def of_world(world: World, now: datetime = NOW, **other: Any) -> str:
    agency = world.agency
    known: dict[str, Any] = {
        "agency": agency.agency,
        "index": agency.month_index(),
        "roster": agency.roster(now),
        "incomplete": {},
        "imprint": Imprint(),
        "papers": {},
        "settings": Settings(),
        **other,
    }
    names = ("agency", "index", "roster", "incomplete", "imprint", "papers", "settings")
    given = [known.pop(name) for name in names]
    facts = {"now": now, "simulation": False, "everybody": (), **known}
    return sources.of_site(*given, **facts)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the pages that were rendered; the status page has a time of its own."""
    found: list[str] = []
    render = rendering.render

    def renders(models: Any) -> Any:
        found.extend(path for path in models if not path.startswith("status/index"))
        return render(models)

    monkeypatch.setattr(rendering, "render", renders)
    return found


def test_a_run_with_nothing_new_reads_no_month_and_renders_nothing(
    run: Publish, rendered: list[str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    assert len(rendered) == first["pages"]
    rendered.clear()
    writes = world.agency.store.meter.writes
    for name in ("month", "months", "months_since", "ledgers", "history"):
        monkeypatch.setattr(world.agency, name, None)
    again = run(now=NOW + timedelta(minutes=30))
    assert rendered == []
    assert (again["pages"], again["uploaded"], again["listed"]) == (first["pages"], 0, 0)
    # All but the stamp, the manifests, which say of the others that they are there, and the three
    # files that tell how fresh the data are, which the first run put twice.
    assert again["unchanged"] == first["uploaded"] - 11
    assert again["published"] == first["published"]
    assert again["got"] == 2  # the stamp and the manifest
    assert again["reads"] < 20
    assert world.agency.store.meter.writes == writes


def test_only_pages_whose_models_changed_are_rendered(
    run: Publish, rendered: list[str], world: World
) -> None:
    run()
    rendered.clear()
    bali, *_ = [unit for unit in world.units if unit.id == "kanwil-bali"]
    renamed = msgspec.structs.replace(bali, province="Pulau Bali")
    units = tuple(renamed if unit.id == bali.id else unit for unit in world.units)
    world.agency.save_roster(
        Roster(as_of=NOW - timedelta(hours=1), satker=units, accounts=world.accounts)
    )
    run()
    assert {"satker/index.html", "satker/kanwil-bali/index.html"} <= {*rendered}
    assert not [path for path in rendered if "setjen" in path or "2026/" in path]


def test_other_code_has_all_that_lives_rendered_and_nothing_that_is_frozen(
    run: Publish, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    rendered.clear()
    monkeypatch.setattr(sources, "code", lambda: "another version")
    second = run()
    assert (second["pages"], second["problems"]) == (first["pages"], [])
    assert "index.html" in rendered
    assert "2026/10/index.html" in rendered
    assert not [path for path in rendered if "2026/08/" in path or "2026/09/" in path]
    rendered.clear()
    run()
    assert rendered == []


@pytest.mark.parametrize(
    "change",
    [
        lambda w: of_world(w, settings=Settings(notice="Uji")),
        lambda w: of_world(w, settings=Settings(site_url="https://a.example")),
        lambda w: of_world(w, simulation=True),
        lambda w: of_world(w, everybody=(Agency(), Agency(id="b", name="B"))),
        lambda w: of_world(w, incomplete={"x:1": "kurang"}),
        lambda w: of_world(w, index=MonthIndex(months={}, units={})),
        lambda w: of_world(w, roster=Roster(as_of=NOW)),
        lambda w: of_world(w, now=NOW + timedelta(days=1)),
        lambda w: of_world(w, now=datetime(2026, 10, 20, 17, tzinfo=UTC)),  # that day in Jakarta
        lambda w: of_world(w, now=datetime(2026, 10, 20, 16, 59, 59, tzinfo=UTC)),
    ],
    ids=[
        "notice",
        "address",
        "simulation",
        "agencies",
        "incomplete",
        "index",
        "roster",
        "day",
        "as-of",
        "eve",
    ],
)
def test_a_site_follows_from_each_of_these(world: World, change: Callable[[World], str]) -> None:
    assert of_world(world) == of_world(world, now=NOW + timedelta(minutes=59))
    assert change(world) != of_world(world)


def test_a_site_follows_from_who_is_registered_at_the_moment(world: World) -> None:
    for field in ("valid_from", "valid_to"):
        at = NOW + timedelta(minutes=10)
        units = (msgspec.structs.replace(world.units[0], **{field: at}), *world.units[1:])
        roster = Roster(as_of=NOW, satker=units, accounts=world.accounts)
        before, there, after = (
            of_world(world, now=at + timedelta(seconds=n), roster=roster) for n in (-1, 0, 60)
        )
        assert before != there == after


def test_the_code_is_a_digest_of_all_templates_and_modules() -> None:
    assert len(sources.code()) == 64
    names = {path.name for path in sources.TEMPLATES.rglob("*")}
    assert {"unit_month.html", "kiprah.css"} <= names
