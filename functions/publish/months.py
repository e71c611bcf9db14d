"""A month proved by its evidence, with its files, and as it is shown once it is frozen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from functions.model import Agency, Entry
from functions.publish.files.month_files import NamedPost, month_files, named_posts
from functions.publish.files.names import ADDED, NAMES, PACKAGE
from functions.publish.imprint import Imprint
from functions.publish.manifest import Held
from functions.publish.targets.port import Objects
from functions.publish.targets.upload import SiteFile
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import IndexedMonth, MonthRecord, indexed
from functions.store.ledgers import Ledger


@dataclass(frozen=True, slots=True)
class ProvedMonth:
    """A month whose evidence gives its ranking's digest. ``evidence``: encoded, uncompressed."""

    record: MonthRecord
    ledgers: Mapping[str, Ledger]
    evidence: bytes

    @property
    def told(self) -> IndexedMonth:
        """What the index says of it."""
        return indexed(self.record)

    @property
    def named(self) -> tuple[NamedPost, ...]:
        """The posts that its log and flags name."""
        return named_posts(self.record, self.ledgers)

    def files(self, agency: Agency, imprint: Imprint) -> dict[str, bytes]:
        """Its data files by name."""
        return month_files(self.record, self.ledgers, self.evidence, agency, imprint)


def prove(agency: AgencyStore, record: MonthRecord) -> ProvedMonth | None:
    """The month with its posts; None while they do not give its digest: it is being scored."""
    ledgers = agency.ledgers(record.ranking.month)
    evidence = _evidence(agency, record, ledgers)
    if evidence is None or ev.digest(evidence) != record.digest:
        return None
    return ProvedMonth(record, ledgers, evidence)


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


def without_captions(ledgers: Mapping[str, Ledger]) -> dict[str, Ledger]:
    """Ledgers without what people wrote: no page that is frozen shows it, as no evidence does."""
    return {
        account: Ledger(
            account=ledger.account,
            month=ledger.month,
            entries={
                post_id: Entry(
                    post=msgspec.structs.replace(entry.post, text=None), verdict=entry.verdict
                )
                for post_id, entry in ledger.entries.items()
            },
        )
        for account, ledger in ledgers.items()
    }


def data_items(
    proved: ProvedMonth,
    held: Held,
    objects: Objects,
    source: str,
    agency: Agency,
    imprint: Imprint,
) -> list[SiteFile]:
    """The month's data files as they are to be; of a final month, its frozen revision too.

    ``objects``: the site itself. ``source``: of what the files are made. What an earlier version
    froze is not added to, and a description stays with the imprint that it was frozen with.
    """
    ranking = proved.record.ranking
    month, folder = ranking.month, f"data/{ranking.month}"
    revision = f"{folder}/r{ranking.revision}"
    bodies = proved.files(agency, imprint)
    if ranking.state != "final":
        return [SiteFile(f"{folder}/{name}", body, source, month) for name, body in bodies.items()]
    package = f"{revision}/{PACKAGE}"
    if held.get(package, month) and (frozen := objects.get(package)) is not None:
        bodies[PACKAGE] = frozen
    kept = _frozen_names({name for name in NAMES if held.get(f"{revision}/{name}", month)})
    return [
        SiteFile(f"{place}/{name}", bodies[name], source, month, once=place == revision)
        for place in (revision, folder)
        for name in NAMES
        if name in kept
    ]


def _frozen_names(there: Collection[str]) -> Collection[str]:
    """The names of a revision's files, by those that are there."""
    return there if {*there} | ADDED == {*NAMES} else NAMES
