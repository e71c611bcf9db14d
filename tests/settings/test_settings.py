"""Settings: where they come from, what a bad one says, and that secrets stay secret."""

import ast
import inspect
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.pretty import pretty_repr

import functions.settings
from functions.settings import Settings, SettingsError, load, strangers, table
from tests.settings.conftest import NOWHERE, QUEUE, loaded, refusal

BUDGETS = (
    "meta_calls_per_hour",
    "tiktok_calls_per_minute",
    "youtube_units_per_day",
    "youtube_stats_per_day",
)
SECRETS = {
    "KIPRAH_TOKEN_KEY": "rahasia-kunci",
    "KIPRAH_NOTIFY": "json://kait.example.go.id/rahasia-kait",
    "KIPRAH_INSTAGRAM_TOKEN": "rahasia-ig-1,rahasia-ig-2",
    "KIPRAH_INSTAGRAM_USER_ID": "rahasia-id-1,rahasia-id-2",
    "KIPRAH_FACEBOOK_TOKEN": "rahasia-fb",
    "KIPRAH_FACEBOOK_APP_SECRET": "rahasia-fb-app",
    "KIPRAH_X_BEARER_TOKEN": "rahasia-x",
    "KIPRAH_TIKTOK_CLIENT_KEY": "rahasia-tt-key",
    "KIPRAH_TIKTOK_CLIENT_SECRET": "rahasia-tt",
    "KIPRAH_TIKTOK_BUSINESS_CLIENT_ID": "rahasia-tb-id",
    "KIPRAH_TIKTOK_BUSINESS_SECRET": "rahasia-tb",
    "KIPRAH_YOUTUBE_API_KEY": "rahasia-yt",
}


def test_without_any_setting_it_runs_on_a_laptop():
    """ "all from the environment …, with defaults that run on a laptop" (DESIGN.md)"""
    found = load({}, NOWHERE)
    assert found == Settings()
    assert (found.store, found.site, found.timezone) == (
        "sqlite:///kiprah.db",
        "file://site",
        "Asia/Jakarta",
    )
    assert found.secrets() == ()


def test_every_setting_has_a_name_of_its_own_and_a_meaning():
    [body] = [
        node.body
        for node in ast.parse(inspect.getsource(functions.settings)).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ]
    meanings = {
        name.target.id: said.value.value
        for name, said in pairwise(body)
        if isinstance(name, ast.AnnAssign) and isinstance(said, ast.Expr)
    }
    assert [*meanings] == [setting.name for setting in table()]
    assert all(len(meaning) > 5 for meaning in meanings.values())
    assert {setting.env for setting in table()} == {f"KIPRAH_{name.upper()}" for name in meanings}


@pytest.mark.parametrize(
    "name",
    [
        "KIPRAH_STORE",
        "KIPRAH_SITE",
        "KIPRAH_TIMEZONE",
        "KIPRAH_TOKEN_KEY",
        "KIPRAH_SITE_URL",
        "KIPRAH_TIKTOK_AUTH_URL",
        "KIPRAH_CONNECT_URL",
        "KIPRAH_GRAPH_VERSION",
        "KIPRAH_YOUTUBE_FEED_URL",
        *(f"KIPRAH_{p}_URL" for p in ("INSTAGRAM", "FACEBOOK", "X", "TIKTOK", "YOUTUBE")),
        *SECRETS,
    ],
)
def test_the_settings_that_the_design_promises_are_there(name):
    assert name in {setting.env for setting in table()}


def test_a_dotenv_file_is_read(dotenv):
    dotenv.write_text(
        "\ufeff# a remark\n\n"
        "KIPRAH_STORE = sqlite:///a.db \n"
        'export KIPRAH_SITE="file://b"\n'
        "KIPRAH_NOTICE='Uji = coba'\n"
        "OTHER=1\n",
        encoding="utf-8",
    )
    found = load({}, dotenv)
    assert (found.store, found.site, found.notice) == ("sqlite:///a.db", "file://b", "Uji = coba")


def test_the_environment_wins(dotenv):
    dotenv.write_text("KIPRAH_STORE=sqlite:///file.db\nKIPRAH_SITE=file://site-of-file\n")
    found = load({"KIPRAH_STORE": "sqlite:///environment.db"}, dotenv)
    assert (found.store, found.site) == ("sqlite:///environment.db", "file://site-of-file")


def test_budgets_are_what_the_platforms_allow_by_default():
    """Meta's rule of thumb, TikTok's and YouTube's own figures, and money by choice."""
    found = loaded()
    assert {name: getattr(found, name) for name in (*BUDGETS, "x_dollars_per_day")} == {
        "meta_calls_per_hour": 200,
        "tiktok_calls_per_minute": 600,
        "youtube_units_per_day": 10_000,
        "youtube_stats_per_day": 10_000,
        "x_dollars_per_day": Decimal(20),
    }


def test_a_budget_is_any_whole_number():
    for name in BUDGETS:
        for value, number in (("1", 1), ("123456", 123_456), ("000123", 123)):
            assert getattr(loaded(**{name: value}), name) == number


def test_an_empty_value_is_the_default():
    assert loaded(store="  ", timezone="").store == "sqlite:///kiprah.db"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        (
            {"KIPRAH_INSTAGRAM_TOKEN": "a,b", "KIPRAH_INSTAGRAM_USER_ID": "1"},
            ["KIPRAH_INSTAGRAM_TOKEN has 2", "KIPRAH_INSTAGRAM_USER_ID 1"],
        ),
        ({"KIPRAH_TIKTOK_CLIENT_KEY": "a"}, ["KIPRAH_TIKTOK_CLIENT_SECRET 0"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": ""}, ["KIPRAH_QUEUE needs KIPRAH_QUEUE_TARGET"]),
        ({**QUEUE, "KIPRAH_QUEUE_ACCOUNT": ""}, ["KIPRAH_QUEUE needs KIPRAH_QUEUE_ACCOUNT"]),
    ],
)
def test_settings_that_do_not_go_together_are_one_line_that_names_both(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)


def test_a_bad_dotenv_is_one_line_that_names_the_place(dotenv, tmp_path):
    dotenv.write_text("KIPRAH_STORE=sqlite:///a.db\nKIPRAH_SITE\n")
    assert refusal({}, dotenv) == f"{dotenv}, line 2: expected NAME=value"
    dotenv.write_bytes(b"KIPRAH_NOTICE=\xff\xfe\n")
    assert "mend or remove it" in refusal({}, dotenv)
    assert "cannot be read" in refusal({}, tmp_path)


def test_a_queue_is_turned_off_by_one_setting():
    """What belongs to it may stay, and is not looked at."""
    found = load({**QUEUE, "KIPRAH_QUEUE": "", "KIPRAH_QUEUE_TARGET": "later"}, NOWHERE)
    assert found.queue == ""


def test_secrets_never_show_in_repr():
    """ "A secret never shows in repr, logs, reports or pages" """
    found = load(SECRETS, NOWHERE)
    assert "rahasia" not in repr(found)
    assert "rahasia" not in f"{found} {[found]}"
    assert "sqlite:///kiprah.db" in repr(found)
    assert set(found.secrets()) == {
        secret for value in SECRETS.values() for secret in value.split(",")
    }


def test_every_credential_is_marked_secret():
    hidden = {setting.env for setting in table() if setting.is_secret}
    assert hidden == set(SECRETS)


def test_a_bad_pair_of_credentials_is_told_without_them():
    said = refusal({**SECRETS, "KIPRAH_TIKTOK_CLIENT_SECRET": "rahasia-a,rahasia-b"})
    assert "rahasia" not in said


def test_every_setting_that_the_readme_names_is_one():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    named = {*re.findall(r"KIPRAH_[A-Z][A-Z_]*[A-Z]", readme)}
    assert named <= {setting.env for setting in table()}
    assert strangers(dict.fromkeys(named, "1"), NOWHERE) == []


@given(
    st.sampled_from([setting.env for setting in table()]),
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"(https?|javascript|file|s3|gs|sqlite|firestore):/{0,4}[ -~]{0,30}"),
        st.integers().map(str),
    ),
)
def test_whatever_a_setting_is_set_to_it_is_taken_or_refused_in_one_line(name, value):
    said = None
    try:
        found = load({name: value}, NOWHERE)
    except SettingsError as error:
        said = str(error)
    if said is None:
        [setting] = [setting for setting in table() if setting.env == name]
        given = getattr(found, setting.name)
        assert type(given) is type(setting.default)
        assert not isinstance(given, str) or value.strip() in ("", given)
    else:
        assert said.splitlines() == [said]
        assert "KIPRAH_" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("collect_every", "5"),
        ("collect_every", 0),
        ("collect_every", 1441),
        ("collect_every", 5.0),
        ("collect_every", True),
        ("simulation", "1"),
        ("simulation", 1),
        ("x_dollars_per_day", 20),
        ("x_dollars_per_day", 0.1),
        ("x_dollars_per_day", Decimal(-1)),
        ("x_dollars_per_day", Decimal("0.0001")),
        ("x_dollars_per_day", Decimal(1_000_000)),
        ("x_dollars_per_day", Decimal("NaN")),
        ("timezone", None),
        ("site_url", 1),
        ("x_bearer_token", "a"),
        ("x_bearer_token", ["a"]),
        ("x_bearer_token", (1,)),
        ("x_bearer_token", ("a",) * 101),
    ],
)
def test_what_the_code_gives_is_of_the_settings_type_and_within_its_bounds(name, value):
    with pytest.raises(SettingsError) as refused:
        Settings(**{name: value})
    assert str(refused.value).startswith(f"KIPRAH_{name.upper()} must be ")


def test_a_changed_copy_is_checked_like_any_other():
    with pytest.raises(SettingsError, match="KIPRAH_COLLECT_EVERY must be a whole number"):
        replace(Settings(), collect_every=0)


# Secrets and addresses

PASSWORD = st.from_regex(r"[A-Za-z0-9]{8,20}", fullmatch=True)
# What goes before or behind it, and spoils it or not.
AROUND = st.sampled_from(["", " ", ",", "\u200b", "“", '"', "/", "@", "-" * 25_000, ";", "="])
GUARDED = [setting for setting in table() if not (setting.is_told or setting.is_secret)]
ADDRESSES = (
    "https://user:{}@host.example",
    "https://{}@host.example/path",
    "http://user:{}@127.0.0.1:99999",
    "s3://key:{}@bucket/prefix",
    "s3:/key:{}@bucket",
    "s3:///key:{}@bucket",
    "firestore://user:{}@project/db",
    "tasks://user:{}@host/l/p",
    "user:{}@host:80",
    "{}@host",
)


def shown(environ):
    """Everything that settings say of themselves, or the reason why there are none."""
    try:
        found = load(environ, NOWHERE)
    except SettingsError as error:
        return f"{error}{error!r}{error.__cause__!r}{error.__context__!r}"
    return f"{found!r}{found}{[found]}{pretty_repr(found)}"


def leaked(environ, *secrets):
    """The parts of secrets, of six characters each, that are said, and not of other settings."""
    said, usual = shown(environ), shown({**QUEUE, "KIPRAH_SCHEDULE": "scheduler://p/l/k"})
    parts = {secret[n : n + 6] for secret in secrets for n in range(len(secret) - 5)}
    return [part for part in parts if part in said and part not in usual]


@given(st.sampled_from(sorted(SECRETS)), PASSWORD, PASSWORD, AROUND, AROUND)
def test_no_part_of_a_secret_shows_whatever_spoils_it(name, one, other, before, behind):
    assert leaked({name: f"{before}{one}{behind}{other}"}, one, other) == []


@given(st.sampled_from(GUARDED), st.sampled_from(ADDRESSES), PASSWORD, AROUND, st.booleans())
def test_no_part_of_a_password_in_an_address_shows(setting, address, password, behind, is_queued):
    base = {**QUEUE, "KIPRAH_SCHEDULE": "scheduler://p/l/k"} if is_queued else {}
    given = base | {setting.env: f"{address.format(password)}{behind}"}
    assert leaked(given, password) == []


def test_every_address_and_place_is_guarded():
    urls = {setting.name for setting in table() if setting.name.endswith("_url")}
    assert {setting.name for setting in GUARDED} == urls | {
        *("store", "site", "frozen", "private", "notice", "queue", "queue_target"),
        *("queue_account", "queue_address", "schedule", "schedule_address"),
    }
