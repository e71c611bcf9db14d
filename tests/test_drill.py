"""The restore drill on a small ministry: what `make drill` does, with the commands in process."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions import log
from tests import drill


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_hidden", set())
    log.quiet()


def test_a_ministry_in_sqlite_comes_back_and_proves_the_same(tmp_path: Path) -> None:
    said: list[str] = []
    drill.sqlite(tmp_path, drill.in_process, said.append).run(1, 3)
    assert [line.partition(":")[2] for line in said[:3]] == [
        " every document: the same",
        " what is proved: the same",
        " what was frozen: the same",
    ]
    assert "2026-10 final" in said[3]


@pytest.mark.emulator
def test_a_ministry_in_firestore_does_too(
    firestore_emulator: str, firestore_url: str, tmp_path: Path
) -> None:
    project = firestore_url.removeprefix("firestore://")
    said: list[str] = []
    drill.firestore(firestore_emulator, project, tmp_path, drill.in_process, said.append).run(1, 3)
    assert "2026-10 final" in said[-1]


def test_a_drill_that_finds_another_thing_fails(tmp_path: Path) -> None:
    one = drill.sqlite(tmp_path, drill.in_process, lambda words: None)
    with pytest.raises(drill.DrillError, match="what was frozen came back otherwise"):
        one.same("what was frozen", ("final", "a"), ("final", "b"))
    with pytest.raises(drill.DrillError, match="kiprah audit"):
        one.command("audit", "2026-10", "--from", str(tmp_path))
