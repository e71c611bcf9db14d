"""What a run cost, under the same names in every job's report.

``reads``, ``writes`` and ``deletes``: documents, as Firestore bills them; ``calls``: requests to
platforms; ``dollars``: what platforms charge for them; ``objects`` and ``bytes``: put into the
site; ``listed`` and ``got``: objects of the site that were listed, and read; ``seconds``: by the
clock on the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any

from msgspec.structs import replace

from functions.store.port import Meter

NAMES = (
    "reads",
    "writes",
    "deletes",
    "calls",
    "dollars",
    "listed",
    "got",
    "objects",
    "bytes",
    "seconds",
)
NOTHING: Mapping[str, int | float] = dict.fromkeys(NAMES, 0)


class Tally:
    """Counts what a store's meter shows from here on, and the time."""

    def __init__(self, meter: Meter, clock: Callable[[], float] = monotonic) -> None:
        self._meter = meter
        self._clock = clock
        self._before = replace(meter)
        self._began = clock()

    def so_far(self) -> dict[str, int | float]:
        """The documents and seconds since the beginning."""
        return {
            "reads": self._meter.reads - self._before.reads,
            "writes": self._meter.writes - self._before.writes,
            "deletes": self._meter.deletes - self._before.deletes,
            "seconds": round(self._clock() - self._began, 3),
        }

    def of(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """A report with every name; the documents and the time come from this tally."""
        return {**report, **{n: report.get(n, 0) for n in NAMES}, **self.so_far()}


def summed(reports: Iterable[Mapping[str, Any]]) -> dict[str, int | float]:
    """What several runs cost together."""
    held = [*reports]
    return {name: round(sum(report.get(name, 0) for report in held), 3) for name in NAMES}
