"""The page that sets up to four units side by side.

Its script (``site_templates/assets/banding.js``) reads ``data/banding.json``; without it the page
says where the same figures stand.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.publish.files import comparison
from functions.publish.pages.context import Context, Link, Shell
from functions.publish.pages.paths import list_path
from functions.publish.text import formats


class ComparePage(msgspec.Struct, frozen=True):
    """Where the script finds the figures, and where readers without it do. ``month`` is empty
    while there is no ranking."""

    template: ClassVar[str] = "pages/compare.html"
    shell: Shell
    script: str
    figures: str
    month: str
    lists: tuple[Link, ...]


def compare_page(context: Context) -> ComparePage:
    """Units side by side."""
    m = context.material
    month = m.current.ranking.month if m.current else ""
    lists = [("Semua satuan kerja dengan peringkatnya", "satker/")]
    if month:
        lists.append((f"Peringkat {formats.month(month)} dengan semua angkanya", list_path(month)))
        lists.append((f"Peringkat tiap bulan {month[:4]}", f"{month[:4]}/"))
    return ComparePage(
        shell=context.shell(
            "Banding",
            f"Bandingkan sampai empat satuan kerja {m.agency.name} berdampingan.",
        ),
        script=context.href(m.assets["banding.js"]),
        figures=context.href(comparison.PATH),
        month=formats.month(month) if month else "",
        lists=tuple(Link(label, context.href(path)) for label, path in lists),
    )
