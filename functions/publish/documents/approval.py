"""The sheet by which an official approves a final month: made to be signed electronically."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from functions.publish.documents.parts import Head, Line, head, lines
from functions.publish.documents.source import Source
from functions.publish.pages.paths import month_path
from functions.publish.text import formats, points
from functions.publish.text.plain import plain


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A final month's sheet. ``facts``: what is approved besides the lists, by name."""

    template: ClassVar[str] = "approval.typ"
    as_of: datetime
    head: Head
    statement: str
    popular: tuple[Line, ...]
    active: tuple[Line, ...]
    facts: tuple[tuple[str, str], ...]


class NotFinalError(ValueError):
    """Only a final month is approved."""


def approval(source: Source) -> Approval:
    """The sheet of a final month. NotFinalError for another one."""
    ranking, record = source.ranking, source.record
    if ranking.state != "final":
        raise NotFinalError(f"{source.month} is not final")
    agency, month = plain(source.agency.name, 100), formats.month(source.month)
    at = formats.time(ranking.as_of, source.zone)
    return Approval(
        as_of=ranking.as_of,
        head=head(source, "Lembar penetapan", month_path(source.month)),
        statement=(
            f"Peringkat media sosial satuan kerja {agency} untuk {month}, sebagaimana dihitung dan "
            f"dibekukan pada {at}, ditetapkan dengan lembar ini. Peringkat selengkapnya, setiap "
            "unggahan, dan buktinya terbit di alamat di bawah; sidik jari di bawah hanya cocok "
            "dengan bukti itu."
        ),
        popular=lines(ranking.find("most_popular"), 10),
        active=lines(ranking.find("most_active"), 10),
        facts=(
            ("Cakupan", points.coverage(ranking, source.entries or None)),
            ("Keputusan dan sanggahan", points.log(record) or "Tidak ada."),
            ("Penanda", points.flagged(ranking) or "Tidak ada."),
            ("Revisi", _revision(source)),
            ("Rumus", f"versi {plain(ranking.formula, 40)}"),
            ("Sidik jari bukti (SHA-256)", record.digest),
            ("Sidik jari bulan sebelumnya", record.previous_digest or "tidak ada"),
        ),
    )


def _revision(source: Source) -> str:
    ranking = source.ranking
    if ranking.revision == 1:
        return "1 (yang pertama)"
    changed = len({change.satker for change in source.record.changes})
    why = plain(ranking.reason or "tanpa alasan", 160).rstrip(".")
    return f"{ranking.revision}: {why}. Mengubah baris {formats.number(changed)} satuan kerja."
