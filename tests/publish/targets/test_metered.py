"""What is asked of a target is counted, and nothing else of it is otherwise."""

from __future__ import annotations

from pathlib import Path

from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.metered import Metered
from functions.publish.targets.port import Objects
from tests.publish.pieces import page


def test_it_counts_what_is_listed_got_and_put(tmp_path: Path) -> None:
    metered: Objects = Metered(FolderObjects(tmp_path))
    assert isinstance(metered, Metered)
    assert metered.put(page("index.html", b"satu"))
    assert metered.put(page("a/index.html", b"dua"), if_absent=True)
    assert not metered.put(page("a/index.html", b"tiga"), if_absent=True)
    assert metered.get("index.html") == b"satu"
    assert metered.get("nothing") is None
    assert len(metered.list()) == 2
    assert list(metered.list("a/")) == ["a/index.html"]
    assert metered.counts() == {"listed": 3, "got": 1, "objects": 2, "bytes": 7}
    assert metered.parallel == FolderObjects.parallel
