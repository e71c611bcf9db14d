"""A run of publish: what its steps share, and how each month and the site are noted as made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from functions.jobs.deadline import NEVER, Deadline
from functions.model import Agency, Roster, previous_month
from functions.publish import manifest, sources
from functions.publish.condition import MeasuredFacts
from functions.publish.documents.papers import Papers
from functions.publish.imprint import Imprint
from functions.publish.manifest import Held, Manifest, MonthManifest
from functions.publish.pages.paths import month_path
from functions.publish.targets.frozen import Kept
from functions.publish.targets.metered import Metered
from functions.publish.targets.port import Objects
from functions.publish.targets.upload import SiteFile, Upload, file_of
from functions.publish.text import words
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.listening import ListeningIndex
from functions.store.agency.months import IndexedMonth, MonthIndex, MonthRecord
from functions.store.followers import Counts
from functions.store.ledgers import Ledger
from functions.store.listening_settings import Listening

if TYPE_CHECKING:  # what a run with nothing new, as most are, has no use for is loaded below
    from functions.publish.files.month_files import NamedPost
    from functions.publish.months import ProvedMonth
    from functions.publish.pages.context import Page
    from functions.publish.site import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRun:
    """What a run of publish was asked for.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    ``look``: list the site and repair it, instead of believing what it says of itself. ``again``:
    months whose pages are made anew although they are frozen; what is frozen of their data stays.
    """

    now: datetime
    settings: Settings
    run_id: str
    everybody: Sequence[Agency] = ()
    look: bool = False
    again: frozenset[str] = frozenset()
    deadline: Deadline = NEVER


@dataclass(kw_only=True)
class Work:
    """What the steps of a run share.

    ``index``: the months that the site shows, as known by now; a month that is found to be
    otherwise is put right here. ``pending``: months that are being scored; they stay as published.
    ``made``: settled months whose files this run has made. ``left_months``: settled months that are
    left to the next run. ``stamp``: the MD5 of the site's stamp, ``new_stamp`` of this run's.
    ``deferred``: by month, changed pages that may lead to what is new on the living site.
    ``frozen``: where copies of frozen files go; None: nowhere. ``measured``: what is told of the
    registry and the posts; None: nothing that is known. ``listening``: which weeks' issues and
    months' insights and answering there are; ``wanted``: what admins typed of listening, as far as
    anything is made of it; ``neighbours``: the same of the other agencies, by id, for the site
    that has a page of all.
    """

    agency: AgencyStore
    objects: Metered
    run: PublishRun
    held: Held
    upload: Upload
    index: dict[str, IndexedMonth]
    ranked: MonthIndex
    roster: Roster
    incomplete: Mapping[str, str]
    imprint: Imprint
    papers: Mapping[str, Papers]
    stamp: str
    new_stamp: str
    frozen: Objects | None = None
    measured: MeasuredFacts | None = None
    listening: ListeningIndex = field(default_factory=ListeningIndex)
    wanted: Listening = field(default_factory=Listening)
    neighbours: Mapping[str, ListeningIndex] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    pending: set[str] = field(default_factory=set)
    made: list[str] = field(default_factory=list)
    left_months: list[str] = field(default_factory=list)
    deferred: dict[str, list[SiteFile]] = field(default_factory=dict)

    @property
    def is_cut_short(self) -> bool:
        """Whether something is left to the next run."""
        return bool(self.upload.left or self.left_months)

    def stays(self, month: str) -> None:
        """A month is being scored: it stays as it was published, or waits if it never was."""
        self.pending.add(month)
        if not self.held.shows(month, f"{month_path(month)}index.html"):
            self.index.pop(month, None)

    @cached_property
    def assets(self) -> tuple[dict[str, str], dict[str, bytes]]:
        """Where each asset lies by its name, and the assets by where they lie."""
        from functions.publish.render import assets

        return assets()

    def material(
        self,
        *,
        now: datetime,
        roster: Roster,
        records: Mapping[str, MonthRecord],
        ledgers: Mapping[str, Mapping[str, Ledger]],
        named: Mapping[str, tuple[NamedPost, ...]],
        is_frozen: bool = False,
        **facts: Any,
    ) -> Material:
        """What pages are made from; ``facts``: further fields.

        ``is_frozen``: for pages that are made once, which carry no notice of the day.
        """
        from functions.publish.site import Material

        notice = "" if is_frozen else self.run.settings.notice
        simulation = words.SIMULATION if self.agency.simulation else ""
        return Material(
            agency=self.agency.agency,
            now=now,
            roster=roster,
            index=self.index,
            records=records,
            ledgers=ledgers,
            named=named,
            assets=self.assets[0],
            notice=f"{simulation} {notice}".strip(),
            site_url=self.run.settings.site_url,
            everybody=tuple(self.run.everybody),
            ranked=self.ranked.units,
            imprint=self.imprint,
            papers=self.papers,
            followers=self._followers(ledgers, now),
            **facts,
        )

    def _followers(self, months: Iterable[str], now: datetime) -> dict[str, Counts]:
        """Follower counts read by ``now``, of these months and the one before the first."""
        known = sorted(months)
        if not known:
            return {}
        return self.agency.followers(previous_month(known[0]), known[-1], now)

    def page_items(self, models: Mapping[str, Page], month: str = "") -> list[SiteFile]:
        """The pages that are not as they are to be, rendered; the others are not."""
        from functions.publish.render import render

        wanted = {path: sources.of_page(model) for path, model in models.items()}
        todo = {
            path: model
            for path, model in models.items()
            if self.held.source(path, month) != wanted[path]
        }
        return [SiteFile(path, body, wanted[path], month) for path, body in render(todo).items()]

    def data_source(self, told: IndexedMonth) -> str:
        """Of what a month's data files are made."""
        return sources.of_data(told.digest, told.revision, self.agency.agency, self.imprint)

    def data_items(self, proved: ProvedMonth) -> list[SiteFile]:
        """A month's data files as they are to be."""
        from functions.publish.months import data_items

        source = self.data_source(proved.told)
        return data_items(proved, self.held, self.objects, source, self.agency.agency, self.imprint)

    def papers_source(self, month: str) -> str:
        """Of what a month's own page says of its documents."""
        papers = self.papers.get(month)
        return "" if papers is None else papers.source(month)

    def sizes(self, month: str) -> dict[str, int]:
        """The sizes of a month's data files by name, as the site holds them."""
        held = self.held.months.get(month)
        return dict(held.data) if held else {}

    def revisions(self, month: str) -> dict[int, dict[str, int]]:
        """The sizes of a month's frozen data files by revision and name."""
        held = self.held.months.get(month)
        return {int(number): sizes for number, sizes in held.frozen.items()} if held else {}

    def note_month(self, told: IndexedMonth, *, whole: bool) -> MonthManifest:
        """Sum up what the site holds of an open month by now. ``whole``: it is all there."""
        own = MonthManifest(
            month=told.month,
            revision=told.revision,
            digest=told.digest,
            whole=whole,
            papers=self.papers_source(told.month),
            files=self.held.files(told.month),
        )
        self.held.months[told.month] = own.summary()
        return own

    def close_month(self, told: IndexedMonth, *, whole: bool) -> None:
        """Put what the site holds of an open month into its manifest, and forget its files."""
        own = self.note_month(told, whole=whole)
        self._put_manifest(manifest.path_of(told.month), own.encode())
        self.held.damaged.discard(told.month)
        self.held.close(told.month)

    def close_deferred(self) -> None:
        """Close the months whose changed pages went with the living site, or are left with it."""
        for month in self.deferred:
            self.close_month(self.index[month], whole=not self.is_cut_short)

    def close_site(self, source: str) -> None:
        """Put what the site holds into its manifest. ``source``: of what all of it is made."""
        is_whole = not (self.is_cut_short or self.pending)
        own = Manifest(
            stamp=self.stamp_there,
            source=source if is_whole else "",
            files=self.held.files(),
            months=self.held.months,
        )
        if (
            self.upload.has_begun
        ):  # what is there is of before, or says that it is not to be believed
            self.held.manifests.pop(manifest.ROOT, None)
        self._put_manifest(manifest.ROOT, own.encode())

    @property
    def stamp_there(self) -> str:
        """The MD5 of the site's stamp as it is by now."""
        return self.new_stamp if self.upload.has_begun else self.stamp

    def _put_manifest(self, path: str, body: bytes) -> None:
        held = self.held.manifests.get(path)
        if held != body:
            self.objects.put(file_of(path, body))
            self.held.manifests[path] = body
