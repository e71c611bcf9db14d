"""The ministry's own models, in each store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from functions.store.agency.models import OddModelError
from functions.store.models import MOST_BYTES, encode_model
from functions.store.port import Store, Write
from tests.factories import NOW, agency_store, text_model


def test_a_model_is_put_once_replaced_and_dropped(store: Store) -> None:
    agency, model = agency_store(store), text_model()
    assert agency.model("keluhan") is None
    agency.save_model(model, NOW)
    writes = store.meter.writes
    agency.save_model(model, NOW + timedelta(days=1))
    assert store.meter.writes == writes
    assert agency.model("keluhan") == encode_model(model)
    assert agency.model("negatif") is None
    newer = replace(model, bias=7)
    agency.save_model(newer, NOW)
    assert agency.model("keluhan") == encode_model(newer)
    assert agency.drop_model("keluhan")
    assert not agency.drop_model("keluhan")
    assert agency.model("keluhan") is None


@pytest.mark.parametrize(
    "odd", [{}, {"body": 3}, {"body": b"x"}, {"body": b"x" * (MOST_BYTES + 1)}]
)
def test_an_odd_document_is_told_and_replaced(store: Store, odd: dict[str, object]) -> None:
    agency = agency_store(store)
    store.write([Write(f"{agency.root}/models/keluhan", odd)])
    with pytest.raises(OddModelError, match="models/keluhan"):
        agency.model("keluhan")
    agency.save_model(text_model(), NOW)
    assert agency.model("keluhan") is not None
