"""``kiprah train``: sheets in, a model out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.commands import train
from functions.store.models import decode_model
from functions.training import fitting
from tests.commands.running import done, kiprah, refused, report
from tests.training.corpus import comments
from tests.training.test_labelled import plain, xlsx

ROWS = [
    (text, "negatif" if label else "netral", "ya" if label else "tidak")
    for text, label in comments("a", 210)
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fitting, "REPEATS", 1)
    (tmp_path / "ani.xlsx").write_bytes(xlsx(*ROWS[:120]))
    (tmp_path / "budi.csv").write_bytes(plain(*ROWS[100:]))
    return tmp_path


def test_two_sheets_give_a_model(folder: Path) -> None:
    told = report("train", "ani.xlsx", "budi.csv", "--as", "keluhan")
    model = decode_model((folder / "model-keluhan.json").read_bytes())
    assert (told["texts"], told["usable"], told["differing"]) == (210, True, 0)
    assert told["f1"] == model.f1 / 1000
    assert "is there already" in refused(2, "train", "ani.xlsx", "--as", "keluhan")


def test_few_labels_give_a_model_that_nothing_uses(folder: Path) -> None:
    (folder / "rusak.xlsx").write_bytes(b"PK\x03\x04")
    result = kiprah("train", "rusak.xlsx", "budi.csv", "none.csv", "--as", "negatif", "--json")
    assert result.exit_code == 1  # two files were not read
    assert result.stderr.count("\n") == 2
    assert json.loads(result.stdout)["usable"] is False
    assert done("train", "budi.csv", "--as", "negatif", "--out", "n.json") == ""
    assert not decode_model((folder / "n.json").read_bytes()).usable


def test_what_cannot_be_trained_is_told_in_a_line(folder: Path) -> None:
    (folder / "few.csv").write_bytes(plain(*ROWS[:9]))
    assert "labeli lebih banyak" in refused(1, "train", "few.csv", "--as", "keluhan")
    assert "none.csv cannot be read" in refused(1, "train", "none.csv", "--as", "keluhan")
    assert not [*folder.glob("*.json")]


def test_without_scikit_learn_a_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "find_spec", lambda name: None)
    assert "make training" in refused(1, "train", "ani.xlsx", "--as", "keluhan")
