"""October 2026 as formula 1 ranked and froze it, kept as that version wrote it.

``usual`` has the usual settings, ``changed`` others. ``bukti.jsonl`` is the frozen evidence,
``ranking.json`` the published ranking, ``record.json`` what the store keeps of the month, and
``over_usual.json`` the tenths of "di atas biasanya" by post id. Nothing here is ever made anew.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from functions.model import Entry
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord

FOLDER = Path(__file__).parent / "formula_1"
SETTINGS = ("usual", "changed")


def lines(settings: str) -> bytes:
    """The frozen evidence, uncompressed."""
    return (FOLDER / settings / "bukti.jsonl").read_bytes()


def ranking(settings: str) -> bytes:
    """The published ranking."""
    return (FOLDER / settings / "ranking.json").read_bytes()


def record(settings: str) -> bytes:
    """What the store kept, as JSON without a newline."""
    return (FOLDER / settings / "record.json").read_bytes().rstrip()


def over_usual(settings: str) -> dict[str, int | None]:
    """The tenths that stood beside the posts."""
    told = (FOLDER / settings / "over_usual.json").read_bytes()
    return msgspec.json.decode(told, type=dict[str, int | None])


def keep(agency: AgencyStore, settings: str = "usual") -> MonthRecord:
    """Put the month into a store, as it was final there; its ledgers have no texts."""
    evidence = ev.decode(lines(settings))
    held = msgspec.json.decode(record(settings), type=MonthRecord)
    agency.freeze_evidence(held.ranking.month, 1, lines(settings))
    ledgers = agency.ledgers(held.ranking.month)
    for item in evidence.items:
        ledgers.put(Entry(post=item.post()))
    ledgers.formula = held.ranking.formula
    agency.save_ledgers(ledgers)
    agency.save_month(held, evidence.frame)
    return held
