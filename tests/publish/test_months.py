"""What a run notes of the months' files, and which revisions a site holds.

How months are proved, settled and left as they were published: test_job.py.
"""

from __future__ import annotations

import pytest

from functions.publish.months import Months, frozen_revisions, noted_months
from functions.publish.targets.port import Listed

HELD = Listed("0" * 32, 5)


@pytest.mark.parametrize(
    ("noted", "months"),
    [
        ({}, {}),
        ({"months": None}, {}),
        ({"months": 5}, {}),
        ({"months": "2026-10:abc 2026-11:def"}, {"2026-10": "abc", "2026-11": "def"}),
        ({"months": "nothing of ours 2026-10:a:b"}, {"2026-10": "a:b"}),
    ],
)
def test_what_the_run_before_noted_is_read_and_anything_else_passed_over(
    noted: dict[str, object], months: dict[str, str]
) -> None:
    assert noted_months(noted) == months


def test_frozen_revisions_are_told_from_the_paths_of_the_site() -> None:
    paths = (
        "data/2026-10/r1/ranking.json",
        "data/2026-10/r12/ranking.json",
        "data/2026-10/ranking.json",
        "data/2026-10/rx/ranking.json",
        "data/2026-10/r1/else.json",
        "index.html",
    )
    found = frozen_revisions(Months(), dict.fromkeys(paths, HELD))
    assert {month: {*of_month} for month, of_month in found.items()} == {"2026-10": {1, 12}}
    assert found["2026-10"][1] == {"ranking.json": HELD}
