"""What a notice becomes as a document."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from functions.notify.notice import LONGEST_SUBJECT, LONGEST_TEXT, Notice, one_line, plain

NOW = datetime(2026, 11, 6, 3, tzinfo=UTC)


def test_a_notice_is_due_at_once() -> None:
    notice = Notice(key=("month", "2026-10", "r1", "aceh"), satker="aceh", subject="a", text="b")
    assert notice.document(NOW) == {
        "kind": "month",
        "satker": "aceh",
        "subject": "a",
        "text": "b",
        "made_at": "2026-11-06T03:00:00Z",
        "due": "2026-11-06T03:00:00Z",
        "attempts": 0,
        "done": [],
    }


@given(st.text())
def test_whatever_a_name_holds_a_subject_is_one_short_line(text: str) -> None:
    line = one_line(text, LONGEST_SUBJECT)
    assert len(line) <= LONGEST_SUBJECT
    assert line.splitlines() in ([], [line])
    line.encode()


@given(st.text())
def test_a_text_keeps_its_lines_and_nothing_that_nobody_sees(text: str) -> None:
    told = plain(text)
    assert len(told) <= LONGEST_TEXT
    assert all(c == "\n" or c.isprintable() or c == "\ufffd" for c in told) or told
    told.encode()


def test_lines_stay() -> None:
    assert plain("Yth. A,\r\n\r\nSatu\u200b.\nDua.\x00") == "Yth. A,\n\nSatu.\nDua."
