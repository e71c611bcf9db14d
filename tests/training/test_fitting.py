"""What scikit-learn learns, beside what the plain reader says of it."""

from __future__ import annotations

import random

import pytest

from functions.listen.triage import Triage
from functions.store.models import MOST_FEATURES
from functions.training import fitting
from functions.training.making import rounded
from tests.bench.train import ODD, chances, labelled_of
from tests.factories import text_model
from tests.training.corpus import comments


def test_the_plain_reader_says_the_same():
    labelled = labelled_of(comments("a", 300))
    pipeline = fitting.fit(labelled.texts, labelled.labels)
    triage = Triage(rounded(fitting.learnt(pipeline), text_model()))
    texts = [*(text for text, _ in comments("b", 300)), *ODD]
    assert [triage.score(text) for text in texts] == pytest.approx(
        chances(pipeline, texts), abs=1e-3
    )


def test_a_feature_stands_in_several_texts_and_there_are_not_too_many():
    labelled = labelled_of([*comments("a", 400), ("rahasia sekali ini", True)])
    found = fitting.learnt(fitting.fit(labelled.texts, labelled.labels))
    terms = [each.term for each in (*found.words, *found.pieces)]
    assert 500 < len(terms) <= MOST_FEATURES
    assert not any("rahas" in term for term in terms)
    for each in (*found.words, *found.pieces):
        if " " not in each.term:
            assert sum(each.term in text for text in labelled.texts) >= fitting.LEAST_TEXTS


def test_texts_without_anything_in_common_are_told():
    texts = [chr(0x4E00 + 9 * n) * 3 for n in range(20)]
    with pytest.raises(fitting.TooFewError):
        fitting.fit(texts, [True, False] * 10)


def test_each_text_is_asked_of_models_that_do_not_know_it(monkeypatch):
    monkeypatch.setattr(fitting, "REPEATS", 1)
    # Nothing but chance says which are so: who knows the texts by heart is always right.
    chance = random.Random(1)
    rows = [
        (" ".join(chance.choices(("ada", "ini", "itu", "oleh"), k=9)), n % 2 == 0)
        for n in range(60)
    ]
    labelled = labelled_of(rows)
    said = fitting.held_out(labelled.texts, labelled.labels)
    assert [len(answers) for answers in said] == [1] * len(labelled.texts)
    right = sum(a == [b] for a, b in zip(said, labelled.labels, strict=True))
    assert right < 0.75 * len(said)
