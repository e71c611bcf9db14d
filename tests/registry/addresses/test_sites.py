"""The one table of what platforms' addresses are made of."""

import pytest

from functions.model import PLATFORMS
from functions.registry.addresses.sites import PLATFORM_OF, SITES


@pytest.mark.parametrize("platform", PLATFORMS)
def test_words_are_in_lower_case_and_no_name_of_a_test(platform):
    site = SITES[platform]
    assert all(word == word.casefold() and word for word in site.pages | site.tabs)
    assert "kemenkum" not in site.pages


def test_every_platform_has_a_host_of_its_own():
    for platform in PLATFORMS:
        assert {PLATFORM_OF[host] for host in SITES[platform].hosts} == {platform}
