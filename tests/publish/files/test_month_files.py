"""The open data files: the names and values that others rely on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import openpyxl

from functions.model import (
    FORMATS,
    Agency,
    Entry,
    Measurement,
    Ranking,
    Sample,
)
from functions.publish.files.month_files import (
    CERTAINTY_COLUMNS,
    FORMAT_COLUMNS,
    LOG_COLUMNS,
    POST_COLUMNS,
    RANKING_COLUMNS,
    month_files,
)
from functions.publish.files.names import NAMES
from functions.publish.imprint import Imprint
from functions.registry.addresses.public import built_address
from functions.store import rankings
from functions.store.agency.months import MonthRecord
from functions.store.ledgers import Ledger
from tests.factories import entry, ranked_list, ranking, row, x_post
from tests.publish.world import World

AT = datetime(2026, 10, 3, 2, 11, 9, tzinfo=UTC)

RANKING = ranking(
    ranked_list(
        row(
            "kanwil-ntt",
            1,
            61,
            4567,
            name="Kanwil NTT",
            measured=60,
            engagement_rate=12.5,
            movement_kind="up",
            movement=2,
            rank_best=1,
            rank_worst=3,
            largest_share=18.4,
        ),
        row("x", None, 0, None, rank_best=None, rank_worst=None, largest_share=None),
        ranking="most_active",
    ),
    as_of=datetime(2026, 10, 31, 16, tzinfo=UTC),
)


def counted_entry(
    post_id: str, *, at: datetime = AT, account: str = "123", text: str = ""
) -> Entry:
    before = Sample(taken_at=AT, likes=30, comments=4, shares=6)
    post = x_post(
        before,
        account_id=account,
        post_id=post_id,
        published_at=at,
        url=f"https://x.com/i/{post_id}",
        text=text,
    )
    measurement = Measurement(state="interpolated", i24=41, lower=40, upper=43, before=before)
    return entry(post, satker="kanwil-ntt", measurement=measurement)


def files(*entries: Entry) -> dict[str, bytes]:
    ledgers: dict[str, Ledger] = {}
    for each in entries:
        key = each.post.account
        ledger = ledgers.setdefault(key, Ledger(account=key, month="2026-10"))
        ledger.entries[each.post.post_id] = each
    record = MonthRecord(ranking=RANKING, digest="ab12")
    return month_files(record, ledgers, b"{}\n", Agency(), Imprint())


def csv_rows(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_of_a_thread_the_parts_that_were_added_are_counted() -> None:
    alone, begun = counted_entry("1"), counted_entry("2")
    begun = msgspec.structs.replace(
        begun, post=msgspec.structs.replace(begun.post, parts=("3", "4", "5"))
    )
    made = files(alone, begun)
    assert [post["parts"] for post in json.loads(made["unggahan.json"])["posts"]] == [None, 3]
    assert [row["parts"] for row in csv_rows(made["unggahan.csv"])] == ["", "3"]


def test_a_month_has_these_files() -> None:
    assert tuple(files()) == NAMES


def test_the_ranking_is_told_with_these_names_and_nulls() -> None:
    assert json.loads(rankings.encode(RANKING)) == {
        "agency": "kemenkum",
        "month": "2026-10",
        "state": "open",
        "incomplete": False,
        "revision": 1,
        "formula": "2",
        "as_of": "2026-10-31T16:00:00Z",
        "run_id": "run",
        "reason": None,
        "flags": [],
        "lists": [
            {
                "ranking": "most_active",
                "platform": None,
                "kind": None,
                "band": None,
                "band_from": None,
                "band_below": None,
                "rows": [
                    {
                        "rank": 1,
                        "satker": "kanwil-ntt",
                        "name": "Kanwil NTT",
                        "posts": 61,
                        "measured": 60,
                        "i24": 4567,
                        "engagement_rate": 12.5,
                        "movement_kind": "up",
                        "movement": 2,
                        "thin": False,
                        "flags": [],
                        "rank_best": 1,
                        "rank_worst": 3,
                        "largest_share": 18.4,
                    },
                    {
                        "rank": None,
                        "satker": "x",
                        "name": "X",
                        "posts": 0,
                        "measured": 0,
                        "i24": None,
                        "engagement_rate": None,
                        "movement_kind": "none",
                        "movement": None,
                        "thin": False,
                        "flags": [],
                        "rank_best": None,
                        "rank_worst": None,
                        "largest_share": None,
                    },
                ],
            }
        ],
    }


def test_the_rankings_bytes_follow_from_the_ranking_alone() -> None:
    body = rankings.encode(RANKING)
    assert msgspec.json.decode(body, type=Ranking) == RANKING
    assert rankings.encode(msgspec.json.decode(body, type=Ranking)) == body
    assert body.startswith(b'{"agency":"kemenkum","month":"2026-10","state":"open"')
    assert body.endswith(b"}\n")


def test_a_post_is_told_with_these_names_and_nulls() -> None:
    told = json.loads(files(counted_entry("7"))["unggahan.json"])
    assert told == {
        "month": "2026-10",
        "as_of": "2026-10-31T16:00:00Z",
        "posts": [
            {
                "platform": "x",
                "post_id": "7",
                "account": "x:123",
                "satker": "kanwil-ntt",
                "url": "https://x.com/i/7",
                "published_at": "2026-10-03T02:11:09Z",
                "counted": True,
                "reason": "counted",
                "state": "interpolated",
                "i24": 41,
                "lower": 40,
                "upper": 43,
                "partial": False,
                "shared": False,
                "before": {
                    "taken_at": "2026-10-03T02:11:09Z",
                    "likes": 30,
                    "comments": 4,
                    "shares": 6,
                    "views": None,
                },
                "after": None,
                "parts": None,
                "over_usual": None,
                "flags": [],
                "duplicate_of": None,
                "duplicate_percent": None,
                "decided": False,
                "decisions": [],
            }
        ],
    }


def test_an_address_that_leads_elsewhere_stands_in_no_file() -> None:
    odd = counted_entry("9")
    odd = msgspec.structs.replace(odd, post=msgspec.structs.replace(odd.post, url="javascript:x()"))
    made = files(odd)
    [post] = json.loads(made["unggahan.json"])["posts"]
    assert post["url"] == built_address(odd.post.platform, "9")
    [row] = csv_rows(made["unggahan.csv"])
    assert row["url"] == post["url"]


def test_posts_are_ordered_by_time_then_account_then_id() -> None:
    later = AT.replace(hour=3)
    made = files(
        counted_entry("9"),
        counted_entry("1", at=later),
        counted_entry("8", account="5"),
        counted_entry("10"),
        counted_entry("2", at=AT),
    )
    posts = json.loads(made["unggahan.json"])["posts"]
    assert [(p["account"], p["post_id"]) for p in posts] == [
        ("x:123", "10"),
        ("x:123", "2"),
        ("x:123", "9"),
        ("x:5", "8"),
        ("x:123", "1"),
    ]


def test_a_post_that_was_not_scored_yet_is_left_out() -> None:
    unscored = Entry(post=counted_entry("8").post)
    assert len(json.loads(files(counted_entry("7"), unscored)["unggahan.json"])["posts"]) == 1


def test_tables_hold_what_json_holds(world: World) -> None:
    record = world.agency.months()["2026-10"]
    made = month_files(record, world.agency.ledgers("2026-10"), b"", Agency(), Imprint())
    posts = json.loads(made["unggahan.json"])["posts"]
    lines = csv_rows(made["unggahan.csv"])
    assert [(p["account"], p["post_id"]) for p in posts] == [
        (line["account"], line["post_id"]) for line in lines
    ]
    for post, line in zip(posts, lines, strict=True):
        assert line["i24"] == ("" if post["i24"] is None else str(post["i24"]))
        assert line["counted"] == str(post["counted"]).lower()
        assert line["before_taken_at"] == (post["before"] or {}).get("taken_at", "")
    ranked = [
        row["satker"] for each in json.loads(made["ranking.json"])["lists"] for row in each["rows"]
    ]
    assert [line["satker"] for line in csv_rows(made["ranking.csv"])] == ranked
    ranked_by = (*RANKING_COLUMNS, *CERTAINTY_COLUMNS)
    posts_by = (*POST_COLUMNS, *FORMAT_COLUMNS)
    tables = {"ranking": ranked_by, "unggahan": posts_by, "keputusan": LOG_COLUMNS}
    for name, columns in tables.items():
        agency = openpyxl.load_workbook(io.BytesIO(made[f"{name}.xlsx"]), read_only=True)
        cells = list(agency[name].iter_rows(values_only=True))
        assert list(cells[0]) == [column.name for column in columns]
        assert len(cells) - 1 == len(csv_rows(made[f"{name}.csv"]))
        for column, *told in zip(*cells, strict=True):
            if column in {each.name for each in columns if each.is_id}:
                assert {type(cell) for cell in told} <= {str, type(None)}
        agency.close()


def test_a_ranking_by_formula_1_has_the_columns_it_had() -> None:
    """So the files of a month that it froze have their bytes, whenever they are written."""
    plain = msgspec.structs.replace(RANKING, lists=(ranked_list(row("aceh", 1)),))
    made = month_files(MonthRecord(ranking=plain, digest=""), {}, b"", Agency(), Imprint())
    [line] = csv_rows(made["ranking.csv"])
    assert [*line] == [column.name for column in RANKING_COLUMNS]
    book = openpyxl.load_workbook(io.BytesIO(made["ranking.xlsx"]))
    assert book["ranking"].max_column == len(RANKING_COLUMNS)
    assert book["keterangan"].max_row == len(RANKING_COLUMNS)


def test_a_month_whose_posts_tell_no_format_has_the_columns_it_had(world: World) -> None:
    """So what was frozen before formats were read has its bytes, whenever it is written."""
    record, ledgers = world.agency.months()["2026-10"], world.agency.ledgers("2026-10")
    told = month_files(record, ledgers, b"", Agency(), Imprint())
    for ledger in ledgers.values():
        for post_id, held in ledger.entries.items():
            post = msgspec.structs.replace(held.post, format=None)
            ledger.entries[post_id] = msgspec.structs.replace(held, post=post)
    plain = month_files(record, ledgers, b"", Agency(), Imprint())
    assert [*csv_rows(plain["unggahan.csv"])[0]] == [column.name for column in POST_COLUMNS]
    assert b"format" not in plain["unggahan.json"]
    for line in csv_rows(told["unggahan.csv"]):
        assert line.pop("format") in ("", *FORMATS)
        assert line in csv_rows(plain["unggahan.csv"])


def test_the_ranks_that_are_possible_stand_in_the_tables() -> None:
    one, other = csv_rows(files()["ranking.csv"])
    told = ("rank", "rank_best", "rank_worst", "largest_share")
    assert [one[name] for name in told] == ["1", "1", "3", "18.4"]
    assert [other[name] for name in told] == ["", "", "", ""]
    sheet = openpyxl.load_workbook(io.BytesIO(files()["ranking.xlsx"]))["ranking"]
    rows = list(sheet.iter_rows(min_col=len(RANKING_COLUMNS) + 1, values_only=True))
    assert rows == [told[1:], (1, 3, 18.4), (None, None, None)]


def test_columns_whose_ids_may_be_all_digits_are_told_apart() -> None:
    ids = {"post_id", "account_id", "duplicate_of", "id", "objection"}
    for columns in (RANKING_COLUMNS, POST_COLUMNS, LOG_COLUMNS):
        names = {column.name for column in columns}
        assert {column.name for column in columns if column.is_id} == ids & names


def test_captions_are_in_no_data_file(world: World) -> None:
    record, ledgers = world.agency.months()["2026-10"], world.agency.ledgers("2026-10")
    made = month_files(record, ledgers, b"{}\n", Agency(), Imprint())
    for name in ("unggahan.json", "unggahan.csv"):
        assert b"penyuluhan" not in made[name]


def test_a_table_for_excel_holds_the_same_with_semicolons_and_decimal_commas(world: World) -> None:
    record, ledgers = world.agency.months()["2026-10"], world.agency.ledgers("2026-10")
    made = month_files(record, ledgers, b"", Agency(), Imprint())
    for name in ("ranking", "unggahan", "keputusan"):
        plain = csv_rows(made[f"{name}.csv"])
        text = made[f"{name}.titik-koma.csv"].decode("utf-8-sig")
        excel = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        decimals = {"engagement_rate", "largest_share", "over_usual"}
        assert excel == [
            {key: cell.replace(".", ",") if key in decimals else cell for key, cell in row.items()}
            for row in plain
        ]
    rates = [row["engagement_rate"] for row in csv_rows(made["ranking.csv"])]
    assert any("." in rate for rate in rates)


def test_a_columns_kind_is_that_of_its_cells(world: World) -> None:
    record, ledgers = world.agency.months()["2026-10"], world.agency.ledgers("2026-10")
    made = month_files(record, ledgers, b"", Agency(), Imprint())
    read: dict[str, Callable[[str], object]] = {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": {"true": True, "false": False}.__getitem__,
        "datetime": datetime.fromisoformat,
    }
    posts_by = (*POST_COLUMNS, *FORMAT_COLUMNS)
    tables = {"ranking": RANKING_COLUMNS, "unggahan": posts_by, "keputusan": LOG_COLUMNS}
    for name, columns in tables.items():
        rows = csv_rows(made[f"{name}.csv"])
        for column in columns:
            told = {row[column.name] for row in rows} - {""}
            for cell in told:
                read[column.kind](cell)
            if column.values:
                assert told <= {*column.values}
