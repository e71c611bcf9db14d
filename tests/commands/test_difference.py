"""The table of what a file would change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from functions.commands import difference
from functions.model import Agency
from functions.registry import files
from functions.registry.importing import FilePlan, import_rows, plan
from functions.store import open_store
from functions.store.agency import AgencyStore

FILE = "id,nama,jenis,x,instansi\naceh,Kanwil Aceh,kanwil,aceh,\nbali,Bali,kanwil,bali,\n"
LATER = "id,nama,jenis,x\naceh,Kanwil Aceh Baru,upt,\nntt,NTT,kanwil,ntt\n"


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    store = open_store(sqlite_url)
    yield AgencyStore(store, Agency())
    store.close()


def rows(text: str) -> list[tuple[int, dict[str, str]]]:
    return files.read(text.encode(), "a.csv")


@pytest.fixture
def planned(agency: AgencyStore, now: datetime) -> FilePlan:
    import_rows([agency], rows(FILE), lambda: now, lambda planned: None)
    return plan([agency], rows(LATER), now)


def test_each_amendment_is_a_row(planned: FilePlan) -> None:
    [own] = planned.agencies
    today = "sejak 2026-10-20"
    assert difference.rows(own, several=False) == [
        ("mulai", "ntt", "satker", "", "NTT", today),
        ("mulai", "ntt", "akun X ntt", "", "", today),
        ("berakhir", "aceh", "akun X aceh", "", "", "sampai sekarang"),
        ("berubah", "aceh", "nama", "Kanwil Aceh", "Kanwil Aceh Baru", ""),
        ("berubah", "aceh", "jenis", "kanwil", "upt", ""),
    ]
    assert difference.rows(own, several=True)[0][1] == "kemenkum: ntt"


def test_units_that_are_not_named_are(planned: FilePlan) -> None:
    [own] = planned.agencies
    assert difference.kept(own, several=False) == "tidak disebut, tidak berubah: 1 satker: bali"


def test_each_unit_is_counted_once(planned: FilePlan) -> None:
    assert difference.numbers(planned) == (
        "2 satker, tidak ada kesalahan. mulai: 1 satker, 1 akun; berakhir: 0 satker, 1 akun; "
        "berubah: 1 satker, 0 akun; dokumen yang akan ditulis: 2. Belum ada yang ditulis."
    )
