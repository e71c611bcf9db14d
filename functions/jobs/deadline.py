"""How long a run may begin new work: a function is killed at its timeout, whatever it is at.

A run keeps a fifth of its job's timeout (cadence.json) to finish what is under way: a month being
ranked, requests in flight, the last uploads and the report. On the command line, and in the loop of
one server, a run has no deadline.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic

import msgspec

from functions.settings.cadence import CADENCES

KEPT = 0.2


class Deadline(msgspec.Struct, frozen=True):
    """From ``ends`` on, in seconds of ``clock``, no new work is begun."""

    ends: float
    clock: Callable[[], float] = monotonic

    @property
    def is_over(self) -> bool:
        return self.clock() >= self.ends


NEVER = Deadline(math.inf)


def working_seconds(job: str) -> float:
    """How long a run of a job begins new work."""
    return CADENCES[job].timeout * (1 - KEPT)


def deadline_of(job: str, clock: Callable[[], float] = monotonic) -> Deadline:
    """The deadline of a job's run that begins now."""
    return Deadline(clock() + working_seconds(job), clock)
