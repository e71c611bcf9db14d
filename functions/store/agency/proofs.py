"""What proves a month: its evidence, put together from what is stored, and frozen with the month.

``evidence/{month}:r{revision}`` vouches for the parts of a final month's frozen evidence. The
evidence of an open month is the frame beside its ranking, and its ledgers (store/evidence.py).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from functions.model import Roster, month_bounds, next_month, previous_month
from functions.store import evidence as ev
from functions.store.agency.followers import FollowerDocuments
from functions.store.agency.months import MonthDocuments, MonthRecord
from functions.store.agency.registry import RegistryDocuments
from functions.store.followers import serving
from functions.store.keys import key
from functions.store.ledgers import Ledger
from functions.store.parts import cut, expand, join
from functions.store.port import Conflict, Write


class EvidenceDocuments(RegistryDocuments, FollowerDocuments, MonthDocuments):
    """An agency's evidence, which rests on its registry, its followers and its months."""

    def header(self, month: str, **facts: Any) -> ev.Month:
        """The evidence's month line; ``facts`` are its further fields."""
        return ev.Month(
            agency=self.agency.id,
            name=self.agency.name,
            month=month,
            timezone=self.agency.timezone,
            **facts,
        )

    def frame(
        self,
        header: ev.Month,
        *,
        past: Mapping[str, tuple[tuple[int, int | None], ...]],
        before: MonthRecord | None = None,
        decisions: Iterable[ev.Decision] = (),
        objections: Iterable[ev.Objection] = (),
    ) -> ev.Evidence:
        """What a month's ranking follows from besides its posts, as known at ``header.as_of``.

        ``past``: what was usual on each account before the month. ``before``: the month before.
        """
        roster = self.roster(header.as_of) or Roster(as_of=header.as_of)
        bounds = month_bounds(header.month, self.agency.zone)
        # Readings of the months before and after may serve a month's posts as well.
        around = previous_month(header.month), next_month(header.month)
        followers = {
            account: serving(counts, *bounds)
            for account, counts in self.followers(*around, header.as_of).items()
        }
        return ev.Evidence(
            month=header,
            units=tuple(
                ev.Unit(id=s.id, name=s.label, kind=s.kind)
                for s in self._listed(header.month, roster)
            ),
            accounts=tuple(
                ev.Presence(
                    platform=a.platform,
                    handle=a.handle,
                    satker=a.satker,
                    valid_from=a.valid_from,
                    valid_to=a.valid_to,
                    account_id=a.account_id,
                    followers=followers.get(a.key or "", ()),
                    past=past.get(a.key or "", ()),
                )
                for a in sorted(roster.accounts, key=lambda a: (a.satker, a.platform, a.handle))
            ),
            previous=_previous(header, before),
            decisions=tuple(sorted(decisions, key=lambda d: (d.at, d.id))),
            objections=tuple(sorted(objections, key=lambda o: (o.at, o.id))),
        )

    def evidence_of(self, record: MonthRecord, ledgers: Mapping[str, Ledger]) -> ev.Evidence | None:
        """The evidence that a stored month was ranked from, if its digest is the record's.

        None when the month has been ranked anew since the record was read.
        """
        stored = self.store.get([self._month_path(record.ranking)]).values()
        same = [found for found in stored if found.data["digest"] == record.digest]
        for body in join(self.store, same, "frame"):
            frame = expand(body, ev.Evidence)
            twins = {
                (account, post_id): (verdict.duplicate_of, verdict.duplicate_percent or 0)
                for account, ledger in ledgers.items()
                for post_id, entry in ledger.entries.items()
                if (verdict := entry.verdict) is not None and verdict.duplicate_of is not None
            }
            return msgspec.structs.replace(frame, items=items(ledgers, record.ranking.as_of, twins))
        return None

    def frozen_evidence(self, month: str, revision: int) -> bytes | None:
        """The evidence that a final month was frozen with; None when it is not frozen."""
        path = self._evidence_path(month, revision)
        held = self.store.get([path]).get(path)
        if held is None:
            return None
        digest, count = held.data["digest"], held.data["parts"]
        paths = [f"{path}:{digest}:{n}" for n in range(count)]
        parts = self.store.get(paths)
        return gzip.decompress(b"".join(parts[name].data["body"] for name in paths))

    def freeze_evidence(self, month: str, revision: int, encoded: bytes) -> bytes:
        """Freeze a month's evidence; returns what is frozen: an earlier run's, if that froze first.
        Parts are named by the digest, and the document that vouches for them is created last. So
        neither a run that dies nor two runs at once leave a mixture.
        """
        path = self._evidence_path(month, revision)
        digest, body = ev.digest(encoded), ev.compress(encoded)
        parts = cut(body)
        self.store.write(
            Write(f"{path}:{digest}:{n}", {"month": month, "body": part})
            for n, part in enumerate(parts)
        )
        try:
            voucher = {"month": month, "digest": digest, "parts": len(parts)}
            self.store.write([Write(path, voucher, "create")])
        except Conflict:
            return self.frozen_evidence(month, revision) or encoded
        return encoded

    def _evidence_path(self, month: str, revision: int) -> str:
        return f"{self.root}/evidence/{key(month)}:r{revision}"


def items(ledgers: Mapping[str, Ledger], as_of: datetime, twins: ev.Twins) -> tuple[ev.Item, ...]:
    """The evidence's posts: every post with a read by then."""
    return tuple(
        ev.item(entry.post.as_known(as_of), twins.get((account, post_id)))
        for account in sorted(ledgers)
        for post_id, entry in sorted(ledgers[account].entries.items())
        if any(sample.taken_at <= as_of for sample in entry.post.samples)
    )


def _previous(header: ev.Month, record: MonthRecord | None) -> tuple[ev.Previous, ...]:
    """What a month is compared with: the month before, when it was final by then."""
    if record is None or record.ranking.state != "final" or record.ranking.as_of > header.as_of:
        return ()
    if record.ranking.month != previous_month(header.month):
        return ()
    return tuple(
        ev.Previous(
            month=record.ranking.month,
            ranking=ranked.ranking,
            platform=ranked.platform,
            kind=ranked.kind,
            band=ranked.band,
            band_from=ranked.band_from,
            band_below=ranked.band_below,
            ranks={row.satker: row.rank for row in ranked.rows},
        )
        for ranked in record.ranking.lists
    )
