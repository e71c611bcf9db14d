"""A tool that is missing, or does not start, is told once, and a CI run without it is red."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tools
from tests.browser import fonts


def program(folder: Path, name: str, says: str, status: int = 127) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{says}\nEND\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libatomic.so.1", "libatomic1"),
        ("libnss3.so", "libnss3"),
        ("libgbm.so.1", "libgbm1"),
        ("libicu72.so.2", "libicu72-2"),
        ("libX11.so.6", "libx11-6"),
    ],
)
def test_a_library_that_is_missing_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, package: str
) -> None:
    says = (
        f"node: error while loading shared libraries: {library}: cannot open shared object file: "
        "No such file or directory"
    )
    found = program(tmp_path, "chromium", f"Starting\n{says}\nBye")
    monkeypatch.setenv("CHROMIUM_PATH", str(found))
    with pytest.raises(tools.ToolError) as told:
        tools.chromium()
    assert str(told.value) == f"Chromium does not start: {says}: apt-get install {package}"


def test_a_browser_that_is_not_there_is_told_with_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    with pytest.raises(tools.ToolError, match=r"^no Chromium: apt-get install chromium"):
        tools.chromium()


def test_a_file_that_is_no_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chromium"
    path.write_bytes(b"\x7fELF no program")
    path.chmod(0o755)
    monkeypatch.setenv("CHROMIUM_PATH", str(path))
    with pytest.raises(tools.ToolError, match=r"^Chromium does not start: .*: apt-get install"):
        tools.chromium()


def test_java_that_does_not_start_is_told_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "Picked up JAVA_TOOL_OPTIONS: -X\nError: could not create the Java Virtual Machine.\nA"
    program(tmp_path, "java", says, status=1)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(tools.ToolError) as told:
        tools.java()
    assert str(told.value) == (
        "Java does not start: Error: could not create the Java Virtual Machine.: "
        "apt-get install default-jre-headless"
    )


def test_an_emulator_that_is_broken_is_told_with_its_name(tmp_path: Path) -> None:
    java = program(tmp_path, "java", "Error: Invalid or corrupt jarfile", status=1)
    jar = tmp_path / "emulator.jar"
    told = f"the Firestore emulator {jar} does not start: Error: Invalid or corrupt jarfile: gcloud"
    with pytest.raises(tools.ToolError) as error, tools.firestore_emulator(java, jar):
        pass
    assert str(error.value).startswith(told)


def test_an_emulator_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_JAR", str(tmp_path / "none.jar"))
    with pytest.raises(tools.ToolError, match=r"^no Firestore emulator at .*none\.jar: gcloud"):
        tools.firestore_jar()


def test_a_font_that_is_missing_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_places", lambda: iter([tmp_path]))
    with pytest.raises(tools.ToolError, match=r"^no font Noto Sans: apt-get install fonts-noto"):
        fonts.alone("Noto Sans", tmp_path)


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_run_tells_a_missing_tool_once_and_is_red_on_ci(
    tmp_path: Path, ci: str, status: int
) -> None:
    program(tmp_path, "java", "", status=0)
    words = "-q -n 2 -m emulator -p no:cacheprovider tests/store/test_firestore.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words.split()],
        cwd=Path(__file__).parent.parent,
        env={
            **os.environ,
            "CI": ci,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "FIRESTORE_EMULATOR_JAR": str(tmp_path / "none.jar"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout
    (line,) = (line for line in done.stdout.splitlines() if "emulator" in line)
    word = "FAILED, not run" if ci else "skipped"
    assert re.match(rf"\d+ {word}: no Firestore emulator at", line)
