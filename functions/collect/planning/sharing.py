"""What each of several agencies may spend with the credentials that they share, at one tick.

Every agency's budgets lie among its own documents, where it alone reserves and settles. Whoever
sees all agencies, the scheduled call or the loop, reads all budgets once a tick, an agency's and
credential's one document each, works the grants out (shares.py), and gives each run its own. What
any agency was told by a platform (a usage header, a wait, a refusal) holds for all of them.

A grant is worth something until a minute before the next tick, when all is worked out anew: what is
reserved until then is in the documents that are read there, and what is not lapses. Worked out
twice for one tick, as for a trigger delivered twice, the grants still keep within the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from functions.collect.credentials import limits, names
from functions.collect.planning.quota import (
    EVERYTHING,
    TOLD,
    Allotment,
    Budget,
    Limit,
    Spending,
    Usage,
    Wait,
    Wants,
)
from functions.collect.planning.reservations import Share, decode
from functions.collect.planning.shares import Claim, divide
from functions.model import PLATFORMS
from functions.settings import Settings
from functions.store import agencies_of
from functions.store.agency import AgencyStore

# A plan's wants are taken for the next one's this long; later it is taken to want nothing much.
FRESH = timedelta(hours=1)
# Before the next tick: what is reserved at the last moment is to be written by then.
MARGIN = timedelta(minutes=1)
# In one process the grants are worked out anew after each run, with very many after some of them.
OFTEN = 32
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Limits = Mapping[str, tuple[Limit, ...]]  # by credential
Budgets = Mapping[str, Budget]  # an agency's, by credential


def limits_of(settings: Settings) -> dict[str, tuple[Limit, ...]]:
    """What may be spent with every credential that is set."""
    return {name: limits(settings, p) for p in PLATFORMS for name in names(settings, p)}


class Sharing(msgspec.Struct):
    """The agencies' budgets at one tick, in the order in which they take their turns.

    ``done``: those that have run already at this tick, and get nothing more.
    """

    budgets: dict[str, dict[str, Budget]]
    limits: Limits
    weights: Mapping[str, int]
    now: datetime
    following: datetime
    done: set[str] = msgspec.field(default_factory=set)
    _held: dict[str, Share] = msgspec.field(default_factory=dict)

    @classmethod
    def read(
        cls, agencies: Sequence[AgencyStore], settings: Settings, now: datetime, following: datetime
    ) -> Sharing:
        """All budgets in one reading: a document for each agency and credential.

        ``agencies``: every agency of the installation, or else more is granted than there is.
        """
        limited = limits_of(settings)
        paths = {
            agency.budget_path(name): (agency.id, name) for agency in agencies for name in limited
        }
        budgets: dict[str, dict[str, Budget]] = {agency.id: {} for agency in agencies}
        for path, stored in agencies[0].store.get([*paths]).items():
            agency_id, name = paths[path]
            budgets[agency_id][name] = decode(stored.data, name).pruned(limited[name], now)
        return cls(budgets, limited, settings.weights(), now, following)

    def share(self, agency: str) -> Share:
        """What one agency may do now, after those that have had their turn."""
        every = max(1, len(self.budgets) // OFTEN)
        if agency not in self._held or len(self.done) % every == 0:
            self._held = self.all()
        return self._held[agency]

    def learn(self, agency: str, budgets: Budgets) -> None:
        """Take in what an agency's turn has come to."""
        self.budgets[agency] |= budgets
        self.done.add(agency)

    def lose(self, agency: str) -> None:
        """Take an agency's turn for one that fell over: all that it was granted may be spent."""
        lost = {
            name: Spending(at=self.now, amounts=grant.left)
            for name, grant in self._held[agency].grants.items()
        }
        held = self.budgets[agency]
        self.learn(
            agency,
            {
                name: msgspec.structs.replace(own, runs={**own.runs, "lost": lost[name]})
                for name in lost
                for own in [held.get(name, Budget())]
            },
        )

    def all(self) -> dict[str, Share]:
        """What each agency may do."""
        grants: dict[str, dict[str, Allotment]] = {agency: {} for agency in self.budgets}
        for name, limited in self.limits.items():
            held = {agency: own.get(name, Budget()) for agency, own in self.budgets.items()}
            for agency, grant in self._grants(held, limited).items():
                grants[agency][name] = grant
        until = self.following - MARGIN
        return {
            agency: Share(since=self.now, until=until, grants=own) for agency, own in grants.items()
        }

    def _grants(self, held: Budgets, limited: Sequence[Limit]) -> dict[str, Allotment]:
        """What each agency may do with one credential."""
        usage = usage_of(held, limited, self.now)
        left: dict[str, list[int]] = {}
        others: dict[str, list[int]] = {}
        for limit in limited:
            claims = [self._claim(agency, own, limit) for agency, own in held.items()]
            lowered = msgspec.structs.replace(limit, amount=Budget(usage=usage).ceiling(limit))
            spent = sum(claim.spent for claim in claims)
            left[limit.bucket] = divide(claims, lowered, self.now, self.following, first=self.first)
            others[limit.bucket] = [spent - claim.spent for claim in claims]
        waits, refused = waits_of(held.values(), self.now), refusal_of(held)
        scout = self._scout(held)
        if refused is not None:
            refused = msgspec.structs.replace(refused, until=self.following)
        return {
            agency: Allotment(
                left={bucket: amounts[n] for bucket, amounts in left.items()},
                others={bucket: amounts[n] for bucket, amounts in others.items()},
                waits=waits if refused is None or n == scout else {**waits, EVERYTHING: refused},
                takes_part=takes_part(own),
            )
            for n, (agency, own) in enumerate(held.items())
        }

    @property
    def first(self) -> int:
        """Whose turn it is first at this tick, by its place."""
        passed: int = (self.now - EPOCH) // (self.following - self.now)
        return passed % len(self.budgets)

    def _claim(self, agency: str, own: Budget, limit: Limit) -> Claim:
        wants = own.wants
        weight, spent = self.weights.get(agency, 1), own.spent(limit, self.now)
        if agency in self.done:
            return Claim(weight, spent, takes_part=takes_part(own), is_done=True)
        if not isinstance(wants, Wants):
            return Claim(weight, spent, None)
        is_fresh = self.now - wants.at <= max(FRESH, 2 * (self.following - self.now))
        return Claim(
            weight,
            spent,
            wanted=max(0, wants.amounts.get(limit.bucket, 0)) if is_fresh else 0,
            piece=max(1, wants.pieces.get(limit.bucket, 1)),
            takes_part=not wants.none,
            since=wants.since,
        )

    def _scout(self, held: Budgets) -> int:
        """Who tries a credential that is refused: another one at each tick, and of those that have
        something to ask, where any has."""
        agencies = [*held]
        order = [*range(self.first, len(agencies)), *range(self.first)]
        taking = [n for n in order if takes_part(held[agencies[n]])]
        asking = [
            n
            for n in taking
            if isinstance(wants := held[agencies[n]].wants, Wants) and wants.amounts
        ]
        scout: int = (asking or taking or order)[0]
        return scout


def share_of(
    agency: AgencyStore, settings: Settings, now: datetime, following: datetime
) -> Share | None:
    """One agency's share, worked out for it alone; None where it is the only agency.

    For a run that nobody gave its share: it reads the budgets of all.
    """
    everybody = agencies_of(settings)
    if len(everybody) == 1:
        return None
    agencies = [AgencyStore(agency.store, one) for one in everybody]
    return Sharing.read(agencies, settings, now, following).share(agency.id)


def received(body: Mapping[str, Any] | None) -> Share | None:
    """The share that a task carries; None when it carries none.

    Raises:
        ValueError: it is none of ours; trying again is no use.
    """
    if body is None:
        return None
    try:
        share: Share = msgspec.convert(body, Share)
    except msgspec.ValidationError as error:
        raise ValueError(f"this is no share of ours: {error}") from None
    return share


def takes_part(own: Budget) -> bool:
    """Whether an agency has accounts that a credential serves, as far as is known."""
    return not (isinstance(own.wants, Wants) and own.wants.none)


def usage_of(held: Budgets, limited: Sequence[Limit], now: datetime) -> Usage | None:
    """The last that a usage header told any agency, beside what all together had spent by then.

    What one knows of the others' spending is of the tick before, so the most that is known counts.
    """
    told = [own.usage for own in held.values() if own.usage and now - TOLD <= own.usage.at <= now]
    if not told or not limited:
        return None
    last = max(told, key=lambda usage: (usage.at, usage.spent))
    spent = sum(own.spent(limited[0], last.at) for own in held.values())
    return msgspec.structs.replace(last, spent=max(spent, last.spent))


def waits_of(budgets: Iterable[Budget], now: datetime) -> dict[str, Wait]:
    """What any agency was told to wait for, by bucket: the longest."""
    found: dict[str, Wait] = {}
    for own in budgets:
        for bucket, wait in own.waits.items():
            held = found.get(bucket)
            if wait.until > now and (held is None or held.until < wait.until):
                found[bucket] = wait
    return found


def refusal_of(held: Budgets) -> Wait | None:
    """A refusal that holds for all: since it began nobody was served. None when there is none.

    Where another agency is served meanwhile, it is that one agency's own matter.
    """
    served = [
        run.at
        for own in held.values()
        if own.refused is None
        for run in own.runs.values()
        if run.settled and any(run.amounts.values())
    ]
    refused = [own.refused for own in held.values() if own.refused is not None]
    last = max(served, default=EPOCH)
    return max(
        (wait for wait in refused if wait.until > last), key=lambda wait: wait.until, default=None
    )
