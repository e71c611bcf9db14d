"""The names of a month's data files."""

from __future__ import annotations

PACKAGE = "datapackage.json"
# The files of a month, in the order in which the data page lists them.
NAMES = (
    "ranking.json",
    "ranking.csv",
    "ranking.titik-koma.csv",
    "ranking.xlsx",
    "unggahan.json",
    "unggahan.csv",
    "unggahan.titik-koma.csv",
    "unggahan.xlsx",
    "keputusan.json",
    "keputusan.csv",
    "keputusan.titik-koma.csv",
    "keputusan.xlsx",
    "bukti.jsonl.gz",
    "bukti.sha256",
    PACKAGE,
)
# Months that an earlier version froze lack these files: what is frozen stays as it was.
ADDED = frozenset(
    {
        "keputusan.xlsx",
        "ranking.titik-koma.csv",
        "unggahan.titik-koma.csv",
        "keputusan.titik-koma.csv",
        PACKAGE,
    }
)
