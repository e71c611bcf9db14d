"""The guides in docs/ say what is so: their commands, settings, links, dates and sentences."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from functions.commands import cli
from functions.registry.registrar import enrol
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import closing_begins, closing_ends
from functions.settings import Settings, table
from functions.store import open_agency
from functions.store.port import Write

ROOT = Path(__file__).parents[1]
GUIDES = ("docs/panduan-admin.md", "docs/panduan-operator.md")
LINKED = (*GUIDES, "docs/ketentuan.md")
WORDS = ROOT / "docs" / "panduan" / "isi.json"
JAKARTA = ZoneInfo("Asia/Jakarta")
# What platforms call things that are nowhere in the code, each with its source in the guide.
THEIRS = {
    "ads_management",
    "ads_read",
    "instagram_business_account",
    "pages_show_list",
    "CreditsDepleted",
    "SpendCapReached",
}


def text_of(guide: str) -> str:
    return (ROOT / guide).read_text()


def code_in(guide: str) -> list[str]:
    """Every span of code, and every command in a block."""
    text = text_of(guide)
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    without = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [*filter(None, lines), *re.findall(r"`([^`\n]+)`", without)]


def each(pick: str) -> list[tuple[str, str]]:
    """Each different span of code that begins so, with its guide."""
    found = {(guide, code) for guide in GUIDES for code in code_in(guide)}
    return sorted((guide, code) for guide, code in found if re.match(pick, code))


@pytest.mark.parametrize(("guide", "code"), each(r"kiprah "))
def test_a_command_exists_with_its_options(guide: str, code: str) -> None:
    words = code.split()[1:]
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, f"{guide}: {code}"
        command = found
    options = {name for option in command.params for name in option.opts}
    unknown = [word for word in words if word.startswith("--") and word not in options]
    assert unknown == [], f"{guide}: {code}"


@pytest.mark.parametrize(("guide", "code"), each(r"make "))
def test_a_target_of_make_exists(guide: str, code: str) -> None:
    assert re.search(rf"^{code.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), guide


@pytest.mark.parametrize("guide", GUIDES)
def test_a_setting_exists(guide: str) -> None:
    known = {setting.env for setting in table()}
    assert {*re.findall(r"KIPRAH_[A-Z_]+", text_of(guide))} - known == set()


@pytest.mark.parametrize("guide", LINKED)
def test_a_link_leads_somewhere(guide: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(guide)):
        path, _, anchor = target.partition("#")
        file = (ROOT / guide).parent / path if path else ROOT / guide
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file), target


def anchors(file: Path) -> set[str]:
    """The anchors that a reader's program makes of a document's headings."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in plain}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_picture_has_its_words_for_who_cannot_see_it(guide: str) -> None:
    pictures = re.findall(r"!\[(.*?)\]\(panduan/(.+?)\.png\)", text_of(guide))
    assert pictures
    assert all(len(words) > 20 for words, _ in pictures)
    assert {name for _, name in pictures} <= json.loads(WORDS.read_text()).keys()


def quoted(guide: str) -> Iterator[str]:
    """What the guide says that the system says: between « », or several words as code."""
    text = text_of(guide)
    yield from re.findall(r"«([^» ][^»]*)»", text)
    for code in code_in(guide):
        is_typed = re.match(r"kiprah |make |terraform |\{", code) or ": " in code
        if len(code.split()) > 2 and not is_typed:
            yield code


@pytest.mark.parametrize("guide", GUIDES)
def test_a_sentence_of_the_system_is_one(guide: str) -> None:
    strange = [said for said in quoted(guide) if not is_said(said)]
    assert strange == []


def is_said(sentence: str) -> bool:
    """Whether a string of the code, or a picture, has these words; … stands for any others."""
    parts = [re.escape(part.strip()) for part in sentence.split("…")]
    wanted = re.compile(".*".join(parts), re.DOTALL)
    return any(wanted.search(said) for said in sayings())


@cache
def sayings() -> tuple[str, ...]:
    """Every string of the code, with … for what is filled in; the pages; the pictures' words."""
    found = [said for lines in json.loads(WORDS.read_text()).values() for said in lines]
    found += [file.read_text() for file in sorted((ROOT / "site_templates").rglob("*.html"))]
    for file in sorted((ROOT / "functions").rglob("*.py")):
        found += strings(ast.parse(file.read_text()))
    return tuple(found)


def strings(module: ast.Module) -> Iterator[str]:
    constants: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constants[node.targets[0].id] = folded(node.value, constants)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            yield folded(node, constants)


def folded(node: ast.AST, constants: dict[str, str]) -> str:
    """The text that an expression gives, with … for what is not known."""
    match node:
        case ast.Constant(value=str(text)):
            return re.sub(r"\{[^{}]*\}", "…", text)
        case ast.JoinedStr(values=parts):
            return "".join(folded(part, constants) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return folded(left, constants) + folded(right, constants)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            return constants.get(name, "…")
        case _:
            return "…"


@pytest.mark.parametrize("guide", GUIDES)
def test_a_name_with_an_underscore_or_inner_capital_is_known(guide: str) -> None:
    known = "\n".join(
        file.read_text()
        for pattern in ("functions/**/*.py", "infra/**/*.tf", "infra/*.rules")
        for file in ROOT.glob(pattern)
    )
    names = {code for code in code_in(guide) if re.fullmatch(r"\w*([a-z][A-Z]|_)\w*", code)}
    strange = {name for name in names - THEIRS if name not in known}
    assert {name for name in strange if not name.startswith("KIPRAH_")} == set()


def closings() -> list[tuple[str, str, str]]:
    row = r"^\| (\d{4}-\d\d) \| (\S+ \S+) WIB \| (\S+) \|$"
    return re.findall(row, text_of("docs/panduan-operator.md"), re.MULTILINE)


@pytest.mark.parametrize(("month", "begins", "last"), closings())
def test_a_month_closes_when_the_calendar_says(month: str, begins: str, last: str) -> None:
    at = datetime.strptime(begins, "%Y-%m-%d %H.%M").replace(tzinfo=JAKARTA)
    assert closing_begins(month, JAKARTA) == at
    ends = closing_ends(month, JAKARTA, indonesian_holidays()).astimezone(JAKARTA)
    assert (ends - timedelta(seconds=1)).date() == date.fromisoformat(last)


def test_the_calendar_is_read() -> None:
    assert len(closings()) >= 3


def test_a_document_that_comes_back_late_can_cover_the_gap(tmp_path: Path) -> None:
    """As the admins' guide has it in its fourth part."""
    agency = open_agency(Settings(store=f"sqlite:///{tmp_path}/kiprah.db"))
    first = datetime(2026, 11, 10, 2, tzinfo=UTC)

    def written(account: Any, at: datetime) -> list[tuple[date, datetime | None]]:
        agency.save_satker({"bali": {"nama": "Bali", "jenis": "kanwil", "akun": {"x": account}}})
        accounts = enrol(agency, at).roster.accounts
        return [(a.valid_from.astimezone(JAKARTA).date(), a.valid_to) for a in accounts]

    written("kumbali", first)
    agency.store.write([Write(f"{agency.root}/satker/bali", mode="delete")])
    gone = first + timedelta(days=1)
    enrol(agency, gone)
    back = first + timedelta(days=2)
    assert written("kumbali", back) == [
        (first.date(), gone),
        (back.date(), None),
    ]
    covering = {"handle": "kumbali", "from": first.date().isoformat()}
    assert (first.date(), None) in written(covering, back + timedelta(hours=1))
    agency.store.close()
