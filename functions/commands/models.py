"""``kiprah model``: the ministry's own models put to use, looked at, and taken away."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from functions.commands import tables
from functions.commands.shell import (
    agency_option,
    content_of,
    fail,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.listen.triage import HeldModel, held_model
from functions.store.models import MODEL_NAMES, ModelError, ModelName, decode_model
from functions.times import present

name_argument = click.argument("name", type=click.Choice(MODEL_NAMES))


@click.group("model")
def model() -> None:
    """The ministry's own models of comments, made by kiprah train."""


@model.command("put")
@click.argument("file", type=click.Path(path_type=Path))
@agency_option
@now_option
@tells_errors
def put_command(file: Path, agency_id: str | None, now: datetime | None) -> None:
    """Use the model in FILE from now on, in the place of the one before.

    One for "negatif" is best put at the beginning of a month: a month in which two models scored
    gets its share from labels alone.
    """
    with opened(load_settings(), agency_id, now) as agency:
        try:
            found = decode_model(content_of(file))
        except ModelError as error:
            fail(f"{file}: {error}")
        if not found.usable:
            fail(f"{file}: label atau F1-nya kurang, jadi tidak dipakai; labeli lebih banyak")
        agency.save_model(found, now or present())
    click.echo(f"Model {found.name} dipakai mulai sekarang.")


@model.command("status")
@agency_option
@json_option
@tells_errors
def status_command(agency_id: str | None, as_json: bool) -> None:
    """Say which models are in use, and what is wrong with those that are not."""
    with opened(load_settings(), agency_id) as agency:
        held = {name: held_model(agency, name) for name in MODEL_NAMES}
    for each in held.values():
        if each.problem:
            click.echo(f"kiprah: {each.problem}", err=True)
    used = {name: _facts(each) for name, each in held.items()}
    if as_json:
        tell({"job": "model status", "models": used}, as_json, "")
        return
    tables.show(
        ("Model", "Teks", "F1", "SHA-256"),
        [(name, *_cells(facts)) for name, facts in used.items()],
    )


@model.command("drop")
@name_argument
@agency_option
@tells_errors
def drop_command(name: ModelName, agency_id: str | None) -> None:
    """Use no model of this NAME any more; comments are then listed as without one."""
    with opened(load_settings(), agency_id) as agency:
        was_there = agency.drop_model(name)
    click.echo(f"Model {name} dihapus." if was_there else f"Tidak ada model {name}.")


def _facts(held: HeldModel) -> dict[str, Any] | None:
    if held.triage is None:
        return None
    made = held.triage.model
    return {
        "texts": made.texts,
        "positive": made.positive,
        "f1": made.f1 / 1000,
        "f1_95": [made.f1_lower / 1000, made.f1_upper / 1000],
        "sha256": held.triage.digest,
    }


def _cells(facts: dict[str, Any] | None) -> tuple[str, ...]:
    if facts is None:
        return "–", "–", "–"
    f1, lower, upper = (f"{n:.2f}".replace(".", ",") for n in (facts["f1"], *facts["f1_95"]))
    return str(facts["texts"]), f"{f1} ({lower}–{upper})", facts["sha256"][:16]
