"""Recomputing what is published: everything that was changed is found, whatever it is."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.__main__ import cli
from functions.commands.audit import SourceError, audit, source
from functions.model import Ranking
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings
from tests.factories import evidence, measured_post, presence, unit
from tests.score import earlier

MONTHS = ("2026-08", "2026-09", "2026-10")
NAMES = ("bukti.jsonl.gz", "bukti.sha256", "ranking.json")


def month_of(name: str, previous: str | None, state: str) -> ev.Evidence:
    """Two units' month with three measured posts."""
    at = datetime.fromisoformat(f"{name}-10T05:00:00Z")
    units = [unit("kanwil-a"), unit("kanwil-b")]
    begin = at - timedelta(days=20)
    accounts = [
        presence("kanwil-a", "x:1", valid_from=begin),
        presence("kanwil-b", "x:2", valid_from=begin),
    ]
    posts = [
        measured_post(41, account="x:1", post_id="100", at=at),
        measured_post(7, account="x:2", post_id="101", at=at),
        measured_post(12, account="x:2", post_id="102", at=at + timedelta(hours=1)),
    ]
    made = evidence(units, accounts, posts, as_of=at + timedelta(days=40))
    month = msgspec.structs.replace(
        made.month, month=name, state=state, previous_digest=previous, run_id=f"score-{name}"
    )
    return msgspec.structs.replace(made, month=month)


def write(folder: Path, found: ev.Evidence) -> str:
    """Publish a month; its digest."""
    data = ev.encode(found)
    digest = ev.digest(data)
    files = {
        "bukti.jsonl.gz": ev.compress(data),
        "bukti.sha256": f"{digest}  bukti.jsonl\n".encode(),
        "ranking.json": rankings.encode(rank(found, judge_month(found))),
    }
    final = found.month.state == "final"
    for place in ("", "r1/") if final else ("",):
        for name, body in files.items():
            path = folder / "data" / found.month.month / f"{place}{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    return digest


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months, each vouching for the one before; the last is still open."""
    folder = tmp_path_factory.mktemp("site")
    digest: str | None = None
    for name in MONTHS:
        digest = write(folder, month_of(name, digest, "final" if name < MONTHS[-1] else "open"))
    return folder


@pytest.fixture
def site(published: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(published, tmp_path / "site"))


def differences(folder: Path, month: str = MONTHS[-1]) -> list[str]:
    return audit(source(str(folder)), month).differences


def test_what_was_published_is_identical_and_so_are_the_months_before(published: Path) -> None:
    found = audit(source(str(published)), "2026-10")
    assert found.identical
    assert list(found.months) == ["2026-10", "2026-09", "2026-08"]
    assert all(len(digest) == 64 for digest in found.months.values())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(published: Path, data: st.DataObject) -> None:
    """In evidence, ranking or digest of the month or of one before it."""
    month, name = data.draw(st.sampled_from(MONTHS)), data.draw(st.sampled_from(NAMES))
    path = published / "data" / month / name
    body = path.read_bytes()
    position = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[position] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(changed))
    try:
        assert differences(published)
    finally:
        path.write_bytes(body)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("month", MONTHS)
def test_a_missing_file_is_found(site: Path, month: str, name: str) -> None:
    (site / "data" / month / name).unlink()
    if (month, name) == (MONTHS[-1], "bukti.jsonl.gz"):
        with pytest.raises(SourceError, match="is 2026-10 published"):
            audit(source(str(site)), month)
    else:
        assert differences(site)


def test_a_changed_number_is_named_with_what_it_should_be(site: Path) -> None:
    path = site / "data" / "2026-10" / "ranking.json"
    ranking = json.loads(path.read_bytes())
    ranking["lists"][1]["rows"][0]["i24"] = 4100
    path.write_bytes(rankings.encode(msgspec.convert(ranking, Ranking)))
    [told] = differences(site)
    assert told == "2026-10: most_popular: kanwil-a i24 is 4100, recomputed 41"


def test_a_past_that_was_rewritten_whole_is_found_by_the_month_after_it(site: Path) -> None:
    """Evidence, digest and ranking of August fit each other; September does not know them."""
    other = month_of("2026-08", None, "final")
    write(site, msgspec.structs.replace(other, items=other.items[:2]))
    told = differences(site)
    assert len(told) == 1
    assert told[0].startswith("2026-08: a later month names the digest")
    assert differences(site, "2026-08") == []  # looked at alone it is consistent


def test_an_invented_list_and_another_order_are_found(site: Path) -> None:
    path = site / "data" / "2026-10" / "ranking.json"
    ranking = rankings.decode(path.read_bytes())
    first, second, *others = ranking.lists
    invented = msgspec.structs.replace(first, kind="upt")
    path.write_bytes(
        rankings.encode(msgspec.structs.replace(ranking, lists=(second, first, *others)))
    )
    assert differences(site) == ["2026-10: the lists stand in another order"]
    path.write_bytes(
        rankings.encode(msgspec.structs.replace(ranking, lists=(*ranking.lists, invented)))
    )
    assert "2026-10: most_active upt: does not follow" in differences(site)


def test_the_same_in_other_bytes_is_not_the_same(site: Path) -> None:
    path = site / "data" / "2026-10" / "ranking.json"
    path.write_bytes(json.dumps(json.loads(path.read_bytes())).encode())
    assert differences(site) == ["2026-10: ranking.json says the same in other bytes"]


def test_another_formula_is_not_judged_by_this_one(site: Path) -> None:
    other = month_of("2026-10", None, "open")
    month = msgspec.structs.replace(other.month, formula="0")
    write(site, msgspec.structs.replace(other, month=month))
    [told] = differences(site)
    assert "formula 0" in told


@pytest.mark.parametrize("settings", earlier.SETTINGS)
def test_a_month_that_formula_1_froze_is_recomputed_by_formula_1(
    tmp_path: Path, settings: str
) -> None:
    """Every byte of its files is as that version wrote it."""
    data = earlier.lines(settings)
    for place in ("", "r1/"):
        folder = tmp_path / "data" / "2026-10" / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bukti.jsonl.gz").write_bytes(ev.compress(data))
        (folder / "bukti.sha256").write_text(f"{ev.digest(data)}  bukti.jsonl\n")
        (folder / "ranking.json").write_bytes(earlier.ranking(settings))
    assert audit(source(str(tmp_path)), "2026-10").identical
    claimed = rankings.decode(earlier.ranking(settings))
    rows = claimed.lists[0].rows
    better = (msgspec.structs.replace(rows[0], rank_best=1), *rows[1:])
    lists = (msgspec.structs.replace(claimed.lists[0], rows=better), *claimed.lists[1:])
    for place in ("", "r1/"):
        (tmp_path / "data" / "2026-10" / place / "ranking.json").write_bytes(
            rankings.encode(msgspec.structs.replace(claimed, lists=lists))
        )
    [told] = differences(tmp_path)
    assert told == "2026-10: most_active: aceh rank_best is 1, recomputed UNSET"


def test_many_differences_are_cut_short(site: Path) -> None:
    path = site / "data" / "2026-10" / "ranking.json"
    ranking = rankings.decode(path.read_bytes())
    lists = tuple(
        msgspec.structs.replace(
            ranked,
            rows=tuple(msgspec.structs.replace(row, posts=row.posts + 9) for row in ranked.rows),
        )
        for ranked in ranking.lists
    )
    path.write_bytes(rankings.encode(msgspec.structs.replace(ranking, lists=lists)))
    told = differences(site)
    assert len(told) == 21
    assert told[-1].endswith("more")


# What is no evidence of ours


def put(site: Path, body: bytes, name: str = "bukti.jsonl.gz", month: str = MONTHS[-1]) -> None:
    (site / "data" / month / name).write_bytes(body)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n" * 1_000_001, "has more than 1,000,000 lines"),
        (b'{"type":"month"}\n' + b"x" * 4_200_000, "a line of it has more than 4,194,304 bytes"),
        (b"[" * 200_000, "is broken"),
        (b'{"type":"month","month":"2026-10","x":' + b"[" * 200_000, "is broken"),
        (b"\xff\xfe", "is broken"),
        (b"", "is broken"),
    ],
    ids=range(6),
)
def test_evidence_beyond_all_bounds_is_a_difference(site: Path, content: bytes, said: str) -> None:
    put(site, gzip.compress(content, 1))
    [told] = [line for line in differences(site) if "bukti.jsonl.gz" in line]
    assert said in told


def test_an_enormous_file_costs_no_more_memory_than_a_month_may_take(site: Path) -> None:
    """A hundred kilobytes that unpack to a hundred megabytes are given up long before."""
    zeros, packing = b"\0" * 10_000_000, zlib.compressobj(1, wbits=31)
    body = b"".join(packing.compress(zeros) for _ in range(10)) + packing.flush()
    assert len(body) < 500_000
    put(site, body)
    tracemalloc.start()
    told = differences(site)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "unpacks to more than" in told[0]
    assert peak < 120_000_000


@pytest.mark.parametrize(
    "ranking", [b"[" * 200_000, b"{}", b"null", b"9" * 10_000, b"\xff", b'{"month":"\x1b[2J\n"}']
)
def test_a_ranking_of_anything_is_a_difference_of_one_line(site: Path, ranking: bytes) -> None:
    put(site, ranking, "ranking.json")
    for told in differences(site):
        assert told.isprintable()
        assert len(told) < 400


def test_evidence_from_which_nothing_follows_is_a_difference(site: Path) -> None:
    """By its form it is evidence; its instants are no posts'."""
    odd = month_of("2026-10", None, "open")
    edge = datetime.fromisoformat("9999-12-31T23:59:59Z")
    items = tuple(msgspec.structs.replace(item, published_at=edge) for item in odd.items)
    accounts = tuple(msgspec.structs.replace(a, valid_from=edge) for a in odd.accounts)
    data = ev.encode(msgspec.structs.replace(odd, items=items, accounts=accounts))
    put(site, ev.compress(data))
    put(site, f"{ev.digest(data)}  bukti.jsonl\n".encode(), "bukti.sha256")
    assert differences(site)


ODD = (
    *(None, True, -1, 0, 2**63, 2**200, 0.5, [], {}, "", "x" * 5000, "\x1b[2J"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "Asia/Nowhere", "2026-13"),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_evidence_with_any_value_changed_is_told_and_never_a_traceback(
    published: Path, data: st.DataObject
) -> None:
    """Whatever stands in a field, with a digest that fits."""
    path = published / "data" / MONTHS[-1]
    kept = {name: (path / name).read_bytes() for name in NAMES}
    lines = [json.loads(line) for line in ev.encode(month_of("2026-10", None, "open")).splitlines()]
    fields = [(n, name) for n, line in enumerate(lines) for name in line]
    number, name = data.draw(st.sampled_from(fields))
    lines[number][name] = data.draw(
        st.one_of(
            st.sampled_from(ODD),
            st.integers(),
            st.text(max_size=5),
            st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
            st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
        )
    )
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    try:
        put(published, ev.compress(content))
        put(published, f"{ev.digest(content)}  bukti.jsonl\n".encode(), "bukti.sha256")
        told = differences(published)
        assert told
        assert all(line.isprintable() and len(line) < 400 for line in told)
    finally:
        for name, body in kept.items():
            (path / name).write_bytes(body)


# From an address


@pytest.fixture
def address(published: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(published)))
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_published_site_is_audited_by_its_address(address: str) -> None:
    assert audit(source(address + "/"), "2026-10").identical


def test_an_address_that_cannot_be_reached_is_one_line() -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        audit(source("http://127.0.0.1:9"), "2026-10")


# The command


def test_the_command_says_identical_with_the_digests(published: Path) -> None:
    answer = CliRunner().invoke(cli, ["audit", "2026-10", "--from", str(published)])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert [line.split()[0] for line in lines] == ["2026-10", "2026-09", "2026-08"]
    assert all(line.endswith(" identical") for line in lines)


def test_the_command_lists_differences_and_fails(site: Path) -> None:
    (site / "data" / "2026-09" / "bukti.sha256").write_text("0" * 64)
    answer = CliRunner().invoke(cli, ["audit", "2026-10", "--from", str(site), "--json"])
    assert answer.exit_code == 1
    told = json.loads(answer.output)
    assert not told["identical"]
    assert any("bukti.sha256" in line for line in told["differences"])


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["audit", "oktober"], 2),
        (["audit", "2026-13"], 2),
        (["audit", "2026-10", "--from", "no"], 1),
    ],
)
def test_wrong_words_are_one_line(arguments: list[str], status: int, tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli, arguments)
    assert answer.exit_code == status
    assert len((answer.output + answer.stderr).strip().splitlines()) <= 2
