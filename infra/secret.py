"""A new version of a secret, from the keyboard or a pipe into Secret Manager.

The value is never an argument of a command, so it stands in no shell's history and in no list of
processes, and it never comes near Terraform's state. The places are Terraform's (secrets.tf).

``python3 infra/secret.py KIPRAH_X_BEARER_TOKEN`` needs nothing but Python, terraform and gcloud.
"""

from __future__ import annotations

import base64
import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

TERRAFORM = ("terraform", f"-chdir={Path(__file__).resolve().parent / 'terraform'}")
MADE_HERE = "KIPRAH_TOKEN_KEY"  # the one that no platform gives


class SecretError(Exception):
    """The secret cannot be stored; the message says what to do."""


def places() -> dict[str, str]:
    """Where each secret setting lies in Secret Manager, by the setting's name."""
    told = _run(
        [*TERRAFORM, "output", "-json", "secrets"], "make deploy first: it makes the places"
    )
    found: dict[str, str] = json.loads(told)
    return found


def project() -> str:
    """The installation's project, as its store's address names it."""
    told = _run([*TERRAFORM, "output", "-raw", "project"], "make deploy first")
    return told.strip()


def ask(name: str) -> str:
    """The value, without what a copied one carries at its ends. Asked for unseen at a terminal."""
    made = " (empty: one is made)" if name == MADE_HERE else ""
    given = getpass.getpass(f"{name}{made}: ") if sys.stdin.isatty() else sys.stdin.read()
    value = given.strip()
    if not value and name == MADE_HERE:
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    if not value:
        raise SecretError("nothing was given, and nothing is stored")
    if len(value.splitlines()) > 1:
        raise SecretError("give one line; several credentials are separated by commas")
    return value


def store(place: str, value: str, into: str) -> None:
    """Add the value as the newest version."""
    command = ["gcloud", "secrets", "versions", "add", place, f"--project={into}", "--data-file=-"]
    _run(command, "see what gcloud says", given=value)


def _run(command: list[str], advice: str, given: str | None = None) -> str:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SecretError(f"{command[0]} is not installed") from None
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise SecretError(f"{command[0]}: {advice} ({said})")
    return done.stdout


def main(arguments: list[str]) -> int:
    """The command; its exit status: 0 done, 1 failed, 2 wrong usage."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: make secret NAME=KIPRAH_X_BEARER_TOKEN\n")
        return 2
    name = arguments[0]
    try:
        known = places()
        if name not in known:
            raise SecretError(f"{name[:60]!r} is no secret; there are {', '.join(sorted(known))}")
        store(known[name], ask(name), project())
    except SecretError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{name} has a new version; make deploy has the functions use it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
