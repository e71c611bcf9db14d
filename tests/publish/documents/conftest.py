"""A month's source for documents, from the small ministry; and what a PDF says."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from functions.publish.documents.source import Source
from functions.publish.files.month_files import sort_entries
from tests.publish.world import World

MakeSource = Callable[..., Source]


@pytest.fixture
def make_source(world: World) -> MakeSource:
    """A month of the world as documents are made from it; facts replace the month's own."""

    def make(month: str = "2026-09", *, simulation: bool = False, **facts: Any) -> Source:
        agency, records = world.agency, world.agency.months()
        record = records[month]
        about_record = {n: facts.pop(n) for n in ("closes_at", "decisions") if n in facts}
        site = facts.pop("site", "https://kiprah.example.go.id/")
        ranking = msgspec.structs.replace(record.ranking, **facts)
        return Source(
            agency=agency.agency,
            record=msgspec.structs.replace(record, ranking=ranking, **about_record),
            records=records,
            entries=tuple(sort_entries(agency.ledgers(month))),
            roster=agency.roster(record.ranking.as_of),
            site=site,
            simulation=simulation,
        )

    return make


def text_of(pdf: bytes) -> list[str]:
    """Each page's words, without the breaks that a narrow column allows."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return [" ".join(text.replace("\u200b", "").split()) for text in pages]


def renamed(source: Source, **names: str) -> Source:
    """The source with other names in every list, by the unit's id with underscores."""
    lists = tuple(
        msgspec.structs.replace(
            ranked,
            rows=tuple(
                msgspec.structs.replace(row, name=names.get(row.satker.replace("-", "_"), row.name))
                for row in ranked.rows
            ),
        )
        for ranked in source.ranking.lists
    )
    ranking = msgspec.structs.replace(source.ranking, lists=lists)
    record = msgspec.structs.replace(source.record, ranking=ranking)
    return Source(**{**source.__dict__, "record": record})
