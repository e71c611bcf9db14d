"""What each kind of setting takes."""

from decimal import Decimal

import pytest

from functions.settings import SettingsError, load
from tests.settings.conftest import NOWHERE, QUEUE, loaded, refusal


@pytest.mark.parametrize("dollars", ["0", "20", "2.50", "0.005", "999999.999"])
def test_money_may_have_thousandths(dollars):
    """A post of X costs half a cent; nothing a day is a budget, too."""
    assert loaded(x_dollars_per_day=dollars).x_dollars_per_day == Decimal(dollars)


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
            {**QUEUE, "KIPRAH_QUEUE": "proyek/asia/kiprah"},
            ["KIPRAH_QUEUE must be tasks://PROJECT/"],
        ),
        ({**QUEUE, "KIPRAH_QUEUE": "tasks://proyek/kiprah"}, ["tasks://PROJECT/LOCATION/PREFIX"]),
        ({**QUEUE, "KIPRAH_QUEUE": "tasks://p/l/ki_prah"}, ["letters, digits and hyphens"]),
        ({**QUEUE, "KIPRAH_QUEUE": f"tasks://p/l/{'k' * 91}"}, ["at most 90"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": "http://example.go.id"}, ["QUEUE_TARGET", "https"]),
        ({**QUEUE, "KIPRAH_QUEUE_TARGET": "https://example.go.id/?a=b"}, ["KIPRAH_QUEUE_TARGET"]),
        ({**QUEUE, "KIPRAH_QUEUE_ACCOUNT": "a@example.go.id"}, ["KIPRAH_QUEUE_ACCOUNT", "iam."]),
        ({**QUEUE, "KIPRAH_QUEUE_ADDRESS": "http://127.0.0.1:9"}, ["KIPRAH_QUEUE_ADDRESS", "HOST"]),
        ({**QUEUE, "KIPRAH_QUEUE_ADDRESS": "127.0.0.1"}, ["KIPRAH_QUEUE_ADDRESS", "PORT"]),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting_and_what_to_write(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)


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
        ({"KIPRAH_COLLECT_EVERY": "99999999"}, ["at most 1,440"]),
        ({"KIPRAH_COLLECT_EVERY": "9" * 5000}, ["KIPRAH_COLLECT_EVERY", "at most"]),
        ({"KIPRAH_COLLECT_EVERY": "٣"}, ["KIPRAH_COLLECT_EVERY", "whole number"]),
        ({"KIPRAH_META_CALLS_PER_HOUR": "²"}, ["KIPRAH_META_CALLS_PER_HOUR", "whole number"]),
        ({"KIPRAH_GRAPH_VERSION": "26.0"}, ["KIPRAH_GRAPH_VERSION", "v26.0"]),
        ({"KIPRAH_GRAPH_VERSION": "v26.0/../me"}, ["KIPRAH_GRAPH_VERSION"]),
    ],
)
def test_a_value_out_of_bounds_or_form_is_one_line_that_names_the_setting(environ, words):
    said = refusal(environ)
    assert all(word in said for word in words)
    assert len(said) < 250


@pytest.mark.parametrize("value", ["yes", "true", "2", "ja"])
def test_a_simulation_is_one_or_it_is_none(value):
    with pytest.raises(SettingsError) as refused:
        load({"KIPRAH_SIMULATION": value}, NOWHERE)
    assert str(refused.value) == f"KIPRAH_SIMULATION must be 1, or left out (or 0), not '{value}'"
    taken = [load({"KIPRAH_SIMULATION": v}, NOWHERE).simulation for v in ("", "0", "1")]
    assert taken == [False, False, True]


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
