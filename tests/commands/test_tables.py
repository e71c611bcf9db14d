"""Tables on a terminal and in a pipe."""

from __future__ import annotations

import sys

import pytest

from functions.commands import tables

HEADER = ("satker", "sebelum")
CELLS = [("kanwil-bali", "[bold]6[/bold]"), ("ntt", "")]


def test_columns_stand_below_one_another() -> None:
    assert [*tables.aligned(HEADER, CELLS)] == [
        "satker       sebelum",
        "kanwil-bali  [bold]6[/bold]",
        "ntt",
    ]


def test_a_terminal_gets_a_frame(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    tables.show(HEADER, CELLS)
    printed = capsys.readouterr().out
    assert "┃" in printed
    assert "[bold]" in printed  # what was typed is no markup


def test_a_pipe_gets_columns_and_of_no_rows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show(HEADER, CELLS)
    assert capsys.readouterr().out.startswith("satker       sebelum\nkanwil-bali")
    tables.show(HEADER, [])
    assert capsys.readouterr().out == ""


def test_a_long_table_has_no_frame_anywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    tables.show(HEADER, CELLS * tables.MOST_FRAMED)
    assert "┃" not in capsys.readouterr().out
