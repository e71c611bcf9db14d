"""A month as its documents see it."""

from __future__ import annotations

import pytest

from tests.publish.documents.conftest import MakeSource


def test_a_source_never_looks_at_later_months(make_source: MakeSource) -> None:
    source = make_source("2026-09")
    assert [lookup.ranking.month for lookup in source.past] == ["2026-08", "2026-09"]
    assert source.previous is not None
    assert source.previous.ranking.month == "2026-08"
    assert make_source("2026-08").previous is None


def test_every_listed_unit_has_its_posts_and_its_row(make_source: MakeSource) -> None:
    source = make_source()
    assert source.units == tuple(sorted(source.units))
    assert {"setjen", "poltekpin"} <= {*source.units}
    counted = {
        unit: sum(e.verdict is not None and e.verdict.counted for e in source.of_unit.get(unit, ()))
        for unit in source.units
    }
    assert counted == {unit: source.row(unit).posts for unit in source.units}
    with pytest.raises(KeyError):
        source.row("nobody")
