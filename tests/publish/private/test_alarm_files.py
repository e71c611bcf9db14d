"""The files for staff: the same alarms in three forms, safe for whoever opens them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import Agency
from functions.publish.files.tables import split_csv
from functions.publish.private.alarm_files import CSV, JSON, PAGE, files_of
from functions.store.alarms import Alarm, AlarmPost, record
from tests.factories import NOW, alarm

TEXTS = st.text(max_size=30) | st.sampled_from(["=1+1", "@SUM(A1)", "<script>", "\ud800", "a\r\nb"])


def files(*alarms: Alarm) -> dict[str, bytes]:
    return files_of(Agency(), alarms, record(alarms, NOW))


def test_all_three_hold_the_same_alarms() -> None:
    found = files(alarm(outcome="benar", marked_by="Ani"), alarm("setjen", share=None))
    told = json.loads(found[JSON])
    header, rows = split_csv(found[CSV])
    assert [one["id"] for one in told["alarms"]] == [row[0] for row in rows]
    assert dict(zip(header, rows[0], strict=True)) == {
        "id": "kanwil-ntt:20261020T030000Z:siaga",
        "level": "siaga",
        "satker": "kanwil-ntt",
        "name": "Kanwil NTT",
        "at": "2026-10-20T03:00:00Z",
        "made_at": "2026-10-20T03:00:00Z",
        "hours": "6",
        "comments": "84",
        "usual": "3250",
        "chance": "12",
        "share": "412",
        "usual_share": "130",
        "post_1": "https://www.instagram.com/p/abc/",
        "post_comments_1": "80",
        **{f"{name}_{n}": "" for n in (2, 3) for name in ("post", "post_comments")},
        "outcome": "benar",
        "marked_by": "Ani",
        "marked_at": "",
        "note": "",
    }
    assert told["record"]["siaga"] == {"right": 1, "wrong": 0, "open": 1, "precision": 1.0}
    assert told["record"]["lonjakan"]["precision"] is None
    page = found[PAGE].decode()
    assert "siaga: 1 dari 1 yang ditandai benar; 1 belum ditandai" in page
    assert all(row[0] in page for row in rows)


def test_the_page_stands_alone_and_says_how_to_mark() -> None:
    page = files(alarm())[PAGE].decode()
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "kiprah alarms mark KODE benar" in page
    assert "tidak mengatakan siapa yang benar" in page
    assert "<script" not in page
    assert {*re.findall(r'(?:href|src)="([^"]+)"', page)} == {
        "alarm.csv",
        "alarm.json",
        "https://www.instagram.com/p/abc/",
    }
    assert "Belum ada siaga." in files()[PAGE].decode()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", ""])
def test_an_address_that_a_browser_might_run_is_no_link(url: str) -> None:
    post = AlarmPost(platform="x", account_id="1", post_id="2", url=url, comments=3)
    page = files(alarm(posts=(post,)))[PAGE].decode()
    assert "X: 3 komentar baru" in page
    assert "javascript" not in page


@settings(max_examples=30)
@given(st.fixed_dictionaries({name: TEXTS for name in ("name", "marked_by", "note")}), TEXTS)
def test_texts_do_no_harm_wherever_they_are_opened(facts: dict[str, Any], url: str) -> None:
    post = AlarmPost(platform="x", account_id="1", post_id="2", url=url, comments=3)
    found = files(alarm(outcome="benar", posts=(post,), **facts))
    page = found[PAGE].decode()
    assert "<script" not in page
    _, [row] = split_csv(found[CSV])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert json.loads(found[JSON])["alarms"][0]["level"] == "siaga"
