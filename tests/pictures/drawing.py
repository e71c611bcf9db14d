"""Plain drawings of what people see: documents, a sheet, a terminal. No product's own look."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

WIDTH = 800
_STYLE = """
body { margin: 0; padding: 16px; width: 768px; background: #fff; color: #1d2530;
  font: 13px/1.5 "DejaVu Sans", sans-serif; }
.panels { display: flex; gap: 14px; align-items: flex-start; }
.panels > div { flex: 1 1 0; min-width: 0; display: grid; gap: 14px; }
.panel { border: 1px solid #c3cad3; border-radius: 6px; overflow: hidden; }
.panel h2 { margin: 0; padding: 6px 12px; background: #f0f0f0; border-bottom: 1px solid #c3cad3;
  font: 12px/1.5 "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.panel h2 span { white-space: nowrap; }
.panel.told h2 { background: #e0f0e0; }
.panel.told.wrong h2 { background: #ffe0c0; }
dl { margin: 0; padding: 8px 12px; }
dl dl { padding: 0 0 0 18px; }
dt { display: inline; color: #5a6675; }
dt::after { content: ":"; }
dd { display: inline; margin: 0 0 0 6px; overflow-wrap: anywhere; }
dl > div { padding: 2px 0; }
.kind { color: #8a94a1; font-size: 11px; margin-left: 6px; }
table { border-collapse: collapse; font-size: 12.5px; table-layout: fixed; width: 100%; }
td, th { border: 1px solid #d5dae1; padding: 3px 7px; text-align: left; vertical-align: top;
  overflow: hidden; white-space: nowrap; }
td.wrap { white-space: normal; }
th { background: #f0f0f0; color: #5a6675; font-weight: normal; text-align: center; }
td.head { font-weight: bold; }
.tabs { display: flex; gap: 4px; padding-top: 6px; font-size: 12.5px; }
.tabs span { padding: 3px 14px; border: 1px solid #c3cad3; border-radius: 0 0 5px 5px;
  color: #5a6675; }
.tabs .open { background: #e0f0e0; color: #1d2530; font-weight: bold; }
pre { margin: 0; padding: 12px 14px; border-radius: 6px; background: #203040; color: #f0f0f0;
  font: 11.3px/1.5 "DejaVu Sans Mono", monospace; white-space: pre; }
pre b { color: #fff; }
"""
_KINDS = {str: "teks", bool: "ya/tidak", int: "angka", float: "angka", dict: "peta", list: "daftar"}


def page(body: str) -> str:
    """A whole page around a drawing."""
    return (
        f'<!doctype html><html lang="id"><meta charset="utf-8"><style>{_STYLE}</style>'
        f"<body>{body}</body></html>"
    )


def side_by_side(*columns: Iterable[str]) -> str:
    """Columns of drawings, from the left."""
    inside = "".join(f"<div>{''.join(column)}</div>" for column in columns)
    return f'<div class="panels">{inside}</div>'


def document(
    path: str, fields: Mapping[str, Any], *, told: bool = False, wrong: bool = False
) -> str:
    """A document's fields under its path. ``told``: it was written by the system."""
    marks = " ".join(["panel", *["told"] * told, *["wrong"] * wrong])
    steps = " › ".join(f"<span>{escape(step)}</span>" for step in path.split("/"))
    return f'<div class="{marks}"><h2>{steps}</h2>{_fields(fields)}</div>'


def _fields(fields: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{_value(value)}</dd></div>"
        for name, value in fields.items()
    )
    return f"<dl>{rows}</dl>"


def _value(value: Any) -> str:
    kind = f'<span class="kind">({_KINDS.get(type(value), "kosong")})</span>'
    if isinstance(value, Mapping):
        return kind + _fields(value)
    if isinstance(value, list):
        return kind + _fields({str(number): each for number, each in enumerate(value)})
    words = f"“{value}”" if isinstance(value, str) else "null" if value is None else str(value)
    return escape(words) + kind


def sheet(
    cells: Sequence[Sequence[str]],
    widths: Sequence[int],
    tabs: Sequence[str],
    opened: str,
    *,
    wrapped: Iterable[int] = (),
    bold: Iterable[tuple[int, int]] = (),
) -> str:
    """A sheet with letters above and numbers beside it.

    ``widths``: of its columns, in pixels. ``wrapped``: columns, ``bold``: rows and columns, from 0.
    """
    letters = "".join(f"<th>{chr(ord('A') + n)}</th>" for n in range(len(widths)))
    sizes = "".join(f'<col style="width:{width}px">' for width in widths)
    folds, heads = {*wrapped}, {*bold}
    rows = []
    for number, row in enumerate(cells):
        rows.append(f"<tr><th>{number + 1}</th>")
        for n, cell in enumerate(row[: len(widths)]):
            marks = " ".join(["wrap"] * (n in folds) + ["head"] * ((number, n) in heads))
            rows.append(f'<td class="{marks}">{escape(cell)}</td>')
        rows.append("</tr>")
    inside = "".join(rows)
    tongues = "".join(
        f"<span{' class=open' if tab == opened else ''}>{escape(tab)}</span>" for tab in tabs
    )
    return (
        f'<table><colgroup><col style="width:34px">{sizes}</colgroup>'
        f"<tr><th></th>{letters}</tr>{inside}</table>"
        f'<div class="tabs">{tongues}</div>'
    )


def terminal(lines: Iterable[str], columns: int) -> str:
    """A terminal so many characters wide; what was typed begins with ``$``."""
    shown = []
    for line in lines:
        parts = textwrap.wrap(line, columns, subsequent_indent="    ", break_on_hyphens=False)
        for part in parts if len(line) > columns else [line]:
            shown.append(f"<b>{escape(part)}</b>" if part.startswith("$ ") else escape(part))
    inside = "\n".join(shown)
    return f"<pre>{inside}</pre>"
