"""Budgets between the store and a tick: reserved once before anything is sent, settled once after.

Two instances at once see each other's reservations: who reserves second plans anew with what is
left. A run that died leaves its reservation behind, which counts as spent until its span is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from functions import log
from functions.collect.access import Credential
from functions.collect.answers import Limited, Refused
from functions.collect.budget import (
    Allowance,
    Budget,
    Expected,
    Limit,
    Spending,
    Usage,
    Wait,
    allowance,
)
from functions.store.agency import AgencyStore
from functions.store.port import Conflict

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


@dataclass(slots=True)
class Books:
    """The budgets of all credentials that a tick uses, as they stood when it reserved."""

    store: AgencyStore
    limits: Mapping[str, tuple[Limit, ...]]
    run: str
    now: datetime
    budgets: dict[str, Budget] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)

    def reserve(
        self,
        following: datetime,
        plan: Callable[[Mapping[str, Allowance]], T],
        *,
        expected: Mapping[str, Sequence[Expected]],
        settled: Iterable[tuple[str, datetime, Bill]] = (),
        lapses_after: timedelta | None = None,
    ) -> T:
        """Plan within the budgets and write down what the plan takes from them.

        Args:
            plan: makes the plan and takes what it costs from the allowances.
            expected: what marks will need later, by credential.
            settled: what was spent elsewhere since, by name and time, to be entered now.
            lapses_after: for work that settles for itself.
        """
        entries = [*settled]
        for _ in range(ATTEMPTS):
            versions = self._read()
            for name, at, account in entries:
                self.budgets[account.name] = _entered(
                    self.budgets.get(account.name, Budget()), name, at, account, self.limits
                )
            allowances = {
                name: allowance(
                    self.budgets[name], limits, self.now, following, expected.get(name, ())
                )
                for name, limits in self.limits.items()
            }
            made = plan(allowances)
            lapses_at = self.now + lapses_after if lapses_after is not None else None
            taken = {
                name: Spending(at=self.now, amounts=allowed.taken, lapses_at=lapses_at)
                for name, allowed in allowances.items()
                if allowed.taken
            }
            changed = {*taken, *(account.name for _, _, account in entries)} & self.limits.keys()
            try:
                self.store.reserve(
                    {
                        name: (_document(_with(self.budgets[name], self.run, taken.get(name))), v)
                        for name, v in versions.items()
                        if name in changed
                    }
                )
            except Conflict:
                continue
            self.reserved = {*taken}
            return made
        log.warning("collect.budgets_contended", run=self.run)
        return made

    def settle(self, accounts: Iterable[Bill]) -> None:
        """Write what was really spent in the place of the reservation.

        A bucket that was reserved and not drawn on is written as 0, and so is a whole credential
        that turned out not to be needed: else its reservation would count for ever.
        """
        spent = {account.name: account for account in accounts}
        idle = [Bill(name=name) for name in sorted(self.reserved - spent.keys())]
        changes: dict[str, dict[str, Any]] = {}
        for account in [*spent.values(), *idle]:
            unspent = {limit.bucket: 0 for limit in self.limits.get(account.name, ())}
            amounts = {**unspent, **account.spent}
            spending = Spending(at=self.now, amounts=amounts, settled=True)
            entered = _entered(
                self.budgets.get(account.name, Budget()), self.run, self.now, account, self.limits
            )
            self.budgets[account.name] = entered
            change: dict[str, Any] = {"runs": {self.run: msgspec.to_builtins(spending)}}
            if account.usage is not None:
                change["usage"] = msgspec.to_builtins(entered.usage)
            if account.waits:
                change["waits"] = msgspec.to_builtins(account.waits)
            change["refused"] = msgspec.to_builtins(entered.refused)
            changes[account.name] = change
        self.store.settle(changes)

    def report(self) -> dict[str, Any]:
        """Every credential's standing: spent and limit by bucket, and what it waits for."""
        return {
            name: standing(budget, self.limits[name], self.now)
            for name, budget in self.budgets.items()
        }

    def _read(self) -> dict[str, str | None]:
        held = self.store.budgets(self.limits)
        for name, limits in self.limits.items():
            document = held[name].data if name in held else {}
            self.budgets[name] = _without(decode(document, name), self.run).pruned(limits, self.now)
        return {name: held[name].version if name in held else None for name in self.limits}


def standing(budget: Budget, limits: Iterable[Limit], now: datetime) -> dict[str, Any]:
    """A credential's standing for a report: plain values, no secret."""
    found: dict[str, Any] = {
        limit.bucket: {"spent": budget.spent(limit, now), "limit": budget.ceiling(limit)}
        for limit in limits
    }
    if budget.usage is not None:
        found["usage_percent"] = budget.usage.percent
    waits = {bucket: wait for bucket, wait in budget.waits.items() if wait.until > now}
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


def together(accounts: Iterable[Bill]) -> list[Bill]:
    """One account for each credential: two platforms may have used the same."""
    found: dict[str, Bill] = {}
    for account in accounts:
        held = found.get(account.name)
        if held is None:
            found[account.name] = account
            continue
        spent = {
            bucket: held.spent.get(bucket, 0) + account.spent.get(bucket, 0)
            for bucket in {*held.spent, *account.spent}
        }
        used = [u for u in (held.usage, account.usage) if u is not None]
        found[account.name] = Bill(
            name=account.name,
            spent=spent,
            usage=max(used, default=None),
            waits={**held.waits, **account.waits},
            refused=held.refused or account.refused,
        )
    return list(found.values())


def _entered(
    budget: Budget,
    run: str,
    at: datetime,
    account: Bill,
    limits: Mapping[str, tuple[Limit, ...]],
) -> Budget:
    entered = _with(budget, run, Spending(at=at, amounts=account.spent, settled=True))
    usage = entered.usage
    if account.usage is not None:
        of = limits.get(account.name, ())
        spent = entered.spent(of[0], at) if of else 0
        usage = Usage(at=at, percent=account.usage, spent=spent)
    # A credential that served is refused no more.
    refused = budget.refused if not account.spent else None
    if account.refused is not None:
        since = budget.refused.until if budget.refused is not None else at
        refused = Wait(until=since, message=account.refused)
    return msgspec.structs.replace(
        entered, usage=usage, waits={**budget.waits, **account.waits}, refused=refused
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
