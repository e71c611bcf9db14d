"""``kiprah simulate``: a month ranked again under other settings, of which nothing is stored.

It has nothing to do with a store that is a simulation. Sentences are in Indonesian: those who
decide about settings read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from functions.commands.shell import (
    Misused,
    agency_option,
    check_month,
    fail,
    json_option,
    load_settings,
    opened,
    tells_errors,
)
from functions.model import Change, Ranking, RankingName, Row, iso
from functions.publish.text import formats, words
from functions.score.trial import Recounted, Trial, TrialError, try_out

HEADER = ("peringkat", "satker", "tempat", "menjadi", "angka", "menjadi")
TITLES: Mapping[RankingName, str] = {
    "most_active": "Akun Teraktif",
    "most_popular": "Akun Terpopuler",
}


@click.command("simulate")
@click.argument("month")
@click.option(
    "--set",
    "typed",
    metavar="NAME=VALUE",
    multiple=True,
    help="A setting of settings/formula and its other value; may be repeated.",
)
@agency_option
@json_option
@tells_errors
def simulate_command(
    month: str, typed: tuple[str, ...], agency_id: str | None, as_json: bool
) -> None:
    """Rank MONTH (such as 2026-10) again under other settings; nothing is written.

    Shows whose rank in the two official lists would be another, and what becomes of posts.
    """
    from functions.commands import tables

    check_month(month)
    given = parsed(typed)
    with opened(load_settings(), agency_id) as agency:
        try:
            trial = try_out(agency, month, given)
        except TrialError as error:
            fail(str(error))
        except ValueError as error:
            raise Misused(str(error)) from None
        zone = agency.zone
    if as_json:
        click.echo(json.dumps(report(trial), ensure_ascii=False))
        return
    moved = [*rows(trial)]
    tables.show(HEADER, moved)
    for line in told(trial, moved, zone):
        click.echo(line)


def parsed(typed: tuple[str, ...]) -> dict[str, Any]:
    """The settings that were typed as NAME=VALUE; Misused where one is none.

    Whole numbers are numbers, several of them a list (``1000,5000``); all else stays text.
    """
    if not typed:
        raise Misused("name a setting to try, for example --set duplicate_percent=85")
    given: dict[str, Any] = {}
    for each in typed:
        name, sign, value = (part.strip() for part in each.partition("="))
        if not sign or not name:
            raise Misused(f"{each!r} is no setting; write NAME=VALUE, as duplicate_percent=85")
        if name in given:
            raise Misused(f"{name} is set twice")
        given[name] = [_value(one) for one in value.split(",")] if "," in value else _value(value)
        if name == "band_edges" and not isinstance(given[name], list):
            given[name] = [given[name]]  # one edge is a list of one
    return given


def _value(text: str) -> int | str:
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else text


def rows(trial: Trial) -> Iterator[tuple[str, ...]]:
    """The cells of each satker whose rank in an official list would be another."""
    held, tried = _official(trial.before), _official(trial.after)
    for change in _official_changes(trial):
        before, after = held.get(_key(change)), tried.get(_key(change))
        if _rank(before) == _rank(after):
            continue
        yield (
            TITLES[change.ranking],
            change.satker,
            _place(before),
            _place(after),
            _figure(change.ranking, before),
            _figure(change.ranking, after),
        )


def told(trial: Trial, moved: Sequence[tuple[str, ...]], zone: ZoneInfo) -> Iterator[str]:
    """What there is to say besides the table, a line each; ``moved`` are its rows."""
    yield f"{trial.month}: {_settings(trial) or 'setelan tetap sama'}."
    changed = {change.satker for change in _official_changes(trial)}
    others = changed - {satker for _, satker, *_ in moved}
    if others:
        yield f"{len(others)} satker lain: angkanya lain, peringkatnya tetap."
    if not moved and not _is_partial(trial):
        yield "Tidak ada peringkat resmi yang berubah."
    yield from _about_posts(trial)
    if trial.in_other_bands:
        yield f"Kelompok pengikut: {trial.in_other_bands} satker di kelompok dengan batas lain."
    once, anew = trial.unusual
    if once != anew:
        yield f"Di atas biasanya: disebut pada {once} unggahan, menjadi {anew}."
    ends, would_end = trial.closes_at
    if ends != would_end:
        yield (
            f"Masa sanggah: sampai {formats.deadline(ends, zone)}, menjadi "
            f"{formats.deadline(would_end, zone)}."
        )
    yield from _not_computed(trial)
    yield "Tidak ada yang ditulis."


def report(trial: Trial) -> dict[str, Any]:
    """The trial as JSON values."""
    held, tried = _official(trial.before), _official(trial.after)
    before, after = (msgspec.to_builtins(rules) for rules in trial.rules)
    lists = {(c.ranking, c.platform, c.kind, c.band) for c in trial.changes}
    official = len([*_official_changes(trial)])
    return {
        "month": trial.month,
        "state": trial.state,
        "formula": {"before": trial.before.formula, "after": trial.after.formula},
        "settings": {
            name: {"before": before.get(name), "after": value}
            for name, value in after.items()
            if before.get(name) != value
        },
        "changes": [
            {
                "ranking": change.ranking,
                "satker": change.satker,
                "before": _facts(held.get(_key(change))),
                "after": _facts(tried.get(_key(change))),
            }
            for change in _official_changes(trial)
        ],
        "lists_changed": len(lists),
        "lines_changed_in_other_lists": len(trial.changes) - official,
        "posts": [_post_facts(each) for each in trial.recounted],
        "in_other_bands": trial.in_other_bands,
        "unusual": {"before": trial.unusual[0], "after": trial.unusual[1]},
        "closes_at": {"before": iso(trial.closes_at[0]), "after": iso(trial.closes_at[1])},
        "textless": trial.textless,
        "threads_never_read": trial.unread,
        "threads_inseparable": trial.inseparable,
        "not_computed": [*_not_computed(trial)],
    }


def _settings(trial: Trial) -> str:
    before, after = (msgspec.to_builtins(rules) for rules in trial.rules)
    return ", ".join(
        f"{name} {_shown(before.get(name))} menjadi {_shown(value)}"
        for name, value in after.items()
        if before.get(name) != value
    )


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def _about_posts(trial: Trial) -> Iterator[str]:
    gone = [each for each in trial.recounted if each.before.counted]
    back = [each for each in trial.recounted if each.after.counted]
    if gone:
        yield f"{len(gone)} unggahan tidak lagi dihitung ({_satker_of(gone)})."
    if back:
        yield f"{len(back)} unggahan menjadi dihitung ({_satker_of(back)})."
    if trial.textless:
        yield (
            f"{trial.textless} unggahan tidak punya teks; unggahan seperti itu tidak pernah "
            "dianggap pengulangan."
        )


def _satker_of(posts: list[Recounted]) -> str:
    """Whose posts they are, the most first."""
    counts: dict[str, int] = {}
    for each in posts:
        satker = each.before.satker or "–"
        counts[satker] = counts.get(satker, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f", dan {len(ordered) - 5} satker lain" if len(ordered) > 5 else ""
    return ", ".join(f"{satker} {count}" for satker, count in ordered[:5]) + more


def _is_partial(trial: Trial) -> bool:
    """Whether something that was asked for could not be computed."""
    return bool(trial.unread or trial.inseparable)


def _not_computed(trial: Trial) -> Iterator[str]:
    if trial.unread:
        yield (
            f"x_threads=sum tidak dapat dihitung: lanjutan utas dari {trial.unread} unggahan X, "
            "bila ada, tidak pernah dibaca. Nilainya dibiarkan seperti sekarang."
        )
    if trial.inseparable:
        yield (
            f"x_threads=first tidak dapat dihitung: interaksi {trial.inseparable} utas X tersimpan "
            "sebagai jumlah dengan lanjutannya. Nilainya dibiarkan seperti sekarang."
        )


def _official_changes(trial: Trial) -> Iterator[Change]:
    for change in trial.changes:
        if (change.platform, change.kind, change.band) == (None, None, None):
            yield change


def _key(change: Change) -> tuple[RankingName, str]:
    return change.ranking, change.satker


def _official(ranking: Ranking) -> dict[tuple[RankingName, str], Row]:
    """The rows of both official lists."""
    return {(name, row.satker): row for name in TITLES for row in ranking.find(name).rows}


def _rank(row: Row | None) -> int | None:
    return row.rank if row else None


def _place(row: Row | None) -> str:
    """A rank with those that are possible."""
    if row is None or row.rank is None:
        return "–"
    possible = words.possible_ranks(row)
    return f"{row.rank} ({possible})" if possible else str(row.rank)


def _figure(ranking: RankingName, row: Row | None) -> str:
    value = None if row is None else row.posts if ranking == "most_active" else row.i24
    return "–" if value is None else formats.number(value)


def _facts(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    names = ("rank", "rank_best", "rank_worst", "posts", "measured", "i24")
    facts = msgspec.to_builtins(row)
    return {name: facts.get(name) for name in names}


def _post_facts(each: Recounted) -> dict[str, Any]:
    post, before, after = each.post, each.before, each.after
    return {
        "platform": post.platform,
        "account": post.account,
        "post_id": post.post_id,
        "url": post.url,
        "published_at": iso(post.published_at),
        "satker": before.satker,
        "before": {"counted": before.counted, "reason": before.reason},
        "after": {
            "counted": after.counted,
            "reason": after.reason,
            "duplicate_of": after.duplicate_of,
            "duplicate_percent": after.duplicate_percent,
        },
    }
