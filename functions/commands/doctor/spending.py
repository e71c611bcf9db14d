"""Whether each credential works, and what it has spent of its limits, by all agencies and by each.

For the operator, and all of it from what the budgets remember: nobody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from functions.collect.credentials import FEED_NAME, names
from functions.collect.planning.quota import Budget, Limit, Wants
from functions.collect.planning.sharing import Sharing, refusal_of, takes_part, usage_of, waits_of
from functions.commands.doctor.finding import Finding, age, grouped
from functions.model import PLATFORMS, iso
from functions.settings import Settings
from functions.store.agency import AgencyStore

NAMED = 5  # agencies by their names; the others as a number
# Tokens that end by themselves; when, Meta alone knows. Keys of apps and bearer tokens do not.
ENDING = ("instagram", "facebook")


def budgets(agencies: Sequence[AgencyStore], settings: Settings, now: datetime) -> list[Finding]:
    """A line for each credential, whether it works; and one for each that was ever used: what is
    spent and left of its limits, what stops it, and how several agencies share it."""
    following = now + timedelta(minutes=settings.collect_every)
    sharing = Sharing.read(agencies, settings, now, following)
    used = {name for own in sharing.budgets.values() for name in own}
    tokens = (
        _token(name, settings, sharing) for name in sorted(sharing.limits) if name != FEED_NAME
    )
    spent = (_credential(name, sharing, len(agencies) > 1) for name in sorted(used))
    return grouped("tokens", tokens) + grouped("budgets", spent)


def _token(name: str, settings: Settings, sharing: Sharing) -> Finding:
    """Whether a credential works, by what its last calls came to, and when it ends."""
    held = {agency_id: own[name] for agency_id, own in sharing.budgets.items() if name in own}
    platforms = [platform for platform in PLATFORMS if name in names(settings, platform)]
    ends = any(platform in ENDING for platform in platforms)
    end = "when it ends is asked with --live" if ends else "it has no end of its own"
    subject, now = f"token {name}", sharing.now
    if refused := refusal_of(held):
        since = f"since {iso(refused.until)}, {age(refused.until, now)}"
        todo = "mend the credential, or give another"
        return Finding(subject, f"refused: {refused.message} ({since})", ok=False, todo=todo)
    runs = [run for own in held.values() for run in own.runs.values()]
    calls = [run.at for run in runs if run.settled and any(run.amounts.values())]
    if not calls:
        return Finding(subject, f"no call is remembered, so whether it works is unknown; {end}")
    return Finding(subject, f"last used {age(max(calls), now)}, and not refused; {end}")


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
    if several and limits:
        words.append(_shared(held, sharing, limits[0], all_in_one.ceiling(limits[0])))
    return Finding(f"budget {name}", "; ".join(words) or "nothing spent", ok=not waits)


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
