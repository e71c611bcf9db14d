"""A second person agrees to a decision, from the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from functions.__main__ import cli
from functions.store.port import Write
from tests.commands.test_contest import DAY, FIRST, MIDDLE, SECOND, WORDS, Ministry, ours
from tests.factories import CLOSES, CLOSING, MONTH

__all__ = ["ours"]
NOW = MIDDLE + 3 * DAY
EXCLUDE = ("decide", SECOND, "--action", "exclude", *WORDS)


def ask(ours: Ministry) -> None:
    path = f"{ours.agency.root}/settings/decisions"
    ours.agency.store.write([Write(path, {"confirm": True})])


def test_a_decision_counts_once_a_second_person_has_confirmed_it(ours: Ministry) -> None:
    ask(ours)
    told = ours.said(*EXCLUDE, now=NOW)
    assert told["waits"] is True
    id = told["decision"]
    ours.run("score", now=NOW)
    assert ours.places() == [(1, "bali", 6), (2, "aceh", 5)]
    said = ours.said("confirm", id, "--by", "Budi", now=NOW + DAY)
    assert said == {"job": "confirm", "decision": id, "by": "Budi"}
    ours.run("score", now=NOW + DAY)
    assert ours.places() == [(1, "aceh", 5), (2, "bali", 0)]
    assert "disetujui Budi" in ours.run("why", SECOND, now=NOW + DAY).stdout


def test_saying_it_twice_is_saying_it_once(ours: Ministry) -> None:
    id = ours.said(*EXCLUDE, now=NOW)["decision"]
    ours.run("confirm", id, "--by", "Budi", now=NOW)
    [stored] = ours.agency.decisions()
    ours.run("confirm", id, "--by", "budi", now=NOW + DAY)
    assert ours.agency.decisions() == [stored]


def test_what_cannot_be_confirmed_is_refused_in_one_line(ours: Ministry) -> None:
    id = ours.said(*EXCLUDE, now=NOW)["decision"]
    own = ours.refused("confirm", id, "--by", " ANI  lestari", now=NOW)
    assert "confirmed_by sama dengan by" in own
    assert "tidak ada; maksudnya" in ours.refused("confirm", id[:-1], "--by", "Budi", now=NOW)
    early = ours.refused("confirm", id, "--by", "Budi", now=NOW - DAY)
    assert "confirmed_at lebih awal daripada at" in early
    ours.run("confirm", id, "--by", "Budi", now=NOW)
    assert "sudah disetujui oleh Budi" in ours.refused("confirm", id, "--by", "Cut", now=NOW)


def test_an_objection_is_answered_once_what_grants_it_is_confirmed(
    ours: Ministry, tmp_path: Path
) -> None:
    """Else its month would close without what was granted."""
    ask(ours)
    at = CLOSING + DAY
    words = ("--by", "Budi", "--why", "Salah hitung.")
    objection = ours.said("object", FIRST, *words, now=at)["objection"]
    id = ours.said(*EXCLUDE, "--objection", objection, now=at)["decision"]
    ours.run("score", now=CLOSES + DAY)
    assert ours.state() == "closing"
    ours.run("confirm", id, "--by", "Cut", now=CLOSES + DAY)
    [answered] = ours.agency.objections()
    assert (answered.data["accepted"], answered.data["answered_by"]) == (True, "Ani Lestari")
    ours.run("score", now=CLOSES + DAY)
    assert ours.state() == "final"
    [decision] = ours.agency.months()[MONTH].decisions
    assert decision.confirmed_by == "Cut"
    ours.run("publish", now=CLOSES + DAY)
    audit = CliRunner().invoke(cli, ["audit", MONTH, "--from", str(tmp_path / "site")])
    assert "identical" in audit.stdout, audit.output
    log = (tmp_path / f"site/data/{MONTH}/keputusan.csv").read_text()
    assert "confirmed_by,confirmed_at" in log
    assert ",Cut,2026-" in log
    page = (tmp_path / "site/2026/10/index.html").read_text()
    assert "disetujui <bdi>Cut · " in page


def test_a_decision_typed_in_indonesian_is_confirmed_in_its_own_fields(ours: Ministry) -> None:
    typed = {"Tindakan": "keluarkan", "Unggahan": "x:1844", "Oleh": "Ani", "Alasan": "Uji."}
    typed |= {"Waktu": "2026-10-11", "Disetujui oleh": ""}
    ours.agency.add_decision("k1", typed)
    ours.run("confirm", "k1", "--by", "Budi", now=NOW)
    [stored] = ours.agency.decisions()
    assert stored.data["Disetujui oleh"] == "Budi"
    assert "confirmed_at" in stored.data
