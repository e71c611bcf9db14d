"""Months: their ledgers, their rankings with what proves them, and what one hands to the next.

``ledgers/{month}:{day}`` hold the posts that rankings are made from (store/ledgers.py),
``rankings/{month}:r{revision}`` a ranking with its evidence's frame, ``tails/{month}`` what the
next month must know of this one (store/tails.py). ``indexes/months`` names every ranked month with
the little that tells whether it has changed, so that nobody reads all rankings to find that out.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import msgspec

from functions.model import Change, Entry, MonthState, Ranking, iso
from functions.store import evidence as ev
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.ledgers import Ledgers, find
from functions.store.parts import LostPieceError, compress, expand, join, named_pieces, split
from functions.store.port import Conflict, Stored, Write
from functions.store.tails import Tail

_NEVER = "0000"
_Month = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}$")]
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class MonthRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A month's ranking with what proves it.

    ``digest`` is the SHA-256 of the evidence, ``previous_digest`` that of the month before (None
    for the first month), ``closes_at`` the end of the time for objections (None while open),
    ``changes`` what a revision changed. ``decisions`` and ``objections`` are the
    month's public log, ``rules`` the settings it was ranked by.
    """

    ranking: Ranking
    digest: str
    previous_digest: str | None = None
    closes_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    decisions: tuple[ev.Decision, ...] = ()
    objections: tuple[ev.Objection, ...] = ()
    rules: ev.Rules | None = None

    @property
    def decided(self) -> frozenset[str]:
        """The ids of the decisions that the ranking follows."""
        return frozenset(decision.id for decision in self.decisions)


class IndexedMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What the index says of a month's newest revision; each field as in its record."""

    month: _Month
    revision: int
    state: MonthState
    digest: str
    as_of: _Instant
    closes_at: _Instant | None = None
    incomplete: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether only a revision can change it: final; or incomplete, and over."""
        over = self.closes_at is not None and self.as_of >= self.closes_at
        return self.state == "final" or (self.incomplete and over)


class MonthIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Every ranked month, and everybody who was ever ranked.

    ``months``: by month, the oldest first. ``units``: the name that each satker's id had in the
    newest month that ranked it.
    """

    months: dict[str, IndexedMonth]
    units: dict[str, str]


def index_of(records: Mapping[str, MonthRecord]) -> MonthIndex:
    """The index of these months, each in its newest revision."""
    ordered = sorted(records.items())
    units = {
        row.satker: row.name
        for _, record in ordered
        for ranked in record.ranking.lists
        for row in ranked.rows
    }
    return MonthIndex(
        months={month: indexed(record) for month, record in ordered},
        units=dict(sorted(units.items())),
    )


def indexed(record: MonthRecord) -> IndexedMonth:
    """What the index says of a month."""
    ranking = record.ranking
    return IndexedMonth(
        month=ranking.month,
        revision=ranking.revision,
        state=ranking.state,
        digest=record.digest,
        as_of=ranking.as_of,
        closes_at=record.closes_at,
        incomplete=ranking.incomplete,
    )


class MonthDocuments(AgencyDocuments):
    """An agency's months."""

    def ledgers(self, month: str) -> Ledgers:
        """Every ledger of a month, by account key."""
        listed = self.store.list(f"{self.root}/ledgers", at_least=month, below=month + "~")
        return Ledgers.read(month, self.agency.zone, listed)

    def entry(self, account: str, post_id: str, published_at: datetime) -> Entry | None:
        """What one post's ledger holds of it, without reading the month."""
        ledgers = f"{self.root}/ledgers"
        return find(self.store, ledgers, self.agency.zone, account, post_id, published_at)

    def save_ledgers(self, ledgers: Ledgers) -> None:
        """Write what was put into ledgers; read them again before the next write.

        ``Conflict`` when another writer was faster; some parts may be written by then.
        """
        self.store.write(ledgers.writes(f"{self.root}/ledgers"))

    def months(self) -> dict[str, MonthRecord]:
        """The newest revision of every ranked month, oldest month first."""
        return self._months(_NEVER, None)

    def months_since(self, month: str) -> dict[str, MonthRecord]:
        """The newest revision of every ranked month from ``month`` on, the oldest first."""
        return self._months(month, None)

    def month_index(self) -> MonthIndex:
        """Every ranked month, in one read.

        Made from the rankings themselves where a store has no index yet, or one that cannot be
        read.
        """
        path = f"{self.root}/indexes/months"
        held = self._index(self.store.get([path]).get(path))
        return held or index_of(self.months())

    def save_month_index(self, records: Mapping[str, MonthRecord]) -> None:
        """Keep the index of these months, which are all; writes nothing when it is kept already.

        Where another run writes it at the same time, that one's stays: the next run compares again.
        """
        path = f"{self.root}/indexes/months"
        held = self.store.get([path]).get(path)
        index = index_of(records)
        if not (records or held) or self._index(held) == index:
            return
        # A hundred years and 5,000 units fit one document: nothing is left over of an earlier one.
        document, pieces = split(path, compress(index))
        new = (
            Write(path, document, version=held.version) if held else Write(path, document, "create")
        )
        with suppress(Conflict):
            self.store.write([*pieces, new])

    def _index(self, held: Stored | None) -> MonthIndex | None:
        """What a document of the index says; None when it says nothing that can be read."""
        try:
            [body] = join(self.store, [held] if held else [])
            index = expand(body, MonthIndex)
        except (LostPieceError, KeyError, TypeError, ValueError, zlib.error):
            return None
        is_sound = [*index.months] == [each.month for each in index.months.values()]
        return index if is_sound else None

    def month(self, month: str) -> MonthRecord | None:
        """The newest revision of a month; None when it is not ranked."""
        return self._months(month, month + "~").get(month)

    def _months(self, first: str, below: str | None) -> dict[str, MonthRecord]:
        newest: dict[str, MonthRecord] = {}
        listed = self.store.list(f"{self.root}/rankings", at_least=first, below=below)
        for body in join(self.store, listed):
            record = expand(body, MonthRecord)
            held = newest.get(record.ranking.month)
            if held is None or held.ranking.revision < record.ranking.revision:
                newest[record.ranking.month] = record
        return newest

    def month_state(self, month: str) -> MonthState | None:
        """The state of a month's newest ranking; None while there is none."""
        listed = self.store.list(f"{self.root}/rankings", at_least=month, below=month + "~")
        states: dict[int, MonthState] = {s.data["revision"]: s.data["state"] for s in listed}
        return states[max(states)] if states else None

    def save_month(self, record: MonthRecord, frame: ev.Evidence) -> None:
        """Write a month's ranking and its evidence's frame, which belong together.

        ``Conflict`` rather than touch one that is final.
        """
        ranking = record.ranking
        path = self._month_path(ranking)
        held = self.store.get([path]).get(path)
        if held and held.data["state"] == "final":
            raise Conflict(f"the ranking of {ranking.month} is final and is never written again")
        facts = {
            "month": ranking.month,
            "revision": ranking.revision,
            "state": ranking.state,
            "formula": ranking.formula,
            "digest": record.digest,
            "as_of": iso(ranking.as_of),
        }
        self._replace(path, held, facts, body=record, frame=frame)

    def _month_path(self, ranking: Ranking) -> str:
        return f"{self.root}/rankings/{key(ranking.month)}:r{ranking.revision}"

    def tail(self, month: str) -> Tail:
        """What a month hands on to the next; empty when it handed nothing on."""
        path = f"{self.root}/tails/{key(month)}"
        for body in join(self.store, self.store.get([path]).values()):
            return expand(body, Tail)
        return Tail()

    def save_tail(self, month: str, tail: Tail) -> None:
        """Keep what a month hands on to the next, unless it is kept already."""
        path = f"{self.root}/tails/{key(month)}"
        held = self.store.get([path]).get(path)
        if held is None or join(self.store, [held]) != [compress(tail)]:
            self._replace(path, held, {"month": month}, body=tail)

    def _replace(
        self, path: str, held: Stored | None, facts: Mapping[str, Any], **bodies: Any
    ) -> None:
        """Write values that may outgrow a document; ``Conflict`` when ``held`` has changed."""
        # The earlier pieces stay for a reader that has just read the earlier document.
        stale = named_pieces(held.data) if held else []
        document: dict[str, Any] = {**facts, "stale": stale}
        pieces: list[Write] = []
        for field, value in bodies.items():
            said, cut = split(path, compress(value), field)
            document |= said
            pieces += cut
        if held is None:
            self.store.write([*pieces, Write(path, document, "create")])
            return
        self.store.write([*pieces, Write(path, document, "set", held.version)])
        kept = {*named_pieces(document), *stale}
        self.store.write(
            Write(f"{path}:{name}", mode="delete")
            for name in held.data.get("stale", ())
            if name not in kept
        )
