"""``make pictures``: the guides' pictures, and the words in them, into docs/panduan/."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.pictures.camera import camera, photograph
from tests.pictures.drawing import WIDTH
from tests.pictures.scenes import Scene, scenes
from tests.tools import ToolError, chromium

PICTURES = Path(__file__).parents[2] / "docs" / "panduan"
# The words of each picture: tests hold the guides, and the pictures, to them.
WORDS = PICTURES / "isi.json"


def words_of(played: list[Scene]) -> dict[str, list[str]]:
    """What can be read in each picture, by line."""
    return {scene.name: [*scene.words] for scene in played}


def main() -> None:
    try:
        browser = chromium()
    except ToolError as error:
        sys.exit(f"pictures: {error}")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        played = scenes(Path(folder))
        with camera(browser) as opened:
            for scene in played:
                picture = photograph(opened, scene.file or scene.html, WIDTH, scene.selector)
                (PICTURES / f"{scene.name}.png").write_bytes(picture)
                sys.stdout.write(f"{scene.name}.png  {len(picture):,} bytes\n")
    WORDS.write_text(json.dumps(words_of(played), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
