"""How agencies share a credential's limit: pure functions of what all spent and want, and the time.

Each agency reserves and settles in its own documents; nobody else writes there. What keeps them
together within the limit is its grant: so much it may plan to spend until the next tick. ``divide``
works the grants of one limit out, by weighted max-min fairness over what each has spent in the span
already: the least served come first, nobody gets more than it wants while another goes without, and
what then is left over is granted on top, since wants are only a guess. With S the limit's spendable
part, s an agency's share of it by weight, among those that have accounts, and c the dearest single
request that anybody wants:

- All grants and all that is spent and reserved come to S at most, whatever of them is used.
- A limit that rolls: who keeps wanting has s in its span after one span and a tick, less c.
- A day's limit: who begins to want at any time gets, by the end of the day, the part of s that lies
  in the rest of the day, less c, whatever others have borrowed. For that the rest of the day's
  shares is held back from the others, except what their owner has spent ahead. It becomes free with
  the clock, ``AHEAD`` before it: so in the last three hours nothing is held back.
- While any want is unmet nothing else is left unused, but for what is kept for the least served
  until it makes a whole request of its own.

A share falls to those that have accounts on the credential's platforms. An agency of which nothing
is known yet is taken for one of them that wants its share. A ceiling that is lowered below what was
held back shortens what is held back in proportion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from functions.collect.planning.quota import AHEAD, Limit
from functions.model import DAY


class Claim(NamedTuple):
    """What one agency brings before a limit.

    Attributes:
        weight: 1 or more.
        spent: what counts against the limit now, reservations included.
        wanted: what its next plan would take; None: nobody knows yet.
        piece: its dearest single request; a grant of less may be of no use.
        takes_part: it has accounts that the credential serves.
        since: when it last got anything of what it wanted; None: just now.
        is_done: it has run at this tick, and gets nothing more.
    """

    weight: int = 1
    spent: int = 0
    wanted: int | None = 0
    piece: int = 1
    takes_part: bool = True
    since: datetime | None = None
    is_done: bool = False


class _Part(NamedTuple):
    """An agency's part in a division.

    ``accrued``: what it has not spent of its share up to now; ``held``: the part of its share that
    lies in the rest of the day and is held back for it.
    """

    weight: int
    spent: int
    wanted: int
    least: int  # a smaller grant is of no use
    accrued: int
    held: int

    def cost(self, grant: int) -> int:
        """What a grant takes from the others. What is held back for this agency takes nothing, but
        is drawn on only after its own arrears: else more would be held back than there is."""
        return min(grant, self.accrued) + max(0, grant - self.accrued - self.held)

    def is_below(self, level: int, grant: int = 0) -> bool:
        """Whether all that it spends lies below a level, by its weight."""
        return (self.spent + grant) * _FINE <= level * self.weight


_FINE = 1_000  # levels are told apart by thousandths: weights make parts of a unit

_Parts = Mapping[int, _Part]  # by their place among the claims
_Grants = dict[int, int]


def divide(
    claims: Sequence[Claim], limit: Limit, now: datetime, following: datetime, *, first: int = 0
) -> list[int]:
    """What each may plan to spend between this tick and the next, in the claims' order.

    Args:
        limit: its amount lowered already where the platform says so.
        first: whose turn it is where two have equal claims; another one at each tick.
    """
    left = max(0, limit.left(sum(claim.spent for claim in claims)))
    parts = _parts(claims, limit, left, _rest(limit, now, following))
    pool = left - sum(part.held for part in parts.values())
    order = sorted(
        parts,
        key=lambda n: (parts[n].spent / parts[n].weight, claims[n].since or now, n < first, n),
    )
    grants = {n: part.wanted for n, part in parts.items()}
    if _cost(parts, grants) > pool:
        grants = _scarce(parts, order, pool)
    else:  # everybody has what it wants, as far as that is known
        most = {n: 0 if claims[n].is_done else left for n in parts}
        grants, level = _level(parts, grants, most, pool)
        grants = _rounded(parts, grants, most, order, pool, level)
    return [grants.get(n, 0) for n in range(len(claims))]


def _rest(limit: Limit, now: datetime, following: datetime) -> float:
    """The part of the limit that is held back after this tick; nothing of one that rolls."""
    if limit.zone is None:
        return 0.0
    return max(0.0, 1 - (following - limit.begin(now) + AHEAD) / DAY)


def _parts(claims: Sequence[Claim], limit: Limit, left: int, rest: float) -> _Parts:
    """The parts of those that take part."""
    taking = {n: claim for n, claim in enumerate(claims) if claim.takes_part}
    total, whole = sum(claim.weight for claim in taking.values()), limit.left(0)
    shares = {n: whole * claim.weight // total for n, claim in taking.items()}
    own = {n: max(0, shares[n] - claim.spent) for n, claim in taking.items()}
    held = {n: min(int(shares[n] * rest), own[n]) for n in taking}
    if (together := sum(held.values())) > left:  # a ceiling was lowered, or somebody came later
        held = {n: part * left // together for n, part in held.items()}
    parts = {}
    for n, claim in taking.items():
        wanted = min(own[n] if claim.wanted is None else claim.wanted, left)
        least = min(claim.piece, wanted)
        parts[n] = _Part(claim.weight, claim.spent, wanted, least, own[n] - held[n], held[n])
    return parts


def _cost(parts: _Parts, grants: _Grants) -> int:
    return sum(parts[n].cost(grant) for n, grant in grants.items())


def _level(parts: _Parts, least: _Grants, most: _Grants, pool: int) -> tuple[_Grants, int]:
    """The grants that lift everybody's spending to the same level by weight, as high as they can,
    and the lowest level that does.

    Nobody gets less than ``least``, which the pool affords, or more than ``most``.
    """

    def at(level: int) -> _Grants:
        return {
            n: max(least[n], min(most[n], level * part.weight // _FINE - part.spent))
            for n, part in parts.items()
        }

    highest = max((part.spent + most[n] for n, part in parts.items()), default=0) + 1
    levels = range(highest * _FINE + 1)
    found = bisect_left(levels, x=True, key=lambda level: _cost(parts, at(level)) > pool)
    grants = at(max(0, found - 1))
    granted = sum(grants.values())
    return grants, bisect_left(levels, granted, key=lambda level: sum(at(level).values()))


def _scarce(parts: _Parts, order: Sequence[int], pool: int) -> _Grants:
    """Fair grants, made to be of use: less than a request is none, and goes to the least served.

    The least served is given a whole request. Where that is not to be had, it is saved for: nobody
    else is granted more than what is fair.
    """
    wanted = {n: part.wanted for n, part in parts.items()}
    fair, level = _level(parts, dict.fromkeys(parts, 0), wanted, pool)
    needy = [n for n in order if fair[n] < parts[n].least and parts[n].is_below(level)]
    least, left, saving = dict.fromkeys(parts, 0), pool, False
    for n in needy:
        if (dear := parts[n].cost(parts[n].least)) > left:
            saving = True
            break
        least[n], left = parts[n].least, left - dear
    most = dict(fair) if saving else wanted
    most |= {n: least[n] for n in needy}
    grants, level = _level(parts, least, most, pool)
    return _rounded(parts, grants, most, order, pool, level)


def _rounded(
    parts: _Parts, grants: _Grants, most: _Grants, order: Sequence[int], pool: int, level: int
) -> _Grants:
    """Grants with the units that rounding has left, one each, the least served first."""
    left = pool - _cost(parts, grants)
    found = dict(grants)
    for n in order:
        part, grant = parts[n], found[n]
        if grant < most[n] and part.is_below(level, grant):
            dear = part.cost(grant + 1) - part.cost(grant)
            if dear <= left:
                found[n], left = grant + 1, left - dear
    return found
