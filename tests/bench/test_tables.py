"""What the tables are made with; their figures are nobody's to assert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run
from sys import executable
from typing import Any, get_args

import pytest

from functions.model import Agency, State
from functions.score.job import score
from functions.score.rules.judging import judge_month
from functions.store import evidence
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
from tests.bench import __main__ as bench
from tests.bench import scale, week
from tests.bench.archive import Archive, write_evidence
from tests.bench.documents import Counts
from tests.bench.ministry import account_rows
from tests.bench.recompute import by_kiprah
from tests.bench.stand_ins import Plan, stand_ins
from tests.bench.week import Hours, Post
from tests.clock import store_clock

NOW = datetime(2026, 10, 1, tzinfo=UTC)


class FakeCalls:
    """Calls so far, as the stand-ins would tell them tick by tick."""

    def __init__(self, totals: Sequence[int]) -> None:
        self._totals = iter(totals)

    def calls(self) -> dict[str, Any]:
        return {"requests": {"x": {"GET /a": next(self._totals), "GET /b": 0}, "y": {"GET /": 1}}}


def hours(*totals: int) -> Hours:
    counted = Hours(FakeCalls(totals))  # type: ignore[arg-type]
    for n in range(len(totals)):
        counted.note(NOW + n * week.TICK)
    return counted


def test_the_busiest_hour_is_any_four_ticks_in_a_row():
    counted = hours(1, 2, 12, 22, 32, 33)
    assert counted.busiest("x") == 31
    assert counted.busiest("x", "y") == 31
    assert counted.busiest("y") == 1
    assert counted.busiest("x", after=timedelta(hours=1)) == 11


def test_an_error_is_a_share_of_the_true_count_and_unknown_when_nothing_was_measured():
    post = Post("x", 1.0, 15.0, "interpolated", at_mark=200, i24=190)
    assert post.error == pytest.approx(0.05)
    assert Post("x", None, None, "not found", at_mark=200, i24=None).error is None


def test_documents_are_counted_for_the_job_they_belong_to(tmp_path: Path):
    store = SqliteStore(tmp_path / "kiprah.db")
    counts = Counts(store.meter)
    store.write([Write("a/before", {"n": 1})])
    with counts.job("score"):
        store.write([Write("a/1", {"n": 1}), Write("a/2", {"n": 2})])
    with counts.job("publish"):
        assert len(list(store.list("a"))) == 3
    assert (counts.jobs["score"].reads, counts.jobs["score"].writes) == (0, 2)
    assert (counts.jobs["publish"].reads, counts.jobs["publish"].writes) == (3, 0)
    store.close()


def test_the_store_stamps_simulated_times(tmp_path: Path):
    store = SqliteStore(tmp_path / "kiprah.db")
    with store_clock(lambda: NOW):
        store.write([Write("a/1", {"n": 1})])
    store.write([Write("a/2", {"n": 1})])
    assert store.get(["a/1"])["a/1"].changed_at == NOW
    assert store.get(["a/2"])["a/2"].changed_at > NOW
    store.close()


def test_the_peak_grows_with_what_is_held():
    # In a process of its own: what others have held here is this one's peak as well.
    program = "from tests.bench.peak import peak; a = peak(); b = bytes(range(256)) * 400_000; "
    said = run([executable, "-c", f"{program}print(peak() - a)"], capture_output=True, check=True)
    assert int(said.stdout) >= 256 * 400_000 // 2048


def test_stand_ins_answer_from_another_process_at_the_latency_asked_for():
    with stand_ins(Plan(account_rows(1), NOW, days=1, posts_per_day=5)) as platforms:
        platforms.set_clock(NOW + timedelta(days=2))
        platforms.set_latency(0.01)
        posts = platforms.posts(NOW, NOW + timedelta(days=2))
        assert posts
        assert all(post["published_at"] >= "2026-10-01" for post in posts)
        assert platforms.calls()["total"] == 0
        assert platforms.failures() == []


def test_the_week_is_simulated_and_printed(capsys: pytest.CaptureFixture[str]):
    assert bench.main(["week", "--accounts", "1", "--days", "0", "--posts", "5"]) == 0
    printed = capsys.readouterr().out
    for words in ("≤ 1 h or observed", "users", "general", "both on one app"):
        assert words in printed


def test_a_month_of_evidence_is_the_same_every_time_and_knows_every_state(tmp_path: Path):
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path in paths:
        write_evidence(path, 2_000)
    one, two = (path.read_bytes() for path in paths)
    assert one == two
    judgement = judge_month(evidence.decode(one))
    assert {v.measurement.state for _, v in judgement.posts} == set(get_args(State))
    reasons = {v.reason for _, v in judgement.posts}
    assert reasons >= {"counted", "running", "hidden", "found_late", "account_not_registered"}
    totals, _ = by_kiprah(paths[0])
    counted = [v for _, v in judgement.posts if v.counted]
    assert sum(posts for posts, _, _ in totals.values()) == len(counted)
    assert sum(i24 or 0 for _, _, i24 in totals.values()) == sum(
        v.measurement.i24 or 0 for v in counted
    )


def test_a_store_is_filled_with_final_months_and_posts_that_changed(tmp_path: Path):
    archive = Archive(tmp_path / "kiprah.db")
    archive.add_final_months(2, 100)
    archive.fill_running_month(400)
    changed = archive.change(20)
    archive.close()
    assert (archive.stored, archive.running, changed) == (600, 400, 20)
    store = SqliteStore(archive.path)
    assert len(list(store.list("agencies/kemenkum/posts"))) == 600
    agency = AgencyStore(store, Agency())
    assert [r.ranking.state for r in agency.months().values()] == ["final", "final", "open"]
    assert score(agency, now=archive.now, run_id="run").folded == changed
    store.close()


def test_an_unknown_table_is_wrong_usage(capsys: pytest.CaptureFixture[str]):
    assert bench.main(["speed"]) == 2
    assert "tests.bench week" in capsys.readouterr().err


def test_a_tick_of_agencies_is_planned_divided_and_handed_out():
    made = scale.figures(agencies=3, units=4)
    assert (made.accounts, made.agencies) == (60, 3)
    assert made.live_posts > 60
    assert sum(made.batches.values()) >= 3
    assert all(made.note_bytes.values())
    assert {"dividing", "planning", "handing out"} <= made.seconds.keys()
    assert scale.figures(agencies=1, units=4).share_bytes == 0
