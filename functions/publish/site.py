"""What a site is made of, read once and looked up by every page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from functions.model import (
    PLATFORMS,
    Account,
    Agency,
    Entry,
    Post,
    Roster,
    Satker,
    month_of,
    previous_month,
)
from functions.publish.documents.papers import Papers
from functions.publish.files.month_files import NamedPost, sort_entries
from functions.publish.heard import Heard
from functions.publish.imprint import Imprint
from functions.publish.lookup import MonthLookup
from functions.publish.outages import Reads
from functions.publish.targets.sites import folder_of
from functions.registry.history import HistoryEntry
from functions.store.agency.months import IndexedMonth, MonthRecord
from functions.store.followers import Counts
from functions.store.ledgers import Ledger


@dataclass(frozen=True)
class Material:
    """What a site is made of.

    Args:
        agency: Whose site it is.
        now: The instant of publishing; it decides which month is the running one.
        roster: Who is measured.
        index: Every month that the site shows, the oldest first.
        records: Those of them that pages are made of, the oldest first; ``of_month`` needs its
            month's, ``living`` the latest ones.
        ledgers: The posts of the months that pages are made of, by month and account.
        pending: Months that are being scored right now; nothing is known of their posts.
        files: The sizes of each month's data files by name, in bytes.
        frozen: The sizes of each month's frozen data files by revision and name.
        named: The posts that each month's log and flags name.
        assets: Where the style sheet, the script and the icon lie, by plain name.
        site_url: The public address of the whole installation; empty when nobody said.
        everybody: The agencies of the installation in their order; empty when there is only one.
        incomplete: What is said of accounts of which posts are missing, by account key.
        history: What changed in the registry, the latest first.
        imprint: Who answers for the site, and the licence of its data.
        papers: The documents of each month.
        followers: Follower counts of the months that pages are made of, by account key and time.
        ranked: The name that each satker had when it was ranked last, of everybody ever ranked.
        published: The paths that the site holds of a month's pages, by month; of those that are not
            to be made now, none.
        heard: Issues and insights, as far as they are at hand.
    """

    agency: Agency
    now: datetime
    roster: Roster
    index: Mapping[str, IndexedMonth]
    records: Mapping[str, MonthRecord]
    ledgers: Mapping[str, Mapping[str, Ledger]]
    pending: frozenset[str]
    files: Mapping[str, Mapping[str, int]]
    assets: Mapping[str, str]
    notice: str = ""
    site_url: str = ""
    frozen: Mapping[str, Mapping[int, Mapping[str, int]]] = field(default_factory=dict)
    named: Mapping[str, tuple[NamedPost, ...]] = field(default_factory=dict)
    everybody: tuple[Agency, ...] = ()
    incomplete: Mapping[str, str] = field(default_factory=dict)
    history: Sequence[HistoryEntry] = ()
    imprint: Imprint = field(default_factory=Imprint)
    followers: Mapping[str, Counts] = field(default_factory=dict)
    papers: Mapping[str, Papers] = field(default_factory=dict)
    ranked: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, Collection[str]] = field(default_factory=dict)
    heard: Heard = field(default_factory=Heard)

    @property
    def zone(self) -> ZoneInfo:
        return self.agency.zone

    def absolute(self, target: str, *, of: Agency | None = None) -> str | None:
        """The public address of a path of the site; None while nobody said where the site is.

        ``of``: the agency whose site it is, if it is another one's.
        """
        site_url = self.site_url.rstrip("/")
        folder = folder_of(of or self.agency, self.everybody)
        return f"{site_url}/{folder}{target}" if site_url else None

    @cached_property
    def current(self) -> MonthRecord | None:
        """The month the home page shows; None before the first ranking."""
        shown = current_month(self.records, self.now, self.zone)
        return self.records[shown] if shown else None

    @property
    def recent(self) -> tuple[str, ...]:
        """The months whose posts satker pages show: the current one and the one before."""
        if self.current is None:
            return ()
        month = self.current.ranking.month
        return tuple(m for m in (month, previous_month(month)) if m in self.records)

    @property
    def newest_first(self) -> list[str]:
        """The months, the latest first."""
        return sorted(self.index, reverse=True)

    @property
    def has_finals(self) -> bool:
        """Whether any month is final."""
        return any(month.state == "final" for month in self.index.values())

    @property
    def years(self) -> list[str]:
        """The years of the months, the latest first."""
        return sorted({month[:4] for month in self.index}, reverse=True)

    def months_of(self, year: str) -> list[str]:
        """A year's months, the latest first."""
        return [month for month in self.newest_first if month[:4] == year]

    @cached_property
    def units(self) -> tuple[Satker, ...]:
        """Every satker that has a page: registered at any time, or ranked in any month."""
        known = {satker.id: satker for satker in (*self.roster.former, *self.roster.satker)}
        for satker, name in self.ranked.items():
            known.setdefault(satker, Satker(id=satker, name=name, kind=""))
        return tuple(known[key] for key in sorted(known))

    @cached_property
    def ended(self) -> dict[str, datetime | None]:
        """The satker that are no longer registered, and since when; None = nobody knows."""
        current = {satker.id for satker in self.roster.satker}
        return {
            satker.id: satker.valid_to
            for satker in self.units
            if (satker.valid_to is not None and satker.valid_to <= self.now)
            or (satker.id not in current)
        }

    @cached_property
    def entries(self) -> dict[str, dict[str, list[Entry]]]:
        """The posts by month and satker, oldest first."""
        found: dict[str, dict[str, list[Entry]]] = {}
        for month, ledgers in self.ledgers.items():
            by_satker: dict[str, list[Entry]] = defaultdict(list)
            for entry in sort_entries(ledgers):
                if entry.verdict is not None and entry.verdict.satker is not None:
                    by_satker[entry.verdict.satker].append(entry)
            found[month] = by_satker
        return found

    def lookup(self, month: str) -> MonthLookup:
        """The lists of a month whose record is at hand, by satker."""
        if month not in self._lookups:
            self._lookups[month] = MonthLookup(self.records[month].ranking)
        return self._lookups[month]

    @cached_property
    def _lookups(self) -> dict[str, MonthLookup]:
        return {}

    def reads(self, month: str) -> Reads:
        """When the platforms' posts of a month were read, as far as its posts are at hand."""
        if month not in self._reads:
            self._reads[month] = Reads(self.posts_of(month) or ())
        return self._reads[month]

    @cached_property
    def _reads(self) -> dict[str, Reads]:
        return {}

    @cached_property
    def pages_of_posts(self) -> dict[str, dict[str, list[Entry]]]:
        """The posts that have a page, by month and path: filled by the pages' own room."""
        return {}

    def posts_of(self, month: str) -> list[Entry] | None:
        """A month's scored posts of all satker, oldest first; None where they are not at hand."""
        if month not in self.ledgers:
            return None
        return [entry for entries in self.entries[month].values() for entry in entries]

    @cached_property
    def posts(self) -> dict[tuple[str, str], Post]:
        """The posts at hand, by account key and id."""
        return {
            (account, post_id): entry.post
            for ledgers in self.ledgers.values()
            for account, ledger in ledgers.items()
            for post_id, entry in ledger.entries.items()
        }

    def named_in(self, month: str) -> dict[tuple[str, str], NamedPost]:
        """The posts that a month's log and flags name, by account key and id.

        And by platform and id: of a post that several accounts share, the first account's.
        """
        found: dict[tuple[str, str], NamedPost] = {}
        for post in self.named.get(month, ()):
            found[post.account, post.post_id] = post
            found.setdefault((post.platform, post.post_id), post)
        return found

    @cached_property
    def handles(self) -> dict[str, str]:
        """What each account is called now, or was called last, by its key."""
        accounts = sorted(self.roster.accounts, key=lambda a: a.valid_from)
        return {account.key: account.handle for account in accounts if account.key}

    @cached_property
    def names(self) -> dict[str, str]:
        """Each satker's name by its id."""
        return {satker.id: satker.label for satker in self.units}

    @cached_property
    def accounts(self) -> dict[str, list[Account]]:
        """The registered accounts by satker, in the order of the platforms."""
        found: dict[str, list[Account]] = defaultdict(list)
        for account in sorted(
            self.roster.accounts, key=lambda a: (PLATFORMS.index(a.platform), a.handle)
        ):
            found[account.satker].append(account)
        return found


def current_month(records: Mapping[str, MonthRecord], now: datetime, zone: ZoneInfo) -> str | None:
    """The newest ranked month, or the one before while the newest is on a first day without a post.

    None while no month is ranked.
    """
    running = month_of(now, zone)
    shown = [month for month in records if month <= running]
    if not shown:
        return None
    latest = max(shown)
    first_day = now.astimezone(zone).day == 1
    if latest == running and first_day and len(shown) > 1 and not has_posts(records[running]):
        return sorted(shown)[-2]
    return latest


def has_posts(record: MonthRecord) -> bool:
    """Whether anything was posted in the month."""
    return any(row.posts for row in record.ranking.find("most_active").rows)
