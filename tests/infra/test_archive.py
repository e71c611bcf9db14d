"""The archive: what a function needs and no more, the same bytes wherever and whenever."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import archive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A copy of what the archive is made from, to be spoilt."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in archive.FILES:
        shutil.copy(ROOT / name, copy / name)
    for folder in archive.FOLDERS:
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return copy


def build_archive(*arguments, **changed):
    command = [sys.executable, str(ROOT / "infra" / "archive.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **changed)


def test_it_says_where_the_archive_lies_and_what_it_is_named_by(tmp_path):
    target = tmp_path / "new" / "kiprah.zip"
    done = build_archive(target)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [str(target), hashlib.sha256(target.read_bytes()).hexdigest()]
    assert [path.name for path in target.parent.iterdir()] == ["kiprah.zip"]


def test_another_folder_umask_and_time_zone_make_the_same_bytes(tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert build_archive(first).returncode == 0
    elsewhere = {**os.environ, "TZ": "Asia/Jayapura", "PYTHONHASHSEED": "7"}
    assert build_archive(second, cwd=tmp_path, umask=0o077, env=elsewhere).returncode == 0
    assert first.read_bytes() == second.read_bytes()


def test_times_modes_and_the_order_of_files_do_not_matter(project):
    before = archive.build(project)
    for path in sorted(project.rglob("*"), reverse=True):
        if path.is_file():
            body = path.read_bytes()
            path.unlink()
            path.write_bytes(body)
            path.chmod(0o755)
            os.utime(path, (0, 0))
    (project / "functions" / "__pycache__").mkdir()
    (project / "functions" / "__pycache__" / "log.cpython-311.pyc").write_bytes(b"compiled")
    (project / "site_templates" / ".DS_Store").write_bytes(b"a desktop's")
    assert archive.build(project) == before


def test_a_changed_file_makes_another_archive(project):
    before = archive.build(project)
    path = project / "functions" / "settings" / "cadence.json"
    path.write_text(path.read_text() + "\n")
    assert archive.build(project) != before


def test_it_holds_every_file_of_the_functions_and_the_templates_and_no_other(tmp_path):
    archive.write(tmp_path / "kiprah.zip")
    with zipfile.ZipFile(tmp_path / "kiprah.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
        assert packed.testzip() is None
        modes = {entry.external_attr >> 16 for entry in packed.infolist()}
        times = {entry.date_time for entry in packed.infolist()}
    assert (modes, times) == ({0o100644}, {(1980, 1, 1, 0, 0, 0)})
    held = {
        path.relative_to(tmp_path / "unpacked").as_posix(): path.read_bytes()
        for path in (tmp_path / "unpacked").rglob("*")
        if path.is_file()
    }
    listed = subprocess.run(
        ["git", "ls-files", "-z", "main.py", "requirements.txt", "functions", "site_templates"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:  # a checkout, and no mere copy of one
        assert set(filter(None, listed.stdout.split("\0"))) <= held.keys()
    assert held == {path: (ROOT / path).read_bytes() for path in held}
    allowed = r"(main\.py|requirements\.txt|functions/.+\.(py|json)|site_templates/.+)"
    assert [path for path in held if not re.fullmatch(allowed, path)] == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "functions" / "new.csv").write_text("a,b"), "new.csv is no "),
        (lambda root: (root / "functions" / "log.py.orig").write_text(""), "log.py.orig is no "),
        (lambda root: (root / "site_templates" / "key.pem").write_text(""), "key.pem is no "),
        (
            lambda root: (root / "functions" / "out.py").symlink_to("/etc/passwd"),
            "out.py is a link",
        ),
        (lambda root: (root / "functions" / "away").symlink_to("/etc"), "away is a link"),
        (lambda root: (root / "main.py").unlink(), "main.py cannot be read"),
    ],
)
def test_what_nobody_said_anything_about_is_refused_in_one_line(project, tmp_path, spoil, said):
    spoil(project)
    with pytest.raises(archive.ArchiveError, match=re.escape(said)) as refused:
        archive.write(tmp_path / "kiprah.zip", project)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "kiprah.zip").exists()


def test_what_cannot_be_written_is_one_line_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = build_archive(tmp_path / "file" / "kiprah.zip")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("arguments", [["--help"], ["a.zip", "b.zip"]])
def test_wrong_usage_is_told(arguments):
    done = build_archive(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")
