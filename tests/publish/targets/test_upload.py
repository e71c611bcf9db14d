"""What changed is put in an order in which nobody sees half a site, and nothing frozen anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.manifest import hold
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.metered import Metered
from functions.publish.targets.port import File
from functions.publish.targets.upload import SiteFile, Upload, by_reach, file_of, going_on_at

paths = st.lists(st.sampled_from("abcdefgh"), unique=True)


def items(*names: str) -> list[SiteFile]:
    return [SiteFile(name, b"") for name in names]


@given(paths, st.lists(st.integers(0, 8), min_size=2, max_size=2), st.sampled_from("abchz"))
def test_going_on_leaves_nothing_out_and_puts_nothing_twice(
    names: list[str], cuts: list[int], left: str
) -> None:
    first, second = sorted(cuts)
    batches = [items(*part) for part in (names[:first], names[first:second], names[second:])]
    given = [item.path for batch in going_on_at(batches, left) for item in batch]
    assert sorted(given) == sorted(names)
    begin = names.index(left) if left in names else 0
    assert given == names[begin:] + names[:begin]


def test_inner_pages_go_before_those_that_list_them_and_the_front_page_last() -> None:
    pages = items("index.html", "2026/10/index.html", "satker/index.html", "satker/bali/index.html")
    assert [[item.path for item in batch] for batch in by_reach(pages)] == [
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


def upload_to(objects: FolderObjects) -> tuple[Upload, Metered]:
    """An upload to a folder as it is, and what counts its files."""
    metered = Metered(objects)
    return Upload(metered, hold(objects, None, look=True), FIRST), metered


def test_what_changed_is_put_once_behind_the_first_file(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    upload, metered = upload_to(objects)
    upload.put([[SiteFile("index.html", b"satu")]])
    assert (metered.objects, upload.has_begun) == (2, True)
    again, metered = upload_to(objects)
    again.put([[SiteFile("index.html", b"satu", "made of it")]])
    assert (metered.objects, again.left, again.has_begun) == (0, [], False)


def test_what_is_put_and_what_was_there_is_noted_with_its_source(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    for _ in range(2):
        held = hold(objects, None, look=True)
        upload = Upload(objects, held, FIRST)
        upload.put([[SiteFile("a.html", b"a", "s"), SiteFile("b.html", b"b", "t", "2026-10")]])
        assert (held.source("a.html"), held.source("b.html", "2026-10")) == ("s", "t")
        assert [*held.files()] == ["a.html"]


class Order(FolderObjects):
    """A folder that remembers the order in which files came."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.order: list[str] = []

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        self.order.append(file.path)
        return super().put(file, if_absent=if_absent)


def test_new_files_come_before_those_that_change(tmp_path: Path) -> None:
    """So a page that readers reach leads to no page that is still to come."""
    objects = Order(tmp_path)
    Upload(objects, hold(objects, None, look=True), FIRST).put(
        [[SiteFile("a/index.html", b"")], [SiteFile("index.html", b"")]]
    )
    objects.order.clear()
    Upload(objects, hold(objects, None, look=True), FIRST).put(
        [
            [SiteFile("a/index.html", b"a"), SiteFile("b/index.html", b"b")],
            [SiteFile("index.html", b"c"), SiteFile("2026/index.html", b"d")],
        ]
    )
    assert objects.order == [
        FIRST.path,
        "b/index.html",
        "2026/index.html",
        "a/index.html",
        "index.html",
    ]


def test_a_frozen_file_that_differs_is_told_and_stays(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    path = "data/2026-10/r1/ranking.json"
    for body in (b"satu", b"dua"):
        upload, _ = upload_to(objects)
        upload.put([[SiteFile(path, body, month="2026-10", once=True)]])
    assert upload.problems == [f"{path} is frozen and differs from what the store holds"]
    assert objects.get(path) == b"satu"
