"""The method page: what is measured, and by which values."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import UNSET

from functions import thresholds
from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Platform,
)
from functions.publish.pages.context import Context, Hearing, Page, Shell
from functions.publish.pages.dialog import DialogRules, dialog_rules
from functions.publish.pages.month_head import open_months
from functions.publish.pages.paths import DIALOG, INSIGHTS, ISSUES
from functions.publish.text import formats, words
from functions.store.evidence import Rules


class Limits(msgspec.Struct, frozen=True):
    """The thresholds of the rules, as the page writes them (functions/thresholds.py)."""

    mark: str
    earliest_usable: str
    latest_usable: str
    observed_within: str
    interpolated_within: str
    absences_apart: str
    settled: str
    end_untold: str
    thin: str
    compared_within: str
    shortest_compared: str
    rate_per: str
    followers_within: str
    usual_most: str
    usual_fewest: str
    usual_dropped: str
    burst_posts: str
    burst_within: str
    same_least: str
    same_share: str
    fall_share: str
    fall_above: str
    likes_i24: str
    likes_share: str
    likes_usual_share: str
    jump_share: str
    jump_above: str


class Objecting(msgspec.Struct, frozen=True):
    """How to object: to whom (empty: nobody said), by a mail that is begun already, and until when,
    of each month that hears objections now."""

    office: str
    contact: str
    mail: str
    months: tuple[Hearing, ...]


class MethodPage(msgspec.Struct, frozen=True):
    """The rules in force. ``usual_least``: 0 where no such least is asked for."""

    template: ClassVar[str] = "pages/method.html"
    shell: Shell
    zone: str
    data: str
    verify: str
    status: str
    issues: str
    insights: str
    dialog: str
    dialog_rules: DialogRules
    objecting: Objecting
    cite: str
    platforms: tuple[tuple[Platform, str, str, str | None], ...]
    limits: Limits
    duplicate_percent: int
    objection_days: int
    sums_threads: bool
    bands: tuple[str, ...]
    band_least: int
    band_fewest: int
    usual_least: int
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
        status=context.href("status/"),
        issues=context.href(ISSUES),
        insights=context.href(INSIGHTS),
        dialog=context.href(DIALOG),
        dialog_rules=dialog_rules(m),
        objecting=_objecting(context),
        cite=_cite(context),
        platforms=tuple(
            (p, PLATFORM_NAMES[p], words.COUNTED[p], words.BESIDE[p]) for p in PLATFORMS
        ),
        limits=limits(),
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
        usual_least=0 if rules.usual_least is UNSET else rules.usual_least,
        library=rules.library,
        formula=newest.ranking.formula if newest else "",
    )


def _objecting(context: Context) -> Objecting:
    imprint = context.material.imprint
    body = (
        "Satuan kerja:\r\nAlamat unggahan, atau bulan dan daftarnya:\r\n\r\n"
        "Yang disanggah dan alasannya:\r\n\r\nBukti (tautan atau lampiran):\r\n\r\n"
        "Nama dan jabatan:\r\n"
    )
    return Objecting(
        office=imprint.office,
        contact=imprint.contact,
        mail=imprint.mail("Sanggahan peringkat media sosial", body) or imprint.contact_href,
        months=open_months(context),
    )


def _cite(context: Context) -> str:
    """How to cite all of it; each month's page says how to cite the month."""
    m = context.material
    title = f"Peringkat media sosial satuan kerja {m.agency.name}"
    said = f"{m.imprint.office or m.agency.name}. {title}, [bulan], [keadaan atau revisi]. Kiprah."
    where = context.absolute("")
    return f"{said} {where}" if where else said


def limits() -> Limits:
    """The thresholds in words."""
    at = thresholds
    return Limits(
        mark=formats.duration(at.MARK),
        earliest_usable=formats.duration(at.EARLIEST_USABLE),
        latest_usable=formats.duration(at.LATEST_USABLE),
        observed_within=formats.duration(at.OBSERVED_WITHIN),
        interpolated_within=formats.duration(at.INTERPOLATED_WITHIN),
        absences_apart=formats.duration(at.ABSENCES_APART),
        settled=formats.duration(at.SETTLED),
        end_untold=formats.duration(at.END_UNTOLD),
        thin=formats.percent(10 * at.THIN_PERCENT),
        compared_within=formats.duration(at.COMPARED_WITHIN),
        shortest_compared=formats.number(at.SHORTEST_COMPARED),
        rate_per=formats.number(at.RATE_PER),
        followers_within=formats.days(at.FOLLOWERS_WITHIN),
        usual_most=formats.number(at.USUAL_MOST),
        usual_fewest=formats.number(at.USUAL_FEWEST),
        usual_dropped=f"1/{at.USUAL_DROPPED}",
        burst_posts=formats.number(at.BURST_POSTS),
        burst_within=formats.minutes(at.BURST_WITHIN),
        same_least=formats.number(at.SAME_LEAST),
        same_share=formats.percent(10 * at.SAME_PERCENT),
        fall_share=formats.percent(10 * at.FALL_PERCENT),
        fall_above=formats.number(at.FALL_ABOVE),
        likes_i24=formats.number(at.LIKES_I24),
        likes_share=formats.percent(at.LIKES_PERMILLE),
        likes_usual_share=formats.percent(10 * at.LIKES_USUAL_PERCENT),
        jump_share=formats.percent(10 * at.JUMP_PERCENT),
        jump_above=formats.number(at.JUMP_ABOVE),
    )
