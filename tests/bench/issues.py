"""A week's narratives and terms: how long they take, and how much of what was planted they find.

    python -m tests.bench issues [--posts 8000] [--shuffles 10] [--compared 2000]

Narratives are sought in made-up captions that units took over from one another with changes, beside
posts about other things; recall and precision are of pairs of posts of different units. Beside them
stands the plain way, each post of so many held against each other one, its seconds reckoned for all
of them by the number of pairs. Terms are sought in nine weeks whose tellings are shuffled, so that
none is true, and then for a word that a part of the week's tellings was given. Seconds are the
processor's.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from random import Random
from time import process_time
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.table import Table

from functions.score.rules.listening.alike import are_alike, triples
from functions.score.rules.listening.narratives import Told, narratives
from functions.score.rules.listening.terms import Telling, tellings, trending
from functions.score.rules.listening.words import running
from tests.bench.peak import peak
from tests.score.rules.listening.captions import Planted, of_a_week, syndicated

SECONDS = 3  # bound for a week of 8,000 posts
RECALL, PRECISION = 0.85, 0.95
WEEKS, UNITS = 9, 47
T = TypeVar("T")
PLANTED = "programbaru"
# Posts of the week that stand alone, and how many posts a planted text makes.
ALONE, CARRIED = 0.3, 22.5


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench issues", description=__doc__)
    parser.add_argument("--posts", type=int, default=8_000, help="of a week")
    parser.add_argument("--shuffles", type=int, default=10, help="shuffled weeks")
    parser.add_argument("--compared", type=int, default=2_000, help="posts held against each other")
    options = parser.parse_args(arguments)
    console = Console(width=110)
    console.print(_narratives(options.posts, options.compared))
    console.print(_terms(options.posts, options.shuffles))
    console.print(f"Peak memory: {peak() // 1024} MiB")


def _narratives(posts: int, compared: int) -> Table:
    planted = _planted(posts)
    seconds, found = _timed(lambda: [each.posts for each in narratives(planted.posts)])
    some = Planted(planted.posts[:compared], planted.texts[:compared])
    plain, pairs = _timed(lambda: _plainly(some.posts))
    table = Table(title=f"Narratives (bounds: {SECONDS} s, recall {RECALL}, precision {PRECISION})")
    for name in ("way", "posts", "recall", "precision", "CPU seconds"):
        table.add_column(name, justify="left" if name == "way" else "right")
    count = len(planted.posts)
    ours = _figures(planted, _pairs(found, planted.posts))
    table.add_row("ours, joined and named", f"{count:,}", *ours, f"{seconds:.1f}")
    whole = plain * (count / len(some.posts)) ** 2
    theirs = _figures(some, pairs)
    table.add_row(
        f"every pair, of {len(some.posts):,} posts; seconds for all",
        f"{count:,}",
        *theirs,
        f"{whole:.0f}",
    )
    return table


def _planted(posts: int) -> Planted:
    alone = round(posts * ALONE)
    return syndicated(Random(1), texts=round((posts - alone) / CARRIED), alone=alone, units=UNITS)


def _plainly(posts: Sequence[Told]) -> set[tuple[int, int]]:
    texts = [triples(running(post.text)) for post in posts]
    return {
        (one, other)
        for one, other in combinations(range(len(posts)), 2)
        if posts[one].unit != posts[other].unit and are_alike(texts[one], texts[other])
    }


def _figures(planted: Planted, found: set[tuple[int, int]]) -> tuple[str, str]:
    """Recall and precision."""
    true: defaultdict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(planted.texts):
        true[text].append(number)
    meant = _pairs(true.values(), planted.posts)
    both = len(meant & found)
    return f"{both / len(meant):.3f}", f"{both / len(found):.3f}"


def _pairs(groups: Iterable[Sequence[int]], posts: Sequence[Told]) -> set[tuple[int, int]]:
    return {
        pair
        for group in groups
        for pair in combinations(sorted(group), 2)
        if posts[pair[0]].unit != posts[pair[1]].unit
    }


def _terms(posts: int, shuffles: int) -> Table:
    random = Random(2)
    weeks = [of_a_week(random, posts, UNITS, week) for week in range(WEEKS)]
    reading, told = _timed(lambda: [[*tellings(week)] for week in weeks])
    seconds, _ = _timed(lambda: trending(told[-1], told[:-1]))
    life = [telling for week in told for telling in week]
    table = Table(title=f"Terms, {WEEKS} weeks of {posts:,} posts, {shuffles} shuffles")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_row("CPU seconds to read nine weeks", f"{reading:.1f}")
    table.add_row("CPU seconds to compare them", f"{seconds:.1f}")
    false = sum(len(_shuffled(random, life, posts, 0)) for _ in range(shuffles))
    table.add_row("false terms a week (bound: 1)", f"{false / shuffles:.2f}")
    for share in (0.01, 0.02, 0.03):
        found = sum(PLANTED in _shuffled(random, life, posts, share) for _ in range(shuffles))
        bound = " (bound: 95 %)" if share == 0.02 else ""
        table.add_row(
            f"found in {share:.0%} of the week's tellings{bound}", f"{found / shuffles:.0%}"
        )
    return table


def _shuffled(random: Random, life: Sequence[Telling], posts: int, share: float) -> list[str]:
    """The terms of shuffled weeks, of which the first was given a word in some tellings."""
    mixed = [
        msgspec.structs.replace(telling, unit=f"unit-{random.randrange(UNITS)}")
        for telling in random.sample(life, len(life))
    ]
    week = mixed[:posts]
    for number in random.sample(range(len(week)), round(share * len(week))):
        week[number] = msgspec.structs.replace(week[number], terms=week[number].terms | {PLANTED})
    before = [mixed[at : at + posts] for at in range(posts, len(mixed), posts)]
    return [term.term for term in trending(week, before)]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = process_time()
    done = work()
    return process_time() - begun, done


if __name__ == "__main__":
    main()
