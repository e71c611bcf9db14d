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
from functions.settings import Settings, SettingsError, forms, load, strangers, table

NOWHERE = Path("no/such/file")
BUDGETS = (
    "meta_calls_per_hour",
    "tiktok_calls_per_minute",
    "youtube_units_per_day",
    "youtube_stats_per_day",
)
SECRETS = {
    "KIPRAH_TOKEN_KEY": "rahasia-kunci",
    "KIPRAH_INSTAGRAM_TOKEN": "rahasia-ig-1,rahasia-ig-2",
    "KIPRAH_INSTAGRAM_USER_ID": "rahasia-id-1,rahasia-id-2",
    "KIPRAH_FACEBOOK_TOKEN": "rahasia-fb",
    "KIPRAH_FACEBOOK_APP_SECRET": "rahasia-fb-app",
    "KIPRAH_X_BEARER_TOKEN": "rahasia-x",
    "KIPRAH_TIKTOK_CLIENT_KEY": "rahasia-tt-key",
    "KIPRAH_TIKTOK_CLIENT_SECRET": "rahasia-tt",
    "KIPRAH_YOUTUBE_API_KEY": "rahasia-yt",
}


# A queue that could be used, as a base to break.
QUEUE = {
    "KIPRAH_QUEUE": "tasks://proyek-kemenkum/asia-southeast2/kiprah",
    "KIPRAH_QUEUE_TARGET": "https://asia-southeast2-proyek-kemenkum.cloudfunctions.net/collect",
    "KIPRAH_QUEUE_ACCOUNT": "antrean@proyek-kemenkum.iam.gserviceaccount.com",
}


def loaded(**environ):
    return load({f"KIPRAH_{name.upper()}": value for name, value in environ.items()}, NOWHERE)


def refusal(environ, dotenv=NOWHERE):
    with pytest.raises(SettingsError) as refused:
        load(environ, dotenv)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def dotenv(tmp_path):
    return tmp_path / ".env"


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


@pytest.mark.parametrize("dollars", ["0", "20", "2.50", "0.005", "999999.999"])
def test_money_may_have_thousandths(dollars):
    """A post of X costs half a cent; nothing a day is a budget, too."""
    assert loaded(x_dollars_per_day=dollars).x_dollars_per_day == Decimal(dollars)


def test_a_budget_is_any_whole_number():
    for name in BUDGETS:
        for value, number in (("1", 1), ("123456", 123_456), ("000123", 123)):
            assert getattr(loaded(**{name: value}), name) == number


def test_an_empty_value_is_the_default():
    assert loaded(store="  ", timezone="").store == "sqlite:///kiprah.db"


def test_a_credential_may_be_a_list():
    """ "Each may be a comma-separated list: several credentials" (DESIGN.md)"""
    assert loaded(x_bearer_token=" a, b ,,c ").x_bearer_token == ("a", "b", "c")
    assert loaded(x_bearer_token="a").x_bearer_token == ("a",)
    assert loaded().x_bearer_token == ()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KIPRAH_TIMEZONE": "WIB/Jakarta"}, ["KIPRAH_TIMEZONE", "Asia/Jakarta"]),
        ({"KIPRAH_TIMEZONE": "../etc/passwd"}, ["KIPRAH_TIMEZONE"]),
        ({"KIPRAH_X_URL": "api.x.com"}, ["KIPRAH_X_URL", "scheme and host"]),
        ({"KIPRAH_X_URL": "http://127.0.0.1:1/v2"}, ["KIPRAH_X_URL", "without a path"]),
        ({"KIPRAH_YOUTUBE_URL": "ftp://host"}, ["KIPRAH_YOUTUBE_URL"]),
        ({"KIPRAH_TIKTOK_URL": "http://[::1"}, ["KIPRAH_TIKTOK_URL"]),
        ({"KIPRAH_TIKTOK_AUTH_URL": "www.tiktok.com"}, ["KIPRAH_TIKTOK_AUTH_URL"]),
        ({"KIPRAH_CONNECT_URL": "izin.example.go.id"}, ["KIPRAH_CONNECT_URL", "https"]),
        ({"KIPRAH_CONNECT_URL": "http://izin.example.go.id"}, ["KIPRAH_CONNECT_URL", "https"]),
        ({"KIPRAH_CONNECT_URL": "https://izin.example.go.id/?a=b"}, ["KIPRAH_CONNECT_URL"]),
        ({"KIPRAH_COLLECT_EVERY": "0"}, ["KIPRAH_COLLECT_EVERY", "1 or more"]),
        ({"KIPRAH_SCORE_EVERY": "1.5"}, ["KIPRAH_SCORE_EVERY", "whole number"]),
        ({"KIPRAH_DISCOVER_EVERY": "-3"}, ["KIPRAH_DISCOVER_EVERY"]),
        *(
            ({name: value}, [name, "whole number, 1 or more"])
            for name in (
                "KIPRAH_META_CALLS_PER_HOUR",
                "KIPRAH_TIKTOK_CALLS_PER_MINUTE",
                "KIPRAH_YOUTUBE_UNITS_PER_DAY",
                "KIPRAH_YOUTUBE_STATS_PER_DAY",
            )
            for value in ("0", "-1", "1.5", "many", "1e3")
        ),
        *(
            ({"KIPRAH_X_DOLLARS_PER_DAY": value}, ["KIPRAH_X_DOLLARS_PER_DAY", "20 or 2.50"])
            for value in ("-1", "2,50", "$20", "1e3", "2.", ".5", "0.0001", "1234567", "nan")
        ),
        (
            {"KIPRAH_INSTAGRAM_TOKEN": "a,b", "KIPRAH_INSTAGRAM_USER_ID": "1"},
            ["KIPRAH_INSTAGRAM_TOKEN has 2", "KIPRAH_INSTAGRAM_USER_ID 1"],
        ),
        ({"KIPRAH_TIKTOK_CLIENT_KEY": "a"}, ["KIPRAH_TIKTOK_CLIENT_SECRET 0"]),
        (
            {**QUEUE, "KIPRAH_QUEUE": "proyek/asia/kiprah"},
            ["KIPRAH_QUEUE must be tasks://PROJECT/"],
        ),
        ({**QUEUE, "KIPRAH_QUEUE": "tasks://proyek/kiprah"}, ["tasks://PROJECT/LOCATION/PREFIX"]),
        ({**QUEUE, "KIPRAH_QUEUE": "tasks://p/l/ki_prah"}, ["letters, digits and hyphens"]),
        ({**QUEUE, "KIPRAH_QUEUE": f"tasks://p/l/{'k' * 91}"}, ["at most 90"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": ""}, ["KIPRAH_QUEUE needs KIPRAH_QUEUE_TARGET"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": "http://example.go.id"}, ["QUEUE_TARGET", "https"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": "https://example.go.id/?a=b"}, ["KIPRAH_QUEUE_TARGET"]),
        ({**QUEUE, "KIPRAH_QUEUE_ACCOUNT": ""}, ["KIPRAH_QUEUE needs KIPRAH_QUEUE_ACCOUNT"]),
        ({**QUEUE, "KIPRAH_QUEUE_ACCOUNT": "a@example.go.id"}, ["KIPRAH_QUEUE_ACCOUNT", "iam."]),
        ({**QUEUE, "KIPRAH_QUEUE_ADDRESS": "http://127.0.0.1:9"}, ["KIPRAH_QUEUE_ADDRESS", "HOST"]),
        ({**QUEUE, "KIPRAH_QUEUE_ADDRESS": "127.0.0.1"}, ["KIPRAH_QUEUE_ADDRESS", "PORT"]),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting_and_what_to_write(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)


def test_a_bad_dotenv_is_one_line_that_names_the_place(dotenv, tmp_path):
    dotenv.write_text("KIPRAH_STORE=sqlite:///a.db\nKIPRAH_SITE\n")
    assert refusal({}, dotenv) == f"{dotenv}, line 2: expected NAME=value"
    dotenv.write_bytes(b"KIPRAH_NOTICE=\xff\xfe\n")
    assert "mend or remove it" in refusal({}, dotenv)
    assert "cannot be read" in refusal({}, tmp_path)


def test_an_address_of_a_stand_in_is_accepted():
    assert loaded(x_url="http://127.0.0.1:8080/").x_url == "http://127.0.0.1:8080/"


@pytest.mark.parametrize(
    "environ",
    [
        QUEUE,
        {**QUEUE, "KIPRAH_QUEUE_ACCOUNT": "123-compute@developer.gserviceaccount.com"},
        {**QUEUE, "KIPRAH_QUEUE": f"tasks://example.go.id:proyek/l/{'k' * 90}"},
        {
            "KIPRAH_QUEUE": "tasks://uji/lokal/kiprah",
            "KIPRAH_QUEUE_TARGET": "http://127.0.0.1:8080/",
            "KIPRAH_QUEUE_ADDRESS": "[::1]:8123",
        },
    ],
)
def test_a_queue_is_accepted(environ):
    found = load(environ, NOWHERE)
    assert (found.queue, found.queue_target) == (
        environ["KIPRAH_QUEUE"],
        environ["KIPRAH_QUEUE_TARGET"],
    )


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


# Agencies


def test_an_agency_takes_the_installations_time_zone_unless_it_names_its_own():
    given = " kemenkum = Kementerian Hukum ;kemenham=Kementerian HAM@Asia/Makassar; "
    found = loaded(agencies=given, timezone="Asia/Jayapura").named_agencies()
    assert found == (
        ("kemenkum", "Kementerian Hukum", "Asia/Jayapura"),
        ("kemenham", "Kementerian HAM", "Asia/Makassar"),
    )


def test_no_agency_needs_to_be_named():
    assert loaded().named_agencies() == ()


@pytest.mark.parametrize(
    ("agencies", "said"),
    [
        ("kemenkum", "'kemenkum' must be ID=NAME"),
        ("kemenkum=", "must be ID=NAME"),
        ("=Kementerian Hukum", "must be ID=NAME"),
        ("kemenkum=@Asia/Jakarta", "must be ID=NAME"),
        ("kemenkum=Kementerian Hukum@", "must be ID=NAME"),
        ("Kemenkum=Kementerian Hukum", "lower case"),
        ("ke/men=Kementerian Hukum", "lower case"),
        ("-kemenkum=Kementerian Hukum", "hyphen"),
        (f"{'k' * 41}=Kementerian Hukum", "at most 40"),
        ("a=A; data=B", "'data' is a path of every site"),
        ("satker=A", "path of every site"),
        ("a=A; 2026=B", "'2026' is a path of every site"),
        ("a=A; b=B; a=C", "'a' is there twice"),
        ("a=A@Mars/Olympus", "'Mars/Olympus' of a is no time zone"),
    ],
)
def test_agencies_that_cannot_be_used_are_one_line(agencies, said):
    told = refusal({"KIPRAH_AGENCIES": agencies})
    assert told.startswith("KIPRAH_AGENCIES")
    assert said in told


def test_no_agency_may_be_called_like_a_path_of_the_site():
    root = Path(__file__).parents[1] / "golden" / "site"
    paths = {line.split("/")[0] for line in (root / "files.txt").read_text().splitlines()}
    words = {path.split()[0] for path in paths if path.strip() and "." not in path}
    assert len(words) > 5
    for word in words:
        refusal({"KIPRAH_AGENCIES": f"a=A; {word}=B"})


@pytest.mark.parametrize("value", ["yes", "true", "2", "ja"])
def test_a_simulation_is_one_or_it_is_none(value):
    with pytest.raises(SettingsError) as refused:
        load({"KIPRAH_SIMULATION": value}, NOWHERE)
    assert str(refused.value) == f"KIPRAH_SIMULATION must be 1, or left out (or 0), not '{value}'"
    taken = [load({"KIPRAH_SIMULATION": v}, NOWHERE).simulation for v in ("", "0", "1")]
    assert taken == [False, False, True]


# Names that are none


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("KIPRAH_STROE", "KIPRAH_STORE"),
        ("KIPRAH_STOR", "KIPRAH_STORE"),
        ("kiprah_store", "KIPRAH_STORE"),
        ("KIPRA_STORE", "KIPRAH_STORE"),
        ("KIPRAH-STORE", "KIPRAH_STORE"),
        ("KIPRAH_STORE_URL", "KIPRAH_STORE"),
        ("KIPRAH_YOUTUBE_API_KEYS", "KIPRAH_YOUTUBE_API_KEY"),
        ("KIPRAH_TWITTER_BEARER_TOKEN", None),
        ("KIPRAH_SOMETHING_ELSE", None),
    ],
)
def test_a_name_that_is_no_setting_is_told_with_the_nearest_and_refused_where_that_is_meant(
    name, meant, dotenv
):
    if meant is None:
        load({name: "1"}, NOWHERE)
        [said] = strangers({name: "1"}, NOWHERE)
        assert said.startswith(f"{name} is no setting and is ignored; the nearest is KIPRAH_")
        return
    assert refusal({name: "1"}).startswith(f"{name} is no setting; did you mean {meant}?")
    dotenv.write_text(f"{name}=1\n")
    assert refusal({}, dotenv).startswith(f"{name} is no setting; did you mean {meant}?")
    # Where the setting itself is set, nothing is missed, and another name is somebody else's.
    value = {"KIPRAH_STORE": "sqlite:///a.db", "KIPRAH_YOUTUBE_API_KEY": "a"}[meant]
    load({name: "1", meant: value}, NOWHERE)
    assert len(strangers({name: "1", meant: value}, NOWHERE)) == 1


def test_what_others_set_is_nothing_to_us():
    environ = {"PATH": "/bin", "KIP_STORE": "1", "OTHER_KIPRAH_STORE": "1", "STORE": "1"}
    load(environ, NOWHERE)
    assert strangers(environ, NOWHERE) == []


def test_every_setting_that_the_readme_names_is_one():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    named = {*re.findall(r"KIPRAH_[A-Z][A-Z_]*[A-Z]", readme)}
    assert named <= {setting.env for setting in table()}
    assert strangers(dict.fromkeys(named, "1"), NOWHERE) == []


@given(st.sampled_from([setting.env for setting in table()]), st.data())
def test_any_slip_of_the_hand_in_a_name_is_refused(name, data):
    """A letter too many, one missing, another one, or two that changed places."""
    place = data.draw(st.integers(7, len(name) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"))
    left, right = name[:place], name[place:]
    swapped = left + right[1::-1] + right[2:]
    slips = [left + letter + right, left + right[1:], left + letter + right[1:], swapped]
    slip = data.draw(st.sampled_from(slips))
    if slip in {setting.env for setting in table()}:
        return
    assert "did you mean KIPRAH_" in refusal({slip: "1"})


# Values


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KIPRAH_SITE_URL": "javascript:alert(1)"}, ["KIPRAH_SITE_URL", "http or https"]),
        ({"KIPRAH_SITE_URL": "https://"}, ["with a host"]),
        ({"KIPRAH_SITE_URL": "https://kiprah.example.go.id/?a=b"}, ["without ? and #"]),
        ({"KIPRAH_SITE_URL": "https://kiprah.example.go.id/#a"}, ["without ? and #"]),
        ({"KIPRAH_SITE_URL": "https://kiprah.example.go.id/<b>"}, ["KIPRAH_SITE_URL"]),
        ({"KIPRAH_SITE_URL": "//kiprah.example.go.id"}, ["http or https"]),
        ({"KIPRAH_SITE_URL": "https://kiprah example.go.id"}, ["with a host"]),
        ({"KIPRAH_X_URL": "http://host:99999"}, ["KIPRAH_X_URL", "scheme and host"]),
        ({"KIPRAH_X_URL": "https://api.x.com?a=b"}, ["KIPRAH_X_URL", "scheme and host"]),
        ({"KIPRAH_NOTICE": "a" * 501}, ["KIPRAH_NOTICE", "at most 500"]),
        ({"KIPRAH_NOTICE": "a\nb"}, ["KIPRAH_NOTICE", "U+000A"]),
        ({"KIPRAH_NOTICE": "a\udcffb"}, ["KIPRAH_NOTICE", "nobody sees"]),
        ({"KIPRAH_SITE": "file://site\u200b"}, ["KIPRAH_SITE", "U+200B"]),
        ({"KIPRAH_COLLECT_EVERY": "99999999"}, ["at most 1,440"]),
        ({"KIPRAH_COLLECT_EVERY": "9" * 5000}, ["KIPRAH_COLLECT_EVERY", "at most"]),
        ({"KIPRAH_COLLECT_EVERY": "٣"}, ["KIPRAH_COLLECT_EVERY", "whole number"]),
        ({"KIPRAH_META_CALLS_PER_HOUR": "²"}, ["KIPRAH_META_CALLS_PER_HOUR", "whole number"]),
        ({"KIPRAH_GRAPH_VERSION": "26.0"}, ["KIPRAH_GRAPH_VERSION", "v26.0"]),
        ({"KIPRAH_GRAPH_VERSION": "v26.0/../me"}, ["KIPRAH_GRAPH_VERSION"]),
        ({"KIPRAH_AGENCIES": f"a={'n' * 101}"}, ["KIPRAH_AGENCIES", "at most 100"]),
    ],
)
def test_a_value_out_of_bounds_or_form_is_one_line_that_names_the_setting(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)
    assert len(said) < 250


@pytest.mark.parametrize("name", ["X", "SITE", "CONNECT", "TIKTOK_AUTH", "YOUTUBE_FEED"])
def test_an_address_with_a_password_is_refused_and_not_repeated(name):
    said = refusal({f"KIPRAH_{name}_URL": "https://user:rahasia@host.example"})
    assert f"KIPRAH_{name}_URL" in said
    assert "rahasia" not in said


@pytest.mark.parametrize("name", ["STORE", "SITE"])
def test_a_place_with_a_password_is_refused_and_not_repeated(name):
    said = refusal({f"KIPRAH_{name}": "s3://kunci:rahasia@bucket/awalan"})
    assert "rahasia" not in said
    assert "password" in said


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
        *("store", "site", "frozen", "notice", "queue", "queue_target", "queue_account"),
        *("queue_address", "schedule", "schedule_address"),
    }


# Hundreds of agencies, and their shares


def test_a_thousand_agencies_may_be_named_and_no_more():
    names = [f"a{n}=Dinas {n}" for n in range(1_001)]
    assert len(load({"KIPRAH_AGENCIES": ";".join(names[:-1])}, NOWHERE).named_agencies()) == 1_000
    assert "names more than 1,000 agencies" in refusal({"KIPRAH_AGENCIES": ";".join(names)})


def test_agencies_fit_a_functions_environment():
    """ "the total number of bytes used by environment variable names and values for an individual
    function is limited to 32 KiB" """
    fits = ";".join(f"a{n}={'n' * 40}" for n in range(600))
    assert len(load({"KIPRAH_AGENCIES": fits}, NOWHERE).named_agencies()) == 600
    told = refusal({"KIPRAH_AGENCIES": ";".join(f"a{n}={'é' * 40}" for n in range(600))})
    assert "may take 28,000" in told
    assert "32 KiB" in told
    assert "\n" not in told


SHARED = {"KIPRAH_AGENCIES": "a=A; b=B; c=C"}


def test_weights_are_of_agencies_that_there_are():
    assert load({**SHARED, "KIPRAH_SHARES": " a = 3 ;c=1; "}, NOWHERE).weights() == {"a": 3, "c": 1}
    assert load(SHARED, NOWHERE).weights() == {}


@pytest.mark.parametrize(
    "shares",
    ["a", "a=", "a=0", "a=-1", "a=1.5", "a=10000", "a=x", "=2", "d=2", "a=1;a=2", "a=1,b=2"],
)
def test_what_is_no_weight_is_told(shares):
    told = refusal({**SHARED, "KIPRAH_SHARES": shares})
    assert told.startswith("KIPRAH_SHARES")
    assert "\n" not in told
