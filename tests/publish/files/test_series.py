"""Final months as one table, which is made from itself and what is new."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.files.series import COLUMNS, by_satker, made_of, series
from functions.store.agency.months import IndexedMonth, MonthRecord, indexed
from tests.factories import ranked_list, ranking, row
from tests.publish.world import World


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def finals_of(records: dict[str, MonthRecord]) -> dict[str, IndexedMonth]:
    return {m: indexed(r) for m, r in records.items() if r.ranking.state == "final"}


def forbidden(month: str) -> MonthRecord:
    raise AssertionError(f"{month} is in the table already")


def odd(month: str, *names: str) -> MonthRecord:
    rows = [row(name, 1, 3, 4, name=name) for name in names]
    made = ranking(ranked_list(*rows), month=month, state="final")
    return MonthRecord(ranking=made, digest="ab")


def test_the_table_holds_the_official_and_the_platforms_rows(world: World) -> None:
    records = world.agency.months()
    rows = rows_of(series(None, finals_of(records), records.get))
    assert [*rows[0]] == [column.name for column in COLUMNS]
    expected = [
        (month, record.digest, ranked.ranking, ranked.platform or "", each.satker, str(each.posts))
        for month, record in records.items()
        if record.ranking.state == "final"
        for ranked in record.ranking.lists
        if ranked.kind is None and ranked.band is None
        for each in ranked.rows
    ]
    names = ("month", "digest", "ranking", "platform", "satker", "posts")
    assert [tuple(each[name] for name in names) for each in rows] == expected
    assert {each["revision"] for each in rows} == {"1"}


def test_only_months_that_are_new_or_revised_are_read(world: World) -> None:
    records = world.agency.months()
    finals = finals_of(records)
    first = {"2026-08": finals["2026-08"]}
    begun = series(None, first, records.get)
    read: list[str] = []

    def record_of(month: str) -> MonthRecord:
        read.append(month)
        return records[month]

    whole = series(begun, finals, record_of)
    assert read == ["2026-09"]
    assert whole == series(None, finals, records.get)
    assert series(whole, finals, forbidden) == whole
    world.revise("2026-08", as_of=datetime(2026, 10, 20, tzinfo=UTC))
    records = world.agency.months()
    read.clear()
    revised = rows_of(series(whole, finals_of(records), record_of))
    assert read == ["2026-08"]
    assert {r["revision"] for r in revised if r["month"] == "2026-08"} == {"2"}
    assert made_of(finals, ["a"]) != made_of(finals_of(records), ["a"]) != made_of({}, ["a"])


@pytest.mark.parametrize("held", [b"", b"\xff", b"a,b\r\n1,2\r\n", b'"'])
def test_a_table_that_is_none_is_made_anew(world: World, held: bytes) -> None:
    records = world.agency.months()
    finals = finals_of(records)
    whole = series(None, finals, records.get)
    assert series(held, finals, records.get) == whole
    cut = whole[: len(whole) // 2]  # a row too short
    assert series(cut, finals, records.get) == whole


def test_a_month_that_nobody_knows_has_no_rows_yet(world: World) -> None:
    finals = finals_of(world.agency.months())
    assert rows_of(series(None, finals, lambda month: None)) == []


def test_each_satker_has_its_own_rows_and_a_file_without_any(world: World) -> None:
    records = world.agency.months()
    body = series(None, finals_of(records), records.get)
    files = by_satker(body, ["setjen", "kanwil-bali", "baru/x"])
    assert [*files] == [
        "satker/setjen/peringkat.csv",
        "satker/kanwil-bali/peringkat.csv",
        "satker/baru~2fx/peringkat.csv",
    ]
    whole = rows_of(body)
    assert rows_of(files["satker/setjen/peringkat.csv"]) == [
        each for each in whole if each["satker"] == "setjen"
    ]
    assert rows_of(files["satker/baru~2fx/peringkat.csv"]) == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
def test_an_odd_satker_costs_its_neighbours_nothing(name: str) -> None:
    records = {"2026-08": odd("2026-08", name, "setjen"), "2026-09": odd("2026-09", "setjen")}
    finals = finals_of(records)
    begun = series(None, {"2026-08": finals["2026-08"]}, records.get)
    whole = series(begun, finals, {"2026-09": records["2026-09"]}.get)
    assert whole == series(None, finals, records.get)
    files = by_satker(whole, ["setjen", name])
    assert len(rows_of(files["satker/setjen/peringkat.csv"])) == (3 if name == "setjen" else 2)
    assert all(len(rows_of(body)) >= 1 for body in files.values())
