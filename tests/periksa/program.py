"""The program that a reader's browser runs, run by Node: many months in one process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from functions.publish.render import TEMPLATES
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings

ASSET = TEMPLATES / "assets/periksa.js"
DRIVER = Path(__file__).with_name("check.js")
PATIENCE = 300  # seconds, for whatever is asked at once

Case = dict[str, Any]


def run(node: Path, cases: Sequence[Case]) -> list[Any]:
    """What the program says of each case (check.js tells their form)."""
    done = subprocess.run(
        [node, DRIVER, ASSET],
        input=json.dumps(cases, default=str),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=PATIENCE,
    )
    found: list[Any] = json.loads(done.stdout)
    assert len(found) == len(cases)
    return found


def publish(folder: Path, evidence: ev.Evidence) -> Case:
    """A month's three files as the site would hold them, ranked by the project's own rules."""
    encoded = ev.encode(evidence)
    ranking = rankings.encode(rank(evidence, judge_month(evidence)))
    return write(folder, encoded, ranking, digest=ev.digest(encoded), month=evidence.month.month)


def write(folder: Path, encoded: bytes, ranking: bytes | None = None, **facts: Any) -> Case:
    """A case of evidence and a ranking that are given."""
    folder.mkdir(parents=True, exist_ok=True)
    case: Case = {"evidence": folder / "bukti.jsonl", **facts}
    case["evidence"].write_bytes(encoded)
    if ranking is not None:
        case["ranking"] = folder / "ranking.json"
        case["ranking"].write_bytes(ranking)
    return case
