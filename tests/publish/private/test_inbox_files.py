"""The files of open questions: the same in three forms, safe for whoever opens them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import Agency
from functions.publish.files.tables import split_csv
from functions.publish.private.inbox_files import CSV, JSON, PAGE, WaitingQuestion, files_of
from functions.publish.text.plain import plain
from tests.factories import NOW

TEXTS = st.text(max_size=30) | st.sampled_from(["=1+1", "@SUM(A1)", "<script>", "a\r\nb"])


def question(
    name: str = "Kanwil NTT", *, minutes: int = 5 * 60, url: str | None = None
) -> WaitingQuestion:
    return WaitingQuestion(
        satker="kanwil-ntt",
        name=name,
        platform="instagram",
        asked_at=NOW - timedelta(minutes=minutes),
        read_at=NOW,
        timezone="Asia/Makassar",
        url=url,
    )


def test_all_three_hold_the_same_questions() -> None:
    url = "https://www.instagram.com/p/abc/c/5/"
    found = files_of(Agency(), [question(url=url), question(minutes=59), question(minutes=-3)])
    told = json.loads(found[JSON])["questions"]
    header, rows = split_csv(found[CSV])
    for one, row in zip(told, rows, strict=True):
        cells = dict(zip(header, row, strict=True))
        assert cells == {name: "" if v is None else str(v) for name, v in one.items()}
    assert [one["age_hours"] for one in told] == [5, 0, 0]
    page = found[PAGE].decode()
    assert page.count("Kanwil NTT") == 3
    assert "WITA; 5 jam saat dibaca" in page
    assert page.count("kurang dari 1 jam saat dibaca") == 2
    assert page.count("(tanpa tautan)") == 2


def test_the_page_stands_alone_and_no_robot_reads_it() -> None:
    page = files_of(Agency(), [question(url="https://www.instagram.com/p/abc/")])[PAGE].decode()
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "<script" not in page
    assert {*re.findall(r'(?:href|src)="([^"]+)"', page)} == {
        "pertanyaan.csv",
        "pertanyaan.json",
        "https://www.instagram.com/p/abc/",
    }
    assert "Tidak ada pertanyaan yang menunggu." in files_of(Agency(), [])[PAGE].decode()


@settings(max_examples=30)
@given(TEXTS)
def test_names_do_no_harm_wherever_they_are_opened(name: str) -> None:
    found = files_of(Agency(name=name), [question(plain(name))])
    assert "<script" not in found[PAGE].decode()
    _, [row] = split_csv(found[CSV])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
