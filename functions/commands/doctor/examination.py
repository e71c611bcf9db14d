"""What is set up and what is wrong, for the operator: one finding a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from functions.collect.credentials import NEEDS, address, configured, is_keyless
from functions.collect.watching import versions
from functions.commands.doctor.comments import comments
from functions.commands.doctor.finding import GROUPS, Finding, grouped, looked
from functions.commands.doctor.live import look
from functions.commands.doctor.spending import budgets
from functions.commands.doctor.vitals import vitals
from functions.connect import rekey
from functions.model import PLATFORMS, Agency, Platform, Roster
from functions.publish.targets.port import ObjectsError
from functions.publish.targets.sites import folder_of, open_site
from functions.registry.doubles import held_twice
from functions.registry.remarks import remarks
from functions.score.rules.closing import certain, closing_begins, waiting
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.store.terms import NAME, YOUTUBE_AMENDMENT, youtube_amendment
from functions.tokens.vault import held_vault

__all__ = ["Finding", "examine"]

MOST_TOLD = 20  # accounts one by one; the others as a number
MANY = 20  # agencies told one by one; of more the worst, and the others as a number
MOST_OF_MANY = 5
SIDE_BY_SIDE = 16  # agencies looked at together, where each look waits for a network


def examine(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    now: datetime,
    *,
    only: AgencyStore | None = None,
    live: bool = False,
) -> list[Finding]:
    """Look at the site, the platforms, the jobs, the data, the registry and the budgets.

    What to do next comes first; then the groups in their order, and in each as they are looked at.
    With several agencies, each agency's findings begin with its id; with very many, only the worst
    are told. ``only``: one of ``agencies``; everything about it is told, and nothing of the others.
    ``live``: ask the platforms too, once with each credential. StoreError when the store is
    unusable.
    """
    rosters: dict[str, Roster] = {}
    everybody = [agency.agency for agency in agencies]
    told_of = agencies if only is None else [only]
    findings = [_store(agencies[0], settings)]
    if len(agencies) > 1:
        findings.append(_agencies(everybody))
    if len(told_of) > MANY:
        findings += _of_many(told_of, settings, rosters, now)
    for agency in told_of if len(told_of) <= MANY else ():
        own = _own(agency, settings, rosters, now)
        findings += _told_apart(agency, agencies, rosters, own)
    findings += grouped("accounts", looked("registry", _doubles, rosters, now))
    version = looked("graph version", _graph_version, settings, now)
    findings += grouped("platforms", version)
    asked = look(agencies, settings, rosters, now) if live else []
    findings += _budgets(agencies, settings, asked, now)
    findings += grouped("tokens", _consents(settings, rosters.values()))
    key_told = looked("token key", _token_key, agencies, settings)
    findings += grouped("tokens", key_told) + asked
    if len(told_of) > MANY:  # a look at each one's accounts and site would take minutes
        findings += looked("site", _destinations, settings, agencies[0].agency, everybody)
        return _in_order(findings)
    for agency in told_of:
        roster = rosters[agency.id]
        own = grouped("accounts", looked("accounts", _wrong_accounts, agency, roster, now))
        own += grouped("data", looked("accounts", _incomplete_accounts, agency, roster, now))
        findings += _told_apart(agency, agencies, rosters, own)
    for agency in told_of:
        own = grouped("data", looked("months", _waiting_months, agency, now))
        findings += _told_apart(agency, agencies, rosters, own)
    for agency in told_of:
        own = looked("site", _destinations, settings, agency.agency, everybody)
        findings += _told_apart(agency, agencies, rosters, own)
    return _in_order(findings)


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """What to do next, and then group by group.

    What is next goes by the order in which things are looked at: without a registry there is
    nothing to read, and without runs nothing else is worth mending.
    """
    places = {group: number for number, group in enumerate(GROUPS)}
    ordered = sorted(findings, key=lambda finding: places[finding.group])
    return [_next(findings), *ordered]


def _budgets(
    agencies: Sequence[AgencyStore], settings: Settings, asked: Sequence[Finding], now: datetime
) -> list[Finding]:
    """What is remembered of each credential; of one that was asked just now, what it has spent."""
    found = looked("budgets", budgets, agencies, settings, now)
    if [f.subject for f in found] == ["budgets"]:  # it cannot be told
        return grouped("budgets", found)
    answered = {f"token {finding.subject.rpartition(' ')[2]}" for finding in asked}
    return [f for f in found if not (f.ok and f.subject in answered)]


def _own(
    agency: AgencyStore, settings: Settings, rosters: dict[str, Roster], now: datetime
) -> list[Finding]:
    """One agency's registry, platforms, jobs and data; its registry goes into ``rosters``."""
    own = looked("registry", _stored_roster, agency, rosters, now)
    roster = rosters.setdefault(agency.id, Roster(as_of=now))
    own = [replace(f, fatal=True) for f in own] or [_registry(roster)]
    told = [*roster.problems, *remarks(roster, now, agency.zone)]
    own = grouped("accounts", [*own, *(Finding("registry", said, ok=False) for said in told)])
    for platform in PLATFORMS:
        looks = looked(platform, _platform, settings, roster, platform)
        own += grouped("platforms", looks)
    own += grouped("platforms", looked("youtube terms", _terms, agency, roster, now))
    own += grouped("platforms", looked("comments", comments, agency, settings, roster, now))
    return own + vitals(agency, settings, roster, now)


def _of_many(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    rosters: dict[str, Roster],
    now: datetime,
) -> list[Finding]:
    """What is found of very many agencies: how many are well, and the worst of the others."""
    with ThreadPoolExecutor(SIDE_BY_SIDE if agencies[0].store.remote else 1) as pool:
        looks = pool.map(lambda agency: _own(agency, settings, rosters, now), agencies)
        apart = [
            (finding.subject, told)
            for agency, own in zip(agencies, [*looks], strict=True)
            for finding, told in zip(own, _told_apart(agency, agencies, rosters, own), strict=True)
        ]
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for subject, told in apart:
        grouped["months" if subject.startswith("month ") else subject].append(told)
    return [finding for subject, told in grouped.items() for finding in _worst(subject, told)]


def _worst(subject: str, told: Sequence[Finding]) -> list[Finding]:
    """One subject for very many agencies: how many are well, and the worst of the others."""
    group = told[0].group
    wrong = sorted((f for f in told if not f.ok), key=lambda f: not f.fatal)
    counted = Finding(
        f"all {subject}", f"{len(told) - len(wrong):,} of {len(told):,} are well", group=group
    )
    shown = wrong[:MOST_OF_MANY]
    if more := len(wrong) - len(shown):
        words = f"{more:,} more are not; kiprah doctor --agency ID tells of one"
        is_open = not any(f.fails for f in wrong)
        shown.append(Finding(f"all {subject}", words, ok=False, is_open=is_open, group=group))
    return [counted, *shown]


def _stored_roster(agency: AgencyStore, rosters: dict[str, Roster], now: datetime) -> list[Finding]:
    rosters[agency.id] = agency.roster(now) or Roster(as_of=now)
    return []


def _doubles(rosters: Mapping[str, Roster], now: datetime) -> list[Finding]:
    return [Finding("registry", said, ok=False) for said in held_twice(rosters, now)]


def _next(findings: Sequence[Finding]) -> Finding:
    """The one thing to do next: what stops everything, else what is wrong, else what is open."""
    wanting = (
        [f for f in findings if f.fatal]
        or [f for f in findings if f.fails]
        or [f for f in findings if f.is_open]
    )
    for finding in wanting:
        if finding.todo:
            words = f"{finding.subject}: {finding.todo}"
            return replace(finding, subject="next", words=words, fatal=False, group="next")
    if wanting:
        return Finding("next", f"look at {wanting[0].subject} below", ok=False, group="next")
    return Finding("next", "nothing to do", group="next")


def _store(agency: AgencyStore, settings: Settings) -> Finding:
    kind = ": a simulation; any now, no official host" if agency.simulation else ""
    return Finding("store", f"{settings.store}{kind}")


def _agencies(everybody: Sequence[Agency]) -> Finding:
    if len(everybody) > MANY:
        first = everybody[0]
        return Finding("agencies", f"{len(everybody):,}; the first is {first.id} ({first.name})")
    named = (f"{agency.id} ({agency.name}, {agency.timezone})" for agency in everybody)
    return Finding("agencies", ", ".join(named))


def _told_apart(
    agency: AgencyStore,
    agencies: Sequence[AgencyStore],
    rosters: Mapping[str, Roster],
    findings: Iterable[Finding],
) -> list[Finding]:
    """One agency's findings, with its id before them where there are several.

    An empty registry stops one agency, and everything only when all are empty.
    """
    if len(agencies) == 1:
        return [*findings]
    works = any(roster.satker for roster in rosters.values())
    return [
        replace(
            finding,
            subject=f"{agency.id} {finding.subject}",
            fatal=finding.fatal and not (works and finding.subject == "registry"),
        )
        for finding in findings
    ]


def _registry(roster: Roster) -> Finding:
    if not roster.satker:
        todo = "run: kiprah registry import FILE"
        return Finding("registry", f"empty; {todo}", ok=False, fatal=True, todo=todo)
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
            todo=f"set {NEEDS[platform]}",
        )
    count = configured(settings, platform)
    if accounts and not count:
        return Finding(
            platform,
            f"{len(accounts)} accounts but no credentials; set {NEEDS[platform]}",
            ok=False,
            todo=f"set {NEEDS[platform]}",
        )
    return Finding(platform, f"{counted}, {count} credentials, at {address(settings, platform)}")


def _graph_version(settings: Settings, now: datetime) -> list[Finding]:
    """Whether Meta soon stops answering to the version that is asked for."""
    if not (configured(settings, "instagram") or configured(settings, "facebook")):
        return []
    said = versions.remark(settings.graph_version, now.date())
    return [Finding("graph version", said, ok=False, todo=versions.ADVICE)] if said else []


def _terms(agency: AgencyStore, roster: Roster, now: datetime) -> list[Finding]:
    """Whether YouTube's terms allow what is published of the agency's channels."""
    channels = any(a.platform == "youtube" and a.holds(now) for a in roster.accounts)
    if not channels or youtube_amendment(agency.settings(NAME)) is not None:
        return []
    todo = (
        "apply for YouTube's amendment (docs/ketentuan.md); write its reference as "
        f"{YOUTUBE_AMENDMENT} in settings/{NAME}"
    )
    said = "no acceptance of the amendment on derived metrics is noted"
    return [Finding("youtube terms", f"{said}; {todo}", ok=False, is_open=True, todo=todo)]


def _consents(settings: Settings, rosters: Iterable[Roster]) -> list[Finding]:
    """Whether satker can be sent links for their TikTok consent."""
    accounts = [account for roster in rosters for account in roster.accounts]
    if settings.connect_url or not any(a.platform == "tiktok" for a in accounts):
        return []
    todo = "set KIPRAH_CONNECT_URL to where the function connect is reached"
    return [Finding("consents", f"no links can be made; {todo}", ok=False, todo=todo)]


def _token_key(agencies: Sequence[AgencyStore], settings: Settings) -> list[Finding]:
    """While a key is rotated, how many stored secrets still need the old one."""
    if not rekey.is_rotating(settings) or (vault := held_vault(settings)) is None:
        return []
    count = rekey.counted(agencies, vault)
    todo = "run: kiprah connect rekey" if count.older else ""
    return [Finding("token key", rekey.words(settings, count), ok=not count.older, todo=todo)]


def _wrong_accounts(agency: AgencyStore, roster: Roster, now: datetime) -> list[Finding]:
    """What collect wrote beside registered handles; what it wrote of others no longer matters."""
    registered = {
        (account.satker, key(account.platform, account.handle))
        for account in roster.accounts
        if account.holds(now)
    }
    findings = []
    for satker in roster.satker:
        for name, found in agency.feedback(satker.id).items():
            if (satker.id, name) in registered and found.get("status", "ok") != "ok":
                words = " ".join(str(found["status"]).split())
                findings.append(Finding(f"{satker.id} {name}", words, ok=False))
    shown = findings[:MOST_TOLD]
    if len(findings) > len(shown):
        kinds = Counter(finding.subject.split()[1].partition(":")[0] for finding in findings)
        counts = ", ".join(f"{platform} {n}" for platform, n in kinds.items())
        shown.append(Finding("accounts", f"{len(findings)} are wrong: {counts}", ok=False))
    return shown


def _waiting_months(agency: AgencyStore, now: datetime) -> list[Finding]:
    """The months that do not close, or are not frozen, although their time is over."""
    if agency.simulation:
        return []
    findings, until = [], agency.read_until()
    for month, record in agency.months().items():
        state, due = record.ranking.state, record.closes_at
        why = waiting(due or closing_begins(month, agency.zone), now, now, certain(now, now, until))
        if why is not None and state != "final" and not record.ranking.incomplete:
            findings.append(Finding(month, f"stays {state}: {why}", ok=False))
    return findings


def _incomplete_accounts(agency: AgencyStore, roster: Roster, now: datetime) -> list[Finding]:
    """What is known to be missing of registered accounts' posts."""
    told = agency.completeness()
    found = [
        (account, said)
        for account in roster.accounts
        if account.holds(now) and (said := told.get(account.key or ""))
    ]
    shown = [
        Finding(f"{a.satker} {a.platform}:{a.handle}", f"kelengkapan: {said}", ok=False)
        for a, said in found[:MOST_TOLD]
    ]
    if len(found) > len(shown):
        counts = ", ".join(f"{p} {n}" for p, n in Counter(a.platform for a, _ in found).items())
        words = f"posts of {len(found)} are missing: {counts}"
        shown.append(Finding("accounts", words, ok=False))
    return shown


def _destinations(
    settings: Settings, agency: Agency, everybody: Sequence[Agency]
) -> Iterator[Finding]:
    """Where publishing puts files: the site, and what is frozen where that is kept besides."""
    yield _destination("site", "KIPRAH_SITE", settings.site, agency, everybody)
    if settings.frozen:
        yield _destination("frozen data", "KIPRAH_FROZEN", settings.frozen, agency, everybody)


def _destination(
    subject: str, setting: str, url: str, agency: Agency, everybody: Sequence[Agency]
) -> Finding:
    try:
        held = open_site(url, agency, everybody, setting).list()
    except ObjectsError as error:
        return Finding(subject, str(error), ok=False, fatal=True, todo=f"mend {setting}")
    state = f"{len(held)} files" if held else "nothing published yet"
    folder = folder_of(agency, everybody)
    address = f"{url.rstrip('/')}/{folder}" if folder else url
    return Finding(subject, f"{address}: {state}")
