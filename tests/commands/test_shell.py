"""The command line itself: statuses, streams, help, settings and places that cannot be used."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from functions.__main__ import cli
from tests.commands.running import (
    EXAMPLE,
    ROOT,
    done,
    process,
    refused,
)

pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["registry", "check", EXAMPLE], 0),
        (["registry", "import", "none.csv"], 1),
        (["score", "--now", "yesterday"], 2),
    ],
)
def test_a_process_exits_0_on_success_1_on_failure_2_on_wrong_usage(words, status):
    """ "exits 0 on success, 1 when the work failed, 2 on wrong usage; errors are one line" """
    finished = process(*words)
    assert finished.returncode == status
    assert len(finished.stderr.splitlines()) == (status > 0)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["score", "--wrong"],
        ["score", "surplus"],
        ["registry", "import"],
        ["collect", "--platform", "myspace"],
        ["registry", "nonsense"],
        ["serve", "--port", "99999"],
    ],
)
def test_wrong_usage_is_one_line_that_leads_to_the_help(words):
    assert "--help" in refused(2, *words)


def test_an_option_without_its_value_is_one_line():
    assert "--now" in refused(2, "score", "--now")


@pytest.mark.parametrize(
    "words",
    [
        ["registry", "import", "satker.csv"],
        ["connect", "import", "consents.csv"],
        ["collect"],
        ["score"],
        ["publish"],
    ],
)
@pytest.mark.parametrize("now", ["2026-10-01T07:00:00", "2026-10-01", "now", ""])
def test_every_command_that_writes_takes_now_and_refuses_it_without_an_offset(words, now):
    said = refused(2, *words, "--now", now)
    assert "--now" in said
    assert not Path("kiprah.db").exists()


@pytest.mark.parametrize("words", [[], ["registry"], ["connect"], ["score"], ["run"], ["serve"]])
def test_help_is_there_for_every_command(words):
    assert "Usage:" in done(*words, "--help")


def test_the_commands_of_the_design_that_there_are_have_a_help_line():
    wanted = {"demo", "registry", "collect", "score", "publish", "run", "serve", "connect"}
    context = click.Context(cli)
    names = cli.list_commands(context)
    assert wanted <= {*names}
    commands = [cli.get_command(context, name) for name in names]
    assert all(command and command.get_short_help_str() for command in commands)


def test_a_command_stays_quiet_in_a_pipe():
    """ "long work shows progress on a terminal and stays quiet in a pipe" """
    for words in (["registry", "import", "satker.csv"], ["score"], ["publish"]):
        assert done(*words) == ""


def test_a_command_speaks_on_a_terminal():
    mine, theirs = pty.openpty()
    with os.fdopen(mine, "rb", buffering=0) as terminal:
        finished = subprocess.run(
            [sys.executable, "-m", "functions", "registry", "import", "satker.csv"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=60,
        )
        os.close(theirs)
        said = terminal.read(1000).decode()
    assert (finished.returncode, finished.stderr) == (0, b"")
    assert said.split("\r\n")[-2] == "2 satker, 2 akun terdaftar."
    assert "mulai: bali: akun TikTok kemenkum.bali mulai diukur sejak" in said


def test_a_reader_that_goes_away_is_no_traceback():
    done("registry", "import", EXAMPLE)
    command = f"{shlex.quote(sys.executable)} -m functions registry export | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    finished = subprocess.run(
        command, shell=True, env=environment, capture_output=True, text=True, timeout=60
    )
    assert finished.stdout.startswith("id,nama")
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KIPRAH_TIMEZONE", "nowhere"),
        ("KIPRAH_X_URL", "api.x.com"),
        ("KIPRAH_COLLECT_EVERY", "often"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert name in refused(2, "score")


def test_settings_come_from_a_dotenv_in_the_working_folder(folder):
    (folder / ".env").write_text("KIPRAH_STORE=sqlite:///other.db\n")
    done("registry", "import", "satker.csv")
    assert (folder / "other.db").exists()
    assert not (folder / "kiprah.db").exists()


@pytest.mark.parametrize("command", ["score", "publish", "collect", "run"])
def test_a_store_that_cannot_be_read_is_one_line(folder, command):
    (folder / "kiprah.db").write_bytes(b"this is no database, whatever its name says\n" * 40)
    assert "kiprah.db" in refused(1, command)


@pytest.mark.parametrize(
    "store", ["redis://host", "sqlite:///no/folder/kiprah.db", "sqlite://", "firestore://"]
)
def test_a_store_that_is_none_is_one_line_that_names_the_setting_or_the_forms(monkeypatch, store):
    monkeypatch.setenv("KIPRAH_STORE", store)
    said = refused(1, "score")
    assert "KIPRAH_STORE" in said or "sqlite:///FILE" in said


@pytest.mark.parametrize("site", ["file://file", "file://file/site", "gopher://host"])
def test_a_site_that_cannot_be_written_is_one_line(folder, monkeypatch, site):
    (folder / "file").touch()
    done("registry", "import", "satker.csv")
    monkeypatch.setenv("KIPRAH_SITE", site)
    said = refused(1, "publish")
    assert "KIPRAH_SITE" in said or "file://FOLDER" in said
