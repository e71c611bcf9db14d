"""From a pasted address to the posts that stand under it in a real store."""

from __future__ import annotations

import pytest

from functions.registry.addresses.lookup import NO_ADDRESS, posts_at
from functions.registry.addresses.posts import NotAPost
from functions.store.agency import AgencyStore
from tests.factories import x_post


@pytest.mark.parametrize(
    "text",
    [
        "https://x.com/kemenkum/status/100",
        "twitter.com/i/web/status/100?s=20",
        "lihat x.com/a/status/100 ya",
    ],
)
def test_a_post_is_found_by_each_form_of_its_address(agency: AgencyStore, text: str) -> None:
    agency.save_urls([(x_post(), ["100"])])
    platform, [found] = posts_at(agency, text)
    assert (platform, found.post_id) == ("x", "100")


def test_an_address_that_nothing_was_read_under_has_no_posts(agency: AgencyStore) -> None:
    assert posts_at(agency, "https://x.com/kemenkum/status/100") == ("x", ())


def test_a_text_without_a_posts_address_is_told_so(agency: AgencyStore) -> None:
    with pytest.raises(NotAPost, match=NO_ADDRESS):
        posts_at(agency, "halo")
