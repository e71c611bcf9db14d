"""The ministry's own model: its size and speed, how like scikit-learn's it is, and what it finds.

    python -m tests.bench.train [--labels 200] [--corpora 5] [--freeze]

Beside it scikit-learn's own pipeline, which would need its library wherever a comment is read, and
a list of cues. Comments are made up from templates (tests/training/corpus.py): F1 on them says that
the parts work together, and nothing of how good a model of real comments is. ``--freeze`` writes
the model and scores by which the plain reader is tested where scikit-learn is not installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from functions.listen.triage import Triage, folded, read_model
from functions.store.models import MOST_BYTES, TextModel, encode_model
from functions.training import fitting
from functions.training.labelled import Labelled, LabelledSheet, together
from functions.training.making import make
from tests.training.corpus import comments, cued

FROZEN = Path(__file__).parents[1] / "listen" / "triage_vectors.json"
FROZEN_LABELS = 120
ODD = ("", "🙏", "\ud83d", "e\u0301\u0301", "??", "KECEWAAAAA", "https://x.id/a @ani", "a b c")
UNSEEN = 2_000  # comments by which F1 is measured
BOUNDS = "at most 200 kB, 100 ms to load, 1 ms a text, 0.001 from scikit-learn; F1 at least 0.80"


class Trained(NamedTuple):
    """A model, ours and scikit-learn's, of the same comments, and others to measure them by."""

    model: TextModel
    triage: Triage
    pipeline: Any
    unseen: list[tuple[str, bool]]


def trained(seed: object, labels: int) -> Trained:
    """A model of some made-up comments."""
    labelled = labelled_of(comments(f"{seed} known", labels))
    known = {*labelled.texts}
    model = make("keluhan", labelled)
    pipeline = fitting.fit(labelled.texts, labelled.labels)
    unseen = [each for each in comments(f"{seed} unseen", UNSEEN) if folded(each[0]) not in known]
    return Trained(model, read_model(encode_model(model)), pipeline, unseen)


def labelled_of(rows: Sequence[tuple[str, bool]]) -> Labelled:
    """Comments as a sheet would bring them in."""
    return together([LabelledSheet([(folded(text), label) for text, label in rows], 0, ())])


def chances(pipeline: Any, texts: Sequence[str]) -> list[float]:
    """What scikit-learn says of texts."""
    return [float(row[1]) for row in pipeline.predict_proba([folded(text) for text in texts])]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train", description=__doc__)
    parser.add_argument("--labels", type=int, default=200, help="own labels that it is made from")
    parser.add_argument("--corpora", type=int, default=5, help="how often, of other comments")
    parser.add_argument("--freeze", action="store_true", help="write the scores of the tests")
    options = parser.parse_args(arguments)
    if options.freeze:
        _freeze()
        return
    found = [trained(n, options.labels) for n in range(options.corpora)]
    again = make("keluhan", labelled_of(comments("0 known", options.labels)[::-1]))
    _print(found, is_same=encode_model(again) == encode_model(found[0].model))


def _print(found: Sequence[Trained], *, is_same: bool) -> None:
    texts = [text for text, _ in found[0].unseen]
    size = max(len(encode_model(each.model)) for each in found)
    body = encode_model(found[0].model)
    table = Table(
        *("", "size", "load", "a text", "F1, unseen"),
        title=f"{found[0].model.texts} labels, {len(found)} times ({BOUNDS})",
    )
    ours, theirs = found[0].triage, found[0].pipeline
    table.add_row(
        "ours, plain Python",
        f"{size / 1000:.0f} kB{'' if size <= MOST_BYTES else ' !'}",
        f"{1000 * _seconds(lambda: read_model(body), 20):.1f} ms",
        f"{1000 * _each(ours.score, texts):.2f} ms",
        _f1(found, lambda each, text: each.triage.score(text) > 0.5),
    )
    table.add_row(
        *("scikit-learn", "275 MB installed", f"{1000 * _import_seconds():.0f} ms (import)"),
        f"{1000 * _each(lambda text: theirs.predict_proba([folded(text)]), texts[:200]):.2f} ms",
        _f1_of(
            [each.pipeline.predict([folded(t) for t, _ in each.unseen]) for each in found], found
        ),
    )
    table.add_row(
        *("list of cues", "–", "–", f"{1000 * _each(cued, texts):.3f} ms"),
        _f1(found, lambda _, text: cued(text)),
    )
    console = Console(width=120)
    console.print(table)
    console.print(f"largest difference from scikit-learn: {max(map(_difference, found)):.1e}")
    console.print(f"the same labels in another order give the same bytes: {is_same}")
    told = ", ".join(f"{each.model.f1 / 1000:.2f}" for each in found)
    console.print(f"F1 that the models tell of themselves: {told}; the comments are made up")


def _difference(each: Trained) -> float:
    texts = [*(text for text, _ in each.unseen), *ODD]
    pairs = zip(chances(each.pipeline, texts), map(each.triage.score, texts), strict=True)
    return max(abs(theirs - ours) for theirs, ours in pairs)


def _f1(found: Sequence[Trained], says: Callable[[Trained, str], bool]) -> str:
    return _f1_of([[says(each, text) for text, _ in each.unseen] for each in found], found)


def _f1_of(said: Sequence[Sequence[Any]], found: Sequence[Trained]) -> str:
    """The mean and the least."""
    values = []
    for answers, each in zip(said, found, strict=True):
        pairs = [(bool(a), label) for a, (_, label) in zip(answers, each.unseen, strict=True)]
        right = sum(a and label for a, label in pairs)
        values.append(2 * right / sum(a + label for a, label in pairs))
    return f"{sum(values) / len(values):.2f} (least {min(values):.2f})"


def _seconds(step: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - begun) / times


def _each(says: Callable[[str], object], texts: Sequence[str]) -> float:
    return _seconds(lambda: [says(text) for text in texts], 1) / len(texts)


def _import_seconds() -> float:
    script = "import sklearn.feature_extraction.text, sklearn.linear_model, sklearn.pipeline"
    return _seconds(lambda: subprocess.run([sys.executable, "-c", script], check=True), 1)


def _freeze() -> None:
    each = trained("frozen", FROZEN_LABELS)
    texts = [*(text for text, _ in each.unseen[:40]), *ODD]
    scores = [round(score, 6) for score in chances(each.pipeline, texts)]
    vectors = {
        "model": encode_model(each.model).decode(),
        "said": [*zip(texts, scores, strict=True)],
    }
    FROZEN.write_text(json.dumps(vectors, indent=1) + "\n")
    Console().print(f"{FROZEN.name}: {len(texts)} texts, {len(vectors['model'])} bytes of model")


if __name__ == "__main__":
    main()
