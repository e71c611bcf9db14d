"""The comments' part of a run: every platform that is on, at the same time, each failing alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Literal

from functions.listen.comments.folding import HeardText
from functions.listen.comments.gate import readable
from functions.listen.comments.hashes import hasher_of
from functions.listen.comments.keeping import Keeping
from functions.listen.comments.reading import Means, read_platform
from functions.listen.comments.sampling import (
    Sampler,
    Scorer,
    drop_texts,
    expire_texts,
    sampler_of,
)
from functions.listen.comments.speaking import lacking
from functions.listen.platforms import listener
from functions.listen.report import CommentsReport
from functions.listen.run import ListenRun
from functions.listen.triage import Triage, held_model
from functions.model import PLATFORMS, Platform, Roster
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.listening_settings import Listening, unknown_units
from functions.store.models import ModelName
from functions.store.port import StoreError
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError, open_vault


class CommentsPart:
    """What a run does for the comments of an agency. ``problems``: what went wrong beside reading.

    The sample is kept after the threads are: a run that dies in between leaves those of its threads
    out of it.
    """

    def __init__(
        self, agency: AgencyStore, settings: Settings, run: ListenRun, listening: Listening
    ) -> None:
        self._agency = agency
        self._settings = settings
        self._run = run
        self._listening = listening
        self.problems: list[str] = []
        self._sampler: Sampler | None = None
        self._gone = set[str]()
        self._platforms = [name for name in PLATFORMS if name in listening.comments]
        # Both are read once, and only where something is to be read.
        self._keeping = cache(self._opened)
        self._roster = cache(lambda: agency.roster(run.now) or Roster(as_of=run.now))

    @property
    def asks(self) -> list[Platform]:
        """The platforms that would be asked something now."""
        return [
            name
            for name in self._platforms
            if readable(name, self._roster(), self._listening, self._run.now)
            and not lacking(self._settings, name)
        ]

    async def read(self) -> dict[Platform, CommentsReport]:
        """What came of each platform that admins switched on.

        Raises:
            StoreError: the store cannot be used.
        """
        roster = self._roster()
        reads = (self._read(platform, roster) for platform in self._platforms)
        ended = await asyncio.gather(*reads, return_exceptions=True)
        self._keep_sample()
        reports: dict[Platform, CommentsReport] = {}
        for platform, report in zip(self._platforms, ended, strict=True):
            if isinstance(report, BaseException):
                raise report
            reports[platform] = report
        return reports

    def unknown_units(self) -> tuple[str, ...]:
        """Units whose consent is typed and that the registry does not know, an Indonesian line
        each."""
        return unknown_units(self._listening, self._roster())

    async def _read(self, platform: Platform, roster: Roster) -> CommentsReport:
        try:
            return await read_platform(platform, self._means(platform, roster))
        except StoreError:
            raise
        except (VaultError, SettingsError) as error:
            said = str(error)
        except Exception as error:  # its message might hold a word of a text
            said = f"an unexpected {type(error).__name__}"
        return CommentsReport(failed=True, problems=[f"{platform}: {said}"])

    def _means(self, platform: Platform, roster: Roster) -> Means:
        kind: Literal["tiktok", "tiktok_business"]
        kind = "tiktok_business" if platform == "tiktok" else "tiktok"
        return Means(
            agency=self._agency,
            settings=self._settings,
            listening=self._listening,
            roster=roster,
            consents=Consents(self._agency, lambda: open_vault(self._settings), kind),
            adapter=listener,
            keeping=self._keeping,
            now=self._run.now,
            clock=self._run.clock(self._settings, platform),
            deadline=self._run.deadline,
        )

    def _opened(self) -> Keeping:
        agency, vault = self._agency, cache(lambda: open_vault(self._settings))
        hasher = hasher_of(agency, vault)
        if self._listening.sample_texts:
            scorer = self._scorer()
            self._sampler = sampler_of(agency, self._listening, vault(), self._run.now, scorer)
        triage = self._model("keluhan")
        return Keeping(
            threads=agency,
            hasher=hasher,
            forgotten=agency.forgotten(),
            listeners=(self._offer,) if self._sampler else (),
            order_of=None if triage is None else triage.order,
            gone=self._gone,
        )

    def _scorer(self) -> Scorer | None:
        """What the ministry's own model says of the threads that are counted."""
        model = self._model("negatif")
        return None if model is None else Scorer(model.digest, model.score)

    def _model(self, name: ModelName) -> Triage | None:
        """The ministry's own model; None: there is none that is good for anything."""
        held = held_model(self._agency, name)
        self.problems += [] if held.problem is None else [held.problem]
        return held.triage

    def _offer(self, heard: HeardText) -> None:
        """A new thread may be drawn into the month's sample."""
        if self._sampler is not None:
            self._sampler.offer(heard.hash, heard.account, heard.asked_at, heard.text)

    def _keep_sample(self) -> None:
        """Keep what was drawn, and no text that is past its time or gone where it was written."""
        steps: list[Callable[[], object]] = [self._sampler.save] if self._sampler else []
        steps.append(lambda: expire_texts(self._agency, self._listening, self._run.now))
        steps.append(lambda: drop_texts(self._agency, self._run.now, self._gone))
        for step in steps:
            try:
                step()
            except OddSampleError as error:
                self.problems.append(str(error))
