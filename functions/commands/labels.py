"""``kiprah labels``: a month's sample out to be labelled, and its labels in again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.commands import tables
from functions.commands.shell import (
    Misused,
    agency_option,
    check_month,
    content_of,
    fail,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.listen.labels.labelling import (
    LabelError,
    forget_labeller,
    labeller_of,
    recent_months,
    take_in,
    waiting,
)
from functions.listen.labels.reading import SheetError, read_sheet
from functions.listen.labels.sheet import write_csv, write_xlsx
from functions.model import iso
from functions.score.rules.listening.shares import kappa
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import ThreadSample
from functions.store.listening_settings import NAME, Listening, read_listening
from functions.times import present
from functions.tokens.vault import open_vault

labeller_option = click.option(
    "--labeller", required=True, metavar="NAME", help="Who labels; the same name every time."
)


@click.group("labels")
def labels() -> None:
    """A month's random sample of comments, labelled by two people apart."""


@labels.command("sheet")
@click.argument("month", metavar="MONTH")
@labeller_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to; XLSX or CSV by its name, label-MONTH.xlsx when left out.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there already.")
@agency_option
@now_option
@tells_errors
def sheet_command(
    month: str,
    labeller: str,
    out: Path | None,
    overwrite: bool,
    agency_id: str | None,
    now: datetime | None,
) -> None:
    """Write the texts of MONTH that wait for this person's label.

    The file holds texts of citizens: delete it by the day that it names.
    """
    check_month(month)
    file = out or Path(f"label-{month}.xlsx")
    is_csv = file.suffix.lower() == ".csv"
    if not is_csv and file.suffix.lower() != ".xlsx":
        raise Misused(f"{file}: what is written is XLSX or CSV; name the file .xlsx or .csv")
    loaded = load_settings()
    with opened(loaded, agency_id, now) as agency:
        try:
            found = waiting(
                agency, _listening(agency), open_vault(loaded), month, labeller, now or present()
            )
        except LabelError as error:
            fail(str(error))
    if found.sealed:
        click.echo(f"kiprah: {found.sealed} teks disegel dengan kunci lain; dilewati", err=True)
    if not found.rows:
        click.echo(f"Tidak ada teks {month} yang menunggu label {found.cover.labeller}.")
        return
    body = write_csv(found.rows) if is_csv else write_xlsx(found.cover, found.rows)
    _write(file, body, overwrite=overwrite)
    click.echo(f"{file}: {len(found.rows)} teks; hapus paling lambat {found.cover.delete_by}.")


@labels.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@labeller_option
@agency_option
@now_option
@json_option
@tells_errors
def read_command(
    file: Path, labeller: str, agency_id: str | None, now: datetime | None, as_json: bool
) -> None:
    """Read this person's labels from FILE, as labels sheet wrote it. Reading twice is once."""
    with opened(load_settings(), agency_id, now) as agency:
        try:
            filled = read_sheet(content_of(file))
            taken = take_in(agency, labeller, filled, now or present())
        except (LabelError, SheetError) as error:
            fail(f"{file}: {error}")
    for fault in (*filled.faults, *taken.odd):
        click.echo(log.clean(f"kiprah: {file}: {fault}"), err=True)
    if taken.strange:
        rows = ", ".join(str(filled.rows[code]) for code in taken.strange[:10])
        more = f" dan {len(taken.strange) - 10} lagi" if len(taken.strange) > 10 else ""
        said = f"baris {rows}{more}: tidak (lagi) terpilih dalam contoh; dilewati"
        click.echo(f"kiprah: {file}: {said}", err=True)
    new = sum(taken.new.values())
    report = {
        "job": "labels read",
        "labeller": labeller_of(labeller),
        "new": taken.new,
        "same": taken.same,
        "empty": filled.empty,
        "not_drawn": len(taken.strange),
        "faults": [*filled.faults],
        "failed": bool(filled.faults or taken.odd),
    }
    words = f"{new} label baru, {taken.same} sudah ada, {filled.empty} baris masih kosong."
    tell(report, as_json, words)


@labels.command("drop")
@click.argument("month", metavar="MONTH")
@labeller_option
@agency_option
@tells_errors
def drop_command(month: str, labeller: str, agency_id: str | None) -> None:
    """Take back all labels that this person gave in MONTH, as after a misspelt name."""
    check_month(month)
    with opened(load_settings(), agency_id) as agency:
        try:
            count = forget_labeller(agency, month, labeller)
        except LabelError as error:
            fail(str(error))
    click.echo(f"{count} label {month} dari {labeller_of(labeller)} dihapus.")


@labels.command("status")
@click.argument("month", metavar="[MONTH]", required=False)
@agency_option
@now_option
@json_option
@tells_errors
def status_command(
    month: str | None, agency_id: str | None, now: datetime | None, as_json: bool
) -> None:
    """Say how many threads are drawn, who labelled how many, and when texts expire.

    Of the last three months where none is named.
    """
    if month is not None:
        check_month(month)
    at = now or present()
    with opened(load_settings(), agency_id, now) as agency:
        months = [month] if month else recent_months(agency, at)
        held = {each: _held(agency, each) for each in months}
        kept = timedelta(days=_listening(agency).sample_ttl_days)
    facts = {m: _facts(sample, at, kept) for m, sample in held.items() if sample is not None}
    if as_json:
        tell({"job": "labels status", "months": facts}, as_json, "")
    elif facts:
        header = ("Bulan", "Terpilih", "Teks", "Label", "Kappa", "Labeli sebelum", "Selesai")
        tables.show(header, [_cells(m, each) for m, each in facts.items()])
    else:
        click.echo("Belum ada contoh; isi sample_texts di settings/listening.")


def _held(agency: AgencyStore, month: str) -> ThreadSample | None:
    """A month's sample; one that cannot be read is told, and costs the others nothing."""
    try:
        return agency.sample(month)
    except OddSampleError as error:
        click.echo(f"kiprah: {error}", err=True)
        return None


def _facts(sample: ThreadSample, now: datetime, kept: timedelta) -> dict[str, Any]:
    left = {h: d.read_at + kept for h, d in sample.drawn.items() if d.has_text}
    ends = {hash: at for hash, at in left.items() if at > now}
    both = sample.both
    due = min((at for hash, at in ends.items() if hash not in both), default=None)
    agreement = kappa(sample.pairs)
    return {
        "size": sample.size,
        "drawn": len(sample.drawn),
        "texts": len(ends),
        "labels": {who: len(found) for who, found in sample.labels.items()},
        "both": len(both),
        "kappa": None if agreement is None else round(agreement, 3),
        "label_before": iso(due) if due else None,
        "outcome": sample.outcome or None,
    }


def _cells(month: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    said = ", ".join(f"{who} {count}" for who, count in facts["labels"].items())
    agreement = facts["kappa"]
    return (
        month,
        f"{facts['drawn']} dari {facts['size']}",
        str(facts["texts"]),
        f"{said}; berdua {facts['both']}" if said else "–",
        "–" if agreement is None else f"{agreement:.2f}".replace(".", ","),
        facts["label_before"] or "–",
        facts["outcome"] or "belum",
    )


def _listening(agency: AgencyStore) -> Listening:
    return read_listening(agency.settings(NAME))[0]


def _write(file: Path, body: bytes, *, overwrite: bool) -> None:
    """Write a file that its owner alone can read."""
    try:
        if overwrite:
            file.unlink(missing_ok=True)
        file.touch(0o600, exist_ok=False)
        file.write_bytes(body)
    except FileExistsError:
        raise Misused(f"{file} is there already; name another file, or add --overwrite") from None
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")
