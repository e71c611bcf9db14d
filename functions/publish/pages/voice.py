"""How a month's comments are divided, from a labelled random sample; on trial.

Of all units together and of whole months alone. There is no page while no month may be told.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions import thresholds
from functions.model import PLATFORM_NAMES, iso
from functions.publish.pages.charts import bar
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import shares_data
from functions.publish.text import formats
from functions.store.shares import Estimate, LabelShare, Shares

TITLE = "Suara publik (uji coba)"
_TRENDS = {"up": "naik", "down": "turun"}


class LabelLine(msgspec.Struct, frozen=True):
    """A label. ``basis``: on how many threads it rests; ``trend``: empty where none can be told."""

    label: str
    share: str
    bounds: str
    bar: Markup
    basis: str
    trend: str


class HelpLine(msgspec.Struct, frozen=True):
    """What labels alone and what labels with the model say of "negatif"."""

    by_hand: str
    helped: str
    told: str
    correlation: str


class VoiceMonth(msgspec.Struct, frozen=True):
    """A month. ``population``: None where nobody knows of how many threads it was drawn."""

    anchor: str
    label: str
    as_of: str
    moment: str
    since: str
    platforms: str
    n: int
    drawn: int
    population: int | None
    kappa: str
    seed: str
    lines: tuple[LabelLine, ...]
    help: HelpLine | None
    data: str


class VoiceLimits(msgspec.Struct, frozen=True):
    """The thresholds of shares, as pages write them (functions/thresholds.py)."""

    least: str
    kappa: str
    labelled: str
    correlation: str
    late: str
    latest: str


class VoicePage(msgspec.Struct, frozen=True):
    """The latest months, and where the others lie as data."""

    template: ClassVar[str] = "pages/voice.html"
    shell: Shell
    months: tuple[VoiceMonth, ...]
    others: tuple[Link, ...]
    limits: VoiceLimits


def voice_page(context: Context) -> Page:
    """The latest months that can be read."""
    m = context.material
    months = tuple(_month(context, each) for each in m.heard.shares)
    shown = {each.month for each in m.heard.shares}
    return VoicePage(
        shell=context.shell(
            TITLE,
            f"Bagian komentar negatif, netral, dan positif di akun satuan kerja {m.agency.name}, "
            "dari contoh acak yang dilabeli dua orang.",
            section="insights",
            as_of=months[0].as_of if months else "",
        ),
        months=months,
        others=tuple(
            Link(formats.month(month), context.href(shares_data(month)))
            for month in m.heard.share_months
            if month not in shown
        ),
        limits=voice_limits(),
    )


def _month(context: Context, shares: Shares) -> VoiceMonth:
    zone = context.material.zone
    return VoiceMonth(
        anchor=f"bulan-{shares.month}",
        label=formats.month(shares.month),
        as_of=formats.time(shares.as_of, zone),
        moment=iso(shares.as_of),
        since=formats.date(shares.since, zone),
        platforms=", ".join(PLATFORM_NAMES[each] for each in shares.platforms),
        n=shares.n,
        drawn=shares.drawn,
        population=shares.population,
        kappa=_decimal(shares.kappa),
        seed=shares.seed,
        lines=tuple(_line(each) for each in shares.shares),
        help=next((_help(shares, each) for each in shares.shares if each.difference), None),
        data=context.href(shares_data(shares.month)),
    )


def _line(share: LabelShare) -> LabelLine:
    estimate = share.estimate
    return LabelLine(
        label=share.label,
        share=formats.percent(estimate.share),
        bounds=_bounds(estimate),
        bar=bar(estimate.share),
        basis=f"{formats.number(share.both)} dari keduanya, {formats.number(share.one)} dari satu",
        trend=_TRENDS[share.trend] if share.trend else "",
    )


def _help(shares: Shares, share: LabelShare) -> HelpLine:
    def said(estimate: Estimate | None) -> str:
        if estimate is None:
            return "–"
        return f"{formats.percent(estimate.share)} ({_bounds(estimate)})"

    return HelpLine(
        by_hand=said(share.wilson),
        helped=said(share.difference),
        told="dengan model" if share.method == "difference" else "dari label saja",
        correlation="–" if shares.correlation is None else _decimal(shares.correlation),
    )


def voice_limits() -> VoiceLimits:
    """The thresholds in words."""
    at = thresholds
    return VoiceLimits(
        least=formats.number(at.SHARE_LEAST),
        kappa=_whole(at.SHARE_KAPPA),
        labelled=formats.percent(10 * at.SHARE_LABELLED_PERCENT),
        correlation=_whole(at.SHARE_CORRELATION),
        late=formats.days(at.SAMPLE_LATE),
        latest=formats.days(at.LABELS_LATE),
    )


def _bounds(estimate: Estimate) -> str:
    return f"{formats.percent(estimate.lower)} sampai {formats.percent(estimate.upper)}"


def _whole(thousandths: int) -> str:
    """With as many decimals as it has."""
    return f"{thousandths / 1000:g}".replace(".", ",")


def _decimal(thousandths: int) -> str:
    """With a minus where it is one, which a hundredth alone would lose."""
    sign = "−" if thousandths < 0 else ""
    return f"{sign}{formats.hundredths(round(abs(thousandths) / 10))}"
