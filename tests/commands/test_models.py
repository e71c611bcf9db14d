"""``kiprah model``: put, looked at, taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.store.models import encode_model
from functions.store.port import Write
from tests.commands.running import done, kiprah, opened, refused, report
from tests.factories import text_model


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.json").write_bytes(encode_model(text_model()))
    return tmp_path


def test_a_model_is_put_told_and_dropped() -> None:
    assert report("model", "status")["models"] == {"keluhan": None, "negatif": None}
    assert done("model", "put", "m.json") == "Model keluhan dipakai mulai sekarang.\n"
    assert done("model", "put", "m.json") == "Model keluhan dipakai mulai sekarang.\n"
    assert report("model", "status")["models"]["keluhan"]["f1"] == 0.86
    assert "0,86 (0,80–0,91)" in done("model", "status")
    assert done("model", "drop", "keluhan") == "Model keluhan dihapus.\n"
    assert done("model", "drop", "keluhan") == "Tidak ada model keluhan.\n"


def test_what_may_not_be_used_is_refused(folder: Path) -> None:
    (folder / "weak.json").write_bytes(encode_model(text_model(usable=False)))
    (folder / "odd.json").write_bytes(b"{}")
    assert "tidak dipakai" in refused(1, "model", "put", "weak.json")
    assert "bukan model" in refused(1, "model", "put", "odd.json")
    assert report("model", "status")["models"]["keluhan"] is None


def test_an_odd_model_is_told_and_is_as_none() -> None:
    done("model", "put", "m.json")
    with opened() as agency:
        agency.store.write([Write(f"{agency.root}/models/keluhan", {"body": 1})])
    result = kiprah("model", "status", "--json")
    assert result.exit_code == 0
    assert "models/keluhan tidak memuat model" in result.stderr
    assert '"keluhan": null' in result.stdout
