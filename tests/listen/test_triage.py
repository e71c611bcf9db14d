"""The plain reader says what scikit-learn says, of any text, and at once."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.listen.triage import LONGEST, HeldModel, Triage, folded, held_model, read_model
from functions.store.agency import AgencyStore
from functions.store.models import encode_model
from functions.store.port import Write
from tests.factories import NOW, text_model

VECTORS = json.loads((Path(__file__).parent / "triage_vectors.json").read_text())
FROZEN = read_model(VECTORS["model"].encode())
HOSTILE = [
    "",
    "🙏" * 10**6,
    "\ud83d" * 10**6,
    "e" + "\u0301" * 10**6,
    "﷽" * 10**6,
    "kecewa " * 10**5,
    "a" * 10**6,
    "@" * 10**6,
    "\x00\u202e" * 10**5,
]


def test_scores_are_those_of_scikit_learn() -> None:
    """Frozen by ``python -m tests.bench.train --freeze``."""
    assert len(VECTORS["said"]) > 40
    for text, score in VECTORS["said"]:
        assert FROZEN.score(text) == pytest.approx(score, abs=1e-3), text


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=60) | st.sampled_from(HOSTILE))
def test_any_text_has_a_score_and_a_place(text: str) -> None:
    triage = Triage(replace(FROZEN.model, usable=True))
    assert 0 <= triage.score(text) <= 1
    assert triage.order(text) == round(999 * (1 - triage.score(text)))
    assert len(folded(text)) <= LONGEST


@pytest.mark.parametrize("text", HOSTILE)
def test_a_long_text_costs_no_more_than_a_short_one(text: str) -> None:
    begun = time.process_time()
    FROZEN.score(text)
    assert time.process_time() - begun < 0.05  # a fiftieth of it is usual


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Min @kemenkum, PARAHHHH!!! https://x.id/a?b", "min parahh!!"),
        ("hubungi ani@contoh.id atau 0812-3456", "hubungi atau 0-0"),
        ("'=SUM(1)", "=sum(0)"),
        ("𝗽𝗮𝗿𝗮𝗵 ＡＢ\u200bＣ", "parah abc"),
        ("www.contoh.id #SetahunBerdampak", "#setahunberdampak"),
        ("#hukum\n\tbaik", "#hukum baik"),
    ],
)
def test_a_text_is_seen_without_names_and_addresses(text: str, seen: str) -> None:
    assert folded(text) == seen


def test_weights_of_any_size_give_a_chance() -> None:
    heavy = replace(text_model(), bias=10**9, words=(("kecewa", 10**9, 10**9),))
    assert Triage(heavy).score("kecewa") == pytest.approx(1)
    assert Triage(replace(heavy, bias=-(10**9), words=())).score("kecewa") == pytest.approx(0)


def test_complaints_come_first_where_the_model_may_be_used() -> None:
    triage = Triage(text_model())
    assert triage.order("kecewa sekali") < triage.order("mantap") <= 999
    assert Triage(replace(text_model(), usable=False)).order("mantap") == 0
    assert "kecewa" not in repr(triage)


def test_a_model_that_cannot_be_used_is_as_none_and_told(agency: AgencyStore) -> None:
    path = f"{agency.root}/models/keluhan"
    assert held_model(agency, "keluhan") == HeldModel(None)
    agency.save_model(text_model(), NOW)
    found = held_model(agency, "keluhan")
    assert found.problem is None
    assert found.triage is not None
    assert found.triage.model == text_model()
    stored = agency.store.get([path])[path].data
    agency.store.write([Write(path, {})])
    assert said(agency) == "models/keluhan tidak memuat model; pasang ulang: kiprah model put"
    odd = {"body": b"{}", "sha256": sha256(b"{}").hexdigest()}
    agency.store.write([Write(path, odd)])
    assert said(agency) == "models/keluhan: bukan model dari kiprah train"
    agency.save_model(replace(text_model(), usable=False), NOW)
    assert said(agency).endswith("tidak dipakai")
    agency.store.write([Write(path.replace("keluhan", "negatif"), stored)])
    wrong = held_model(agency, "negatif")
    assert wrong == HeldModel(None, "models/negatif memuat model keluhan; pasang ulang")


def said(agency: AgencyStore) -> str:
    """Why there is no model for complaints."""
    triage, problem = held_model(agency, "keluhan")
    assert triage is None
    return str(problem)


def test_a_model_loads_in_a_tenth_of_a_second() -> None:
    words = tuple((f"kata{n}", 123_456, -98_765) for n in range(2_000))
    body = encode_model(replace(text_model(), words=words, pieces=()))
    begun = time.process_time()
    read_model(body)
    assert time.process_time() - begun < 0.1
