"""The words by which a reader finds a satker: its names, its place, its accounts, and what people
call them. The pages' script looks for each typed word in them (site_templates/assets/kiprah.js).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from functions.model import Satker
from functions.publish.text import words

# What means the same: a satker with one of them in its words is found by all others of the line.
SAME = (
    ("daerah istimewa yogyakarta", "diy", "yogyakarta", "yogya", "jogja", "jogjakarta"),
    ("daerah khusus jakarta", "dkj", "dki", "jakarta"),
    ("kepulauan bangka belitung", "babel"),
    ("kepulauan riau", "kepri"),
    ("nusa tenggara barat", "ntb"),
    ("nusa tenggara timur", "ntt"),
    ("jawa barat", "jabar"),
    ("jawa tengah", "jateng"),
    ("jawa timur", "jatim"),
    ("kalimantan barat", "kalbar"),
    ("kalimantan selatan", "kalsel"),
    ("kalimantan tengah", "kalteng"),
    ("kalimantan timur", "kaltim"),
    ("kalimantan utara", "kaltara"),
    ("maluku utara", "malut"),
    ("papua barat daya", "pbd"),
    ("papua barat", "pabar"),
    ("sulawesi barat", "sulbar"),
    ("sulawesi selatan", "sulsel"),
    ("sulawesi tengah", "sulteng"),
    ("sulawesi tenggara", "sultra"),
    ("sulawesi utara", "sulut"),
    ("sumatera barat", "sumbar"),
    ("sumatera selatan", "sumsel"),
    ("sumatera utara", "sumut"),
    ("sumatera", "sumatra"),
    ("kantor wilayah", "kanwil"),
    ("direktorat jenderal", "direktur jenderal", "ditjen", "dirjen"),
    ("inspektorat jenderal", "inspektur jenderal", "itjen", "irjen"),
    ("sekretariat jenderal", "sekretaris jenderal", "setjen", "sekjen"),
    ("balai harta peninggalan", "bhp"),
    ("kementerian hukum", "kemenkum", "kumham", "kemenkumham"),
)


def plain(text: str) -> str:
    """A text as it is compared: small letters without marks, and without the ``@`` of handles."""
    letters = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in letters if not unicodedata.category(c).startswith("M"))
    return " ".join(kept.replace("@", "").lower().split())


def search_text(satker: Satker, handles: Iterable[str]) -> str:
    """All the words by which a satker is found. ``handles``: of its accounts, as pages show them
    and as they were registered."""
    names = [satker.label, satker.name, satker.province or "", satker.id]
    told = [plain(text) for text in (*names, words.kind(satker.kind) if satker.kind else "")]
    padded = f" {' '.join(told).replace('-', ' ')} "
    more = [_initials(satker.name)]
    for line in SAME:
        if any(f" {each} " in padded for each in line):
            more += line
    found = dict.fromkeys([*told, *more, *map(plain, handles)])
    return " ".join(text for text in found if text)


def _initials(name: str) -> str:
    """``djki`` of Direktorat Jenderal Kekayaan Intelektual; empty for a name of one word."""
    capitals = [word[0] for word in name.split() if word[:1].isupper()]
    return plain("".join(capitals)) if len(capitals) > 1 else ""
