"""Whatever a sheet and the store hold: a clear refusal or a correct record, row by row.

Nothing raises, no row is lost, and no account ends without being named.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from functions.model import PLATFORMS, Agency, Roster
from functions.registry import files
from functions.registry.changes import Amendment, compare, line
from functions.registry.check import CheckedRow, check
from functions.registry.columns import HEADER
from functions.registry.importing import import_rows
from functions.registry.partial import good_part
from functions.registry.roster import build
from functions.registry.values import UnreadableValue, text
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.documents import check_size
from functions.store.port import StoreError
from tests.factories import WIB
from tests.registry.typed import TEXTS, anything, broken_documents

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
QUICK = [HealthCheck.too_slow, HealthCheck.data_too_large]

ids = st.sampled_from(["aceh", "bali", "ntt", "papua"])
wild = (
    st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from([t for t in TEXTS if len(t) < 1000])
    | st.just(UnreadableValue("berisi rumus tanpa hasil"))
)
tame = {
    "nama": st.just("Kanwil"),
    "jenis": st.sampled_from(["kanwil", "upt"]),
    "zona_waktu": st.sampled_from(["", "Asia/Makassar"]),
    "website": st.sampled_from(["", "bali.example.go.id"]),
    "induk": st.just("") | ids,
    "aktif_dari": st.sampled_from(["", "2026-01-01"]),
    "aktif_sampai": st.sampled_from(["", "2026-09-30", "2027-01-01"]),
    "pemberitahuan": st.sampled_from(["", "a@example.go.id"]),
    **{p: st.sampled_from(["", "satu", "dua", "satu;tiga", "@EMPAT"]) for p in PLATFORMS},
}


@st.composite
def sheets(draw: st.DrawFn) -> list[tuple[int, dict[str, str]]]:
    """Rows with some of the columns, of good cells and a few of any kind."""
    columns = draw(st.sets(st.sampled_from([*tame]), max_size=8)) | {"nama", "jenis"}
    found = []
    for number in range(2, draw(st.integers(2, 6)) + 1):
        row = {"id": draw(ids)} | {column: draw(tame[column]) for column in sorted(columns)}
        for column in draw(st.lists(st.sampled_from([*row, "instansi"]), max_size=2)):
            if draw(st.integers(0, 3)) == 0:
                row[column] = draw(wild)
        found.append((number, row))
    return found


good_documents = st.fixed_dictionaries(
    {
        "name": st.just("Kanwil"),
        "kind": st.just("kanwil"),
        "accounts": st.dictionaries(
            st.sampled_from(PLATFORMS),
            st.lists(st.sampled_from(["satu", "dua", "tiga", "empat"]), max_size=2),
        ),
    }
)
held_documents = st.dictionaries(
    ids,
    good_documents | broken_documents() | st.dictionaries(st.text(max_size=4), anything),
    max_size=4,
)


def measured(roster: Roster) -> set[tuple[str, str, str]]:
    return {(a.satker, a.platform, a.handle.casefold()) for a in roster.accounts if a.holds(NOW)}


def ended(amendments: tuple[Amendment, ...]) -> set[tuple[str, str, str]]:
    return {
        (a.satker, a.platform, a.handle.casefold())
        for a in amendments
        if a.happens == "ends" and a.platform and a.handle
    }


@given(sheets(), held_documents)
@settings(max_examples=100, suppress_health_check=QUICK)
def test_each_row_is_a_correct_record_or_refused_and_nothing_ends_in_silence(
    rows: list[tuple[int, dict[str, str]]], held: dict[str, Any]
) -> None:
    checked, refusals = check(rows, {"": held})
    good, refused = good_part(checked, refusals, {"": held})
    assert {row.number for row in good} | {r.row for r in refused} == {n for n, _ in rows}
    assert all(r.reason and "\n" not in r.words() for r in refused)
    before, _ = build(held, None, NOW - DAY, WIB)
    after, _ = build({**held, **{row.satker: row.document for row in good}}, before, NOW, WIB)
    amendments = compare(before, after, NOW, WIB)
    assert all(line(found, WIB, NOW) for found in amendments)
    assert measured(before) - measured(after) <= ended(amendments)
    named = {row.satker for row in good}
    assert {account for account in measured(before) if account[0] not in named} <= measured(after)
    for row in good:
        _is_recorded(row, dict(rows)[row.number], after)


def _is_recorded(row: CheckedRow, cells: dict[str, str], after: Roster) -> None:
    """The unit is in the registry as the row says, unless a fault of its own keeps it out."""
    found = [unit for unit in after.satker if unit.id == row.satker]
    if found and not any(p.startswith(f"{row.satker}: ") for p in after.problems):
        [unit] = found
        assert unit.name == text(cells["nama"])
        assert unit.kind == text(cells["jenis"])
        for platform in PLATFORMS:
            if platform in cells:
                named = {h.casefold() for p, h in row.handles if p == platform}
                held = {h.handle.casefold() for h in unit.handles if h.platform == platform}
                assert named == held


@given(sheets(), held_documents)
@settings(max_examples=25, suppress_health_check=QUICK, deadline=None)
def test_what_is_imported_is_imported_once(
    rows: list[tuple[int, dict[str, str]]], held: dict[str, Any]
) -> None:
    """Into a store that holds anything: a second time nothing is written and nothing changes."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/a.db")
        try:
            agency = AgencyStore(store, Agency())
            agency.save_satker({"aceh": {"name": "A", "kind": "upt"}, **_storable(held)})
            options: dict[str, Any] = {"at": lambda: NOW, "partial": True}
            _, refused = import_rows([agency], rows, say=lambda planned: None, **options)
            stored = [(s.id, s.version) for s in agency.satker_documents()]
            again, still = import_rows([agency], rows, say=lambda planned: None, **options)
            assert [(s.id, s.version) for s in agency.satker_documents()] == stored
            assert (again["kemenkum"].changed, again["kemenkum"].amendments) == (set(), [])
            assert {r.row for r in still} <= {r.row for r in refused}
        finally:
            store.close()


def _storable(held: dict[str, Any]) -> dict[str, Any]:
    """The fields that a store takes."""
    return {
        satker: {field: value for field, value in document.items() if _is_storable(field, value)}
        for satker, document in held.items()
    }


def _is_storable(field: str, value: Any) -> bool:
    try:
        check_size("agencies/kemenkum/satker/aceh", {field: value})
    except (StoreError, ValueError, RecursionError):
        return False
    return True


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=15)
values = (
    printable
    | st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates(date(1901, 1, 1), date(2200, 1, 1))
    | st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
    | st.times()
    | st.timedeltas(-DAY, DAY)
    | st.sampled_from(["=A1", "=1/0", "#REF!", "#N/A", "1,52803E+15", "'@bali", "\u200ebali", " "])
)
merged = st.tuples(st.integers(1, 6), st.integers(2, 6), st.integers(0, 2), st.integers(0, 2))


@given(
    st.lists(st.lists(values, min_size=len(HEADER), max_size=len(HEADER) + 2), max_size=5),
    st.lists(merged, max_size=2),
)
@settings(max_examples=50, suppress_health_check=QUICK)
def test_every_row_of_any_workbook_is_read_and_told_or_recorded(
    lines: list[list[Any]], ranges: list[tuple[int, int, int, int]]
) -> None:
    made = Workbook()
    made.active.append([*HEADER])
    made.active.append(["papua", "Kanwil Papua", "", "kanwil"])
    for cells in lines:
        made.active.append(cells)
    for column, row, right, down in ranges:
        made.active.merge_cells(
            start_row=row, start_column=column, end_row=row + down, end_column=column + right
        )
    filled = [
        number
        for number, row in enumerate(made.active.iter_rows(min_row=2), 2)
        if any(cell.value is not None and _shows(cell.value) for cell in row)
    ]
    buffer = io.BytesIO()
    made.save(buffer)
    table = files.load(buffer.getvalue(), "satker.xlsx")
    assert {*filled} <= {number for number, _ in table.rows}
    checked, refusals = check(table.rows, {"": {}})
    good, refused = good_part(checked, refusals, {"": {}})
    assert {row.number for row in good} | {r.row for r in refused} == {n for n, _ in table.rows}
    assert all(r.words(table.places) for r in refused)


def _shows(value: Any) -> bool:
    return not isinstance(value, str) or bool(value.strip(" '\u200e\u200b\u00ad"))
