"""Settings as tests load them, from what they give alone."""

from pathlib import Path

import pytest

from functions.settings import SettingsError, load

NOWHERE = Path("no/such/file")
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
