"""Budgets between the store and a tick: reserved once before anything is sent, settled once after.

Two instances at once see each other's reservations: who reserves second plans anew with what is
left. A run that died leaves its reservation behind, which counts as spent until its span is over.
Where several agencies share credentials, each reserves within its grants alone (sharing.py), and
leaves beside it what it wanted, by which the next are worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

import msgspec

from functions import log
from functions.collect.contract import Limited, Refused
from functions.collect.credentials import Credential
from functions.collect.planning.quota import (
    Allotment,
    Allowance,
    Budget,
    Expected,
    Limit,
    Spending,
    Usage,
    Wait,
    Wants,
    allowance,
)
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, until_written

ATTEMPTS = 5

T = TypeVar("T")


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What one credential spent in a piece of work, and what it was told of its limits."""

    name: str
    spent: dict[str, int] = {}
    usage: int | None = None
    waits: dict[str, Wait] = {}
    refused: str | None = None

    @property
    def is_of_note(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self.spent or self.waits or self.refused)


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One of several agencies' grants by credential, made at ``since``; from ``until`` on they are
    worth nothing."""

    since: datetime
    until: datetime
    grants: dict[str, Allotment]

    def of(self, credential: str) -> Allotment:
        """The grant of a credential: nothing of one that is set since."""
        return self.grants.get(credential, Allotment())


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan would cost by bucket, had everything been allowed, and its dearest request."""

    amounts: dict[str, int] = {}
    pieces: dict[str, int] = {}


class Reservations(msgspec.Struct):
    """What a tick takes of its credentials' budgets, which are here as they stood then.

    ``share``: what the agency may take of them; None: it is the only one.
    """

    agency: AgencyStore
    limits: Mapping[str, tuple[Limit, ...]]
    run: str
    now: datetime
    share: Share | None = None
    budgets: dict[str, Budget] = msgspec.field(default_factory=dict)
    reserved: set[str] = msgspec.field(default_factory=set)
    began: float = msgspec.field(default_factory=monotonic)

    def reserve(
        self,
        following: datetime,
        plan: Callable[[Mapping[str, Allowance]], T],
        *,
        expected: Mapping[str, Sequence[Expected]],
        demands: Mapping[str, Demand] | None = None,
        settled: Iterable[tuple[str, datetime, Bill]] = (),
        lapses_after: timedelta | None = None,
    ) -> T:
        """Plan within the budgets and write down what the plan takes from them.

        Args:
            plan: makes the plan and takes what it costs from the allowances.
            expected: what marks will need later, by credential.
            demands: what all that is worth reading would cost, by credential; for a share.
            settled: what was spent elsewhere since, by name and time, to be entered now.
            lapses_after: for work that settles for itself.
        """
        entries = [*settled]
        lapses_at = self.now + lapses_after if lapses_after is not None else None
        made: list[T] = []

        def attempt() -> None:
            versions = self._read()
            for name, at, bill in entries:
                self.budgets[bill.name] = self._entered(name, at, bill)
            allowances = self._allowances(following, expected)
            made[:] = [plan(allowances)]
            taken = self._taken(allowances, lapses_at)
            changed = {*taken, *(bill.name for _, _, bill in entries)} & self.limits.keys()
            if self.share is not None:
                changed |= self._note_wants(demands or {}, allowances)
            self.agency.reserve(
                {
                    name: (_document(_with(self.budgets[name], self.run, taken.get(name))), version)
                    for name, version in versions.items()
                    if name in changed
                }
            )
            self.reserved = {*taken}

        try:
            until_written(attempt, ATTEMPTS)
        except Conflict:
            log.warning("collect.budgets_contended", run=self.run)
        return made[0]

    def settle(self, bills: Iterable[Bill]) -> None:
        """Write what was really spent in the place of the reservation.

        A bucket that was reserved and not drawn on is written as 0, and so is a whole credential
        that turned out not to be needed: else its reservation would count for ever.
        """
        spent = {bill.name: bill for bill in bills}
        idle = [Bill(name=name) for name in sorted(self.reserved - spent.keys())]
        changes: dict[str, dict[str, Any]] = {}
        for bill in [*spent.values(), *idle]:
            unspent = {limit.bucket: 0 for limit in self.limits.get(bill.name, ())}
            amounts = {**unspent, **bill.spent}
            spending = Spending(at=self.now, amounts=amounts, settled=True)
            entered = self._entered(self.run, self.now, bill)
            self.budgets[bill.name] = entered
            change: dict[str, Any] = {"runs": {self.run: msgspec.to_builtins(spending)}}
            if bill.usage is not None:
                change["usage"] = msgspec.to_builtins(entered.usage)
            if bill.waits:
                change["waits"] = msgspec.to_builtins(bill.waits)
            change["refused"] = msgspec.to_builtins(entered.refused)
            changes[bill.name] = change
        self.agency.settle(changes)

    def standing(self) -> dict[str, Any]:
        """Every credential's standing: spent and limit by bucket, and what it waits for."""
        return {
            name: standing(
                budget, self.limits[name], self.now, self.share.of(name) if self.share else None
            )
            for name, budget in self.budgets.items()
        }

    def leave_out(self, credentials: Iterable[str]) -> None:
        """Say of credentials that they serve no account of this agency: its share is free."""
        nothing = msgspec.to_builtins(Wants(at=self.now, none=True))
        self.agency.settle({name: {"wants": nothing} for name in credentials})

    def _read(self) -> dict[str, str | None]:
        held = self.agency.budgets(self.limits)
        for name, limits in self.limits.items():
            document = held[name].data if name in held else {}
            budget = _without(decode(document, name), self.run).pruned(limits, self.now)
            self.budgets[name] = budget.folded(limits, self.now) if self.share else budget
        return {name: held[name].version if name in held else None for name in self.limits}

    def _taken(
        self, allowances: Mapping[str, Allowance], lapses_at: datetime | None
    ) -> dict[str, Spending]:
        """What a plan took of the allowances, by credential."""
        return {
            name: Spending(at=self.now, amounts=allowed.taken, lapses_at=lapses_at)
            for name, allowed in allowances.items()
            if allowed.taken
        }

    def _allowances(
        self, following: datetime, expected: Mapping[str, Sequence[Expected]]
    ) -> dict[str, Allowance]:
        """What a plan may take of each credential, by the budgets as they were read."""
        return {
            name: allowance(
                self.budgets[name],
                limits,
                self.now,
                following,
                expected.get(name, ()),
                self._grant(name),
            )
            for name, limits in self.limits.items()
        }

    def _grant(self, name: str) -> Allotment | None:
        """What may be taken of a credential; None: all of it. What other runs of this agency took
        since the grants were made is not to be had again."""
        if self.share is None:
            return None
        grant = self.share.of(name)
        if self.now + timedelta(seconds=monotonic() - self.began) >= self.share.until:
            return msgspec.structs.replace(grant, left={})
        runs = self.budgets[name].runs.values()
        since = [run.amounts for run in runs if run.at > self.share.since and run.counts(self.now)]
        left = {
            bucket: max(0, amount - sum(amounts.get(bucket, 0) for amounts in since))
            for bucket, amount in grant.left.items()
        }
        return msgspec.structs.replace(grant, left=left)

    def _note_wants(
        self, demands: Mapping[str, Demand], allowances: Mapping[str, Allowance]
    ) -> set[str]:
        """Put into the budgets what was wanted; returns those that are to be written for it: where
        nothing was known of this agency yet, and where it got less than it wanted."""
        told = set()
        for name, allowed in allowances.items():
            held, demand = self.budgets[name].wants, demands.get(name, Demand())
            known = held if isinstance(held, Wants) else None
            is_short = any(
                allowed.taken.get(bucket, 0) < amount for bucket, amount in demand.amounts.items()
            )
            since = None
            if demand.amounts and not allowed.taken:
                since = (known.since if known else None) or self.now
            wants = Wants(at=self.now, amounts=demand.amounts, pieces=demand.pieces, since=since)
            self.budgets[name] = msgspec.structs.replace(self.budgets[name], wants=wants)
            if known is None or known.none or is_short:
                told.add(name)
        return told

    def _entered(self, run: str, at: datetime, bill: Bill) -> Budget:
        budget, limits = self.budgets.get(bill.name, Budget()), self.limits
        others = self.share.of(bill.name).others if self.share else {}
        return _entered(budget, run, at, bill, limits, others)


def standing(
    budget: Budget, limits: Iterable[Limit], now: datetime, grant: Allotment | None = None
) -> dict[str, Any]:
    """A credential's standing for a report: plain values, no secret.

    ``grant``: what the agency could take of it at this tick, where others use it as well.
    """
    found: dict[str, Any] = {
        limit.bucket: {"spent": budget.spent(limit, now), "limit": budget.ceiling(limit)}
        for limit in limits
    }
    if grant is not None:
        for bucket, said in found.items():
            said["others"] = grant.others.get(bucket, 0)
            said["granted"] = grant.left.get(bucket, 0)
    if budget.usage is not None:
        found["usage_percent"] = budget.usage.percent
    told = {**(grant.waits if grant is not None else {}), **budget.waits}
    waits = {bucket: wait for bucket, wait in told.items() if wait.until > now}
    if waits:
        found["waits"] = msgspec.to_builtins(waits)
    if budget.refused:
        found["refused"] = budget.refused.message
    return found


def decode(document: Mapping[str, Any], name: str) -> Budget:
    """A stored budget; an empty one when it cannot be read, which the operator is told."""
    try:
        return msgspec.convert(dict(document), Budget)
    except msgspec.ValidationError as error:
        log.warning("collect.budget_unreadable", credential=name, error=str(error))
        return Budget()


def bill_of(credential: Credential, now: datetime) -> Bill:
    """What a credential did in this run."""
    sent = credential.client.tally
    return Bill(
        name=credential.name,
        spent=dict(sorted((sent.sent + credential.spent).items())),
        usage=sent.usage,
        waits={
            bucket: Wait(until=error.until, message=str(error))
            for bucket, error in credential.stops.items()
            if isinstance(error, Limited) and error.until and error.until > now
        },
        refused=next(
            (str(error) for error in credential.stops.values() if isinstance(error, Refused)), None
        ),
    )


def together(bills: Iterable[Bill]) -> list[Bill]:
    """One bill for each credential: two platforms may have used the same."""
    found: dict[str, Bill] = {}
    for bill in bills:
        held = found.get(bill.name)
        if held is None:
            found[bill.name] = bill
            continue
        spent = {
            bucket: held.spent.get(bucket, 0) + bill.spent.get(bucket, 0)
            for bucket in {*held.spent, *bill.spent}
        }
        used = [u for u in (held.usage, bill.usage) if u is not None]
        found[bill.name] = Bill(
            name=bill.name,
            spent=spent,
            usage=max(used, default=None),
            waits={**held.waits, **bill.waits},
            refused=held.refused or bill.refused,
        )
    return list(found.values())


def _entered(
    budget: Budget,
    run: str,
    at: datetime,
    bill: Bill,
    limits: Mapping[str, tuple[Limit, ...]],
    others: Mapping[str, int],
) -> Budget:
    entered = _with(budget, run, Spending(at=at, amounts=bill.spent, settled=True))
    usage = entered.usage
    if bill.usage is not None:
        of = limits.get(bill.name, ())
        spent = entered.spent(of[0], at) + others.get(of[0].bucket, 0) if of else 0
        usage = Usage(at=at, percent=bill.usage, spent=spent)
    # A credential that served is refused no more.
    refused = budget.refused if not bill.spent else None
    if bill.refused is not None:
        since = budget.refused.until if budget.refused is not None else at
        refused = Wait(until=since, message=bill.refused)
    return msgspec.structs.replace(
        entered, usage=usage, waits={**budget.waits, **bill.waits}, refused=refused
    )


def _with(budget: Budget, run: str, spending: Spending | None) -> Budget:
    if spending is None:
        return budget
    return msgspec.structs.replace(budget, runs={**budget.runs, run: spending})


def _without(budget: Budget, run: str) -> Budget:
    """Without what the same run reserved before: its trigger was delivered twice."""
    others = {name: spending for name, spending in budget.runs.items() if name != run}
    return msgspec.structs.replace(budget, runs=others)


def _document(budget: Budget) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(budget)
    return document
