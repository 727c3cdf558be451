"""整改台帐.xlsx: writes every sheet of the ledger workbook, the many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from rectify_xl import catalog
from rectify_xl.excel.ledgers.ledger_sheets import Sheet, Shown, sheets_for
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import line_width
from rectify_xl.excel.writing.splice import save_spliced
from rectify_xl.excel.writing.styles import A3, A4, A4_HOLDS, LAST_ROW, Styles, colours, must, new_workbook
from rectify_xl.files import save_atomically
from rectify_xl.in_force import under_settings
from rectify_xl.layout import column_letter
from rectify_xl.ledger_columns import RUN_PROPERTY
from rectify_xl.model import Book

# Rows of every sheet (0-based): the heading, the line below it, the header, the first row of the table.
HEADING_ROW, SUBTITLE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3
ROWS_A_SHEET = LAST_ROW + 1 - FIRST_ROW
# Heights in points; rows of the table have none, so that Excel fits them to their wrapped texts.
_HEIGHTS = {HEADING_ROW: 30, SUBTITLE_ROW: 20, HEADER_ROW: 44}
_LONGEST_TITLE = 31

Fill = Callable[[FastSheet, Filling], None]


class HasBook(Protocol):
    """A result of a consolidation."""

    @property
    def book(self) -> Book:
        """What the consolidation knows."""


def write_ledger(told: Book | HasBook, path: Path | str) -> None:
    """Writes 整改台帐.xlsx of a result or a book: whole or not at all, the same book in the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = told if isinstance(told, Book) else told.book
    save_atomically(Path(path), partial(save_ledger, book))


@under_settings
def save_ledger(book: Book, target: Path | BytesIO) -> None:
    """Writes the ledger workbook of a book to `target`: what surrounds the rows by xlsxwriter, the rows spliced in."""
    skeleton = BytesIO()
    workbook = new_workbook(skeleton, as_of=book.as_of)
    add_sheets(workbook, book)
    save_spliced(workbook, skeleton, target)


def add_sheets(
    workbook: xlsxwriter.Workbook, book: Book, *, rows_a_sheet: int = ROWS_A_SHEET, fill: Fill = FastSheet.fill
) -> None:
    """Adds the sheets of the ledger; a table of more rows than `rows_a_sheet` goes on on 标题 (2), 标题 (3)."""
    styles = Styles(workbook)
    if book.run:
        workbook.set_custom_property(RUN_PROPERTY, book.run)
    for sheet in sheets_for(book):
        for part in _parts(sheet, rows_a_sheet):
            _add_sheet(workbook, styles, part, fill)


def _parts(sheet: Sheet, rows_a_sheet: int) -> Iterator[Sheet]:
    rows, title = sheet.table.rows, sheet.title
    for place, first in enumerate(range(0, max(len(rows), 1), rows_a_sheet)):
        ending = f" ({place + 1})" if place else ""
        held = rows if len(rows) <= rows_a_sheet else rows[first : first + rows_a_sheet]
        called = title[: _LONGEST_TITLE - len(ending)] + ending
        yield replace(sheet, title=called, table=sheet.table._replace(rows=held))


def _add_sheet(workbook: xlsxwriter.Workbook, styles: Styles, sheet: Sheet, fill: Fill) -> None:
    made = workbook.add_worksheet(sheet.title, FastSheet)
    last = FIRST_ROW + len(sheet.table.rows) - 1
    _write_heads(made, styles, sheet)
    _set_columns(made, sheet)
    _set_page(made, sheet, max(last, HEADER_ROW))
    if last >= FIRST_ROW:
        _add_marks(made, styles, sheet, last)
        _add_validations(made, sheet, last)
    formats = [styles(*_layers(shown)) for shown in sheet.columns]
    wraps = [bool(held.text_wrap) and not shown.is_folded for held, shown in zip(formats, sheet.columns, strict=True)]
    lines = [line_width(shown.width) if wrap else 0 for shown, wrap in zip(sheet.columns, wraps, strict=True)]
    rows = sheet.table.rows
    fill(made, Filling(rows=rows, count=len(rows), first_row=FIRST_ROW, formats=formats, lines=lines))


def _layers(shown: Shown) -> tuple[str, ...]:
    centered = shown.column.kind in catalog.words("ledger")["widths"]["centered"]
    return (shown.column.kind, "grid", *(["centered"] if centered else []), *([shown.layer] if shown.layer else []))


def _write_heads(made: FastSheet, styles: Styles, sheet: Sheet) -> None:
    must(made.write_string(HEADING_ROW, 0, sheet.heading, styles("sheet_title")))
    if sheet.subtitle:
        must(made.write_string(SUBTITLE_ROW, 0, sheet.subtitle, styles("unit_line")))
    for at, shown in enumerate(sheet.columns):
        must(made.write_string(HEADER_ROW, at, shown.column.label, styles(shown.header)))
    for row, height in _HEIGHTS.items():
        must(made.set_row(row, height))


def _set_columns(made: FastSheet, sheet: Sheet) -> None:
    """Widths; folded columns are grouped, and the column after each group carries its plus sign."""
    after_fold = False
    for at, shown in enumerate(sheet.columns):
        outline = {"level": 1, "hidden": True} if shown.is_folded else {"collapsed": True} if after_fold else {}
        must(made.set_column(at, at, shown.width, None, outline))
        after_fold = shown.is_folded
    if after_fold:
        must(made.set_column(len(sheet.columns), len(sheet.columns), None, None, {"collapsed": True}))


def _set_page(made: FastSheet, sheet: Sheet, last: int) -> None:
    """Freezing, filter, print: one page wide, the header on every page, only the filled rows."""
    made.freeze_panes(FIRST_ROW, sheet.frozen)
    made.hide_gridlines(2)
    made.set_tab_color(colours()[sheet.tab])
    if sheet.is_filtered:
        must(made.autofilter(HEADER_ROW, 0, last, len(sheet.columns) - 1))
    made.set_landscape() if sheet.is_landscape else made.set_portrait()
    width = sum(shown.width for shown in sheet.columns if not shown.is_folded)
    made.set_paper(A3 if width > A4_HOLDS else A4)
    made.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    made.center_horizontally()
    made.fit_to_pages(1, 0)
    made.repeat_rows(HEADER_ROW)
    printed = max(at for at, shown in enumerate(sheet.columns) if shown.is_printed)
    must(made.print_area(HEADING_ROW, 0, last, printed))
    made.set_footer("&C" + catalog.words("ledger")["footer"].format(page="&P", pages="&N"))


def _add_marks(made: FastSheet, styles: Styles, sheet: Sheet, last: int) -> None:
    """Colours by value, so that they stay right when the office sorts the sheet."""
    for mark in sheet.marks:
        tested = column_letter(sheet.names.index(mark.column))
        rule = {
            "type": "formula",
            "criteria": f'=${tested}{FIRST_ROW + 1}="{mark.value}"',
            "format": styles(mark.layer),
            "stop_if_true": True,
        }
        for first, final in _runs([sheet.names.index(name) for name in mark.over]):
            must(made.conditional_format(FIRST_ROW, first, last, final, rule))


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of neighbouring columns."""
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        held = [place for _, place in run]
        yield held[0], held[-1]


def _add_validations(made: FastSheet, sheet: Sheet, last: int) -> None:
    """What the office types into its own columns is helped along."""
    for at, shown in enumerate(sheet.columns):
        validation = _VALIDATIONS.get(shown.column.kind) if shown.is_typed_here else None
        if validation:
            prompt = {"input_message": catalog.words("ledger")["prompts"][shown.column.kind]}
            title = {"input_title": shown.column.label, "error_title": shown.column.label}
            told = {"error_message": prompt["input_message"], "error_type": "stop"}
            must(made.data_validation(FIRST_ROW, at, last, at, validation() | prompt | title | told))


def _date_validation() -> dict[str, Any]:
    facts = catalog.reading()
    first, last = date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}


def _yesno_validation() -> dict[str, Any]:
    return {"validate": "list", "source": list(catalog.base_lists()["yesno"])}


_VALIDATIONS: dict[str, Callable[[], dict[str, Any]]] = {"date": _date_validation, "yesno": _yesno_validation}
