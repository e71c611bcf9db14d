"""All tables, or one of them with its own options.

    python -m tests.bench                       all; half an hour or more on two cores
    python -m tests.bench tick                  a tick's speed, beside the usual clients
    python -m tests.bench pulse                 the pulse: documents, size, its part of a tick
    python -m tests.bench memory                a tick's memory over 5,000 accounts
    python -m tests.bench memory --accounts 5000 --only x
    python -m tests.bench documents             what a day costs on Firestore
    python -m tests.bench documents --day first
    python -m tests.bench month                 a ministry's month: all that a cloud bills
    python -m tests.bench month --satker 3 --posts 1 --whole
    python -m tests.bench large                 a run of 5,000 units in one agency
    python -m tests.bench reports               a month's documents, beside Chromium's print
    python -m tests.bench score                 recomputing a month, beside DuckDB; runs over a year
    python -m tests.bench score --posts 100000 --store 0
    python -m tests.bench insights              what is named without any effect, and what is found
    python -m tests.bench publishing            a run of publish with 2 and with 60 months behind it
    python -m tests.bench rendering             1,000 pages of 60 rows, beside Hugo
    python -m tests.bench planning              the plan alone: what budgets allow at 5,000 accounts
    python -m tests.bench planning --accounts 300 --only instagram facebook
    python -m tests.bench scale                 150,000 accounts of 600 agencies at one tick
    python -m tests.bench week --accounts 300   accuracy and calls; a quarter of an hour or more
    python -m tests.bench registry              500 and 20,000 units imported from CSV and XLSX
    python -m tests.bench registry --units 500 --only sqlite --kinds csv
    python -m tests.bench alarm                 false alarms and storms found, beside usual rules
    python -m tests.bench issues                a week's narratives and terms, and what they find
    python -m tests.bench issues --posts 8000 --shuffles 10
    python -m tests.bench dialog                how questions were answered: intervals, time, size
    python -m tests.bench shares                how often a share's interval holds the truth
    python -m tests.bench train                 the ministry's own model, beside scikit-learn itself
    python -m tests.bench coldstart             from a process' start to its first answer
    python -m tests.bench house                 the code itself: lines, doors, the way to a request
    python -m tests.bench week --help           a table's options

Whether a bound holds stands in the tables; no run fails because this machine is slow or busy.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

TABLES = (
    "tick",
    "pulse",
    "memory",
    "documents",
    "month",
    "large",
    "reports",
    "score",
    "insights",
    "publishing",
    "rendering",
    "planning",
    "scale",
    "week",
    "registry",
    "alarm",
    "issues",
    "dialog",
    "shares",
    "train",
    "coldstart",
    "house",
)


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 2 when the first word names none."""
    name, *options = arguments or ("",)
    if name and name not in TABLES:
        (sys.stdout if name in ("-h", "--help") else sys.stderr).write(__doc__ or "")
        return 0 if name in ("-h", "--help") else 2
    for table in [name] if name else TABLES:
        # Each is imported when its turn comes: only one of them needs the usual clients.
        importlib.import_module(f"tests.bench.{table}").main(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
