"""What the budgets allow of what is worth reading: the most valuable first. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from functions.collect.planning.quota import Allowance, in_turn
from functions.collect.planning.requests import (
    GIVEN_UP,
    CountRequest,
    LookupRequest,
    Plan,
    ProfileRequest,
    Purpose,
    SweepRequest,
)
from functions.collect.planning.ways import Candidate, Option, Priority, Ways, added
from functions.collect.state import LivePost
from functions.model import Platform

T = TypeVar("T")
_Batch = tuple[Platform, str, str, bool, int]


def allocate(
    wanted: Iterable[Candidate],
    ways: Mapping[Platform, Ways],
    serving: Mapping[Platform, Sequence[tuple[str, Allowance]]],
) -> dict[Platform, Plan]:
    """What the budgets allow of all platforms' candidates; the allowances are used up by it.

    Args:
        serving: each platform's credentials with their allowances. Two platforms that share a
            credential share its allowance, and the more valuable candidate of either goes first.
            TikTok's consents belong to one app each; elsewhere another credential steps in when an
            account's own cannot pay, or was refused: then it is tried once a tick, on no mark.
    """
    granted: dict[Platform, list[tuple[Candidate, Option, str]]] = {name: [] for name in ways}
    given_up: dict[Platform, Counter[str]] = {name: Counter() for name in ways}
    batched: Counter[_Batch] = Counter()
    tried: Counter[str] = Counter()
    for candidate in sorted(wanted, key=_order):
        found = _affordable(candidate, serving[candidate.platform], batched, tried)
        if found is None:
            given_up[candidate.platform][GIVEN_UP[candidate.reason.purpose]] += 1
            continue
        option, name, allowed = found
        batch = _batch(candidate, option, name)
        allowed.take(_cost(option, batched[batch]))
        batched[batch] += 1
        tried[name] += 1
        granted[candidate.platform].append((candidate, option, name))
    return {
        platform: _plan(taken, ways[platform], given_up[platform])
        for platform, taken in granted.items()
    }


def priced(
    wanted: Iterable[Candidate], serving: Mapping[Platform, Sequence[str]]
) -> Iterator[tuple[str, dict[str, int]]]:
    """What each candidate would cost in its preferred form, with its account's own credential."""
    batched: Counter[_Batch] = Counter()
    for candidate in wanted:
        name, option = (
            in_turn(serving[candidate.platform], candidate.subject)[0],
            candidate.options[0],
        )
        batch = _batch(candidate, option, name)
        yield name, _cost(option, batched[batch])
        batched[batch] += 1


def _order(candidate: Candidate) -> tuple[Priority, Platform, str, str]:
    """The most valuable first; of equals always the same, and a handle's profile before its
    listing, which nobody can ask for before it is known whose it is."""
    name = (
        candidate.what.key
        if isinstance(candidate.what, LivePost)
        else type(candidate.what).__name__
    )
    return candidate.reason, candidate.platform, candidate.subject, name


def _affordable(
    candidate: Candidate,
    serving: Sequence[tuple[str, Allowance]],
    batched: Mapping[_Batch, int],
    tried: Mapping[str, int],
) -> tuple[Option, str, Allowance] | None:
    """The first way in which a candidate can be granted; None when no credential can pay it."""
    able = in_turn(serving, candidate.subject)
    if candidate.platform == "tiktok":  # a consent was given to one app alone
        able = able[:1]
    else:
        may_try = not tried[able[0][0]] and candidate.reason.purpose is not Purpose.MARK
        own = able[0][0] if may_try else ""
        able.sort(key=lambda one: one[1].refused and one[0] != own)
    for option in candidate.options:
        for name, allowed in able:
            cost = _cost(option, batched[_batch(candidate, option, name)])
            if allowed.affords(cost, urgent=candidate.reason.purpose is Purpose.MARK):
                return option, name, allowed
    return None


def _batch(candidate: Candidate, option: Option, credential: str) -> _Batch:
    """The calls in which a candidate shares one with others."""
    known = isinstance(candidate.what, ProfileRequest) and candidate.what.known
    return candidate.platform, credential, type(candidate.what).__name__, known, option.way


def _cost(option: Option, before: int) -> dict[str, int]:
    """What a candidate costs when so many share its batches already: a call's first pays it."""
    begins_a_call = before % option.size == 0
    return added(option.each, option.batch if begins_a_call else {})


def _plan(
    granted: Sequence[tuple[Candidate, Option, str]], ways: Ways, given_up: Mapping[str, int]
) -> Plan:
    """The granted candidates as requests; what shares a call is put into one."""
    sweeps: list[SweepRequest] = []
    counts: list[CountRequest] = []
    looks: dict[tuple[str, int], list[Candidate]] = defaultdict(list)
    profiles: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for candidate, option, credential in granted:
        match candidate.what:
            case SweepRequest() as sweep:
                since = option.since or sweep.since
                sweeps.append(
                    replace(sweep, since=since, depth=option.depth, credential=credential)
                )
            case CountRequest() as count:
                counts.append(replace(count, credential=credential))
            case ProfileRequest() as profile:
                profiles[credential, profile.known] += profile.handles
            case LivePost():
                looks[credential, option.way].append(candidate)
    return Plan(
        sweeps=tuple(sweeps),
        lookups=tuple(
            LookupRequest(
                tuple(
                    candidate.what for candidate in batch if isinstance(candidate.what, LivePost)
                ),
                batch[0].reason.purpose,
                way,
                credential,
            )
            for (credential, way), wanted in looks.items()
            for batch in _chunks(wanted, ways.lookup_size)
        ),
        profiles=tuple(
            ProfileRequest(tuple(batch), known, credential)
            for (credential, known), handles in profiles.items()
            for batch in _chunks(handles, ways.recheck_size if known else ways.resolve_size)
        ),
        counts=tuple(counts),
        given_up=dict(given_up),
    )


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
