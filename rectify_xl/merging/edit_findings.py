"""The findings of ledger-edited: where the ledger says something else than a run wrote, in whatever notation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from math import isclose
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds import Reading, Setting, as_text, parser_for
from rectify_xl.layouts.layout import column_letter
from rectify_xl.layouts.ledger_layouts import LedgerSheet
from rectify_xl.model import Column, Finding, Params
from rectify_xl.normal import as_typed, key_text


def differs(column: Column, cell: Any, before: Any) -> bool:
    """Whether a cell says something else than was written there, in whatever notation."""
    if cell == "" or before is None:
        return True
    if column.kind == "date":
        return bool(day_of(column, cell) != day_of(column, before))
    if isinstance(before, (int, float)) and isinstance(cell, (int, float)):
        return not isclose(before, cell, abs_tol=1e-9)
    return plain_text(cell) != plain_text(before)


def day_of(column: Column, value: Any) -> Any:
    """The day that a cell says in whatever notation; its plain text where it says none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    parsed = parser_for(column, Setting(lists={}, aliases={}))(value)
    day = parsed.value if isinstance(parsed, Reading) else parsed
    return day if isinstance(day, date) else plain_text(value)


def plain_text(value: Any) -> str:
    """A value as text without what spaces, widths and case make of it."""
    return key_text(as_text(value))


def quoted(value: Any) -> str:
    """A value as a sentence quotes it, a blank one as nothing."""
    return "" if value in ("", None) else as_text(value)


def cell_finding(sheet: LedgerSheet, row: int, place: int, file: str) -> Finding:
    """A finding of ledger-edited at a cell of one of our columns, without its params."""
    column, at = sheet.layout.columns[place], sheet.places[place]
    cell = f"{column_letter(at)}{row}" if at is not None else ""
    finding = sheet_finding(sheet.layout.name, file, sheet.title, ())
    return replace(finding, cell=cell, row=row, column=column.name, label=column.label)


def sheet_finding(layout: str, file: str, title: str, params: Params) -> Finding:
    """A finding of ledger-edited about a whole sheet; `layout` is the form, or the part beside the forms, it shows."""
    form = layout if layout in catalog.forms() else ""
    level = catalog.codes()["ledger-edited"].level
    return Finding(level=level, code="ledger-edited", file=file, sheet=title, params=params, form=form)


def changed_cell(at: Finding, cell: Any, before: Any) -> Finding:
    """The finding on a cell that was changed, with what it said before and says now."""
    return replace(at, params=(("old", quoted(before)), ("new", quoted(cell))), value=as_typed(quoted(cell)))


def added_row(sheet: LedgerSheet, row_and_cells: tuple[int, tuple[Any, ...]], file: str) -> list[Finding]:
    """The finding on a row that nobody wrote, at its first filled cell; none on a blank row."""
    row, cells = row_and_cells
    place = next((place for place, cell in enumerate(cells) if cell != ""), None)
    if place is None:
        return []
    at = cell_finding(sheet, row, place, file)
    return [replace(at, params=(("case", "added"),), value=as_typed(quoted(cells[place])))]
