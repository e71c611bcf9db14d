"""The key file: replaced whole, changed by one at a time, never a key lost."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from functions.settings import SettingsError
from functions.tokens import keyfile

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kiprah.key"


def keys(path: Path) -> list[str]:
    return [line.key for line in keyfile.read(path)]


def test_a_new_key_comes_first_and_the_old_one_stays(path: Path, now: datetime) -> None:
    [old] = [line.key for line in keyfile.made(path)]
    assert keyfile.begin(path, now + DAY)
    assert keys(path)[1:] == [old]
    assert keys(path)[0] != old
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["kiprah.key"]


def test_a_rotation_that_was_begun_goes_on(path: Path, now: datetime) -> None:
    keyfile.made(path)
    assert keyfile.begin(path, now + DAY)
    before = keys(path)
    assert not keyfile.begin(path, now + DAY)
    assert keys(path) == before


def test_the_old_key_goes_when_its_time_has_come_or_at_once(path: Path, now: datetime) -> None:
    keyfile.made(path)
    keyfile.begin(path, now + DAY)
    before = keys(path)
    assert keyfile.drop(path, now) == 0
    assert keys(path) == before
    assert keyfile.drop(path, now + DAY) == 1
    assert keys(path) == before[:1]
    keyfile.begin(path, now + DAY)
    assert keyfile.drop(path, None) == 1
    assert len(keys(path)) == 1


def test_many_who_begin_at_once_make_one_new_key(path: Path, now: datetime) -> None:
    [old] = [line.key for line in keyfile.made(path)]
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: keyfile.begin(path, now + DAY), range(16)))
    assert begun.count(True) == 1
    assert keys(path)[1:] == [old]


def test_processes_that_begin_at_once_make_one_new_key(path: Path, now: datetime) -> None:
    [old] = [line.key for line in keyfile.made(path)]
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from functions.tokens import keyfile\n"
        "print(keyfile.begin(Path(sys.argv[1]), datetime(2030, 1, 1, tzinfo=UTC)))"
    )
    command = [sys.executable, "-c", program, str(path)]
    at_once = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate()[0].strip() for process in at_once]
    assert sorted(said) == ["False", "False", "True"]
    assert keys(path)[1:] == [old]


def test_no_key_is_ever_shown(path: Path) -> None:
    [line] = keyfile.made(path)
    assert line.key not in repr([line])


@examples(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=120)
    | st.text(max_size=80).map(lambda t: ("A" * 43 + "= " + t).encode())
)
def test_any_file_is_keys_or_one_line_of_an_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        found = keyfile.read(path)
    except SettingsError as error:
        found, said = [], str(error)
        if "\n" in said or "holds no key" not in said:
            raise
    assert path.read_bytes() == content
    assert all(len(line.key) == 44 for line in found)


def test_a_folder_that_cannot_be_written_is_told(path: Path) -> None:
    with pytest.raises(SettingsError, match="set KIPRAH_TOKEN_KEY"):
        keyfile.made(path.parent / "none" / "kiprah.key")
    with pytest.raises(SettingsError, match="set KIPRAH_TOKEN_KEY"):
        keyfile.drop(path, None)
