"""What is set up and what is wrong, for the operator: one finding a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.collect.access import NEEDS, address, configured, is_keyless, limits, names
from functions.collect.bookkeeping import decode
from functions.collect.budget import Budget, Limit
from functions.model import PLATFORMS, Platform, Roster, iso
from functions.publish.objects import ObjectsError, open_objects
from functions.settings import Settings
from functions.store.agency import AgencyStore


@dataclass(frozen=True, slots=True)
class Finding:
    """``fatal``: nothing works until this is mended; otherwise ``ok`` or something to look at."""

    subject: str
    words: str
    ok: bool = True
    fatal: bool = False


def examine(book: AgencyStore, settings: Settings, now: datetime) -> list[Finding]:
    """Look at the registry, the platforms and the site; StoreError when the store is unusable."""
    roster = book.roster(now) or Roster(as_of=now)
    findings = [Finding("store", settings.store), _registry(roster)]
    findings += [Finding("registry", problem, ok=False) for problem in roster.problems]
    findings += [_platform(settings, roster, platform) for platform in PLATFORMS]
    findings += _budgets(book, settings, now)
    findings += _consents(settings, roster)
    findings += _wrong_accounts(book, roster)
    findings.append(_site(settings))
    return findings


def _registry(roster: Roster) -> Finding:
    if not roster.satker:
        return Finding("registry", "empty; run: kiprah registry import FILE", ok=False, fatal=True)
    return Finding("registry", f"{len(roster.satker)} satker, {len(roster.accounts)} accounts")


def _platform(settings: Settings, roster: Roster, platform: Platform) -> Finding:
    accounts = [a for a in roster.accounts if a.platform == platform]
    resolved = sum(a.account_id is not None for a in accounts)
    counted = f"{len(accounts)} accounts, {resolved} resolved"
    if accounts and is_keyless(settings, platform):
        return Finding(
            platform,
            f"{counted}, no API key: only the public feed is read (views and likes of the latest "
            f"15, marked partial); set {NEEDS[platform]}",
            ok=False,
        )
    count = configured(settings, platform)
    if accounts and not count:
        return Finding(
            platform,
            f"{len(accounts)} accounts but no credentials; set {NEEDS[platform]}",
            ok=False,
        )
    return Finding(platform, f"{counted}, {count} credentials, at {address(settings, platform)}")


def _budgets(book: AgencyStore, settings: Settings, now: datetime) -> list[Finding]:
    """What each credential has spent of its limits, and what stops it."""
    limited = {name: limits(settings, p) for p in PLATFORMS for name in names(settings, p)}
    findings = []
    for name, stored in sorted(book.budgets(limited).items()):
        budget = decode(stored.data, name).pruned(limited[name], now)
        spent = [_spent(budget, limit, now) for limit in limited[name]]
        if budget.usage is not None:
            spent.append(f"the platform says {budget.usage.percent} % of its own limit is used")
        waits = [
            f"waits until {iso(wait.until)} ({wait.message})" for wait in budget.waits.values()
        ]
        refused = [f"refused: {budget.refused.message}"] if budget.refused else []
        words = "; ".join([*spent, *waits, *refused]) or "nothing spent"
        findings.append(Finding(f"budget {name}", words, ok=not (waits or refused)))
    return findings


def _spent(budget: Budget, limit: Limit, now: datetime) -> str:
    spent, most = budget.spent(limit, now), budget.ceiling(limit)
    if limit.bucket == "mills":
        return f"${spent / 1000:.2f} of ${most / 1000:.2f} since midnight UTC"
    span = (
        "since midnight Pacific" if limit.zone else f"in {limit.span // timedelta(minutes=1)} min"
    )
    return f"{spent:,} of {most:,} {limit.bucket} {span}"


def _consents(settings: Settings, roster: Roster) -> list[Finding]:
    """Whether satker can be sent links for their TikTok consent."""
    if settings.connect_url or not any(a.platform == "tiktok" for a in roster.accounts):
        return []
    words = "no links can be made; set KIPRAH_CONNECT_URL to where the function connect is reached"
    return [Finding("consents", words, ok=False)]


def _wrong_accounts(book: AgencyStore, roster: Roster) -> list[Finding]:
    """What collecting said beside the handles that admins typed."""
    findings = []
    for satker in roster.satker:
        for name, found in book.feedback(satker.id).items():
            if found.get("status", "ok") != "ok":
                findings.append(Finding(f"{satker.id} {name}", str(found["status"]), ok=False))
    shown = findings[:20]
    if len(findings) > len(shown):
        kinds = Counter(finding.subject.split()[1].partition(":")[0] for finding in findings)
        counts = ", ".join(f"{platform} {n}" for platform, n in kinds.items())
        shown.append(Finding("accounts", f"{len(findings)} are wrong: {counts}", ok=False))
    return shown


def _site(settings: Settings) -> Finding:
    try:
        held = open_objects(settings.site).list()
    except ObjectsError as error:
        return Finding("site", str(error), ok=False, fatal=True)
    state = f"{len(held)} files" if held else "nothing published yet"
    return Finding("site", f"{settings.site}: {state}")
