"""``kiprah train``: a small model of the ministry's own, from the sheets that it labelled."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.commands.shell import (
    Misused,
    content_of,
    fail,
    json_option,
    tell,
    tells_errors,
)
from functions.listen.labels.reading import SheetError
from functions.store.models import (
    MODEL_F1,
    MODEL_NAMES,
    MODEL_TEXTS,
    ModelName,
    TextModel,
    digest_of,
    encode_model,
)
from functions.training.labelled import Labelled, LabelledSheet, read_labelled, together
from functions.training.making import TrainingError, make


@click.command("train")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--as", "name", required=True, type=click.Choice(MODEL_NAMES), help="What the model tells."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to; model-NAME.json when left out."
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there already.")
@json_option
@tells_errors
def train_command(
    files: tuple[Path, ...], name: ModelName, out: Path | None, overwrite: bool, as_json: bool
) -> None:
    """Train a model from labelled FILEs, as labels sheet wrote them, and check it.

    The model holds words that stand in several texts, and no text. It is read by labels and the
    inbox once it is put (kiprah model put), and only where it is good enough.
    """
    if find_spec("sklearn") is None:
        fail("scikit-learn is not installed; run: make training")
    sheets, faults = _sheets(files, name)
    for fault in faults:
        click.echo(log.clean(f"kiprah: {fault}"), err=True)
    labelled = together(sheets)
    try:
        model = make(name, labelled)
    except TrainingError as error:
        fail(str(error))
    file = out or Path(f"model-{name}.json")
    body = encode_model(model)
    _write(file, body, overwrite=overwrite)
    report = _report(model, labelled, sheets) | {"file": str(file), "bytes": len(body)}
    tell(report | {"faults": faults, "failed": bool(faults)}, as_json, f"{file}: {_said(model)}")


def _sheets(files: tuple[Path, ...], name: ModelName) -> tuple[list[LabelledSheet], list[str]]:
    """The sheets that can be read, and what is wrong with the others and with single rows."""
    sheets, faults = list[LabelledSheet](), list[str]()
    for file in dict.fromkeys(files):
        try:
            sheet = read_labelled(content_of(file), name)
        except (click.ClickException, SheetError) as error:
            said = error.message if isinstance(error, click.ClickException) else f"{file}: {error}"
            faults.append(said)
            continue
        sheets.append(sheet)
        faults += [f"{file}: {fault}" for fault in sheet.faults]
    if not sheets:
        fail(faults[0])
    return sheets, faults


def _report(model: TextModel, labelled: Labelled, sheets: list[LabelledSheet]) -> dict[str, Any]:
    return {
        "job": "train",
        "as": model.name,
        "texts": model.texts,
        "positive": model.positive,
        "differing": labelled.differing,
        "unknown": sum(sheet.unknown for sheet in sheets),
        "f1": model.f1 / 1000,
        "f1_95": [model.f1_lower / 1000, model.f1_upper / 1000],
        "features": len(model.words) + len(model.pieces),
        "usable": model.usable,
        "sha256": digest_of(model),
    }


def _said(model: TextModel) -> str:
    f1, lower, upper = (f"{n / 1000:.2f}".replace(".", ",") for n in _f1(model))
    said = f"{model.texts} teks, {model.positive} {model.name}; F1 {f1} ({lower}–{upper})"
    if model.usable:
        return f"{said}; pasang dengan kiprah model put"
    least = f" dan F1 {MODEL_F1 / 1000:.2f}".replace(".", ",") if model.name == "keluhan" else ""
    return f"{said}; belum layak dipakai: perlu {MODEL_TEXTS} teks{least}"


def _f1(model: TextModel) -> tuple[int, int, int]:
    return model.f1, model.f1_lower, model.f1_upper


def _write(file: Path, body: bytes, *, overwrite: bool) -> None:
    try:
        with file.open("wb" if overwrite else "xb") as opened:
            opened.write(body)
    except FileExistsError:
        raise Misused(f"{file} is there already; name another file, or add --overwrite") from None
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")
