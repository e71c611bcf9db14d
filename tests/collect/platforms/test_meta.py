"""What Instagram and Facebook share: the code of an error decides, whatever its status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.contract import Denied, Limited, PlatformError, Refused, TooMuch, Transient
from functions.collect.platforms import meta

USAGE = "x-business-use-case-usage"


def explained(now: datetime, code: int, status: int = 400, **facts: Any) -> PlatformError | None:
    body = msgspec.json.encode({"error": {"message": "Words.", "code": code, **facts}})
    return meta.explain(status, {}, body, now)


@pytest.mark.parametrize(("code", "facts", "kind"), [
    (4, {"is_transient": True}, Limited),
    (17, {}, Limited),
    (32, {}, Limited),
    (613, {}, Limited),
    (80001, {"error_subcode": 2494055}, Limited),
    (80002, {}, Limited),
    (190, {"error_subcode": 463}, meta.TokenDead),
    (10, {}, meta.EndpointRefused),
    (200, {}, Refused),
    (299, {}, Refused),
    (3, {}, Refused),
    (102, {}, meta.TokenDead),
    (300, {}, Denied),
    (110, {"error_subcode": 2207013}, meta.MissingObject),
    (803, {}, meta.MissingObject),
    (100, {"error_subcode": 33}, meta.MissingObject),
    (100, {}, meta.FieldRefused),
    (1, {}, Transient),
    (2, {}, Transient),
    (999, {"is_transient": True}, Transient),
    (999, {}, Denied),
])  # fmt: skip
@pytest.mark.parametrize("status", [400, 403])
def test_the_code_decides(
    now: datetime, code: int, facts: dict[str, Any], kind: type[PlatformError], status: int
) -> None:
    found = explained(now, code, status, **facts)
    assert type(found) is kind
    assert f"(#{code}" in str(found)
    assert "Words" not in str(found)


def test_an_unknown_code_of_an_unwell_server_passes(now: datetime) -> None:
    assert isinstance(explained(now, 999, 503), Transient)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"error": "text"}', b"[]"])
def test_a_body_without_an_error_is_left_to_its_status(now: datetime, body: bytes) -> None:
    assert meta.explain(500, {}, body, now) is None


@pytest.mark.parametrize(("facts", "kind"), [
    ({"type": "GraphMethodException"}, meta.MissingObject),
    ({"message": "Unsupported get request. Please read the documentation."}, meta.MissingObject),
    ({"message": "(#100) Object does not exist, cannot be loaded"}, meta.MissingObject),
    ({"message": "(#100) Tried accessing nonexisting field (x)"}, meta.FieldRefused),
    ({"message": "(#100) Param limit does not exist"}, meta.FieldRefused),
    ({"message": "(#100) Object does not exist, … requires … 'Page Public Content Access' …"},
     meta.EndpointRefused),
    ({"message": "(#100) Invalid appsecret_proof provided"}, Refused),
])  # fmt: skip
def test_what_code_100_is_about_its_message_tells(
    now: datetime, facts: dict[str, Any], kind: type[PlatformError]
) -> None:
    assert type(explained(now, 100, **facts)) is kind


def test_less_data_is_asked_for_at_once(now: datetime) -> None:
    words = "Please reduce the amount of data you're asking for, then retry your request"
    assert isinstance(explained(now, 1, 500, message=words), TooMuch)


def test_a_success_is_no_error(now: datetime) -> None:
    assert meta.explain(200, {}, b'{"data": [{"message": "error"}]}', now) is None


def test_an_error_in_a_successs_clothes_is_one(now: datetime) -> None:
    assert isinstance(explained(now, 190, 200), meta.TokenDead)


@pytest.mark.parametrize(("header", "minutes"), [
    (None, 15),
    ("", 15),
    ("{}", 15),
    ("no json", 15),
    ("[]", 15),
    ('{"1": [{"type": "pages", "estimated_time_to_regain_access": 0}]}', 15),
    ('{"1": [{"type": "pages", "estimated_time_to_regain_access": 42}]}', 42),
    ('{"1": [{"estimated_time_to_regain_access": 5}], '
     '"2": [{"type": "x"}, {"estimated_time_to_regain_access": 90}]}', 90),
    ('{"1": [{"estimated_time_to_regain_access": "soon"}]}', 15),
    ('{"1": ["odd"]}', 15),
    ('{"1": null}', 15),
    ('{"1": [{"estimated_time_to_regain_access": 1441}]}', 1440),
    ('{"1": [{"estimated_time_to_regain_access": 99999999999999}]}', 1440),
    ('{"1": [{"estimated_time_to_regain_access": 1e999}]}', 15),
    ("[" * 5_000, 15),
])  # fmt: skip
def test_a_limit_ends_when_the_header_says_and_else_after_a_while(
    header: str | None, minutes: int
) -> None:
    headers = {} if header is None else {USAGE: header}
    assert meta.regain(headers) == timedelta(minutes=minutes)


@given(st.text(max_size=40))
def test_any_header_is_a_wait(header: str) -> None:
    assert meta.regain({USAGE: header}) > timedelta(0)


# Usage


@pytest.mark.parametrize(("app", "business", "share"), [
    ('{"call_count": 13, "total_cputime": 0, "total_time": 2}', None, 13),
    ('{"call_count": 13, "total_cputime": 71, "total_time": 2}', None, 71),
    ('{"call_count": 0, "total_cputime": 0, "total_time": 0}', None, 0),
    ('{"call_count": 12.2}', None, 13),
    ('{"call_count": 180}', None, 180),
    # The minutes to wait are no percentage.
    (None, '{"1": [{"type": "pages", "call_count": 4, "total_time": 5, "total_cputime": 1, '
     '"estimated_time_to_regain_access": 90}]}', 5),
    (None, '{"1": [{"call_count": 4}, {"call_count": 44}], "2": [{"total_time": 5}]}', 44),
    ('{"call_count": 13}', '{"1": [{"call_count": 4}]}', 13),
    ('{"call_count": 3}', '{"1": [{"call_count": 4}]}', 4),
    ("no json", '{"1": [{"call_count": 4}]}', 4),
    ('{"call_count": 3}', "[[]]", 3),
    ('{"call_count": 3}', '{"1": ["odd", {"call_count": 8}], "2": null, "3": {}}', 8),
    ('{"call_count": "9", "total_time": 3}', None, 3),
    ('{"call_count": true, "total_time": -3}', None, None),
    ('{"call_count": 1e999}', None, None),
    (None, '{"1": [{"estimated_time_to_regain_access": 90}]}', None),
    ("", "", None),
    ("[" * 5_000, "[" * 5_000, None),
    ("[]", "{}", None),
    (None, None, None),
])  # fmt: skip
def test_usage_is_the_largest_share_that_the_headers_name(
    app: str | None, business: str | None, share: int | None
) -> None:
    headers = {"x-app-usage": app, USAGE: business}
    assert meta.usage({name: said for name, said in headers.items() if said is not None}) == share


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*meta.USAGE_FIELDS, "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
headers_of_any_kind = st.text(max_size=60) | json_values.map(
    lambda value: msgspec.json.encode(value).decode()
)


@given(headers_of_any_kind, headers_of_any_kind)
def test_any_header_is_a_share_or_nothing(app: str, business: str) -> None:
    share = meta.usage({"x-app-usage": app, USAGE: business})
    assert share is None or (isinstance(share, int) and share >= 0)


shares = st.dictionaries(st.sampled_from(meta.USAGE_FIELDS), st.integers(0, 150), min_size=1)


@given(st.none() | shares, st.lists(st.lists(shares, max_size=3), max_size=3))
def test_no_share_that_is_named_is_larger_than_the_usage(
    app: dict[str, int] | None, business: list[list[dict[str, int]]]
) -> None:
    waiting = {"estimated_time_to_regain_access": 1440}
    told = {str(n): [{**entry, **waiting} for entry in e] for n, e in enumerate(business)}
    named = [*(app or {}).values(), *(v for e in business for entry in e for v in entry.values())]
    headers = {USAGE: msgspec.json.encode(told).decode()}
    if app is not None:
        headers["x-app-usage"] = msgspec.json.encode(app).decode()
    assert meta.usage(headers) == max(named, default=None)


def test_times_are_utc_whatever_their_offset() -> None:
    at = datetime(2026, 10, 3, 2, 11, 9, tzinfo=UTC)
    for text in ("2026-10-03T02:11:09+0000", "2026-10-03T09:11:09+0700", "2026-10-03T02:11:09Z"):
        assert meta.parse_time(text) == at
        assert meta.parse_time(text).tzinfo is UTC


@pytest.mark.parametrize("text", [
    "", "kemarin", "2026-10-03T02:11:09", "1759457469", "2026-13-03T02:11:09+0000",
    "0001-01-01T00:00:00+0700", "9999-12-31T23:59:59-0700",
])  # fmt: skip
def test_a_time_that_is_none_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        meta.parse_time(text)
