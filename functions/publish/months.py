"""The months of a site: those proved by their evidence, and those left as published."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from functions.publish import remembered
from functions.publish.files.month_files import (
    ADDED,
    NAMES,
    PACKAGE,
    NamedPost,
    month_files,
    named_posts,
    read_named_posts,
)
from functions.publish.imprint import Imprint
from functions.publish.pages.paths import month_path
from functions.publish.targets.port import Listed, Objects, md5_of
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.ledgers import Ledger, Ledgers

_REVISION = re.compile(r"r[1-9][0-9]*")

MonthFiles = dict[str, bytes]
# A month's frozen files by revision and name.
_Revisions = dict[int, dict[str, Listed]]


@dataclass
class Months:
    """What was found out about the months."""

    records: dict[str, MonthRecord] = field(default_factory=dict)
    ledgers: dict[str, Ledgers] = field(default_factory=dict)
    files: dict[str, MonthFiles] = field(default_factory=dict)
    named: dict[str, tuple[NamedPost, ...]] = field(default_factory=dict)
    settled: dict[str, dict[str, Listed]] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)


def read_months(
    agency: AgencyStore,
    objects: Objects,
    held: Mapping[str, Listed],
    ranked: Mapping[str, MonthRecord],
    now: datetime,
    made: Mapping[str, str],
    imprint: Imprint,
) -> Months:
    """The months as of ``now``, each proved by its evidence or left as it was published."""
    found = Months()
    later = {month for month, record in ranked.items() if record.ranking.as_of > now}
    for month in later:
        # A month that readers see already stays as it is; one that they do not see yet waits.
        if f"{month_path(month)}index.html" in held:
            found.pending.add(month)
            found.records[month] = ranked[month]
    records = {month: record for month, record in ranked.items() if month not in later}
    for month, record in records.items():
        settled = _settled(record, held)
        named = _named(objects, month) if settled else None
        if settled and named is not None:
            # Written once and frozen: nothing to prove again.
            found.settled[month] = settled
            found.records[month] = record
            found.named[month] = named
            found.ledgers[month] = agency.ledgers(month)
            continue
        ledgers = agency.ledgers(month)
        evidence = _evidence(agency, record, ledgers)
        if evidence is not None and ev.digest(evidence) == record.digest:
            found.ledgers[month] = ledgers
            if (as_made := _as_made(record, held, made, imprint)) is not None:
                found.settled[month] = as_made
            else:
                files = month_files(record, ledgers, evidence, agency.agency, imprint)
                found.files[month] = files | _as_frozen(record, objects, held)
            found.named[month] = named_posts(record, ledgers)
            found.records[month] = record
        else:
            found.pending.add(month)
            if f"{month_path(month)}index.html" in held:
                found.records[month] = record
    return found


def _as_frozen(
    record: MonthRecord, objects: Objects, held: Mapping[str, Listed]
) -> dict[str, bytes]:
    """A frozen revision's description as it was written, if a run came so far and no further.

    The imprint may have changed since, and what is frozen stays.
    """
    ranking = record.ranking
    path = f"data/{ranking.month}/r{ranking.revision}/{PACKAGE}"
    body = objects.get(path) if ranking.state == "final" and path in held else None
    return {} if body is None else {PACKAGE: body}


def _as_made(
    record: MonthRecord,
    held: Mapping[str, Listed],
    made: Mapping[str, str],
    imprint: Imprint,
) -> dict[str, Listed] | None:
    """The site's files of a month that is not final, if they were made from its present evidence.

    None: they must be made. Making them takes longer than all the rest.
    """
    month = record.ranking.month
    files = {name: held[path] for name in NAMES if (path := f"data/{month}/{name}") in held}
    told = _noted(record, imprint, {name: file.md5 for name, file in files.items()})
    return files if record.ranking.state != "final" and told == made.get(month) else None


def _noted(record: MonthRecord, imprint: Imprint, files: Mapping[str, str]) -> str:
    return remembered.of_month(f"{record.digest} {imprint}", files)


def made_months(months: Months, imprint: Imprint) -> dict[str, str]:
    """The digest to note for the files of each month that is not final.

    The files are this run's, or those that an earlier run made.
    """
    found = {}
    for month, record in sorted(months.records.items()):
        if record.ranking.state == "final" or month in months.pending:
            continue
        files = {name: md5_of(body) for name, body in months.files.get(month, {}).items()}
        files = files or {name: file.md5 for name, file in months.settled[month].items()}
        found[month] = _noted(record, imprint, files)
    return found


def noted_months(noted: Mapping[str, Any]) -> dict[str, str]:
    """The digests of the months' files that the last run noted; empty when the note is not ours."""
    words = str(noted.get("months") or "").split()
    return dict(word.split(":", 1) for word in words if ":" in word)


def _evidence(
    agency: AgencyStore, record: MonthRecord, ledgers: Mapping[str, Ledger]
) -> bytes | None:
    """The month's evidence: the frozen one, else as the store gives it; None when it gives none."""
    ranking = record.ranking
    if ranking.state == "final":
        frozen = agency.frozen_evidence(ranking.month, ranking.revision)
        if frozen is not None:
            return frozen
    evidence = agency.evidence_of(record, ledgers)
    return None if evidence is None else ev.encode(evidence)


def _settled(record: MonthRecord, held: Mapping[str, Listed]) -> dict[str, Listed] | None:
    """A final month's files, if its two folders in the site hold the same files; else None."""
    ranking = record.ranking
    if ranking.state != "final":
        return None
    found = {name: held.get(f"data/{ranking.month}/{name}") for name in NAMES}
    frozen = {name: held.get(f"data/{ranking.month}/r{ranking.revision}/{name}") for name in NAMES}
    if found != frozen:
        return None
    files = {name: listed for name, listed in found.items() if listed is not None}
    return files if files.keys() | ADDED == {*NAMES} else None


def _named(objects: Objects, month: str) -> tuple[NamedPost, ...] | None:
    """The posts that a frozen month's log and flags name; None when its file cannot be read."""
    body = objects.get(f"data/{month}/keputusan.json")
    try:
        return None if body is None else read_named_posts(body)
    except msgspec.DecodeError:
        return None


def data_paths(files: Mapping[str, MonthFiles]) -> dict[str, bytes]:
    return {
        f"data/{month}/{name}": body
        for month, named in files.items()
        for name, body in named.items()
    }


def frozen_paths(months: Months) -> dict[str, bytes]:
    """The revisions of final months, which are written once."""
    return {
        f"data/{month}/r{months.records[month].ranking.revision}/{name}": body
        for month, named in months.files.items()
        if months.records[month].ranking.state == "final"
        for name, body in named.items()
    }


def frozen_revisions(months: Months, held: Mapping[str, Listed]) -> dict[str, _Revisions]:
    """The frozen revisions of the months: those that the site holds and those of this run."""
    found: dict[str, _Revisions] = defaultdict(lambda: defaultdict(dict))
    written = {path: Listed("", len(body)) for path, body in frozen_paths(months).items()}
    for path, listed in (written | dict(held)).items():
        match path.split("/"):
            case ["data", month, revision, name] if _REVISION.fullmatch(revision) and name in NAMES:
                found[month][int(revision[1:])][name] = listed
    return found
