"""Months of any kind: each seed makes another, with what is rare in real ones made common.

Reads a second from each limit, counters that fall, that are huge or unknown, accounts that change
hands, that nobody holds or that nobody resolved, posts that vanish, decisions that contradict each
other, ties, bands that merge, and time zones with a summer time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORMS, Counter, Sample, month_bounds
from functions.score.rules.formula import USUAL
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ZONES = (
    "Asia/Jakarta",
    "Asia/Jayapura",
    "America/Havana",
    "Europe/Berlin",
    "Asia/Beirut",
    "America/Asuncion",
    "Asia/Kathmandu",
)
MONTHS = ("2026-10", "2026-03", "2025-04", "2024-10", "2023-12", "2025-01")
# Ids and kinds that UTF-16 and code points put into different orders.
PREFIXES = ("s", "S", "\u00e9", "\uff01", "\U0001f600", "k-")
KINDS = ("kanwil", "upt", "unit-utama", "\u00fc", "\U0001f600", "\uff01")
LIMITS = (18 * HOUR, 24 * HOUR - 5 * MINUTE, 24 * HOUR, 24 * HOUR + 5 * MINUTE, 30 * HOUR)


def month(seed: int) -> ev.Evidence:
    """The month of a seed; even seeds are ranked by formula 1, odd ones by formula 2."""
    return _Maker(Random(seed), "12"[seed % 2]).evidence()


@dataclass
class _Maker:
    random: Random
    formula: str

    def evidence(self) -> ev.Evidence:
        random = self.random
        zone = random.choice(ZONES)
        name = random.choice(MONTHS)
        self.begin, self.end = month_bounds(name, ZoneInfo(zone))
        state = random.choice(("open", "closing", "final"))
        self.as_of = self.end + 30 * HOUR + random.randrange(200) * HOUR
        if state == "open":
            seconds = (self.end - self.begin) * random.random()
            self.as_of = (self.begin + seconds).replace(microsecond=0)
        self.units = self._units()
        self.accounts = self._accounts()
        items = self._items()
        header = ev.Month(
            agency="kemenkum",
            name="Kementerian Hukum",
            month=name,
            timezone=zone,
            formula=self.formula,
            state=state,  # type: ignore[arg-type]
            incomplete=random.random() < 0.1,
            revision=1,
            as_of=self.as_of,
            run_id="run",
            rules=msgspec.structs.replace(
                USUAL[self.formula],
                band_least=random.choice((8, 2, 3)),
                band_fewest=random.choice((16, 4, 2)),
            ),
        )
        made = ev.Evidence(
            month=header,
            units=tuple(self.units),
            accounts=tuple(self.accounts),
            decisions=tuple(self._decisions(items)),
            items=tuple(items),
        )
        return msgspec.structs.replace(made, previous=tuple(self._previous(made)))

    def _units(self) -> list[ev.Unit]:
        random = self.random
        kinds = KINDS[: random.choice((1, 3, 6))]
        units = [
            ev.Unit(id=f"{random.choice(PREFIXES)}{n}", name=f"Unit {n}", kind=random.choice(kinds))
            for n in range(random.choice((1, 2, 4, 8, 20, 40)))
        ]
        random.shuffle(units)
        return units

    def _accounts(self) -> list[ev.Presence]:
        random, begin, end = self.random, self.begin, self.end
        found = []
        for n in range(int(len(self.units) * random.choice((0.5, 1, 2)))):
            known = random.random() < 0.9
            account = ev.Presence(
                platform=random.choice(PLATFORMS),
                handle=f"akun{n}",
                satker=random.choice(self.units).id if random.random() < 0.97 else "nobody",
                account_id=str(n) if known else None,
                valid_from=begin + random.choice((-100 * DAY, -SECOND, 0 * DAY, SECOND, 5 * DAY)),
                valid_to=random.choice((None, None, begin + SECOND, begin + 10 * DAY, end)),
                followers=self._followers(),
                past=self._past() if known else (),
            )
            found.append(account)
            if known and account.valid_to is not None and random.random() < 0.6:
                heir = random.choice(self.units).id
                found.append(
                    msgspec.structs.replace(
                        account, satker=heir, valid_from=account.valid_to, valid_to=None
                    )
                )
        return found

    def _followers(self) -> tuple[tuple[datetime, int], ...]:
        random = self.random
        level = random.choice((0, 5, 900, 1_000, 4_999, 5_000, 20_000, 99_999, 300_000))
        at = {
            self.begin + random.randrange(-5 * 86_400, 31 * 86_400) * SECOND
            for _ in range(random.choice((0, 1, 3, 8)))
        }
        at |= {self.begin} if random.random() < 0.3 else set()
        return tuple(
            (
                each,
                int(level * random.choice((0, 0.5, 1, 1, 1.2, 1.21))) + random.choice((0, 0, 501)),
            )
            for each in sorted(at)
            if each <= self.as_of
        )

    def _past(self) -> tuple[tuple[int, int | None], ...]:
        random = self.random
        return tuple(
            (random.choice((0, 5, 100, 300)), random.choice((None, 0, 1, 2, 5, 50)))
            for _ in range(random.choice((0, 1, 30, 100)))
        )

    def _items(self) -> list[ev.Item]:
        random = self.random
        items = []
        for account in {a.key: a for a in self.accounts if a.key}.values():
            for at in self._instants():
                items.append(self._item(account, str(len(items)), at))
        if random.random() < 0.2 or not items:
            items.append(
                ev.Item(
                    platform="x",
                    account_id="nobody's",
                    post_id="stray",
                    published_at=min(self.begin + DAY, self.as_of),
                    url="https://x.com/i/status/1",
                )
            )
        return items

    def _instants(self) -> Iterator[datetime]:
        """When an account posts: now and then, or all at once."""
        random = self.random
        span = int((self.end - self.begin).total_seconds())
        bursts = random.random() < 0.25
        base = random.randrange(span)
        for n in range(random.randrange(8, 26) if bursts else random.choice((0, 1, 2, 3, 12))):
            offset = random.choice((0, span - 1, random.randrange(span), random.randrange(span)))
            if bursts:
                offset = base + n * 60 * random.choice((1, 5, 6, 7))
            at = min(self.begin + offset * SECOND, self.end - SECOND)
            yield max(self.begin, min(at, self.as_of - random.randrange(100_000) * SECOND))

    def _item(self, account: ev.Presence, post_id: str, at: datetime) -> ev.Item:
        random = self.random
        twin = random.random() < random.choice((0, 0.05, 0.5))
        return ev.Item(
            platform=account.platform,
            account_id=account.account_id or "",
            post_id=post_id,
            published_at=at,
            url=f"https://example.org/{post_id}",
            samples=tuple(self._samples(at)),
            absences=tuple(t for t in self._absences(at) if t <= self.as_of),
            duplicate_of="0" if twin else None,
            duplicate_percent=95 if twin else None,
        )

    def _samples(self, at: datetime) -> Iterator[Sample]:
        random = self.random
        closing = self.end - at + 30 * HOUR
        anywhere = [random.randrange(40 * 3600) * SECOND for _ in range(random.randrange(7))]
        near = [limit + random.choice((-SECOND, 0 * SECOND, SECOND)) for limit in LIMITS]
        ages = random.choice(
            (
                anywhere,
                random.sample(near, 1),
                random.sample(near, 2),
                [23 * HOUR, 25 * HOUR + random.choice((0, 1)) * SECOND],
                [2 * HOUR],
                [31 * HOUR],
                [closing + random.choice((-1, 0, 3600)) * SECOND],
            )
        )
        size = random.choice((3, 30, 400, 5_000, 10**9))
        talk = random.choice((0, 0.001, 0.05, 1))
        unknown = random.choice((0, 0, 0.1, 0.6))
        share: dict[Counter, float] = {"likes": 1, "comments": talk, "shares": talk, "views": 3}
        for age in sorted(set(ages)):
            if at + age <= self.as_of:
                counters = {
                    name: None if random.random() < unknown else int(random.randrange(size) * part)
                    for name, part in share.items()
                }
                yield Sample(taken_at=at + age, **counters)

    def _absences(self, at: datetime) -> list[datetime]:
        random = self.random
        if random.random() > 0.15:
            return []
        first = at + random.choice((HOUR, 20 * HOUR, 24 * HOUR - 15 * MINUTE, 24 * HOUR, 25 * HOUR))
        later = random.choice((14 * MINUTE, 15 * MINUTE - SECOND, 15 * MINUTE, 3 * HOUR))
        between = [first + 5 * MINUTE] if random.random() < 0.3 else []
        return [first, *between, first + later]

    def _decisions(self, items: list[ev.Item]) -> Iterator[ev.Decision]:
        random = self.random
        for n in range(random.choice((0, 0, 1, 4, 10))):
            item = random.choice(items)
            action = random.choice(("exclude", "include", "reassign", "set_value"))
            heir = random.choice((*(unit.id for unit in self.units), "nobody"))
            yield ev.Decision(
                id=f"d{random.randrange(5)}-{n}",
                action=action,  # type: ignore[arg-type]
                platform=item.platform,
                post_id=item.post_id,
                account_id=random.choice((None, item.account_id, "other")),
                by="Ani",
                at=self.as_of - random.choice((0, 1, 2)) * HOUR,
                why="Uji coba.",
                satker=heir if action == "reassign" else None,
                value=random.choice((0, 7, 300, 10**10)) if action == "set_value" else None,
            )

    def _previous(self, made: ev.Evidence) -> Iterator[ev.Previous]:
        """Ranks near the ones of now, of some lists; a band's bounds may have been others."""
        random = self.random
        if random.random() < 0.4:
            return
        for listed in rank(made, judge_month(made)).lists:
            if random.random() < 0.9:
                yield ev.Previous(
                    month="2026-09",
                    ranking=listed.ranking,
                    platform=listed.platform,
                    kind=listed.kind,
                    band=listed.band,
                    band_from=listed.band_from,
                    band_below=listed.band_below if random.random() < 0.8 else 77,
                    ranks={
                        row.satker: random.choice(
                            (row.rank, row.rank, None, random.randrange(1, 9))
                        )
                        for row in listed.rows
                        if random.random() < 0.9
                    },
                )
