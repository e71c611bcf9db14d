"""The site in a folder: whole files, inside it alone, and one line where it cannot be used."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from functions.publish.targets import open_objects
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import ObjectsError
from tests.publish.pieces import page


def test_a_relative_folder_lies_beside_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_objects("file://site").put(page("index.html"))
    assert (tmp_path / "site" / "index.html").read_bytes() == b"<p>satu</p>"


def test_a_path_cannot_leave_the_folder(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "site")
    for path in ("../x", "/etc/x", "a/../../x", ""):
        with pytest.raises(ValueError, match="inside"):
            objects.put(page(path))


def test_a_folder_under_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(ObjectsError, match="KIPRAH_SITE") as told:
        FolderObjects(tmp_path / "site").put(page("a/index.html"))
    assert "\n" not in str(told.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ObjectsError, match="owner and rights"):
        FolderObjects(tmp_path / "site").put(page("index.html"))


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    bodies = [b"a" * 200_000, b"b" * 200_000]
    objects.put(page("index.html", bodies[0]))
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "index.html").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        objects.put(page("index.html", bodies[number % 2]))
    done.set()
    reader.join()
    assert seen <= set(bodies)


def test_an_unfinished_file_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-0123").write_bytes(b"half")
    assert FolderObjects(tmp_path).list() == {}


def test_files_are_readable_for_a_web_server(tmp_path: Path) -> None:
    FolderObjects(tmp_path).put(page("index.html"))
    FolderObjects(tmp_path).put(page("data/a.json"), if_absent=True)
    for path in ("index.html", "data/a.json"):
        assert (tmp_path / path).stat().st_mode & 0o444
