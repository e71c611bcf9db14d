"""The method page: what is measured, and by which values."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Platform,
)
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.text import formats, words
from functions.store.evidence import Rules


class MethodPage(msgspec.Struct, frozen=True):
    """The rules in force."""

    template: ClassVar[str] = "pages/method.html"
    shell: Shell
    zone: str
    data: str
    verify: str
    platforms: tuple[tuple[Platform, str, str, str | None], ...]
    duplicate_percent: int
    objection_days: int
    sums_threads: bool
    bands: tuple[str, ...]
    band_least: int
    band_fewest: int
    library: str
    formula: str


def method_page(context: Context) -> Page:
    """How everything is measured, with the values of the newest month's rules."""
    m = context.material
    newest = m.records[m.newest_first[0]] if m.records else None
    rules = (newest and newest.rules) or Rules()
    return MethodPage(
        shell=context.shell(
            "Metode",
            "Apa yang diukur, bagaimana peringkat terjadi, dan cara memeriksanya sendiri.",
            section="method",
        ),
        zone=formats.clock(m.now, m.zone).split()[-1],
        data=context.href("data/"),
        verify=context.href("periksa/"),
        platforms=tuple(
            (p, PLATFORM_NAMES[p], words.COUNTED[p], words.BESIDE[p]) for p in PLATFORMS
        ),
        duplicate_percent=rules.duplicate_percent,
        objection_days=rules.objection_days,
        sums_threads=rules.x_threads == "sum",
        bands=tuple(
            words.band(least, below)
            for least, below in zip(
                (None, *rules.band_edges), (*rules.band_edges, None), strict=True
            )
        ),
        band_least=rules.band_least,
        band_fewest=rules.band_fewest,
        library=rules.library,
        formula=newest.ranking.formula if newest else "",
    )
