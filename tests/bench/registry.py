"""A registry imported from a file: seconds and memory, beside the library that reads the file.

    python -m tests.bench registry
    python -m tests.bench registry --units 500 --only sqlite --kinds csv

Each step is the real command in a process of its own: the difference shown, the file imported,
imported again, and the difference once more. The alternative is openpyxl alone, which reads the
same cells from XLSX and does nothing with them. Each unit has an account on every platform.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests import tools

ROOT = Path(__file__).parents[2]
BOUNDS = {500: 10.0, 20_000: 60.0}  # seconds of an import
STORES = ("sqlite", "firestore")
KINDS = ("csv", "xlsx")
STEPS = {
    "difference": ["--dry-run"],
    "import": [],
    "again": [],
    "nothing new": ["--dry-run"],
}
HEADER = (
    "id,nama,singkatan,jenis,provinsi,zona_waktu,instagram,facebook,x,tiktok,youtube,website,induk"
)


class Step(NamedTuple):
    """One command that was measured: seconds, and the most memory in MB (of a million bytes)."""

    name: str
    seconds: float
    peak: float


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench registry")
    parser.add_argument("--units", type=int, nargs="+", default=[*BOUNDS])
    parser.add_argument("--only", nargs="+", choices=STORES, default=STORES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args(arguments)
    table = Table("units", "file", "store", "step", "seconds", "MB", "times openpyxl", "")
    for units in options.units:
        alone = _alone(as_xlsx(units))
        for kind in options.kinds:
            for store in options.only:
                with tempfile.TemporaryDirectory() as folder:
                    _add(table, units, kind, store, Path(folder), alone)
    Console().print(table)


def _add(table: Table, units: int, kind: str, store: str, folder: Path, alone: float) -> None:
    """The rows of one file in one store."""
    file = folder / f"satker.{kind}"
    file.write_bytes(as_csv(units) if kind == "csv" else as_xlsx(units))
    for step in measured(file, store, folder):
        bound = BOUNDS.get(units)
        verdict = "" if bound is None else "ok" if step.seconds <= bound else f"over {bound:.0f}"
        times = f"{step.seconds / alone:.1f}"
        cells = f"{units:,}", kind, store, step.name, f"{step.seconds:.1f}", f"{step.peak:.0f}"
        table.add_row(*cells, times, verdict)


def measured(file: Path, store: str, folder: Path) -> Iterator[Step]:
    """Each step, as a command in a process that does nothing else."""
    with _environment(store, folder) as environment:
        for name, options in STEPS.items():
            words = ["registry", "import", str(file), "--json", *options]
            began = perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.peak", *words],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            seconds = perf_counter() - began
            if done.returncode:
                raise SystemExit(f"{name}: {done.stderr[-500:]}")
            yield Step(name, seconds, int(done.stderr.split()[-1]) * 1024 / 1e6)


@contextmanager
def _environment(store: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a command whose store is new."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("KIPRAH_")}
    bare |= {"PYTHONPATH": str(ROOT)}
    if store == "sqlite":
        yield bare | {"KIPRAH_STORE": f"sqlite:///{folder}/kiprah.db"}
        return
    with tools.firestore_emulator(tools.java(), tools.firestore_jar()) as address:
        yield bare | {
            "KIPRAH_STORE": "firestore://kiprah-bench",
            "FIRESTORE_EMULATOR_HOST": address,
        }


def _alone(content: bytes) -> float:
    """The seconds that openpyxl alone takes to read a workbook's cells."""
    from openpyxl import load_workbook

    began = perf_counter()
    for _ in load_workbook(io.BytesIO(content), read_only=True).active.iter_rows():
        pass
    return perf_counter() - began


def rows_of(units: int) -> Iterator[list[str]]:
    """The header, and so many units below parents of forty each."""
    yield HEADER.split(",")
    for n in range(units):
        parent = n // 40 * 40
        yield [
            f"satker-{n}",
            f"Kantor Wilayah Nomor {n}",
            f"KW {n}",
            "upt" if n % 40 else "kanwil",
            f"Provinsi {n % 38}",
            "Asia/Jakarta",
            f"kemenkum_{n}",
            f"10000{n:08}",
            f"kemenkum_{n}",
            f"kemenkum.{n}",
            f"@kemenkum{n}",
            f"https://s{n}.example.go.id",
            f"satker-{parent}" if n % 40 else "",
        ]


def as_csv(units: int) -> bytes:
    """The registry as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows_of(units))
    return text.getvalue().encode()


def as_xlsx(units: int) -> bytes:
    """The registry as XLSX, as openpyxl writes it."""
    from openpyxl import Workbook

    workbook, buffer = Workbook(write_only=True), io.BytesIO()
    sheet = workbook.create_sheet("Satker")
    for row in rows_of(units):
        sheet.append(row)
    workbook.save(buffer)
    return buffer.getvalue()
