"""How a value is read, and what is said of a bad one."""

import ast
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.settings import forms, table
from tests.settings.conftest import loaded, refusal


def test_a_credential_may_be_a_list():
    """ "Each may be a comma-separated list: several credentials" (DESIGN.md)"""
    assert loaded(x_bearer_token=" a, b ,,c ").x_bearer_token == ("a", "b", "c")
    assert loaded(x_bearer_token="a").x_bearer_token == ("a",)
    assert loaded().x_bearer_token == ()


@pytest.mark.parametrize(
    ("spoilt", "what"),
    [
        ("raha sia", "a space"),
        ("raha\nsia", "nobody sees"),
        ("raha\u200bsia", "nobody sees"),
        ("“rahasia”", "beyond ASCII"),
        ('"rahasia', "a quote"),
        ("rahasia" * 3000, "at most"),
    ],
)
def test_a_credential_that_was_copied_badly_is_told_without_it(spoilt, what):
    said = refusal({"KIPRAH_X_BEARER_TOKEN": f"utuh,{spoilt}"})
    assert said.startswith("KIPRAH_X_BEARER_TOKEN, value 2, ")
    assert what in said
    assert "raha" not in said


def test_a_password_for_stored_consents_may_be_words():
    assert loaded(token_key="empat kata yang panjang").token_key == "empat kata yang panjang"
    assert "rahasia" not in refusal({"KIPRAH_TOKEN_KEY": "rahasia\u200ekunci"})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KIPRAH_NOTICE": "a\nb"}, ["KIPRAH_NOTICE", "U+000A"]),
        ({"KIPRAH_NOTICE": "a\udcffb"}, ["KIPRAH_NOTICE", "nobody sees"]),
        ({"KIPRAH_SITE": "file://site\u200b"}, ["KIPRAH_SITE", "U+200B"]),
    ],
)
def test_a_character_that_nobody_sees_is_refused(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)
    assert len(said) < 250


# What a text stands for

NUMBER = st.one_of(
    st.integers(-10, 10**10).map(str),
    st.decimals(-10, 10**7, places=2).map(str),
    st.floats().map(str),
    st.text(st.characters(categories=("Nd", "No", "Zs")), max_size=6),
    st.text("0123456789.,_+-eExXob \t\n\u200b１５٣²", max_size=8),
    st.sampled_from(["true", "True", "TRUE", "false", "on", "yes", "y", "null", "None", "NaN"]),
    st.sampled_from([" 15", "15\n", "1_000", "１５", "1e3", "+5", "5.0", "0x10", "Infinity"]),
)
WRITTEN = {int: r"[0-9]{1,9}", bool: r"[01]", Decimal: r"[0-9]{1,6}(\.[0-9]{1,3})?"}
NUMBERS = [setting for setting in table() if type(setting.default) in WRITTEN]


@given(st.sampled_from(NUMBERS), NUMBER)
def test_a_number_is_digits_alone_and_nothing_that_a_library_would_take_for_one(setting, text):
    read, kind = forms.read(setting.kind, text), type(setting.default)
    if re.fullmatch(WRITTEN[kind], text):
        assert type(read) is kind
        assert read == (text == "1" if kind is bool else kind(text))
        return
    assert read is text
    said = forms.fault(setting.kind, read)
    assert said.startswith(" must be ")
    assert said.endswith(f", not {forms.quoted(text)}")


# What was given instead


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "collect_every",
            "abc",
            "must be a whole number of minutes, 1 or more, at most 1,440, not 'abc'",
        ),
        ("x_dollars_per_day", "2,50", "must be an amount such as 20 or 2.50, not '2,50'"),
        ("timezone", "WIB", "must be a time zone such as Asia/Jakarta, not 'WIB'"),
        (
            "graph_version",
            "26\u3000a",
            "must be a version such as v26.0, not '26\\u3000a'",
        ),
        (
            "graph_version",
            "v" * 100,
            f"must be a version such as v26.0, not '{'v' * 59}…'",
        ),
    ],
)
def test_a_bad_value_is_quoted(name, value, said):
    env = f"KIPRAH_{name.upper()}"
    assert refusal({env: value}) == f"{env} {said}"


@given(st.text(max_size=300))
def test_a_quoted_value_is_short_and_printable(value):
    quoted = forms.quoted(value)
    assert quoted.isprintable()
    assert len(quoted) <= 62
    assert len(repr(value)) > 62 or ast.literal_eval(quoted) == value
