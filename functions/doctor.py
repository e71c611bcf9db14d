"""What is set up and what is wrong, for the operator: one finding a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from functions.collect.access import NEEDS, address, configured
from functions.model import PLATFORMS, Platform, Roster
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
    count = configured(settings, platform)
    if accounts and not count:
        return Finding(
            platform,
            f"{len(accounts)} accounts but no credentials; set {NEEDS[platform]}",
            ok=False,
        )
    return Finding(
        platform,
        f"{len(accounts)} accounts, {resolved} resolved, {count} credentials, "
        f"at {address(settings, platform)}",
    )


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
