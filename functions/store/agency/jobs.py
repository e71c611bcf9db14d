"""Where the jobs stand: ``cursors/{job}``, their reports in ``runs/{id}``, their turns.

``jobs/{job}`` says whose turn a job is (jobs/turns.py), and of publishing what the site shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Stored, Write


class JobDocuments(AgencyDocuments):
    """What an agency's jobs note."""

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

    def noted(self, job: str) -> Stored | None:
        """Who has a job's turn, and how its runs ended; None before the first."""
        path = self._job_path(job)
        return self.store.get([path]).get(path)

    def note(self, job: str, fields: Mapping[str, Any]) -> None:
        """Add to what is noted of a job, whatever it says by now."""
        self.store.write([Write(self._job_path(job), dict(fields), "merge")])

    def take_turn(self, job: str, lease: Mapping[str, Any], held: Stored | None) -> None:
        """Note who has a job's turn; ``Conflict`` when what was ``held`` was changed since."""
        if held is None:
            self.store.write([Write(self._job_path(job), dict(lease), "create")])
        else:
            self.amend(held, lease)

    def _job_path(self, job: str) -> str:
        return f"{self.root}/jobs/{job}"

    def published(self) -> dict[str, str]:
        """The digests of the months as the site shows them; empty before the first publishing."""
        held = self.noted("publish")
        told = {} if held is None else held.data.get("published")
        return told if isinstance(told, dict) else {}
