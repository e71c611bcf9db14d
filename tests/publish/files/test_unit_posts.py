"""A satker's posts of a month as files: the rows of the month's table that are its own."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import openpyxl

from functions.publish.files.month_files import post_lines
from functions.publish.files.unit_posts import NAMES, by_satker, unit_post_files
from tests.publish.world import World

BEGIN = datetime(2026, 8, 31, 17, tzinfo=UTC)


def rows_of(body: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = io.StringIO(body.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=delimiter))


def test_every_post_stands_in_its_satkers_files(world: World) -> None:
    lines = list(post_lines(world.agency.ledgers("2026-09")))
    satker = [unit.id for unit in world.units]
    own = by_satker(iter(lines))
    files: dict[str, bytes] = {}
    for each in satker:
        files |= unit_post_files(each, "2026-09", BEGIN, own.get(each, []))
    assert len(files) == len(satker) * len(NAMES)
    told = []
    for each in satker:
        folder = f"satker/{each}/2026/09/"
        rows = rows_of(files[f"{folder}unggahan.csv"])
        assert {row["satker"] for row in rows} <= {each}
        assert [row["post_id"] for row in rows] == [
            row["post_id"] for row in rows_of(files[f"{folder}unggahan.titik-koma.csv"], ";")
        ]
        book = openpyxl.load_workbook(io.BytesIO(files[f"{folder}unggahan.xlsx"]))
        assert book["unggahan"].max_row == len(rows) + 1
        told += [(row["account"], row["post_id"]) for row in rows]
    assert sorted(told) == sorted((line.account, line.post_id) for line in lines)
    assert rows_of(files["satker/poltekpin/2026/09/unggahan.csv"]) == []


def test_the_same_posts_are_the_same_bytes(world: World) -> None:
    lines = by_satker(post_lines(world.agency.ledgers("2026-09")))["setjen"]
    one, two = (unit_post_files("setjen", "2026-09", BEGIN, lines) for _ in range(2))
    assert one == two
