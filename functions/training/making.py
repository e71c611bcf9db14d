"""A model made from labelled texts: fitted, checked on texts it was not made from, and rounded."""

from __future__ import annotations

from msgspec.structs import replace

from functions.store.models import SCALE, ModelName, TextModel, is_usable
from functions.training import fitting
from functions.training.checking import f1
from functions.training.labelled import Labelled

LEAST = 20  # texts of each label; fewer tell nothing


class TrainingError(ValueError):
    """No model can be made of these labels; one line in Indonesian says why and what to do."""


def make(name: ModelName, labelled: Labelled) -> TextModel:
    """The model of these labels: the same labels give the same model.

    Raises:
        TrainingError: they are too few, or have nothing in common.
    """
    positive = sum(labelled.labels)
    other = len(labelled.labels) - positive
    if min(positive, other) < LEAST:
        raise TrainingError(
            f"{positive} teks {name} dan {other} yang bukan; perlu sedikitnya {LEAST} dari "
            "masing-masing, labeli lebih banyak"
        )
    try:
        checked = f1(labelled.labels, fitting.held_out(labelled.texts, labelled.labels))
        found = fitting.learnt(fitting.fit(labelled.texts, labelled.labels))
    except fitting.TooFewError:
        raise TrainingError(
            "tidak ada kata yang muncul di beberapa teks; labeli lebih banyak"
        ) from None
    thousandths = int(1000 * checked.value)  # never rounded up to what a model has to reach
    bare = TextModel(
        name=name,
        texts=len(labelled.texts),
        positive=positive,
        f1=thousandths,
        f1_lower=int(1000 * checked.lower),
        f1_upper=int(1000 * checked.upper),
        usable=is_usable(name, len(labelled.texts), thousandths),
    )
    return rounded(found, bare)


def rounded(found: fitting.Fit, model: TextModel) -> TextModel:
    """A model with what was learnt, as whole numbers."""
    words, pieces = (tuple(map(_rounded, each)) for each in (found.words, found.pieces))
    return replace(model, bias=round(SCALE * found.bias), words=words, pieces=pieces)


def _rounded(feature: fitting.Feature) -> tuple[str, int, int]:
    return feature.term, round(SCALE * feature.rarity), round(SCALE * feature.weight)
