"""Where each agency's site lies."""

from __future__ import annotations

from pathlib import Path

from functions.model import Agency
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.sites import SubTarget, folder_of, open_site
from tests.publish.targets.test_port import page

ONE, TWO, THREE = (Agency(id=name, name=name.upper()) for name in ("satu", "dua", "tiga"))
ALL = (ONE, TWO, THREE)


def test_the_first_site_lies_at_the_root_and_every_further_one_in_its_folder() -> None:
    assert [folder_of(agency, ALL) for agency in ALL] == ["", "dua/", "tiga/"]


def test_an_only_agency_has_the_whole_place(tmp_path: Path) -> None:
    assert folder_of(TWO, ()) == folder_of(TWO, [TWO]) == ""
    assert isinstance(open_site(f"file://{tmp_path}", TWO, [TWO]), FolderObjects)


def test_no_site_sees_the_files_of_another(tmp_path: Path) -> None:
    sites = [open_site(f"file://{tmp_path}", agency, ALL) for agency in ALL]
    for site in sites:
        assert isinstance(site, SubTarget)
        assert site.put(page("index.html"))
    assert [list(site.list()) for site in sites] == [["index.html"]] * 3
    assert sorted(FolderObjects(tmp_path).list()) == [
        "dua/index.html",
        "index.html",
        "tiga/index.html",
    ]
