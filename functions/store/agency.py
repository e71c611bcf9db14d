"""Everything that lies under ``agencies/{agency}/``, in the project's own words.

The domain's verbs are written once here, above the port, and serve both adapters. Posts are merged
sample by sample (keyed by the time of the read), so two writers never undo each other.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from functions.model import (
    Agency,
    Entry,
    Platform,
    Post,
    Ranking,
    Roster,
    iso,
    month_of,
    previous_month,
)
from functions.store import evidence as ev
from functions.store.keys import key
from functions.store.ledgers import PART_SIZE, Ledger, pack, unpack
from functions.store.port import Conflict, Store, Stored, Write

_NEVER = "0000"


class MonthRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A month's ranking with what proves it.

    ``digest`` is the SHA-256 of the evidence, ``previous_digest`` that of the month before (None
    for the first month), ``closes_at`` the end of the time for objections (None while open).
    """

    ranking: Ranking
    digest: str
    previous_digest: str | None = None
    closes_at: datetime | None = None


class AgencyStore:
    """One agency's documents. All times that come out are aware UTC."""

    def __init__(self, store: Store, agency: Agency) -> None:
        self.store = store
        self.agency = agency
        self.root = f"agencies/{agency.id}"

    # Registry

    def satker_documents(self) -> list[Stored]:
        """What the admins wrote, by satker id."""
        return list(self.store.list(f"{self.root}/satker"))

    def save_satker(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace satker documents, leaving those not named alone."""
        self.store.write(
            Write(f"{self.root}/satker/{key(satker_id)}", dict(document))
            for satker_id, document in documents.items()
        )

    def roster(self, now: datetime) -> Roster | None:
        """The newest roster that was in force at ``now``; None before the first."""
        until = iso(now + timedelta(seconds=1))
        for stored in self.store.list(f"{self.root}/rosters", below=until, newest=1):
            return msgspec.json.decode(stored.data["body"], type=Roster)
        return None

    def save_roster(self, roster: Roster) -> None:
        """Add a version of the registry; earlier ones stay, for replaying the past."""
        as_of = iso(roster.as_of)
        body = msgspec.json.encode(roster, order="sorted")
        self.store.write([Write(f"{self.root}/rosters/{as_of}", {"as_of": as_of, "body": body})])

    def save_feedback(
        self, feedback: Iterable[tuple[str, Platform, str, Mapping[str, Any]]]
    ) -> None:
        """Write (satker, platform, handle, findings) beside what the admins typed."""
        self.store.write(
            Write(
                f"{self.root}/satker/{key(satker)}/accounts/{key(platform, handle)}",
                dict(findings),
                mode="merge",
            )
            for satker, platform, handle, findings in feedback
        )

    def feedback(self, satker: str) -> dict[str, Mapping[str, Any]]:
        """What collect found out about a satker's accounts, by ``platform:handle``."""
        listed = self.store.list(f"{self.root}/satker/{key(satker)}/accounts")
        return {stored.id: stored.data for stored in listed}

    # Posts

    def save_posts(self, posts: Iterable[Post]) -> None:
        """Merge posts: samples and absences are added, facts replaced by the newer ones."""
        self.store.write(
            Write(f"{self.root}/posts/{_post_key(post)}", _post_document(post), mode="merge")
            for post in posts
        )

    def posts_published(self, at_least: datetime) -> Iterator[Post]:
        """The posts published at or after an instant, by time."""
        listed = self.store.list(f"{self.root}/posts", at_least=iso(at_least))
        return (_post(stored) for stored in listed)

    def changed_posts(self, since: datetime | None) -> Iterator[tuple[datetime, Post]]:
        """The posts changed at or after a stamp of the store's clock (None: all), by that stamp."""
        since = since or datetime.fromisoformat("1970-01-01T00:00:00Z")
        listed = self.store.list(f"{self.root}/posts", changed_since=since)
        return ((stored.changed_at, _post(stored)) for stored in listed)

    # Followers

    def save_followers(self, readings: Iterable[tuple[Platform, str, datetime, int]]) -> None:
        """Add (platform, account id, read at, followers), kept by platform and month."""
        grouped: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(dict)
        for platform, account_id, at, count in readings:
            month = month_of(at, self.agency.zone)
            grouped[platform, month].setdefault(account_id, {})[iso(at)] = count
        self.store.write(
            Write(
                f"{self.root}/followers/{key(platform, month)}",
                {"month": month, "platform": platform, "accounts": accounts},
                mode="merge",
            )
            for (platform, month), accounts in sorted(grouped.items())
        )

    def followers(
        self, first: str, last: str, now: datetime
    ) -> dict[str, tuple[tuple[datetime, int], ...]]:
        """Follower counts read by ``now`` in the months first..last: account key to readings."""
        found: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        listed = self.store.list(f"{self.root}/followers", at_least=first, below=last + "~")
        for stored in listed:
            for account_id, readings in stored.data["accounts"].items():
                account = f"{stored.data['platform']}:{account_id}"
                for at, count in readings.items():
                    if (read_at := datetime.fromisoformat(at)) <= now:
                        found[account].append((read_at, count))
        return {account: tuple(sorted(readings)) for account, readings in found.items()}

    # Ledgers

    def ledgers(self, month: str) -> dict[str, Ledger]:
        """Every ledger of a month, by account key."""
        parts: dict[str, list[Stored]] = defaultdict(list)
        for stored in self.store.list(f"{self.root}/ledgers", at_least=month, below=month + "~"):
            parts[stored.data["account"]].append(stored)
        return {account: _ledger(account, month, found) for account, found in parts.items()}

    def ledger(self, account: str, month: str) -> Ledger:
        """One account-month, empty when there is none yet."""
        first = self._ledger_path(account, month, 0)
        found = self.store.get([first])
        if first in found:
            count = found[first].data["parts"]
            found |= self.store.get([self._ledger_path(account, month, n) for n in range(1, count)])
        return _ledger(account, month, list(found.values()))

    def save_ledger(self, ledger: Ledger) -> None:
        """Write a ledger's parts; ``Conflict`` when somebody else wrote it since it was read."""
        parts = pack(ledger.entries)
        writes = []
        for n, body in enumerate(parts):
            path = self._ledger_path(ledger.account, ledger.month, n)
            document = {
                "account": ledger.account,
                "month": ledger.month,
                "parts": len(parts),
                "body": body,
            }
            version = ledger.versions.get(path)
            writes.append(Write(path, document, "set" if version else "create", version))
        kept = {write.path for write in writes}
        writes += [Write(path, mode="delete") for path in ledger.versions if path not in kept]
        self.store.write(writes)

    def _ledger_path(self, account: str, month: str, part: int) -> str:
        platform, _, account_id = account.partition(":")
        suffix = (str(part),) if part else ()
        return f"{self.root}/ledgers/{key(platform, account_id, month, *suffix)}"

    # Months

    def months(self) -> dict[str, MonthRecord]:
        """The newest revision of every ranked month, oldest month first."""
        newest: dict[str, MonthRecord] = {}
        for stored in self.store.list(f"{self.root}/rankings", at_least=_NEVER):
            record = msgspec.json.decode(stored.data["body"], type=MonthRecord)
            held = newest.get(record.ranking.month)
            if held is None or held.ranking.revision < record.ranking.revision:
                newest[record.ranking.month] = record
        return newest

    def save_month(self, record: MonthRecord) -> None:
        """Write a month's ranking; ``Conflict`` rather than touch one that is final."""
        ranking = record.ranking
        path = f"{self.root}/rankings/{key(ranking.month)}:r{ranking.revision}"
        held = self.store.get([path]).get(path)
        if held and held.data["state"] == "final":
            raise Conflict(f"the ranking of {ranking.month} is final and is never written again")
        document = {
            "month": ranking.month,
            "revision": ranking.revision,
            "state": ranking.state,
            "formula": ranking.formula,
            "digest": record.digest,
            "as_of": iso(ranking.as_of),
            "body": msgspec.json.encode(record, order="sorted"),
        }
        if held is None:
            self.store.write([Write(path, document, "create")])
        else:
            self.store.write([Write(path, document, "set", held.version)])

    # Evidence

    def evidence(self, header: ev.Month, ledgers: Mapping[str, Ledger]) -> ev.Evidence:
        """What a month's ranking follows from, as known at ``header.as_of``."""
        roster = self.roster(header.as_of) or Roster(as_of=header.as_of)
        followers = self.followers(*_around(header.month), header.as_of)
        return ev.Evidence(
            month=header,
            units=tuple(
                ev.Unit(id=s.id, name=s.label, kind=s.kind)
                for s in sorted(roster.satker, key=lambda s: s.id)
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
                )
                for a in sorted(roster.accounts, key=lambda a: (a.satker, a.platform, a.handle))
            ),
            previous=self._previous(header),
            items=tuple(
                ev.item(entry.post.as_known(header.as_of))
                for account in sorted(ledgers)
                for _, entry in sorted(ledgers[account].entries.items())
                if _known_at(entry, header.as_of)
            ),
        )

    def evidence_of(self, record: MonthRecord, ledgers: Mapping[str, Ledger]) -> ev.Evidence:
        """The evidence that a stored month was ranked from, if its digest is the record's."""
        ranking = record.ranking
        header = self.header(
            ranking.month,
            formula=ranking.formula,
            state=ranking.state,
            incomplete=ranking.incomplete,
            revision=ranking.revision,
            as_of=ranking.as_of,
            run_id=ranking.run_id,
            closes_at=record.closes_at,
            previous_digest=record.previous_digest,
        )
        return self.evidence(header, ledgers)

    def header(self, month: str, **facts: Any) -> ev.Month:
        """The evidence's month line; ``facts`` are its further fields."""
        return ev.Month(
            agency=self.agency.id,
            name=self.agency.name,
            month=month,
            timezone=self.agency.timezone,
            **facts,
        )

    def _previous(self, header: ev.Month) -> tuple[ev.Previous, ...]:
        record = self.months().get(previous_month(header.month))
        if record is None or record.ranking.state != "final" or record.ranking.as_of > header.as_of:
            return ()
        return tuple(
            ev.Previous(
                month=record.ranking.month,
                ranking=ranked.ranking,
                platform=ranked.platform,
                kind=ranked.kind,
                band=ranked.band,
                ranks={row.satker: row.rank for row in ranked.rows},
            )
            for ranked in record.ranking.lists
        )

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
        """Freeze a month's evidence; returns what is frozen, which an earlier run may have been.

        Parts are named by the digest and the line that vouches for them is created last, so that a
        run cut short or a second one beside it leaves no mixture.
        """
        path = self._evidence_path(month, revision)
        digest, body = ev.digest(encoded), ev.compress(encoded)
        parts = [body[n : n + PART_SIZE] for n in range(0, len(body), PART_SIZE)]
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

    # The jobs' own notes

    def plan(self, platform: Platform) -> tuple[bytes | None, str | None]:
        """The collector's note about a platform and its stored version; (None, None) at first."""
        path = f"{self.root}/plans/{platform}"
        held = self.store.get([path]).get(path)
        return (None, None) if held is None else (held.data["body"], held.version)

    def save_plan(self, platform: Platform, body: bytes, version: str | None) -> None:
        """Replace the note; ``Conflict`` when another instance wrote it since it was read."""
        path = f"{self.root}/plans/{platform}"
        mode: Literal["set", "create"] = "create" if version is None else "set"
        self.store.write([Write(path, {"body": body}, mode, version)])

    def cursor(self, job: str) -> dict[str, Any]:
        """Where a job stands; empty before its first run."""
        path = f"{self.root}/cursors/{job}"
        held = self.store.get([path]).get(path)
        return {} if held is None else held.data

    def save_cursor(self, job: str, **values: Any) -> None:
        """Note where a job stands, leaving other values alone."""
        self.store.write([Write(f"{self.root}/cursors/{job}", values, mode="merge")])

    def save_run(self, run_id: str, report: Mapping[str, Any]) -> None:
        """Keep a run's report."""
        self.store.write([Write(f"{self.root}/runs/{key(run_id)}", dict(report))])


def _around(month: str) -> tuple[str, str]:
    """The months whose follower readings may serve a month's posts: before, it, and after."""
    year, number = int(month[:4]), int(month[5:7])
    following = f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"
    return previous_month(month), following


def _known_at(entry: Entry, now: datetime) -> bool:
    """Whether anything had been read of the post by then."""
    return any(s.taken_at <= now for s in entry.post.samples)


def _ledger(account: str, month: str, parts: list[Stored]) -> Ledger:
    return Ledger(
        account=account,
        month=month,
        entries=unpack(part.data["body"] for part in parts),
        versions={part.path: part.version for part in parts},
    )


def _post_key(post: Post) -> str:
    return key(post.platform, post.account_id, post.post_id)


def _post_document(post: Post) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(post)
    # What this read does not bring must not be wiped: an empty map would replace a full one.
    for name in ("text", "versions"):
        if not document[name]:
            del document[name]
    del document["samples"], document["absences"]
    if post.samples:
        document["samples"] = {
            sample.pop("taken_at"): sample for sample in msgspec.to_builtins(post.samples)
        }
    if post.absences:
        document["absences"] = {iso(at): True for at in post.absences}
    return document


def _post(stored: Stored) -> Post:
    document = dict(stored.data)
    document["samples"] = [
        {"taken_at": taken_at, **counters}
        for taken_at, counters in sorted(document.get("samples", {}).items())
    ]
    document["absences"] = sorted(document.get("absences", {}))
    return msgspec.convert(document, Post)
