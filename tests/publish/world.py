"""A small ministry with scored months, as the scoring room would leave it in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from functions.model import (
    COUNTED,
    DAY,
    PLATFORMS,
    Account,
    Agency,
    Entry,
    Measurement,
    MonthState,
    Platform,
    Post,
    RankedList,
    Ranking,
    RankingName,
    Reason,
    Roster,
    Row,
    Sample,
    Satker,
    State,
    Verdict,
    month_bounds,
)
from functions.store import evidence as ev
from functions.store.agency import AgencyStore, MonthRecord, items
from functions.store.ledgers import Ledger, Ledgers
from functions.store.port import Store

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
        self.book = AgencyStore(store, Agency())
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
        self.book.save_roster(Roster(as_of=begin, satker=units, accounts=self.accounts))
        self.book.save_followers(
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
    ) -> MonthRecord:
        """Posts, ledgers and the ranking of a month."""
        zone = self.book.agency.zone
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
        self.book.save_ledgers(ledgers)
        ranking = Ranking(
            agency=self.book.agency.id,
            month=month,
            state=state,
            incomplete=False,
            revision=revision,
            formula="1",
            as_of=as_of,
            run_id=f"run-{month}",
            lists=tuple(self._lists(ledgers, previous or {})),
        )
        closes_at = None if state == "open" else end + timedelta(days=6, hours=-2)
        return self.save(MonthRecord(ranking=ranking, digest="", closes_at=closes_at))

    def save(self, record: MonthRecord) -> MonthRecord:
        """Store a record with the digest that its evidence has now."""
        ranking, book = record.ranking, self.book
        header = book.header(
            ranking.month,
            formula=ranking.formula,
            state=ranking.state,
            incomplete=ranking.incomplete,
            revision=ranking.revision,
            as_of=ranking.as_of,
            run_id=ranking.run_id,
            closes_at=record.closes_at,
            previous_digest=record.previous_digest,
        )
        frame = book.frame(header, past={})
        known = items(book.ledgers(ranking.month), ranking.as_of, {})
        evidence = msgspec.structs.replace(frame, items=known)
        proved = msgspec.structs.replace(record, digest=ev.digest(ev.encode(evidence)))
        book.save_month(proved, frame)
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
            url=f"https://{platform}.example/{account.handle}/{post_id}",
            text=text,
            samples=samples,
            absences=absences,
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
    ) -> list[RankedList]:
        scopes: list[tuple[Platform | None, str | None]] = [(None, None)]
        scopes += [(platform, None) for platform in PLATFORMS]
        scopes += [(None, kind) for kind in dict.fromkeys(unit.kind for unit in self.units)]
        names: tuple[RankingName, RankingName] = ("most_active", "most_popular")
        return [
            self._list(name, platform, kind, ledgers, previous.get((name, platform, kind), {}))
            for platform, kind in scopes
            for name in names
        ]

    def _list(
        self,
        name: RankingName,
        platform: Platform | None,
        kind: str | None,
        ledgers: Mapping[str, Ledger],
        before: dict[str, int | None],
    ) -> RankedList:
        found: dict[str, list[Verdict]] = defaultdict(list)
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
                )
            )
        return RankedList(ranking=name, platform=platform, kind=kind, rows=tuple(out))


def ranks_of(
    record: MonthRecord,
) -> dict[tuple[str, str | None, str | None], dict[str, int | None]]:
    """A month's ranks, for the movement of the next."""
    return {
        (ranked.ranking, ranked.platform, ranked.kind): {
            row.satker: row.rank for row in ranked.rows
        }
        for ranked in record.ranking.lists
    }
