"""The container file and the systemd unit, held to the code; and the command where both put it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import pytest

from functions.__main__ import cli
from functions.commands.health import EVERY, MISSED, judge, read
from functions.commands.loop import GRACE
from functions.settings import load, strangers, table
from functions.times import present
from infra import archive

ROOT = Path(__file__).parents[1]
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text()
UNIT = (ROOT / "deploy" / "kiprah.service").read_text()
HOME = "/srv/kiprah"
SOMEBODY = 10001


def instructions() -> list[tuple[str, str]]:
    """The container file's instructions and their arguments, in their order."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", CONTAINER, flags=re.MULTILINE))
    pairs = [line.split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name, " ".join(words.split())) for name, words in pairs]


def given(name: str) -> list[str]:
    return [words for found, words in instructions() if found == name]


def directives() -> dict[str, list[str]]:
    lines = [line.partition("=") for line in UNIT.splitlines() if "=" in line and line[0] != "#"]
    found: dict[str, list[str]] = {}
    for name, _, value in lines:
        found.setdefault(name, []).append(value)
    return found


def settings_in(pairs: list[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in pairs if pair.startswith("KIPRAH_"))


def run_by(words: list[str]) -> None:
    """A command's words are a command of ours, with options that it has."""
    name, *rest = words
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    options = {flag for param in command.params for flag in param.opts}
    assert {word for word in rest if word.startswith("-")} <= options


# The container


def test_it_holds_what_the_archive_holds_and_nothing_else() -> None:
    copied = [words.split() for words in given("COPY")]
    assert given("ADD") == []
    assert sorted(words[0] for words in copied) == sorted([*archive.FILES, *archive.FOLDERS])
    for source, target in copied:
        where = f"{HOME}/" if source in archive.FILES else f"{HOME}/{source}"
        assert target == where


def test_it_stands_on_one_version_and_names_no_host_and_no_secret() -> None:
    [base] = given("FROM")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base)
    major, minor = base.removeprefix("python:").split(".")[:2]
    assert (int(major), int(minor)) >= (3, 11)
    assert "://" not in re.sub(r"(sqlite|file)://", "", CONTAINER)
    assert "--index" not in CONTAINER
    secrets = {s.env for s in table() if s.is_secret}
    assert not any(name in CONTAINER for name in secrets)
    assert "--require-hashes" in CONTAINER


def test_it_runs_as_nobody_in_particular_and_writes_to_one_folder() -> None:
    [user] = given("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert given("VOLUME") == given("WORKDIR") == ["/data"]
    order = [name for name, _ in instructions()]
    assert order.index("USER") > max(n for n, name in enumerate(order) if name in ("RUN", "COPY"))
    words = [pair for line in given("ENV") for pair in line.split()]
    named = settings_in(words)
    assert strangers(named, Path("none")) == []
    loaded = load(named, Path("none"))
    assert (loaded.store, loaded.site) == ("sqlite:////data/kiprah.db", "file:///data/site")
    assert f"PYTHONPATH={HOME}" in words


def test_its_commands_exist_and_read_the_file_that_the_loop_writes() -> None:
    [entry], [command], [check] = given("ENTRYPOINT"), given("CMD"), given("HEALTHCHECK")
    program = ["python", "-m", "functions"]
    assert re.findall(r'"([^"]+)"', entry) == program
    running, checking = (re.findall(r'"([^"]+)"', text) for text in (command, check))
    run_by(running)
    assert checking[:3] == program
    run_by(checking[3:])
    assert running[-1] == checking[-1]
    assert running[-1].startswith("/data/")


# The unit


def test_the_unit_runs_the_same_command_in_a_folder_of_its_own() -> None:
    found = directives()
    [command], [state] = found["ExecStart"], found["StateDirectory"]
    python, flag, module, *words = shlex.split(command)
    assert (python, flag, module) == ("/srv/kiprah/.venv/bin/python", "-m", "functions")
    run_by(words)
    place = f"/var/lib/{state}"
    assert found["WorkingDirectory"] == [place]
    assert words[-1].startswith(f"{place}/")
    loaded = load(settings_in(found["Environment"]), Path("none"))
    assert (loaded.store, loaded.site) == (f"sqlite:///{place}/kiprah.db", f"file://{place}/site")


def test_the_unit_is_told_that_it_lives_and_has_time_to_end() -> None:
    found = directives()
    assert (found["Type"], found["Restart"]) == (["notify"], ["always"])
    assert int(found["WatchdogSec"][0]) > MISSED.total_seconds() > 2 * EVERY
    assert int(found["TimeoutStopSec"][0]) > GRACE


def test_the_unit_is_locked_in() -> None:
    found = directives()
    wanted = {
        **dict.fromkeys(("DynamicUser", "PrivateTmp", "ProtectHome", "NoNewPrivileges"), "yes"),
        "ProtectSystem": "strict",
        "CapabilityBoundingSet": "",
        "EnvironmentFile": "/etc/kiprah/kiprah.env",
    }
    assert {name: found[name] for name in wanted} == {n: [v] for n, v in wanted.items()}


def test_systemd_accepts_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    # Its interpreter lies where this project is not installed.
    here = tmp_path / "kiprah.service"
    here.write_text(UNIT.replace("/srv/kiprah/.venv/bin/python", "/usr/bin/env"))
    checks = (["verify"], ["security", "--offline=true", "--threshold=20"])
    for words in checks:
        done = subprocess.run([program, *words, str(here)], capture_output=True, text=True)
        if "Failed to" in done.stderr and "bus" in done.stderr:
            pytest.skip("systemd-analyze does not work on this machine")
        assert done.returncode == 0, done.stdout + done.stderr
        assert words != ["verify"] or done.stderr == ""


# As another user, where nothing can be written but one folder


def test_the_loop_runs_as_another_user_in_a_folder_that_it_cannot_write_to(tmp_path: Path) -> None:
    home, data = tmp_path / "srv", tmp_path / "data"
    home.mkdir()
    data.mkdir()
    for words in given("COPY"):
        source, target = words.split()
        place = home / Path(target).relative_to(HOME)
        if source in archive.FOLDERS:
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)
    for path in (home, *home.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    as_other: list[str] = []
    if os.geteuid() == 0:
        as_other = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
        os.chown(data, SOMEBODY, SOMEBODY)
        shared = Path(tempfile.gettempdir())
        for parent in (tmp_path, *tmp_path.parents):
            if parent == shared or parent in shared.parents:
                break
            parent.chmod(0o755)
        program = [*as_other, sys.executable, "-c", "import msgspec"]
        if shutil.which("setpriv") is None or subprocess.run(program).returncode:
            pytest.skip("no other user can run this interpreter")
    own = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(home),
        "KIPRAH_STORE": f"sqlite:///{data}/kiprah.db",
        "KIPRAH_SITE": f"file://{data}/site",
    }
    command = [*as_other, sys.executable, "-m", "functions"]
    running = subprocess.Popen(
        [*command, "run", "--health", str(data / "health.json")],
        cwd=data,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    file, until = data / "health.json", time.monotonic() + 60
    try:
        while time.monotonic() < until and running.poll() is None:
            if file.exists() and "good_at" in str(read(file)["jobs"].get("publish")):
                break
            time.sleep(0.05)
        checked = subprocess.run(
            [*command, "health", str(file)], cwd=data, env=own, capture_output=True, text=True
        )
        running.terminate()
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, err) == (0, ""), out
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert all(finding.ok for finding in judge(read(file), present()))
    assert (data / "site" / "index.html").is_file()
    assert (data / "kiprah.db").stat().st_uid == (SOMEBODY if as_other else os.geteuid())
    assert not [path for path in home.rglob("*") if path.name == "__pycache__"]
