"""Why an access token cannot be had, as its account's admin reads it."""

from __future__ import annotations

from datetime import datetime

import pytest

from functions.model import iso
from functions.tokens.absent import NoConsent, without_consent

NOW = datetime.fromisoformat("2026-10-20T03:00:00+00:00")


@pytest.mark.parametrize(
    ("why", "said"),
    [("", "Belum ada izin"), ("withdrawn", "telah dicabut pada 2026"), ("expired", "sudah lama")],
)
def test_an_admin_is_told_why_there_is_none(why: str, said: str) -> None:
    told = without_consent("kemenkum.bali", NoConsent("kemenkum.bali", why, iso(NOW)))
    assert said in told
    assert "@kemenkum.bali" in told
