"""The command line, a file a command; ``shell.py`` holds what they share."""

from __future__ import annotations

import click

from functions import log
from functions.commands.shell import Commands

_HERE = "functions.commands"
PLACES = {
    "alarms": f"{_HERE}.alarms:alarms",
    "audit": f"{_HERE}.audit:audit_command",
    "backup": f"{_HERE}.backup:backup_store",
    "collect": f"{_HERE}.jobs:collect",
    "confirm": f"{_HERE}.confirm:confirm_command",
    "connect": f"{_HERE}.connect:connect",
    "decide": f"{_HERE}.contest:decide_command",
    "demo": f"{_HERE}.demo:demo_command",
    "documents": f"{_HERE}.jobs:documents",
    "doctor": f"{_HERE}.doctor.command:doctor",
    "forget": f"{_HERE}.forget:forget_command",
    "health": f"{_HERE}.health:health_command",
    "inbox": f"{_HERE}.inbox:inbox_command",
    "labels": f"{_HERE}.labels:labels",
    "listen": f"{_HERE}.listen:listen_command",
    "migrate": f"{_HERE}.migrate:migrate",
    "model": f"{_HERE}.models:model",
    "notify": f"{_HERE}.notify:notify",
    "object": f"{_HERE}.contest:object_to",
    "publish": f"{_HERE}.jobs:publish",
    "registry": f"{_HERE}.registry:registry",
    "restore": f"{_HERE}.backup:restore_store",
    "run": f"{_HERE}.loop:run_command",
    "schedule": f"{_HERE}.schedule:schedule_command",
    "score": f"{_HERE}.jobs:score",
    "serve": f"{_HERE}.serve:serve",
    "signed": f"{_HERE}.signed:signed_command",
    "simulate": f"{_HERE}.simulate:simulate_command",
    "train": f"{_HERE}.train:train_command",
    "why": f"{_HERE}.why:why_command",
}


@click.group(cls=Commands, places=PLACES, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Open monthly rankings of the social media of an agency's work units."""
    log.quiet()
