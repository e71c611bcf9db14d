"""What each credential has spent of its limits, by all agencies and by each, for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from functions.collect.planning.quota import Budget, Limit, Wants
from functions.collect.planning.sharing import Sharing, refusal_of, takes_part, usage_of, waits_of
from functions.commands.doctor.finding import Finding, age
from functions.model import iso
from functions.settings import Settings
from functions.store.agency import AgencyStore

NAMED = 5  # agencies by their names; the others as a number


def budgets(agencies: Sequence[AgencyStore], settings: Settings, now: datetime) -> list[Finding]:
    """A line for each credential that was ever used: what is spent and left of its limits, what
    stops it, and how several agencies share it."""
    following = now + timedelta(minutes=settings.collect_every)
    sharing = Sharing.read(agencies, settings, now, following)
    return [
        _credential(name, sharing, len(agencies) > 1)
        for name in sorted(sharing.limits)
        if any(name in own for own in sharing.budgets.values())
    ]


def _credential(name: str, sharing: Sharing, several: bool) -> Finding:
    now, limits = sharing.now, sharing.limits[name]
    held = {agency_id: own.get(name, Budget()) for agency_id, own in sharing.budgets.items()}
    usage = usage_of(held, limits, now)
    all_in_one = Budget(
        runs={f"{a}/{run}": s for a, own in held.items() for run, s in own.runs.items()},
        usage=usage,
    )
    words = [_spent(all_in_one, limit, now) for limit in limits]
    if usage is not None:
        words.append(f"the platform says {usage.percent} % of its own limit is used")
    waits = waits_of(held.values(), now).values()
    words += [f"waits until {iso(wait.until)} ({wait.message})" for wait in waits]
    refused = refusal_of(held)
    if refused is not None:
        since = f"since {iso(refused.until)}, {age(refused.until, now)}"
        words.append(f"refused: {refused.message} ({since})")
    if several and limits:
        words.append(_shared(held, sharing, limits[0], all_in_one.ceiling(limits[0])))
    todo = "mend the credential, or give another" if refused else ""
    said = "; ".join(words) or "nothing spent"
    return Finding(f"budget {name}", said, ok=not (waits or refused), todo=todo)


def _spent(budget: Budget, limit: Limit, now: datetime) -> str:
    spent, most = budget.spent(limit, now), budget.ceiling(limit)
    if limit.bucket == "mills":
        return f"${spent / 1000:.2f} of ${most / 1000:.2f} since midnight UTC"
    span = (
        "since midnight Pacific" if limit.zone else f"in {limit.span // timedelta(minutes=1)} min"
    )
    return f"{spent:,} of {most:,} {limit.bucket} {span}"


def _shared(held: dict[str, Budget], sharing: Sharing, limit: Limit, most: int) -> str:
    """Whose it is: each agency's part of what is spent and its share, and who goes without."""
    lowered = msgspec.structs.replace(limit, amount=most)
    whole = lowered.left(0)
    taking = [agency_id for agency_id, own in held.items() if takes_part(own)]
    total = sum(sharing.weights.get(agency_id, 1) for agency_id in taking) or 1
    spent = {agency_id: held[agency_id].spent(limit, sharing.now) for agency_id in taking}
    left = max(0, whole - sum(own.spent(limit, sharing.now) for own in held.values()))
    said = [f"{_money(left, limit)} left for {len(taking):,} agencies"]
    for agency_id in sorted(taking, key=lambda agency_id: -spent[agency_id])[:NAMED]:
        share = whole * sharing.weights.get(agency_id, 1) // total
        said.append(f"{agency_id} {_money(spent[agency_id], limit)} of its {_money(share, limit)}")
    if (more := len(taking) - NAMED) > 0:
        said.append(f"{more:,} more spent less")
    waiting = [
        (wants.since, agency_id)
        for agency_id in taking
        if isinstance(wants := held[agency_id].wants, Wants) and wants.since is not None
    ]
    if waiting:
        since, agency_id = min(waiting)
        said.append(
            f"{len(waiting):,} got nothing at their last tick, {agency_id} since {iso(since)}"
        )
    return ", ".join(said)


def _money(amount: int, limit: Limit) -> str:
    return f"${amount / 1000:.2f}" if limit.bucket == "mills" else f"{amount:,}"
