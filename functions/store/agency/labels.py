"""Samples of threads for labelling: ``samples/{YYYY-MM}``, ``texts/{YYYY-MM}:{hash}`` and
``populations/{YYYY-MM-DD}`` (store/labels.py).

All three are private. The first says what is drawn and how it was labelled, the second is one
thread's text, sealed, which expires by itself; the third counts a day's threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from functions.model import month_bounds
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.labels import (
    Population,
    ThreadSample,
    counted,
    packed,
    read_population,
    read_sample,
)
from functions.store.port import StoreError, Write, until_written

DAY = timedelta(days=1)


class OddSampleError(StoreError):
    """A month's sample is there and cannot be read: it is left as it is, and nothing is drawn."""


class LabelDocuments(AgencyDocuments):
    """An agency's samples and their labels."""

    def sample(self, month: str) -> ThreadSample | None:
        """A month's sample; None where nothing was drawn yet.

        Raises:
            OddSampleError: it cannot be read.
        """
        return self._sample(month)[0]

    def change_sample(
        self, month: str, change: Callable[[ThreadSample | None], ThreadSample | None]
    ) -> ThreadSample | None:
        """Replace a month's sample by what ``change`` makes of it, and return that.

        ``change`` is called again where somebody else wrote meanwhile. What it gives back as it was
        is not written; None leaves it, too.

        Raises:
            OddSampleError: it cannot be read; nothing is written over it.
        """

        def step() -> ThreadSample | None:
            held, version = self._sample(month)
            new = change(held)
            if new is None or new == held:
                return held
            path = self._sample_path(month)
            write = Write(path, packed(new), "create")
            if version is not None:
                write = Write(path, packed(new), "set", version)
            self.store.write([write])
            return new

        return until_written(step)

    def save_texts(
        self, month: str, sealed: Mapping[str, bytes], read_at: datetime, kept: timedelta
    ) -> None:
        """Keep texts of threads by hash, sealed; each document expires ``kept`` after it was read.

        By the computer's clock where that is behind ``read_at``.
        """
        expires_at = None if self.simulation else min(read_at, self._clock()) + kept
        self.store.write(
            Write(self._text_path(month, hash), {"sealed": body}, expires_at=expires_at)
            for hash, body in sealed.items()
        )

    def texts(self, month: str, hashes: Iterable[str]) -> dict[str, bytes]:
        """The sealed texts that there are and have not expired, by hash."""
        paths = {self._text_path(month, hash): hash for hash in hashes}
        found = self.store.get([*paths]) if paths else {}
        return {
            paths[path]: body
            for path, held in found.items()
            if held.expires_at is None or held.expires_at > self._clock()
            if isinstance(body := held.data.get("sealed"), bytes)
        }

    def drop_texts(self, month: str, hashes: Iterable[str]) -> None:
        """Delete texts; those that are not there are no matter."""
        self.store.write(Write(self._text_path(month, hash), mode="delete") for hash in hashes)

    def populations(self, month: str) -> dict[str, Population]:
        """The known days of a month, by date (``YYYY-MM-DD`` in the agency's zone)."""
        begin, end = (at.astimezone(self.zone).date() for at in month_bounds(month, self.zone))
        days = [str(begin + n * DAY) for n in range((end - begin).days)]
        found = self.store.get([self._population_path(day) for day in days])
        known: dict[str, Population] = {}
        for day in days:
            held = found.get(self._population_path(day))
            population = None if held is None else read_population(held.data)
            if population is not None:
                known[day] = population
            elif held is not None:
                known[day] = Population(is_cut=True)
        return known

    def count_threads(self, day: str, scores: Mapping[str, int | None], model: str | None) -> None:
        """Count a day's threads, each once however often it is given.

        Args:
            day: on which they were begun, ``YYYY-MM-DD`` in the agency's zone.
            scores: by hash, in thousandths; None: not scored.
            model: the digest of the model that scored.
        """
        until_written(partial(self._count, day, scores, model))

    def _count(self, day: str, scores: Mapping[str, int | None], model: str | None) -> None:
        path = self._population_path(day)
        stored = self.store.get([path]).get(path)
        held = Population() if stored is None else read_population(stored.data)
        new = counted(held or Population(is_cut=True), scores, model)
        if held == new:
            return
        expires_at = self.expiry("populations")
        write = Write(path, packed(new), "create", expires_at=expires_at)
        if stored is not None:
            write = Write(path, packed(new), "set", stored.version, expires_at)
        self.store.write([write])

    def _sample(self, month: str) -> tuple[ThreadSample | None, str | None]:
        path = self._sample_path(month)
        stored = self.store.get([path]).get(path)
        if stored is None:
            return None, None
        held = read_sample(stored.data)
        if held is None or held.month != month:
            raise OddSampleError(
                f"samples/{month} cannot be read; restore it from a backup, or delete it to begin "
                "the month's sample anew"
            )
        return held, stored.version

    def _sample_path(self, month: str) -> str:
        return f"{self.root}/samples/{key(month)}"

    def _text_path(self, month: str, hash: str) -> str:
        return f"{self.root}/texts/{key(month, hash)}"

    def _population_path(self, day: str) -> str:
        return f"{self.root}/populations/{key(day)}"
