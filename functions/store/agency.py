"""Everything that lies under ``agencies/{agency}/``, in the project's own words.

The domain's verbs are written once here, above the port, and serve both adapters. Posts are merged
sample by sample (keyed by the time of the read), so two writers never undo each other.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import msgspec

from functions import log
from functions.model import (
    PLATFORMS,
    Agency,
    Change,
    Entry,
    MonthState,
    Platform,
    Post,
    Ranking,
    Roster,
    Satker,
    iso,
    month_bounds,
    month_of,
    next_month,
    previous_month,
)
from functions.store import evidence as ev
from functions.store import followers as stored_followers
from functions.store.expiry import SWEPT, expiry
from functions.store.keys import key, unkey
from functions.store.ledgers import Ledger, Ledgers, find
from functions.store.listing import listed
from functions.store.parts import LostPieceError, compress, cut, expand, join, named_pieces, split
from functions.store.port import Conflict, Store, Stored, Write, until_written
from functions.store.tails import Tail
from functions.times import present

_NEVER = "0000"
ATTEMPTS = 20  # at adding to a document that others add to as well


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


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """A post that an address leads to: of which account, and where its ledger entry is.

    ``is_part``: the address is that of a further post of its thread.
    """

    account: str
    post_id: str
    published_at: datetime
    is_part: bool = False


class StoredPlan(msgspec.Struct, frozen=True):
    """A collector's note as it is stored. ``body`` None: there is none, or a part of it is lost;
    ``version`` None: there is no document yet. ``parts`` are the names of its parts, if split."""

    body: bytes | None = None
    version: str | None = None
    parts: tuple[str, ...] = ()


class AgencyStore:
    """One agency's documents. All times that come out are aware UTC.

    ``simulation``: whether the store is one. ``clock``: the computer's, by which documents expire.
    """

    def __init__(
        self,
        store: Store,
        agency: Agency,
        *,
        simulation: bool = False,
        clock: Callable[[], datetime] = present,
    ) -> None:
        self.store = store
        self.agency = agency
        self.simulation = simulation
        self._clock = clock
        self.root = f"agencies/{agency.id}"

    # What expires

    def expiry(self, collection: str, needed_until: datetime | None = None) -> datetime | None:
        """When a document that is written now expires; None: never, as in a simulation.

        ``needed_until``: from then on its time counts; None: from now on.
        """
        if self.simulation:
            return None
        clock = self._clock()
        return expiry(collection, needed_until or clock, clock)

    def keep_posts(self, month: str, until: datetime, since: str | None, most: int) -> str | None:
        """Keep a month's posts until an instant; where the next call is to go on, None: nowhere.

        Args:
            until: what expires later already is left alone.
            since: what an earlier call returned; None: begin at the month's beginning.
            most: about as many as one call may write.

        Raises:
            Conflict: one was written meanwhile, and some are kept by then; to be done again.
        """
        begin, end = (iso(at) for at in month_bounds(month, self.agency.zone))
        reached, writes = since or begin, list[Write]()
        for stored in self.store.list(f"{self.root}/posts", at_least=reached, below=end):
            at: str = stored.data["published_at"]
            if len(writes) >= most and at > reached:
                self.store.write(writes)
                return at
            reached = at
            if stored.expires_at is not None and stored.expires_at < until:
                # Conditional: of one that is deleted meanwhile half a document would be left.
                write = Write(stored.path, {}, "merge", stored.version, expires_at=until)
                writes.append(write)
        self.store.write(writes)
        return None

    def sweep(self, until: datetime) -> int:
        """Delete some of what has expired, in a store that does not do so by itself."""
        return 0 if self.simulation else self.store.sweep(until, most=SWEPT)

    def published(self) -> dict[str, str]:
        """The digests of the months as the site shows them; empty before the first publishing."""
        path = f"{self.root}/jobs/publish"
        held = self.store.get([path]).get(path)
        told = {} if held is None else held.data.get("published")
        return told if isinstance(told, dict) else {}

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

    def edit_satker(self, edits: Iterable[tuple[Stored | None, str, Mapping[str, Any]]]) -> None:
        """Merge fields into satker documents as they were read, or create the missing ones.

        Args:
            edits: the document as it was read (None: there was none), the satker's id, the fields.

        Raises:
            Conflict: a document was changed, made or removed since; those before it may be written.
        """
        self.store.write(
            Write(f"{self.root}/satker/{key(satker_id)}", dict(fields), "create")
            if stored is None
            else Write(stored.path, dict(fields), "merge", stored.version)
            for stored, satker_id, fields in edits
        )

    def roster(self, now: datetime) -> Roster | None:
        """The newest roster that was in force at ``now``; None before the first."""
        until = iso(now + timedelta(seconds=1))
        newest = self.store.list(f"{self.root}/rosters", below=until, newest=1)
        for body in join(self.store, newest):
            return expand(body, Roster)
        return None

    def save_roster(self, roster: Roster) -> None:
        """Add a version of the registry; earlier ones stay, for replaying the past."""
        as_of = iso(roster.as_of)
        path = f"{self.root}/rosters/{as_of}"
        document, pieces = split(path, compress(roster))
        self.store.write([*pieces, Write(path, {"as_of": as_of, **document})])

    def listed(self, month: str, now: datetime) -> tuple[Satker, ...]:
        """Who stands in a month's lists as known at ``now``, as registered then, by id."""
        return self._listed(month, self.roster(now) or Roster(as_of=now))

    def _listed(self, month: str, now: Roster) -> tuple[Satker, ...]:
        begin, end = month_bounds(month, self.agency.zone)
        last = end - timedelta(seconds=1)
        then = now if now.as_of <= last else self.roster(last) or now
        return listed(begin, end, then, now)

    def save_feedback(
        self, feedback: Iterable[tuple[str, Platform, str, Mapping[str, Any]]]
    ) -> None:
        """Write (satker, platform, handle, findings) beside what the admins typed."""
        self.store.write(
            Write(self._feedback_path(satker, platform, handle), dict(findings), mode="merge")
            for satker, platform, handle, findings in feedback
        )

    def forget_feedback(self, accounts: Iterable[tuple[str, Platform, str]]) -> None:
        """Remove what stands beside (satker, platform, handle): they are typed no longer."""
        self.store.write(
            Write(self._feedback_path(*account), mode="delete") for account in sorted(accounts)
        )

    def _feedback_path(self, satker: str, platform: Platform, handle: str) -> str:
        return f"{self.root}/satker/{key(satker)}/accounts/{key(platform, handle)}"

    def feedback(self, satker: str) -> dict[str, Mapping[str, Any]]:
        """What collect found out about a satker's accounts, by ``platform:handle``."""
        listed = self.store.list(f"{self.root}/satker/{key(satker)}/accounts")
        return {":".join(unkey(stored.id)): stored.data for stored in listed}

    # Posts

    def save_posts(self, posts: Iterable[Post]) -> None:
        """Merge posts: samples and absences are added, facts replaced by the newer ones."""
        self.store.write(
            Write(
                f"{self.root}/posts/{_post_key(post)}",
                _post_document(post),
                mode="merge",
                expires_at=self.expiry("posts", self._month_end(post)),
            )
            for post in posts
        )

    def _month_end(self, post: Post) -> datetime:
        zone = self.agency.zone
        return month_bounds(month_of(post.published_at, zone), zone)[1]

    def posts_published(self, at_least: datetime) -> Iterator[Post]:
        """The posts published at or after an instant, by time."""
        listed = self.store.list(f"{self.root}/posts", at_least=iso(at_least))
        return (post for _, post in _posts(listed, []))

    def changed_posts(
        self, since: datetime | None, broken: list[str] | None = None
    ) -> Iterator[tuple[datetime, Post]]:
        """The posts changed at or after a stamp of the store's clock (None: all), by that stamp.

        ``broken`` takes a line for each document that is no post, which is passed over.
        """
        since = since or datetime.fromisoformat("1970-01-01T00:00:00Z")
        listed = self.store.list(f"{self.root}/posts", changed_since=since)
        told = [] if broken is None else broken
        return ((stored.changed_at, post) for stored, post in _posts(listed, told))

    def post(self, account: str, post_id: str) -> Post | None:
        """A post as it was collected; None when there is none, when it has expired, or when its
        document is no post."""
        platform, _, account_id = account.partition(":")
        path = f"{self.root}/posts/{key(platform, account_id, post_id)}"
        held = _posts(self.store.get([path]).values(), [])
        return next((post for _, post in held), None)

    def held_posts(self, platform: Platform, names: Iterable[str]) -> set[str]:
        """Which of a platform's posts (``account_id:post_id``) there are."""
        paths = {}
        for name in names:
            account_id, _, post_id = name.rpartition(":")
            paths[f"{self.root}/posts/{key(platform, account_id, post_id)}"] = name
        return {paths[path] for path in self.store.get([*paths])}

    # Completeness

    def save_completeness(self, platform: Platform, told: Mapping[str, str | None]) -> None:
        """Say of accounts, by their ids, what of their posts is missing; None: nothing any more."""
        path = f"{self.root}/completeness/{platform}"
        self.store.write([Write(path, {"accounts": dict(told)}, mode="merge")])

    def completeness(self) -> dict[str, str]:
        """What is said of missing posts, by account key; accounts without are left out."""
        paths = [f"{self.root}/completeness/{platform}" for platform in PLATFORMS]
        return {
            f"{document.id}:{account_id}": said
            for document in self.store.get(paths).values()
            for account_id, said in document.data["accounts"].items()
            if said
        }

    # Addresses

    def save_urls(self, posts: Iterable[tuple[Post, Iterable[str]]]) -> None:
        """Let posts be found under the keys of their addresses.

        A collaboration stands in the feeds of several accounts under one key: each is added.
        """
        documents: dict[str, dict[str, Any]] = defaultdict(dict)
        for post, keys in posts:
            for name in keys:
                documents[f"{self.root}/urls/{key(post.platform, name)}"][post.account] = {
                    "post_id": post.post_id,
                    "published_at": iso(post.published_at),
                    "month": month_of(post.published_at, self.agency.zone),
                    **({"part": True} if name in post.parts else {}),
                }
        self.store.write(
            Write(path, {"accounts": accounts}, mode="merge")
            for path, accounts in documents.items()
        )

    def find_urls(self, platform: Platform, keys: Iterable[str]) -> tuple[Located, ...]:
        """The posts that are found under any of the keys, by account; empty when none is."""
        stored = self.store.get([f"{self.root}/urls/{key(platform, name)}" for name in keys])
        found: dict[str, Located] = {}
        for document in stored.values():
            for account, facts in document.data.get("accounts", {}).items():
                with suppress(KeyError, TypeError, ValueError):  # typed over by hand: not found
                    found[account] = Located(
                        account=account,
                        post_id=facts["post_id"],
                        published_at=datetime.fromisoformat(facts["published_at"]),
                        is_part=facts.get("part", False),
                    )
        return tuple(found[account] for account in sorted(found))

    # Followers

    def save_followers(self, readings: Iterable[tuple[Platform, str, datetime, int]]) -> None:
        """Add (platform, account id, read at, followers), kept by platform and month."""
        grouped: dict[tuple[Platform, str], stored_followers.FollowerCounts] = defaultdict(dict)
        for platform, account_id, at, count in readings:
            month = month_of(at, self.agency.zone)
            grouped[platform, month].setdefault(account_id, {})[iso(at)] = count
        for (platform, month), added in sorted(grouped.items()):
            # Another writer may add its own meanwhile: both are wanted.
            until_written(partial(self._add_followers, platform, month, added), ATTEMPTS)

    def followers(
        self, first: str, last: str, now: datetime
    ) -> dict[str, tuple[tuple[datetime, int], ...]]:
        """Follower counts read by ``now`` in the months first..last: account key to readings."""
        documents: dict[str, list[Stored]] = defaultdict(list)
        for stored in self.store.list(f"{self.root}/followers", at_least=first, below=last + "~"):
            documents[stored.data["platform"]].append(stored)
        found: dict[str, tuple[tuple[datetime, int], ...]] = {}
        for platform, held in documents.items():
            for account_id, counts in stored_followers.unite(held).items():
                read = ((datetime.fromisoformat(at), count) for at, count in counts.items())
                known = tuple(sorted((at, count) for at, count in read if at <= now))
                if known:
                    found[f"{platform}:{account_id}"] = known
        return found

    def _add_followers(
        self, platform: Platform, month: str, added: stored_followers.FollowerCounts
    ) -> None:
        head = f"{self.root}/followers/{key(platform, month)}"
        held = self.store.get([head])
        if head in held:
            count = stored_followers.count_parts(held[head])
            held |= self.store.get([f"{head}:{n}" for n in range(1, count)])
        known = stored_followers.unite(held.values())
        stored_followers.add(known, added)
        facts = {"month": month, "platform": platform}
        self.store.write(stored_followers.writes(head, held, facts, known))

    # Ledgers

    def ledgers(self, month: str) -> Ledgers:
        """Every ledger of a month, by account key."""
        listed = self.store.list(f"{self.root}/ledgers", at_least=month, below=month + "~")
        return Ledgers.read(month, self.agency.zone, listed)

    def entry(self, account: str, post_id: str, published_at: datetime) -> Entry | None:
        """What one post's ledger holds of it, without reading the month."""
        ledgers = f"{self.root}/ledgers"
        return find(self.store, ledgers, self.agency.zone, account, post_id, published_at)

    def save_ledgers(self, ledgers: Ledgers) -> None:
        """Write what was put into ledgers; they are to be read anew before they are written again.

        ``Conflict`` when somebody else wrote since they were read; a part may be written by then.
        """
        self.store.write(ledgers.writes(f"{self.root}/ledgers"))

    # Months

    def months(self) -> dict[str, MonthRecord]:
        """The newest revision of every ranked month, oldest month first."""
        return self._months(_NEVER, None)

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
        # Whoever has just read the document before still finds its pieces.
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

    # Evidence

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
            account: stored_followers.serving(counts, *bounds)
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

    def header(self, month: str, **facts: Any) -> ev.Month:
        """The evidence's month line; ``facts`` are its further fields."""
        return ev.Month(
            agency=self.agency.id,
            name=self.agency.name,
            month=month,
            timezone=self.agency.timezone,
            **facts,
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

    # Decisions, objections and settings, which admins write

    def decisions(self) -> list[Stored]:
        """What admins decided, by id."""
        return list(self.store.list(f"{self.root}/decisions"))

    def objections(self) -> list[Stored]:
        """What units contest, by id."""
        return list(self.store.list(f"{self.root}/objections"))

    def add_decision(self, id: str, document: Mapping[str, Any]) -> None:
        """Add a decision; ``Conflict`` when its id is taken."""
        self.store.write([Write(f"{self.root}/decisions/{key(id)}", dict(document), "create")])

    def add_objection(self, id: str, document: Mapping[str, Any]) -> None:
        """Add an objection; ``Conflict`` when its id is taken."""
        self.store.write([Write(f"{self.root}/objections/{key(id)}", dict(document), "create")])

    def answer_objection(self, objection: Stored, answer: Mapping[str, Any]) -> None:
        """Answer an objection as it was read; ``Conflict`` when somebody changed it since."""
        self.store.write([Write(objection.path, dict(answer), "merge", objection.version)])

    def tell_admin(self, told: Iterable[tuple[Stored, Mapping[str, Any]]]) -> None:
        """Write findings beside what an admin typed, where they are new."""
        for stored, findings in told:
            if any(stored.data.get(name) != value for name, value in findings.items()):
                # Whoever writes at the same time, or removes the document, is told the next time.
                with suppress(Conflict):
                    self.store.write([Write(stored.path, dict(findings), "merge", stored.version)])

    def settings(self, name: str) -> Mapping[str, Any]:
        """What admins typed in ``settings/{name}``; empty when nothing."""
        held = self.typed_settings(name).get(name)
        return {} if held is None else held.data

    def typed_settings(self, *names: str) -> dict[str, Stored]:
        """The documents ``settings/{name}`` that there are, by name."""
        paths = {f"{self.root}/settings/{key(name)}": name for name in names}
        return {paths[path]: held for path, held in self.store.get([*paths]).items()}

    def sums_threads(self) -> bool:
        """Whether a thread of X is worth the sum of its parts, and no doubt about it."""
        return self.reading_of_x()["replies"]

    def reading_of_x(self) -> dict[str, bool]:
        """What ``settings/formula`` says of how X is read; scoring tells what is wrong with it.

        ``replies``: a thread is worth the sum of its parts. ``counts``: posts are counted, to hold
        what was found against it. Either costs money.
        """
        formula = self.settings("formula")
        return {
            "replies": formula.get("x_threads") == "sum",
            "counts": formula.get("x_counts") is not False,
        }

    # The jobs' own notes

    def plan(self, platform: Platform) -> StoredPlan:
        """The collector's note about a platform."""
        path = f"{self.root}/plans/{platform}"
        held = self.store.get([path]).get(path)
        if held is None:
            return StoredPlan()
        parts = tuple(named_pieces(held.data))
        if not parts and not isinstance(held.data.get("body"), bytes):
            return StoredPlan(None, held.version)
        try:
            [body] = join(self.store, [held])
        except LostPieceError:
            return StoredPlan(None, held.version, parts)
        return StoredPlan(body, held.version, parts)

    def save_plan(self, platform: Platform, body: bytes, held: StoredPlan) -> None:
        """Replace the note; ``Conflict`` when another instance wrote it since it was read.

        A note too large for one document is split: its parts are named by what they hold and are
        written first, so that the document which names them always names a whole.
        """
        path = f"{self.root}/plans/{platform}"
        document, pieces = split(path, body)
        self.store.write(pieces)
        mode: Literal["set", "create"] = "create" if held.version is None else "set"
        self.store.write([Write(path, document, mode, held.version)])
        kept = named_pieces(document)
        self.store.write(
            Write(f"{path}:{name}", mode="delete") for name in held.parts if name not in kept
        )

    def budgets(self, names: Iterable[str]) -> dict[str, Stored]:
        """What credentials have spent, by their names; those that never spent are left out."""
        paths = {self.budget_path(name): name for name in names}
        return {paths[path]: stored for path, stored in self.store.get([*paths]).items()}

    def reserve(self, budgets: Mapping[str, tuple[Mapping[str, Any], str | None]]) -> None:
        """Write budgets with a new reservation; ``Conflict`` when one changed since it was read."""
        for name, (document, version) in budgets.items():
            path = self.budget_path(name)
            mode: Literal["set", "create"] = "create" if version is None else "set"
            self.store.write([Write(path, dict(document), mode, version)])

    def settle(self, budgets: Mapping[str, Mapping[str, Any]]) -> None:
        """Add to budgets what a run really spent, in the place of its reservation."""
        self.store.write(
            Write(self.budget_path(name), dict(changes), "merge")
            for name, changes in budgets.items()
        )

    def budget_path(self, name: str) -> str:
        """Where the agency's budget of a credential lies."""
        return f"{self.root}/budgets/{key(*name.split(':'))}"

    def save_outcome(self, platform: Platform, batch: str, body: bytes) -> None:
        """Keep what a batch brought for the next plan; ``Conflict`` when it is there already."""
        path = f"{self.root}/outcomes/{key(platform, batch)}"
        document = {"platform": platform, "body": body}
        self.store.write([Write(path, document, "create", expires_at=self.expiry("outcomes"))])

    def has_outcome(self, platform: Platform, batch: str) -> bool:
        """Whether a batch was worked off and its outcome not taken in yet."""
        return bool(self.store.get([f"{self.root}/outcomes/{key(platform, batch)}"]))

    def outcomes(self, platform: Platform) -> list[Stored]:
        """What batches brought and no plan has taken in."""
        listed = self.store.list(f"{self.root}/outcomes", at_least=platform, below=platform + "~")
        return list(listed)

    def forget_outcomes(self, outcomes: Iterable[Stored]) -> None:
        """Remove outcomes that a stored plan has taken in."""
        self.store.write(Write(stored.path, mode="delete") for stored in outcomes)

    def cursor(self, job: str) -> dict[str, Any]:
        """Where a job stands; empty before its first run."""
        return self.cursors(job)[0]

    def cursors(self, *jobs: str) -> list[dict[str, Any]]:
        """Where several jobs stand, read at once."""
        paths = [f"{self.root}/cursors/{job}" for job in jobs]
        held = self.store.get(paths)
        return [held[path].data if path in held else {} for path in paths]

    def read_until(self) -> datetime | None:
        """Until when a collection has ended by the platforms' own clocks; None before the first."""
        held = self.cursor("collect").get("read_until")
        return None if held is None else datetime.fromisoformat(held)

    def save_cursor(self, job: str, **values: Any) -> None:
        """Note where a job stands, leaving other values alone."""
        self.store.write([Write(f"{self.root}/cursors/{job}", values, mode="merge")])

    def save_run(self, run_id: str, report: Mapping[str, Any]) -> None:
        """Keep a run's report."""
        path = f"{self.root}/runs/{key(run_id)}"
        self.store.write([Write(path, dict(report), expires_at=self.expiry("runs"))])


def items(ledgers: Mapping[str, Ledger], as_of: datetime, twins: ev.Twins) -> tuple[ev.Item, ...]:
    """The evidence's posts: everything of which anything had been read by then."""
    return tuple(
        ev.item(entry.post.as_known(as_of), twins.get((account, post_id)))
        for account in sorted(ledgers)
        for post_id, entry in sorted(ledgers[account].entries.items())
        if any(sample.taken_at <= as_of for sample in entry.post.samples)
    )


def _post_key(post: Post) -> str:
    return key(post.platform, post.account_id, post.post_id)


def _post_document(post: Post) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(post)
    # What this read does not bring must not be wiped: an empty map would replace a full one.
    for name in ("text", "versions", "parts"):
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


def _posts(listed: Iterable[Stored], broken: list[str]) -> Iterator[tuple[Stored, Post]]:
    """The posts of documents; one that a hand in the console has spoilt costs itself."""
    for stored in listed:
        try:
            yield stored, _post(stored)
        except Exception as error:  # whatever was typed there
            why = " ".join(str(error).split()) or type(error).__name__
            broken.append(f"{stored.path} is no post ({why:.120}); mend or delete the document")
            log.warning("store.post_unreadable", path=stored.path, error=type(error).__name__)


def _post(stored: Stored) -> Post:
    """A stored post; an error of some kind when the document is none."""
    document = dict(stored.data)
    document["samples"] = [
        {"taken_at": taken_at, **counters}
        for taken_at, counters in sorted(document.get("samples", {}).items())
    ]
    document["absences"] = sorted(document.get("absences", {}))
    post = msgspec.convert(document, Post)
    times = (post.published_at, *(sample.taken_at for sample in post.samples), *post.absences)
    if any(at.tzinfo is None for at in times):
        raise ValueError("a time without a UTC offset")
    return post


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
