"""Page models are plain, frozen facts, and each has a template."""

from __future__ import annotations

from typing import get_args

import pytest

from functions.publish.pages import Link, Page
from functions.publish.render import TEMPLATES


@pytest.mark.parametrize("page", get_args(Page))
def test_every_page_has_a_template_and_every_template_a_page(page: type) -> None:
    assert (TEMPLATES / page.template).is_file()  # type: ignore[attr-defined]
    templates = {f"pages/{path.name}" for path in (TEMPLATES / "pages").iterdir()}
    assert templates == {each.template for each in get_args(Page)}


def test_a_page_cannot_be_changed_by_a_template() -> None:
    link = Link("a", "b")
    with pytest.raises(AttributeError):
        link.label = "c"  # type: ignore[misc]
