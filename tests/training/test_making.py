"""A model is the same for the same labels, and says how good it is."""

from __future__ import annotations

import pytest

from functions.listen.triage import read_model
from functions.store.models import MOST_BYTES, encode_model
from functions.training import fitting
from functions.training.labelled import Labelled
from functions.training.making import LEAST, TrainingError, make
from tests.bench.train import labelled_of
from tests.training.corpus import comments


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(fitting, "REPEATS", 1)


def test_the_same_labels_give_the_same_bytes(quick):
    rows = comments("a", 220)
    model = make("keluhan", labelled_of(rows))
    body = encode_model(model)
    assert encode_model(make("keluhan", labelled_of(rows[::-1]))) == body
    assert len(body) <= MOST_BYTES
    assert (model.texts, model.positive) == (220, sum(label for _, label in rows))
    assert 800 <= model.f1_lower <= model.f1 <= model.f1_upper
    assert model.usable
    triage = read_model(body)
    assert triage.order("kecewa, antrean online lambat banget") < triage.order("mantap min")


def test_a_model_of_labels_without_sense_is_not_usable(quick):
    rows = [(text, n % 2 == 0) for n, (text, _) in enumerate(comments("a", 210))]
    model = make("keluhan", labelled_of(rows))
    assert model.f1 < 800
    assert not model.usable


@pytest.mark.parametrize("positive", [0, LEAST - 1])
def test_too_few_labels_are_told(positive):
    texts = tuple(f"teks {n}" for n in range(100))
    labels = tuple(n < positive for n in range(100))
    with pytest.raises(TrainingError, match=f"{positive} teks negatif dan {100 - positive} yang"):
        make("negatif", Labelled(texts, labels, 0))
