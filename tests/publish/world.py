"""A small ministry with scored months, as the scoring room would leave it in the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from functions.model import (
    COUNTED,
    DAY,
    PLATFORMS,
    Account,
    Agency,
    Burst,
    Change,
    CounterFall,
    Entry,
    Flag,
    FlagCode,
    FollowerJump,
    LikesOnly,
    Measurement,
    MonthState,
    Platform,
    Post,
    PostFormat,
    RankedList,
    Ranking,
    RankingName,
    Reason,
    Roster,
    Row,
    SameText,
    Sample,
    Satker,
    State,
    Verdict,
    month_bounds,
    previous_month,
)
from functions.score.rules.certainty import Bounds, largest_share
from functions.score.rules.formula import DEFAULT, FORMULA
from functions.score.rules.ranking import within_known
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.agency.proofs import items
from functions.store.ledgers import Ledger, Ledgers
from functions.store.port import Store
from functions.thresholds import THIN_PERCENT

NOW = datetime(2026, 10, 21, 4, 0, tzinfo=UTC)

UNITS = (
    Satker(id="setjen", name="Sekretariat Jenderal", short_name="Setjen", kind="unit-utama"),
    Satker(
        id="kanwil-aceh",
        name="Kantor Wilayah Kementerian Hukum Aceh",
        short_name="Kanwil Kemenkum Aceh",
        kind="kanwil",
        province="Aceh",
    ),
    Satker(
        id="kanwil-bali",
        name="Kantor Wilayah Kementerian Hukum Bali",
        short_name="Kanwil Kemenkum Bali",
        kind="kanwil",
        province="Bali",
        timezone="Asia/Makassar",
        website="https://bali.example.go.id",
    ),
    Satker(
        id="kanwil-papua",
        name="Kantor Wilayah Kementerian Hukum Papua",
        short_name="Kanwil Kemenkum Papua",
        kind="kanwil",
        province="Papua",
        timezone="Asia/Jayapura",
    ),
    Satker(id="bhp-medan", name="Balai Harta Peninggalan Medan", kind="upt"),
    Satker(id="poltekpin", name="Politeknik Pengayoman Indonesia", kind="upt"),
)
_FORMATS: Mapping[Platform, tuple[PostFormat | None, ...]] = {
    "instagram": ("photo", "album", "short"),
    "facebook": ("photo", "link", None),
    "x": ("text", "photo", "link"),
    "tiktok": ("short", "short", "photo"),
    "youtube": ("video", "live", "video"),
}
_TEXTS = (
    "Layanan administrasi hukum umum hadir lebih dekat: konsultasi gratis setiap Selasa di kantor "
    "wilayah, pukul 09.00 sampai 15.00.",
    "Selamat kepada peserta penyuluhan hukum! <b>Terima kasih</b> & sampai jumpa bulan depan.",
    "Harmonisasi rancangan peraturan daerah bersama pemerintah kabupaten.",
    "Kekayaan intelektual komunal: batik, tenun, dan lagu daerah sudah tercatat?",
    None,
)


class World:
    """Writes a roster and months into a store. Equal arguments write equal documents."""

    def __init__(
        self, store: Store, units: tuple[Satker, ...] = UNITS, *, seed: int = 7, now: datetime = NOW
    ) -> None:
        self.random = Random(seed)
        self.now = now
        self.agency = AgencyStore(store, Agency())
        # The last unit stays without an account.
        begin = datetime(2026, 7, 31, 17, tzinfo=UTC)
        self.accounts = tuple(
            Account(
                platform=platform,
                handle=f"kemenkum{unit.id.replace('-', '')}",
                satker=unit.id,
                valid_from=begin,
                account_id=str(1000 + 10 * number + position),
            )
            for number, unit in enumerate(units[:-1])
            for position, platform in enumerate(PLATFORMS)
            if (number + position) % 4 or platform == "instagram"
        )
        self.units = units
        self.agency.save_roster(Roster(as_of=begin, satker=units, accounts=self.accounts))
        self.agency.save_followers(
            (a.platform, a.account_id or "", begin, self.random.randint(200, 90_000))
            for a in self.accounts
        )

    def add_month(
        self,
        month: str,
        *,
        state: MonthState = "open",
        posts: int = 40,
        revision: int = 1,
        as_of: datetime | None = None,
        previous: dict[tuple[str, str | None, str | None], dict[str, int | None]] | None = None,
        quiet: bool = False,
    ) -> MonthRecord:
        """Posts, ledgers and the ranking of a month. ``quiet``: without flags and log."""
        zone = self.agency.zone
        begin, end = month_bounds(month, zone)
        as_of = as_of or (self.now if state == "open" else min(self.now, end + timedelta(days=7)))
        until = min(end, as_of)
        weights = {a: self.random.uniform(0.2, 3) for a in self.accounts}
        ledgers = Ledgers(month, zone)
        for number in range(posts):
            account = self.random.choices(self.accounts, [weights[a] for a in self.accounts])[0]
            span = int((until - begin).total_seconds()) - 3600
            at = begin + timedelta(seconds=self.random.randrange(1800, span))
            post_id = f"{month.replace('-', '')}{number:05d}"
            ledgers.put(self._entry(account, post_id, at, as_of, number))
        flags = () if quiet else _colour(ledgers, as_of)
        self.agency.save_ledgers(ledgers)
        ranking = Ranking(
            agency=self.agency.id,
            month=month,
            state=state,
            incomplete=False,
            revision=revision,
            formula=FORMULA,
            as_of=as_of,
            run_id=f"run-{month}",
            lists=tuple(self._lists(ledgers, previous or {}, flags)),
            flags=flags,
        )
        decisions, objections = ((), ()) if quiet else _log(ledgers, as_of)
        return self.save(
            MonthRecord(
                ranking=ranking,
                digest="",
                closes_at=None if state == "open" else end + timedelta(days=6, hours=-2),
                decisions=decisions,
                # What is contested holds a month open, so a final one has no such objection.
                objections=objections[:1] if state == "final" else objections,
                rules=DEFAULT,
            )
        )

    def revise(self, month: str, *, as_of: datetime) -> MonthRecord:
        """A second revision of a final month: the last of its posts is worth more."""
        record = self.agency.months()[month]
        ledgers = self.agency.ledgers(month)
        entry = next(
            e for e in reversed(_by_time(ledgers)) if _i24(e) and not _verdict(e).decisions
        )
        decision = ev.Decision(
            id=f"d-{month}-koreksi",
            action="set_value",
            platform=entry.post.platform,
            post_id=entry.post.post_id,
            by="Ratna",
            at=as_of - timedelta(hours=1),
            why="Angka platform waktu itu keliru",
            value=(_i24(entry) or 0) + 1000,
        )
        verdict = _decided(_verdict(entry), decision)
        ledgers.put(Entry(post=entry.post, verdict=verdict))
        self.agency.save_ledgers(ledgers)
        before = record.ranking
        lists = tuple(self._lists(ledgers, ranks_of(record), before.flags))
        ranking = msgspec.structs.replace(
            before, revision=2, as_of=as_of, reason=decision.why, lists=lists
        )
        return self.save(
            msgspec.structs.replace(
                record,
                ranking=ranking,
                decisions=(*record.decisions, decision),
                changes=tuple(_changes(before, ranking)),
            )
        )

    def save(self, record: MonthRecord) -> MonthRecord:
        """Store a record with the digest that its evidence has now."""
        ranking, agency = record.ranking, self.agency
        header = agency.header(
            ranking.month,
            formula=ranking.formula,
            state=ranking.state,
            incomplete=ranking.incomplete,
            revision=ranking.revision,
            as_of=ranking.as_of,
            run_id=ranking.run_id,
            closes_at=record.closes_at,
            previous_digest=record.previous_digest,
            reason=ranking.reason,
            rules=record.rules or ev.Rules(),
        )
        frame = agency.frame(
            header,
            past={},
            before=agency.month(previous_month(ranking.month)),
            decisions=record.decisions,
            objections=record.objections,
        )
        ledgers = agency.ledgers(ranking.month)
        known = items(ledgers, ranking.as_of, _twins(ledgers))
        evidence = msgspec.structs.replace(frame, items=known)
        proved = msgspec.structs.replace(record, digest=ev.digest(ev.encode(evidence)))
        agency.save_month(proved, frame)
        agency.save_month_index(agency.months())
        return proved

    def _entry(
        self, account: Account, post_id: str, at: datetime, as_of: datetime, number: int
    ) -> Entry:
        platform = account.platform
        final = int(self.random.lognormvariate(3.6, 1.1))
        mark = at + DAY
        ages = [timedelta(hours=3), timedelta(hours=23, minutes=self.random.randint(20, 58))]
        ages += [timedelta(hours=24, minutes=self.random.randint(1, 40)), timedelta(hours=29)]
        if number % 23 == 5:
            ages = [timedelta(hours=2)]
        if number % 17 == 3:
            ages = ages[:2]
        samples = tuple(
            self._sample(platform, at + age, final, age) for age in ages if at + age <= as_of
        ) or (self._sample(platform, as_of, final, as_of - at),)
        verdict = self._verdict(account, samples, mark, as_of, number)
        text = _TEXTS[number % len(_TEXTS)]
        absences: tuple[datetime, ...] = ()
        if verdict.reason == "removed":
            absences = (samples[-1].taken_at + timedelta(minutes=30),)
        post = Post(
            platform=platform,
            account_id=account.account_id or "",
            post_id=post_id,
            published_at=at,
            url=f"https://www.{platform}.com/{account.handle}/{post_id}",
            text=text,
            samples=samples,
            absences=absences,
            format=_FORMATS[platform][number % 3],
        )
        return Entry(post=post, verdict=verdict)

    def _sample(self, platform: Platform, at: datetime, final: int, age: timedelta) -> Sample:
        grown = int(final * min(1.0, (age / DAY) ** 0.4))
        shares = grown // 12 if "shares" in COUNTED[platform] else None
        views = None if platform == "facebook" else grown * 21
        return Sample(
            taken_at=at.replace(microsecond=0),
            likes=grown,
            comments=grown // 9,
            shares=shares,
            views=views,
        )

    def _verdict(
        self,
        account: Account,
        samples: tuple[Sample, ...],
        mark: datetime,
        as_of: datetime,
        number: int,
    ) -> Verdict:
        before = next((s for s in reversed(samples) if s.taken_at <= mark), None)
        after = next((s for s in samples if s.taken_at >= mark), None)
        if before and before.taken_at < mark - timedelta(hours=6):
            before = None
        reason: Reason = "counted"
        state: State
        totals = [s.total(account.platform) for s in (before, after) if s]
        i24 = totals[-1] if totals else None
        if number % 31 == 30:
            return Verdict(
                counted=False,
                reason="removed",
                satker=account.satker,
                measurement=Measurement(state="removed"),
            )
        if not after and as_of < mark + timedelta(hours=6):
            state, reason = "running", "running"
            i24 = samples[-1].total(account.platform)
        elif before and after:
            near = min(mark - before.taken_at, after.taken_at - mark)
            state = "observed" if near <= timedelta(minutes=5) else "interpolated"
        elif before or after:
            state = "estimated"
        else:
            state = "unmeasured"
        return Verdict(
            counted=True,
            reason=reason,
            satker=account.satker,
            measurement=Measurement(
                state=state,
                i24=i24,
                lower=before.total(account.platform) if before else None,
                upper=after.total(account.platform) if after else None,
                partial=number % 19 == 4 and state != "unmeasured",
                before=before,
                after=after,
            ),
        )

    def _lists(
        self,
        ledgers: Mapping[str, Ledger],
        previous: dict[tuple[str, str | None, str | None], dict[str, int | None]],
        flags: tuple[Flag, ...],
    ) -> list[RankedList]:
        scopes: list[tuple[Platform | None, str | None]] = [(None, None)]
        scopes += [(platform, None) for platform in PLATFORMS]
        scopes += [(None, kind) for kind in dict.fromkeys(unit.kind for unit in self.units)]
        names: tuple[RankingName, RankingName] = ("most_active", "most_popular")
        lists = [
            self._list(
                name, platform, kind, ledgers, previous.get((name, platform, kind), {}), flags
            )
            for platform, kind in scopes
            for name in names
        ]
        return [*lists, *self._bands(lists)]

    def _bands(self, lists: list[RankedList]) -> Iterator[RankedList]:
        """The official lists once more for the first half of the satker, and for the others."""
        half = len(self.units) // 2
        bounds = ((1, 0, 5_000, self.units[:half]), (2, 5_000, None, self.units[half:]))
        for band, least, below, units in bounds:
            members = {unit.id for unit in units}
            for ranked in lists[:2]:
                rows = [row for row in ranked.rows if row.satker in members]
                ranks = [row.rank for row in rows]
                yield msgspec.structs.replace(
                    ranked,
                    band=band,
                    band_from=least,
                    band_below=below,
                    rows=_within_known(
                        [
                            msgspec.structs.replace(
                                row, rank=ranks.index(row.rank) + 1 if row.rank else None
                            )
                            for row in rows
                        ],
                        ranked.ranking,
                    ),
                )

    def _list(
        self,
        name: RankingName,
        platform: Platform | None,
        kind: str | None,
        ledgers: Mapping[str, Ledger],
        before: dict[str, int | None],
        flags: tuple[Flag, ...],
    ) -> RankedList:
        codes = _codes(f for f in flags if platform in (None, f.account.partition(":")[0]))
        found: dict[str, list[Verdict]] = defaultdict(list)
        thin: set[str] = set()
        for ledger in ledgers.values():
            if platform in (None, ledger.account.partition(":")[0]):
                thin |= _thin(ledger)
        for ledger in ledgers.values():
            for entry in ledger.entries.values():
                verdict = entry.verdict
                if verdict and verdict.counted and platform in (None, entry.post.platform):
                    found[verdict.satker or ""].append(verdict)
        active, rows = name == "most_active", []
        for unit in self.units:
            if kind not in (None, unit.kind):
                continue
            verdicts = found[unit.id]
            known = [v.measurement.i24 for v in verdicts if v.measurement.i24 is not None]
            has_account = any(
                a.satker == unit.id and platform in (None, a.platform) for a in self.accounts
            )
            i24 = sum(known) if known or not verdicts else None
            ranked = has_account and (active or i24 is not None)
            rows.append((ranked, len(verdicts) if active else i24 or 0, unit, verdicts, known, i24))
        rows.sort(key=lambda r: (not r[0], -r[1], r[2].id))
        out: list[Row] = []
        figures = [row[1] for row in rows]
        for ranked, figure, unit, verdicts, known, i24 in rows:
            rank = figures.index(figure) + 1 if ranked else None
            last = before.get(unit.id)
            step = last - rank if last and rank else None
            out.append(
                Row(
                    rank=rank,
                    satker=unit.id,
                    name=unit.label,
                    posts=len(verdicts),
                    measured=len(known),
                    i24=i24,
                    engagement_rate=round(len(known) * 1.7 % 9, 1) if known else None,
                    movement_kind="none"
                    if step is None
                    else "same"
                    if not step
                    else "up"
                    if step > 0
                    else "down",
                    movement=abs(step) if step else None,
                    thin=unit.id in thin,
                    flags=codes.get(unit.id, ()),
                    largest_share=largest_share(max(known, default=0), i24),
                )
            )
        rows_of_list = _within_known(out, name)
        return RankedList(ranking=name, platform=platform, kind=kind, rows=rows_of_list)


def _thin(ledger: Ledger) -> set[str]:
    """The satker of whose posts on an account under 90 % are measured."""
    posts: Counter[str] = Counter()
    measured: Counter[str] = Counter()
    for entry in ledger.entries.values():
        verdict = _verdict(entry)
        if verdict.counted and verdict.satker:
            posts[verdict.satker] += 1
            measured[verdict.satker] += verdict.measurement.i24 is not None
    return {each for each in posts if 100 * measured[each] < THIN_PERCENT * posts[each]}


def _within_known(rows: list[Row], ranking: RankingName) -> tuple[Row, ...]:
    """The rows of a list with their possible ranks: each sum is known to a few percent."""
    known = {
        row.satker: Bounds((row.i24 or 0) * 97 // 100, (row.i24 or 0) * 103 // 100) for row in rows
    }
    return tuple(within_known(rows, ranking, known))


def ranks_of(
    record: MonthRecord,
) -> dict[tuple[str, str | None, str | None], dict[str, int | None]]:
    """A month's ranks, for the movement of the next."""
    return {
        (ranked.ranking, ranked.platform, ranked.kind): {
            row.satker: row.rank for row in ranked.rows
        }
        for ranked in record.ranking.lists
        if ranked.band is None
    }


def _by_time(ledgers: Mapping[str, Ledger]) -> list[Entry]:
    entries = [entry for ledger in ledgers.values() for entry in ledger.entries.values()]
    return sorted(entries, key=lambda e: (e.post.published_at, e.post.post_id))


def _verdict(entry: Entry) -> Verdict:
    assert entry.verdict is not None
    return entry.verdict


def _i24(entry: Entry) -> int | None:
    return _verdict(entry).measurement.i24 if _verdict(entry).counted else None


def _decided(verdict: Verdict, decision: ev.Decision) -> Verdict:
    """The verdict with a value that was set."""
    value = decision.value
    measurement = msgspec.structs.replace(
        verdict.measurement, i24=value, lower=value, upper=value, decided=True
    )
    decisions = (*verdict.decisions, decision.id)
    return msgspec.structs.replace(verdict, measurement=measurement, decisions=decisions)


def _twins(ledgers: Mapping[str, Ledger]) -> dict[tuple[str, str], tuple[str, int]]:
    return {
        (account, post_id): (verdict.duplicate_of, verdict.duplicate_percent or 0)
        for account, ledger in ledgers.items()
        for post_id, entry in ledger.entries.items()
        if (verdict := _verdict(entry)).duplicate_of is not None
    }


def _colour(ledgers: Ledgers, as_of: datetime) -> tuple[Flag, ...]:
    """A near-duplicate, a post above the usual, one put out and one with a set value; and flags."""
    month = ledgers.month
    most = max(ledgers.values(), key=lambda ledger: (len(ledger.entries), ledger.account))
    first, second, *others = _by_time({most.account: most})
    satker, account = _verdict(first).satker, most.account
    counted = _verdict(second).counted
    repeats = msgspec.structs.replace(
        _verdict(second),
        counted=False,
        reason="duplicate" if counted else _verdict(second).reason,
        duplicate_of=first.post.post_id,
        duplicate_percent=94,
    )
    burst: tuple[FlagCode, ...] = ("burst", "likes_only")
    unusual = msgspec.structs.replace(_verdict(first), over_usual=18, flags=burst)
    ledgers.put(Entry(post=first.post, verdict=unusual))
    ledgers.put(Entry(post=second.post, verdict=repeats))
    for decision, entry in zip(
        _decisions(month, as_of, _apart(ledgers, account)),
        _apart(ledgers, account),
        strict=False,
    ):
        verdict = _verdict(entry)
        if decision.action == "set_value":
            verdict = _decided(verdict, decision)
        else:
            verdict = msgspec.structs.replace(
                verdict, counted=False, reason="excluded", decisions=(decision.id,)
            )
        ledgers.put(Entry(post=entry.post, verdict=verdict))
    at = first.post.published_at
    other = others[0].post.post_id if others else second.post.post_id
    return (
        Burst(
            satker=satker,
            account=account,
            post_ids=(first.post.post_id, *(f"b{number}" for number in range(11))),
            most=12,
            begin=at,
            end=at + timedelta(minutes=48),
        ),
        SameText(satker=satker, account=account, duplicates=7, posts=20, percent=350),
        CounterFall(
            satker=satker,
            account=account,
            post_id=other,
            counter="likes",
            before_at=at + timedelta(hours=3),
            before=120,
            after_at=at + timedelta(hours=4),
            after=80,
            percent=333,
        ),
        LikesOnly(
            satker=satker,
            account=account,
            post_id=first.post.post_id,
            i24=400,
            talk=1,
            percent=2,
            earlier=87,
            usual_i24=30_000,
            usual_talk=1_020,
            usual_percent=34,
        ),
        FollowerJump(
            satker=satker,
            account=account,
            before_at=at,
            before=1_200,
            after_at=at + DAY,
            after=2_100,
            percent=750,
        ),
    )


def _apart(ledgers: Ledgers, account: str) -> list[Entry]:
    """Counted posts with a value of other accounts, oldest first."""
    return [e for e in _by_time(ledgers) if e.post.account != account and _i24(e)]


def _decisions(month: str, as_of: datetime, entries: list[Entry]) -> list[ev.Decision]:
    facts = (("exclude", None), ("set_value", 120))
    return [
        ev.Decision(
            id=f"d-{month}-{number}",
            action=action,
            platform=entry.post.platform,
            post_id=entry.post.post_id,
            account_id=entry.post.account_id,
            by="Sari Dewi",
            at=as_of - timedelta(hours=20 - number),
            why="Unggahan uji coba" if action == "exclude" else "Sesuai tangkapan layar",
            link=f"https://kemenkum.example/nota/{number}",
            value=value,
            objection=f"s-{month}-1" if action == "set_value" else None,
        )
        for number, ((action, value), entry) in enumerate(zip(facts, entries, strict=False), 1)
    ]


def _log(
    ledgers: Ledgers, as_of: datetime
) -> tuple[tuple[ev.Decision, ...], tuple[ev.Objection, ...]]:
    """The decisions that the verdicts follow, an answered objection and one that is undecided."""
    named = {name: e for e in _by_time(ledgers) for name in _verdict(e).decisions}
    entries = [named[name] for name in sorted(named)]
    decisions = _decisions(ledgers.month, as_of, entries)
    answered = ev.Objection(
        id=f"s-{ledgers.month}-1",
        platform=entries[-1].post.platform,
        post_id=entries[-1].post.post_id,
        satker=_verdict(entries[-1]).satker,
        by="Made",
        at=as_of - timedelta(hours=30),
        why="Angkanya <tertukar> dengan unggahan lain",
        link="https://kemenkum.example/sanggahan/1",
        accepted=True,
        answer="Benar, nilainya ditetapkan.",
        answered_by="Sari Dewi",
        answered_at=as_of - timedelta(hours=18),
    )
    undecided = ev.Objection(
        id=f"s-{ledgers.month}-2",
        satker="setjen",
        by="Bayu",
        at=as_of - timedelta(days=3),
        why="Satu unggahan belum tercatat",
    )
    return tuple(decisions), (answered, undecided)


def _codes(flags: Iterable[Flag]) -> dict[str, tuple[FlagCode, ...]]:
    found: dict[str, set[FlagCode]] = defaultdict(set)
    for flag in flags:
        found[flag.satker or ""].add(flag.code)
    return {satker: tuple(sorted(codes)) for satker, codes in found.items()}


def _changes(before: Ranking, after: Ranking) -> Iterator[Change]:
    for old, new in zip(before.lists, after.lists, strict=True):
        places = {row.satker: (row.rank, row.posts, row.i24) for row in old.rows}
        for row in new.rows:
            now = (row.rank, row.posts, row.i24)
            if places[row.satker] != now:
                yield Change(
                    ranking=new.ranking,
                    platform=new.platform,
                    kind=new.kind,
                    band=new.band,
                    satker=row.satker,
                    before=places[row.satker],
                    after=now,
                )
