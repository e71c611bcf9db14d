"""The ministry's own small models of texts, as their bytes stand in files and in ``models/{name}``.

A model is canonical JSON of whole numbers: equal models are equal bytes, and nothing in it can run.
It holds words and pieces of words that stand in several texts each, no text and nobody's name.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, get_args

import msgspec

# Used from so many labelled texts on, and to sort complaints where its F1 on texts that it was not
# made from is at least so many thousandths.
MODEL_TEXTS = 200
MODEL_F1 = 800

ModelName = Literal["keluhan", "negatif"]
MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)
MOST_BYTES = 200_000
MOST_FEATURES = 2_000
LONGEST_FEATURE = 40  # bytes in UTF-8
# What a number in a model is divided by. A probability then is right to 10⁻³ even where each of
# 2,000 features stands in the text and all are rounded the same way.
SCALE = 100_000

_Weight = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]
_Rarity = Annotated[int, msgspec.Meta(ge=1, le=10**9)]
_Term = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_FEATURE)]
_Features = Annotated[
    tuple[tuple[_Term, _Rarity, _Weight], ...], msgspec.Meta(max_length=MOST_FEATURES)
]
_Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
_Thousandths = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class ModelError(ValueError):
    """The bytes are no model of ours; one line in Indonesian says why."""


class TextModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A logistic regression over TF-IDF of words and of pieces of words.

    Attributes:
        name: what it tells.
        texts: how many labelled texts it was made from, ``positive`` of which are so.
        f1: of texts that it was not made from, in thousandths, with its 95 % interval.
        usable: whether anything may use it (``is_usable``).
        bias: the intercept, times ``SCALE``.
        words, pieces: the features, each with its inverse document frequency and its weight, both
            times ``SCALE``.
    """

    format: Literal[1] = 1
    name: ModelName
    texts: _Count
    positive: _Count
    f1: _Thousandths
    f1_lower: _Thousandths
    f1_upper: _Thousandths
    usable: bool
    bias: _Weight = 0
    words: _Features = ()
    pieces: _Features = ()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    model: TextModel
    sha256: str


def is_usable(name: ModelName, texts: int, f1: int) -> bool:
    """Whether a model may be used: enough own labels, and for complaints a good enough F1.

    Shares of "negatif" ask for no F1: they measure by themselves what the model is worth to them.
    """
    return texts >= MODEL_TEXTS and (name != "keluhan" or f1 >= MODEL_F1)


def digest_of(model: TextModel) -> str:
    """The SHA-256 of a model's canonical JSON, in hex."""
    return hashlib.sha256(msgspec.json.encode(model)).hexdigest()


def encode_model(model: TextModel) -> bytes:
    """The model's bytes."""
    return msgspec.json.encode(_File(model=model, sha256=digest_of(model)))


def decode_model(body: bytes) -> TextModel:
    """The model of some bytes.

    Raises:
        ModelError: they are too many, are no model, or are not as they were written.
    """
    if len(body) > MOST_BYTES:
        raise ModelError(f"lebih dari {MOST_BYTES // 1000} kB, bukan model dari kiprah train")
    try:
        model = msgspec.json.decode(body, type=_File).model
        is_whole = encode_model(model) == body
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        raise ModelError("bukan model dari kiprah train") from None
    if not is_whole:
        raise ModelError("isinya tidak lagi seperti saat dibuat (SHA-256); latih ulang")
    features = [*((0, each[0]) for each in model.words), *((1, each[0]) for each in model.pieces)]
    if len({*features}) < len(features) or len(features) > MOST_FEATURES:
        raise ModelError("cirinya berulang atau terlalu banyak; latih ulang")
    if model.usable and not is_usable(model.name, model.texts, model.f1):
        raise ModelError("disebut layak dipakai, padahal label atau F1-nya kurang; latih ulang")
    return model
