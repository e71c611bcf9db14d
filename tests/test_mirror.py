"""The tests mirror the source: ``functions/a/b.py`` is tested in ``tests/a/test_b.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

JOB = "tested through its job"
PLAN = "tested in tests/collect/planning/test_plan.py, with the whole plan"
# The sources without a test of their own, and where they are tested instead.
EXCEPTIONS = {
    "__main__.py": "one line; tests/commands/ starts it as a process",
    "collect/contract.py": "words only",
    "collect/identifying.py": "tested through tests/check/test_job.py, whose job it is",
    "collect/planning/allocation.py": PLAN,
    "collect/planning/candidates.py": PLAN,
    "collect/planning/marks.py": PLAN,
    "collect/planning/requests.py": PLAN,
    "collect/planning/ways.py": PLAN,
    "collect/queueing/batch.py": "tested with its queue, in test_batches.py beside it",
    "collect/watching/probes.py": "tested in tests/commands/doctor/test_live.py",
    "commands/demo.py": "its steps are those of tests/test_end_to_end.py",
    "commands/migrate.py": "tested in tests/commands/test_backup.py; the work in tests/store/",
    "commands/scheduled.py": "tested through the command, in test_schedule.py beside it",
    "listen/comments/keeping.py": "tested with the whole reading, in test_reading.py beside it",
    "listen/contract.py": "words only",
    "listen/entrypoint.py": "tested over HTTP, in tests/test_main.py",
    "listen/report.py": JOB,
    "publish/documents/entrypoint.py": "tested over HTTP, in tests/test_main.py",
    "publish/entrypoint.py": "tested over HTTP, in tests/test_main.py",
    "publish/files/meanings.py": "words only",
    "publish/files/names.py": "words only",
    "publish/private/alarms.py": "tested with the step, in test_step.py beside it",
    "publish/private/place.py": "tested with the step, in test_step.py beside it",
    "publish/measured.py": "tested with the whole condition, in test_condition.py beside it",
    "score/cases.py": "tested through contests, in test_contests.py beside it",
    "score/entrypoint.py": "tested over HTTP, in tests/test_main.py",
    "score/listening/counted.py": "tested through its step, in test_dialog.py beside it",
    "score/run.py": JOB,
    "store/dialog.py": "words only",
    "store/insights.py": "words only",
    "store/issues.py": "words only",
    "store/rankings.py": "two lines; tests/commands/test_audit.py compares their bytes",
    "store/shares.py": "words only",
    "store/tails.py": "words only",
}


def place_of_test(source: str) -> Path:
    """Where a file below functions/ has its test."""
    path = Path(source)
    return ROOT / "tests" / path.with_name(f"test_{path.name}")


def sources() -> list[str]:
    """Every file below functions/; what a folder says of itself is no file of its own."""
    below = ROOT / "functions"
    found = (path for path in below.rglob("*.py") if path.name != "__init__.py")
    return sorted(path.relative_to(below).as_posix() for path in found)


@pytest.mark.parametrize("source", sources())
def test_a_source_has_its_test_or_a_reason(source: str) -> None:
    assert place_of_test(source).is_file() or source in EXCEPTIONS, (
        f"write {place_of_test(source).relative_to(ROOT)}, or say in EXCEPTIONS where it is tested"
    )


@pytest.mark.parametrize("source", EXCEPTIONS)
def test_no_exception_is_needless(source: str) -> None:
    assert (ROOT / "functions" / source).is_file(), f"{source} is no longer there"
    assert not place_of_test(source).is_file(), f"{source} has its test"
