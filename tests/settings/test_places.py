"""What is private lies nowhere that everybody may read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.settings import Settings, SettingsError
from functions.settings.places import overlap

NAMES = st.lists(st.sampled_from(["a", "ab", "b", ".", ".."]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ("file://site", "file://site"),
        ("file://site/siaga", "file://site"),
        ("file://.", "file://site"),
        ("file://site/../site/x", "file://site/"),
        ("gs://ember", "gs://ember"),
        ("gs://ember/siaga", "gs://ember/situs"),
        ("s3://ember/", "s3://ember/situs"),
    ],
)
def test_a_place_within_the_site_around_it_or_in_its_bucket_is_refused(
    private: str, public: str
) -> None:
    for said, places in {
        "KIPRAH_SITE": {"site": public},
        "KIPRAH_FROZEN": {"frozen": public, "site": "file:///srv/situs"},
    }.items():
        with pytest.raises(SettingsError, match=f"KIPRAH_PRIVATE must lie apart from {said}"):
            Settings(private=private, **places)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ("", "file://site"),
        ("file://siaga", "file://site"),
        ("file://site-siaga", "file://site"),
        ("gs://ember-siaga", "gs://ember"),
        ("gs://ember", "s3://ember"),
        ("gs://ember", "file://ember"),
    ],
)
def test_a_place_apart_is_taken(private: str, public: str) -> None:
    assert Settings(private=private, site=public).private == private


def test_a_link_to_the_site_is_the_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "lain").symlink_to(tmp_path / "site")
    assert overlap(f"file://{tmp_path}/lain/siaga", f"file://{tmp_path}/site")


@settings(max_examples=50)
@given(NAMES, NAMES)
def test_folders_overlap_where_one_holds_the_other(one: list[str], other: list[str]) -> None:
    folders = [Path("/x/y", *names) for names in (one, other)]
    first, second = (folder.resolve() for folder in folders)
    shares = first in (second, *second.parents) or second in first.parents
    assert overlap(*(f"file://{folder}" for folder in folders)) == shares
    assert overlap(*(f"file://{folder}" for folder in reversed(folders))) == shares
