"""What posts and the registry tell of the measuring: how much, and which accounts need somebody.

Facts alone, like the rest of how the measuring stands (condition.py); they change with the pages of
a site, and a run that makes none takes them from what was said before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.model import PLATFORMS, Account, Platform, month_bounds
from functions.publish.condition import AccountTrouble, MeasuredFacts
from functions.publish.site import Material
from functions.registry.remarks import remarks, remarks_on
from functions.store.agency.months import MonthRecord

SILENT = timedelta(days=14)  # without a post, an account is named
MEASURED = 90  # percent of an account's posts; with fewer measured it is named, as in the rankings
NEW = timedelta(days=1)  # so long a handle may take to be looked up


def measured_of(m: Material) -> MeasuredFacts:
    """What the registry and the posts at hand tell."""
    current = m.current
    told = [*m.roster.problems, *remarks(m.roster, m.now, m.zone)]
    ids = {problem.partition(": ")[0] for problem in told} | {unit.id for unit in m.units}
    return MeasuredFacts(
        month=current.ranking.month if current else None,
        as_of=current.ranking.as_of if current else None,
        posts={p: _sums(current, p) for p in PLATFORMS} if current else {},
        faults=sum(bool(said) for said in remarks_on(told, ids).values()),
        troubles=tuple(_troubles(m)),
    )


def _troubles(m: Material) -> Iterator[AccountTrouble]:
    """What the posts tell of the accounts that are registered now, by satker and platform."""
    counts = _counts(m)
    last, known_from = _last_posts(m)
    held = (account for account in m.roster.accounts if account.holds(m.now))
    for account in sorted(held, key=lambda a: (a.satker, PLATFORMS.index(a.platform), a.handle)):
        if account.key is None:
            if m.now - account.valid_from > NEW:
                yield AccountTrouble.of_account(account, "unknown")
            continue
        yield from _of_posts(account, counts.get(account.key, (0, 0, 0)))
        if incomplete := m.incomplete.get(account.key):
            yield AccountTrouble.of_account(account, "incomplete", said=incomplete)
        if known_from is not None:
            since = last.get(account.key)
            quiet = m.now - max(since or known_from, account.valid_from)
            if quiet >= SILENT:
                yield AccountTrouble.of_account(account, "silent", since=since, days=quiet.days)


def _of_posts(account: Account, counts: tuple[int, int, int]) -> Iterator[AccountTrouble]:
    posts, measured, hidden = counts
    if hidden:
        yield AccountTrouble.of_account(account, "hidden", count=hidden, of=posts)
    elif 100 * measured < MEASURED * posts:
        yield AccountTrouble.of_account(account, "thin", count=measured, of=posts)


def _counts(m: Material) -> dict[str, tuple[int, int, int]]:
    """Counted, measured and hidden posts of the shown month, by account key."""
    found: dict[str, list[int]] = {}
    entries = m.posts_of(m.current.ranking.month) if m.current else None
    for entry in entries or ():
        verdict = entry.verdict
        if verdict is not None and verdict.counted:
            counts = found.setdefault(entry.post.account, [0, 0, 0])
            counts[0] += 1
            counts[1] += verdict.measurement.i24 is not None
            counts[2] += verdict.reason == "hidden"
    return {key: (posts, measured, hidden) for key, (posts, measured, hidden) in found.items()}


def _last_posts(m: Material) -> tuple[dict[str, datetime], datetime | None]:
    """Each account's last post in the months at hand, and since when those are known without a
    gap; None where none is at hand, or where collecting began within the only one."""
    found: dict[str, datetime] = {}
    for ledgers in m.ledgers.values():
        for account, ledger in ledgers.items():
            times = [entry.post.published_at for entry in ledger.entries.values()]
            if times:
                found[account] = max(*times, found.get(account, times[0]))
    whole = [month for month in _in_a_row(m) if not m.records[month].ranking.incomplete]
    return found, month_bounds(whole[0], m.zone)[0] if whole else None


def _in_a_row(m: Material) -> list[str]:
    """The months at hand up to the shown one, as far back as none is missing."""
    if m.current is None:
        return []
    known = sorted((month for month in m.ledgers if month in m.records), reverse=True)
    found: list[str] = []
    for month in known:
        if month > m.current.ranking.month:
            continue
        if found and month_bounds(month, m.zone)[1] != month_bounds(found[0], m.zone)[0]:
            break
        found.insert(0, month)
    return found


def _sums(record: MonthRecord, platform: Platform) -> tuple[int, int]:
    """Posts and measured posts of a month."""
    rows = record.ranking.find("most_active", platform=platform).rows
    return sum(row.posts for row in rows), sum(row.measured for row in rows)
