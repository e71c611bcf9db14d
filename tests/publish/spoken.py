"""Issues and insights of a world, as the scoring room would leave them in the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from functions.model import Post
from functions.publish.heard import Heard
from functions.store.insights import Effect, FormatShare, Insights, Looked
from functions.store.issues import Carried, Issues, Narrative, PostRef, Term
from functions.store.labels import Label
from functions.store.shares import Estimate, LabelShare, Shares
from tests.publish.world import NOW, World

WEEK = "2026-W43"  # of the world's instant, a Wednesday
LAST_WEEK = "2026-W42"
OLD_WEEK = "2026-W41"
TERMS = (
    Term(term="posbankum", posts=34, units=12, before=2, z=812, tag=True),
    Term(term="harmonisasi", posts=21, units=9, before=40, z=655),
    Term(term="bantuan hukum", posts=18, units=8, before=31, z=590),
    Term(term="indikasi geografis", posts=12, units=6, before=0, z=471),
)


def speak(world: World) -> None:
    """Store a week that is running and two that are over, a month that is running and one that is
    over."""
    for issues in (
        issues_of(world, OLD_WEEK, is_over=True),
        issues_of(world, LAST_WEEK, is_over=True),
        issues_of(world, WEEK),
    ):
        world.agency.save_issues(issues)
    world.agency.save_insights(insights_of("2026-09", is_over=True))
    world.agency.save_insights(insights_of("2026-10"))
    world.agency.save_shares(shares_of("2026-08"))
    world.agency.save_shares(shares_of("2026-09", trend="up"))


def heard_of(world: World) -> Heard:
    """What pages are made of where all of that was read."""
    return Heard(
        weeks=(WEEK, LAST_WEEK, OLD_WEEK),
        months=("2026-10", "2026-09"),
        issues=(issues_of(world, WEEK), issues_of(world, LAST_WEEK, is_over=True)),
        insights=(insights_of("2026-10"), insights_of("2026-09", is_over=True)),
        share_months=("2026-09", "2026-08"),
        shares=(shares_of("2026-09", trend="up"), shares_of("2026-08")),
    )


def shares_of(month: str, *, trend: Literal["up", "down"] | None = None) -> Shares:
    """A month's shares of labels, in which a model helps."""
    wilson = Estimate(share=412, lower=358, upper=468)
    negative = LabelShare(
        label="negatif",
        both=112,
        one=23,
        wilson=wilson,
        difference=Estimate(share=405, lower=363, upper=447),
        method="difference",
        trend=trend,
    )
    rest: tuple[tuple[Label, int], ...] = (("netral", 118), ("positif", 31), ("tidak jelas", 7))
    return Shares(
        month=month,
        as_of=NOW,
        since=NOW - timedelta(days=50),
        population=4_123,
        drawn=300,
        n=291,
        kappa=742,
        seed="7d" * 32,
        platforms=("instagram", "facebook"),
        shares=(negative, *(LabelShare(label=o, both=n, one=9, wilson=wilson) for o, n in rest)),
        model="5c" * 32,
        correlation=512,
    )


def quiet_week(week: str, *, is_over: bool = False) -> Issues:
    """A week with nothing to tell."""
    return Issues(week=week, as_of=NOW, is_over=is_over, posts=9, units=4, before=120)


def issues_of(world: World, week: str, *, is_over: bool = False) -> Issues:
    """A week with something of each kind; its posts are the world's, whatever their week."""
    refs = first_posts(world)
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    shared = refs[:3]
    return Issues(
        week=week,
        as_of=min(NOW, datetime(monday.year, monday.month, monday.day, 2, tzinfo=NOW.tzinfo))
        + timedelta(days=2),
        is_over=is_over,
        posts=1_204,
        units=45,
        before=8_310,
        terms=TERMS,
        narratives=(
            Narrative(
                words=("posbankum", "diresmikan", "gubernur"),
                posts=shared,
                units=tuple(ref.satker for ref in shared),
                i24=1_730,
                measured=2,
            ),
            Narrative(
                words=("batik", "tercatat"),
                posts=refs[-3:],
                units=tuple(ref.satker for ref in refs[-3:]),
                i24=None,
                measured=0,
            ),
        ),
        campaigns=(
            Carried(
                id="setahun-berdampak",
                title="Setahun Berdampak",
                begins=monday - timedelta(days=20),
                ends=monday + timedelta(days=40),
                tags=("SetahunBerdampak",),
                phrases=("setahun berdampak",),
                units=refs,
                posts=31,
                i24=4_200,
                measured=30,
                link="https://kemenkum.example/setahun",
            ),
            Carried(
                id="belum",
                title="Hari <i>Dharma</i> Karyadhika",
                begins=monday,
                ends=None,
                tags=("HDKD",),
            ),
        ),
        clarifications=(
            Carried(
                id="pungli",
                title="Pendaftaran merek tidak lewat perantara",
                begins=monday,
                ends=monday + timedelta(days=10),
                phrases=("tanpa perantara",),
                units=refs[:2],
                posts=2,
                i24=310,
                measured=2,
                within_24=1,
                within_48=2,
                claim="Pendaftaran merek harus melalui perantara berbayar.",
                fact="Pendaftaran dilakukan sendiri di merek.dgip.go.id dengan tarif resmi.",
                link="https://kemenkum.example/klarifikasi",
            ),
        ),
    )


def first_posts(world: World) -> tuple[PostRef, ...]:
    """The first post of each satker in the running month, in the order of time."""
    found: dict[str, tuple[Post, str]] = {}
    ledgers = world.agency.ledgers(max(world.agency.months()))
    entries = [entry for ledger in ledgers.values() for entry in ledger.entries.values()]
    for entry in sorted(entries, key=lambda each: (each.post.published_at, each.post.post_id)):
        satker = entry.verdict.satker if entry.verdict else None
        if satker:
            found.setdefault(satker, (entry.post, satker))
    return tuple(ref_of(post, satker) for post, satker in found.values())


def ref_of(post: Post, satker: str) -> PostRef:
    """A post as issues name it."""
    return PostRef(
        platform=post.platform,
        account_id=post.account_id,
        post_id=post.post_id,
        satker=satker,
        url=post.url,
        published_at=post.published_at,
    )


def insights_of(month: str, *, is_over: bool = False) -> Insights:
    """A month in which a few groups are named, on two platforms."""
    return Insights(
        month=month,
        as_of=datetime(int(month[:4]), int(month[5:]), 21, 4, tzinfo=NOW.tzinfo),
        is_over=is_over,
        posts=6_812,
        looked=(
            Looked(platform="instagram", kind="format", groups=3, posts=2_100),
            Looked(platform="instagram", kind="hour", groups=6, posts=2_050),
            Looked(platform="instagram", kind="weekday", groups=7, posts=2_100),
            Looked(platform="x", kind="tag", groups=4, posts=400),
            Looked(platform="tiktok", kind="weekday", groups=5, posts=310),
        ),
        effects=(
            _effect("instagram", "format", "reel", 34, 12, 61),
            _effect("instagram", "format", "photo", -18, -25, -9),
            _effect("instagram", "hour", "18", 22, 4, 43),
            _effect("instagram", "weekday", "7", -21, -33, -8),
            _effect("x", "tag", "posbankum", 140, 60, 260),
            _effect("x", "campaign", "setahun-berdampak", 41, 9, 83),
        ),
        formats=(
            FormatShare(platform="instagram", format="reel", posts=812, i24=91_000),
            FormatShare(platform="instagram", format="carousel", posts=640, i24=40_200),
            FormatShare(platform="instagram", format="photo", posts=648, i24=None),
            FormatShare(platform="tiktok", format="video", posts=300, i24=80_000),
            FormatShare(platform="tiktok", format=None, posts=10, i24=120),
        ),
    )


def _effect(platform, kind, group, percent, low, high) -> Effect:  # type: ignore[no-untyped-def]
    return Effect(
        platform=platform,
        kind=kind,
        group=group,
        posts=120,
        units=31,
        percent=percent,
        low=low,
        high=high,
    )
