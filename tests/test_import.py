"""Whatever stands in a cell, an import takes it or says where it cannot, and costs nobody else."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from functions.model import PLATFORMS
from functions.registry.fields import COLUMNS
from tests.commands.running import documents, kiprah
from tests.registry.typed import EDGES, TEXTS

BALI = {"id": "bali", "nama": "Kanwil Bali", "jenis": "kanwil", "x": "bali", "instagram": "b1;b2"}
ACEH = {"id": "aceh", "nama": "Kanwil Aceh", "jenis": "kanwil", "x": "aceh", "tiktok": "aceh"}
COLUMNS_OF_FILES = ["id", *COLUMNS.values(), *PLATFORMS]

texts = (
    st.sampled_from([text for text in (*TEXTS, *EDGES) if isinstance(text, str)])
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.from_regex(r"@?[a-z._]{2,12}(;[a-z]{3})?", fullmatch=True)
)
numbers = st.integers(-5, 10**17) | st.floats(allow_nan=False, allow_infinity=False)
cells = texts | numbers | st.booleans() | st.dates(date(1900, 3, 1)) | st.just("=A1")


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("import")


def as_csv(table):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["" if c is None else c for c in row] for row in table])
    # A file with a NUL is none of text, and refused as a whole (tests/parsing/test_tables.py).
    return buffer.getvalue().replace("\0", "").encode("utf-8", "replace")


def as_xlsx(table):
    agency = Workbook()
    for row in table:
        # What no XLSX can hold, openpyxl refuses to write.
        agency.active.append(
            [
                "".join(c for c in cell if c.isprintable())[:32_000]
                if isinstance(cell, str)
                else cell
                for cell in row
            ]
        )
    buffer = io.BytesIO()
    agency.save(buffer)
    return buffer.getvalue()


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.dictionaries(st.sampled_from(COLUMNS_OF_FILES), cells, min_size=1, max_size=3),
    st.sampled_from([("satker.csv", as_csv), ("satker.xlsx", as_xlsx)]),
)
def test_any_cell_is_taken_or_told_and_costs_no_other_unit(monkeypatch, shared_folder, odd, kind):
    monkeypatch.chdir(shared_folder)
    for left in shared_folder.glob("kiprah.db*"):
        left.unlink()
    name, pack = kind
    header = [*dict.fromkeys([*BALI, *ACEH, *odd])]

    def imported(*rows):
        table = [header, *([row.get(column) for column in header] for row in rows)]
        Path(name).write_bytes(pack(table))
        return kiprah("registry", "import", name)

    assert imported(BALI, ACEH).exit_code == 0
    before, rosters, _ = documents()
    result = imported(BALI, ACEH | odd)
    after, *_ = documents()
    assert after["bali"] == before["bali"]
    lines = result.stderr.splitlines()
    if result.exit_code:
        assert (after, documents()[1]) == (before, rosters)
        assert lines
        assert all(re.match(rf"kiprah: {name}: baris 3[:,] ", line) for line in lines)
    else:
        assert before.keys() <= after.keys()
        # Nothing ends in silence.
        ended = {"x", "tiktok"} & {
            p for p, listed in after["aceh"]["accounts"].items() if not listed
        }
        for platform in ended:
            assert any("aceh: akun" in line and "berakhir" in line for line in lines), platform
        again = imported(BALI, ACEH | odd)
        assert again.exit_code == 0
        assert documents()[0] == after
