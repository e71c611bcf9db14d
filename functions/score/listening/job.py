"""The steps of listening, at the end of each whole scoring. Each fails alone, and costs no rank.

Each takes the run, and decides itself when it works: issues and insights by fields of
``cursors/listening``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from functions.notify.notifier import Notifier
from functions.score.listening import dialog, insights, issues, shares, watch
from functions.score.run import Run

PAST = timedelta(hours=1)  # so far behind the computer's clock a ``now`` is a replay


def listen(run: Run, notifier: Notifier | None) -> None:
    """Take every step; what fails is a problem of the report. A replay of the past takes none."""
    if not run.agency.simulation and run.now < run.clock - PAST:
        return
    steps: dict[str, Callable[[], None]] = {
        "alarms": lambda: watch.watch(run, notifier),
        "issues": lambda: issues.note(run),
        "insights": lambda: insights.note(run),
        "dialog": lambda: dialog.note(run),
        "shares": lambda: shares.note(run),
    }
    for name, step in steps.items():
        try:
            step()
        except Exception as error:
            why = f"{name}: {type(error).__name__}; they are tried again at the next scoring"
            run.report.problems.append(why)
