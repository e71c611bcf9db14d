"""The pictures in docs/panduan/ show what Kiprah says today, and are light."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

from tests.pictures.__main__ import PICTURES, WORDS, words_of
from tests.pictures.camera import HEAVIEST, png
from tests.pictures.scenes import scenes

ROOT = Path(__file__).parents[2]


def test_the_pictures_say_what_is_said_today(tmp_path: Path) -> None:
    """When this fails, what admins and operators read has changed: run make pictures."""
    assert words_of(scenes(tmp_path)) == json.loads(WORDS.read_text())


def test_each_picture_is_there_once_and_is_light() -> None:
    files = {file.stem: file for file in PICTURES.glob("*.png")}
    assert files.keys() == json.loads(WORDS.read_text()).keys()
    assert all(file.stat().st_size <= HEAVIEST for file in files.values())


def test_a_picture_says_nothing_of_the_machine_that_made_it() -> None:
    said = WORDS.read_text()
    assert re.findall(r"/tmp|/home|/root|127\.0\.0\.1|localhost", said) == []


def test_a_picture_has_its_pixels_in_its_colours() -> None:
    made = png(2, 1, [0xFF0000, 0x00FF00], b"\1\0")
    assert made.startswith(b"\x89PNG")
    assert b"PLTE\xff\0\0\0\xff\0" in made
    [body] = re.findall(rb"IDAT(.*)....\0\0\0\0IEND", made, re.DOTALL)
    assert zlib.decompress(body) == b"\0\1\0"


def test_without_a_browser_one_line_says_how_to_get_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pictures"],
        cwd=ROOT,
        env={**os.environ, "CHROMIUM_PATH": "/nowhere/chromium"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("pictures: no Chromium at /nowhere/chromium: apt-get install chromium")
