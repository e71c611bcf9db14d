"""What need not be rendered again is not, and everything else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from functions.publish import job, remembered
from functions.publish.targets.port import Listed, md5_of
from tests.publish.conftest import Publish
from tests.publish.world import World


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pages each rendering made."""
    counted: list[int] = []
    render = job.render

    def counts(models: Any) -> Any:
        counted.append(len(models))
        return render(models)

    monkeypatch.setattr(job, "render", counts)
    return counted


def test_a_run_with_nothing_new_renders_nothing_and_reports_the_same(
    run: Publish, rendered: list[int], world: World
) -> None:
    first = run()
    writes = world.agency.store.meter.writes
    again = run()
    assert rendered == [first["pages"]]
    assert (again["pages"], again["uploaded"]) == (first["pages"], 0)
    assert again["unchanged"] >= first["pages"]
    assert world.agency.store.meter.writes == writes


def test_whatever_differs_has_it_rendered(
    run: Publish, rendered: list[int], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    run(notice="Uji coba")
    assert len(rendered) == 2
    page = site / "metode" / "index.html"
    body = page.read_bytes()
    for change in (lambda: page.write_bytes(b"spoilt"), page.unlink):
        change()
        assert run(notice="Uji coba")["uploaded"] > 0
        assert page.read_bytes() == body
    assert len(rendered) == 4
    monkeypatch.setattr(remembered, "_code", lambda: "another version")
    assert run(notice="Uji coba")["uploaded"] == 0
    assert len(rendered) == 5
    run(notice="Uji coba")
    assert len(rendered) == 5


def test_it_is_equal_to_nothing_while_a_page_is_missing() -> None:
    models: Any = {"a": "model a", "b": "model b"}
    html = {"a": b"1", "b": b"2"}
    held = {path: Listed(md5_of(body), len(body)) for path, body in html.items()}
    made = remembered.of_files(models, html)
    assert remembered.of_site(models, held) == made
    assert remembered.Remembered.of(made._asdict()) == made
    for missing in ("a", "b"):
        part = {path: listed for path, listed in held.items() if path != missing}
        assert remembered.of_site(models, part) != made
    assert remembered.of_site({}, {}) != remembered.Remembered.of({})


@pytest.mark.parametrize("document", [{}, {"models": None}, {"models": 5, "files": []}])
def test_an_odd_cursor_remembers_nothing_that_is(document: dict[str, object]) -> None:
    models: Any = {"a": "model"}
    held = {"a": Listed(md5_of(b""), 0)}
    assert remembered.of_site(models, held) != remembered.Remembered.of(document)
