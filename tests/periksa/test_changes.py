"""Whatever is changed in what is published is found, and named with what it should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.model import Post, Sample
from functions.score.rules.formula import USUAL
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings
from tests.factories import BEGIN, LATER, PUBLISHED, decision, evidence, presence, read, unit
from tests.periksa.program import Case, run, write

HOUR = timedelta(hours=1)


def bracketed(post_id: str, *, account: str = "1", likes: int = 10) -> Post:
    """A post of X between two reads an hour apart, the mark in the middle."""
    mark = PUBLISHED + 24 * HOUR
    samples: tuple[Sample, ...] = (
        read(mark - HOUR / 2, likes, comments=3, shares=5),
        read(mark + HOUR / 2, likes + 10, comments=7, shares=9),
    )
    return Post(
        platform="x",
        account_id=account,
        post_id=post_id,
        published_at=PUBLISHED,
        url=f"https://x.com/i/status/{post_id}",
        samples=samples,
    )


@pytest.fixture(scope="module")
def made() -> ev.Evidence:
    """A month in which every number matters."""
    base = evidence(
        [unit("aceh"), unit("bali"), unit("riau", "upt")],
        [
            presence("aceh", "x:1", followers=[(BEGIN, 1_000), (BEGIN + HOUR, 1_600)]),
            presence("bali", "x:2", followers=[(BEGIN, 2_000)]),
        ],
        [bracketed("100"), bracketed("101", account="2", likes=20), bracketed("102", account="2")],
        [ev.Previous(month="2026-09", ranking="most_active", ranks={"aceh": 1, "bali": 2})],
    )
    return msgspec.structs.replace(
        base,
        month=msgspec.structs.replace(base.month, formula="2", rules=USUAL["2"]),
        decisions=(decision("set_value", value=50, at=LATER - HOUR, post_id="102"),),
    )


Lines = list[dict[str, Any]]


def of(lines: Lines, kind: str, number: int = 0) -> Any:
    return [line for line in lines if line["type"] == kind][number]


def _later(lines: Lines) -> None:
    of(lines, "post")["samples"][0]["taken_at"] = "2026-10-11T04:10:00Z"


CHANGES: dict[str, Callable[[Lines], Any]] = {
    "likes before": lambda x: of(x, "post")["samples"][0].update(likes=13),
    "comments after": lambda x: of(x, "post")["samples"][1].update(comments=9),
    "shares unknown": lambda x: of(x, "post")["samples"][1].update(shares=None),
    "taken at": _later,
    "published at": lambda x: of(x, "post").update(published_at="2026-10-10T05:10:00Z"),
    "another month": lambda x: of(x, "post").update(published_at="2026-09-30T16:59:59Z"),
    "an account's post": lambda x: of(x, "post").update(account_id="2"),
    "a platform": lambda x: of(x, "post").update(platform="instagram"),
    "a duplicate": lambda x: of(x, "post").update(duplicate_of="1", duplicate_percent=95),
    "absences": lambda x: of(x, "post").update(
        samples=[], absences=["2026-10-10T06:00:00Z", "2026-10-10T06:15:00Z"]
    ),
    "a set value": lambda x: of(x, "decision").update(value=51),
    "whom it is about": lambda x: of(x, "decision").update(post_id="101"),
    "what it does": lambda x: of(x, "decision").update(action="exclude"),
    "followers": lambda x: of(x, "account")["followers"][1].__setitem__(1, 1_100),
    "valid from": lambda x: of(x, "account").update(valid_from="2026-10-10T05:00:01Z"),
    "valid to": lambda x: of(x, "account").update(valid_to="2026-10-10T05:00:00Z"),
    "who holds it": lambda x: of(x, "account").update(satker="riau"),
    "a rank before": lambda x: of(x, "previous")["ranks"].update(aceh=3),
    "a unit's kind": lambda x: of(x, "satker").update(kind="upt"),
    "a unit's name": lambda x: of(x, "satker").update(name="Atjeh"),
    "as of": lambda x: of(x, "month").update(as_of="2026-10-11T05:00:00Z"),
    "a revision": lambda x: of(x, "month").update(revision=2),
    "a state": lambda x: of(x, "month").update(state="final"),
    "bands": lambda x: of(x, "month")["rules"].update(band_fewest=2, band_least=1),
    "a time zone": lambda x: of(x, "month").update(timezone="Pacific/Kiritimati"),
    "a line less": lambda x: x.remove(of(x, "post", 2)),
    "a unit less": lambda x: x.remove(of(x, "satker", 2)),
}
# A time zone changes nothing here but the digest.
WITHOUT_EFFECT = {"a time zone"}


def changed(made: ev.Evidence, change: Callable[[Lines], Any]) -> bytes:
    lines = [json.loads(line) for line in ev.encode(made).splitlines()]
    change(lines)
    return b"".join(json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines)


def test_one_changed_number_of_the_evidence_breaks_the_digest_and_the_ranking(
    node: Path, tmp_path: Path, made: ev.Evidence
) -> None:
    ranking, digest = rankings.encode(rank(made, judge_month(made))), ev.digest(ev.encode(made))
    cases = [
        write(tmp_path / str(n), changed(made, change), ranking, digest=digest)
        for n, change in enumerate(CHANGES.values())
    ]
    for name, found in zip(CHANGES, run(node, cases), strict=True):
        assert "crash" not in found, (name, found)
        assert found["isNamed"] is False, name
        assert (found["count"] > 0) == (name not in WITHOUT_EFFECT), (name, found)


def test_a_digest_made_to_fit_changed_evidence_leaves_a_ranking_that_does_not(
    node: Path, tmp_path: Path, made: ev.Evidence
) -> None:
    body = changed(made, CHANGES["likes before"])
    ranking = rankings.encode(rank(made, judge_month(made)))
    [found] = run(node, [write(tmp_path, body, ranking, digest=ev.digest(body))])
    assert found["isNamed"] is True
    [active, *_] = [each for each in found["differences"] if each["field"] == "i24"]
    assert active == {
        "list": ["most_active", None, None, None],
        "satker": "aceh",
        "field": "i24",
        "published": 27,
        "computed": 29,
    }


def every_change(ranking: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The ranking with one fact changed: of the month, of a list, of each field of a row, ..."""

    def copy(name: str, change: Callable[[dict[str, Any]], Any]) -> tuple[str, dict[str, Any]]:
        other = deepcopy(ranking)
        change(other)
        return name, other

    for field in ranking:
        if field not in ("lists", "flags", "month"):
            yield copy(field, lambda x, f=field: x.__setitem__(f, "lain"))  # type: ignore[misc]
    for field in ranking["lists"][1]["rows"][0]:
        if field != "satker":
            yield copy(
                field,
                lambda x, f=field: x["lists"][1]["rows"][0].__setitem__(f, 12_345),  # type: ignore[misc]
            )
    yield copy("rank", lambda x: x["lists"][1]["rows"][0].update(satker="zona"))
    yield copy("rows", lambda x: x["lists"][0]["rows"].reverse())
    yield copy("rows", lambda x: x["lists"][0]["rows"].append(x["lists"][0]["rows"][0]))
    yield copy("rank", lambda x: x["lists"][0]["rows"].pop())
    yield copy("tambahan", lambda x: x["lists"][0]["rows"][0].update(tambahan=1))
    yield copy("tambahan", lambda x: x["lists"][0].update(tambahan=1))
    yield copy("tambahan", lambda x: x.update(tambahan=1))
    yield copy("rows", lambda x: x["lists"].pop())
    yield copy("lists", lambda x: x["lists"].reverse())
    yield copy("lists", lambda x: x["lists"].append(x["lists"][0]))
    yield copy("flags", lambda x: x["flags"].clear())
    yield copy("flags", lambda x: x["flags"][0].update(after=1_601))
    yield copy("flags", lambda x: x["flags"].append(x["flags"][0]))


def test_one_changed_fact_of_the_ranking_is_named(
    node: Path, tmp_path: Path, made: ev.Evidence
) -> None:
    body = ev.encode(made)
    ranking = json.loads(rankings.encode(rank(made, judge_month(made))))
    assert [flag["code"] for flag in ranking["flags"]] == ["follower_jump"]
    changes = list(every_change(ranking))
    cases: list[Case] = [
        write(tmp_path / str(n), body, json.dumps(other).encode(), digest=ev.digest(body))
        for n, (_, other) in enumerate(changes)
    ]
    for (field, _), found in zip(changes, run(node, cases), strict=True):
        assert (found.get("crash"), found["faults"], found["isNamed"]) == (None, [], True)
        assert field in {each["field"] for each in found["differences"]}, (field, found)


def test_of_many_differences_some_are_shown_and_all_are_counted(
    node: Path, tmp_path: Path, made: ev.Evidence
) -> None:
    ranking = json.loads(rankings.encode(rank(made, judge_month(made))))
    for listed in ranking["lists"]:
        for row in listed["rows"]:
            row.update(posts=99, measured=99, name="Lain")
    [found] = run(node, [write(tmp_path, ev.encode(made), json.dumps(ranking).encode())])
    rows = sum(len(listed["rows"]) for listed in ranking["lists"])
    assert found["count"] == 3 * rows
    assert len(found["differences"]) == 50


def test_a_past_that_was_rewritten_is_found_by_the_month_after_it(
    node: Path, tmp_path: Path, made: ev.Evidence
) -> None:
    def named(digest: str | None, before: list[Path]) -> Case:
        header = msgspec.structs.replace(made.month, previous_digest=digest)
        body = ev.encode(msgspec.structs.replace(made, month=header))
        return write(tmp_path / str(len(list(tmp_path.iterdir()))), body, before=before)

    past, other = tmp_path / "past.jsonl", tmp_path / "other.jsonl"
    past.write_bytes(ev.encode(made))
    other.write_bytes(changed(made, CHANGES["likes before"]))
    digest = ev.digest(past.read_bytes())
    cases = [
        named(digest, [past]),
        named(digest, [other, past]),
        named(digest, [other]),
        named(digest, []),
        named(None, [past]),
    ]
    told = [found["chain"] for found in run(node, cases)]
    assert told == ["same", "same", "other", "missing", "none"]
