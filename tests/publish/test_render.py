"""Templates that are strict, safe, and named after their content."""

from __future__ import annotations

import hashlib
import re

import pytest
from jinja2 import UndefinedError

from functions.publish import render
from functions.publish.imprint import Imprint
from functions.publish.pages.context import Page, Shell
from functions.publish.pages.site_map import NotFoundPage


def shell(**facts: str) -> Shell:
    made = {name: "" for name in Shell.__struct_fields__}
    known = {"nav": (), "footer": (), "agencies": (), "open_months": (), "imprint": Imprint()}
    return Shell(**{**made, **known, **facts})  # type: ignore[arg-type]


def test_what_is_shown_is_escaped() -> None:
    page = NotFoundPage(shell=shell(title="<i>&"), units="/")
    html = render.render({"404.html": page})["404.html"].decode()
    assert "&lt;i&gt;&amp;" in html
    assert "<i>" not in html


def test_a_field_that_is_missing_is_an_error_and_no_blank() -> None:
    class Broken:
        template = "pages/not_found.html"
        shell = shell()

    broken: Page = Broken()  # type: ignore[assignment]
    with pytest.raises(UndefinedError):
        render.render({"404.html": broken})


def test_an_asset_is_named_after_its_content() -> None:
    places, files = render.assets()
    assert {
        "kiprah.css",
        "sematan.css",
        "kiprah.js",
        "banding.js",
        "periksa.js",
        "icon.svg",
    } == set(places)
    for place in places.values():
        found = re.fullmatch(r"assets/\w+\.([0-9a-f]{10})\.\w+", place)
        assert found
        assert hashlib.sha256(files[place]).hexdigest().startswith(found[1])


def test_every_component_is_a_macro_of_its_files_name() -> None:
    for path in (render.TEMPLATES / "components").glob("*.html"):
        assert len(re.findall(r"{% macro (\w+)\(", path.read_text("utf-8"))) == 1
        assert f"{{% macro {path.stem}(" in path.read_text("utf-8")


def test_every_template_is_named_html_so_that_it_is_escaped() -> None:
    for folder in ("layouts", "pages", "components"):
        for path in (render.TEMPLATES / folder).iterdir():
            assert path.suffix == ".html"


def test_templates_do_no_arithmetic() -> None:
    for path in render.TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"{{(.+?)}}", path.read_text("utf-8")):
            if "level + 1" not in tag:  # the depth of a heading
                assert not re.search(r"\w [-+*/%] \w", tag), (path.name, tag)


def test_nothing_is_fetched_by_the_style_sheet() -> None:
    css = (render.TEMPLATES / "assets/kiprah.css").read_text("utf-8")
    assert "@import" not in css
    assert not re.search(r"url\((?!\"data:)", css)
