"""The pages: one sentence each, escaped, and nothing fetched."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from functions.connect import page
from functions.connect.flow import ConsentProblem, Given, Refusal

EVIL = "<script>alert('x')</script>&\"{handle}"


@pytest.mark.parametrize("reason", list(ConsentProblem))
def test_every_refusal_has_a_status_and_a_sentence(reason: ConsentProblem) -> None:
    status, words = page.refused(Refusal(reason, "kemenkum.ntt", "orang.lain"))
    assert 400 <= status < 600
    assert "{" not in words.partition("</style>")[2]
    assert '<html lang="id">' in words
    assert "<h1>" in words


@pytest.mark.parametrize("reason", list(ConsentProblem))
def test_what_comes_from_outside_is_escaped(reason: ConsentProblem) -> None:
    _, words = page.refused(Refusal(reason, EVIL, EVIL))
    assert "<script" not in words
    assert '"{handle}' not in words


def test_a_consents_page_says_what_was_given_and_how_to_take_it_back() -> None:
    words = page.given(Given("kanwil-ntt", EVIL, ""))
    assert "<script" not in words
    for said in ("jumlah pengikut", "dicabut", "tidak dapat mengunggah"):
        assert said in words


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    [style] = re.findall("<style>(.*)</style>", page.message("x"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.HEADERS["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert page.HEADERS["Cache-Control"] == "no-store"
    assert page.HEADERS["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"src=|href=|url\(|@import", page.message("x"))
