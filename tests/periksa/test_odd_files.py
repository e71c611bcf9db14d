"""A file that is no evidence, or odd evidence, is told in one sentence and costs only itself."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings
from tests.factories import evidence, measured_post, presence, unit
from tests.periksa.months import month
from tests.periksa.program import Case, run, write

MADE = evidence(
    [unit("aceh")], [presence("aceh", "x:1")], [measured_post(5), measured_post(7, post_id="2")]
)
BODY = ev.encode(MADE)
RANKING = rankings.encode(rank(MADE, judge_month(MADE)))
PACKED = ev.compress(BODY)
LINES = BODY.splitlines(keepends=True)
NO_NUMBER = BODY.replace(b'"likes":5', b'"likes":1e300')
OTHER_ZONE = BODY.replace(b"Asia/Jakarta", b"Asia/Atlantis")
FORMULA = BODY.replace(b'"formula":"', b'"formula":"99-')

FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Berkas ini kosong."),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "isinya bukan teks UTF-8"),
    "a page": (
        b"<!doctype html>\n<html>\n",
        "Berkas ini bukan bukti: baris pertamanya bukan JSON.",
    ),
    "other JSON": (
        b'{"posts": []}\n',
        "Baris 1 bukti tidak dapat dipakai: jenis baris tidak dikenal.",
    ),
    "a list": (b"[1, 2]\n", "jenis baris tidak dikenal"),
    "a truncated gzip": (PACKED[: len(PACKED) // 2], "rusak atau terpotong"),
    "a gzip with a wrong sum": (PACKED[:-8] + b"\0" * 8, "rusak atau terpotong"),
    "no gzip behind its first bytes": (b"\x1f\x8b" + b"bukti" * 20, "rusak atau terpotong"),
    "a gzip of nothing": (gzip.compress(b""), "tidak punya baris month"),
    "a truncated line": (BODY[:-5], "Bukti ini terpotong"),
    "a broken line": (
        b"".join([LINES[0], b'{"type":"satker",\n', *LINES[1:]]),
        "Baris 2 bukti rusak",
    ),
    "no month": (b"".join(LINES[1:]), "tidak punya baris month"),
    "two months": (LINES[0] + BODY, "baris month lebih dari satu"),
    "an unknown counter": (NO_NUMBER, "likes bukan bilangan yang dapat dihitung"),
    "an unknown time zone": (OTHER_ZONE, "Zona waktu Asia/Atlantis tidak dikenal"),
    "an unknown formula": (FORMULA, "belum mengenal rumus 99-"),
    "depth": (b"[" * 200_000 + b"\n", "bukan JSON"),
    "a line without an end": (b" " * (5 * 1024 * 1024), "Baris 1 terlalu panjang"),
}


def test_each_odd_file_is_told_in_one_sentence(node: Path, tmp_path: Path) -> None:
    cases = [
        write(tmp_path / str(n), body, RANKING, digest=ev.digest(BODY), month="2026-10")
        for n, (body, _) in enumerate(FILES.values())
    ]
    for (name, (_, sentence)), found in zip(FILES.items(), run(node, cases), strict=True):
        assert len(found["faults"]) == 1, (name, found)
        [told] = found["faults"]
        assert sentence in told, (name, told)
        assert "\n" not in told
        assert told.endswith(".")
        assert found["count"] is None


def test_a_server_that_unpacks_what_it_sends_is_no_hindrance(node: Path, tmp_path: Path) -> None:
    facts = {"digest": ev.digest(BODY), "month": "2026-10"}
    cases = [
        write(tmp_path / "packed", PACKED, RANKING, **facts),
        write(tmp_path / "plain", BODY, RANKING, **facts),
        write(tmp_path / "again", gzip.compress(BODY, 1), RANKING, **facts),
    ]
    for found in run(node, cases):
        assert (found["faults"], found["count"], found["isNamed"]) == ([], 0, True)


def test_a_gzip_that_never_ends_is_left_alone(node: Path, tmp_path: Path) -> None:
    """260 MB of one byte take 1 MB packed."""
    packer = zlib.compressobj(1, wbits=31)
    packed = b"".join([*(packer.compress(b"\n" * 2**20) for _ in range(260)), packer.flush()])
    [found] = run(node, [write(tmp_path, packed, RANKING)])
    assert found["faults"] == ["Bukti ini lebih besar daripada bukti sebulan mana pun (256 MB)."]


def test_the_evidence_of_another_month_is_told_and_nothing_is_compared(
    node: Path, tmp_path: Path
) -> None:
    september = RANKING.replace(b"2026-10", b"2026-09")
    cases = [
        write(tmp_path / "asked", BODY, RANKING, month="2026-09"),
        write(tmp_path / "given", BODY, september),
    ]
    told = [(found["faults"], found["count"]) for found in run(node, cases)]
    assert told == [
        (["Bukti ini milik bulan 2026-10, bukan 2026-09."], None),
        (['Bukti ini milik bulan 2026-10, dan ranking.json milik "2026-09".'], None),
    ]


@pytest.mark.parametrize(
    ("facts", "sentence", "count"),
    [
        ({"digest": "bukan sidik"}, "bukan SHA-256", 0),
        ({"digest": "0" * 63}, "bukan SHA-256", 0),
        ({"ranking": b"{"}, "ranking.json rusak", None),
        ({"ranking": b'{"lists": [{"rows": [3]}]}'}, "bentuknya lain", None),
        ({"ranking": b"\xff\xfe"}, "ranking.json rusak", None),
    ],
)
def test_what_is_wrong_beside_the_evidence_costs_only_itself(
    node: Path, tmp_path: Path, facts: dict[str, Any], sentence: str, count: int | None
) -> None:
    given = {"ranking": RANKING, **facts}
    [found] = run(node, [write(tmp_path, BODY, **given)])
    [told] = found["faults"]
    assert sentence in told
    assert (found["count"], found["computed"]) == (count, True)


def test_a_digest_is_read_as_sha256sum_writes_it_and_alone(node: Path, tmp_path: Path) -> None:
    digest = ev.digest(BODY)
    said = [digest, digest.upper(), f"  {digest}\n", f"{digest}  bukti.jsonl\n", f"{digest} *x\r\n"]
    cases = [write(tmp_path / str(n), BODY, digest=each) for n, each in enumerate(said)]
    assert [found["isNamed"] for found in run(node, cases)] == [True] * len(said)


# Odd values

ODD: tuple[Any, ...] = (
    *(None, -1, 0, 1.5, True, "", "x", [], {}, [[]], [None], {"a": 1}, 2**53, 2**70, 1e308),
    *("2026-10-01T00:00:00Z", "0000-00-00T99:99:99Z", ["2026-10-01T00:00:00Z", 5]),
    *("__proto__", "constructor", "\u202e<b>"),
)


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, each in inside if isinstance(value, dict | list) else ():
        found.append((*way, name))
        if isinstance(each, dict | list):
            found += _places(each, (*way, name))
    return found


def _spoil(value: Any, random: Random) -> Any:
    """The value with one thing in it replaced, taken away or added."""
    *way, name = random.choice(_places(value))
    place = value
    for step in way:
        place = place[step]
    if isinstance(place, dict) and random.random() < 0.2:
        del place[name]
    elif isinstance(place, dict) and random.random() < 0.1:
        place[random.choice(("__proto__", "type", "constructor", "rows"))] = random.choice(ODD)
    else:
        place[name] = random.choice(ODD)
    return value


def _spoiled(seed: int, folder: Path) -> Case:
    """A random month with one odd value, in its evidence or in its ranking."""
    random, made = Random(seed), month(seed)
    lines = ev.encode(made).splitlines()
    ranking = rankings.encode(rank(made, judge_month(made)))
    if seed % 3:
        at = random.choice((0, random.randrange(len(lines))))
        lines[at] = json.dumps(_spoil(json.loads(lines[at]), random)).encode()
    else:
        ranking = json.dumps(_spoil(json.loads(ranking), random)).encode()
    return write(folder / str(seed), b"\n".join(lines) + b"\n", ranking, digest="0" * 64)


def test_no_odd_value_stops_the_program(node: Path, tmp_path: Path) -> None:
    for seed, found in enumerate(run(node, [_spoiled(n, tmp_path) for n in range(200)])):
        assert "crash" not in found, (seed, found)
        assert found["isNamed"] is False
        assert len(found["faults"]) <= 1
