"""Reads a ledger workbook as the office saved it: its cells as typed, and the run that wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from rectify_xl.excel.reading.package import Package
from rectify_xl.excel.reading.reader import read_workbook, values_of
from rectify_xl.facts import catalog
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import as_text
from rectify_xl.layouts.ledger_columns import RUN_PROPERTY
from rectify_xl.layouts.ledger_layouts import LedgerSheet, sheets_in
from rectify_xl.merging.typed_ledger import TypedLedger
from rectify_xl.normal import key_text
from rectify_xl.zips.zipped import SIGNATURE

# A sheet whose XML contains any of these may hold an error value or a formula.
_ERROR_OR_FORMULA = (b't="e"', b"t='e'", b"<f>", b"<f ", b":f>", b":f ")


def read_typed_ledger(data: bytes) -> TypedLedger:
    """The sheets of a ledger workbook with their cells as typed; raises grid.Unreadable for anything else.

    A cell's value may be what is wrong with it: an error value, or a formula without a calculated value.
    """
    values = _values_with_errors(data) if _has_formulas(data) else values_of(data)
    sheets = tuple(sheets_in(values))
    ours = {sheet.title for sheet in sheets}
    others = ((title, rows) for title, rows in values.items() if title not in ours)
    filled = ((title, sum(cell != "" for row in rows for cell in row)) for title, rows in others)
    own = tuple((title, count) for title, count in filled if count)
    return TypedLedger(run=_run_property(data) or _run_named(sheets), sheets=sheets, own=own)


def _has_formulas(data: bytes) -> bool:
    """Whether some cell may hold an error or a formula, which the fast reading does not tell from a blank."""
    if not data.startswith(SIGNATURE):
        return False
    package = Package(data)
    parts = (package.part(name) for name in package.names if "worksheets/" in name and name.endswith(".xml"))
    return any(mark in part for part in parts for mark in _ERROR_OR_FORMULA)


def _values_with_errors(data: bytes) -> dict[str, list[list[Any]]]:
    """`values_of`, but a cell with an error holds what is wrong with it."""
    return {
        grid.title: [[] for _ in range(grid.first_row - 1)] + [[*[""] * grid.first_column, *row] for row in grid.rows]
        for grid in read_workbook(data).sheets
    }


def written_sheets(data: bytes, run: str) -> tuple[LedgerSheet, ...]:
    """The sheets of a ledger that the office has not changed; () if another run wrote it, or if it cannot be read."""
    try:
        sheets = tuple(sheets_in(values_of(data)))
        return sheets if (_run_property(data) or _run_named(sheets)) == run else ()
    except Unreadable:
        return ()


def _run_property(data: bytes) -> str:
    """The run that the package's custom properties name, "" if none."""
    if not data.startswith(SIGNATURE):
        return ""
    part = Package(data).part("docProps/custom.xml").decode("utf-8", "replace")
    match = re.search(rf'name="{re.escape(RUN_PROPERTY)}"[^>]*>\s*<[^>]*>([^<]*)<', part)
    return unescape(match[1]).strip() if match else ""


def _run_named(sheets: Sequence[LedgerSheet]) -> str:
    """The run that the sheet 说明 names, "" if none."""
    label = key_text(catalog.words("ledger")["about"]["run"])
    about = (cells for sheet in sheets if sheet.layout.name == "about" for _, cells in sheet.rows())
    return next((as_text(text).strip() for item, text in about if key_text(as_text(item)) == label), "")
