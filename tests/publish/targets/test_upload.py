"""What changed is put in an order in which nobody sees half a site, and nothing frozen anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import File
from functions.publish.targets.upload import Upload, by_reach, file_of, files_of, going_on_at

paths = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(paths, st.lists(st.integers(0, 8), min_size=2, max_size=2), paths, st.sampled_from("abchz"))
def test_going_on_leaves_nothing_out_and_puts_nothing_twice(
    names: list[str], cuts: list[int], held: list[str], left: str
) -> None:
    first, second = sorted(cuts)
    batches = [
        {name: b"" for name in part}
        for part in (names[:first], names[first:second], names[second:])
    ]
    given = [name for batch in going_on_at(batches, held, left) for name in batch]
    assert sorted(given) == sorted(names)
    if left not in names:
        assert given == names
        return
    begin = names.index(left)
    wanted = [name for name in names[begin:] if name in held]
    assert [name for name in given if name in wanted] == wanted
    place = {name: n for n, name in enumerate(given)}
    late = [name for name in names[:begin] if name in held]
    assert all(place[name] > place[other] for name in late for other in names[begin:])


def test_inner_pages_go_before_those_that_list_them_and_the_front_page_last() -> None:
    pages = dict.fromkeys(
        ("index.html", "2026/10/index.html", "satker/index.html", "satker/bali/index.html"), b""
    )
    assert [[*batch] for batch in by_reach(pages)] == [
        ["satker/bali/index.html"],
        ["2026/10/index.html", "satker/index.html"],
        ["index.html"],
    ]


@pytest.mark.parametrize(
    ("path", "for_ever"),
    [
        ("index.html", False),
        ("assets/situs.3f0c.css", True),
        ("data/2026-10/ranking.json", False),
        ("data/2026-10/r1/ranking.json", True),
    ],
)
def test_only_what_is_frozen_or_named_by_its_content_is_kept_for_ever(
    path: str, for_ever: bool
) -> None:
    assert ("immutable" in file_of(path, b"").cache_control) == for_ever


FIRST = File("data/terbit.json", b"{}", "application/json", "public, max-age=60")


def test_what_changed_is_put_once_behind_the_first_file(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    upload = Upload(objects, objects.list(), FIRST)
    upload.all(files_of({"index.html": b"satu"}))
    assert (upload.uploaded, upload.unchanged) == (2, 0)
    again = Upload(objects, objects.list(), FIRST)
    again.all(files_of({"index.html": b"satu"}))
    assert (again.uploaded, again.unchanged, again.left) == (0, 1, [])


def test_a_frozen_file_that_differs_is_told_and_stays(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    for body in (b"satu", b"dua"):
        upload = Upload(objects, objects.list(), FIRST)
        upload.once(files_of({"data/2026-10/r1/ranking.json": body}))
    assert upload.problems == [
        "data/2026-10/r1/ranking.json is frozen and differs from what the store holds"
    ]
    assert objects.get("data/2026-10/r1/ranking.json") == b"satu"
