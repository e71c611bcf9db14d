"""How often each job runs, and how long one run may take: cadence.json, which Terraform reads too.

Cloud Scheduler starts a job by ``schedule`` (cron, in the installation's time zone) and gives it
``timeout`` seconds; ``every`` is the same in minutes, for whoever runs without a scheduler.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Cadence(NamedTuple):
    """One job's: minutes between two runs, the cron expression of it, seconds for one run."""

    every: int
    schedule: str
    timeout: int


# What an installation may do without: there is no schedule for it unless it was asked for.
OPTIONAL = frozenset({"listen"})
_FILE = Path(__file__).with_suffix(".json")
CADENCES: Mapping[str, Cadence] = {
    job: Cadence(**facts) for job, facts in json.loads(_FILE.read_text(encoding="utf-8")).items()
}
