"""What an agency wants of listening, as its admins type it; against both stores."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import PLATFORMS, Agency
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening, listening_of, read_listening
from functions.store.port import Store, Write

GATE = {"dpia": "DPIA 7/2026", "dpo": "pdp@example.go.id", "notice_url": "https://example.go.id/p"}


@pytest.fixture
def agency(store: Store) -> AgencyStore:
    return AgencyStore(store, Agency())


def type(agency: AgencyStore, document: dict[str, Any]) -> None:
    agency.store.write([Write(f"{agency.root}/settings/listening", document)])


def test_what_is_not_typed_is_safe() -> None:
    found, wrong = read_listening({})
    assert (found, wrong) == (Listening(), ())
    assert found.alarm
    assert found.alarm_notify == "none"
    assert found.x_listen_dollars_per_day == 0
    assert found.x_volume == ()
    assert not any(found.reads_comments(platform) for platform in PLATFORMS)


def test_fields_have_indonesian_names() -> None:
    found, wrong = read_listening(
        {
            "Siaga dini": "tidak",
            "kirim siaga": "surel",
            "Layanan": ["AHU Online"],
            "volume x": ["q"],
        }
    )
    assert wrong == ()
    assert (found.alarm, found.alarm_notify) == (False, "mail")
    assert (found.services, found.x_volume) == (("AHU Online",), ("q",))


def test_a_wrong_field_keeps_its_last_good_value_and_costs_no_other() -> None:
    typed = {"alarm_notify": "sms", "least_n": 30, "in_force": {"alarm_notify": "webhook"}}
    found, wrong = read_listening(typed)
    assert (found.alarm_notify, found.least_n) == ("webhook", 30)
    assert wrong == (
        "alarm_notify 'sms' tidak dikenal; isi none, webhook, mail atau both. "
        "Yang berlaku tetap yang terakhir benar",
    )


def test_where_money_is_spent_and_comments_are_read_a_wrong_field_is_none() -> None:
    before = {"x_listen_dollars_per_day": 5, "comments.x": True, "sample_texts": 300, **GATE}
    typed = {"x_listen_dollars_per_day": "lima", "comments": {"x": "entah"}, "sample_texts": 301}
    found, wrong = read_listening({**typed, "in_force": before})
    assert found == Listening()
    assert [each.rpartition("Yang berlaku ")[2] for each in wrong] == ["kini yang semula"] * 3


@pytest.mark.parametrize("lacking", GATE)
def test_no_comment_is_read_before_the_law_is_kept(lacking: str) -> None:
    wanted = {"comments": {"youtube": True, "x": False}}
    found, wrong = read_listening({**wanted, **GATE})
    assert wrong == ()
    assert [name for name in PLATFORMS if found.reads_comments(name)] == ["youtube"]
    found, wrong = read_listening({**wanted, **{k: v for k, v in GATE.items() if k != lacking}})
    assert wrong == (f"komentar tidak dibaca sebelum {lacking} diisi",)
    assert not found.reads_comments("youtube")


def test_an_unknown_name_is_told_with_the_one_that_was_meant() -> None:
    assert read_listening({"alarm_notfy": "mail"})[1] == (
        "alarm_notfy tidak dikenal; maksudnya alarm_notify?",
    )


def test_the_admin_is_answered_once(agency: AgencyStore) -> None:
    assert listening_of(agency) == (Listening(), ())
    type(agency, {"alarm_notify": "webhook", "dolar x per hari": "0,36"})
    assert listening_of(agency)[0].x_listen_dollars_per_day == Decimal("0.36")
    held = agency.settings("listening")
    assert (held["status"], held["in_force"]) == ("berlaku", {"alarm_notify": "webhook"})
    writes = agency.store.meter.writes
    assert listening_of(agency)[1] == ()
    assert agency.store.meter.writes == writes
    type(agency, {**held, "alarm_notify": "sms"})
    found, wrong = listening_of(agency)
    assert found.alarm_notify == "webhook"
    assert agency.settings("listening")["status"] == f"{wrong[0]}."
    assert listening_of(agency)[0].alarm_notify == "webhook"


FIELDS = [*Listening.__struct_fields__, "comments.x", "Komentar", "in_force", "status", "Siaga"]
plain = st.none() | st.booleans() | st.text() | st.integers() | st.floats() | st.binary()
anything: st.SearchStrategy[Any] = st.one_of(
    plain, st.lists(plain, max_size=2), st.just({"x": True, "y": {}})
)
held = st.dictionaries(st.sampled_from(FIELDS) | st.text(), anything, max_size=3)


@settings(max_examples=50)
@given(held, held | anything)
def test_whatever_is_typed_is_read_and_costs_only_itself(
    document: dict[str, Any], before: Any
) -> None:
    found, wrong = read_listening({**document, "in_force": before})
    assert all("\n" not in each for each in wrong)
    assert found.least_n >= 20
    assert found.sample_texts <= 300
    if not {"dpo", "notice_url", "dpia"} <= document.keys():
        assert not any(found.reads_comments(platform) for platform in PLATFORMS)
