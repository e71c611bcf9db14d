"""The columns of the registry as a file, and what each takes: read by people in three places.

The sheet "Petunjuk" of a workbook and docs/satker.md show them (a test holds those together), and
the reader knows them by name.
"""

from __future__ import annotations

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS

REQUIRED = ("id", "nama", "jenis")
DATES = ("aktif_dari", "aktif_sampai")


class SheetColumn(msgspec.Struct, frozen=True):
    """A column: its name, what it takes and an example in Indonesian, its width in characters.

    ``as_text``: a spreadsheet must not take what is typed there for a number or a formula.
    """

    name: str
    takes: str
    example: str = ""
    width: int = 16
    as_text: bool = False


_EXAMPLES = {
    "instagram": "kemenkum.bali",
    "facebook": "61573000111222",
    "x": "https://x.com/kemenkum_bali",
    "tiktok": "@kemenkum.bali",
    "youtube": "@kemenkumbali;UCabcdefghijklmnopqrstuv",
}
_DAY = "tanggal (`2026-10-01`) atau waktu; tahun 2000–2100; kosong bila tanpa batas"

COLUMNS = (
    SheetColumn(
        "id",
        "wajib; huruf kecil, angka, tanda hubung; tidak pernah diganti",
        "kanwil-bali",
        24,
        True,
    ),
    SheetColumn("nama", "wajib; paling panjang 200 karakter", "Kantor Wilayah Bali", 48),
    SheetColumn("singkatan", "yang muat di tabel", "Kanwil Bali", 20),
    SheetColumn(
        "jenis", "wajib; `unit-utama`, `kanwil`, `upt` atau kata lain dengan bentuk itu", "kanwil"
    ),
    SheetColumn("provinsi", "nama provinsi", "Bali", 20),
    SheetColumn(
        "zona_waktu",
        "`Asia/Jakarta` (bila kosong), `Asia/Makassar`, `Asia/Jayapura`",
        "Asia/Makassar",
    ),
    *(
        SheetColumn(
            platform,
            f"nama akun {PLATFORM_NAMES[platform]} atau alamat profilnya; beberapa dipisah `;`",
            _EXAMPLES[platform],
            26,
            True,
        )
        for platform in PLATFORMS
    ),
    SheetColumn(
        "website", "`https://` ditambahkan bila tidak ditulis", "https://bali.example.go.id", 30
    ),
    SheetColumn("induk", "id satker di atasnya, yang harus ada", "sekretariat-jenderal", 24, True),
    SheetColumn("aktif_dari", _DAY, "2026-10-01"),
    SheetColumn("aktif_sampai", f"{_DAY}; hari terakhir ikut dihitung", "2026-12-31"),
    SheetColumn("instansi", "id instansi; kosong: instansi pertama", "", 16, True),
    SheetColumn(
        "pemberitahuan",
        "alamat surel staf yang diberi tahu (dipisah `;`), tidak pernah diterbitkan",
        "humas@bali.example.go.id",
        30,
    ),
)
HEADER = tuple(column.name for column in COLUMNS)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
