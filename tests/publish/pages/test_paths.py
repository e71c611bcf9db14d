"""Where pages lie: no two in one place, whatever things are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS, Platform
from functions.publish.pages.paths import (
    band_segment,
    flag_anchor,
    kind_segment,
    list_path,
    month_path,
    post_anchor,
    post_path,
    satker_path,
    segment,
    unit_month_path,
)

_PART = re.compile(r"[A-Za-z0-9._~-]+")
# Names that could be taken for another list's, a page's number or a folder; and any others.
NEAR = st.sampled_from(
    [
        *PLATFORMS,
        "semua",
        "pengikut-1",
        "jenis-x",
        "jenis-jenis-x",
        "2",
        "02",
        "r1",
        "R1",
        "X",
        "index.html",
    ]
)
NAMES = st.one_of(NEAR, st.text(max_size=12), NEAR.map(lambda name: f"jenis-{name}"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kanwil-ntt", "kanwil-ntt"),
        ("a/b", "a~2fb"),
        ("..", "~2e."),
        ("é", "~e9"),
        ("a~b", "a~7eb"),
        ("\x123", "~123"),
        ("\u0123", "~~123~"),
        ("", "~"),
        ("index.html", "index~2ehtml"),
    ],
)
def test_a_code_is_a_safe_part_of_a_path(text: str, shown: str) -> None:
    assert segment(text) == shown


@given(st.text())
def test_no_code_leaves_its_folder(text: str) -> None:
    made = segment(text)
    assert _PART.fullmatch(made)
    assert not made.startswith(".")


def decoded(made: str) -> str:
    """The code that a segment was made from."""
    if made == "~":
        return ""
    return re.sub(r"~(?:~([0-9a-f]+)~|([0-9a-f]{2}))", lambda m: chr(int(m[1] or m[2], 16)), made)


@given(st.text())
def test_a_code_can_be_read_back_so_no_two_share_a_segment(text: str) -> None:
    assert decoded(segment(text)) == text


def no_file_is_a_folder(paths: list[str], *beside: str) -> bool:
    """Whether a folder can hold these pages, and these files beside the first of them."""
    files = {f"{path}index.html" for path in paths} | {f"{paths[0]}{name}" for name in beside}
    folders = {
        "/".join(parts[:end])
        for parts in (file.split("/") for file in files)
        for end in range(1, len(parts))
    }
    return files.isdisjoint(folders)


@given(st.sets(NAMES, min_size=1, max_size=12), st.integers(1, 4))
def test_no_two_lists_of_a_month_share_a_path(kinds: set[str], pages: int) -> None:
    scopes = ["", *PLATFORMS, *(band_segment(n) for n in range(1, 4)), *map(kind_segment, kinds)]
    paths = [
        list_path("2026-10", scope, number) for scope in scopes for number in range(1, pages + 1)
    ]
    # Kinds may differ in the case of their letters alone; a folder of every platform is there once.
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("2026/10/") and path.endswith("/") for path in paths)
    assert no_file_is_a_folder(["2026/10/", *paths], "ringkasan.pdf", "bagikan.png")
    assert all(_PART.fullmatch(part) for path in paths for part in path.split("/")[:-1])


@given(
    st.sets(st.tuples(st.just("index.html") | st.text(max_size=8), st.integers(1, 3)), max_size=8),
    st.sets(st.tuples(st.sampled_from(PLATFORMS), st.text(max_size=8)), max_size=8),
)
def test_no_two_pages_of_satker_and_posts_share_a_path(
    units: set[tuple[str, int]], posts: set[tuple[Platform, str]]
) -> None:
    months = ("2026-09", "2026-10")
    paths = [satker_path(satker) for satker in {satker for satker, _ in units}]
    paths += [unit_month_path(satker, month, page) for satker, page in units for month in months]
    paths += [post_path(platform, post_id) for platform, post_id in posts]
    assert len(set(paths)) == len(paths)
    assert no_file_is_a_folder(["satker/", *paths])
    anchors = [post_anchor(platform, post_id) for platform, post_id in posts]
    anchors += [flag_anchor(satker) for satker in {satker for satker, _ in units}]
    assert len(set(anchors)) == len(anchors)
    assert not any(re.search(r"\s", anchor) for anchor in anchors)


def test_paths_are_those_that_were_published() -> None:
    """A path once published never disappears."""
    assert month_path("2026-10") == "2026/10/"
    assert list_path("2026-10") == "2026/10/semua/"
    assert list_path("2026-10", "x", 2) == "2026/10/x/2/"
    assert list_path("2026-10", kind_segment("kanwil")) == "2026/10/kanwil/"
    assert list_path("2026-10", kind_segment("x")) == "2026/10/jenis-x/"
    assert list_path("2026-10", band_segment(3)) == "2026/10/pengikut-3/"
    assert satker_path("kanwil-ntt") == "satker/kanwil-ntt/"
    assert unit_month_path("kanwil-ntt", "2026-10") == "satker/kanwil-ntt/2026/10/"
    assert unit_month_path("kanwil-ntt", "2026-10", 3) == "satker/kanwil-ntt/2026/10/3/"
    assert post_path("x", "184") == "unggahan/x/184/"
    assert post_anchor("x", "184") == "u-x-184"
    assert flag_anchor("kanwil-ntt") == "penanda-kanwil-ntt"


@given(st.text(min_size=30, max_size=400), st.text(max_size=3))
def test_a_long_code_still_fits_a_folder_and_is_no_other_codes(text: str, more: str) -> None:
    for code in (text, "ก" * 60 + text):
        assert len(segment(code)) <= 130
        assert _PART.fullmatch(segment(code))
        if more:
            assert segment(code) != segment(code + more)
