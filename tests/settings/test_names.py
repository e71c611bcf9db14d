"""Names that are no settings, and what they seem to be meant for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.settings import load, strangers, table
from tests.settings.conftest import NOWHERE, refusal


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
