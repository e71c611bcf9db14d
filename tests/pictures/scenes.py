"""What the pictures show: Kiprah run at fixed instants, in a temporary store, against stand-ins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from openpyxl import load_workbook

from functions.check.job import check
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.collect.api import TOKEN_KEY, settings_for
from tests.pictures import drawing
from tests.pictures.command import WIDTH, standing, typed
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.world import Account, World

BEGIN = datetime.fromisoformat("2026-11-01T00:30:00+00:00")  # the month's first morning in Jakarta
NOW = datetime.fromisoformat("2026-11-16T02:00:00+00:00")  # a Monday, 09.00 in Jakarta
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ADMIN = "ayu@kemenkum.example.go.id"
AGENCY = "agencies/kemenkum"
CONNECT = "https://izin.kemenkum.example.go.id"

# What an admin types into the template, by unit.
SHEET: tuple[dict[str, str], ...] = (
    {
        "id": "sekretariat-jenderal",
        "nama": "Sekretariat Jenderal",
        "singkatan": "Setjen",
        "jenis": "unit-utama",
        "provinsi": "DKI Jakarta",
        "instagram": "setjen.kemenkum",
        "x": "setjen_kemenkum",
    },
    {
        "id": "kanwil-maluku",
        "nama": "Kantor Wilayah Maluku",
        "singkatan": "Kanwil Maluku",
        "jenis": "kanwil",
        "provinsi": "Maluku",
        "zona_waktu": "Asia/Jayapura",
        "instagram": "https://www.instagram.com/kemenkum.maluku/",
        "x": "@kemenkum_maluku",
        "induk": "sekretariat-jenderal",
    },
    {
        "id": "kanwil-papua",
        "nama": "Kantor Wilayah Papua",
        "singkatan": "Kanwil Papua",
        "jenis": "kanwil",
        "provinsi": "Papua",
        "zona_waktu": "Asia/Jayapura",
        "instagram": "kemenkum.papua",
        "x": "kemenkum_papua",
        "youtube": "@KemenkumPapua",
        "induk": "sekretariat-jenderal",
    },
)
# The sheet as it comes back a fortnight later: a unit more, a name changed, a cell left empty.
CHANGED: tuple[dict[str, str], ...] = (
    SHEET[0],
    SHEET[1] | {"x": ""},
    SHEET[2] | {"nama": "Kantor Wilayah Papua Raya"},
    SHEET[2]
    | {
        "id": "kanwil-aceh",
        "nama": "Kantor Wilayah Aceh",
        "singkatan": "Kanwil Aceh",
        "provinsi": "Aceh",
        "zona_waktu": "",
        "instagram": "kemenkum.aceh",
        "x": "",
        "youtube": "",
    },
)
# The same with slips that are often made.
SLIPS: tuple[dict[str, str], ...] = (
    SHEET[0],
    SHEET[1] | {"jenis": "kanwill", "x": "kemenkum maluku"},
    SHEET[2] | {"induk": "sekretariat-jendral", "aktif_sampai": "31 Desember"},
    CHANGED[3] | {"instagram": "instagram.com/p/DQx1abc/"},
    CHANGED[3] | {"nama": "Kanwil Aceh (lama)"},
)
# What an admin types in the console.
BALI: dict[str, Any] = {
    "name": "Kantor Wilayah Bali",
    "short_name": "Kanwil Bali",
    "kind": "kanwil",
    "province": "Bali",
    "timezone": "Asia/Makassar",
    "parent": "sekretariat-jenderal",
    "accounts": {
        "instagram": "kemenkum.bali",
        "x": "https://x.com/kemenkum_bali",
        "tiktok": "@kemenkum.bali",
    },
}
NTT: dict[str, Any] = {
    "nama": "Kantor Wilayah NTT",
    "jenis": "kanwill",
    "zona waktu": "Asia/Makasar",
    "induk": "sekretariat-jenderal",
    "akun": {"instagram": "instagram.com/p/DQx1abc/", "x": "kemenkum ntt"},
}


@dataclass(frozen=True)
class Scene:
    """A picture: its name, the words in it, and what to photograph.

    ``html`` is a page of its own; else ``file`` lies on the disk, and ``selector`` says what of it.
    """

    name: str
    words: tuple[str, ...]
    html: str = ""
    file: Path | None = None
    selector: str = "body"


def scenes(folder: Path) -> list[Scene]:
    """Every picture's scene, played in a folder that is empty and stays as long as they do."""
    with _platforms() as server:
        own = {"KIPRAH_TOKEN_KEY": TOKEN_KEY, "KIPRAH_CONNECT_URL": CONNECT}
        environment = {**ENVIRONMENT, **own, **_addresses(server)}
        stage = _Stage(folder, server, environment)
        return [*stage.sheets(), *stage.documents(), *stage.board()]


class _Stage:
    """One installation, from the first sheet to a morning in the middle of its first month."""

    def __init__(self, folder: Path, server: Handle, environment: Mapping[str, str]) -> None:
        self._folder, self._server, self._environment = folder, server, environment
        store = f"sqlite:///{folder}/kiprah.db"
        self._settings = replace(settings_for(server.url, store), simulation=False)

    def sheets(self) -> Iterator[Scene]:
        """The template, filled in and imported; and what comes back a fortnight later."""
        self._typed(BEGIN, "kiprah registry template satker.xlsx")
        self._fill(SHEET, "satker.xlsx")
        yield from self._workbook()
        self._typed(BEGIN, "kiprah registry import satker.xlsx")
        self._typed(BEGIN, "kiprah collect")
        self._typed(BEGIN, "kiprah registry template satker.xlsx --overwrite")
        self._fill(CHANGED, "satker.xlsx")
        yield _terminal("dry-run", self._shown(NOW, "kiprah registry import satker.xlsx --dry-run"))
        self._fill(SLIPS, "satker.xlsx")
        yield _terminal("ditolak", self._shown(NOW, "kiprah registry import satker.xlsx"))

    def documents(self) -> Iterator[Scene]:
        """What two admins type in the console, and how they are answered within seconds."""
        agency = open_agency(self._settings)
        with closing(agency.store):
            yield _documents("dokumen", [[_typed_document("kanwil-bali", BALI)]])
            yield _documents("dokumen-jawaban", self._answered(agency, "kanwil-bali", BALI))
            yield _documents("dokumen-salah", self._answered(agency, "kanwil-ntt", NTT))

    def board(self) -> Iterator[Scene]:
        """The next collection, the site's page on the registry, and the operator's look."""
        for n, command in enumerate(("collect", "score", "publish"), 5):
            self._typed(NOW + n * MINUTE, f"kiprah {command}")
        page = self._folder / "site" / "status" / "daftar" / "index.html"
        yield Scene("keadaan", tuple(_words(page.read_text())), file=page, selector="main")
        official = {n: v for n, v in self._environment.items() if n not in _addresses(self._server)}
        yield _terminal("doctor", self._shown(NOW + 9 * MINUTE, "kiprah doctor", official))

    def _answered(
        self, agency: AgencyStore, satker: str, document: dict[str, Any]
    ) -> list[list[_Document]]:
        """A document as it was typed, and everything that stands beside it afterwards."""
        self._server.set_clock(NOW)
        agency.save_satker({satker: document})
        with standing(NOW):
            check(agency, self._settings, satker, NOW, by=ADMIN, simulated=True)
        answer = dict(agency.answers([satker])[satker])
        path = f"{AGENCY}/satker/{satker}"
        told = _Document(f"{path}/status/document", answer, answer["status"])
        accounts = [
            _Document(f"{path}/accounts/{name}", dict(found), found["status"])
            for name, found in agency.feedback(satker).items()
        ]
        mine = _typed_document(satker, document)
        return [[mine, told], accounts] if accounts else [[mine], [told]]

    def _workbook(self) -> Iterator[Scene]:
        book = load_workbook(self._folder / "satker.xlsx")
        tabs = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
        # The first sheet goes on beyond the picture, as it does beyond a screen.
        shown = {"Satker": (150, 168, 104, 88, 90, 104, 150), "Petunjuk": (122, 372, 240)}
        for name, tab in (("lembar", "Satker"), ("petunjuk", "Petunjuk")):
            cells = _cells(book[tab].iter_rows(values_only=True))
            typed_cells = (cell for row in book[tab].iter_rows() for cell in row)
            bold = [(cell.row - 1, cell.column - 1) for cell in typed_cells if cell.font.b]
            wrapped = [1] if tab == "Petunjuk" else []
            body = drawing.sheet(cells, shown[tab], tabs, tab, wrapped=wrapped, bold=bold)
            yield Scene(name, _lines(cells), drawing.page(body))

    def _fill(self, rows: tuple[dict[str, str], ...], name: str) -> None:
        """Type rows into a sheet, over those that are there, as an admin would."""
        book = load_workbook(self._folder / "satker.xlsx")
        sheet = book["Satker"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, 2):
            for column, value in row.items():
                sheet.cell(number, columns[column]).value = value or None
        book.save(self._folder / name)

    def _typed(self, at: datetime, line: str) -> list[str]:
        self._server.set_clock(at)
        return typed(self._folder, at, line, self._environment)

    def _shown(
        self, at: datetime, line: str, environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """A command with what came of it."""
        self._server.set_clock(at)
        return [f"$ {line}", *typed(self._folder, at, line, environment or self._environment)]


@dataclass(frozen=True)
class _Document:
    """A document under its path. ``status``: what it says, where the system wrote it."""

    path: str
    fields: dict[str, Any]
    status: str | None = None


def _typed_document(satker: str, document: dict[str, Any]) -> _Document:
    return _Document(f"{AGENCY}/satker/{satker}", document)


def _documents(name: str, columns: list[list[_Document]]) -> Scene:
    everything = [document for column in columns for document in column]
    drawn = [[_drawn(document) for document in column] for column in columns]
    words = [line for d in everything for line in (d.path, *_fields(d.fields))]
    return Scene(name, tuple(words), drawing.page(drawing.side_by_side(*drawn)))


def _drawn(document: _Document) -> str:
    told = document.status is not None
    wrong = told and document.status != "ok"
    return drawing.document(document.path, document.fields, told=told, wrong=wrong)


def _terminal(name: str, lines: list[str]) -> Scene:
    return Scene(name, tuple(lines), drawing.page(drawing.terminal(lines, WIDTH)))


def _fields(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        yield f"{name}: {value}"


def _cells(rows: Iterator[tuple[Any, ...]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _lines(cells: list[list[str]]) -> tuple[str, ...]:
    return tuple("\t".join(row).rstrip() for row in cells)


def _words(page: str) -> Iterator[str]:
    """The lines of a page's main part."""
    [main] = re.findall(r"<main.*?</main>", page, re.DOTALL)
    for line in re.sub(r"<[^>]+>", "\n", main).splitlines():
        if line.strip():
            yield unescape(" ".join(line.split()))


def _addresses(server: Handle) -> dict[str, str]:
    names = ("INSTAGRAM", "FACEBOOK", "X", "TIKTOK", "YOUTUBE")
    return {f"KIPRAH_{name}_URL": server.url for name in names}


@contextmanager
def _platforms() -> Iterator[Handle]:
    """A small world: every account that is typed above, each with some posts."""
    world = World(now=NOW)
    followers = 21_480
    for handle, title in (
        ("setjen.kemenkum", "Sekretariat Jenderal"),
        ("kemenkum.maluku", "Kanwil Kemenkum Maluku"),
        ("kemenkum.papua", "Kanwil Kemenkum Papua"),
        ("kemenkum.bali", "Kanwil Kemenkum Bali"),
    ):
        followers -= 3_217
        names = (("instagram", handle), ("x", handle.replace(".", "_")))
        for platform, name in names:
            account = world.add_account(platform, name, title=title, followers=followers)
            _post(world, account)
    _post(world, world.add_account("youtube", "KemenkumPapua", title="Kemenkum Papua"))
    with serve(world) as server:
        yield server


def _post(world: World, account: Account) -> None:
    """Posts of before the first month and of these days."""
    for at in (BEGIN - 90 * HOUR, NOW - 60 * HOUR, NOW - 30 * HOUR, NOW - 3 * HOUR):
        world.add_post(account, at, level={"likes": 240, "comments": 9})
