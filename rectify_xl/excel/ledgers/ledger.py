"""Writes 整改台帐.xlsx: every sheet of the ledger workbook, the table rows as spliced XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from itertools import groupby, product
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from rectify_xl.excel.ledgers.ledger_sheets import LedgerColumn, Sheet, sheets_for
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import line_width
from rectify_xl.excel.writing.splice import save_spliced
from rectify_xl.excel.writing.styles import A3, A4, A4_HOLDS, LAST_ROW, Styles, colours, must, new_workbook
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.files import save_atomically
from rectify_xl.layouts.layout import column_letter
from rectify_xl.layouts.ledger_columns import RUN_PROPERTY
from rectify_xl.model import Book
from rectify_xl.shares import MOST_PLACES

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
        """The book of the consolidation."""


def write_ledger(result: Book | HasBook, path: Path | str) -> None:
    """Writes 整改台帐.xlsx of a result or a book, whole or not at all; the same book gives the same bytes.

    Raises OSError where `path` cannot be replaced.
    """
    book = result if isinstance(result, Book) else result.book
    save_atomically(Path(path), partial(save_ledger, book))


@under_settings
def save_ledger(book: Book, target: Path | BytesIO) -> None:
    """Writes the ledger workbook to `target`: xlsxwriter writes all but the table rows, which are spliced in."""
    skeleton = BytesIO()
    workbook = new_workbook(skeleton, as_of=book.as_of)
    add_sheets(workbook, book)
    save_spliced(workbook, skeleton, target)


def add_sheets(
    workbook: xlsxwriter.Workbook, book: Book, *, rows_a_sheet: int = ROWS_A_SHEET, fill: Fill = FastSheet.fill
) -> None:
    """Adds the sheets of the ledger; a table of more than `rows_a_sheet` rows continues on 标题 (2), 标题 (3)."""
    styles = Styles(workbook)
    if book.run:
        workbook.set_custom_property(RUN_PROPERTY, book.run)
    for sheet in sheets_for(book):
        for part in _split(sheet, rows_a_sheet):
            _add_sheet(workbook, styles, part, fill)


def _split(sheet: Sheet, rows_a_sheet: int) -> Iterator[Sheet]:
    """The sheet itself, or the several sheets that its table needs."""
    rows, title = sheet.table.rows, sheet.title
    for place, first in enumerate(range(0, max(len(rows), 1), rows_a_sheet)):
        ending = f" ({place + 1})" if place else ""
        part = rows if len(rows) <= rows_a_sheet else rows[first : first + rows_a_sheet]
        part_title = title[: _LONGEST_TITLE - len(ending)] + ending
        yield replace(sheet, title=part_title, table=sheet.table._replace(rows=part))


def _add_sheet(workbook: xlsxwriter.Workbook, styles: Styles, sheet: Sheet, fill: Fill) -> None:
    page = workbook.add_worksheet(sheet.title, FastSheet)
    last = FIRST_ROW + len(sheet.table.rows) - 1
    _write_heads(page, styles, sheet)
    _set_columns(page, sheet)
    _set_page(page, sheet, max(last, HEADER_ROW))
    if last >= FIRST_ROW:
        _add_marks(page, styles, sheet, last)
        _add_decimal_places(page, styles, sheet, last)
        _add_validations(page, sheet, last)
    formats = [styles(*_layers(column)) for column in sheet.columns]
    lines = [
        line_width(column.width) if format_.text_wrap and not column.is_folded else 0
        for format_, column in zip(formats, sheet.columns, strict=True)
    ]
    rows = sheet.table.rows
    fill(page, Filling(rows=rows, count=len(rows), first_row=FIRST_ROW, formats=formats, lines=lines))


def _layers(column: LedgerColumn) -> tuple[str, ...]:
    centered = column.field.kind in catalog.words("ledger")["widths"]["centered"]
    return (column.field.kind, "grid", *(["centered"] if centered else []), *([column.layer] if column.layer else []))


def _write_heads(page: FastSheet, styles: Styles, sheet: Sheet) -> None:
    must(page.write_string(HEADING_ROW, 0, sheet.heading, styles("sheet_title")))
    if sheet.subtitle:
        must(page.write_string(SUBTITLE_ROW, 0, sheet.subtitle, styles("unit_line")))
    for index, column in enumerate(sheet.columns):
        must(page.write_string(HEADER_ROW, index, column.field.label, styles(column.header)))
    for row, height in _HEIGHTS.items():
        must(page.set_row(row, height))


def _set_columns(page: FastSheet, sheet: Sheet) -> None:
    """Sets the widths; folded columns are grouped, and the column after each group carries its plus sign."""
    folded, plus_sign = {"level": 1, "hidden": True}, {"collapsed": True}
    after_fold = False
    for index, column in enumerate(sheet.columns):
        outline = folded if column.is_folded else plus_sign if after_fold else {}
        must(page.set_column(index, index, column.width, None, outline))
        after_fold = column.is_folded
    if after_fold:
        must(page.set_column(len(sheet.columns), len(sheet.columns), None, None, plus_sign))


def _set_page(page: FastSheet, sheet: Sheet, last: int) -> None:
    """Freezes, filters, prints: one page wide, the header on every page, only the filled rows."""
    page.freeze_panes(FIRST_ROW, sheet.frozen)
    page.hide_gridlines(2)
    page.set_tab_color(colours()[sheet.tab])
    if sheet.is_filtered:
        must(page.autofilter(HEADER_ROW, 0, last, len(sheet.columns) - 1))
    if sheet.is_landscape:
        page.set_landscape()
    else:
        page.set_portrait()
    width = sum(column.width for column in sheet.columns if not column.is_folded)
    page.set_paper(A3 if width > A4_HOLDS else A4)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.center_horizontally()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    printed = max(index for index, column in enumerate(sheet.columns) if column.is_printed)
    must(page.print_area(HEADING_ROW, 0, last, printed))
    page.set_footer("&C" + catalog.words("ledger")["footer"].format(page="&P", pages="&N"))


def _add_marks(page: FastSheet, styles: Styles, sheet: Sheet, last: int) -> None:
    """Adds colours by value, which stay right when the office sorts the sheet."""
    for mark in sheet.marks:
        letter = column_letter(sheet.names.index(mark.column))
        rule = {
            "type": "formula",
            "criteria": f'=${letter}{FIRST_ROW + 1}="{mark.value}"',
            "format": styles(mark.layer),
            "stop_if_true": True,
        }
        for first, final in _runs([sheet.names.index(name) for name in mark.over]):
            must(page.conditional_format(FIRST_ROW, first, last, final, rule))


def _add_decimal_places(page: FastSheet, styles: Styles, sheet: Sheet, last: int) -> None:
    """Adds decimal places to the percents that whole ones would show as all or nothing (see `shares`)."""
    percents = [index for index, column in enumerate(sheet.columns) if column.field.kind == "percent"]
    for index, places in product(percents, range(MOST_PLACES, 0, -1)):
        cell, half = f"{column_letter(index)}{FIRST_ROW + 1}", f"0.{'0' * (places + 1)}5"
        criteria = f"=OR(AND({cell}>0,{cell}<{half}),AND({cell}>=1-{half},{cell}<1))"
        rule = {"type": "formula", "criteria": criteria, "format": styles(f"percent_{places}"), "stop_if_true": True}
        must(page.conditional_format(FIRST_ROW, index, last, index, rule))


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of neighbouring columns."""
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        columns = [place for _, place in run]
        yield columns[0], columns[-1]


def _add_validations(page: FastSheet, sheet: Sheet, last: int) -> None:
    """Prompts and tests for the columns that the office fills in itself."""
    for index, column in enumerate(sheet.columns):
        validation = _VALIDATIONS.get(column.field.kind) if column.is_typed_here else None
        if validation:
            prompt = {"input_message": catalog.words("ledger")["prompts"][column.field.kind]}
            title = {"input_title": column.field.label, "error_title": column.field.label}
            error = {"error_message": prompt["input_message"], "error_type": "stop"}
            must(page.data_validation(FIRST_ROW, index, last, index, validation() | prompt | title | error))


def _date_validation() -> dict[str, Any]:
    facts = catalog.reading()
    first, last = date(facts.earliest_year, 1, 1), date(facts.latest_year, 12, 31)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}


def _yesno_validation() -> dict[str, Any]:
    return {"validate": "list", "source": list(catalog.base_lists()["yesno"])}


_VALIDATIONS: dict[str, Callable[[], dict[str, Any]]] = {"date": _date_validation, "yesno": _yesno_validation}
