"""A model's bytes are read as they were written, or not at all."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.store.models import (
    MOST_BYTES,
    ModelError,
    TextModel,
    decode_model,
    digest_of,
    encode_model,
    is_usable,
)
from tests.factories import text_model

MODEL = text_model()
TERMS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
NUMBERS = st.integers(-(10**9), 10**9)
FEATURES = st.dictionaries(TERMS, st.tuples(st.integers(1, 10**9), NUMBERS), max_size=5).map(
    lambda found: tuple((term, *numbers) for term, numbers in found.items())
)
MODELS = st.builds(
    lambda bias, words, pieces: replace(MODEL, bias=bias, words=words, pieces=pieces),
    NUMBERS,
    FEATURES,
    FEATURES,
)


@settings(max_examples=30)
@given(MODELS)
def test_a_model_comes_back(model: TextModel) -> None:
    assert decode_model(encode_model(model)) == model


@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    body = bytearray(encode_model(MODEL))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ModelError):
        decode_model(bytes(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b"\x80\x04cposix\nsystem\n.",
        b" " * (MOST_BYTES + 1),
        b" " + encode_model(MODEL),
        encode_model(MODEL).replace(b'"format":1', b'"format":2'),
        encode_model(MODEL).replace(b'"keluhan"', b'"kasar"'),
        msgspec.json.encode(MODEL),
        encode_model(  # whose digest is right
            replace(MODEL, texts=10)
        ),
        encode_model(replace(MODEL, f1=799)),
        encode_model(replace(MODEL, bias=10**10)),
        encode_model(replace(MODEL, words=(("a", 0, 1),))),
        encode_model(replace(MODEL, words=(("", 1, 1),))),
        encode_model(replace(MODEL, words=MODEL.words * 2)),
        encode_model(replace(MODEL, words=tuple((f"a{n}", 1, 1) for n in range(2_000)))),
    ],
)
def test_what_is_no_model_is_told_in_a_line(body: bytes) -> None:
    with pytest.raises(ModelError) as told:
        decode_model(body)
    assert len(str(told.value)) < 100
    assert "\n" not in str(told.value)


def test_what_may_be_used() -> None:
    assert is_usable("keluhan", 200, 800)
    assert not is_usable("keluhan", 199, 1000)
    assert not is_usable("keluhan", 5_000, 799)
    assert is_usable("negatif", 200, 0)
    assert not is_usable("negatif", 199, 1000)
    assert len(digest_of(MODEL)) == 64
