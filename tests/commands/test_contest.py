"""Contesting a number from the command line: object, decide, close, revise, and prove it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from functions import log, settings
from functions.__main__ import cli
from functions.model import Post, iso
from functions.registry.addresses.posts import link_keys
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.factories import BEGIN, CLOSES, CLOSING, END, MONTH, measured_post
from tests.score.scoring import ministry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY
FIRST = "https://x.com/kanwilaceh/status/1843"
SECOND = "https://mobile.twitter.com/kanwilbali/status/1844?s=20&t=abc"
WORDS = ["--by", "Ani Lestari", "--why", "Unggahan uji coba."]


@dataclass(frozen=True)
class Ministry:
    """A store with two posts of two satker, and the command line over it."""

    agency: AgencyStore

    def run(self, *words: str, now: datetime, status: int = 0) -> Any:
        result = CliRunner().invoke(cli, [*words, "--now", iso(now)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.stderr
        return result

    def said(self, *words: str, now: datetime) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run(*words, "--json", now=now).stdout)
        return told

    def refused(self, *words: str, now: datetime, status: int = 1) -> str:
        [line] = self.run(*words, now=now, status=status).stderr.splitlines()
        return str(line)

    def places(self, month: str = MONTH) -> list[tuple[int | None, str, int | None]]:
        """The official Akun Terpopuler."""
        lists = self.agency.months()[month].ranking.lists
        [popular] = [
            x
            for x in lists
            if (x.ranking, x.platform, x.kind, x.band) == ("most_popular", None, None, None)
        ]
        return [(row.rank, row.satker, row.i24) for row in popular.rows if row.rank]

    def state(self, month: str = MONTH) -> str:
        return self.agency.months()[month].ranking.state


def posted(i24: int, account: str, post_id: str, at: datetime) -> Post:
    post = measured_post(i24, account=account, post_id=post_id, at=at)
    return msgspec.structs.replace(post, url=f"https://x.com/i/status/{post_id}")


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ministry]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/kiprah.db")
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    store = open_agency(settings.load()).store
    agency = ministry(store)
    posts = [posted(5, "x:1", "1843", MIDDLE), posted(6, "x:3", "1844", MIDDLE + HOUR)]
    agency.save_posts(posts)
    agency.save_urls([(post, link_keys("x", post.post_id, post.url)) for post in posts])
    yield Ministry(agency)
    store.close()


# Decisions


def test_a_decided_post_no_longer_counts(ours: Ministry) -> None:
    ours.run("score", now=MIDDLE + 2 * DAY)
    assert ours.places() == [(1, "bali", 6), (2, "aceh", 5)]
    ours.run("decide", SECOND, "--action", "exclude", *WORDS, now=MIDDLE + 3 * DAY)
    ours.run("score", now=MIDDLE + 3 * DAY)
    assert ours.places() == [(1, "aceh", 5), (2, "bali", 0)]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["reassign", "--satker", "aceh"], [(1, "aceh", 11), (2, "bali", 0)]),
        (["set_value", "--value", "1"], [(1, "aceh", 5), (2, "bali", 1)]),
        (["set_value", "--value", "0"], [(1, "aceh", 5), (2, "bali", 0)]),
        (["include"], [(1, "bali", 6), (2, "aceh", 5)]),
    ],
)
def test_each_action_does_what_it_says(
    ours: Ministry, words: list[str], places: list[tuple[int, str, int]]
) -> None:
    ours.run("decide", SECOND, "--action", *words, *WORDS, now=MIDDLE + 3 * DAY)
    ours.run("score", now=MIDDLE + 3 * DAY)
    assert ours.places() == places


def test_saying_it_twice_is_saying_it_once(ours: Ministry) -> None:
    words = ("decide", SECOND, "--action", "exclude", *WORDS)
    first = ours.said(*words, now=MIDDLE + 3 * DAY)
    assert ours.said(*words, now=MIDDLE + 3 * DAY) == first
    assert len(ours.agency.decisions()) == 1


def test_why_tells_who_decided_and_why(ours: Ministry) -> None:
    link = "https://kemenkum.go.id/surat/12"
    ours.run("decide", SECOND, "--action", "exclude", *WORDS, "--link", link, now=MIDDLE + 3 * DAY)
    ours.run("score", now=MIDDLE + 3 * DAY)
    told = ours.run("why", SECOND, now=MIDDLE + 3 * DAY).stdout
    assert told.startswith("Tidak dihitung: dikeluarkan dengan keputusan admin.")
    assert "Dikeluarkan oleh Ani Lestari pada" in told
    assert f"Unggahan uji coba. {link}" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([FIRST.replace("1843", "1999"), "--action", "exclude"], "belum pernah terbaca"),
        ([FIRST, "--action", "reassign", "--satker", "medan"], "satker 'medan' tidak ada"),
        ([FIRST, "--action", "exclude", "--account", "x:3"], "belum pernah terbaca"),
        ([FIRST, "--action", "exclude", "--objection", "s9"], "sanggahan 's9' tidak ada"),
        (["--reject", "--objection", "s9"], "sanggahan 's9' tidak ada"),
        ([FIRST, "--action", "exclude", "--by", " "], "by kosong"),
    ],
)
def test_what_cannot_be_decided_is_one_line_and_changes_nothing(
    ours: Ministry, words: list[str], told: str
) -> None:
    assert told in ours.refused("decide", *WORDS, *words, now=MIDDLE + 3 * DAY)
    assert ours.agency.decisions() == []


@pytest.mark.parametrize(
    "words",
    [
        [],
        [FIRST],
        [FIRST, "--action", "reassign"],
        [FIRST, "--action", "exclude", "--satker", "aceh"],
        [FIRST, "--action", "set_value"],
        [FIRST, "--action", "exclude", "--value", "3"],
        ["--reject"],
        ["https://x.com/kanwilaceh", "--action", "exclude"],
        ["halo", "--action", "exclude"],
    ],
)
def test_wrong_use_exits_with_2(ours: Ministry, words: list[str]) -> None:
    said = ours.refused("decide", *WORDS, *words, now=MIDDLE + 3 * DAY, status=2)
    assert said.startswith("kiprah: ")


def test_who_and_why_are_asked_for(ours: Ministry) -> None:
    said = ours.refused("decide", FIRST, "--action", "exclude", "--by", "Ani", now=MIDDLE, status=2)
    assert "--why" in said
    assert "--by" in ours.refused("object", FIRST, "--why", "Salah.", now=MIDDLE, status=2)


# Objections


def test_an_objection_is_granted_by_a_decision(ours: Ministry) -> None:
    objection = ours.said(
        *("object", FIRST, "--by", "Budi", "--why", "Nilainya 9.", "--satker", "aceh"),
        now=CLOSING + HOUR,
    )["objection"]
    ours.run("score", now=CLOSES + HOUR)
    assert ours.state() == "closing"
    ours.run(
        *("decide", FIRST, "--action", "set_value", "--value", "9", *WORDS),
        *("--objection", objection),
        now=CLOSES + 2 * HOUR,
    )
    ours.run("score", now=CLOSES + 3 * HOUR)
    assert ours.state() == "final"
    assert ours.places() == [(1, "aceh", 9), (2, "bali", 6)]
    [kept] = ours.agency.months()[MONTH].objections
    assert (kept.accepted, kept.answer, kept.answered_by) == (
        True,
        "Unggahan uji coba.",
        "Ani Lestari",
    )


def test_an_objection_is_rejected_and_nothing_changes(ours: Ministry) -> None:
    words = ("object", "--month", MONTH, "--by", "Budi", "--why", "Kurang satu.")
    objection = ours.said(*words, now=CLOSING + HOUR)["objection"]
    answer = ("decide", "--reject", "--objection", objection, *WORDS)
    ours.run(*answer, now=CLOSING + 2 * HOUR)
    assert "sudah diputuskan" in ours.refused(*answer, now=CLOSING + 3 * HOUR)
    ours.run("score", now=CLOSES + HOUR)
    assert ours.state() == "final"
    assert ours.agency.months()[MONTH].objections[0].accepted is False


@pytest.mark.parametrize("words", [[], [FIRST, "--month", MONTH], ["--month", "Oktober"]])
def test_an_objection_is_to_a_post_or_to_a_month(ours: Ministry, words: list[str]) -> None:
    ours.refused("object", "--by", "Budi", "--why", "Salah.", *words, now=CLOSING, status=2)
    assert ours.agency.objections() == []


# Revisions


def test_a_final_month_is_revised_published_and_proved(ours: Ministry, tmp_path: Path) -> None:
    ours.run("score", now=CLOSES + HOUR)
    ours.run("publish", now=CLOSES + HOUR)
    words = ("decide", SECOND, "--action", "exclude", *WORDS)
    assert "--revise" in ours.refused(*words, now=CLOSES + DAY)
    first = (tmp_path / f"site/data/{MONTH}/ranking.json").read_bytes()
    ours.run(*words, "--revise", now=CLOSES + DAY)
    ours.run("score", now=CLOSES + 2 * DAY)
    ours.run("publish", now=CLOSES + 2 * DAY)
    folder = tmp_path / f"site/data/{MONTH}"
    revised = json.loads((folder / "ranking.json").read_bytes())
    assert (revised["revision"], revised["reason"]) == (2, "Unggahan uji coba.")
    assert (folder / "r1/ranking.json").read_bytes() == first
    assert (folder / "r2/ranking.json").read_bytes() == (folder / "ranking.json").read_bytes()
    audit = CliRunner().invoke(cli, ["audit", MONTH, "--from", str(tmp_path / "site")])
    assert (audit.exit_code, "identical" in audit.stdout) == (0, True), audit.output
    # The month after it, frozen later, names the revision; one changed byte in r1 is found.
    ours.agency.save_posts([posted(1, "x:1", "1900", END + 5 * DAY)])
    ours.run("score", now=END + 60 * DAY)
    ours.run("publish", now=END + 60 * DAY)
    whole = ["audit", "2026-11", "--from", str(tmp_path / "site")]
    assert CliRunner().invoke(cli, whole).exit_code == 0
    damaged = folder / "r1/bukti.sha256"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes().replace(b"bukti", b"Bukti"))
    answer = CliRunner().invoke(cli, whole)
    assert (answer.exit_code, "r1: bukti.sha256" in answer.stdout) == (1, True)
