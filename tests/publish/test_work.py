"""What the steps of a run share, and what its report counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.publish import render as rendering
from tests.publish.conftest import Publish
from tests.publish.test_job import Memory, rescore
from tests.publish.world import NOW, World

LATER = NOW + timedelta(minutes=30)


def test_the_report_counts_what_was_asked_and_put(run: Publish, world: World) -> None:
    memory = Memory()
    first = run(memory)
    # The status page and its files come first of all, since every page leads there, and again last.
    assert first["objects"] == first["uploaded"] == len(memory.files) + 3
    assert first["bytes"] > sum(map(len, memory.files.values()))
    assert first["listed"] == first["got"] == 0  # there was nothing
    assert first["reads"] > 20
    assert first["made"] == ["2026-08", "2026-09"]
    # The status page is put beside the others, with what tells how fresh the data are.
    html = {path for path in memory.files if path.endswith(".html")} - {"status/index.html"}
    assert first["pages"] == len(html)
    second = run(memory, now=LATER)
    assert (second["listed"], second["got"], second["objects"], second["bytes"]) == (0, 2, 0, 0)
    assert second["made"] == []
    looked = run(memory, now=LATER, look=True)
    assert (looked["listed"], looked["objects"]) == (len(memory.files), 0)


def test_published_says_what_the_site_holds_of_the_store(run: Publish, world: World) -> None:
    memory = Memory()
    told = run(memory)["published"]
    assert told == {month: r.digest for month, r in world.agency.months().items()}
    assert run(memory, now=LATER)["published"] == told
    rescore(world)
    told.pop("2026-10")
    assert run(memory, now=LATER, notice="Uji")["published"] == told


def test_a_page_is_rendered_when_its_source_is_another(
    run: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_anew() -> set[str]:
        # The status page has a time of its own.
        return {path for path, body in memory.files.items() if body == b"new"} - {
            "status/index.html"
        }

    memory = Memory()
    run(memory)
    monkeypatch.setattr(rendering, "render", lambda models: dict.fromkeys(models, b"new"))
    run(memory, now=LATER, look=True)
    assert not made_anew()
    del memory.files["metode/index.html"]
    run(memory, now=LATER, look=True)
    assert made_anew() == {"metode/index.html"}
