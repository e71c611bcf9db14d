"""The one place that uses scikit-learn: a logistic regression over TF-IDF, and its held-out check.

Everything here is the same for the same texts: nothing is drawn but by fixed seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from functions.listen.triage import PIECES, WORD
from functions.store.models import LONGEST_FEATURE, MOST_FEATURES

# A word or piece of fewer texts may be somebody's name or address, and tells little.
LEAST_TEXTS = 5
FOLDS, REPEATS = 5, 4
_STRENGTH = 4.0  # scikit-learn's C


class TooFewError(ValueError):
    """The texts have too little in common to learn from."""


class Feature(NamedTuple):
    """A word or a piece of one, its inverse document frequency, and its weight."""

    term: str
    rarity: float
    weight: float


class Fit(NamedTuple):
    """What was learnt; the features in their order."""

    bias: float
    words: tuple[Feature, ...]
    pieces: tuple[Feature, ...]


def fit(texts: Sequence[str], labels: Sequence[bool]) -> Any:
    """A scikit-learn pipeline of the heaviest 2,000 features of folded texts, fitted on those.

    Raises:
        TooFewError: no word or piece stands in several of the texts.
    """
    import sklearn.linear_model  # noqa: F401 - what is not loaded yet cannot be held to a thread
    from threadpoolctl import threadpool_limits

    # More threads are slower on vectors of this size, by far on a busy machine.
    with threadpool_limits(limits=1):
        return _fitted(_heaviest(_fitted(None, texts, labels)), texts, labels)


def learnt(pipeline: Any) -> Fit:
    """A fitted pipeline's numbers."""
    found = _features(pipeline)
    bias = float(pipeline[-1].intercept_[0])
    return Fit(bias, tuple(found.get("words", ())), tuple(found.get("pieces", ())))


def held_out(texts: Sequence[str], labels: Sequence[bool]) -> list[list[bool]]:
    """For each text what models say that were made without it, one of each repetition.

    Stratified cross-validation; the choice of features is repeated in each fold. Needs ``FOLDS``
    texts of each label.

    Raises:
        TooFewError: as ``fit``.
    """
    from sklearn.model_selection import RepeatedStratifiedKFold

    said: list[list[bool]] = [[] for _ in texts]
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=0)
    for known, asked in folds.split(list(texts), list(labels)):
        pipeline = fit([texts[n] for n in known], [labels[n] for n in known])
        for n, answer in zip(asked, pipeline.predict([texts[n] for n in asked]), strict=True):
            said[n].append(bool(answer))
    return said


def _fitted(
    kept: Mapping[str, Sequence[str]] | None, texts: Sequence[str], labels: Sequence[bool]
) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion, make_pipeline

    kinds = ("words", "pieces") if kept is None else [kind for kind in kept if kept[kind]]
    union = FeatureUnion(
        [(kind, _counting(kind, None if kept is None else kept[kind])) for kind in kinds]
    )
    regression = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", max_iter=2_000, tol=1e-6, random_state=0
    )
    pipeline = make_pipeline(union, regression)
    try:
        return pipeline.fit(list(texts), list(labels))
    except ValueError as error:
        raise TooFewError("no word stands in several of the texts") from error


def _counting(kind: str, kept: Sequence[str] | None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    options: dict[str, Any] = {"lowercase": False, "sublinear_tf": True}
    options |= {"min_df": LEAST_TEXTS} if kept is None else {"vocabulary": list(kept)}
    if kind == "words":
        return TfidfVectorizer(ngram_range=(1, 2), token_pattern=rf"(?u)\b{WORD}\b", **options)
    return TfidfVectorizer(ngram_range=(min(PIECES), max(PIECES)), analyzer="char_wb", **options)


def _heaviest(pipeline: Any) -> dict[str, list[str]]:
    """The terms of most weight, by kind; of equal ones the first by name."""
    found = _features(pipeline)
    every = [
        (-round(abs(each.weight), 9), kind, each.term)
        for kind, features in found.items()
        for each in features
        if len(each.term.encode()) <= LONGEST_FEATURE
    ]
    kept = sorted(every)[:MOST_FEATURES]
    return {kind: sorted(term for _, own, term in kept if own == kind) for kind in found}


def _features(pipeline: Any) -> dict[str, list[Feature]]:
    """By kind, in the order of their columns."""
    union, regression = pipeline
    weights = iter(map(float, regression.coef_[0]))
    return {
        kind: [
            Feature(str(term), float(rarity), next(weights))
            for term, rarity in zip(counting.get_feature_names_out(), counting.idf_, strict=True)
        ]
        for kind, counting in union.transformer_list
    }
