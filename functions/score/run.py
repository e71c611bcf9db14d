"""A scoring run: what all its months share, read once, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from functions.jobs.tally import NOTHING
from functions.model import Entry, Ranking, Roster, iso, month_bounds, month_of, previous_month
from functions.score.cases import Found
from functions.score.contests import Contests, read_contests
from functions.score.rules.closing import certain, closing_begins, closing_ends, waiting
from functions.score.rules.formula import DEFAULT, completed
from functions.score.rules.judging import Judgement
from functions.score.rules.month_edge import hand_on
from functions.score.settings import NAMES, Agreed, read_settings
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.decisions import parse_post
from functions.store.ledgers import Ledgers
from functions.store.listening_settings import Listening, listening_of
from functions.store.tails import Tail


@dataclass(slots=True)
class ScoreReport:
    """What a run did: posts folded, and for each month its state and whether it was written.

    ``waits``: by month, why it keeps its state although its time is over. ``todo``: what to set up
    where there is nothing to score yet. ``postponed``: months left to the next run.
    """

    run_id: str
    now: datetime
    folded: int = 0
    months: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    waits: dict[str, str] = field(default_factory=dict)
    todo: str = ""
    postponed: list[str] = field(default_factory=list)
    cost: Mapping[str, int | float] = field(default_factory=lambda: NOTHING)

    @property
    def writes(self) -> int | float:
        """Documents written by the run, all but the report itself."""
        return self.cost["writes"]

    def as_dict(self) -> dict[str, Any]:
        return {
            "job": "score",
            "run_id": self.run_id,
            "now": iso(self.now),
            "folded": self.folded,
            "months": self.months,
            "problems": [*self.problems, *self.waits.values()],
            "postponed": self.postponed,
            **self.cost,
            "failed": False,
            **({"todo": self.todo} if self.todo else {}),
        }


@dataclass
class Run:
    """What every month of a run shares, read once.

    ``clock``: the computer's time when the run began. ``read_until``: the platforms' time at the
    end of the last collection (None: none has ended). ``tails``: what the months scored in this run
    hand on.
    """

    agency: AgencyStore
    now: datetime
    report: ScoreReport
    records: dict[str, MonthRecord]
    clock: datetime
    read_until: datetime | None = None
    began_at: datetime = field(init=False)
    tails: dict[str, Tail] = field(default_factory=dict)

    @property
    def certain(self) -> datetime:
        """The newest instant by which anything is closed or frozen; ``now`` in a simulation."""
        if self.agency.simulation:
            return self.now
        return certain(self.now, self.clock, self.read_until)

    def waits(self, month: str, due: datetime) -> bool:
        """Whether what is due in a month must wait; the report says for what."""
        why = waiting(due, self.now, self.clock, self.certain)
        if why is not None:
            held = self.records.get(month)
            state = held.ranking.state if held else "open"
            self.report.waits[month] = f"{month} stays {state}: {why}"
        return why is not None

    @cached_property
    def published(self) -> Mapping[str, str]:
        """The digests of the months as the site shows them."""
        return self.agency.published()

    def is_done(self, month: str) -> bool:
        """Whether the month is frozen, and the site shows it so."""
        record = self.records.get(month)
        if record is None or not is_frozen(record, self.now):
            return False
        return self.published.get(month) == record.digest

    @cached_property
    def contests(self) -> Contests:
        """What admins decided and units contest, as it stands now."""
        agency = self.agency
        contests = read_contests(
            agency.decisions(),
            agency.objections(),
            # A document dated after the clock is not decided yet, even if ``now`` is later.
            now=self.now if agency.simulation else min(self.now, self.clock),
            clock=None if agency.simulation else self.clock,
            zone=agency.zone,
            find=lambda text: _find(agency, text),
            satker=lambda: self._satker,
        )
        if self.agreed.confirms:
            contests.hold_back(self._standing)
        return contests

    @property
    def _standing(self) -> dict[str, ev.Decision | None]:
        """The decisions that rankings follow, as ``hold_back`` takes them."""
        return {
            decision.id: None if record.ranking.state == "final" else decision
            for record in self.records.values()
            for decision in record.decisions
        }

    @cached_property
    def _satker(self) -> frozenset[str]:
        """The ids of all units that are or were registered."""
        roster = self.agency.roster(self.now) or Roster(as_of=self.now)
        return frozenset(unit.id for unit in (*roster.former, *roster.satker))

    @cached_property
    def agreed(self) -> Agreed:
        """What the agency's settings say, as they are typed now."""
        newest = self.records[max(self.records)].rules if self.records else DEFAULT
        typed = self.agency.typed_settings(*NAMES)
        return read_settings(typed, newest or DEFAULT, self.agency.zone)

    @cached_property
    def listened(self) -> Mapping[str, Any]:
        """``cursors/listening`` as it stood when the run first asked; each step has its fields."""
        return self.agency.cursor("listening")

    @cached_property
    def listening(self) -> Listening:
        """What the agency wants of listening beside the ranking, as it is typed now."""
        found, wrong = listening_of(self.agency)
        self.report.problems += [f"settings/listening: {each}" for each in wrong]
        return found

    @property
    def rules(self) -> ev.Rules:
        """The agency's rules; a broken value is the newest month's."""
        return self.agreed.rules

    def rules_of(self, month: str) -> ev.Rules:
        """The agency's rules; a month keeps its own once objections are heard."""
        held = self.records.get(month)
        if held and held.rules and held.closes_at:
            return completed(held.rules)
        return self.rules

    def carried(self, month: str) -> Tail:
        """What the month before hands on."""
        before = previous_month(month)
        return self.tails[before] if before in self.tails else self.agency.tail(before)

    def closes_at(self, month: str, rules: ev.Rules) -> datetime | None:
        """When objections end: fixed when closing starts, None before.

        A month that has begun closing goes on closing, whatever instant is replayed.
        """
        held, zone = self.records.get(month), self.agency.zone
        if held and held.closes_at:
            return held.closes_at
        if self.certain < closing_begins(month, zone):
            return None
        return closing_ends(month, zone, self.agreed.holidays, rules.objection_days)

    def hand_on(self, month: str, judgement: Judgement, ledgers: Ledgers) -> None:
        """Keep what the month hands on to the one after it."""
        end = month_bounds(month, self.agency.zone)[1]
        self.tails[month] = hand_on(self.carried(month), judgement, ledgers, end=end)

    def tell(self, ranking: Ranking, judgement: Judgement, *, written: bool) -> None:
        """Put a month that was scored into the report."""
        posts = judgement.posts
        self.report.months[ranking.month] = {
            "state": ranking.state,
            "posts": len(posts),
            "counted": sum(verdict.counted for _, verdict in posts),
            "written": written,
        }


def is_frozen(record: MonthRecord | None, now: datetime) -> bool:
    """Final; or incomplete, which is never final, and scored once after its time has passed."""
    if record is None:
        return False
    ranking, closes_at = record.ranking, record.closes_at
    over = closes_at is not None and ranking.as_of >= closes_at and now >= closes_at
    return ranking.state == "final" or (ranking.incomplete and over)


def put_verdicts(ledgers: Ledgers, judgement: Judgement) -> bool:
    """Put the verdicts that changed beside their posts; True when there were any.

    A replay judges no post that was read only later: such a post loses its verdict.
    """
    changed = False
    for entry in _unjudged(ledgers, judgement):
        ledgers.put(Entry(post=entry.post))
        changed = True
    for account, judged in judgement.accounts.items():
        entries = ledgers[account].entries if account in ledgers else {}
        for post, verdict in judged:
            held = entries.get(post.post_id)
            if held is not None and held.verdict != verdict:
                ledgers.put(Entry(post=held.post, verdict=verdict))
                changed = True
    return changed


def _unjudged(ledgers: Ledgers, judgement: Judgement) -> list[Entry]:
    """The entries with a verdict on a post that is not among those judged."""
    found = []
    for account, ledger in ledgers.items():
        judged = judgement.accounts.get(account, ())
        if len(judged) != len(ledger.entries):
            ids = {post.post_id for post, _ in judged}
            entries = ledger.entries.items()
            found += [entry for name, entry in entries if entry.verdict and name not in ids]
    return found


def _find(agency: AgencyStore, text: str) -> Found | None:
    """The post that an address, or a code as ``x:123``, names, if collect has met it."""
    # Imported here: a run without a decision that was typed by hand needs no addresses.
    from functions.registry.addresses.lookup import posts_at

    try:
        platform, post_id = parse_post(text)
    except ValueError:
        try:
            platform, located = posts_at(agency, text)
        except ValueError:
            return None
    else:
        located = agency.find_urls(platform, [post_id])
    for one in located:
        accounts = tuple(o.account.partition(":")[2] for o in located if o.post_id == one.post_id)
        month = month_of(one.published_at, agency.zone)
        return Found(f"{platform}:{one.post_id}", month, accounts)
    return None
